package sim

import (
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// visible finds pairs that show something else than how they should stand.
func (p *play) visible(f *facts) (out []Finding) {
	for _, g := range p.groups {
		for _, t := range g.ties {
			v := f.views[t]
			state, reason := expected(f, t)
			// A ticket that is still there has to be told that it is unlinked.
			marked := v.State != workflows.Unlinked || v.Detail == "" || t.from.fate == gone || t.to.fate == gone
			if v.State == state && v.Reason == reason && marked || p.excused(f, g, t) {
				continue
			}
			out = append(out, finding(Unhealed, g.tag, "%s (%s) is %s %s %s, not %s %s", t.id(), t.route, v.State, v.Reason, v.Detail, state, reason))
		}
	}
	return out
}

// excused reports whether a pair may stand otherwise: it has a duplicate to
// show, or what happened to it for good went with a fault that hides it. A
// deletion nobody was told of looks like a lost permission, and a pair that was
// terminated, or lost with Temporal, begins anew with what it finds.
func (p *play) excused(f *facts, g *group, t *tie) bool {
	v := f.views[t]
	switch {
	case v.Reason == ticket.DuplicateReplica:
		return p.apart(f, g)
	case t.replicates():
		return false
	case p.struck("terminate") || !p.lostAt.IsZero():
		return v.State != workflows.IsLinked && !strings.Contains(v.Detail, "was deleted; confirmed at") // which comes to an end of its own
	}
	return v.Reason == ticket.AccessLost && p.struck("lost")
}

// expected is how a pair should stand after all that happened to it.
func expected(f *facts, t *tie) (string, ticket.Reason) {
	switch {
	case t.from.fate == gone || t.to.fate == gone:
		return workflows.Unlinked, ticket.Deleted
	case t.unlinked:
		return workflows.Unlinked, ticket.UnlinkedByOperator
	case t.from.fate == hidden || t.to.fate == hidden:
		return workflows.Attention, ticket.BecamePrivate
	case t.from.fate == away || t.to.fate == away:
		return workflows.Attention, ticket.MovedOut
	}
	if reason := held(f.views[t], ticket.Status); reason != "" && waits(reason, t, f) {
		return workflows.Attention, reason
	}
	return workflows.IsLinked, ""
}

// waits reports whether a status waits with good reason: Jira has nothing that
// means canceled, and no way back that the account knows of.
func waits(reason ticket.Reason, t *tie, f *facts) bool {
	here, there := f.shown[t.from], f.shown[t.to]
	if alike(t, ticket.Status, here, there) {
		return false
	}
	switch reason {
	case ticket.StatusUnmapped:
		return t.route == "ops-to-linear" && (here.Status == "Canceled" || there.Status == "Canceled")
	case ticket.NoTransition:
		return t.route == "it-to-eng"
	}
	return false
}
