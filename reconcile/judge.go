package reconcile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// Verdict is one rule's word on a ticket that is not linked.
type Verdict struct {
	Rule   string        `json:"rule"` // enabled, direction, container, type, trash, private, elsewhere, replica, age, filter
	OK     bool          `json:"ok"`
	Reason ticket.Reason `json:"reason,omitempty"`
	Detail string        `json:"detail,omitempty"`
}

// Judge asks every rule of a route whether a ticket on one side may start a
// pair, in the order in which they count.
func Judge(r *Rules, side ticket.Side, t *ticket.Snapshot) []Verdict {
	end := r.End(side)
	v := func(rule string, ok bool, reason ticket.Reason, detail string) Verdict {
		if ok {
			return Verdict{Rule: rule, OK: true, Detail: detail}
		}
		return Verdict{Rule: rule, Reason: reason, Detail: detail}
	}
	status := t.Status()
	priority := t.Fields[ticket.Priority]
	filter := func(c Choice, what string, values ...string) Verdict {
		return v("filter", c.Accepts(values...), ticket.Filtered, what+" "+strings.Join(values, ", "))
	}
	out := []Verdict{
		v("enabled", r.IsEnabled(), r.Resting(), r.Stopped),
		v("direction", r.Direction.From(side), ticket.Direction, string(r.Direction)),
		v("container", inContainer(end, t.Container), ticket.NoRoute, t.Container.Name),
		v("type", end.Type == "" || t.Type == "" || strings.EqualFold(end.Type, t.Type), ticket.WrongType, t.Type),
		v("trash", !t.Trashed, ticket.Deleted, ""),
		v("private", t.Private == "" || r.Private == "replicate", ticket.Private, t.Private),
		v("elsewhere", t.Elsewhere == "" || r.Elsewhere == "ignore" || r.End(side.Other()).Announces, ticket.ReplicatedElsewhere, t.Elsewhere),
		v("age", r.Existing == "on-update" || !t.Created.Before(r.Since), ticket.TooOld,
			fmt.Sprintf("created %s, route since %s", t.Created.UTC().Format(time.RFC3339), r.Since.UTC().Format(time.RFC3339))),
	}
	other := r.End(side.Other()).Connection
	at := slices.IndexFunc(t.Markers, func(m ticket.Marker) bool {
		origin, to, err := ticket.ParsePairID(m.Pair)
		// What we made for a pair that ended starts nothing new either.
		replica := m.State == ticket.Linked || t.Ours
		return err == nil && replica && to == t.Ref.Connection && origin != t.Ref && origin.Connection != other
	})
	if at >= 0 {
		// What is only announced makes no chain.
		out = append(out, v("replica", r.Chain || r.End(side.Other()).Announces, ticket.IsReplica, t.Markers[at].Pair))
	} else {
		out = append(out, Verdict{Rule: "replica", OK: true})
	}
	for _, f := range []Verdict{
		filter(r.Filter.Types, "type", t.Type),
		filter(r.Filter.Labels, "labels", t.Fields[ticket.Labels].Names...),
		filter(r.Filter.Priorities, "priority", string(priority.Level), priority.Text),
		filter(r.Filter.Components, "components", t.Components...),
		filter(r.Filter.Statuses, "status", status.Name, status.Group),
	} {
		if !f.OK {
			return append(out, f)
		}
	}
	return append(out, Verdict{Rule: "filter", OK: true})
}

// Choose picks the route that may start a pair for a ticket, and otherwise
// says why none does: the reason of the route that came closest.
func Choose(routes []Rules, side func(*Rules) ticket.Side, t *ticket.Snapshot) (chosen *Rules, reason ticket.Reason, detail string) {
	reason, best := ticket.NoRoute, -1
	for i := range routes {
		r := &routes[i]
		passed, failed := 0, Verdict{}
		for _, v := range Judge(r, side(r), t) {
			if !v.OK {
				failed = v
				break
			}
			passed++
		}
		if failed.Rule == "" {
			return r, "", ""
		}
		if passed > best {
			best, reason, detail = passed, failed.Reason, failed.Detail
		}
	}
	return nil, reason, detail
}
