// Package trackers holds what ticketsync asks of a tracker, in small
// interfaces by capability, and what every adapter shares: typed errors, the
// quota gate, the form of copied comments. Adapters know neither each other
// nor Temporal.
package trackers

import (
	"context"
	"net/http"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// Tracker is the least every adapter offers. Everything else is a capability,
// asked for with errors.ErrUnsupported as the answer where it is missing.
type Tracker interface {
	// Kind is the connection's kind in the configuration.
	Kind() string
}

// Reader reads tickets.
type Reader interface {
	// Fetch reads one ticket by its immutable id. A ticket that does not exist
	// or may not be seen is an *Error with reason not-found.
	Fetch(ctx context.Context, id string, opts FetchOptions) (*ticket.Snapshot, error)
	// Lookup returns the immutable id of the ticket with this key (ENG-45) or
	// web address.
	Lookup(ctx context.Context, keyOrURL string) (string, error)
}

// FetchOptions says how much of a ticket is wanted.
type FetchOptions struct {
	Custom []ticket.Field `json:"custom,omitempty"` // custom fields, by the tracker's own names
	// Links asks for markers and foreign replication found in the ticket's
	// links, which may cost a second read. Markers inside the ticket are
	// always reported.
	Links bool `json:"links,omitempty"`
	// Comments asks for the whole list of comments, one or more further reads.
	Comments bool `json:"comments,omitempty"`
	// Changes asks for a part of the ticket's history; nil asks for none.
	Changes *History `json:"changes,omitempty"`
	// Text that the caller knows need not be returned: fingerprints by field,
	// and by comment id.
	Known         map[ticket.Field]string `json:"known,omitempty"`
	KnownComments map[string]string       `json:"known_comments,omitempty"`
	// Whole asks for every text whatever its size: for a writer in the same
	// process, never for a workflow's history.
	Whole bool `json:"whole,omitempty"`
	// Comment asks for the comment with this id and no other, so that a text
	// which was left out costs one call and not the whole list; one that is not
	// there leaves the snapshot without comments.
	Comment string `json:"comment,omitempty"`
}

// History is the part of a ticket's history that is wanted: what came after the
// change with an id; without one, what happened since a time by the worker's
// clock, and in any case the last change.
type History struct {
	After string    `json:"after,omitempty"`
	Since time.Time `json:"since,omitzero"`
}

// Limits for one snapshot, so that those of both tickets of a pair fit one
// Temporal payload of 2 MB. Bytes are counted as the payload has them, in JSON.
// A text that is left out is marked Omitted; a description that takes at most
// MaxText is always returned when it is not known.
const (
	MaxText     = 256 << 10 // bytes of one text
	MaxSnapshot = 512 << 10 // bytes of all comments together
	// MaxComments is a few more than a pair follows, so that it notices. Older
	// ones that the caller does not know are not returned.
	MaxComments = 1250
)

// Writer creates and changes tickets.
type Writer interface {
	// Create makes one ticket. An error with Ambiguous set means that it may
	// exist; the caller looks with Finder before it creates again.
	Create(ctx context.Context, d Draft) (*Created, error)
	// Update sets fields in one call. It is safe to repeat.
	Update(ctx context.Context, u Update) (*Result, error)
}

// FieldWrite is one value to set. Value is the source's, already mapped: a
// status or priority in the target's terms, a user by the target's e-mail.
// An empty value clears the field.
type FieldWrite struct {
	Field ticket.Field `json:"field"`
	Value ticket.Value `json:"value"`
	// Create lets the tracker make what the value names and it does not have:
	// labels, where they are objects of their own.
	Create bool `json:"create,omitempty"`
	// Footer is a last Markdown line for a description, stripped again on
	// reading (Footer in this package writes it).
	Footer string `json:"footer,omitempty"`
	// Origin is the web address that a cut text links to.
	Origin string `json:"origin,omitempty"`
	// Source is the fingerprint of the source's value, for reading a text that
	// was left out.
	Source string `json:"source,omitempty"`
	// Replaces is the fingerprint this field had when the write was decided.
	// Where the tracker offers a precondition it is used; a mismatch is an
	// *Error with reason stale, and nothing is written.
	Replaces string `json:"replaces,omitempty"`
}

// Draft is a ticket to create.
type Draft struct {
	Container ticket.Container `json:"container"`
	Type      string           `json:"type,omitempty"`
	Fields    []FieldWrite     `json:"fields"`
	// Reporter is set when the tracker knows the person and lets us. Else the
	// description ends with Footer, and Created says so by a Written for
	// ticket.Reporter.
	Reporter  *ticket.User   `json:"reporter,omitempty"`
	Footer    string         `json:"footer,omitempty"`
	Constants map[string]any `json:"constants,omitempty"`
	Private   bool           `json:"private,omitempty"`
	Marker    ticket.Marker  `json:"marker"` // written in the create call
}

// Created is a ticket that exists now.
type Created struct {
	ID  string `json:"id"`
	Key string `json:"key"`
	URL string `json:"url"`
	// Result is what the tracker stored, when its answer tells.
	Result *Result `json:"result,omitempty"`
}

// Update is a change to one ticket.
type Update struct {
	ID     string       `json:"id"`
	Fields []FieldWrite `json:"fields"`
	// Version is the ticket's when the write was decided, Edits the snapshot's.
	Version string         `json:"version,omitempty"`
	Edits   string         `json:"edits,omitempty"`
	Custom  []ticket.Field `json:"custom,omitempty"` // for the snapshot in the result
}

// Result is what a write left behind.
type Result struct {
	// Snapshot is the ticket as the tracker stored it, without comments, or
	// nil when the tracker did not say.
	Snapshot *ticket.Snapshot `json:"snapshot,omitempty"`
	Fields   []Written        `json:"fields,omitempty"`
}

// Written is what became of one field of a write.
type Written struct {
	Field ticket.Field `json:"field"`
	// Stored is the fingerprint of the value now stored.
	Stored string `json:"stored"`
	// Foreign tells that the stored value is not ours: a person changed it
	// after our write, or the tracker made something else of an exact value.
	Foreign bool `json:"foreign,omitempty"`
	// Lost is what a person had put there between the read the write was
	// decided on and the write, when the tracker's history tells.
	Lost string `json:"lost,omitempty"`
	// Note is too-long, user-unknown or label-unknown when less was stored than
	// was asked, field-refused when the field was left out on the tracker's demand.
	Note   ticket.Reason `json:"note,omitempty"`
	Detail string        `json:"detail,omitempty"`
	// LeftOut are the labels that Note label-unknown speaks of.
	LeftOut []string `json:"left_out,omitempty"`
}

// Mover changes a status where that takes a transition.
type Mover interface {
	// Move makes one step and returns the ticket read back. It looks at the
	// ticket first unless Fresh tells that the caller just did; when the
	// status is not From any more it makes no step and returns what it saw.
	Move(ctx context.Context, m MoveRequest) (*ticket.Snapshot, error)
}

// MoveRequest is one step of a workflow.
type MoveRequest struct {
	ID     string         `json:"id"`
	Move   ticket.Move    `json:"move"`
	From   ticket.State   `json:"from"`
	Fields map[string]any `json:"fields,omitempty"` // sent where the screen takes them
	Fresh  bool           `json:"fresh,omitempty"`
	Custom []ticket.Field `json:"custom,omitempty"`
}

// Commenter writes comments.
type Commenter interface {
	// AddComment makes one comment; see Writer.Create for Ambiguous. The token
	// is written with it and found again by Fetch with Comments.
	AddComment(ctx context.Context, ticketID string, d CommentDraft) (*ticket.Comment, error)
	EditComment(ctx context.Context, ticketID, commentID string, d CommentDraft) (*ticket.Comment, error)
	// DeleteComment succeeds when the comment is gone already. Where replies
	// would go along, it is emptied and stays.
	DeleteComment(ctx context.Context, ticketID, commentID string) error
}

// CommentDraft is the copy of a comment, or a notice of our own.
type CommentDraft struct {
	Token  string `json:"token"`            // of the source comment, or ticket.NoteToken
	Stamp  string `json:"stamp,omitempty"`  // of the source's text, kept with the token
	Author string `json:"author,omitempty"` // display name of who wrote it; empty for a notice
	URL    string `json:"url,omitempty"`    // of the source comment
	Quote  string `json:"quote,omitempty"`  // Markdown of the comment it replies to, shown where Parent is not used
	Parent string `json:"parent,omitempty"` // comment on this ticket that it replies to, where replies nest
	Body   string `json:"body"`             // Markdown
	Origin string `json:"origin,omitempty"` // web address a cut text links to
	// Private asks for a copy that only the help desk's own people see.
	Private bool `json:"private,omitempty"`
}

// Marking writes the visible link that is also the origin's marker.
type Marking interface {
	// Mark creates or replaces the pair's marker on a ticket. It is safe to
	// repeat: it looks for the pair's own marker first or upserts.
	Mark(ctx context.Context, ticketID string, m ticket.Marker, title string) error
}

// Finder looks for a ticket that an ambiguous create may have made.
type Finder interface {
	// Find returns the tickets in the container that our account created after
	// since and whose marker names this pair and generation, oldest first.
	Find(ctx context.Context, container ticket.Container, m ticket.Marker, since time.Time) ([]Found, error)
}

// Found is a ticket that carries a marker.
type Found struct {
	ID  string `json:"id"`
	Key string `json:"key"`
	URL string `json:"url"`
}

// Lister pages through what changed, for the sweep.
type Lister interface {
	// Changed lists tickets of the given containers that changed since, in any
	// order, and the cursor of the next page ("" = last). A tracker that can
	// list changed comments by themselves adds one event for each. A container
	// that cannot be read is an error of kind NotFound, Forbidden or Invalid, never
	// just missing from the list: nobody would look for it again.
	Changed(ctx context.Context, containers []ticket.Container, since time.Time, cursor string) (ChangedPage, error)
}

// ChangedPage is one page of changed tickets. Now is the tracker's own time
// when it answered: the watermark of a sweep that ends with this page.
type ChangedPage struct {
	Events []ticket.Event `json:"events"`
	Next   string         `json:"next,omitempty"`
	Now    time.Time      `json:"now"`
}

// Checker tells whether a connection can do its work.
type Checker interface {
	// Check reports who we are, the clock skew and each missing permission.
	Check(ctx context.Context, containers []string) (*Health, error)
	// Describe resolves a place by the names in the file, with what apply
	// validates against.
	Describe(ctx context.Context, p Place) (*Container, error)
}

// Place is where a route's tickets are, by the names in the file.
type Place struct {
	Container string `json:"container"`
	Part      string `json:"part,omitempty"` // of the container
	Type      string `json:"type,omitempty"` // of the tickets
}

// Health is what Check found.
type Health struct {
	Account ticket.User   `json:"account"`
	Skew    time.Duration `json:"skew"` // the tracker's clock minus ours
	// Unproven tells that the token cannot be tried without writing.
	Unproven bool     `json:"unproven,omitempty"`
	Problems []string `json:"problems,omitempty"`
}

// Container is a channel, project or team as apply sees it.
type Container struct {
	ticket.Container
	Types    []string       `json:"types,omitempty"`
	Statuses []ticket.State `json:"statuses"`
	// Required are fields that creation demands and has no default for, by
	// the tracker's own names.
	Required []string `json:"required,omitempty"`
	// CustomFields by the tracker's own names, for checking the route's custom rules.
	CustomFields []string `json:"custom_fields,omitempty"`
	// Edges is the workflow where the account may read it: status name to the
	// names one step away.
	Edges    map[string][]string `json:"edges,omitempty"`
	Archived bool                `json:"archived,omitempty"`
}

// Hook verifies and reads the webhooks of one connection. It needs no token
// for the API, only the webhook's secret.
type Hook interface {
	// Verify reports whether a delivery is genuine: by its signature over the
	// raw body, or by the token at the end of its path.
	Verify(header http.Header, pathToken string, body []byte) bool
	// Delivery returns the id by which the tracker names a delivery, the same
	// when it delivers again; "" when it gives none.
	Delivery(header http.Header) string
	// Parse lists every ticket the body speaks of. ignored says why none of
	// them could have changed ("" = they may have). A body that is no JSON
	// object is an error; one of an unknown shape is not.
	Parse(body []byte) (events []ticket.Event, ignored string, err error)
}
