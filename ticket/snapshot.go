package ticket

import "time"

// Snapshot is a ticket as fetched once. All times are in the worker's clock:
// the adapter has corrected the tracker's by the Date header of its answer.
type Snapshot struct {
	Ref       Ref       `json:"ref"`
	Key       string    `json:"key"`
	URL       string    `json:"url"` // for people, without a marker
	Version   string    `json:"version"`
	Container Container `json:"container"`
	Type      string    `json:"type,omitempty"`
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`

	Fields     map[Field]Value `json:"fields"`
	Components []string        `json:"components,omitempty"`

	// ChangedAt is when someone other than us last changed a field, where the
	// tracker keeps a history: empty where nobody has, nil where there is none.
	// A field without an entry was not changed lately.
	ChangedAt map[Field]time.Time `json:"changed_at,omitzero"`
	// Edits is the last of other people's edits that the tracker's history held,
	// in the tracker's own terms. A write hands it back, so that the tracker can
	// tell what came in between; "" where the version tells.
	Edits string `json:"edits,omitempty"`
	// Moves lists the statuses reachable in one step. Nil: any status can be set.
	Moves []Move `json:"moves,omitempty"`
	// AnyStatus tells that status is a plain field here, set like any other.
	AnyStatus bool `json:"any_status,omitempty"`
	// Nests tells that a comment here can be written as the reply to another.
	Nests bool `json:"nests,omitempty"`
	// PriorityRequired tells that this tracker has no "no priority".
	PriorityRequired bool `json:"priority_required,omitempty"`

	// Private names why nobody outside the tracker may see the ticket ("" =
	// public): its flag, its security level.
	Private string `json:"private,omitempty"`
	// Account is our own account's id on the tracker, "" where it is unknown.
	Account string `json:"account,omitempty"`
	// Ours tells that our own account created the ticket.
	Ours bool `json:"ours,omitempty"`
	// Elsewhere names another replication engine at work on the ticket.
	Elsewhere string `json:"elsewhere,omitempty"`
	// Trashed tells that the ticket can be read but lies in the trash.
	Trashed bool `json:"trashed,omitempty"`

	Markers []Marker `json:"markers,omitempty"`
	// LinksRead tells that Markers and Elsewhere also cover the ticket's links,
	// which cost some trackers a second read.
	LinksRead bool `json:"links_read,omitempty"`

	// Changes are the history that was asked for, oldest first; MoreChanges
	// tells that it goes on.
	Changes     []Change `json:"changes,omitempty"`
	MoreChanges bool     `json:"more_changes,omitempty"`

	Comments []Comment `json:"comments,omitempty"`
	// CommentsRead tells that Comments is the ticket's whole list, CommentsCut
	// that the oldest of very many were left out of it.
	CommentsRead bool `json:"comments_read,omitempty"`
	CommentsCut  bool `json:"comments_cut,omitempty"`
}

// Status returns the ticket's workflow status, zero when unknown.
func (s *Snapshot) Status() State {
	if v, ok := s.Fields[Status]; ok && v.State != nil {
		return *v.State
	}
	return State{}
}

// Text returns the text of a field, "" when unset.
func (s *Snapshot) Text(f Field) string { return s.Fields[f].Text }

// Move is one step a tracker's workflow allows from the present status.
type Move struct {
	ID string `json:"id"` // the transition's own id
	To State  `json:"to"`
	// Fields that the step's screen takes, by the tracker's own names.
	Fields []string `json:"fields,omitempty"`
	// Required are those of Fields that have no default.
	Required []string `json:"required,omitempty"`
}

// Comment is one comment, note or message on a ticket.
type Comment struct {
	ID          string    `json:"id"`
	Version     string    `json:"version"`
	Fingerprint string    `json:"fp"`
	URL         string    `json:"url,omitempty"`
	Author      User      `json:"author"` // of a copy: the original author
	Created     time.Time `json:"created"`
	// Body is Markdown, without the author line of a copy.
	Body    string `json:"body,omitempty"`
	Omitted bool   `json:"omitted,omitempty"`
	Size    int    `json:"size,omitempty"`
	// Lead is the first line of a left out Body, where other comments reply to it.
	Lead string `json:"lead,omitempty"`
	// Parent is the comment this one replies to.
	Parent string `json:"parent,omitempty"`
	// Private is "" only when the tracker says that the comment is public.
	Private string `json:"private,omitempty"`
	// Token names the source comment ("connection/id") when this is a copy
	// that ticketsync wrote, or NoteToken for a notice of our own.
	Token string `json:"token,omitempty"`
	// Stamp tells of which text a copy was made; "" on copies that do not tell.
	Stamp string `json:"stamp,omitempty"`
}

// NoteToken marks comments that ticketsync writes in its own name, such as
// the notice that the other ticket was deleted. They are never replicated.
const NoteToken = "note"

// LostToken marks comments that are copies of ours beyond doubt, but do not tell
// any more of what. They are never replicated.
const LostToken = "lost"

// CommentToken names a comment across trackers.
func CommentToken(connection, commentID string) string { return connection + "/" + commentID }
