package starter

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/workflows"
)

// linkBench has IT-9 on the help desk and ENG-45 in Jira, without a pair.
func linkBench(t *testing.T) *fakeTemporal {
	f := newTemporal(t, applied(route("it-to-eng", "IT", "ENG"), 1), applied(route("hr", "HR", "PEOPLE"), 1))
	f.tickets["IT-9"] = fakeTicket{ref: ticket.Ref{Connection: "helpdesk", ID: "h1"}}
	f.tickets["ENG-45"] = fakeTicket{ref: ticket.Ref{Connection: "jira", ID: "10001"}}
	f.tickets["ENG-46"] = fakeTicket{ref: ticket.Ref{Connection: "jira", ID: "10002"}}
	return f
}

// linkedTo returns the pair that was asked to link, and with what.
func linkedTo(t *testing.T, f *fakeTemporal) (pair string, to workflows.LinkTo) {
	t.Helper()
	asked := f.updates(addressing.UpdateLink)
	require.Len(t, asked, 1)
	for _, a := range f.asked {
		if words := strings.SplitN(a, " ", 3); words[1] == addressing.UpdateLink {
			var args []workflows.LinkTo
			require.NoError(t, json.Unmarshal([]byte(words[2]), &args))
			to = args[0]
		}
	}
	return asked[0], to
}

const (
	fromHelpdesk = "pair/helpdesk/h1/jira"
	fromJira     = "pair/jira/10001/helpdesk"
)

func TestLinkTwoFreeTickets(t *testing.T) {
	t.Parallel()
	for _, keys := range [][2]string{{"IT-9", "eng-45"}, {"ENG-45", "IT-9"}} {
		f := linkBench(t)
		var c console
		require.NoError(t, Link(t.Context(), f, keys[0], keys[1], c.text()))
		pair, to := linkedTo(t, f)
		if keys[0] == "IT-9" {
			require.Equal(t, fromHelpdesk, pair)
			require.Equal(t, ticket.Ref{Connection: "jira", ID: "10001"}, to.Replica)
		} else {
			require.Equal(t, fromJira, pair)
			require.Equal(t, ticket.Ref{Connection: "helpdesk", ID: "h1"}, to.Replica)
		}
		require.Equal(t, "it-to-eng", to.Rules.Name)
		require.Equal(t, 1, to.Rules.Version)
		require.Contains(t, c.out.String(), "is linked on route it-to-eng")
	}
}

// TestLinkKeepsTheOrigin: events of a ticket go to the pair under its own id,
// so that pair has to be the one that links.
func TestLinkKeepsTheOrigin(t *testing.T) {
	t.Parallel()
	f := linkBench(t)
	unlinked := pairOf("h9", "IT-99", "ENG-45")
	unlinked.WorkflowID, unlinked.State = fromJira, workflows.Unlinked
	unlinked.Left, unlinked.Right.Ref = workflows.TicketView{Key: "IT-99", Ref: "h99"}, "10001"
	f.add(unlinked)
	require.NoError(t, Link(t.Context(), f, "IT-9", "ENG-45", (&console{}).text()))
	pair, to := linkedTo(t, f)
	require.Equal(t, fromJira, pair)
	require.Equal(t, ticket.Ref{Connection: "helpdesk", ID: "h1"}, to.Replica)
}

func TestLinkAvoidsAnAlias(t *testing.T) {
	t.Parallel()
	f := linkBench(t)
	f.aliases[fromHelpdesk] = true
	require.NoError(t, Link(t.Context(), f, "IT-9", "ENG-45", (&console{}).text()))
	pair, _ := linkedTo(t, f)
	require.Equal(t, fromJira, pair)

	f = linkBench(t)
	f.aliases[fromHelpdesk], f.aliases[fromJira] = true, true
	require.ErrorContains(t, Link(t.Context(), f, "IT-9", "ENG-45", (&console{}).text()), "both replicas")
	require.Empty(t, f.updates(addressing.UpdateLink))
}

func TestLinkAgain(t *testing.T) {
	t.Parallel()
	f := linkBench(t)
	v := pairOf("h1", "IT-9", "ENG-45")
	p := f.add(v)
	f.aliases[fromJira] = true
	var c console
	require.NoError(t, Link(t.Context(), f, "IT-9", "ENG-45", c.text()))
	require.Empty(t, f.updates(addressing.UpdateLink))
	require.Equal(t, "IT-9 and ENG-45 are linked already\n", c.out.String())

	p.view.State = workflows.Unlinked
	require.NoError(t, Link(t.Context(), f, "ENG-45", "IT-9", c.text()))
	pair, to := linkedTo(t, f)
	require.Equal(t, fromHelpdesk, pair)
	require.Equal(t, "10001", to.Replica.ID)
}

func TestLinkRefuses(t *testing.T) {
	t.Parallel()
	f := linkBench(t)
	f.add(pairOf("h1", "IT-9", "ENG-45"))
	f.aliases[fromJira] = true
	err := Link(t.Context(), f, "IT-9", "ENG-46", (&console{}).text())
	require.EqualError(t, err, "IT-9 is linked with ENG-45: ticketsync unlink IT-9 first")

	f.tickets["IT-10"] = fakeTicket{ref: ticket.Ref{Connection: "helpdesk", ID: "h2"}}
	err = Link(t.Context(), f, "IT-10", "ENG-45", (&console{}).text())
	require.EqualError(t, err, "ENG-45 is linked with IT-9: ticketsync unlink ENG-45 first")
	require.Empty(t, f.updates(addressing.UpdateLink))

	var missing *NotFoundError
	require.ErrorAs(t, Link(t.Context(), f, "IT-9", "PEOPLE-1", (&console{}).text()), &missing)
	require.ErrorAs(t, Link(t.Context(), f, "IT-9", "ENG-77", (&console{}).text()), &missing)
	var bad *BadInputError
	require.ErrorAs(t, Link(t.Context(), f, "IT-9", "x", (&console{}).text()), &bad)
}

// TestLinkTwoOrigins: neither can become the other's replica, because both
// have a pair that takes their events.
func TestLinkTwoOrigins(t *testing.T) {
	t.Parallel()
	f := linkBench(t)
	a, b := pairOf("h1", "IT-9", "ENG-1"), pairOf("h5", "IT-5", "ENG-45")
	a.State, b.State, b.WorkflowID = workflows.Unlinked, workflows.Unlinked, fromJira
	f.add(a)
	f.add(b)
	require.ErrorContains(t, Link(t.Context(), f, "IT-9", "ENG-45", (&console{}).text()), "each have a pair of their own")
}
