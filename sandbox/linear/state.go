package linear

import (
	"encoding/json"
	"time"
)

// object is a JSON object, of an answer or of an input.
type object = map[string]any

// date is a DateTime as the API writes it: ISO 8601 in UTC with milliseconds.
// It sorts as text, and filters compare it as a time.
type date string

const dateFormat = "2006-01-02T15:04:05.000Z"

type user struct {
	ID        string `json:"id"`
	Login     string `json:"login"` // of the token, and in the request log
	Name      string `json:"name"`
	Email     string `json:"email"`
	Admin     bool   `json:"admin"`
	App       bool   `json:"app"`
	CreatedAt date   `json:"createdAt"`
}

type team struct {
	ID        string `json:"id"`
	Key       string `json:"key"`
	Name      string `json:"name"`
	CreatedAt date   `json:"createdAt"`
}

// state is a workflow state of one team.
type state struct {
	ID        string  `json:"id"`
	TeamID    string  `json:"teamId"`
	Name      string  `json:"name"`
	Type      string  `json:"type"`
	Color     string  `json:"color"`
	Position  float64 `json:"position"`
	CreatedAt date    `json:"createdAt"`
}

type label struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	Color       string  `json:"color"`
	TeamID      *string `json:"teamId"` // nil: of the workspace
	ParentID    *string `json:"parentId"`
	IsGroup     bool    `json:"isGroup"`
	CreatorID   *string `json:"creatorId"`
	CreatedAt   date    `json:"createdAt"`
	UpdatedAt   date    `json:"updatedAt"`
}

type project struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	TeamIDs     []string `json:"teamIds"`
	CreatorID   *string  `json:"creatorId"`
	CreatedAt   date     `json:"createdAt"`
	UpdatedAt   date     `json:"updatedAt"`
}

// issue is an issue as stored; relations are looked up when it is answered.
type issue struct {
	ID          string   `json:"id"`
	TeamID      string   `json:"teamId"`
	Number      int      `json:"number"`
	Identifier  string   `json:"identifier"`
	Previous    []string `json:"previousIdentifiers"`
	Title       string   `json:"title"`
	Description *string  `json:"description"`
	Priority    int      `json:"priority"`
	Estimate    *int     `json:"estimate"`
	DueDate     *string  `json:"dueDate"`
	StateID     string   `json:"stateId"`
	AssigneeID  *string  `json:"assigneeId"`
	CreatorID   string   `json:"creatorId"`
	ActAs       *string  `json:"actAs"` // createAsUser
	ParentID    *string  `json:"parentId"`
	ProjectID   *string  `json:"projectId"`
	LabelIDs    []string `json:"labelIds"`
	Subscribers []string `json:"subscriberIds"`
	Synced      []synced `json:"syncedWith"`
	Trashed     bool     `json:"trashed"`
	SortOrder   float64  `json:"sortOrder"`
	StartedAt   *date    `json:"startedAt"`
	CompletedAt *date    `json:"completedAt"`
	CanceledAt  *date    `json:"canceledAt"`
	ArchivedAt  *date    `json:"archivedAt"`
	CreatedAt   date     `json:"createdAt"`
	UpdatedAt   date     `json:"updatedAt"`
}

// synced says that one of Linear's own integrations owns the issue as well.
type synced struct {
	ID      string `json:"id"`
	Service string `json:"service"`
}

type comment struct {
	ID         string  `json:"id"`
	IssueID    string  `json:"issueId"`
	ParentID   *string `json:"parentId"`
	UserID     string  `json:"userId"`
	ActAs      *string `json:"actAs"`
	Body       string  `json:"body"`
	QuotedText *string `json:"quotedText"`
	EditedAt   *date   `json:"editedAt"`
	CreatedAt  date    `json:"createdAt"`
	UpdatedAt  date    `json:"updatedAt"`
}

type attachment struct {
	ID        string          `json:"id"`
	IssueID   string          `json:"issueId"`
	URL       string          `json:"url"`
	Title     string          `json:"title"`
	Subtitle  *string         `json:"subtitle"`
	Metadata  json.RawMessage `json:"metadata"`
	Group     bool            `json:"groupBySource"`
	CreatorID string          `json:"creatorId"`
	CreatedAt date            `json:"createdAt"`
	UpdatedAt date            `json:"updatedAt"`
}

// history is one IssueHistory entry. Values holds what its fields say beside
// the id, the time and the actor, relations by id.
type history struct {
	ID        string `json:"id"`
	IssueID   string `json:"issueId"`
	ActorID   string `json:"actorId"`
	Values    object `json:"values"`
	CreatedAt date   `json:"createdAt"`
}

type webhook struct {
	ID            string   `json:"id"`
	Label         *string  `json:"label"`
	URL           string   `json:"url"`
	Secret        string   `json:"secret"`
	Enabled       bool     `json:"enabled"`
	TeamID        *string  `json:"teamId"`
	AllTeams      bool     `json:"allPublicTeams"`
	ResourceTypes []string `json:"resourceTypes"`
	CreatorID     string   `json:"creatorId"`
	CreatedAt     date     `json:"createdAt"`
	UpdatedAt     date     `json:"updatedAt"`
}

// now is the present time as the API writes it.
func (s *Server) now() date { return dateOf(s.core.Now()) }

func dateOf(t time.Time) date { return date(t.UTC().Format(dateFormat)) }

// after is the present time, but later than previous by a millisecond at least:
// no two versions of an object share a time, however fast they follow.
func (s *Server) after(previous date) date {
	now := s.now()
	if now > previous {
		return now
	}
	last, err := time.Parse(dateFormat, string(previous))
	if err != nil {
		return now
	}
	return dateOf(last.Add(time.Millisecond))
}

// value is what a pointer points at, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// orNil is what a pointer points at, as an answer shows it: nil is null.
func orNil[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
