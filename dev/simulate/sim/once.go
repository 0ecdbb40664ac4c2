package sim

import (
	"slices"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// once finds tickets that are missing or there twice, tickets nobody asked for,
// and links without a pair or twice.
func (p *play) once(f *facts) (out []Finding) {
	counts := map[string]map[string]int{}
	for place, tickets := range f.tickets {
		for _, s := range tickets {
			m := tagOf.FindStringSubmatch(s.Title)
			if m == nil {
				out = append(out, finding(Duplicates, "", "%s at %s has a title nobody wrote: %q", s.Key, place, s.Title))
				continue
			}
			if counts[m[1]] == nil {
				counts[m[1]] = map[string]int{}
			}
			counts[m[1]][place]++
		}
	}
	for _, g := range p.groups {
		want := map[string]int{}
		for _, e := range g.ends {
			if e.fate == alive || e.fate == hidden {
				want[e.place] = 1
			}
		}
		for place := range p.places {
			switch got := counts[g.tag][place]; {
			case got > want[place] && p.apart(f, g):
			case got > want[place]:
				out = append(out, finding(Duplicates, g.tag, "%d tickets at %s", got, place))
			case got < want[place]:
				out = append(out, finding(Lost, g.tag, "no ticket at %s", place))
			}
		}
		for _, e := range g.ends {
			ties := 0
			for _, t := range g.ties {
				if t.from == e || t.to == e {
					ties++
				}
			}
			if e.fate == alive && e.id != "" && f.links[e] != ties {
				out = append(out, finding(Duplicates, g.tag, "%s has %d links, not %d", e.key, f.links[e], ties))
			}
		}
	}
	return out
}

// countApart counts the tickets too many that nobody can prevent.
func (p *play) countApart(f *facts) (n int) {
	for _, g := range p.groups {
		if !p.apart(f, g) {
			continue
		}
		for _, t := range g.ties {
			if f.views[t].Reason == ticket.DuplicateReplica {
				n++
			}
		}
	}
	return n
}

// apart reports whether duplicates of a group are those that nobody can prevent:
// the index lagged longer than the quiet period and webhooks were lost, or as
// late. They must be reported.
func (p *play) apart(f *facts, g *group) bool {
	late := slices.ContainsFunc([]string{"lost", "held", "shuffled", "receiver"}, p.struck)
	return p.struck("long-lag") && late && slices.ContainsFunc(g.ties, func(t *tie) bool { return f.doubled(t) })
}

// doubled reports whether a pair says that it has two replicas.
func (f *facts) doubled(t *tie) bool { return f.views[t].Reason == ticket.DuplicateReplica }

// side takes the replica that the pair goes on with for the group's: people may
// have found the other one first, and what they did there is for its operator.
func (p *play) side(f *facts, g *group, t *tie) {
	v := f.views[t]
	for _, one := range []workflows.TicketView{v.Left, v.Right} {
		if f.doubled(t) && one.Ref != t.from.id && one.Ref != t.to.id {
			p.note("%s (%s) goes on with %s, not %s", t.id(), g.tag, one.Key, t.to.key)
			t.to.id, t.to.key, g.astray = one.Ref, one.Key, true
		}
	}
}
