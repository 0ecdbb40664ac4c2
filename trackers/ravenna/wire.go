package ravenna

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

// The API's objects, reduced to what is used. Enumerations stay plain strings
// and everything nullable a pointer: values are added without notice.

type rawTicket struct {
	ID           string      `json:"id"`
	ShortID      string      `json:"shortId"`
	Number       *float64    `json:"number"`
	Title        string      `json:"title"`
	Description  *string     `json:"description"`
	Priority     string      `json:"priority"`
	StatusID     *string     `json:"statusId"`
	Status       *rawStatus  `json:"status"`
	QueueID      string      `json:"queueId"`
	Queue        *rawQueue   `json:"queue"`
	AssigneeID   *string     `json:"assigneeId"`
	RequesterID  *string     `json:"requesterId"`
	AuthorID     *string     `json:"authorId"`
	Tags         []rawTag    `json:"tags"`
	Source       *string     `json:"source"`
	Type         *string     `json:"type"`
	CustomFields looseObject `json:"customFields"`
	Metadata     looseObject `json:"metadata"`
	Private      *bool       `json:"private"`
	CreatedAt    string      `json:"createdAt"`
	UpdatedAt    string      `json:"updatedAt"`
}

type rawStatus struct {
	ID      string   `json:"id"`
	Label   string   `json:"label"`
	Order   float64  `json:"order"`
	GroupID string   `json:"statusGroupId"`
	Group   rawGroup `json:"statusGroup"`
}

type rawGroup struct {
	ID    string  `json:"id"`
	Label string  `json:"label"`
	Order float64 `json:"order"`
}

type rawQueue struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Prefix    string  `json:"prefix"`
	DeletedAt *string `json:"deletedAt"`
	Workspace struct {
		Slug string `json:"slug"`
	} `json:"workspace"`
}

type rawTag struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type rawUser struct {
	ID        string  `json:"id"`
	FirstName *string `json:"firstName"`
	LastName  *string `json:"lastName"`
	Email     string  `json:"email"`
	IsBot     bool    `json:"isBot"`
}

type rawLink struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	URL    string `json:"url"`
	UserID string `json:"userId"`
	// Replication is set on links of Ravenna's built-in replication.
	Replication *struct {
		Integration *struct {
			App *string `json:"app"`
		} `json:"integration"`
	} `json:"integrationReplication"`
}

type rawMessage struct {
	ID       string   `json:"id"`
	Content  string   `json:"content"`
	AuthorID string   `json:"authorId"`
	TicketID string   `json:"ticketId"`
	Author   *rawUser `json:"author"`
	Status   *string  `json:"status"`
	Deleted  bool     `json:"deleted"`
	// Private is a pointer because only an explicit false is public.
	Private   *bool  `json:"private"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

// looseObject is a JSON object that the API leaves untyped; anything else that
// comes in its place is read as empty.
type looseObject map[string]json.RawMessage

// UnmarshalJSON implements json.Unmarshaler.
func (o *looseObject) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		members = nil
	}
	*o = members
	return nil
}

// page is one answer of a list. Most lists come in an envelope, some bare.
type page[T any] struct {
	Items  []T
	Total  *float64
	Cursor string
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *page[T]) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return json.Unmarshal(data, &p.Items)
	}
	var envelope struct {
		Items  *[]T     `json:"items"`
		Total  *float64 `json:"totalCount"`
		Cursor *string  `json:"nextCursor"`
	}
	if err := json.Unmarshal(data, &envelope); err != nil {
		return err
	}
	if envelope.Items == nil {
		// Read as an empty list it would make everything look deleted.
		return errNoItems
	}
	p.Items, p.Total, p.Cursor = *envelope.Items, envelope.Total, text(envelope.Cursor)
	return nil
}

var errNoItems = errors.New("the answer holds no list")

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// key is the name people use: the channel's prefix and the ticket's number.
func (r *rawTicket) key() string {
	if r.Number == nil || r.Queue == nil || r.Queue.Prefix == "" {
		return r.ShortID
	}
	return r.Queue.Prefix + "-" + strconv.FormatFloat(*r.Number, 'f', -1, 64)
}

func (u *rawUser) name() string {
	return strings.TrimSpace(strings.TrimSpace(text(u.FirstName)) + " " + strings.TrimSpace(text(u.LastName)))
}

// timeFormat is how the API writes times.
const timeFormat = "2006-01-02T15:04:05.000Z"

// version is updatedAt in one spelling, so that REST and webhooks agree.
func version(updatedAt string) string {
	t, err := time.Parse(time.RFC3339Nano, updatedAt)
	if err != nil {
		return updatedAt
	}
	return t.UTC().Format(timeFormat)
}

// parseTime returns the zero time for what it cannot read.
func parseTime(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
