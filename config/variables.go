package config

import (
	"regexp"
	"strings"
)

// Getenv looks a variable up, as os.LookupEnv does.
type Getenv = func(name string) (value string, set bool)

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// expansion is a scalar's text after its variables were put in.
type expansion struct {
	text string
	// variables are the names used, in order.
	variables []string
	// unset are those of variables that the environment does not have; in
	// their place the text keeps ${NAME}.
	unset []string
	// broken is what stands after a "${" that is no variable.
	broken string
}

// expand replaces each ${NAME} once: a value is never looked at again, so a
// secret that holds "${" stays what it is. "$${" stands for "${".
func expand(s string, getenv Getenv) expansion {
	var e expansion
	var out strings.Builder
	for {
		at := strings.Index(s, "${")
		if at < 0 {
			break
		}
		if at > 0 && s[at-1] == '$' {
			out.WriteString(s[:at-1] + "${")
			s = s[at+2:]
			continue
		}
		out.WriteString(s[:at])
		name, rest, closed := strings.Cut(s[at+2:], "}")
		if !closed || !variableName.MatchString(name) {
			e.broken = s[at:]
			return e
		}
		e.variables = append(e.variables, name)
		if value, set := getenv(name); set {
			out.WriteString(value)
		} else {
			e.unset = append(e.unset, name)
			out.WriteString("${" + name + "}")
		}
		s = rest
	}
	out.WriteString(s)
	e.text = out.String()
	return e
}
