package flashduty

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Documented limits; lengths are in characters.
const (
	maxLabels      = 50
	maxLabelKey    = 128
	maxDescription = 2048
	// exact bounds the whole numbers that a floating-point number tells apart.
	exact = 1 << 53
)

var changeStatuses = []string{"Planned", "Ready", "Processing", "Canceled", "Done"}

// parse reads the body of a push. Members that are not documented are ignored,
// and a time in the future is taken at any status, though it is documented for
// Ready alone: nothing tells what the service does with it otherwise.
func parse(body []byte, now time.Time) (change, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return change{}, invalid("request payload is empty")
	}
	var p payload
	if err := json.Unmarshal(body, &p.members); err != nil || p.members == nil {
		return change{}, invalid("request payload is not a JSON object")
	}
	c := change{
		Status:      p.required("change_status"),
		Key:         p.required("change_key"),
		Title:       p.required("title"),
		At:          p.seconds("event_time", now),
		Description: p.text("description"),
		Link:        p.text("link"),
		Labels:      p.labels("labels"),
	}
	if !slices.Contains(changeStatuses, c.Status) {
		p.refuse("change_status must be one of " + strings.Join(changeStatuses, ", "))
	}
	if utf8.RuneCountInString(c.Description) > maxDescription {
		p.refuse(fmt.Sprintf("description is longer than %d characters", maxDescription))
	}
	return c, p.err
}

// payload reads one member after the other and keeps the first mistake.
type payload struct {
	members map[string]json.RawMessage
	err     error
}

func (p *payload) refuse(message string) {
	if p.err == nil {
		p.err = invalid(message)
	}
}

func (p *payload) required(name string) string {
	value := p.text(name)
	if value == "" {
		p.refuse(name + " is required")
	}
	return value
}

func (p *payload) text(name string) string {
	raw, ok := p.members[name]
	if !ok {
		return ""
	}
	value, ok := text(raw)
	if !ok {
		p.refuse(name + " must be a string")
	}
	return value
}

// text decodes a JSON string and nothing else: null is none.
func text(raw json.RawMessage) (value string, ok bool) {
	ok = bytes.HasPrefix(raw, []byte(`"`)) && json.Unmarshal(raw, &value) == nil
	return value, ok
}

// seconds reads a whole number, in whatever way it is written.
func (p *payload) seconds(name string, now time.Time) int64 {
	raw, ok := p.members[name]
	if !ok {
		return now.Unix()
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
		p.refuse(name + " must be an integer: unix seconds")
		return 0
	}
	return int64(f)
}

func (p *payload) labels(name string) map[string]string {
	raw, ok := p.members[name]
	if !ok {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil || members == nil {
		p.refuse(name + " must be an object")
		return nil
	}
	if len(members) > maxLabels {
		p.refuse(fmt.Sprintf("%s must be at most %d", name, maxLabels))
	}
	labels := make(map[string]string, len(members))
	for key, raw := range members {
		value, ok := text(raw)
		if !ok {
			p.refuse(name + " must have string values")
		}
		if utf8.RuneCountInString(key) > maxLabelKey {
			p.refuse(fmt.Sprintf("%s must have keys of at most %d characters", name, maxLabelKey))
		}
		labels[key] = value
	}
	return labels
}
