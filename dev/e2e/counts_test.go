package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/workflows"
)

// once is a fault that hits the next matching request only.
func once(method, path, kind string) fault {
	return fault{Method: method, Path: path, Fault: kind, Times: 1}
}

// always is a fault that hits every matching request until it is taken away.
func always(method, path, kind string) fault {
	return fault{Method: method, Path: path, Fault: kind}
}

// each makes one fault of every kind for the same request.
func each(method, path string, kinds ...string) []fault {
	var out []fault
	for _, kind := range kinds {
		f := once(method, path, kind)
		if kind == "status:429" {
			f.RetryAfter = "1"
		}
		out = append(out, f)
	}
	return out
}

// spent waits until every fault of a tracker has been met.
func (w *world) spent(root string) {
	w.Helper()
	w.eventually("faults met", func() error {
		var left []json.RawMessage
		err := people.Control(w.ctx, root, http.MethodGet, "/_sandbox/faults", nil, &left)
		if err != nil || len(left) > 0 {
			return fmt.Errorf("%s left: %w", left, err)
		}
		return nil
	})
}

// counted requires that exactly so many tickets and issues exist.
func (w *world) counted(tickets, issues int) {
	w.Helper()
	there, err := w.rav.All(w.ctx, "IT Support")
	require.NoError(w, err)
	require.Len(w, there, tickets)
	found, err := w.jira.All(w.ctx, "ENG")
	require.NoError(w, err)
	require.Len(w, found, issues)
}

// jiraComments waits until an issue has exactly these comments, in any order,
// each known by a part of it, and returns them.
func (w *world) jiraComments(key string, parts ...string) (out []people.Comment) {
	w.Helper()
	w.eventually("comments of "+key, func() error {
		list, err := w.jira.Comments(w.ctx, key)
		out = list
		texts := make([]string, 0, len(list))
		for _, c := range list {
			texts = append(texts, c.Body)
		}
		return matches(texts, parts, err)
	})
	return out
}

// messages is jiraComments for a Ravenna ticket.
func (w *world) messages(id string, parts ...string) (out []people.Message) {
	w.Helper()
	w.eventually("messages of "+id, func() error {
		list, err := w.rav.Messages(w.ctx, id)
		out = list
		texts := make([]string, 0, len(list))
		for _, m := range list {
			texts = append(texts, m.Content)
		}
		return matches(texts, parts, err)
	})
	return out
}

// matches reports whether each text has one of the parts, one to one.
func matches(texts, parts []string, err error) error {
	if err != nil {
		return err
	}
	if len(texts) != len(parts) {
		return fmt.Errorf("%d comments, want %d: %q", len(texts), len(parts), texts)
	}
	for _, part := range parts {
		n := 0
		for _, text := range texts {
			if strings.Contains(text, part) {
				n++
			}
		}
		if n != 1 {
			return fmt.Errorf("%d comments with %q: %q", n, part, texts)
		}
	}
	return nil
}

// linkedOnce requires that each ticket of a pair carries one visible link.
func (w *world) linkedOnce(id, key string) {
	w.Helper()
	w.eventually("one link on each", func() error {
		links, err := w.rav.Links(w.ctx, id)
		if err != nil || len(links) != 1 {
			return fmt.Errorf("%d links on the ticket %w", len(links), err)
		}
		var remote []json.RawMessage
		err = w.jira.Call(w.ctx, http.MethodGet, "/issue/"+key+"/remotelink", nil, &remote)
		if err != nil || len(remote) != 1 {
			return fmt.Errorf("%d links on the issue %w", len(remote), err)
		}
		return nil
	})
}

// titled waits until both tickets of a pair have a title.
func (w *world) titled(id, key, title string) {
	w.Helper()
	w.eventually("title "+title, func() error {
		t, err := w.rav.Get(w.ctx, id)
		if err != nil {
			return err
		}
		i, err := w.jira.Get(w.ctx, key)
		if err != nil || t.Title != title || i.Fields.Summary != title {
			return fmt.Errorf("%q and %q %w", t.Title, i.Fields.Summary, err)
		}
		return nil
	})
}

// told waits until a pair's journal has a line with this in it.
func (w *world) told(id, what string) (line workflows.Entry) {
	w.Helper()
	w.eventually("journal: "+what, func() error {
		v, err := w.view(id)
		if err != nil {
			return err
		}
		for _, e := range v.Journal {
			if strings.Contains(e.What, what) {
				line = e
				return nil
			}
		}
		return fmt.Errorf("not in %d lines", len(v.Journal))
	})
	return line
}
