package linear

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

// glance is what a write needs to know of a ticket beforehand.
type glance struct {
	version string
	team    string
	labels  []api.LabelFields
}

// Fetch implements trackers.Reader with one call, and more only where a list in
// the answer goes on. Links come with it always.
func (t *Tracker) Fetch(ctx context.Context, id string, opts trackers.FetchOptions) (*ticket.Snapshot, error) {
	me, err := t.viewer(ctx)
	if err != nil {
		return nil, err
	}
	x := t.client.call("read ticket")
	if !opts.Comments || opts.Comment != "" {
		issue, err := t.read(ctx, x, id)
		if err != nil {
			return nil, err
		}
		s := t.snapshot(issue, x.answer, me, opts)
		if opts.Comment != "" {
			err = t.readComment(ctx, s, opts.Comment)
		}
		return s, err
	}
	data, err := api.IssueWithComments(ctx, x, id)
	if err != nil {
		return nil, err
	}
	issue := &data.Issue.IssueFields
	if err := t.rest(ctx, x, issue); err != nil {
		return nil, err
	}
	s := t.snapshot(issue, x.answer, me, opts)
	return s, t.readComments(ctx, s, issue, data.Issue.Comments, x.answer, opts)
}

// read gets an issue, archived or not, with everything a snapshot is made of.
func (t *Tracker) read(ctx context.Context, x *call, id string) (*api.IssueFields, error) {
	data, err := api.Issue(ctx, x, id)
	if err != nil {
		return nil, err
	}
	return &data.Issue, t.rest(ctx, x, &data.Issue)
}

// rest reads what of an issue's lists did not fit into the first answer.
func (t *Tracker) rest(ctx context.Context, x *call, issue *api.IssueFields) error {
	if issue.Id == "" {
		return x.unusable()
	}
	err := further(issue.Labels.PageInfo, func(after opt.Value[string]) (api.PageFields, error) {
		data, err := api.IssueLabels(ctx, t.client.call("read labels"), issue.Id, after.Or(""))
		if err != nil {
			return api.PageFields{}, err
		}
		issue.Labels.Nodes = append(issue.Labels.Nodes, data.Issue.Labels.Nodes...)
		return data.Issue.Labels.PageInfo, nil
	})
	if err != nil {
		return err
	}
	return further(issue.Attachments.PageInfo, func(after opt.Value[string]) (api.PageFields, error) {
		page, err := t.attachments(ctx, issue.Id, after)
		issue.Attachments.Nodes = append(issue.Attachments.Nodes, page.Nodes...)
		return page.PageInfo, err
	})
}

// snapshot converts an issue; opts.Comments are the caller's.
func (t *Tracker) snapshot(issue *api.IssueFields, a answer, me api.Account, opts trackers.FetchOptions) *ticket.Snapshot {
	t.recent.Put(issue.Id, glance{version: issue.UpdatedAt, team: issue.Team.Id, labels: issue.Labels.Nodes})
	creator, _ := issue.Creator.Get()
	return &ticket.Snapshot{
		Ref:       ticket.Ref{Connection: t.connection.Name, ID: issue.Id},
		Key:       issue.Identifier,
		URL:       t.webURL(issue.Identifier, issue.Url),
		Version:   issue.UpdatedAt,
		Container: containerOf(issue.Team, issue.Project),
		Created:   a.ours(at(issue.CreatedAt)),
		Updated:   a.ours(at(issue.UpdatedAt)),
		Fields:    t.values(issue, opts),
		ChangedAt: changedAt(issue, a, me),
		Edits:     edits(changes(issue, me)),
		AnyStatus: true,
		Nests:     true,
		Account:   me.Id,
		Ours:      creator.Id == me.Id || ours(t.connection.Installation, issue.Id),
		Elsewhere: elsewhere(issue.SyncedWith),
		Trashed:   issue.Trashed.Or(false),
		Markers:   markersOf(issue),
		LinksRead: true,
	}
}

func containerOf(team api.TeamFields, in opt.Value[api.PartProject]) ticket.Container {
	c := ticket.Container{ID: team.Id, Key: team.Key, Name: team.Name, Part: ticket.NoPart}
	if project, ok := in.Get(); ok {
		c.Part = project.Id
	}
	return c
}

// elsewhere names Linear's own sync at work on an issue.
func elsewhere(engines []api.Engine) string {
	var all []string
	for _, engine := range engines {
		var jira struct {
			IssueKey string `json:"issueKey"`
		}
		_ = json.Unmarshal(engine.Metadata, &jira) // another service's has no key
		all = append(all, strings.TrimSpace(string(engine.Service)+" "+jira.IssueKey))
	}
	if len(all) == 0 {
		return ""
	}
	return "Linear's own sync (" + strings.Join(all, ", ") + ")"
}

func (t *Tracker) values(issue *api.IssueFields, opts trackers.FetchOptions) map[ticket.Field]ticket.Value {
	state := stateOf(issue.State)
	text := markdown.Normalize(trackers.StripFooter(issue.Description.Or("")))
	values := map[ticket.Field]ticket.Value{
		ticket.Title: {Text: issue.Title},
		ticket.Description: trackers.FitText(text, fingerprint(issue, ticket.Description),
			opts.Known[ticket.Description], opts.Whole),
		ticket.Status:   {State: &state},
		ticket.Priority: {Level: t.priorities.level(issue.Priority)},
		ticket.Labels:   {Names: labelNames(issue.Labels.Nodes)},
		ticket.Reporter: {User: creatorOf(issue)},
		ticket.Assignee: {},
	}
	if u, ok := issue.Assignee.Get(); ok {
		user := userOf(u)
		values[ticket.Assignee] = ticket.Value{User: &user}
	}
	for field, value := range values {
		value.Fingerprint = fingerprint(issue, field)
		values[field] = value
	}
	return values
}

// fingerprint covers a field exactly as it is stored.
func fingerprint(issue *api.IssueFields, f ticket.Field) string {
	switch f {
	case ticket.Title:
		return ticket.Fingerprint(issue.Title)
	case ticket.Description:
		if text, ok := issue.Description.Get(); ok {
			return ticket.Fingerprint(text)
		}
	case ticket.Status:
		return ticket.Fingerprint(issue.State.Id)
	case ticket.Priority:
		return priorityFingerprint(issue.Priority)
	case ticket.Assignee:
		return ticket.Fingerprint(assigneeID(issue))
	case ticket.Reporter:
		if who := creatorOf(issue); who != nil {
			return ticket.Fingerprint(who.ID, who.Name)
		}
	case ticket.Labels:
		return labelsFingerprint(issue.Labels.Nodes)
	}
	return ticket.Fingerprint()
}

func assigneeID(issue *api.IssueFields) string {
	u, _ := issue.Assignee.Get()
	return u.Id
}

var issueKey = regexp.MustCompile(`^[A-Za-z0-9_]+-[0-9]+$`)

// Lookup implements trackers.Reader: an id, a key such as PRO-12 (one from
// before the issue was moved will do) or a web address.
func (t *Tracker) Lookup(ctx context.Context, keyOrURL string) (string, error) {
	const op = "look up ticket"
	name, ok := t.nameOf(strings.TrimSpace(keyOrURL))
	if !ok {
		return "", &trackers.Error{
			Kind: trackers.NotFound, Op: op, Message: "no key like PRO-12 and no address of this Linear",
		}
	}
	x := t.client.call(op)
	data, err := api.IssueID(ctx, x, name)
	if err != nil {
		return "", err
	}
	if data.Issue.Id == "" {
		return "", x.unusable()
	}
	return data.Issue.Id, nil
}

// nameOf finds what issue(id:) takes. In Linear's own addresses the key stands
// before the title: https://linear.app/acme/issue/PRO-12/fix-the-door-2.
func (t *Tracker) nameOf(keyOrURL string) (string, bool) {
	if issueKey.MatchString(keyOrURL) {
		return strings.ToUpper(keyOrURL), true
	}
	if uuidV4.MatchString(strings.ToLower(keyOrURL)) {
		return strings.ToLower(keyOrURL), true
	}
	address, err := url.Parse(keyOrURL)
	if err != nil || address.Host == "" || !t.knows(address.Host) {
		return "", false
	}
	for segment := range strings.SplitSeq(address.Path, "/") {
		if issueKey.MatchString(segment) {
			return strings.ToUpper(segment), true
		}
	}
	return "", false
}

// knows reports whether a host serves this Linear's pages.
func (t *Tracker) knows(host string) bool {
	web, err := url.Parse(strings.ReplaceAll(t.connection.WebURL, "{key}", "key"))
	return strings.EqualFold(host, "linear.app") || err == nil && strings.EqualFold(host, web.Host)
}
