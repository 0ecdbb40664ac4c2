package linear

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

func entry(actor string, minute int, change func(*api.HistoryFields)) api.HistoryFields {
	when := at8().Add(time.Duration(minute) * time.Minute).Format(sinceFormat)
	h := api.HistoryFields{ActorId: opt.Of(actor), CreatedAt: when, UpdatedAt: when}
	change(&h)
	return h
}

func titled(title string) func(*api.HistoryFields) {
	return func(h *api.HistoryFields) { h.ToTitle = opt.Of(title) }
}

// TestLost: what a person put there between the version the write was decided on
// and the write.
func TestLost(t *testing.T) {
	t.Parallel()
	me, fp := api.Account{Id: "me", App: true, Name: "Ticketsync"}, ticket.Fingerprint
	described := func(h *api.HistoryFields) { h.UpdatedDescription = opt.Of(true) }
	for name, c := range map[string]struct {
		entries []api.HistoryFields
		field   ticket.Field
		want    string
	}{
		"nothing":           {nil, ticket.Title, ""},
		"before it":         {[]api.HistoryFields{entry("bob", -1, titled("old"))}, ticket.Title, ""},
		"in between":        {[]api.HistoryFields{entry("bob", 1, titled("theirs"))}, ticket.Title, "theirs"},
		"newest first":      {[]api.HistoryFields{entry("me", 3, titled("ours")), entry("bob", 2, titled("second")), entry("bob", 1, titled("first"))}, ticket.Title, "second"},
		"other field":       {[]api.HistoryFields{entry("bob", 1, described)}, ticket.Title, ""},
		"the known one":     {[]api.HistoryFields{entry("bob", 1, titled("known"))}, ticket.Title, ""},
		"set back":          {[]api.HistoryFields{entry("bob", 2, titled("known")), entry("bob", 1, titled("theirs"))}, ticket.Title, "known"},
		"ours, undone":      {[]api.HistoryFields{entry("me", 3, titled("ours")), entry("bob", 2, titled("known")), entry("me", 1, titled("ours"))}, ticket.Title, "known"},
		"theirs, undone":    {[]api.HistoryFields{entry("me", 3, titled("ours")), entry("bob", 2, titled("known")), entry("bob", 1, titled("ours"))}, ticket.Title, "known"},
		"set back long ago": {[]api.HistoryFields{entry("bob", 1, titled("known")), entry("bob", -1, titled("theirs"))}, ticket.Title, ""},
		"the same":          {[]api.HistoryFields{entry("bob", 1, titled("ours"))}, ticket.Title, ""},
		"emptied":           {[]api.HistoryFields{entry("bob", 1, func(h *api.HistoryFields) { h.FromAssignee = opt.Of(api.HistoryFieldsFromAssigneeUser{Id: "x"}) })}, ticket.Assignee, "(empty)"},
		"description":       {[]api.HistoryFields{entry("bob", 1, described)}, ticket.Description, "a text that Linear's history does not hold"},
		"by an app of the same name": {[]api.HistoryFields{entry("", 1, func(h *api.HistoryFields) {
			h.UpdatedDescription, h.BotActor = opt.Of(true), opt.Of(api.HistoryFieldsBotActorActorBot{Name: opt.Of("Ticketsync")})
		})}, ticket.Description, ""},
		"by another pair of ours":         {[]api.HistoryFields{entry("me", 2, titled("ours")), entry("me", 1, titled("another pair's"))}, ticket.Title, "another pair's"},
		"by ourselves, what was replaced": {[]api.HistoryFields{entry("me", 2, titled("ours")), entry("me", 1, titled("known"))}, ticket.Title, ""},
	} {
		issue := &api.IssueFields{History: api.HistoryPage{Nodes: c.entries}}
		got := lost(changes(issue, me), c.field, trackers.Update{Version: at8().Format(sinceFormat)}, fp("known"), fp("ours"))
		require.Equal(t, c.want, got, name)
	}
	for name, c := range map[string]struct {
		at   int // minutes after the version
		seen []api.HistoryFields
		want string
	}{
		"the first edit, at once":   {0, nil, "a text that Linear's history does not hold"},
		"a second edit, at once":    {0, []api.HistoryFields{entry("bob", -1, described)}, "a text that Linear's history does not hold"},
		"the edit that was read":    {0, []api.HistoryFields{entry("bob", 0, described)}, ""},
		"read, entry after version": {1, []api.HistoryFields{entry("bob", 1, described)}, ""},
	} {
		before := trackers.Update{Version: at8().Format(sinceFormat), Edits: edits(changes(&api.IssueFields{History: api.HistoryPage{Nodes: c.seen}}, me))}
		after := &api.IssueFields{History: api.HistoryPage{Nodes: append([]api.HistoryFields{entry("bob", c.at, described)}, c.seen...)}}
		require.Equal(t, c.want, lost(changes(after, me), ticket.Description, before, fp("known"), fp("ours")), name)
	}
	issue := &api.IssueFields{History: api.HistoryPage{Nodes: []api.HistoryFields{entry("bob", 1, titled("x"))}}}
	require.Empty(t, lost(changes(issue, me), ticket.Title, trackers.Update{}, "", ""), "a new issue has no version before")
}

// TestEntriesThatGrow: Linear adds a person's further edits to the same entry.
func TestEntriesThatGrow(t *testing.T) {
	t.Parallel()
	grown := entry("bob", 1, titled("x"))
	grown.UpdatedAt = at8().Add(7 * time.Minute).Format(sinceFormat)
	issue := &api.IssueFields{History: api.HistoryPage{Nodes: []api.HistoryFields{grown, entry("bob", 3, titled("y"))}}}
	when := changedAt(issue, answer{skew: time.Minute}, api.Account{Id: "me"})
	require.Equal(t, map[ticket.Field]time.Time{ticket.Title: at8().Add(6 * time.Minute)}, when, "by our clock")
}

// TestLostInAnEntryThatGrew: the entry is older than the version the write was
// decided on, what it says now is not.
func TestLostInAnEntryThatGrew(t *testing.T) {
	t.Parallel()
	grown := entry("bob", -1, titled("theirs"))
	grown.UpdatedAt = at8().Add(time.Minute).Format(sinceFormat)
	issue := &api.IssueFields{History: api.HistoryPage{Nodes: []api.HistoryFields{grown}}}
	all := changes(issue, api.Account{Id: "me"})
	require.Equal(t, "theirs", lost(all, ticket.Title, trackers.Update{Version: at8().Format(sinceFormat)}, ticket.Fingerprint("known"), ticket.Fingerprint("ours")))
}
