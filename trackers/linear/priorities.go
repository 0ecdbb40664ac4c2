package linear

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// natives are Linear's priorities with their numbers and what they mean unless
// overridden, in the order they are written by.
var natives = []struct {
	number int
	name   string
	level  ticket.Level
}{
	{1, "Urgent", ticket.Urgent},
	{2, "High", ticket.High},
	{3, "Medium", ticket.Medium},
	{4, "Low", ticket.Low},
	{0, "No priority", ticket.NoLevel},
}

// priorities maps between Linear's numbers and the common levels.
type priorities map[int]ticket.Level

func newPriorities(c trackers.Connection) (priorities, error) {
	p := priorities{}
	overrides := map[string]ticket.Level{}
	for name, level := range c.Priorities {
		if !ticket.Level(level).Known() {
			return nil, fmt.Errorf("open connection %s: priorities: %s: %q is no level: write urgent, high, medium, low or none", c.Name, name, level)
		}
		overrides[strings.ToLower(name)] = ticket.Level(level)
	}
	for _, native := range natives {
		p[native.number] = native.level
		if level, ok := overrides[strings.ToLower(native.name)]; ok {
			p[native.number] = level
		}
	}
	return p, nil
}

// level is what a stored priority means. One added to Linear later keeps its
// number for a name and maps to nothing.
func (p priorities) level(number float64) ticket.Level {
	if level, ok := p[int(number)]; ok {
		return level
	}
	return ticket.Level(strconv.Itoa(int(number)))
}

// native is the number to store for a level, preferring the one that means it
// without an override.
func (p priorities) native(level ticket.Level) (int, bool) {
	if level == "" {
		level = ticket.NoLevel
	}
	for _, native := range natives {
		if native.level == level && p[native.number] == level {
			return native.number, true
		}
	}
	for _, native := range natives {
		if p[native.number] == level {
			return native.number, true
		}
	}
	return 0, false
}

// priorityName is what people see for a number.
func priorityName(number float64) string {
	for _, native := range natives {
		if native.number == int(number) {
			return native.name
		}
	}
	return strconv.Itoa(int(number))
}
