package jira

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	// propertyPrefix starts the key of an entity property that is a marker.
	propertyPrefix = "ticketsync."
	// linkPrefix starts the globalId of a remote link of ours.
	linkPrefix = "ticketsync:"
	// maxKey is the longest property key and globalId that Jira takes.
	maxKey = 255
	// relationship heads our links on the page.
	relationship = "replicated with"
)

type property struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
}

// propertyKey names a pair's marker. Slashes are replaced: servers refuse them
// in a path, escaped or not.
func propertyKey(pair string) string {
	return bounded(propertyPrefix + strings.ReplaceAll(pair, "/", ":"))
}

func globalID(m ticket.Marker) string { return bounded(linkPrefix + m.Installation + "/" + m.Pair) }

// bounded replaces the tail of a key that is too long by its fingerprint.
func bounded(key string) string {
	if len(key) <= maxKey {
		return key
	}
	sum := ticket.Fingerprint(key)
	return key[:maxKey-len(sum)] + sum
}

func markerProperty(m ticket.Marker) property { return property{Key: propertyKey(m.Pair), Value: m} }

// markersOf reads the markers among an issue's properties, by key.
func markersOf(properties map[string]json.RawMessage) []ticket.Marker {
	var out []ticket.Marker
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		if !strings.HasPrefix(key, propertyPrefix) {
			continue
		}
		var m ticket.Marker
		if json.Unmarshal(properties[key], &m) == nil && m.Valid() {
			out = append(out, m)
		}
	}
	return out
}

// Mark writes the marker twice: as a property, which one read of the issue
// brings along, then as the link that people see. Both are set by name, so
// writing again changes nothing. A link that Jira refuses is an error, but the
// property is there by then.
func (t *Tracker) Mark(ctx context.Context, ticketID string, m ticket.Marker, title string) error {
	_, err := t.do(ctx, call{
		op: "write marker", method: http.MethodPut, body: m,
		path: "issue/" + segment(ticketID) + "/properties/" + segment(propertyKey(m.Pair)),
	})
	if err != nil || m.URL == "" {
		return err
	}
	_, err = t.do(ctx, call{
		op: "write link", method: http.MethodPost, path: "issue/" + segment(ticketID) + "/remotelink",
		body: map[string]any{
			"globalId":     globalID(m),
			"relationship": relationship,
			"application":  map[string]any{"type": "ticketsync", "name": "ticketsync"},
			"object":       map[string]any{"url": m.Link(), "title": cmp.Or(title, m.URL)},
		},
	})
	var e *trackers.Error
	if errors.As(err, &e) && e.Kind == trackers.NotFound {
		// The issue is there, its property was just written: links are off.
		known := *e
		known.Kind = trackers.Forbidden
		return &known
	}
	return err
}

type remoteLink struct {
	GlobalID    string `json:"globalId"`
	Application struct {
		Type string `json:"type"`
		Name string `json:"name"`
	} `json:"application"`
	Object struct {
		URL string `json:"url"`
	} `json:"object"`
}

// readLinks adds markers that only a link carries, and other engines' links.
func (t *Tracker) readLinks(ctx context.Context, s *ticket.Snapshot) error {
	var links []remoteLink
	_, err := t.get(ctx, "read links", "issue/"+segment(s.Ref.ID)+"/remotelink", nil, &links)
	if err != nil && !trackers.Is(err, trackers.Forbidden) && !trackers.Is(err, trackers.NotFound) {
		return err // else links are off and there are none: the issue was just read
	}
	for _, l := range links {
		if m, ok := ticket.ParseLink(l.Object.URL); ok {
			if !slices.ContainsFunc(s.Markers, func(known ticket.Marker) bool { return known.Pair == m.Pair }) {
				s.Markers = append(s.Markers, m)
			}
			continue
		}
		if engine := otherEngine(l); engine != "" {
			s.Elsewhere = engine
		}
	}
	s.LinksRead = true
	return nil
}

// otherEngine names the integration that made a link; a link pasted by a
// person names no application.
func otherEngine(l remoteLink) string {
	if strings.HasPrefix(l.GlobalID, linkPrefix) {
		return ""
	}
	for _, engine := range []string{"linear", "ravenna"} {
		if strings.Contains(strings.ToLower(l.Application.Type+" "+l.Application.Name), engine) {
			return engine
		}
	}
	return ""
}

// readProperty reads one property of an issue or comment into value, which stays
// as it is where there is none.
func (t *Tracker) readProperty(ctx context.Context, path, key string, value any) error {
	var doc struct {
		Value json.RawMessage `json:"value"`
	}
	const op = "read property"
	_, err := t.get(ctx, op, path+"/properties/"+segment(key), nil, &doc)
	if trackers.Is(err, trackers.NotFound) {
		return nil
	}
	if err == nil && doc.Value == nil {
		err = without(op, "property")
	}
	if err != nil {
		return err
	}
	_ = json.Unmarshal(doc.Value, value) // of another shape it is none of ours
	return nil
}
