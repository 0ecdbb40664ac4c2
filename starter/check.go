package starter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// CheckReport is what check prints.
type CheckReport struct {
	Connections []ConnectionHealth `json:"connections"`
	Routes      []RouteHealth      `json:"routes"`
}

// ConnectionHealth is one connection as its tracker sees it.
type ConnectionHealth struct {
	Connection string `json:"connection"`
	Kind       string `json:"kind"`
	// Account is who the token belongs to, "" where that is not known.
	Account string `json:"account"`
	Email   string `json:"email,omitempty"`
	// Token is valid, refused, or unknown when the tracker does not answer.
	Token string `json:"token"`
	// Skew is the tracker's clock minus ours, in seconds.
	Skew     float64  `json:"skew_seconds"`
	Problems []string `json:"problems"`
}

// RouteHealth tells whether a route's containers can be read.
type RouteHealth struct {
	Route string         `json:"route"`
	Left  ReachedVerdict `json:"left"`
	Right ReachedVerdict `json:"right"`
}

// ReachedVerdict is one container of a route.
type ReachedVerdict struct {
	EndReport
	Readable bool   `json:"readable"`
	Problem  string `json:"problem,omitempty"`
}

// What check says of a token.
const (
	tokenValid   = "valid"
	tokenRefused = "refused"
	tokenUnknown = "unknown"
)

// Check asks every tracker of the file, from this machine, whether the
// connections can do their work. It needs no Temporal. Its error tells that
// there are problems; the report names them.
func Check(ctx context.Context, file *config.File, log *slog.Logger, out Console) error {
	reached := make([]reach, len(file.Connections))
	var all sync.WaitGroup
	for i, c := range file.Connections {
		all.Go(func() { reached[i] = reachOut(ctx, file, c.Connection, log) })
	}
	all.Wait()

	report := CheckReport{Connections: []ConnectionHealth{}, Routes: []RouteHealth{}}
	ends := map[endName]ReachedVerdict{}
	for _, r := range reached {
		report.Connections = append(report.Connections, r.health)
		for name, e := range r.ends {
			ends[name] = e
		}
	}
	for _, r := range file.Routes {
		report.Routes = append(report.Routes, RouteHealth{r.Name, ends[endName{r.Name, ticket.Left}], ends[endName{r.Name, ticket.Right}]})
	}
	if out.JSON {
		printJSON(out.Out, report)
	} else {
		report.print(out.Out)
	}
	if n := report.problems(); n > 0 {
		return fmt.Errorf("check found %d problem(s)", n)
	}
	return nil
}

// endName names one side of one route.
type endName struct {
	route string
	side  ticket.Side
}

// reach is what one tracker answered.
type reach struct {
	health ConnectionHealth
	ends   map[endName]ReachedVerdict
}

// reachOut asks one tracker everything.
func reachOut(ctx context.Context, file *config.File, c trackers.Connection, log *slog.Logger) reach {
	out := reach{
		health: ConnectionHealth{Connection: c.Name, Kind: c.Kind, Token: tokenUnknown, Problems: []string{}},
		ends:   map[endName]ReachedVerdict{},
	}
	t, err := registry.Open(c, log)
	if err != nil {
		out.health.Problems = append(out.health.Problems, err.Error())
		return out
	}
	checker, ok := t.(trackers.Checker)
	if !ok {
		out.health.Problems = append(out.health.Problems, c.Kind+" cannot be checked")
		return out
	}
	var containers []string
	for _, r := range file.Routes {
		for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
			end := r.End(side)
			if end.Connection != c.Name {
				continue
			}
			if !slices.Contains(containers, end.Name) {
				containers = append(containers, end.Name)
			}
			verdict := ReachedVerdict{EndReport: endReport(end)}
			switch found, err := checker.Describe(ctx, trackers.Place{Container: end.Name, Part: end.Part}); {
			case err != nil:
				verdict.Problem = told(err)
			default:
				verdict.Readable, verdict.Key = true, found.Key
			}
			out.ends[endName{r.Name, side}] = verdict
		}
	}
	health, err := checker.Check(ctx, containers)
	switch {
	case trackers.Is(err, trackers.Auth):
		out.health.Token = tokenRefused
		m, _ := ticket.Explain(ticket.Auth)
		out.health.Problems = append(out.health.Problems, told(err)+" "+m.Remedy)
	case err != nil:
		out.health.Problems = append(out.health.Problems, told(err))
	default:
		if out.health.Token = tokenValid; health.Unproven {
			out.health.Token = tokenUnknown
		}
		out.health.Account = cmp.Or(health.Account.Name, health.Account.Email, health.Account.ID)
		out.health.Email = health.Account.Email
		out.health.Skew = health.Skew.Seconds()
		out.health.Problems = append(out.health.Problems, health.Problems...)
	}
	return out
}

// told is a tracker's error for people: what it said, and beneath it what
// kept it from saying anything.
func told(err error) string {
	var e *trackers.Error
	if errors.As(err, &e) && e.Message == "" && e.Err != nil {
		return err.Error() + ": " + e.Err.Error()
	}
	return err.Error()
}

func (r CheckReport) problems() int {
	n := 0
	for _, c := range r.Connections {
		n += len(c.Problems)
	}
	for _, route := range r.Routes {
		for _, e := range []ReachedVerdict{route.Left, route.Right} {
			if !e.Readable {
				n++
			}
		}
	}
	return n
}

// noticeable is the difference between two clocks that people should hear of.
// ticketsync itself corrects any, by the tracker's own clock.
const noticeable = 5 * time.Second

func (r CheckReport) print(w io.Writer) {
	t := newColumns(w)
	t.row("CONNECTION", "KIND", "TOKEN", "ACCOUNT", "CLOCK")
	for _, c := range r.Connections {
		account := cmp.Or(c.Account, "-")
		if c.Email != "" && c.Email != c.Account {
			account += " <" + c.Email + ">"
		}
		t.row(c.Connection, c.Kind, c.Token, account, c.clock())
	}
	t.flush("")
	_, _ = fmt.Fprintln(w)
	t = newColumns(w)
	t.row("ROUTE", "SIDE", "READABLE", "CONTAINER")
	for _, route := range r.Routes {
		for _, side := range []struct {
			name string
			e    ReachedVerdict
		}{{"left", route.Left}, {"right", route.Right}} {
			readable := "yes"
			if !side.e.Readable {
				readable = "no"
			}
			t.row(route.Route, side.name, readable, side.e.String())
		}
	}
	t.flush("")
	for _, c := range r.Connections {
		for _, p := range c.Problems {
			_, _ = fmt.Fprintf(w, "problem: %s: %s\n", c.Connection, p)
		}
	}
	for _, route := range r.Routes {
		for _, e := range []ReachedVerdict{route.Left, route.Right} {
			if e.Problem != "" {
				_, _ = fmt.Fprintf(w, "problem: route %s: %s: %s\n", route.Route, e.EndReport, e.Problem)
			}
		}
	}
}

func (c ConnectionHealth) clock() string {
	skew := time.Duration(c.Skew * float64(time.Second))
	switch {
	case c.Token != tokenValid:
		return "-"
	case skew >= noticeable:
		return skew.String() + " ahead of ours"
	case skew <= -noticeable:
		return (-skew).String() + " behind ours"
	}
	return "as ours"
}
