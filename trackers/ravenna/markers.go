package ravenna

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	// metadataKey is our own member of a ticket's metadata: pair id to marker.
	// It is written by the create call only, because whether a PUT merges or
	// replaces metadata is undocumented and other pairs may share the ticket.
	metadataKey = "ticketsync"
	// fallbackTitle names a link without a title: the API requires one.
	fallbackTitle = "ticketsync"
)

// builtIn are the sources that Ravenna's own replication leaves on a ticket.
var builtIn = []string{"JIRA", "LINEAR"}

func elsewhereBySource(source string) string {
	if slices.Contains(builtIn, strings.ToUpper(source)) {
		return replication(source)
	}
	return ""
}

func replication(app string) string {
	if app == "" {
		return "Ravenna's own replication"
	}
	return "Ravenna's own replication (" + strings.ToUpper(app) + ")"
}

// markers reads those of the create call, sorted by pair.
func (r *rawTicket) markers() []ticket.Marker {
	var byPair map[string]json.RawMessage
	if json.Unmarshal(r.Metadata[metadataKey], &byPair) != nil {
		return nil
	}
	var found []ticket.Marker
	for pair, raw := range byPair {
		var m ticket.Marker
		if json.Unmarshal(raw, &m) == nil && m.Pair == pair && m.Valid() {
			found = append(found, m)
		}
	}
	sortMarkers(found)
	return found
}

func sortMarkers(markers []ticket.Marker) {
	slices.SortFunc(markers, func(a, b ticket.Marker) int {
		return cmp.Or(cmp.Compare(a.Pair, b.Pair), cmp.Compare(a.Installation, b.Installation))
	})
}

func sortComments(comments []ticket.Comment) {
	slices.SortStableFunc(comments, func(a, b ticket.Comment) int { return a.Created.Compare(b.Created) })
}

func (t *Tracker) links(ctx context.Context, ticketID string) ([]rawLink, error) {
	var links []rawLink
	err := list(ctx, t.client, "list links", "/ticket-links", url.Values{"ticketId": {ticketID}},
		func(l rawLink) string { return l.ID },
		func(page []rawLink, _ answer) bool { links = append(links, page...); return false })
	return links, err
}

// readLinks completes a snapshot with what the ticket's links tell. A link wins
// over metadata, which never changes after the create call.
func (t *Tracker) readLinks(ctx context.Context, s *ticket.Snapshot) error {
	links, err := t.links(ctx, s.Ref.ID)
	if err != nil {
		return err
	}
	linked := map[[2]string]ticket.Marker{}
	for _, link := range links {
		if link.Replication != nil {
			app := ""
			if link.Replication.Integration != nil {
				app = text(link.Replication.Integration.App)
			}
			s.Elsewhere = replication(app)
			continue
		}
		m, ok := ticket.ParseLink(link.URL)
		if !ok {
			continue
		}
		name := [2]string{m.Installation, m.Pair}
		// Of two links for one pair the later link-up counts; within one, that
		// it was unlinked.
		if other, twice := linked[name]; twice &&
			(other.Generation > m.Generation || other.Generation == m.Generation && other.State == ticket.Unlinked) {
			continue
		}
		linked[name] = m
	}
	for _, m := range s.Markers {
		name := [2]string{m.Installation, m.Pair}
		if _, ok := linked[name]; !ok {
			linked[name] = m
		}
	}
	s.Markers = nil
	for _, m := range linked {
		s.Markers = append(s.Markers, m)
	}
	sortMarkers(s.Markers)
	s.LinksRead = true
	return nil
}

// Mark implements trackers.Marking: the ticket's links first, then a PUT on the
// pair's own or on one that leads to the same ticket, else a POST.
func (t *Tracker) Mark(ctx context.Context, ticketID string, m ticket.Marker, title string) error {
	const op = "mark ticket"
	if u, err := url.Parse(m.URL); err != nil || u.Host == "" {
		return &trackers.Error{Kind: trackers.Invalid, Op: op, Message: "the marker has no address of the other ticket"}
	}
	if title == "" {
		title = fallbackTitle
	}
	links, err := t.links(ctx, ticketID)
	if err != nil {
		return err
	}
	body := map[string]string{"name": title, "url": m.Link()}
	present := false
	for _, link := range links {
		if !replaceable(link, m) {
			continue
		}
		present = true
		if link.Name == title && sameLink(link.URL, m) {
			continue
		}
		path, err := at("/ticket-links/", link.ID)
		if err != nil {
			return err
		}
		if _, err := t.client.call(ctx, op, http.MethodPut, path, nil, body, nil); err != nil {
			return err
		}
	}
	if present {
		return nil
	}
	body["ticketId"] = ticketID
	var made rawLink
	if _, err := t.client.call(ctx, op, http.MethodPost, "/ticket-links", nil, body, &made); err != nil {
		return err
	}
	t.self.learnTicket(made.UserID)
	return nil
}

// replaceable reports whether a link is the pair's own, or a bare one to the
// same ticket. Markers of other pairs and Ravenna's own links are left alone.
func replaceable(link rawLink, m ticket.Marker) bool {
	if link.Replication != nil {
		return false
	}
	if other, ok := ticket.ParseLink(link.URL); ok {
		return other.Installation == m.Installation && other.Pair == m.Pair
	}
	return link.URL == m.URL
}

// sameLink compares by meaning: a server may spell an address differently.
func sameLink(link string, m ticket.Marker) bool {
	stored, ok := ticket.ParseLink(link)
	wanted, _ := ticket.ParseLink(m.Link())
	return ok && stored == wanted
}

// Find implements trackers.Finder: the channel's tickets, newest first, as far
// back as since. A list that is not sorted is read whole.
func (t *Tracker) Find(ctx context.Context, container ticket.Container, m ticket.Marker, since time.Time) ([]trackers.Found, error) {
	var candidates []rawTicket
	query, err := channelQuery(container.ID, "createdAt")
	if err != nil {
		return nil, err
	}
	err = list(ctx, t.client, "find ticket", "/tickets", query,
		func(r rawTicket) string { return r.ID },
		func(tickets []rawTicket, a answer) (stop bool) {
			// since is our clock's, and the Date header has whole seconds.
			from := since.Add(a.skew - smallestSkew)
			for _, raw := range tickets {
				if !parseTime(raw.CreatedAt).Before(from) {
					candidates = append(candidates, raw)
				}
			}
			return falling(tickets, created) && olderThan(tickets, from)
		})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(candidates, func(a, b rawTicket) int {
		return parseTime(a.CreatedAt).Compare(parseTime(b.CreatedAt))
	})
	var found []trackers.Found
	for i := range candidates {
		ok, err := t.carries(ctx, &candidates[i], m)
		if err != nil {
			return nil, err
		}
		if raw := candidates[i]; ok && !slices.ContainsFunc(found, func(f trackers.Found) bool { return f.ID == raw.ID }) {
			found = append(found, trackers.Found{ID: raw.ID, Key: raw.key(), URL: t.webURL(&raw)})
		}
	}
	return found, nil
}

// carries reports whether a ticket was made for this link-up. Metadata says so
// by itself; a link counts on a ticket of our own account only, because we also
// mark tickets of people.
func (t *Tracker) carries(ctx context.Context, raw *rawTicket, m ticket.Marker) (bool, error) {
	s := &ticket.Snapshot{Ref: ticket.Ref{ID: raw.ID}, Markers: raw.markers()}
	if len(s.Markers) == 0 {
		ours, _, err := t.self.wroteTicket(ctx, text(raw.AuthorID))
		if err != nil || !ours {
			return false, err
		}
		if err := t.readLinks(ctx, s); err != nil {
			return false, err
		}
	}
	return slices.ContainsFunc(s.Markers, func(other ticket.Marker) bool {
		return other.Installation == m.Installation && other.Pair == m.Pair && other.Generation == m.Generation
	}), nil
}
