package ravenna

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"math/big"
	"time"
)

// object is a JSON object of an answer.
type object = map[string]any

// timeFormat is ISO 8601 in UTC with milliseconds; it sorts as text.
const timeFormat = "2006-01-02T15:04:05.000Z"

type user struct {
	ID        string  `json:"id"`
	FirstName *string `json:"firstName"`
	LastName  *string `json:"lastName"`
	Email     string  `json:"email"`
	IsBot     bool    `json:"isBot"`
	IsGuest   bool    `json:"isGuestCreated"`
	CreatedAt string  `json:"createdAt"`
	UpdatedAt string  `json:"updatedAt"`
}

type queue struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Prefix    string `json:"prefix"`
	Emoji     string `json:"emoji"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

type group struct {
	ID        string `json:"id"`
	Label     string `json:"label"`
	Order     int    `json:"order"`
	Color     string `json:"color"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

type status struct {
	ID        string `json:"id"`
	Label     string `json:"label"`
	Order     int    `json:"order"`
	System    bool   `json:"system"`
	GroupID   string `json:"statusGroupId"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

type tag struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	Color       string  `json:"color"`
	CreatedAt   string  `json:"createdAt"`
	UpdatedAt   string  `json:"updatedAt"`
}

// ticket is a ticket as stored; relations are looked up when it is rendered.
type ticket struct {
	ID              string          `json:"id"`
	ShortID         string          `json:"shortId"`
	Number          int             `json:"number"`
	Inserted        time.Time       `json:"inserted"` // real arrival, also of imports
	QueueID         string          `json:"queueId"`
	OriginalQueueID *string         `json:"originalQueueId"`
	Title           string          `json:"title"`
	Description     *string         `json:"description"`
	Priority        string          `json:"priority"`
	StatusID        string          `json:"statusId"`
	AssigneeID      *string         `json:"assigneeId"`
	RequesterID     *string         `json:"requesterId"`
	AuthorID        *string         `json:"authorId"`
	AgentAssigneeID *string         `json:"agentAssigneeId"`
	Tags            []string        `json:"tags"`
	Followers       []string        `json:"followers"`
	Approvers       []string        `json:"approvers"`
	Source          *string         `json:"source"`
	Type            *string         `json:"type"`
	Code            *string         `json:"code"`
	ParentID        *string         `json:"parentId"`
	MergedIntoID    *string         `json:"mergedIntoId"`
	MergedByID      *string         `json:"mergedById"`
	SlackChannelID  *string         `json:"slackChannelId"`
	Private         bool            `json:"private"`
	Published       bool            `json:"published"`
	DisableAI       bool            `json:"disableAIResponse"`
	CustomFields    json.RawMessage `json:"customFields"`
	AttributeFields json.RawMessage `json:"attributeFields"`
	Metadata        json.RawMessage `json:"metadata"`
	DueAt           *string         `json:"dueAt"`
	StartAt         *string         `json:"startAt"`
	SnoozeUntil     *string         `json:"snoozeUntil"`
	AssignedAt      *string         `json:"assignedAt"`
	ApprovedAt      *string         `json:"approvedAt"`
	DeclinedAt      *string         `json:"declinedAt"`
	ResolvedAt      *string         `json:"resolvedAt"`
	ClosedAt        *string         `json:"closedAt"`
	ArchivedAt      *string         `json:"archivedAt"`
	PublishedAt     *string         `json:"publishedAt"`
	MergedAt        *string         `json:"mergedAt"`
	CreatedAt       string          `json:"createdAt"`
	UpdatedAt       string          `json:"updatedAt"`
}

type link struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	URL       string `json:"url"`
	UserID    string `json:"userId"`
	TicketID  string `json:"ticketId"`
	App       string `json:"app,omitempty"` // set: owned by built-in replication
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

type message struct {
	ID        string     `json:"id"`
	Content   string     `json:"content"`
	AuthorID  string     `json:"authorId"`
	TicketID  string     `json:"ticketId"`
	Source    *string    `json:"source"`
	Status    string     `json:"status"`
	Private   bool       `json:"private"`
	Reactions []reaction `json:"reactions"`
	CreatedAt string     `json:"createdAt"`
	UpdatedAt string     `json:"updatedAt"`
}

type reaction struct {
	ID       string `json:"id"`
	Emoji    string `json:"emoji"`
	AuthorID string `json:"authorId"`
}

type attachment struct {
	ID        string  `json:"id"`
	Filename  string  `json:"filename"`
	MimeType  string  `json:"mimeType"`
	Status    string  `json:"status"`
	Placement string  `json:"placement"`
	TicketID  string  `json:"ticketId"`
	MessageID *string `json:"ticketMessageId"`
	AuthorID  string  `json:"authorId"`
	CreatedAt string  `json:"createdAt"`
	UpdatedAt string  `json:"updatedAt"`
}

type webhook struct {
	ID         string   `json:"id"`
	Name       *string  `json:"name"`
	URL        string   `json:"url"`
	Secret     *string  `json:"secret"`
	Active     bool     `json:"active"`
	EventTypes []string `json:"eventTypes"`
	CreatedAt  string   `json:"createdAt"`
	UpdatedAt  string   `json:"updatedAt"`
}

// now is the present time as the API writes it.
func (s *Server) now() string { return s.core.Now().UTC().Format(timeFormat) }

// after is the present time, but later than previous by a millisecond at least:
// no two versions of an object share a time, however fast they follow.
func (s *Server) after(previous string) string {
	now := s.now()
	if now > previous {
		return now
	}
	last, err := time.Parse(timeFormat, previous)
	if err != nil {
		return now
	}
	return last.Add(time.Millisecond).Format(timeFormat)
}

const (
	idLength    = 24
	shortLength = 8
)

// newID is random, so that objects of a workspace that was thrown away are
// never met again under the same id.
func newID() string { return randomText(idLength) }

func randomText(length int) string {
	bytes := make([]byte, sha256.Size)
	_, _ = rand.Read(bytes)
	return opaque(bytes, length)
}

// seedID is the same in every workspace, so that a sandbox without a data
// directory may be restarted under a running worker.
func seedID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return opaque(sum[:], idLength)
}

// opaque looks like the ids of the documentation: a letter, then base 36.
func opaque(bytes []byte, length int) string {
	text := new(big.Int).SetBytes(bytes).Text(36)
	for len(text) < length {
		text += "0"
	}
	return "c" + text[len(text)-length+1:]
}
