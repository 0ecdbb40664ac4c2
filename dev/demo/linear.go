package demo

import (
	"fmt"
	"strings"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/ticket"
)

// Containers of the steps in Linear.
const (
	productChannel, productTeam = "Product", "PRO"
	opsProject, platformTeam    = "OPS", "PLT"
)

func (d *demo) productAppears() (err error) {
	title := "Export as CSV (" + d.stamp + ")"
	d.wish, err = d.alice.Create(d.ctx, productChannel, title,
		"<p>Customers ask for <strong>all columns</strong>.</p><ul><li>with headings</li><li>in UTF-8</li></ul>",
		map[string]any{"assigneeId": "u_bob"})
	if err != nil {
		return err
	}
	d.pro, err = d.inLinear(fmt.Sprintf("alice creates %s, it appears in Linear", d.wish.Key()), productTeam, title)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "    %s/%s ⇄ %s\n", d.s.RavennaURL, d.wish.Key(), d.pro.URL)
	d.pair(ticket.Ref{Connection: "helpdesk", ID: d.wish.ID}, "linear")
	return nil
}

func (d *demo) statusFromLinear() error {
	if err := d.bobInLinear.SetStatus(d.ctx, d.pro.ID, "Done"); err != nil {
		return err
	}
	return d.shows("bob sets Done in Linear, Ravenna follows", "without a status map, by meaning", func() (bool, error) {
		t, err := d.alice.Get(d.ctx, d.wish.ID)
		return t.Status.Label == "Done", err
	})
}

func (d *demo) taskAppears() (err error) {
	summary := "Rotate the database password (" + d.stamp + ")"
	d.ops, err = d.bob.Create(d.ctx, opsProject, "Task", summary, "On *db-1* and {{db-2}}.", nil)
	if err != nil {
		return err
	}
	d.plt, err = d.inLinear(fmt.Sprintf("bob creates %s in Jira, it appears in Linear", d.ops.Key), platformTeam, summary)
	if err != nil {
		return err
	}
	d.pair(ticket.Ref{Connection: "jira", ID: d.ops.ID}, "linear")
	return nil
}

func (d *demo) commentFromLinear() error {
	if _, err := d.bobInLinear.Say(d.ctx, d.plt.ID, "Done on `db-1`, the **second** follows.", ""); err != nil {
		return err
	}
	return d.shows("bob comments in Linear, it appears in Jira", "", func() (bool, error) {
		list, err := d.bob.Comments(d.ctx, d.ops.Key)
		for _, c := range list {
			if strings.Contains(c.Body, "db-1") {
				return true, err
			}
		}
		return false, err
	})
}

// inLinear waits for the one issue of a team with this title.
func (d *demo) inLinear(what, team, title string) (out people.LinearIssue, err error) {
	err = d.shows(what, "", func() (bool, error) {
		found, err := d.bobInLinear.Titled(d.ctx, team, title)
		if len(found) == 1 {
			out = found[0]
		}
		return len(found) == 1, err
	})
	return out, err
}
