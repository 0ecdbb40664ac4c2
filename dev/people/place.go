package people

import (
	"context"
	"regexp"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// Place is one container of a tracker and a person in it, in words that all
// trackers share. Texts are plain, or hold **bold** words. Priorities are
// ticket.Level, people their first names, statuses the tracker's own.
type Place interface {
	// Name tells the place apart from others, such as "jira ENG".
	Name() string
	// Connection is the name of the tracker's connection in the file.
	Connection() string
	Create(ctx context.Context, title, text string, set Values) (Shown, error)
	// All lists the tickets that a search finds, those in the trash left out.
	All(ctx context.Context) ([]Shown, error)
	Look(ctx context.Context, id string) (Shown, error)
	Set(ctx context.Context, id string, to Values) error
	SetStatus(ctx context.Context, id, name string) error
	// Statuses are those that a person may choose for a ticket now.
	Statuses(ctx context.Context, id string) ([]string, error)
	// Remove deletes a ticket, or puts it into the trash.
	Remove(ctx context.Context, id string) error
	// Hide makes a ticket private, or public again.
	Hide(ctx context.Context, id string, private bool) error

	// Say writes a comment, Note one that is not for everybody, and Reply one
	// below another. They return the comment's id, or errors.ErrUnsupported
	// where the tracker knows no such thing.
	Say(ctx context.Context, id, text string) (string, error)
	Note(ctx context.Context, id, text string) (string, error)
	Reply(ctx context.Context, id, to, text string) (string, error)
	Reword(ctx context.Context, id, comment, text string) error
	Unsay(ctx context.Context, id, comment string) error
	Heard(ctx context.Context, id string) ([]Said, error)
	// Links counts the visible links on a ticket.
	Links(ctx context.Context, id string) (int, error)
}

// Shown is a ticket as people see it; "" stands for none.
type Shown struct{ ID, Key, Title, Text, Priority, Assignee, Status string }

// Said is a comment as people see it, in the tracker's own markup.
type Said struct{ ID, Text string }

// Values are fields by name; "" clears one.
type Values map[ticket.Field]string

// Value is the shown value of a field.
func (s Shown) Value(f ticket.Field) string {
	return map[ticket.Field]string{
		ticket.Title: s.Title, ticket.Description: Plain(s.Text), ticket.Priority: s.Priority,
		ticket.Assignee: s.Assignee, ticket.Status: s.Status,
	}[f]
}

var (
	boldWord  = regexp.MustCompile(`\*\*(.+?)\*\*`)
	inlineTag = regexp.MustCompile(`</?(?:strong|em|code|a)\b[^>]*>`)
	blockTag  = regexp.MustCompile(`<[^>]*>`)
	marks     = strings.NewReplacer("{*}", "", "*", "", "_", "")
)

// Plain is a text without a tracker's marks, on one line.
func Plain(text string) string {
	text = blockTag.ReplaceAllString(inlineTag.ReplaceAllString(text, ""), " ")
	return strings.Join(strings.Fields(marks.Replace(text)), " ")
}
