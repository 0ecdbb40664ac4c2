package linear

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func (s *space) create(d trackers.Draft) *trackers.Created {
	s.t.Helper()
	made, err := s.tracker.Create(s.t.Context(), d)
	require.NoError(s.t, err)
	require.NotNil(s.t, made.Result.Snapshot)
	return made
}

func (s *space) update(id, version string, fields ...trackers.FieldWrite) *trackers.Result {
	s.t.Helper()
	r, err := s.tracker.Update(s.t.Context(), trackers.Update{ID: id, Version: version, Fields: fields})
	require.NoError(s.t, err)
	return r
}

func (s *space) mutate(name, mutation string) {
	s.t.Helper()
	s.as(name, `mutation { `+mutation+` }`, nil)
}

// TestCreateStoresEveryFieldInOneCall: the replica names its origin from its
// first moment, and nobody sees that line on the other side.
func TestCreateStoresEveryFieldInOneCall(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	d := s.draft(
		write(ticket.Description, ticket.Value{Text: "It is *full*.\n\n- a\n- b\n"}),
		write(ticket.Status, ticket.Value{State: &ticket.State{Name: "In Progress"}}),
		write(ticket.Priority, ticket.Value{Level: ticket.High}),
		write(ticket.Assignee, ticket.Value{User: &ticket.User{Email: "Alice@example.com"}}),
		write(ticket.Labels, ticket.Value{Names: []string{"bug"}}),
	)
	d.Reporter = &ticket.User{Name: "Dora", Email: "dora@example.com"}
	d.Footer = trackers.Footer("Reported by Dora", "IT-1", originURL)
	s.calls()
	made := s.create(d)
	require.Equal(t, []string{"Viewer", "UsersByEmail", "TeamLabels", "CreateIssue"}, s.calls(), "the states are remembered")
	require.Equal(t, issueID(installation, marker()), made.ID)
	require.Equal(t, s.url+"/"+made.Key, made.URL)

	snap := s.fetch(made.ID, trackers.FetchOptions{})
	require.Equal(t, made.Result.Snapshot.Fields, snap.Fields, "the mutation's answer is the read-back")
	require.Equal(t, []ticket.Marker{marker()}, snap.Markers)
	require.True(t, snap.Ours && snap.AnyStatus && snap.Nests && snap.LinksRead)
	require.Equal(t, "Disk full", snap.Text(ticket.Title))
	require.Equal(t, "It is *full*.\n\n* a\n* b\n", snap.Text(ticket.Description), "without our last line, as Linear rewrote it")
	require.Equal(t, ticket.Started, snap.Status().Category)
	require.Equal(t, ticket.High, snap.Fields[ticket.Priority].Level)
	require.Equal(t, "alice@example.com", snap.Fields[ticket.Assignee].User.Email)
	require.Equal(t, []string{"Bug"}, snap.Fields[ticket.Labels].Names)
	for _, w := range made.Result.Fields {
		require.Equal(t, snap.Fields[w.Field].Fingerprint, w.Stored, w.Field)
		require.False(t, w.Foreign, w.Field)
	}
	reporter := written(t, made.Result, ticket.Reporter)
	require.Equal(t, ticket.UserUnknown, reporter.Note)
	require.Equal(t, "Dora", reporter.Detail)
	raw := s.as("alice", `query { issue(id: "`+made.ID+`") { description } }`, nil)["issue"].(map[string]any)["description"].(string)
	require.Contains(t, raw, "Reported by Dora")
	require.Contains(t, raw, "#ticketsync=dev/pair/helpdesk/tk1/linear/1/linked")
	require.NotContains(t, raw, "#ticketsync=footer")
}

// TestAppWritesInTheReportersName: then no line needs to name them.
func TestAppWritesInTheReportersName(t *testing.T) {
	t.Parallel()
	s := newSpace(t, asApp)
	d := s.draft(write(ticket.Description, ticket.Value{Text: "x"}))
	d.Reporter = &ticket.User{Name: "Dora"}
	d.Footer = trackers.Footer("Reported by Dora", "IT-1", originURL)
	made := s.create(d)
	require.Empty(t, written(t, made.Result, ticket.Reporter).Note)
	snap := s.fetch(made.ID, trackers.FetchOptions{})
	require.Equal(t, "Dora", snap.Fields[ticket.Reporter].User.Name)
	require.True(t, snap.Ours)
	require.Equal(t, "x\n", snap.Text(ticket.Description))
	require.Equal(t, []ticket.Marker{marker()}, snap.Markers)
	raw := s.as("alice", `query { issue(id: "`+made.ID+`") { description } }`, nil)["issue"].(map[string]any)["description"].(string)
	require.NotContains(t, raw, "Reported by")
}

// TestCreateTakesEffectOnce: whatever happens to the answer, also after a
// restart, the second call returns the issue of the first.
func TestCreateTakesEffectOnce(t *testing.T) {
	t.Parallel()
	for loss, committed := range map[string]bool{"drop-after-commit": true, "truncate": true, "drop-before-commit": false, "status:500": false, "html": true} {
		s := newSpace(t)
		s.faults(fault{"method": "*", "operation": "CreateIssue", "fault": loss})
		_, err := s.tracker.Create(t.Context(), s.draft())
		var e *trackers.Error
		require.ErrorAs(t, err, &e, loss)
		require.True(t, e.Ambiguous, loss)

		restarted := s.open()
		found, err := restarted.Find(t.Context(), s.team, marker(), at8())
		require.NoError(t, err)
		if loss != "html" {
			require.Equal(t, committed, len(found) == 1, loss)
		}
		again, err := restarted.Create(t.Context(), s.draft())
		require.NoError(t, err, loss)
		once, err := restarted.Create(t.Context(), s.draft())
		require.NoError(t, err, loss)
		require.Equal(t, again.ID, once.ID)
		require.Equal(t, again.Key, once.Key)
		require.Equal(t, again.Result.Fields, once.Result.Fields)
		all := s.as("alice", `query { issues(includeArchived: true) { nodes { id } } }`, nil)["issues"].(map[string]any)["nodes"]
		require.Len(t, all, 1, loss)
	}
}

// TestNullIssueIsAmbiguous: the mutation says that it worked and shows nothing.
func TestNullIssueIsAmbiguous(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	s.control("quirks", map[string]any{"null_issue": true})
	_, err := s.tracker.Create(t.Context(), s.draft())
	var e *trackers.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, trackers.Unavailable, e.Kind)
	require.True(t, e.Ambiguous)
	made := s.create(s.draft())
	s.control("quirks", map[string]any{"partial": true})
	_, err = s.tracker.Update(t.Context(), trackers.Update{ID: made.ID, Fields: []trackers.FieldWrite{write(ticket.Title, ticket.Value{Text: "y"})}})
	require.ErrorAs(t, err, &e)
	require.True(t, e.Ambiguous)
}

// TestRelinkDoesNotMeetItsTrash: the generation is part of the id.
func TestRelinkDoesNotMeetItsTrash(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	old := s.create(s.draft())
	s.mutate("alice", `issueDelete(id: "`+old.ID+`") { success }`)
	found, err := s.tracker.Find(t.Context(), s.team, marker(), at8())
	require.NoError(t, err)
	require.Empty(t, found, "what lies in the trash is no replica")
	_, err = s.tracker.Create(t.Context(), s.draft())
	require.True(t, trackers.Is(err, trackers.Invalid))
	require.ErrorContains(t, err, old.Key+" exists already and lies in the trash")

	again := s.draft()
	again.Marker.Generation = 2
	made := s.create(again)
	require.NotEqual(t, old.ID, made.ID)
	require.Equal(t, 2, made.Result.Snapshot.Markers[0].Generation)

	s.mutate("alice", `issueDelete(id: "`+made.ID+`", permanentlyDelete: true) { success }`)
	_, err = s.tracker.Create(t.Context(), again)
	require.True(t, trackers.Is(err, trackers.Invalid), "%v", err)
	require.ErrorContains(t, err, "cannot be read")
}

func TestReplicaInAnotherTeam(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	made := s.create(s.draft())
	platform, err := s.tracker.Describe(t.Context(), trackers.Place{Container: "PLT"})
	require.NoError(t, err)
	s.edit("alice", made.ID, map[string]any{"teamId": platform.ID})
	_, err = s.tracker.Create(t.Context(), s.draft())
	require.True(t, trackers.Is(err, trackers.Invalid))
	require.ErrorContains(t, err, "exists already in another team")
	id, err := s.tracker.Lookup(t.Context(), made.Key)
	require.NoError(t, err, "an old key still finds it")
	require.Equal(t, made.ID, id)
}

func TestCreateInAProject(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	place, err := s.tracker.Describe(t.Context(), trackers.Place{Container: "Product", Part: "launch"})
	require.NoError(t, err)
	d := s.draft()
	d.Container = place.Container
	made := s.create(d)
	require.Equal(t, place.Container, made.Result.Snapshot.Container)
	d = s.draft()
	d.Marker.Generation = 2
	d.Container = ticket.Container{Key: "PRO"}
	require.Equal(t, ticket.NoPart, s.create(d).Result.Snapshot.Container.Part, "by key alone")
}

// TestUpdateWritesOnlyWhatIsNamed and tells what is stored.
func TestUpdateWritesOnlyWhatIsNamed(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", map[string]any{"description": "old", "priority": 2})
	s.edit("alice", id, map[string]any{"assigneeId": s.userID("bob")})
	before := s.fetch(id, trackers.FetchOptions{})
	r := s.update(id, before.Version,
		write(ticket.Title, ticket.Value{Text: "New\ntitle"}), write(ticket.Status, ticket.Value{State: &ticket.State{Name: "completed"}}))
	require.Equal(t, "New title", r.Snapshot.Text(ticket.Title))
	require.Equal(t, "Done", r.Snapshot.Status().Name)
	require.True(t, r.Snapshot.Status().Done)
	for _, f := range []ticket.Field{ticket.Description, ticket.Priority, ticket.Assignee} {
		require.Equal(t, before.Fields[f], r.Snapshot.Fields[f], "%s was not written", f)
	}
	after := s.fetch(id, trackers.FetchOptions{})
	require.Equal(t, r.Snapshot, after, "the mutation's answer is the read-back")

	r = s.update(id, after.Version, write(ticket.Assignee, ticket.Value{User: &ticket.User{Email: "carol@example.com"}}), write(ticket.Description, ticket.Value{}))
	require.Equal(t, ticket.UserUnknown, written(t, r, ticket.Assignee).Note)
	require.Nil(t, r.Snapshot.Fields[ticket.Assignee].User, "who is unknown here leaves nobody")
	require.Empty(t, r.Snapshot.Text(ticket.Description))
}

func (s *space) userID(name string) string {
	s.t.Helper()
	found, err := s.tracker.byEmail(s.t.Context(), name+"@example.com")
	require.NoError(s.t, err)
	require.True(s.t, found.known)
	return found.id
}

// TestEditBetweenReadAndWrite: what a person put there is told, once.
func TestEditBetweenReadAndWrite(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	before := s.fetch(id, trackers.FetchOptions{})
	s.edit("bob", id, map[string]any{"title": "Bob's title", "priority": 1})
	replaced := before.Fields[ticket.Title].Fingerprint
	r := s.update(id, before.Version, trackers.FieldWrite{Field: ticket.Title, Value: ticket.Value{Text: "Ours"}, Replaces: replaced})
	w := written(t, r, ticket.Title)
	require.Equal(t, "Bob's title", w.Lost)
	require.False(t, w.Foreign)
	require.Equal(t, ticket.Urgent, r.Snapshot.Fields[ticket.Priority].Level, "a field that was not written stays")
	require.Contains(t, r.Snapshot.ChangedAt, ticket.Priority)

	r = s.update(id, r.Snapshot.Version, write(ticket.Title, ticket.Value{Text: "Again"}))
	require.Empty(t, written(t, r, ticket.Title).Lost, "told already")
}
