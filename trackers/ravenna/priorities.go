package ravenna

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// natives are Ravenna's own priorities with what they mean unless overridden.
var natives = []struct {
	name  string
	level ticket.Level
}{
	{"URGENT", ticket.Urgent},
	{"HIGH", ticket.High},
	{"MEDIUM", ticket.Medium},
	{"LOW", ticket.Low},
	{noPriority, ticket.NoLevel},
}

const (
	noPriority = "NO_PRIORITY"
	// defaultPriority is sent where a new ticket has none mapped: the API
	// requires one, and this is what its own forms start with.
	defaultPriority = "MEDIUM"
)

// priorities maps between Ravenna's names and the common levels.
type priorities struct {
	levels map[string]ticket.Level
}

func newPriorities(c trackers.Connection) (priorities, error) {
	p := priorities{levels: map[string]ticket.Level{}}
	for _, native := range natives {
		p.levels[native.name] = native.level
	}
	for name, level := range c.Priorities {
		if !ticket.Level(level).Known() {
			return p, fmt.Errorf("open connection %s: priorities: %s: %q is no level: write urgent, high, medium, low or none", c.Name, name, level)
		}
		p.levels[strings.ToUpper(name)] = ticket.Level(level)
	}
	return p, nil
}

// level is what a stored priority means. One added to Ravenna later keeps its
// own name and maps to nothing.
func (p priorities) level(native string) ticket.Level {
	if level, ok := p.levels[strings.ToUpper(native)]; ok {
		return level
	}
	return ticket.Level(strings.ToLower(native))
}

// native is the name to store for a level, preferring the one that means it
// without an override.
func (p priorities) native(level ticket.Level) (string, bool) {
	if level == "" {
		level = ticket.NoLevel
	}
	var names []string
	for name, means := range p.levels {
		if means == level {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, native := range natives {
		if native.level == level && slices.Contains(names, native.name) {
			return native.name, true
		}
	}
	if len(names) == 0 {
		return "", false
	}
	return names[0], true
}
