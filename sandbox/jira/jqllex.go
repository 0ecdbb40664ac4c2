package jira

import (
	"strings"
	"unicode"
)

type token struct {
	text   string
	quoted bool
	pos    int
}

// lex splits JQL into words, quoted strings and signs. A quoted string is never
// a keyword.
func lex(jql string) ([]token, error) {
	var out []token
	runes := []rune(jql)
	for k := 0; k < len(runes); {
		r := runes[k]
		switch {
		case unicode.IsSpace(r):
			k++
		case r == '"' || r == '\'':
			text, next, err := quoted(runes, k)
			if err != nil {
				return nil, err
			}
			out = append(out, token{text, true, k})
			k = next
		case strings.ContainsRune("(),", r):
			out = append(out, token{string(r), false, k})
			k++
		case strings.ContainsRune("=!<>~&|", r):
			start := k
			for k < len(runes) && strings.ContainsRune("=!<>~&|", runes[k]) {
				k++
			}
			out = append(out, token{string(runes[start:k]), false, start})
		default:
			start := k
			for k < len(runes) && !unicode.IsSpace(runes[k]) && !strings.ContainsRune("(),=!<>~&|\"'", runes[k]) {
				k++
			}
			out = append(out, token{string(runes[start:k]), false, start})
		}
	}
	return out, nil
}

// quoted reads a string with backslash escapes from its opening quote on.
func quoted(runes []rune, at int) (string, int, error) {
	var b strings.Builder
	for k := at + 1; k < len(runes); k++ {
		switch {
		case runes[k] == '\\' && k+1 < len(runes):
			k++
			switch runes[k] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteRune(runes[k])
			}
		case runes[k] == runes[at]:
			return b.String(), k + 1, nil
		default:
			b.WriteRune(runes[k])
		}
	}
	return "", 0, invalid("Error in the JQL Query: The quoted string '" + string(runes[at+1:]) + "' has not been completed.")
}
