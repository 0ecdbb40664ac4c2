package ravenna

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// Fetch implements trackers.Reader: one call for the ticket, one for its links,
// one or more for its messages, and one for each person not seen lately.
func (t *Tracker) Fetch(ctx context.Context, id string, opts trackers.FetchOptions) (*ticket.Snapshot, error) {
	raw, a, err := t.ticket(ctx, id)
	if err != nil {
		return nil, err
	}
	s, err := t.snapshot(ctx, raw, a, opts)
	if err != nil {
		return nil, err
	}
	if opts.Links {
		if err := t.readLinks(ctx, s); err != nil {
			return nil, err
		}
	}
	switch {
	case opts.Comment != "":
		err = t.readComment(ctx, s, t.base(raw), opts.Comment)
	case opts.Comments:
		err = t.readComments(ctx, s, t.base(raw), a, opts)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (t *Tracker) ticket(ctx context.Context, id string) (*rawTicket, answer, error) {
	const op = "get ticket"
	path, err := at("/tickets/", id)
	if err != nil {
		return nil, answer{}, err
	}
	raw := new(rawTicket)
	a, err := t.client.get(ctx, op, path, nil, raw)
	if err != nil {
		return nil, a, err
	}
	if raw.ID == "" {
		return nil, a, unusable(op, false)
	}
	t.recent.put(raw)
	return raw, a, nil
}

// Lookup implements trackers.Reader. Of a web address only the last element of
// its path counts: where Ravenna keeps its pages is undocumented.
func (t *Tracker) Lookup(ctx context.Context, keyOrURL string) (string, error) {
	name := strings.TrimSpace(keyOrURL)
	if u, err := url.Parse(name); err == nil && u.Host != "" {
		name = u.Path
	}
	name = strings.TrimRight(name, "/")
	name = name[strings.LastIndex(name, "/")+1:]
	var found struct {
		ID string `json:"id"`
	}
	var last error
	for _, endpoint := range []string{"/tickets/summary/", "/tickets/by-url/"} {
		path, err := at(endpoint, name)
		if err != nil {
			return "", err
		}
		_, last = t.client.get(ctx, "find ticket", path, nil, &found)
		switch {
		case last == nil && found.ID != "":
			return found.ID, nil
		case last == nil:
			last = unusable("find ticket", false)
		case !trackers.Is(last, trackers.NotFound) && !trackers.Is(last, trackers.Invalid):
			return "", last
		}
	}
	return "", last
}

// snapshot converts a ticket; opts.Links and opts.Comments are the caller's.
func (t *Tracker) snapshot(ctx context.Context, raw *rawTicket, a answer, opts trackers.FetchOptions) (*ticket.Snapshot, error) {
	s := &ticket.Snapshot{
		Ref:       ticket.Ref{Connection: t.connection.Name, ID: raw.ID},
		Key:       raw.key(),
		URL:       t.webURL(raw),
		Version:   version(raw.UpdatedAt),
		Container: raw.container(),
		Type:      text(raw.Type),
		Created:   a.ours(parseTime(raw.CreatedAt)),
		Updated:   a.ours(parseTime(raw.UpdatedAt)),
		AnyStatus: true,
		Private:   privacy(raw.Private, "private ticket"),
		Elsewhere: elsewhereBySource(text(raw.Source)),
		Markers:   raw.markers(),
	}
	fields, err := t.fields(ctx, raw, opts)
	if err != nil {
		return nil, err
	}
	s.Fields = fields
	ours, known, err := t.self.wroteTicket(ctx, text(raw.AuthorID))
	if err != nil {
		return nil, err
	}
	s.Ours = ours
	if !known {
		// Metadata is written by our create call and by nothing else of ours.
		s.Ours = slices.ContainsFunc(s.Markers, func(m ticket.Marker) bool {
			return m.Installation == t.connection.Installation
		})
	}
	return s, nil
}

func (r *rawTicket) container() ticket.Container {
	c := ticket.Container{ID: r.QueueID}
	if r.Queue != nil {
		c.Key, c.Name = r.Queue.Prefix, r.Queue.Name
		if c.ID == "" {
			c.ID = r.Queue.ID
		}
	}
	return c
}

// privacy is "" only for an explicit false.
func privacy(flag *bool, what string) string {
	switch {
	case flag == nil:
		return "visibility unknown"
	case *flag:
		return what
	}
	return ""
}

func (t *Tracker) fields(ctx context.Context, raw *rawTicket, opts trackers.FetchOptions) (map[ticket.Field]ticket.Value, error) {
	description, err := markdown.FromHTML(text(raw.Description), t.base(raw))
	if err != nil {
		return nil, &trackers.Error{Kind: trackers.Invalid, Op: "read description", Err: err}
	}
	fields := map[ticket.Field]ticket.Value{
		ticket.Title:       {Text: raw.Title},
		ticket.Description: trackers.FitText(markdown.Normalize(trackers.StripFooter(description)), raw.fingerprint(ticket.Description), opts.Known[ticket.Description], opts.Whole),
		ticket.Priority:    {Level: t.priorities.level(raw.Priority)},
		ticket.Labels:      {Names: raw.labels()},
	}
	status, err := t.status(ctx, raw)
	if err != nil {
		return nil, err
	}
	fields[ticket.Status] = ticket.Value{State: status}
	for field, id := range map[ticket.Field]*string{ticket.Assignee: raw.AssigneeID, ticket.Reporter: raw.RequesterID} {
		user, err := t.user(ctx, id)
		if err != nil {
			return nil, err
		}
		fields[field] = ticket.Value{User: user}
	}
	for _, field := range opts.Custom {
		fields[field] = customValue(raw.custom(field))
	}
	for field, value := range fields {
		value.Fingerprint = raw.fingerprint(field)
		fields[field] = value
	}
	return fields, nil
}

func (t *Tracker) status(ctx context.Context, raw *rawTicket) (*ticket.State, error) {
	switch {
	case raw.Status != nil:
		state := raw.Status.state()
		return &state, nil
	case text(raw.StatusID) == "":
		return nil, nil
	}
	state, err := t.statuses.byID(ctx, *raw.StatusID)
	return &state, err
}

func (t *Tracker) user(ctx context.Context, id *string) (*ticket.User, error) {
	if text(id) == "" {
		return nil, nil
	}
	found, err := t.people.id(ctx, *id)
	return &found.user, err
}

// fingerprint covers a field exactly as it is stored. It needs no call, so that
// the outcome of a write can always be told.
func (r *rawTicket) fingerprint(f ticket.Field) string {
	switch f {
	case ticket.Title:
		return ticket.Fingerprint(r.Title)
	case ticket.Description:
		if r.Description == nil {
			return ticket.Fingerprint()
		}
		return ticket.Fingerprint(*r.Description)
	case ticket.Status:
		return ticket.Fingerprint(r.statusID())
	case ticket.Priority:
		return ticket.Fingerprint(r.Priority)
	case ticket.Assignee:
		return ticket.Fingerprint(text(r.AssigneeID))
	case ticket.Reporter:
		return ticket.Fingerprint(text(r.RequesterID))
	case ticket.Labels:
		return ticket.Fingerprint(r.labels()...)
	}
	return ticket.Fingerprint(string(compact(r.custom(f))))
}

func (r *rawTicket) statusID() string {
	if r.StatusID == nil && r.Status != nil {
		return r.Status.ID
	}
	return text(r.StatusID)
}

func (r *rawTicket) labels() []string {
	names := make([]string, 0, len(r.Tags))
	for _, tag := range r.Tags {
		names = append(names, tag.Name)
	}
	slices.Sort(names)
	return names
}

// custom returns a custom field's stored value, null when it has none.
func (r *rawTicket) custom(f ticket.Field) json.RawMessage {
	if raw, ok := r.CustomFields[customName(f)]; ok {
		return raw
	}
	return json.RawMessage("null")
}
