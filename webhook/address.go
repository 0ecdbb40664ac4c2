package webhook

import (
	"time"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// source names the receiver in hints.
const source = "webhook"

// address returns whom to tell about the events of one body, in order.
func address(routes []reconcile.Rules, connection string, events []ticket.Event, at time.Time) []addressing.Delivery {
	var out []addressing.Delivery
	for _, e := range events {
		for _, d := range addressing.Deliver(routes, connection, e, source) {
			d.Hint.At = at
			out = append(out, d)
		}
	}
	return out
}
