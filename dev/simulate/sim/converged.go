package sim

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// converged finds pairs that are neither alike nor held, and comments that are
// not on their other sides once.
func (p *play) converged(f *facts) (out []Finding) {
	for _, g := range p.groups {
		for _, t := range g.ties {
			if !t.replicates() || t.to.id == "" {
				continue
			}
			here, there := f.shown[t.from], f.shown[t.to]
			for _, field := range []ticket.Field{ticket.Title, ticket.Description, ticket.Priority, ticket.Assignee, ticket.Status} {
				if !alike(t, field, here, there) && held(f.views[t], field) == "" {
					out = append(out, finding(Lost, g.tag, "%s of %s is %q, of %s %q", field, t.from.key, here.Value(field), t.to.key, there.Value(field)))
				}
			}
		}
		out = append(out, p.said(f, g)...)
	}
	return out
}

// held is why a field waits, "" where it does not.
func held(v workflows.View, field ticket.Field) ticket.Reason {
	for _, one := range v.Fields {
		if one.Name == field && one.State == "held" {
			return one.Reason
		}
	}
	return ""
}

// alike compares a field of both tickets under the route's mapping.
func alike(t *tie, field ticket.Field, here, there people.Shown) bool {
	a, b := here.Value(field), there.Value(field)
	switch field {
	case ticket.Status:
		return stage(t.route, a) == stage(t.route, b)
	case ticket.Description:
		// A replica's may have a last line of ours.
		return strings.HasPrefix(b, a)
	}
	return a == b
}

var stages = map[string]int{
	"Open": 0, "Backlog": 0, "Todo": 0, "To Do": 0, "In Progress": 1, "In Review": 1, "Waiting": 1, "Waiting on customer": 1,
	"Done": 2, "Closed": 3, "Canceled": 3,
}

// stage is what a status means on a route.
func stage(route, status string) int {
	if route == "it-to-eng" && status == "Closed" {
		return stages["Done"]
	}
	return stages[status]
}

var (
	quoted = regexp.MustCompile(`(?s)<blockquote>.*?</blockquote>|\{quote\}.*?\{quote\}|(?m)^(?:>|bq\.).*$`)
	spoken = regexp.MustCompile(`said (w\d+x\d+) version v(\d+)\.`)
)

// said finds comments that are missing, stale, double, or there in spite of
// having been deleted.
func (p *play) said(f *facts, g *group) (out []Finding) {
	if g.astray || slices.ContainsFunc(g.ties, func(t *tie) bool { return !t.replicates() || t.to.id == "" }) {
		return nil
	}
	for _, e := range g.ends {
		versions := map[string][]int{}
		for _, one := range f.heard[e] {
			if m := spoken.FindStringSubmatch(people.Plain(quoted.ReplaceAllString(one.Text, ""))); m != nil {
				v, _ := strconv.Atoi(m[2])
				versions[m[1]] = append(versions[m[1]], v)
			}
		}
		for _, c := range g.comments {
			if c.private {
				continue
			}
			want := []int{c.version}
			if c.deleted {
				want = nil
			}
			got := versions[c.mark]
			switch {
			case slices.Equal(got, want):
			case len(got) > 1:
				out = append(out, finding(Duplicates, g.tag, "comment %s of %s is at %s %d times", c.mark, c.at.key, e.key, len(got)))
			default:
				out = append(out, finding(Lost, g.tag, "comment %s of %s is at %s in versions %v, not %v", c.mark, c.at.key, e.key, got, want))
			}
		}
		all := len(slices.DeleteFunc(slices.Clone(g.comments), func(c *comment) bool { return c.deleted || c.private && c.at != e }))
		if len(f.heard[e]) != all && len(out) == 0 {
			out = append(out, finding(Duplicates, g.tag, "%s has %d comments, not %d", e.key, len(f.heard[e]), all))
		}
	}
	return out
}
