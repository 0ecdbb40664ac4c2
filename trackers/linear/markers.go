package linear

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
	"github.com/ticketsync/ticketsync/trackers/markdown"
)

const (
	// linkEnd marks an attachment's address as ours. Linear keeps one attachment
	// for each address of an issue.
	linkEnd = "#ticketsync"
	// fallbackTitle names a link without a title: the API requires one.
	fallbackTitle = "ticketsync"
)

// originLink finds the marker's link in the last line of a description.
var originLink = regexp.MustCompile(`\]\(<?([^)\s>]*(?:#|%23)ticketsync=[^)\s>]*)>?\)[^\n]*\s*$`)

// originLine is the last line of a new replica's description. It names the
// origin from the replica's first moment, before the attachment is there.
func originLine(m ticket.Marker, footer string) string {
	if m.URL == "" {
		return footer
	}
	if at := originLink.FindStringSubmatchIndex(footer); at != nil {
		return footer[:at[2]] + m.Link() + footer[at[3]:]
	}
	key := m.URL
	if u, err := url.Parse(m.URL); err == nil {
		if last := u.Path[strings.LastIndex(u.Path, "/")+1:]; last != "" {
			key = last
		}
	}
	return "Replicated from [" + markdown.Escape(key) + "](" + m.Link() + ")"
}

// markersOf lists the markers of all pairs and installations, sorted. Of two
// attachments for one pair the later link-up counts; within one, that it was
// unlinked. The description's marker was written by the create call and says
// less than any attachment; it counts only on the issue it was written for,
// whose id was made from it.
func markersOf(issue *api.IssueFields) []ticket.Marker {
	var markers []ticket.Marker
	at := func(m ticket.Marker) int {
		return slices.IndexFunc(markers, func(other ticket.Marker) bool { return samePair(m, other) })
	}
	for _, a := range issue.Attachments.Nodes {
		m, ok := markerOf(a)
		if !ok || gone(a.ArchivedAt.Or(""), issue.ArchivedAt.Or("")) {
			continue
		}
		switch i := at(m); {
		case i < 0:
			markers = append(markers, m)
		case m.Generation > markers[i].Generation,
			m.Generation == markers[i].Generation && m.State == ticket.Unlinked:
			markers[i] = m
		}
	}
	if found := originLink.FindStringSubmatch(issue.Description.Or("")); found != nil {
		m, ok := ticket.ParseLink(found[1])
		if ok && issueID(m.Installation, m) == issue.Id && at(m) < 0 {
			markers = append(markers, m)
		}
	}
	slices.SortFunc(markers, func(a, b ticket.Marker) int {
		return cmp.Or(cmp.Compare(a.Pair, b.Pair), cmp.Compare(a.Installation, b.Installation))
	})
	return markers
}

func samePair(a, b ticket.Marker) bool { return a.Installation == b.Installation && a.Pair == b.Pair }

// markerOf reads a marker from an attachment: what it says from the metadata,
// where the other ticket is from the address.
func markerOf(a api.AttachmentFields) (ticket.Marker, bool) {
	var m ticket.Marker
	address, _, ok := strings.Cut(a.Url, linkEnd)
	if !ok || json.Unmarshal(a.Metadata, &m) != nil || !m.Valid() {
		return ticket.Marker{}, false
	}
	m.URL = address
	return m, true
}

func metadataOf(m ticket.Marker) (json.RawMessage, error) {
	m.URL = "" // the attachment's own
	return json.Marshal(m)
}

func (t *Tracker) attachments(ctx context.Context, issueID string, after opt.Value[string]) (api.AttachmentPage, error) {
	data, err := api.IssueAttachments(ctx, t.client.call("read links"), issueID, after)
	if err != nil {
		return api.AttachmentPage{}, err
	}
	return data.Issue.Attachments, nil
}

// Mark implements trackers.Marking: the issue's attachments first, then the
// pair's own is written by its address, which replaces it. Only when the new one
// is there, one of the pair with another address is taken away.
func (t *Tracker) Mark(ctx context.Context, ticketID string, m ticket.Marker, title string) error {
	const op = "mark ticket"
	if u, err := url.Parse(m.URL); err != nil || u.Host == "" {
		return &trackers.Error{Kind: trackers.Invalid, Op: op, Message: "the marker has no address of the other ticket"}
	}
	title = cmp.Or(title, fallbackTitle)
	var all []api.AttachmentFields
	err := pages(func(after opt.Value[string]) (api.PageFields, error) {
		page, err := t.attachments(ctx, ticketID, after)
		all = append(all, page.Nodes...)
		return page.PageInfo, err
	})
	if err != nil {
		return err
	}
	address, kept := linkAddress(m, all), ""
	if !slices.ContainsFunc(all, func(a api.AttachmentFields) bool {
		stored, ok := markerOf(a)
		return ok && a.Url == address && a.Title == title && stored == m
	}) {
		if kept, err = t.attach(ctx, op, ticketID, address, title, m); err != nil {
			return err
		}
	}
	for _, a := range all {
		// Linear may store an address in another form than it was sent.
		if stored, ok := markerOf(a); !ok || !samePair(stored, m) || a.Url == address || a.Id == kept {
			continue
		}
		_, err := api.DeleteAttachment(ctx, t.client.call(op), a.Id)
		if err != nil && !trackers.Is(err, trackers.NotFound) {
			return err
		}
	}
	return nil
}

// linkAddress is the attachment's address for a marker. Where another pair or
// installation has the plain one, ours says whose it is.
func linkAddress(m ticket.Marker, all []api.AttachmentFields) string {
	address := m.URL + linkEnd
	for _, a := range all {
		if other, ok := markerOf(a); ok && a.Url == address && !samePair(other, m) {
			return address + "-" + ticket.Fingerprint(m.Installation, m.Pair)
		}
	}
	return address
}

// attach returns the attachment's id.
func (t *Tracker) attach(ctx context.Context, op, issueID, address, title string, m ticket.Marker) (string, error) {
	metadata, err := metadataOf(m)
	if err != nil {
		return "", &trackers.Error{Kind: trackers.Invalid, Op: op, Err: err}
	}
	x := t.client.call(op)
	data, err := api.CreateAttachment(ctx, x, api.AttachmentCreateInput{
		IssueId: issueID, Title: title, Url: address, Metadata: opt.Of(metadata),
	})
	if err != nil {
		return "", err
	}
	if data.AttachmentCreate.Attachment.Id == "" {
		return "", x.unusable()
	}
	return data.AttachmentCreate.Attachment.Id, nil
}

// Find implements trackers.Finder: the id that the create call chose tells,
// without any index between. What lies in the trash does not count.
func (t *Tracker) Find(ctx context.Context, _ ticket.Container, m ticket.Marker, _ time.Time) ([]trackers.Found, error) {
	issue, err := t.read(ctx, t.client.call("find ticket"), issueID(cmp.Or(m.Installation, t.connection.Installation), m))
	if trackers.Is(err, trackers.NotFound) || err == nil && issue.Trashed.Or(false) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []trackers.Found{{ID: issue.Id, Key: issue.Identifier, URL: t.webURL(issue.Identifier, issue.Url)}}, nil
}
