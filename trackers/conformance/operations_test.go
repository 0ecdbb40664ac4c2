package conformance

import (
	"context"
	"errors"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	otherURL   = "http://other.example.com/T-1"
	otherTitle = "T-1 It does not answer"
)

// marker is of a pair whose origin is elsewhere.
func marker() ticket.Marker {
	return ticket.Marker{Installation: "dev", Pair: "pair/other/t-1/here", Generation: 1, State: ticket.Linked, URL: otherURL}
}

// draft is the replica of another tracker's ticket with this id.
func (w *world) draft(origin string) trackers.Draft {
	m := marker()
	m.Pair = ticket.PairID(ticket.Ref{Connection: "other", ID: origin}, "here")
	return trackers.Draft{
		Container: w.container, Type: w.place.Type, Marker: m, Footer: trackers.Footer("Reported by Dora", "T-1", otherURL),
		Fields: []trackers.FieldWrite{
			text(ticket.Title, "It does not answer"), text(ticket.Description, "Not **at all**."),
			{Field: ticket.Assignee, Value: ticket.Value{User: &ticket.User{Email: "bob@example.com"}}},
		},
	}
}

func copied(body string) trackers.CommentDraft {
	return trackers.CommentDraft{
		Token: "other/77", Stamp: ticket.Stamp("7", ticket.Fingerprint(body)), Author: "Dora [IT]", URL: otherURL + "?comment=77",
		Body: body, Origin: otherURL,
	}
}

func text(f ticket.Field, s string) trackers.FieldWrite {
	return trackers.FieldWrite{Field: f, Value: ticket.Value{Text: s}}
}

// scene is a ticket of alice's with a comment of ours, as the bench saw it. For
// a search there is also a replica to be found.
type scene struct {
	*world
	id, comment, replica string
	seen                 *ticket.Snapshot
}

// scene is a fresh one for a write; reads of a kind share one.
func (w *world) scene(op operation) scene {
	w.t.Helper()
	if set, ok := w.scenes[op.name]; ok && !op.write {
		return set
	}
	s := w.newScene(op)
	w.scenes[op.name] = s
	return s
}

func (w *world) newScene(op operation) scene {
	w.t.Helper()
	s := scene{world: w, id: w.ticket("It does not answer")}
	comment, err := w.bench.AddComment(w.t.Context(), s.id, copied("first"))
	require.NoError(w.t, err)
	s.comment = comment.ID
	s.seen = w.fetch(s.id, trackers.FetchOptions{})
	if op.searches {
		replica, err := w.bench.Create(w.t.Context(), s.draft())
		require.NoError(w.t, err)
		s.replica = replica.ID
	}
	return s
}

// draft is of a pair that only this scene has.
func (s scene) draft() trackers.Draft { return s.world.draft(s.id) }

// reply is a second copy on this scene's ticket.
func (s scene) reply() trackers.CommentDraft {
	d := copied("second")
	d.Token = "other/" + s.id
	return d
}

// errHollow is a success that does not hold what was asked for.
var errHollow = errors.New("a success without its result")

// operation is one call of an adapter.
type operation struct {
	name  string
	write bool
	// makes tells that the answer holds what was made.
	makes bool
	// searches wants a replica to find; reports says what is refused, or does
	// without it, instead of failing.
	searches, reports bool
	// gone tells that a missing object is what was wanted.
	gone bool
	do   func(ctx context.Context, t tracker, s scene) error
}

var operations = []operation{
	{name: "fetch", do: func(ctx context.Context, t tracker, s scene) error {
		got, err := t.Fetch(ctx, s.id, trackers.FetchOptions{})
		return full(err, func() bool { return got.Ref.ID == s.id })
	}},
	{name: "fetch comments", do: func(ctx context.Context, t tracker, s scene) error {
		got, err := t.Fetch(ctx, s.id, trackers.FetchOptions{Comments: true})
		return full(err, func() bool { return got.CommentsRead && len(got.Comments) == 1 })
	}},
	{name: "fetch links", do: func(ctx context.Context, t tracker, s scene) error {
		got, err := t.Fetch(ctx, s.id, trackers.FetchOptions{Links: true})
		return full(err, func() bool { return got.LinksRead })
	}},
	{name: "lookup", do: func(ctx context.Context, t tracker, s scene) error {
		id, err := t.Lookup(ctx, s.seen.Key)
		return full(err, func() bool { return id == s.id })
	}},
	{name: "find", searches: true, do: func(ctx context.Context, t tracker, s scene) error {
		found, err := t.Find(ctx, s.container, s.draft().Marker, time.Now().Add(-time.Minute))
		return full(err, func() bool { return len(found) == 1 && found[0].ID == s.replica })
	}},
	{name: "changed", do: func(ctx context.Context, t tracker, s scene) error {
		page, err := t.Changed(ctx, []ticket.Container{s.container}, time.Now().Add(-time.Minute), "")
		return full(err, func() bool { return len(page.Events) > 0 && !page.Now.IsZero() })
	}},
	{name: "check", reports: true, do: func(ctx context.Context, t tracker, s scene) error {
		health, err := t.Check(ctx, []string{s.place.Container})
		return full(err, func() bool { return health != nil })
	}},
	{name: "describe", reports: true, do: func(ctx context.Context, t tracker, s scene) error {
		c, err := t.Describe(ctx, s.place)
		return full(err, func() bool { return c.ID == s.container.ID })
	}},
	{name: "create", write: true, makes: true, do: func(ctx context.Context, t tracker, s scene) error {
		made, err := t.Create(ctx, s.draft())
		return full(err, func() bool { return made.ID != "" && made.Key != "" && made.URL != "" })
	}},
	{name: "update", write: true, do: func(ctx context.Context, t tracker, s scene) error {
		title := text(ticket.Title, "It answers")
		title.Replaces = s.seen.Fields[ticket.Title].Fingerprint
		got, err := t.Update(ctx, trackers.Update{ID: s.id, Version: s.seen.Version, Fields: []trackers.FieldWrite{title}})
		return full(err, func() bool { return len(got.Fields) == 1 && got.Fields[0].Stored != "" })
	}},
	{name: "change status", write: true, do: func(ctx context.Context, t tracker, s scene) error {
		if mover, ok := t.(trackers.Mover); ok && !s.seen.AnyStatus {
			got, err := mover.Move(ctx, trackers.MoveRequest{ID: s.id, Move: s.seen.Moves[0], From: s.seen.Status(), Fresh: true})
			return full(err, func() bool { return got.Status().Name == s.seen.Moves[0].To.Name })
		}
		status := trackers.FieldWrite{Field: ticket.Status, Value: ticket.Value{State: &ticket.State{Name: "Done"}}}
		got, err := t.Update(ctx, trackers.Update{ID: s.id, Version: s.seen.Version, Fields: []trackers.FieldWrite{status}})
		return full(err, func() bool { return len(got.Fields) == 1 })
	}},
	{name: "add comment", write: true, makes: true, do: func(ctx context.Context, t tracker, s scene) error {
		made, err := t.AddComment(ctx, s.id, s.reply())
		return full(err, func() bool { return made.ID != "" && made.Fingerprint != "" })
	}},
	{name: "edit comment", write: true, makes: true, do: func(ctx context.Context, t tracker, s scene) error {
		made, err := t.EditComment(ctx, s.id, s.comment, copied("edited"))
		return full(err, func() bool { return made.ID == s.comment && made.Fingerprint != "" })
	}},
	{name: "delete comment", write: true, gone: true, do: func(ctx context.Context, t tracker, s scene) error {
		return t.DeleteComment(ctx, s.id, s.comment)
	}},
	{name: "mark", write: true, do: func(ctx context.Context, t tracker, s scene) error {
		return t.Mark(ctx, s.id, marker(), otherTitle)
	}},
}

// full returns err, or errHollow for a success that does not hold what it must.
func full(err error, holds func() bool) error {
	if err == nil && !holds() {
		return errHollow
	}
	return err
}
