package conformance

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// everything sets each field that is not a status.
func everything() []trackers.FieldWrite {
	return []trackers.FieldWrite{
		text(ticket.Title, "It answers"),
		text(ticket.Description, "Since **noon**."),
		{Field: ticket.Priority, Value: ticket.Value{Level: ticket.Urgent}},
		{Field: ticket.Assignee, Value: ticket.Value{User: &ticket.User{Email: "Bob@Example.com"}}},
		{Field: ticket.Labels, Value: ticket.Value{Names: []string{"remote", "VPN", "vpn", ""}}, Create: true},
	}
}

func requireEverything(t *testing.T, s *ticket.Snapshot) {
	t.Helper()
	require.Equal(t, "It answers", s.Text(ticket.Title))
	require.Equal(t, "Since **noon**.", strings.TrimSpace(s.Text(ticket.Description)))
	require.Equal(t, ticket.Urgent, s.Fields[ticket.Priority].Level)
	require.Equal(t, "bob@example.com", s.Fields[ticket.Assignee].User.Email)
	require.True(t, ticket.SameLabels([]string{"vpn", "remote"}, s.Fields[ticket.Labels].Names), "%v", s.Fields[ticket.Labels].Names)
	require.Len(t, s.Fields[ticket.Labels].Names, 2)
}

// TestFieldsAreStoredAsTold: what a write reports is what the next read finds.
func TestFieldsAreStoredAsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		id := w.ticket("It does not answer")
		before := w.fetch(id, trackers.FetchOptions{})
		result, err := w.open().Update(t.Context(), trackers.Update{ID: id, Version: before.Version, Fields: everything()})
		require.NoError(t, err)
		after := w.fetch(id, trackers.FetchOptions{})
		requireEverything(t, after)
		requireEverything(t, result.Snapshot)
		require.NotEqual(t, before.Version, after.Version)
		require.Equal(t, after.Version, result.Snapshot.Version)
		require.Len(t, result.Fields, len(everything()))
		for _, written := range result.Fields {
			require.Equal(t, after.Fields[written.Field].Fingerprint, written.Stored, written.Field)
			require.NotEqual(t, before.Fields[written.Field].Fingerprint, written.Stored, written.Field)
			require.False(t, written.Foreign, written.Field)
			require.Empty(t, written.Lost, written.Field)
			require.Empty(t, written.Note, written.Field)
		}
		again := w.open()
		_, err = again.Update(t.Context(), trackers.Update{ID: id, Version: after.Version, Fields: everything()})
		require.NoError(t, err)
		for f, v := range w.fetch(id, trackers.FetchOptions{}).Fields {
			require.Equal(t, after.Fields[f].Fingerprint, v.Fingerprint, "%s: written again it is the same", f)
		}
	})
}

func TestCreateStoresEveryField(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		d := w.draft("t-1")
		d.Fields = everything()
		d.Reporter = &ticket.User{Email: "alice@example.com", Name: "Alice"}
		made, err := w.open().Create(t.Context(), d)
		require.NoError(t, err)
		read := w.fetch(made.ID, trackers.FetchOptions{})
		requireEverything(t, read)
		require.Equal(t, made.Key, read.Key)
		require.Equal(t, made.URL, read.URL)
		require.Equal(t, ticket.Ref{Connection: w.connection().Name, ID: made.ID}, read.Ref)
		require.Equal(t, w.container.ID, read.Container.ID)
		require.True(t, strings.EqualFold(d.Type, read.Type) || d.Type == "")
		require.WithinDuration(t, time.Now(), read.Created, 5*time.Second)
		require.WithinDuration(t, time.Now(), read.Updated, 5*time.Second)
		require.True(t, read.Ours)
		require.Empty(t, read.Private)
		require.False(t, read.Trashed)
		w.requireReporter(made, d.Reporter)
	})
}

// requireReporter: who reported it is the ticket's reporter, by account or at
// least by name, or is said not to be and named in the description.
func (w *world) requireReporter(made *trackers.Created, who *ticket.User) {
	w.t.Helper()
	_, stored := w.as("alice", w.people.read(made.ID))
	if noteOf(made.Result, ticket.Reporter) != "" {
		require.Equal(w.t, ticket.UserUnknown, noteOf(made.Result, ticket.Reporter))
		require.Contains(w.t, stored, "Reported by Dora")
		return
	}
	require.NotContains(w.t, stored, "Reported by Dora")
	reporter := w.fetch(made.ID, trackers.FetchOptions{}).Fields[ticket.Reporter].User
	require.NotNil(w.t, reporter)
	if reporter.Email != who.Email {
		require.Equal(w.t, who.Name, reporter.Name)
	}
}

func noteOf(r *trackers.Result, f ticket.Field) ticket.Reason {
	if r == nil {
		return ""
	}
	for _, w := range r.Fields {
		if w.Field == f {
			return w.Note
		}
	}
	return ""
}

func TestFieldsAreCleared(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		d := w.draft("t-1")
		d.Fields, d.Footer = everything(), ""
		made, err := w.open().Create(t.Context(), d)
		require.NoError(t, err)
		result, err := w.open().Update(t.Context(), trackers.Update{ID: made.ID, Fields: []trackers.FieldWrite{
			{Field: ticket.Description}, {Field: ticket.Assignee}, {Field: ticket.Priority},
			{Field: ticket.Labels, Replaces: w.fetch(made.ID, trackers.FetchOptions{}).Fields[ticket.Labels].Fingerprint},
		}})
		require.NoError(t, err)
		after := w.fetch(made.ID, trackers.FetchOptions{})
		for _, f := range []ticket.Field{ticket.Description, ticket.Assignee, ticket.Labels} {
			require.True(t, after.Fields[f].IsEmpty(), "%s: %v", f, after.Fields[f])
		}
		if after.PriorityRequired {
			require.Equal(t, ticket.Urgent, after.Fields[ticket.Priority].Level, "there is no none to set")
		} else {
			require.Equal(t, ticket.NoLevel, after.Fields[ticket.Priority].Level)
		}
		require.Equal(t, "It answers", after.Text(ticket.Title), "what was not written stays")
		for _, written := range result.Fields {
			require.False(t, written.Foreign, written.Field)
		}
	})
}

func TestUnknownPeopleAreSaid(t *testing.T) {
	t.Parallel()
	stranger := &ticket.User{Email: "stranger@example.com", Name: "Stranger"}
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		d := w.draft("t-1")
		assignee := trackers.FieldWrite{Field: ticket.Assignee, Value: ticket.Value{User: stranger}}
		d.Fields, d.Reporter = []trackers.FieldWrite{text(ticket.Title, "x"), assignee}, stranger
		made, err := w.open().Create(t.Context(), d)
		require.NoError(t, err)
		require.Equal(t, ticket.UserUnknown, noteOf(made.Result, ticket.Assignee))
		require.Nil(t, w.fetch(made.ID, trackers.FetchOptions{}).Fields[ticket.Assignee].User)
		w.requireReporter(made, stranger)

		_, err = w.open().Update(t.Context(), trackers.Update{ID: made.ID, Fields: everything()})
		require.NoError(t, err)
		result, err := w.open().Update(t.Context(), trackers.Update{ID: made.ID, Fields: []trackers.FieldWrite{assignee}})
		require.NoError(t, err)
		require.Equal(t, ticket.UserUnknown, noteOf(result, ticket.Assignee))
		require.False(t, result.Fields[0].Foreign)
		after := w.fetch(made.ID, trackers.FetchOptions{})
		require.Nil(t, after.Fields[ticket.Assignee].User, "cleared")
		require.Equal(t, after.Fields[ticket.Assignee].Fingerprint, result.Fields[0].Stored)
	})
}

// An edit of one field moves the version and that field's fingerprint alone.
func TestAnEditShowsInItsFieldOnly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		id := w.ticket("It does not answer")
		before := w.fetch(id, trackers.FetchOptions{})
		require.False(t, before.Ours)
		require.Equal(t, "It does not answer", before.Text(ticket.Title))
		require.Equal(t, before, w.fetch(id, trackers.FetchOptions{}), "reading changes nothing")
		w.as("bob", w.people.edit(id, "Bob's title"))
		after := w.fetch(id, trackers.FetchOptions{})
		require.Equal(t, "Bob's title", after.Text(ticket.Title))
		require.NotEqual(t, before.Version, after.Version)
		for f, v := range after.Fields {
			require.Equal(t, f == ticket.Title, v.Fingerprint != before.Fields[f].Fingerprint, f)
		}
	})
}

// TestTitlesThatAreTooLong are cut and said to be, or stored whole.
func TestTitlesThatAreTooLong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		id := w.ticket("short")
		for _, unit := range []string{"ü", "漢 ", "😀"} {
			title := strings.TrimSpace(strings.Repeat(unit, 3000))
			result, err := w.open().Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{text(ticket.Title, title)}})
			require.NoError(t, err)
			require.False(t, result.Fields[0].Foreign)
			got := w.fetch(id, trackers.FetchOptions{}).Text(ticket.Title)
			require.True(t, utf8.ValidString(got))
			if result.Fields[0].Note == "" {
				require.Equal(t, title, got)
				continue
			}
			require.Equal(t, ticket.TooLong, result.Fields[0].Note)
			require.True(t, strings.HasSuffix(got, "…"))
			require.True(t, strings.HasPrefix(title, strings.TrimSuffix(got, "…")))
		}
	})
}
