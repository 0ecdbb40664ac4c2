package ravenna

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/steer"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

func TestCreateStoresEveryFieldInOneCall(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	draft := d.draft(
		trackers.FieldWrite{
			Field: ticket.Description, Value: ticket.Value{Text: "It is **full**.\n\n- a\n- b"},
			Footer: trackers.Footer("Reported by Dora", "ENG-1", originURL),
		},
		write(ticket.Status, ticket.Value{State: &ticket.State{Name: "In Progress"}}),
		write(ticket.Priority, ticket.Value{Level: ticket.Urgent}),
		write(ticket.Assignee, ticket.Value{User: &ticket.User{Email: "Alice@Example.com"}}),
		write(ticket.Labels, ticket.Value{Names: []string{"disk_space", "new"}}),
		write("customFields.asset", ticket.Value{Text: "srv-1"}),
	)
	draft.Reporter = &ticket.User{Email: "carol@example.com"}
	d.as("alice", http.MethodPost, "/tags", map[string]any{"name": "Disk space", "color": "red"})
	d.calls()

	created, err := d.tracker.Create(t.Context(), draft)
	require.NoError(t, err)
	calls := d.calls()
	require.Equal(t, 1, count(calls, "POST /tickets"), calls)
	require.Equal(t, 1, count(calls, "POST /tags"), "only the missing tag is made: %v", calls)
	require.Equal(t, "IT-1", created.Key)
	require.Equal(t, d.url+"/IT-1", created.URL)

	s := created.Result.Snapshot
	require.Equal(t, created.ID, s.Ref.ID)
	require.Equal(t, "Disk full", s.Text(ticket.Title))
	require.Equal(t, "It is **full**.\n\n- a\n- b\n", s.Text(ticket.Description), "without the footer")
	require.Equal(t, ticket.State{ID: s.Status().ID, Name: "In Progress", Group: "In Progress", Category: ticket.Started}, s.Status())
	require.Equal(t, ticket.Urgent, s.Fields[ticket.Priority].Level)
	require.Equal(t, "alice@example.com", s.Fields[ticket.Assignee].User.Email)
	require.Equal(t, "carol@example.com", s.Fields[ticket.Reporter].User.Email)
	require.Equal(t, []string{"Disk space", "new"}, s.Fields[ticket.Labels].Names)
	require.Equal(t, "srv-1", s.Fields["customFields.asset"].Text)
	require.True(t, s.Ours)
	require.True(t, s.AnyStatus)
	require.Equal(t, []ticket.Marker{marker()}, s.Markers)
	for _, w := range created.Result.Fields {
		require.False(t, w.Foreign, w.Field)
		require.Empty(t, w.Note, w.Field)
		require.Equal(t, s.Fields[w.Field].Fingerprint, w.Stored, w.Field)
	}
	raw := d.as("alice", http.MethodGet, "/tickets/"+created.ID, nil)
	require.Equal(t, "INTEGRATION", raw["source"])
	require.Contains(t, raw["description"], "Reported by Dora")
}

func TestCreateWithoutPriorityOrAccounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	draft := d.draft(write(ticket.Assignee, ticket.Value{User: &ticket.User{Email: "nobody@example.com", Name: "Nobody"}}))
	draft.Reporter = &ticket.User{Email: "stranger@example.com", Name: "Stranger"}
	draft.Private = true
	draft.Constants = map[string]any{"customFields.site": "Rome", "type": "INCIDENT", "metadata": map[string]any{"team": "x"}}
	created, err := d.tracker.Create(t.Context(), draft)
	require.NoError(t, err)
	s := created.Result.Snapshot
	require.Equal(t, ticket.Medium, s.Fields[ticket.Priority].Level)
	require.Equal(t, "private ticket", s.Private)
	require.Equal(t, "INCIDENT", s.Type)
	require.Nil(t, s.Fields[ticket.Assignee].User)
	for _, f := range []ticket.Field{ticket.Assignee, ticket.Reporter} {
		require.Equal(t, ticket.UserUnknown, written(t, created.Result, f).Note, f)
		require.False(t, written(t, created.Result, f).Foreign, f)
	}
	require.Equal(t, "Stranger", written(t, created.Result, ticket.Reporter).Detail)
	raw := d.as("bot", http.MethodGet, "/tickets/"+created.ID, nil)
	require.Equal(t, map[string]any{"site": "Rome"}, raw["customFields"])
	require.Contains(t, raw["metadata"], "team")
	require.Len(t, s.Markers, 1)
}

func TestUpdateIsOnePut(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", map[string]any{"description": "<p>old</p>"})
	before := d.fetch(id, trackers.FetchOptions{})
	d.as("alice", http.MethodPost, "/tags", map[string]any{"name": "keep", "color": "red"})
	d.calls()

	replaces := func(f ticket.Field, v ticket.Value) trackers.FieldWrite {
		return trackers.FieldWrite{Field: f, Value: v, Replaces: before.Fields[f].Fingerprint}
	}
	result, err := d.tracker.Update(t.Context(), trackers.Update{ID: id, Version: before.Version, Fields: []trackers.FieldWrite{
		replaces(ticket.Title, ticket.Value{Text: "Printer burnt down"}),
		replaces(ticket.Description, ticket.Value{Text: "new *text*"}),
		replaces(ticket.Status, ticket.Value{State: &ticket.State{Name: "waiting on customer"}}),
		replaces(ticket.Priority, ticket.Value{Level: ticket.NoLevel}),
		replaces(ticket.Assignee, ticket.Value{User: &ticket.User{Email: "bob@example.com"}}),
		replaces(ticket.Labels, ticket.Value{Names: []string{"Keep"}}),
	}})
	require.NoError(t, err)
	calls := d.calls()
	require.Equal(t, 1, count(calls, "PUT "), calls)
	require.Zero(t, count(calls, "GET /tickets"), "what was read is remembered: %v", calls)
	s := result.Snapshot
	require.Equal(t, "new *text*\n", s.Text(ticket.Description))
	require.Equal(t, "Waiting", s.Status().Group)
	require.Equal(t, ticket.NoLevel, s.Fields[ticket.Priority].Level)
	require.Equal(t, []string{"keep"}, s.Fields[ticket.Labels].Names)
	require.Greater(t, s.Version, before.Version)
	for _, w := range result.Fields {
		require.False(t, w.Foreign, w.Field)
		require.Equal(t, s.Fields[w.Field].Fingerprint, w.Stored, w.Field)
	}
}

func TestUpdateIsStaleOnceAPersonEdited(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", map[string]any{"description": "<p>old</p>"})
	before := d.fetch(id, trackers.FetchOptions{})
	d.as("alice", http.MethodPut, "/tickets/"+id, map[string]any{"data": map[string]any{"description": "<p>hers</p>"}})
	update := trackers.Update{ID: id, Fields: []trackers.FieldWrite{{
		Field: ticket.Description, Value: ticket.Value{Text: "ours"}, Replaces: before.Fields[ticket.Description].Fingerprint,
	}}}

	for name, tracker := range map[string]*Tracker{"read here": d.tracker, "read by another worker": d.open()} {
		_, err := tracker.Update(t.Context(), update)
		require.True(t, trackers.Is(err, trackers.Stale), "%s: %v", name, err)
	}
	require.Equal(t, "hers\n", d.fetch(id, trackers.FetchOptions{}).Text(ticket.Description))
}

func TestUpdateByAnotherWorkerReadsFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", map[string]any{"description": "<p>old</p>"})
	before := d.fetch(id, trackers.FetchOptions{})
	other := d.open()
	d.calls()
	update := trackers.Update{ID: id, Fields: []trackers.FieldWrite{{
		Field: ticket.Title, Value: ticket.Value{Text: "ours"}, Replaces: before.Fields[ticket.Title].Fingerprint,
	}}}
	_, err := other.Update(t.Context(), update)
	require.NoError(t, err)
	require.Equal(t, []string{"GET /tickets/" + id, "PUT /tickets/" + id}, withoutUsers(d.calls()))
}

func withoutUsers(calls []string) []string {
	var out []string
	for _, call := range calls {
		if !strings.HasPrefix(call, "GET /users") {
			out = append(out, call)
		}
	}
	return out
}

func TestUpdateRepeatedAfterALostAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", map[string]any{"description": "<p>old</p>"})
	before := d.fetch(id, trackers.FetchOptions{})
	update := trackers.Update{ID: id, Fields: []trackers.FieldWrite{
		{Field: ticket.Title, Value: ticket.Value{Text: "ours"}, Replaces: before.Fields[ticket.Title].Fingerprint},
		{Field: ticket.Description, Value: ticket.Value{Text: "ours *too*"}, Replaces: before.Fields[ticket.Description].Fingerprint},
	}}
	d.Break(steer.Fault{"method": "PUT", "path": "*", "fault": "drop-after-commit"})
	_, err := d.tracker.Update(t.Context(), update)
	var e *trackers.Error
	require.ErrorAs(t, err, &e)
	require.True(t, e.Ambiguous)

	result, err := d.tracker.Update(t.Context(), update)
	require.NoError(t, err)
	require.Equal(t, "ours", result.Snapshot.Text(ticket.Title))
	require.Equal(t, "ours *too*\n", result.Snapshot.Text(ticket.Description))
}

func TestUpdateKeepsTagsAddedMeanwhile(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	tag := func(name string) map[string]any {
		return map[string]any{"id": d.as("alice", http.MethodPost, "/tags", map[string]any{"name": name, "color": "red"})["id"]}
	}
	old, added := tag("old"), tag("added meanwhile")
	id := d.report("alice", map[string]any{"tags": []any{old}})
	before := d.fetch(id, trackers.FetchOptions{})
	d.as("alice", http.MethodPut, "/tickets/"+id, map[string]any{"data": map[string]any{"addTags": []any{added}}})

	result, err := d.tracker.Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{{
		Field: ticket.Labels, Value: ticket.Value{Names: []string{"ours"}}, Replaces: before.Fields[ticket.Labels].Fingerprint,
	}}})
	require.NoError(t, err)
	require.Equal(t, []string{"added meanwhile", "ours"}, result.Snapshot.Fields[ticket.Labels].Names)
	require.True(t, written(t, result, ticket.Labels).Foreign)
}

func TestUpdateKeepsOtherCustomFields(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", map[string]any{"customFields": map[string]any{"asset": "a-1", "floor": 3, "wired": true}})
	opts := trackers.FetchOptions{Custom: []ticket.Field{"customFields.asset", "customFields.floor"}}
	before := d.fetch(id, opts)
	require.InDelta(t, 3, *before.Fields["customFields.floor"].Number, 0)
	d.as("alice", http.MethodPut, "/tickets/"+id, map[string]any{"data": map[string]any{
		"customFields": map[string]any{"asset": "a-1", "floor": 4, "wired": true},
	}})
	update := trackers.Update{ID: id, Version: before.Version, Custom: opts.Custom, Fields: []trackers.FieldWrite{
		write("customFields.asset", ticket.Value{Text: "a-2"}), write("customFields.wired", ticket.Value{Text: "false"}),
	}}
	// The remembered ticket is of the version the write was decided on.
	d.fetch(id, opts)
	update.Version = d.fetch(id, opts).Version
	result, err := d.tracker.Update(t.Context(), update)
	require.NoError(t, err)
	require.False(t, written(t, result, "customFields.asset").Foreign)
	require.False(t, written(t, result, "customFields.wired").Foreign)
	require.Equal(t, map[string]any{"asset": "a-2", "floor": 4.0, "wired": false},
		d.as("alice", http.MethodGet, "/tickets/"+id, nil)["customFields"])
}

func TestUpdateNamesWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	for _, w := range []trackers.FieldWrite{
		write(ticket.Status, ticket.Value{State: &ticket.State{Name: "No such"}}),
		write(ticket.Status, ticket.Value{}),
		write(ticket.Priority, ticket.Value{Level: "blocker"}),
		write("duedate", ticket.Value{Text: "x"}),
		write(ticket.Description, ticket.Value{Omitted: true, Size: 9}),
	} {
		_, err := d.tracker.Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{w}})
		var e *trackers.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, trackers.Invalid, e.Kind)
		require.Contains(t, e.Fields, w.Field)
		require.False(t, e.Ambiguous)
	}
}

func TestUpdateCutsWhatIsTooLong(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.report("alice", nil)
	long := strings.Repeat("word & **more** ", 70_000)
	result, err := d.tracker.Update(t.Context(), trackers.Update{ID: id, Fields: []trackers.FieldWrite{
		write(ticket.Title, ticket.Value{Text: strings.Repeat("title 😀 ", 400)}),
		{Field: ticket.Description, Value: ticket.Value{Text: long}, Origin: originURL, Footer: trackers.Footer("Reported by Dora", "ENG-1", originURL)},
	}})
	require.NoError(t, err)
	for _, f := range []ticket.Field{ticket.Title, ticket.Description} {
		require.Equal(t, ticket.TooLong, written(t, result, f).Note, f)
		require.False(t, written(t, result, f).Foreign, f)
	}
	raw := d.as("alice", http.MethodGet, "/tickets/"+id, nil)
	title, _ := raw["title"].(string)
	require.LessOrEqual(t, markdown.Length(title), maxTitle)
	require.True(t, strings.HasSuffix(title, "…"), "…%q", title[len(title)-20:])
	html, _ := raw["description"].(string)
	require.LessOrEqual(t, len(html), maxHTML)
	require.Greater(t, len(html), maxHTML*8/10, "more was cut than had to be")
	tail := html[len(html)-400:]
	require.Contains(t, tail, `<a href="`+originURL+`">`+wholeText)
	require.Contains(t, tail, "Reported by Dora")
}
