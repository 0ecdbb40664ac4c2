package jira

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	searchPage = 100
	// findWindow is the least that Find looks back.
	findWindow = 24 * time.Hour
	// slack covers what JQL's whole minutes and the two clocks may differ by.
	slack = 2 * time.Minute
)

// found is one page of a search.
type found struct {
	Issues        []document `json:"issues"`
	NextPageToken string     `json:"nextPageToken"` // Cloud
	Total         int        `json:"total"`         // Data Center
}

// search runs one page. Cloud pages by token, Data Center by offset.
func (t *Tracker) search(ctx context.Context, op, jql, fields, properties, token string, start int) (*found, answer, error) {
	query := url.Values{"jql": {jql}, "fields": {fields}, "maxResults": {strconv.Itoa(searchPage)}}
	path := "search"
	if t.cloud {
		path = "search/jql"
		if properties != "" {
			query.Set("properties", properties)
		}
		if token != "" {
			query.Set("nextPageToken", token)
		}
	} else {
		query.Set("startAt", strconv.Itoa(start))
	}
	page := &found{}
	a, err := t.get(ctx, op, path, query, page)
	if err == nil && page.Issues == nil {
		err = without(op, "list of issues")
	}
	return page, a, err
}

// minutesAgo is a JQL time that surely lies before at. It is relative, because
// an absolute one would be read in the account's time zone.
func (t *Tracker) minutesAgo(at time.Time) string {
	now := t.now().Add(time.Duration(t.skew.Load()))
	return fmt.Sprintf("-%dm", int(math.Ceil((now.Sub(at) + slack).Minutes())))
}

// Find looks for what an ambiguous create may have made. The index behind it
// lags: what it does not show may exist.
func (t *Tracker) Find(ctx context.Context, container ticket.Container, m ticket.Marker, since time.Time) ([]trackers.Found, error) {
	const op = "find ticket"
	from := since
	if day := t.now().Add(-findWindow); from.After(day) {
		from = day
	}
	key := propertyKey(m.Pair)
	jql := fmt.Sprintf("project = %s AND creator = currentUser() AND created >= %s ORDER BY created ASC",
		cmp.Or(container.ID, strconv.Quote(container.Key)), t.minutesAgo(from))
	var out []trackers.Found
	token := ""
	for start := 0; ; {
		page, _, err := t.search(ctx, op, jql, "created", key, token, start)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Issues {
			if t.ours(parseTime(doc.text("created"))).Before(since.Add(-slack)) {
				continue // spares Data Center a call for each
			}
			ours, err := t.carries(ctx, doc, key, m)
			if err != nil {
				return nil, err
			}
			if ours {
				out = append(out, trackers.Found{ID: doc.ID, Key: doc.Key, URL: t.webURL(doc.Key)})
			}
		}
		start += len(page.Issues)
		token = page.NextPageToken
		if t.cloud && token == "" || !t.cloud && (len(page.Issues) == 0 || start >= page.Total) {
			break
		}
	}
	slices.SortStableFunc(out, func(a, b trackers.Found) int {
		x, _ := strconv.ParseInt(a.ID, 10, 64)
		y, _ := strconv.ParseInt(b.ID, 10, 64)
		return cmp.Compare(x, y)
	})
	return out, nil
}

// carries reports whether a candidate carries the marker. Data Center's search
// returns no properties.
func (t *Tracker) carries(ctx context.Context, doc document, key string, want ticket.Marker) (bool, error) {
	var m ticket.Marker
	if raw, ok := doc.Properties[key]; ok {
		_ = json.Unmarshal(raw, &m)
	} else if !t.cloud {
		if err := t.readProperty(ctx, "issue/"+segment(doc.ID), key, &m); err != nil {
			return false, err
		}
	}
	return m.Installation == want.Installation && m.Pair == want.Pair && m.Generation == want.Generation, nil
}

// cursor is where a sweep's next page starts. Data Center's offsets shift when
// issues change meanwhile, so it moves the window instead as far as it can.
type cursor struct {
	Since time.Time `json:"since"`
	Now   time.Time `json:"now"` // of the first page
	Token string    `json:"token,omitempty"`
	JQL   string    `json:"jql,omitempty"` // a token is only good for its query
	Start int       `json:"start,omitempty"`
}

func (c cursor) encode() string {
	raw, err := json.Marshal(c)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Changed lists what changed since, the longest ago first: what changes during
// the sweep moves to its end.
func (t *Tracker) Changed(ctx context.Context, containers []ticket.Container, since time.Time, at string) (trackers.ChangedPage, error) {
	const op = "list changes"
	c := cursor{Since: since}
	if at != "" {
		raw, err := base64.RawURLEncoding.DecodeString(at)
		if err != nil || json.Unmarshal(raw, &c) != nil {
			return trackers.ChangedPage{}, &trackers.Error{Kind: trackers.Invalid, Op: op, Message: "the cursor is none of ours"}
		}
	}
	if len(containers) == 0 {
		return trackers.ChangedPage{Now: t.now().Add(time.Duration(t.skew.Load()))}, nil
	}
	if c.Token == "" {
		// Our clock is only known to be off once Jira has answered.
		if _, err := t.self(ctx); err != nil {
			return trackers.ChangedPage{}, err
		}
		c.JQL = fmt.Sprintf("project in (%s) AND updated >= %s ORDER BY updated ASC", projects(containers), t.minutesAgo(c.Since))
	}
	page, a, err := t.search(ctx, op, c.JQL, "updated,created,project,issuetype", "", c.Token, c.Start)
	if err != nil {
		return trackers.ChangedPage{}, err
	}
	if c.Now.IsZero() {
		c.Now = a.date
	}
	out := trackers.ChangedPage{Now: c.Now, Events: make([]ticket.Event, 0, len(page.Issues))}
	for i := range page.Issues {
		out.Events = append(out.Events, t.eventOf(&page.Issues[i]))
	}
	if next, more := t.next(c, page); more {
		out.Next = next.encode()
	}
	return out, nil
}

func projects(containers []ticket.Container) string {
	list := make([]string, 0, len(containers))
	for _, c := range containers {
		list = append(list, cmp.Or(c.ID, strconv.Quote(c.Key)))
	}
	return strings.Join(list, ", ")
}

func (t *Tracker) eventOf(doc *document) ticket.Event {
	var project gojira.Project
	var kind gojira.IssueType
	doc.field("project", &project)
	doc.field("issuetype", &kind)
	return ticket.Event{
		Kind: ticket.ChangeHint, ID: doc.ID, Version: versionOf(doc.text("updated")), Type: kind.Name,
		Created:   t.ours(parseTime(doc.text("created"))),
		Container: ticket.Container{ID: project.ID, Key: project.Key, Name: project.Name},
	}
}

// next tells where the page after this one starts.
func (t *Tracker) next(c cursor, page *found) (cursor, bool) {
	if t.cloud {
		c.Token = page.NextPageToken
		return c, c.Token != ""
	}
	n := len(page.Issues)
	if n == 0 || c.Start+n >= page.Total {
		return cursor{}, false
	}
	last := parseTime(page.Issues[n-1].text("updated"))
	if last.After(c.Since.Add(2 * slack)) {
		c.Since, c.Start = last.Add(-slack), 0
		return c, true
	}
	c.Start += n
	return c, true
}
