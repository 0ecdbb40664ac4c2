package reconcile

import (
	"slices"

	"github.com/ticketsync/ticketsync/ticket"
)

// Draft lists what a new replica of the origin starts with. Fields whose
// value has no counterpart are left out; the first plan after the creation
// holds them with their reason.
func Draft(rules *Rules, origin ticket.Side, snap *ticket.Snapshot) []Write {
	var out []Write
	for _, f := range rules.FieldRules() {
		v, ok := snap.Fields[f.On(origin)]
		if !ok || !f.Direction.From(origin) {
			continue
		}
		value, keep, reason, _ := rules.translate(f, origin, v, nil)
		if keep || reason != "" || value.IsEmpty() {
			continue
		}
		out = append(out, Write{
			Field: f.Name, On: f.On(origin.Other()), Value: value, Source: v.Fingerprint,
			To: display(f.Name, v), Origin: snap.URL,
		})
	}
	return out
}

// Undrafted lists the fields that have something to send by now and had nothing
// when the draft was made.
func Undrafted(rules *Rules, origin ticket.Side, draft []Write, snap *ticket.Snapshot) (fields []ticket.Field) {
	for _, w := range Draft(rules, origin, snap) {
		if !slices.ContainsFunc(draft, func(sent Write) bool { return sent.Field == w.Field }) {
			fields = append(fields, w.Field)
		}
	}
	return fields
}

// Reporter returns who asked for the origin, in the replica's terms, nil when
// nobody is known.
func Reporter(rules *Rules, origin ticket.Side, snap *ticket.Snapshot) *ticket.User {
	v, ok := snap.Fields[ticket.Reporter]
	if !ok || v.User == nil {
		return nil
	}
	return &ticket.User{Email: rules.email(origin, v.User), Name: v.User.Display()}
}
