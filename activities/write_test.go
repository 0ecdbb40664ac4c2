package activities

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func writes(fields ...ticket.Field) []trackers.FieldWrite {
	var out []trackers.FieldWrite
	for _, f := range fields {
		out = append(out, trackers.FieldWrite{Field: f, Value: ticket.Value{Text: "new " + string(f)}})
	}
	return out
}

func refusal(fields ...ticket.Field) *trackers.Error {
	e := &trackers.Error{Kind: trackers.Invalid, Op: "write", Status: 400, Fields: map[ticket.Field]string{}}
	for _, f := range fields {
		e.Fields[f] = string(f) + " not on the screen"
	}
	return e
}

// A write that names its refused fields is repeated once without them.
func TestCreateRepeatsWithoutRefusedFields(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var drafts []trackers.Draft
	b.right.create = func(d trackers.Draft) (*trackers.Created, error) {
		if drafts = append(drafts, d); len(drafts) == 1 {
			return nil, refusal(ticket.Priority, ticket.Reporter)
		}
		return &trackers.Created{ID: "2", Key: "ENG-2"}, nil
	}
	fields := writes(ticket.Title, ticket.Priority)
	created, err := b.Create(t.Context(), CreateParams{Connection: "jira", Draft: trackers.Draft{
		Fields: fields, Reporter: &ticket.User{Email: "alice@example.com"}, Marker: ticket.Marker{Pair: pair, Generation: 1},
	}})
	require.NoError(t, err)
	require.Len(t, drafts, 2)
	require.Equal(t, writes(ticket.Title), drafts[1].Fields)
	require.Nil(t, drafts[1].Reporter)
	require.Equal(t, "test", drafts[0].Marker.Installation, "only the worker knows whose marker it is")
	require.Equal(t, []trackers.Written{
		{Field: ticket.Priority, Note: ticket.FieldRefused, Detail: "priority not on the screen"},
		{Field: ticket.Reporter, Note: ticket.FieldRefused, Detail: "reporter not on the screen"},
	}, created.Result.Fields)
	require.Len(t, fields, 2, "what the caller holds is left alone")
}

// Never a third time, and never when it is not certain that nothing was made.
func TestCreateIsNotRepeatedOtherwise(t *testing.T) {
	t.Parallel()
	required := refusal("customfield_1")
	required.Required = []string{"customfield_1"}
	for name, c := range map[string]struct {
		errs  []error
		calls int
		kind  trackers.Kind
	}{
		"refused twice":  {errs: []error{refusal(ticket.Priority), refusal(ticket.Title)}, calls: 2, kind: trackers.Invalid},
		"required field": {errs: []error{required}, calls: 1, kind: trackers.Invalid},
		"no field named": {errs: []error{refusal()}, calls: 1, kind: trackers.Invalid},
		"answer lost":    {errs: []error{&trackers.Error{Kind: trackers.Unavailable, Ambiguous: true}}, calls: 1, kind: trackers.Unavailable},
		"answer lost the second time": {
			errs: []error{refusal(ticket.Priority), &trackers.Error{Kind: trackers.Unavailable, Ambiguous: true}}, calls: 2, kind: trackers.Unavailable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			calls := 0
			b.right.create = func(trackers.Draft) (*trackers.Created, error) {
				calls++
				return nil, c.errs[calls-1]
			}
			_, err := b.Create(t.Context(), CreateParams{Connection: "jira", Draft: trackers.Draft{Fields: writes(ticket.Title, ticket.Priority)}})
			f := FailureOf(err)
			require.Equal(t, c.kind, f.Kind)
			require.Equal(t, c.calls, calls)
			require.Equal(t, c.kind == trackers.Unavailable, f.Ambiguous)
			if name == "required field" {
				require.Equal(t, []string{"customfield_1"}, f.Required)
			}
		})
	}
}

// Where a tracker keeps no history, a write that comes late or is repeated looks
// at the ticket first, and gives way to whoever was there.
func TestUpdateLooksFirst(t *testing.T) {
	t.Parallel()
	const soon, old = 10 * time.Millisecond, time.Second
	fields := []trackers.FieldWrite{{Field: ticket.Priority, Value: ticket.Value{Level: ticket.High}, Replaces: "known"}, {Field: ticket.Title, Replaces: "text"}, {Field: ticket.Labels}}
	described := []trackers.FieldWrite{{Field: ticket.Description, Value: ticket.Value{Text: "ours"}, Replaces: "known"}}
	for name, c := range map[string]struct {
		p        UpdateParams
		repeated bool
		queued   time.Duration
		looks    bool
	}{
		"soon":                {p: UpdateParams{NoHistory: true, Age: soon}},
		"later":               {p: UpdateParams{NoHistory: true, Age: old}, looks: true},
		"no worker for long":  {p: UpdateParams{NoHistory: true, Age: soon}, queued: old, looks: true},
		"repeated":            {p: UpdateParams{NoHistory: true, Age: soon}, repeated: true, looks: true},
		"later, a history":    {p: UpdateParams{Age: old}, queued: old},
		"repeated, a history": {p: UpdateParams{Age: soon}, repeated: true},
	} {
		c.p.Update.Fields = fields
		want := []trackers.FieldWrite{}
		if c.looks {
			want = fields[:1]
		}
		require.Equal(t, want, c.p.unsure(c.repeated, c.queued), name)
	}
	for name, c := range map[string]struct {
		p        UpdateParams
		edits    string
		repeated bool
		looks    bool
	}{
		"another pair may have been there": {p: UpdateParams{Shared: true, Age: old}, edits: "none", looks: true},
		"just now":                         {p: UpdateParams{Shared: true, Age: soon}, edits: "none"},
		"what is there may be our own":     {p: UpdateParams{Shared: true, Age: old}, edits: "none", repeated: true},
		"its history tells what was there": {p: UpdateParams{Shared: true, Age: old}},
		"no other pair":                    {p: UpdateParams{Age: old}, edits: "none"},
	} {
		c.p.Update.Fields, c.p.Update.Edits = described, c.edits
		require.Equal(t, c.looks, len(c.p.unsure(c.repeated, 0)) > 0, name)
	}

	b := newBench(t)
	written, now, level := 0, "known", ticket.Medium
	b.right.update = func(trackers.Update) (*trackers.Result, error) {
		written++
		return &trackers.Result{Snapshot: snapshot()}, nil
	}
	b.right.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) {
		return snapshot(func(s *ticket.Snapshot) { s.Fields[ticket.Priority] = ticket.Value{Fingerprint: now, Level: level} }), nil
	}
	p := UpdateParams{Ref: ticket.Ref{Connection: "jira", ID: "2"}, NoHistory: true, Age: old, Update: trackers.Update{ID: "2", Fields: fields}}
	_, err := b.Update(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, 1, written)
	now = "ours"
	level = ticket.High
	_, err = b.Update(t.Context(), p)
	require.NoError(t, err, "the try before had its effect, and nobody knows")
	require.Equal(t, 2, written)
	now, level = "a person's", ticket.Low
	_, err = b.Update(t.Context(), p)
	require.Equal(t, trackers.Stale, FailureOf(err).Kind)
	require.Equal(t, 2, written)
	p.NoHistory, p.Shared, p.Update.Fields, p.Update.Edits = false, true, described, "none"
	b.right.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) {
		return snapshot(func(s *ticket.Snapshot) { s.Fields[ticket.Description] = ticket.Value{Fingerprint: "another pair's"} }), nil
	}
	_, err = b.Update(t.Context(), p)
	require.Equal(t, trackers.Stale, FailureOf(err).Kind)
	require.Equal(t, 2, written)
}

func TestUpdateRepeatsWithoutRefusedFields(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var updates []trackers.Update
	b.right.update = func(u trackers.Update) (*trackers.Result, error) {
		if updates = append(updates, u); len(updates) == 1 {
			return nil, refusal(ticket.Priority)
		}
		return &trackers.Result{Fields: []trackers.Written{{Field: ticket.Title, Stored: "fp"}}, Snapshot: snapshot()}, nil
	}
	p := UpdateParams{Ref: ticket.Ref{Connection: "jira", ID: "2"}, Update: trackers.Update{ID: "2", Fields: writes(ticket.Title, ticket.Priority)}}
	result, err := b.Update(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, writes(ticket.Title), updates[1].Fields)
	require.NotNil(t, result.Snapshot)
	require.Equal(t, []trackers.Written{
		{Field: ticket.Title, Stored: "fp"}, {Field: ticket.Priority, Note: ticket.FieldRefused, Detail: "priority not on the screen"},
	}, result.Fields)

	// Nothing is left to write: no second call.
	updates = nil
	p.Update.Fields = writes(ticket.Priority)
	result, err = b.Update(t.Context(), p)
	require.NoError(t, err)
	require.Len(t, updates, 1)
	require.Nil(t, result.Snapshot, "so the pair reads back")
	require.Equal(t, ticket.FieldRefused, result.Fields[0].Note)
}

// A text that was too large for a payload is read from its source, by whoever
// writes it, and only if it is still the one that was decided on.
func TestTextsByReference(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source func(*ticket.Snapshot)
		field  ticket.Field
		stale  bool
	}{
		"as decided":      {source: func(*ticket.Snapshot) {}, field: ticket.Description},
		"changed since":   {source: func(s *ticket.Snapshot) { s.Fields[ticket.Description] = ticket.Value{Fingerprint: "d2"} }, field: ticket.Description, stale: true},
		"still too large": {source: func(s *ticket.Snapshot) { s.Fields[ticket.Description] = ticket.Value{Fingerprint: "d", Omitted: true} }, field: ticket.Description, stale: true},
		"another field":   {source: func(*ticket.Snapshot) {}, field: ticket.Title, stale: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.left.fetch = func(_ string, o trackers.FetchOptions) (*ticket.Snapshot, error) {
				require.True(t, o.Whole)
				return snapshot(c.source), nil
			}
			var sent []trackers.FieldWrite
			b.right.update = func(u trackers.Update) (*trackers.Result, error) {
				sent = u.Fields
				return &trackers.Result{}, nil
			}
			b.right.create = func(d trackers.Draft) (*trackers.Created, error) {
				sent = d.Fields
				return &trackers.Created{}, nil
			}
			source := ticket.Ref{Connection: "helpdesk", ID: "1"}
			fields := func() []trackers.FieldWrite {
				return append(writes(ticket.Priority), trackers.FieldWrite{Field: c.field, Source: "d", Value: ticket.Value{Omitted: true}})
			}
			_, created := b.Create(t.Context(), CreateParams{Connection: "jira", Source: source, Draft: trackers.Draft{Fields: fields()}})
			_, updated := b.Update(t.Context(), UpdateParams{
				Ref: ticket.Ref{Connection: "jira", ID: "2"}, Source: source, Update: trackers.Update{ID: "2", Fields: fields()},
			})
			if c.stale {
				require.Equal(t, trackers.Stale, FailureOf(created).Kind)
				require.Equal(t, trackers.Stale, FailureOf(updated).Kind)
				require.Nil(t, sent, "nothing decided on old facts is written")
				return
			}
			require.NoError(t, created)
			require.NoError(t, updated)
			require.Equal(t, "whole text", sent[1].Value.Text)
			require.False(t, sent[1].Value.Omitted)
		})
	}
}

// A repetition of a transition looks at the ticket first.
func TestMoveOnTheFirstAttempt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.right.move = func(m trackers.MoveRequest) (*ticket.Snapshot, error) {
		require.True(t, m.Fresh)
		return snapshot(), nil
	}
	_, err := b.Move(t.Context(), MoveParams{Ref: ticket.Ref{Connection: "jira", ID: "2"}, Step: trackers.MoveRequest{Fresh: true}})
	require.NoError(t, err)
}

// A ticket gets the same notice once, however often it is asked for.
func TestNoticeIsWrittenOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var written []ticket.Comment
	b.left.fetch = func(_ string, o trackers.FetchOptions) (*ticket.Snapshot, error) {
		require.True(t, o.Comments)
		return snapshot(func(s *ticket.Snapshot) { s.Comments = written }), nil
	}
	b.left.comment = func(d trackers.CommentDraft) (*ticket.Comment, error) {
		require.Empty(t, d.Author, "it is nobody's but ours")
		written = append(written, ticket.Comment{ID: "c1", Token: d.Token, Body: d.Body})
		return &written[0], nil
	}
	for range 3 {
		require.NoError(t, b.Notice(t.Context(), NoticeParams{Ref: ticket.Ref{Connection: "helpdesk", ID: "1"}, Text: "ENG-1 was deleted."}))
	}
	require.Len(t, written, 1)
	require.Equal(t, ticket.NoteToken, written[0].Token)
}

func TestComments(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var drafts []trackers.CommentDraft
	b.right.comment = func(d trackers.CommentDraft) (*ticket.Comment, error) {
		drafts = append(drafts, d)
		return &ticket.Comment{ID: "c2", Version: "v1", Fingerprint: "fp", Body: "not for a workflow's history"}, nil
	}
	p := CommentParams{
		Ref: ticket.Ref{Connection: "jira", ID: "2"}, Source: ticket.Ref{Connection: "helpdesk", ID: "1"},
		Copy: reconcile.CommentCopy{From: ticket.Left, Source: "c1", Token: "helpdesk/c1", Author: "Alice", Quote: "what?", Body: "that", Private: true, SourceFP: "s"},
	}
	got, err := b.AddComment(t.Context(), p)
	require.NoError(t, err)
	require.Equal(t, &ticket.Comment{ID: "c2", Version: "v1", Fingerprint: "fp"}, got)
	require.Equal(t, trackers.CommentDraft{Token: "helpdesk/c1", Stamp: ticket.Stamp("1", "s"), Author: "Alice", Quote: "what?", Body: "that", Private: true}, drafts[0])
	_, err = b.EditComment(t.Context(), p)
	require.NoError(t, err)
	require.NoError(t, b.DeleteComment(t.Context(), p))

	// A text that was left out is read from the source, unless it changed, is
	// gone, or is private by now.
	p.Copy.Body, p.Copy.Omitted = "", true
	for name, c := range map[string]struct {
		source ticket.Comment
		stale  bool
	}{
		"as decided":    {source: ticket.Comment{ID: "c1", Fingerprint: "s", Body: "long"}},
		"changed since": {source: ticket.Comment{ID: "c1", Fingerprint: "s2", Body: "longer"}, stale: true},
		"gone":          {source: ticket.Comment{ID: "c9", Fingerprint: "s"}, stale: true},
		"private now":   {source: ticket.Comment{ID: "c1", Fingerprint: "s", Private: "internal"}, stale: true},
	} {
		drafts = nil
		b.left.fetch = func(string, trackers.FetchOptions) (*ticket.Snapshot, error) {
			return snapshot(func(s *ticket.Snapshot) { s.Comments = []ticket.Comment{c.source} }), nil
		}
		_, err := b.AddComment(t.Context(), p)
		require.Equal(t, trackers.FetchOptions{Comment: "c1", Whole: true}, b.left.fetches[len(b.left.fetches)-1], "it alone, not the list")
		if c.stale {
			require.Equal(t, trackers.Stale, FailureOf(err).Kind, name)
			require.Empty(t, drafts, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, "long", drafts[0].Body)
	}
}

func TestMarkIsOfOurInstallation(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.right.mark = func(m ticket.Marker) error {
		require.Equal(t, ticket.Marker{Installation: "test", Pair: pair, Generation: 2, State: ticket.Unlinked}, m)
		return nil
	}
	require.NoError(t, b.Mark(t.Context(), MarkParams{
		Ref: ticket.Ref{Connection: "jira", ID: "2"}, Marker: ticket.Marker{Pair: pair, Generation: 2, State: ticket.Unlinked},
	}))
}
