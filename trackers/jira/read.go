package jira

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// readFields are asked for in every read of a ticket; custom ones are added.
const readFields = "summary,description,status,priority,assignee,reporter,creator,labels,components," +
	"project,issuetype,security,created,updated"

// readExpand is what a read wants beside the fields.
const readExpand = "renderedFields,transitions,transitions.fields,changelog"

// document is an issue as Jira sends it. Fields stay raw because custom fields
// are asked for by name and null has a meaning.
type document struct {
	ID         string                     `json:"id"`
	Key        string                     `json:"key"`
	Fields     map[string]json.RawMessage `json:"fields"`
	Rendered   map[string]json.RawMessage `json:"renderedFields"`
	Properties map[string]json.RawMessage `json:"properties"`
	// Transitions is nil when the answer left them out.
	Transitions []transition `json:"transitions"`
	Changelog   *struct {
		Histories []history `json:"histories"`
		Total     int       `json:"total"`
	} `json:"changelog"`
}

type transition struct {
	ID          string        `json:"id"`
	To          gojira.Status `json:"to"`
	IsAvailable *bool         `json:"isAvailable"`
	Fields      map[string]struct {
		Required        bool            `json:"required"`
		HasDefaultValue bool            `json:"hasDefaultValue"`
		AllowedValues   json.RawMessage `json:"allowedValues"`
	} `json:"fields"`
}

// Fetch reads one issue, its comments and its remote links as far as wanted.
func (t *Tracker) Fetch(ctx context.Context, id string, opts trackers.FetchOptions) (*ticket.Snapshot, error) {
	me, err := t.self(ctx)
	if err != nil {
		return nil, err
	}
	doc, err := t.read(ctx, id, opts.Custom)
	if err != nil {
		return nil, err
	}
	s := t.snapshot(ctx, doc, me, opts)
	if opts.Changes != nil {
		if err := t.story(ctx, doc, s, *opts.Changes); err != nil {
			return nil, err
		}
	}
	if opts.Links {
		if err := t.readLinks(ctx, s); err != nil {
			return nil, err
		}
	}
	switch {
	case opts.Comment != "":
		err = t.readComment(ctx, s, me, opts.Comment)
	case opts.Comments:
		err = t.readComments(ctx, s, me, opts)
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// read gets an issue with everything a snapshot needs, in one call.
func (t *Tracker) read(ctx context.Context, id string, custom []ticket.Field) (*document, error) {
	fields := readFields
	for _, f := range custom {
		fields += "," + string(f)
	}
	query := url.Values{"fields": {fields}, "expand": {readExpand}, "properties": {"*all"}}
	doc := &document{}
	if _, err := t.get(ctx, "read ticket", "issue/"+segment(id), query, doc); err != nil {
		return nil, err
	}
	if doc.ID == "" || doc.Fields == nil {
		return nil, without("read ticket", "issue")
	}
	return doc, nil
}

// snapshot converts an issue. It makes no call but for the names of custom
// fields in Data Center's history, once per process.
func (t *Tracker) snapshot(ctx context.Context, doc *document, me *gojira.User, opts trackers.FetchOptions) *ticket.Snapshot {
	var project gojira.Project
	var kind gojira.IssueType
	var creator *gojira.User
	var security *struct {
		Name string `json:"name"`
	}
	doc.field("project", &project)
	doc.field("issuetype", &kind)
	doc.field("creator", &creator)
	doc.field("security", &security)
	s := &ticket.Snapshot{
		Ref:       ticket.Ref{Connection: t.c.Name, ID: doc.ID},
		Key:       doc.Key,
		URL:       t.webURL(doc.Key),
		Version:   versionOf(doc.text("updated")),
		Container: ticket.Container{ID: project.ID, Key: project.Key, Name: project.Name},
		Type:      kind.Name,
		Created:   t.ours(parseTime(doc.text("created"))),
		Updated:   t.ours(parseTime(doc.text("updated"))),
		Fields:    t.values(doc, opts),
		ChangedAt: t.changedAt(ctx, doc, me, opts.Custom),
		Moves:     moves(doc.Transitions),
		Account:   accountID(me),
		Ours:      creator != nil && accountID(creator) == accountID(me),
		Markers:   markersOf(doc.Properties),

		PriorityRequired: true,
	}
	var components []gojira.Component
	doc.field("components", &components)
	for _, c := range components {
		s.Components = append(s.Components, c.Name)
	}
	if security != nil {
		s.Private = strings.TrimSpace("security level " + security.Name)
	}
	t.noteDesk(project.ID, projectKind(doc.Fields["project"]))
	t.seen.put(doc.ID, glance{version: s.Version, key: doc.Key, labels: s.Fields[ticket.Labels].Names})
	return s
}

// field decodes one field into out, which stays as it is for null, for a field
// that is not there and for one of another shape.
func (d *document) field(name string, out any) {
	if raw, ok := d.Fields[name]; ok && string(raw) != "null" {
		_ = json.Unmarshal(raw, out)
	}
}

func (d *document) text(name string) string {
	var s string
	d.field(name, &s)
	return s
}

// moves lists what the caller may do from here; never nil, which would mean
// that any status can be set.
func moves(list []transition) []ticket.Move {
	out := make([]ticket.Move, 0, len(list))
	for _, tr := range list {
		if tr.IsAvailable != nil && !*tr.IsAvailable {
			continue
		}
		m := ticket.Move{ID: tr.ID, To: stateOf(&tr.To)}
		for name, f := range tr.Fields {
			m.Fields = append(m.Fields, name)
			if f.Required && !f.HasDefaultValue {
				m.Required = append(m.Required, name)
			}
		}
		slices.Sort(m.Fields)
		slices.Sort(m.Required)
		out = append(out, m)
	}
	return out
}

func stateOf(s *gojira.Status) ticket.State {
	return ticket.State{
		ID: s.ID, Name: s.Name, Category: categories[s.StatusCategory.Key], Done: s.StatusCategory.Key == "done",
	}
}

// categories are Jira's status categories by their keys.
var categories = map[string]ticket.Category{"new": ticket.Open, "indeterminate": ticket.Started, "done": ticket.Completed}

var issueKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*-[0-9]+$`)

// Lookup finds the id of ENG-45 or of a web address that ends in it.
func (t *Tracker) Lookup(ctx context.Context, keyOrURL string) (string, error) {
	key, ok := t.keyOf(strings.TrimSpace(keyOrURL))
	if !ok {
		return "", &trackers.Error{
			Kind: trackers.NotFound, Op: "look up ticket", Message: "no key like ENG-45 and no address of this Jira",
		}
	}
	var doc document
	if _, err := t.get(ctx, "look up ticket", "issue/"+segment(key), url.Values{"fields": {"updated"}}, &doc); err != nil {
		return "", err
	}
	if doc.ID == "" {
		return "", without("look up ticket", "issue")
	}
	return doc.ID, nil
}

func (t *Tracker) keyOf(keyOrURL string) (string, bool) {
	if issueKey.MatchString(keyOrURL) {
		return strings.ToUpper(keyOrURL), true
	}
	address, err := url.Parse(keyOrURL)
	if err != nil || !strings.EqualFold(address.Host, t.site.Host) {
		return "", false
	}
	if key := address.Query().Get("selectedIssue"); issueKey.MatchString(key) {
		return strings.ToUpper(key), true
	}
	key := address.Path[strings.LastIndex(address.Path, "/")+1:]
	return strings.ToUpper(key), issueKey.MatchString(key)
}
