package ticket

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// Field names a replicated attribute of a ticket. Custom fields carry the
// tracker's own name: customfield_10042, customFields.asset.
type Field string

// The fields every tracker knows.
const (
	Title       Field = "title"
	Description Field = "description"
	Status      Field = "status"
	Priority    Field = "priority"
	Assignee    Field = "assignee"
	Labels      Field = "labels"
	Reporter    Field = "reporter"
)

// Value is one field as a tracker holds it. Fingerprint covers the value
// exactly as stored there and is only ever compared with fingerprints of the
// same field on the same ticket. The other members are the value in common
// terms; which is set depends on the field.
type Value struct {
	Fingerprint string `json:"fp"`
	// Text is a plain-text title, a Markdown description, a custom text or
	// the name of a custom single-select option.
	Text string `json:"text,omitempty"`
	// Omitted tells that Text was left out: already known by its fingerprint,
	// or larger than a payload should be. Whoever writes it reads the source.
	Omitted bool `json:"omitted,omitempty"`
	// Size is the length of the whole text in bytes, for Markdown only.
	Size int `json:"size,omitempty"`

	State  *State   `json:"state,omitempty"`
	Level  Level    `json:"level,omitempty"`
	User   *User    `json:"user,omitempty"`
	Names  []string `json:"names,omitempty"`
	Number *float64 `json:"number,omitempty"`
}

// IsEmpty reports whether the field has no value on its tracker.
func (v Value) IsEmpty() bool {
	return v.Text == "" && !v.Omitted && v.State == nil && v.Level == "" &&
		v.User == nil && len(v.Names) == 0 && v.Number == nil
}

// State is a workflow status. Group is what its tracker files it under, where
// the rules may name it by that too. A tracker whose groups bear the names of
// statuses leaves it empty: else every status in the group "done" would answer
// to the name Done.
type State struct {
	ID    string `json:"id,omitempty"`
	Name  string `json:"name"`
	Group string `json:"group,omitempty"`
	// Category is what the status means in common terms, "" when that is not
	// known. Routes without a status map go by it.
	Category Category `json:"category,omitempty"`
	// Done tells that work on the ticket has ended.
	Done bool `json:"done,omitempty"`
}

// Category says how far work on a ticket has come.
type Category string

// The categories.
const (
	Untriaged Category = "untriaged" // not accepted yet
	Open      Category = "open"      // not begun
	Started   Category = "started"
	Waiting   Category = "waiting" // begun, and waiting for somebody else
	Completed Category = "completed"
	Canceled  Category = "canceled"
)

// Level is a priority in common terms. A native priority that means none of
// these is reported as its own lower-case name and maps to nothing.
type Level string

// The common priorities.
const (
	Urgent  Level = "urgent"
	High    Level = "high"
	Medium  Level = "medium"
	Low     Level = "low"
	NoLevel Level = "none"
)

// Known reports whether the level is one every tracker can be asked for.
func (l Level) Known() bool {
	return l == Urgent || l == High || l == Medium || l == Low || l == NoLevel
}

// User is a person. ID is the tracker's own; Email is empty where the tracker
// hides it; Name is for display only.
type User struct {
	ID    string `json:"id,omitempty"`
	Email string `json:"email,omitempty"`
	Name  string `json:"name,omitempty"`
}

// Display returns the best name there is for a person to read.
func (u User) Display() string {
	switch {
	case u.Name != "":
		return u.Name
	case u.Email != "":
		return u.Email
	}
	return u.ID
}

// Fingerprint returns 16 characters that stand for the given parts, exactly
// and in order.
func Fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var size [8]byte
		for i, n := 0, len(p); i < 8; i, n = i+1, n>>8 {
			size[i] = byte(n)
		}
		h.Write(size[:])
		h.Write([]byte(p))
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// FoldLabel returns the form under which two trackers' labels are the same:
// some trackers allow no spaces, others ignore case.
func FoldLabel(name string) string {
	return strings.ToLower(strings.Join(strings.Fields(name), "_"))
}

// SameLabels reports whether two label lists fold to the same set.
func SameLabels(a, b []string) bool {
	return slices.Equal(foldAll(a), foldAll(b))
}

func foldAll(names []string) []string {
	out := make([]string, 0, len(names))
	for _, n := range names {
		out = append(out, FoldLabel(n))
	}
	slices.Sort(out)
	return slices.Compact(out)
}
