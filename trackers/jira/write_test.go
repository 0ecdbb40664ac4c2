package jira

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

func draft(fields ...trackers.FieldWrite) trackers.Draft {
	return trackers.Draft{
		Container: ticket.Container{ID: "10000", Key: "ENG"}, Type: "Bug", Marker: marker,
		Fields: append([]trackers.FieldWrite{text(ticket.Title, "VPN\ndown")}, fields...),
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		d := draft(
			trackers.FieldWrite{
				Field: ticket.Description, Value: ticket.Value{Text: "It is **down**."},
				Footer: trackers.Footer("Reported by Carol", "IT-1", "http://desk.example.com/IT-1"),
			},
			trackers.FieldWrite{Field: ticket.Priority, Value: ticket.Value{Level: ticket.Urgent}},
			trackers.FieldWrite{Field: ticket.Assignee, Value: ticket.Value{User: &ticket.User{Email: "Bob@example.com"}}},
			trackers.FieldWrite{Field: ticket.Labels, Value: ticket.Value{Names: []string{"remote work", "VPN", "vpn"}}},
			trackers.FieldWrite{Field: "customfield_10043", Value: ticket.Value{Text: "3.5"}},
		)
		d.Constants = map[string]any{"customfield_10044": "Platform"}
		d.Reporter = &ticket.User{Email: "alice@example.com"}
		created, err := b.Create(t.Context(), d)
		require.NoError(t, err)
		require.Equal(t, b.url+"/browse/"+created.Key, created.URL)
		require.Contains(t, b.requests(), "POST issue")

		s := b.fetch(created.ID, trackers.FetchOptions{Custom: []ticket.Field{"customfield_10043", "customfield_10044"}})
		require.Equal(t, created.Key, s.Key)
		require.Equal(t, "VPN down", s.Text(ticket.Title))
		require.Equal(t, "It is **down**.", s.Text(ticket.Description), "the footer is ours, not the person's text")
		require.Equal(t, ticket.Urgent, s.Fields[ticket.Priority].Level)
		require.Equal(t, "bob@example.com", s.Fields[ticket.Assignee].User.Email)
		require.Equal(t, "alice@example.com", s.Fields[ticket.Reporter].User.Email)
		require.Equal(t, []string{"VPN", "remote_work"}, sorted(s.Fields[ticket.Labels].Names))
		require.InDelta(t, 3.5, *s.Fields["customfield_10043"].Number, 0)
		require.Equal(t, "Platform", s.Text("customfield_10044"))
		require.Equal(t, []ticket.Marker{marker}, s.Markers, "the marker is written in the create call")
		require.True(t, s.Ours)
	})
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

func TestCreateNamesRequiredAndRefusedFields(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		d := draft(trackers.FieldWrite{Field: "customfield_10044", Value: ticket.Value{Text: "No such team"}})
		d.Type = "Change"
		_, err := b.Create(t.Context(), d)
		e := failure(t, err)
		require.Equal(t, trackers.Invalid, e.Kind)
		require.False(t, e.Ambiguous)
		require.Equal(t, []string{"customfield_10050"}, e.Required)
		require.NotEmpty(t, e.Fields["customfield_10044"])

		d.Fields = d.Fields[:1]
		d.Constants = map[string]any{"customfield_10050": "High"}
		_, err = b.Create(t.Context(), d)
		require.NoError(t, err)
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", map[string]any{"labels": []string{"Remote_Work", "old"}, "description": "before"})
		custom := []ticket.Field{"customfield_10042"}
		before := b.fetch(id, trackers.FetchOptions{Custom: custom})
		b.requests()
		result, err := b.Update(t.Context(), trackers.Update{
			ID: id, Version: before.Version, Custom: custom,
			Fields: []trackers.FieldWrite{
				text(ticket.Title, "VPN up"),
				text(ticket.Description, "after *all*"),
				text("customfield_10042", "laptop"),
				{Field: ticket.Priority, Value: ticket.Value{Level: ticket.Low}},
				{Field: ticket.Assignee, Value: ticket.Value{User: &ticket.User{Email: "alice@example.com"}}},
				{Field: ticket.Labels, Value: ticket.Value{Names: []string{"remote work", "new"}}},
			},
		})
		require.NoError(t, err)
		calls := slices.DeleteFunc(b.requests(), func(call string) bool { return call == "GET field" })
		want := []string{"GET user/assignable/search", "PUT issue/" + id}
		if b.flavor == DataCenter {
			want = append(want, "GET issue/"+id) // Cloud's answer tells what was stored
		}
		require.Equal(t, want, calls)
		s := result.Snapshot
		require.Equal(t, "VPN up", s.Text(ticket.Title))
		require.Equal(t, "after *all*", s.Text(ticket.Description))
		require.Equal(t, "laptop", s.Text("customfield_10042"))
		require.Equal(t, ticket.Low, s.Fields[ticket.Priority].Level)
		require.Equal(t, "alice@example.com", s.Fields[ticket.Assignee].User.Email)
		require.Equal(t, []string{"Remote_Work", "new"}, sorted(s.Fields[ticket.Labels].Names), "the issue's own spelling stays")
		require.NotEqual(t, before.Version, s.Version)
		require.Len(t, result.Fields, 6)
		again := b.fetch(id, trackers.FetchOptions{Custom: custom})
		for _, w := range result.Fields {
			require.False(t, w.Foreign, "%s", w.Field)
			require.Empty(t, w.Lost, "%s", w.Field)
			require.Equal(t, again.Fields[w.Field].Fingerprint, w.Stored, "%s", w.Field)
		}
		require.Equal(t, again.Version, s.Version)
	})
}

func TestUpdateClears(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		user := map[string]any{"accountId": "sandbox:bob", "name": "bob"}
		id := b.issue("ENG", map[string]any{
			"description": "text", "labels": []string{"x"}, "assignee": user, "customfield_10043": 4, "customfield_10044": map[string]any{"value": "Support"},
		})
		custom := []ticket.Field{"customfield_10043", "customfield_10044"}
		result, err := b.Update(t.Context(), trackers.Update{ID: id, Custom: custom, Fields: []trackers.FieldWrite{
			{Field: ticket.Description}, {Field: ticket.Labels}, {Field: ticket.Assignee}, {Field: custom[0]}, {Field: custom[1]},
			{Field: ticket.Priority, Value: ticket.Value{Level: ticket.NoLevel}},
		}})
		require.NoError(t, err)
		for _, f := range append(custom, ticket.Description, ticket.Labels, ticket.Assignee) {
			require.True(t, result.Snapshot.Fields[f].IsEmpty(), "%s", f)
		}
		require.Equal(t, ticket.Medium, result.Snapshot.Fields[ticket.Priority].Level, "Jira has no priority to clear to")
		for _, w := range result.Fields {
			require.False(t, w.Foreign, "%s", w.Field)
		}
	})
}

// An edit between the read a write was decided on and the write is lost on the
// tracker, so it must be told.
func TestUpdateTellsWhatWasLost(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", map[string]any{"description": "first"})
		before := b.fetch(id, trackers.FetchOptions{})
		b.edit("bob", id, map[string]any{"summary": "Bob's title", "description": "Bob's text"})
		result, err := b.Update(t.Context(), trackers.Update{
			ID: id, Version: before.Version,
			Fields: []trackers.FieldWrite{
				{Field: ticket.Title, Value: ticket.Value{Text: "our title"}, Replaces: before.Fields[ticket.Title].Fingerprint},
				{Field: ticket.Description, Value: ticket.Value{Text: "our text"}, Replaces: before.Fields[ticket.Description].Fingerprint},
				{Field: ticket.Priority, Value: ticket.Value{Level: ticket.High}},
			},
		})
		require.NoError(t, err)
		lost := map[ticket.Field]string{}
		for _, w := range result.Fields {
			lost[w.Field] = w.Lost
			require.False(t, w.Foreign, "%s", w.Field)
		}
		require.Equal(t, map[ticket.Field]string{
			ticket.Title: "Bob's title", ticket.Description: "Bob's text", ticket.Priority: "",
		}, lost)
	})
}

func TestUpdateNamesRefusedFields(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("OPS", nil)
		_, err := b.Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{
			text(ticket.Title, "new"), text("customfield_10042", "not on this screen"),
		}})
		e := failure(t, err)
		require.Equal(t, trackers.Invalid, e.Kind)
		require.False(t, e.Ambiguous)
		require.Contains(t, e.Fields, ticket.Field("customfield_10042"))
		require.NotContains(t, e.Fields, ticket.Title)
		require.Equal(t, "VPN down", b.fetch(id, trackers.FetchOptions{}).Text(ticket.Title), "refused as a whole")

		_, err = b.Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{
			{Field: ticket.Priority, Value: ticket.Value{Level: "critical"}},
		}})
		require.Contains(t, failure(t, err).Fields, ticket.Priority)
	})
}

func TestLongTexts(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		origin := "http://desk.example.com/IT-1"
		long := strings.Repeat("Wörter mit {macro} und *Stern* [Klammer] und so weiter. ", 900)
		created, err := b.Create(t.Context(), trackers.Draft{
			Container: ticket.Container{ID: "10000"}, Type: "Task", Marker: marker,
			Fields: []trackers.FieldWrite{
				text(ticket.Title, strings.Repeat("ü", 300)),
				{Field: ticket.Description, Value: ticket.Value{Text: long}, Origin: origin, Footer: trackers.Footer("By", "IT-1", origin)},
			},
		})
		require.NoError(t, err)
		require.Equal(t, []trackers.Written{
			{Field: ticket.Title, Note: ticket.TooLong}, {Field: ticket.Description, Note: ticket.TooLong},
		}, created.Result.Fields)
		s := b.fetch(created.ID, trackers.FetchOptions{})
		require.Equal(t, strings.Repeat("ü", 254)+"…", s.Text(ticket.Title))
		require.Contains(t, s.Text(ticket.Description), origin)
		require.Contains(t, s.Text(ticket.Description), "…")
		raw := b.as("alice", http.MethodGet, "/rest/api/2/issue/"+created.ID, nil)["fields"].(map[string]any)["description"].(string)
		require.LessOrEqual(t, markdown.Length(raw), maxText)
		require.Greater(t, markdown.Length(raw), maxText*9/10, "no more is cut than needed")
	})
}

// Where the answer tells nothing, the issue is read back; who writes between
// the two is not taken for us.
func TestUpdateSeesWhoWroteAfterUs(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		before := b.fetch(id, trackers.FetchOptions{})
		tracker := b.between(func(req *http.Request, resp *http.Response) {
			if req.Method != http.MethodPut {
				return
			}
			resp.StatusCode, resp.Body = http.StatusNoContent, http.NoBody
			resp.ContentLength = 0
			b.edit("bob", id, map[string]any{"summary": "Bob's title", "description": "Bob's text"})
		})
		result, err := tracker.Update(t.Context(), trackers.Update{
			ID: id, Version: before.Version,
			Fields: []trackers.FieldWrite{
				text(ticket.Title, "our title"), text(ticket.Description, "our text"),
				{Field: ticket.Priority, Value: ticket.Value{Level: ticket.High}},
			},
		})
		require.NoError(t, err)
		require.Equal(t, "Bob's title", result.Snapshot.Text(ticket.Title))
		foreign := map[ticket.Field]bool{}
		for _, w := range result.Fields {
			foreign[w.Field] = w.Foreign
			require.Empty(t, w.Lost)
			require.Equal(t, result.Snapshot.Fields[w.Field].Fingerprint, w.Stored)
		}
		require.Equal(t, map[ticket.Field]bool{ticket.Title: true, ticket.Description: true, ticket.Priority: false}, foreign)
	})
}

func TestUpdateReadBackLost(t *testing.T) {
	t.Parallel()
	b := newBundle(t, DataCenter)
	id := b.issue("ENG", nil)
	b.fault(http.MethodGet, "/rest/api/2/issue/*", "status:503")
	_, err := b.Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{text(ticket.Title, "new")}})
	require.True(t, failure(t, err).Ambiguous, "it was written")
	require.Equal(t, "new", b.fetch(id, trackers.FetchOptions{}).Text(ticket.Title))
}
