package linear

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

// sinceFormat is how the API takes times.
const sinceFormat = "2006-01-02T15:04:05.000Z"

// sweepCursor is where a sweep goes on, as a text without meaning to others:
// through the issues first, then through the comments, because a comment does
// not change its issue's updatedAt.
type sweepCursor struct {
	Comments bool   `json:"comments,omitempty"`
	After    string `json:"after,omitempty"`
	// Now is the tracker's time at the sweep's first page. What changes while
	// later pages are read is found by the next sweep.
	Now time.Time `json:"now"`
}

// Changed implements trackers.Lister, one page a call: all containers at once,
// so that a quiet sweep costs two calls. What was archived is listed too, and
// since is the tracker's own time.
func (t *Tracker) Changed(ctx context.Context, containers []ticket.Container, since time.Time, cursor string) (trackers.ChangedPage, error) {
	const op = "list changes"
	var from sweepCursor
	if cursor != "" {
		if err := json.Unmarshal([]byte(cursor), &from); err != nil {
			return trackers.ChangedPage{}, &trackers.Error{Kind: trackers.Invalid, Op: op, Message: "the cursor is not one of ours"}
		}
	}
	teams := make([]string, 0, len(containers))
	for _, c := range containers {
		teams = append(teams, c.ID)
	}
	if len(teams) == 0 {
		return trackers.ChangedPage{Now: t.client.now()}, nil
	}
	list := t.changedIssues
	if from.Comments {
		list = t.changedComments
	}
	var after opt.Value[string]
	if from.After != "" {
		after = opt.Of(from.After)
	}
	x := t.client.call(op)
	events, page, err := list(ctx, x, teams, since.UTC().Format(sinceFormat), after)
	if err != nil {
		return trackers.ChangedPage{}, err
	}
	if from.Now.IsZero() {
		from.Now = x.date
	}
	out := trackers.ChangedPage{Now: from.Now, Events: events}
	next, more := from.next(page)
	if !more {
		return out, nil
	}
	encoded, err := json.Marshal(next)
	if err != nil {
		return trackers.ChangedPage{}, &trackers.Error{Kind: trackers.Invalid, Op: op, Err: err}
	}
	out.Next = string(encoded)
	return out, nil
}

// next is where the page after this one starts.
func (c sweepCursor) next(page api.PageFields) (sweepCursor, bool) {
	end, ok := page.EndCursor.Get()
	switch {
	case page.HasNextPage && ok && end != c.After:
		return sweepCursor{Comments: c.Comments, After: end, Now: c.Now}, true
	case c.Comments:
		return sweepCursor{}, false
	}
	return sweepCursor{Comments: true, Now: c.Now}, true
}

func (t *Tracker) changedIssues(ctx context.Context, x *call, teams []string, since string, after opt.Value[string]) ([]ticket.Event, api.PageFields, error) {
	data, err := api.ChangedIssues(ctx, x, teams, since, after)
	if err != nil {
		return nil, api.PageFields{}, err
	}
	if err := seen(teams, data.Teams.Nodes); err != nil {
		return nil, api.PageFields{}, err
	}
	var events []ticket.Event
	for _, issue := range data.Issues.Nodes {
		events = append(events, ticket.Event{
			Kind: ticket.ChangeHint, ID: issue.Id, Version: issue.UpdatedAt,
			Container: containerOf(issue.Team, issue.Project), Created: x.ours(at(issue.CreatedAt)),
		})
	}
	return events, data.Issues.PageInfo, nil
}

// seen tells of a team that was asked for and is not among those the account may
// see. A list is cut at manyTeams.
func seen(asked []string, there []api.ReadTeam) error {
	const manyTeams = 250
	for _, id := range asked {
		if len(there) < manyTeams && !slices.ContainsFunc(there, func(team api.ReadTeam) bool { return team.Id == id }) {
			return &trackers.Error{Kind: trackers.NotFound, Op: "list changes", Message: "there is no team " + id + " that the account may see"}
		}
	}
	return nil
}

func (t *Tracker) changedComments(ctx context.Context, x *call, teams []string, since string, after opt.Value[string]) ([]ticket.Event, api.PageFields, error) {
	data, err := api.ChangedComments(ctx, x, teams, since, after)
	if err != nil {
		return nil, api.PageFields{}, err
	}
	if err := seen(teams, data.Teams.Nodes); err != nil {
		return nil, api.PageFields{}, err
	}
	var events []ticket.Event
	for _, comment := range data.Comments.Nodes {
		issue, ok := comment.Issue.Get()
		if !ok {
			continue
		}
		events = append(events, ticket.Event{
			Kind: ticket.CommentEvent, ID: issue.Id, Comment: comment.Id, Version: comment.UpdatedAt,
			Container: containerOf(issue.Team, issue.Project), Created: x.ours(at(issue.CreatedAt)),
		})
	}
	return events, data.Comments.PageInfo, nil
}
