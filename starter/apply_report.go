package starter

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// ApplyReport is what apply prints.
type ApplyReport struct {
	Routes []RouteReport `json:"routes"`
	// NotInFile are routes in force that the file does not name.
	NotInFile []LeftRoute `json:"not_in_file"`
	Warnings  []string    `json:"warnings"`
	// Errors keep everything from being applied.
	Errors []string `json:"errors"`
	DryRun bool     `json:"dry_run"`
}

// LeftRoute is a route in force that apply left as it is.
type LeftRoute struct {
	Route string `json:"route"`
	// SameAs is a route of the file that joins the same containers, as after a
	// change of the name; "" for none.
	SameAs string `json:"same_as,omitempty"`
}

// RouteReport is one route of the file.
type RouteReport struct {
	Route   string `json:"route"`
	Result  string `json:"result"` // new, changed, back or unchanged
	Applied bool   `json:"applied"`
	// Version is that of the settings in force; 0 for a route never applied.
	Version int       `json:"version"`
	Left    EndReport `json:"left"`
	Right   EndReport `json:"right"`
	// Statuses lists every status of both sides with its target.
	Statuses    map[ticket.Side][]workflows.StatusTarget `json:"statuses"`
	Differences []Difference                             `json:"differences"`

	unmapped string // what the route does with a status without a target
}

// EndReport is one side of a route.
type EndReport struct {
	Connection string `json:"connection"`
	Container  string `json:"container"`
	Key        string `json:"key"`
	Type       string `json:"issue_type,omitempty"`
}

// name is the container as people call it: what announces has none.
func (e EndReport) name() string {
	if e.Container == e.Connection {
		return e.Connection
	}
	return e.Connection + " " + e.Container
}

func (e EndReport) String() string {
	s := e.name()
	if e.Key != "" && e.Key != e.Container {
		s += " (" + e.Key + ")"
	}
	if e.Type != "" {
		s += " " + e.Type
	}
	return s
}

// What becomes of a route.
const (
	resultNew       = "new"
	resultChanged   = "changed"
	resultBack      = "back" // was removed, and is in the file again
	resultUnchanged = "unchanged"
)

func (r *ApplyReport) print(o ApplyOptions) {
	if o.JSON {
		printJSON(o.Out, r)
		return
	}
	for i := range r.Routes {
		r.printRoute(o.Out, &r.Routes[i])
	}
	for _, left := range r.NotInFile {
		_, _ = fmt.Fprintf(o.Out, "route %s is in force but not in the file: it stays as it is\n", left.Route)
		if left.SameAs != "" {
			_, _ = fmt.Fprintf(o.Out, "  %s joins the same containers; the pairs of %s go on by the settings they have\n", left.SameAs, left.Route)
		}
	}
	for _, w := range r.Warnings {
		_, _ = fmt.Fprintf(o.Out, "warning: %s\n", w)
	}
}

func (r *ApplyReport) printRoute(w io.Writer, route *RouteReport) {
	_, _ = fmt.Fprintf(w, "route %s: %s ⇄ %s: %s\n", route.Route, route.Left, route.Right, r.outcome(route))
	for _, d := range route.Differences {
		d.print(w)
	}
	sides := []struct {
		side     ticket.Side
		from, to EndReport
	}{{ticket.Left, route.Left, route.Right}, {ticket.Right, route.Right, route.Left}}
	for _, s := range sides {
		if len(route.Statuses[s.side]) == 0 {
			continue
		}
		_, _ = fmt.Fprintln(w)
		t := newColumns(w)
		t.row("STATUS IN "+s.from.name(), "BECOMES IN "+s.to.name())
		for _, status := range route.Statuses[s.side] {
			t.row(statusName(status), target(status, route.unmapped))
		}
		t.flush("  ")
	}
	_, _ = fmt.Fprintln(w)
}

// outcome says in a few words what happened to a route.
func (r *ApplyReport) outcome(route *RouteReport) string {
	what := map[string]string{resultNew: "new", resultChanged: "changed", resultBack: "in the file again", resultUnchanged: "unchanged"}[route.Result]
	switch {
	case route.Applied:
		return fmt.Sprintf("%s, applied as version %d", what, route.Version)
	case route.Result == resultUnchanged:
		return fmt.Sprintf("unchanged, version %d", route.Version)
	case r.DryRun:
		return what + ", not applied (--dry-run)"
	}
	return what + ", not applied"
}

// statusName adds the group a status is filed under, where that tells more.
func statusName(s workflows.StatusTarget) string {
	if s.Group == "" || s.Group == s.Status {
		return s.Status
	}
	return s.Status + " (" + s.Group + ")"
}

func target(s workflows.StatusTarget, unmapped string) string {
	switch {
	case s.Target == "-":
		return "(not replicated this way)"
	case s.Target == "" && unmapped == "ignore":
		return "(no target: ignored)"
	case s.Target == "":
		return "(no target: held)"
	}
	return s.Target
}

// printJSON prints one value, indented.
func printJSON(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // our own types always encode; a closed pipe is nobody's loss
}
