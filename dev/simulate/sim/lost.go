package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// lost finds last edits of a field that are neither where they were made nor
// named as beaten. That both sides are alike is found by converged.
func (p *play) lost(f *facts) (out []Finding) {
	for _, g := range p.groups {
		if g.astray || slices.ContainsFunc(g.ties, func(t *tie) bool { return !t.replicates() }) {
			continue
		}
		for _, field := range []ticket.Field{ticket.Title, ticket.Description, ticket.Priority, ticket.Assignee, ticket.Status} {
			latest := last(g.edits, field)
			for _, e := range latest {
				if p.struck("status-removed") && e.value == dismissed {
					continue // went with the status
				}
				if stands(e, f.shown[e.at]) || g.named(f, e) || g.overtaken(f, e) || g.unseen(f, e, latest) || g.absorbed(f, e, latest) || p.forgotten[e] {
					continue
				}
				out = append(out, finding(Lost, g.tag, "%s of %s was set to %q by a person, is %q, and no journal names it",
					field, e.at.key, e.value, f.shown[e.at].Value(field)))
			}
		}
	}
	return out
}

// last are the edits of a field after whose end none began: more than one only
// where people were at work on several sides at once.
func last(edits []edit, field ticket.Field) (out []edit) {
	var latest time.Time
	for _, e := range edits {
		if e.field == field && e.begin.After(latest) {
			latest = e.begin
		}
	}
	for _, e := range edits {
		if e.field != field || e.done.Before(latest) {
			continue
		}
		// What a person set on the same ticket just before is their own to lose.
		if at := slices.IndexFunc(out, func(before edit) bool { return before.at == e.at }); at >= 0 {
			if e.done.After(out[at].done) {
				out[at] = e
			}
			continue
		}
		out = append(out, e)
	}
	return out
}

// overtaken reports whether an edit gave way to one on a ticket that it shares
// no pair with. What is between the two takes them in the order in which they
// reach it, and each pair sees a change of one side only.
func (g *group) overtaken(f *facts, e edit) bool {
	return slices.ContainsFunc(g.edits, func(other edit) bool {
		tied := slices.ContainsFunc(g.ties, func(t *tie) bool {
			return t.from == e.at && t.to == other.at || t.to == e.at && t.from == other.at
		})
		return other.field == e.field && other.at != e.at && !tied && stands(other, f.shown[other.at])
	})
}

// unseen reports whether an edit led back to what the ticket had before, while
// another side was edited: unless somebody looked in between, or a history tells,
// nothing shows that there was an edit.
func (g *group) unseen(f *facts, e edit, latest []edit) bool {
	return slices.ContainsFunc(g.edits, func(before edit) bool {
		if before.at != e.at || before.field != e.field || before.value != e.value || !before.done.Before(e.begin) {
			return false
		}
		among := latest
		if e.at.conn == "helpdesk" { // which keeps no history
			among = g.edits
		}
		return slices.ContainsFunc(among, func(other edit) bool {
			return other.field == e.field && other.at != e.at && other.begin.After(before.done) && stands(other, f.shown[other.at])
		})
	})
}

// absorbed reports whether an edit to a status that means what the other side had
// already needed no write, and one made there at the same moment came after it.
func (g *group) absorbed(f *facts, e edit, latest []edit) bool {
	return e.field == ticket.Status && slices.ContainsFunc(latest, func(other edit) bool {
		before, since := 0, time.Time{} // new tickets have not begun
		for _, one := range g.edits {
			if one.at == other.at && one.field == e.field && one.begin.Before(other.begin) && one.begin.After(since) {
				before, since = stages[one.value], one.begin
			}
		}
		return other.at != e.at && stages[e.value] == before && stands(other, f.shown[other.at])
	})
}

// remember judges edits while there are journals that name them: what Temporal
// takes along is not looked for again.
func (p *play) remember(f *facts) {
	p.before, p.forgotten = p.lost(f), map[edit]bool{}
	for _, g := range p.groups {
		for _, e := range g.edits {
			p.forgotten[e] = !stands(e, f.shown[e.at])
		}
	}
	if len(p.before) > 0 {
		p.result.Findings = p.before
		p.tell(f)
	}
}

func stands(e edit, now people.Shown) bool {
	got := now.Value(e.field)
	if e.field == ticket.Description {
		return strings.HasPrefix(got, e.value)
	}
	return got == e.value
}

// named reports whether a journal tells that an edit was beaten or overwritten,
// or its field waits.
func (g *group) named(f *facts, e edit) bool {
	for _, t := range g.ties {
		if held(f.views[t], e.field) != "" {
			return true
		}
		if slices.ContainsFunc(f.journals[t], func(j workflows.Entry) bool { return names(j, e) }) {
			return true
		}
	}
	return false
}

func names(j workflows.Entry, e edit) bool {
	if !strings.Contains(j.What, string(e.field)) || j.At.Before(e.begin.Add(-time.Second)) {
		return false
	}
	switch {
	case strings.HasPrefix(j.What, string(ticket.OverwrittenUnseen)):
		return true // what nobody has seen cannot be quoted
	case !strings.HasPrefix(j.What, "conflict: "):
		return false
	}
	word := e.mark
	if word == "" {
		word = e.value
	}
	if word == "" {
		return j.From == "(empty)"
	}
	return strings.Contains(strings.ToLower(j.From), strings.ToLower(word))
}
