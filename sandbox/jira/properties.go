package jira

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"
)

// Entity properties of issues and of comments. Writing one moves no updated
// time, writes no changelog and sends no webhook.

const (
	propertyKeyLimit   = 255
	propertyValueLimit = 32768
)

// checkProperty counts the value's JSON, whitespace included.
func checkProperty(key string, value json.RawMessage) error {
	switch {
	case key == "":
		return invalid("The property key cannot be empty.")
	case utf8.RuneCountInString(key) > propertyKeyLimit:
		return invalid("The property key cannot be longer than 255 characters.")
	case len(value) == 0 || !json.Valid(value):
		return invalid("The property value must be a valid, non-empty JSON value.")
	case utf8.RuneCountInString(string(value)) > propertyValueLimit:
		return invalid("The property value cannot be longer than 32768 characters.")
	}
	return nil
}

// holder is what carries properties: its map, how to store it back, its link.
type holder struct {
	props map[string]json.RawMessage
	store func(map[string]json.RawMessage)
	self  string
}

func issueHolder(c *call, write bool) (holder, error) {
	i, err := c.readable()
	if err == nil && write {
		i, err = c.writable()
	}
	if err != nil {
		return holder{}, err
	}
	return holder{i.Properties, func(p map[string]json.RawMessage) { i.Properties = p; c.s.put(i) },
		c.api + "/issue/" + i.ID + "/properties/"}, nil
}

// commentHolder finds a comment by id alone: these paths name no issue.
func commentHolder(c *call, write bool) (holder, error) {
	cm, found := c.s.comments.Get(c.r.PathValue("comment"))
	i, exists := c.s.issues.Get(cm.IssueID)
	if !found || !exists || !c.s.canBrowse(c.user, i.ProjectID) {
		return holder{}, fail(http.StatusNotFound, "The comment does not exist.")
	}
	if write {
		if err := c.throttle(i.ID); err != nil {
			return holder{}, err
		}
	}
	return holder{cm.Properties, func(p map[string]json.RawMessage) { cm.Properties = p; c.s.comments.Put(cm.ID, cm) },
		c.api + "/comment/" + cm.ID + "/properties/"}, nil
}

type findHolder func(c *call, write bool) (holder, error)

func listProperties(find findHolder) handler {
	return func(c *call) (answer, error) {
		h, err := find(c, false)
		if err != nil {
			return answer{}, err
		}
		keys := []object{}
		for _, key := range slices.Sorted(maps.Keys(h.props)) {
			keys = append(keys, object{"self": h.self + key, "key": key})
		}
		return ok(object{"keys": keys})
	}
}

func getProperty(find findHolder) handler {
	return func(c *call) (answer, error) {
		h, err := find(c, false)
		if err != nil {
			return answer{}, err
		}
		key := c.r.PathValue("property")
		value, set := h.props[key]
		if !set {
			return answer{}, noProperty(key)
		}
		return ok(object{"key": key, "value": value})
	}
}

func noProperty(key string) error {
	return fail(http.StatusNotFound, "The property with key '"+key+"' does not exist.")
}

// putProperty answers 201 for a new key and 200 for a known one, both without a
// body.
func putProperty(find findHolder) handler {
	return func(c *call) (answer, error) {
		h, err := find(c, true)
		if err != nil {
			return answer{}, err
		}
		key := c.r.PathValue("property")
		if err := checkProperty(key, c.body); err != nil {
			return answer{}, err
		}
		_, had := h.props[key]
		next := maps.Clone(h.props)
		if next == nil {
			next = map[string]json.RawMessage{}
		}
		next[key] = json.RawMessage(c.body)
		h.store(next)
		if had {
			return answer{http.StatusOK, nil}, nil
		}
		return answer{http.StatusCreated, nil}, nil
	}
}

func deleteProperty(find findHolder) handler {
	return func(c *call) (answer, error) {
		h, err := find(c, true)
		if err != nil {
			return answer{}, err
		}
		key := c.r.PathValue("property")
		if _, set := h.props[key]; !set {
			return answer{}, noProperty(key)
		}
		next := maps.Clone(h.props)
		delete(next, key)
		h.store(next)
		return noContent()
	}
}
