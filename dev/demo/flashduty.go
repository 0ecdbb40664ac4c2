package demo

import (
	"fmt"

	"github.com/ticketsync/ticketsync/ticket"
)

// changesTold looks at the first issue's change event: every step of the demo
// before this one was told of.
func (d *demo) changesTold() error {
	pushes := 0
	err := d.shows(fmt.Sprintf("every change of %s is a change event in Flashduty", d.eng.Key), "", func() (bool, error) {
		all, err := d.changes.Pushes(d.ctx)
		if err != nil {
			return false, err
		}
		pushes = 0
		for _, p := range all {
			if p.Body.Key == d.eng.Key {
				pushes++
			}
		}
		now, ok, err := d.changes.Get(d.ctx, d.eng.Key)
		return ok && now.Status == "Processing", err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "    %d pushes, the last one Processing: %s is in review again\n", pushes, d.eng.Key)
	d.pair(ticket.Ref{Connection: "jira", ID: d.eng.ID}, "changes")
	return nil
}
