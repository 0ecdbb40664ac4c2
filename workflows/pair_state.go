package workflows

import (
	"time"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// PairState is all that a pair carries from run to run. The zero value is a
// pair that has never looked at its origin. It is bounded: maps by side, a
// journal of 50 entries, a limited number of comments.
type PairState struct {
	Phase Phase `json:"phase,omitempty"`
	// Rest says why a resting pair rests.
	Rest ticket.Reason `json:"rest,omitempty"`
	// Generation counts the links made under this id, from 1.
	Generation int `json:"generation,omitempty"`

	Origin  ticket.Ref `json:"origin,omitzero"`
	Replica ticket.Ref `json:"replica,omitzero"`
	// Tickets is what is known about each side beyond its fields.
	Tickets map[ticket.Side]Ticket `json:"tickets,omitempty"`
	// Rules are the route's settings the pair works by.
	Rules *reconcile.Rules `json:"rules,omitempty"`
	Sync  reconcile.State  `json:"sync,omitzero"`

	// Intent is a replica that is being created.
	Intent *Intent `json:"intent,omitempty"`
	// Dirty tells what to fetch.
	Dirty map[ticket.Side]Dirt `json:"dirty,omitempty"`
	// Hold keeps the whole pair from working; LinkHold only the visible link.
	Hold     *reconcile.Hold `json:"hold,omitempty"`
	LinkHold *reconcile.Hold `json:"link_hold,omitempty"`
	Paused   bool            `json:"paused,omitempty"`
	// Background tells that what is to be done now came of a sweep or an audit:
	// nobody waits for it, and it gives way when a quota runs low.
	Background bool `json:"background,omitempty"`
	// GaveWay tells that it did, so that a live edit ends the hold.
	GaveWay bool `json:"gave_way,omitempty"`
	// Storm is why the pair paused itself, "" when it did not.
	Storm string `json:"storm,omitempty"`
	// Traffic is what was written and seen of late.
	Traffic Traffic `json:"traffic,omitempty"`
	// Enlist asks for the replica's alias to be started or reminded.
	Enlist bool `json:"enlist,omitempty"`
	// Mark asks for the markers to be written.
	Mark bool `json:"mark,omitempty"`
	// Unmark asks for markers that say unlinked.
	Unmark bool `json:"unmark,omitempty"`
	// MarkedBy is the installation whose markers the link was taken up by, "" for
	// a link that was made: until both tickets were read, one may say that it was undone.
	MarkedBy string `json:"marked_by,omitempty"`

	Journal  []Entry   `json:"journal,omitempty"`
	SyncedAt time.Time `json:"synced_at,omitzero"`
	// Duplicates are further replicas that claim this origin.
	Duplicates []ticket.Ref `json:"duplicates,omitempty"`

	// Wrote is when each ticket was last written to, oldest first: what pacing
	// must still remember, so that a new run does not begin a new allowance.
	Wrote map[ticket.Side][]time.Time `json:"wrote,omitempty"`

	Quiet   time.Duration `json:"quiet,omitempty"`   // of the replica's connection
	Confirm time.Duration `json:"confirm,omitempty"` // before a deletion counts
}

// Phase is where a pair is in its life.
type Phase string

// The phases. A pair that ever had a replica never completes.
const (
	Fresh    Phase = ""
	Creating Phase = "creating" // an intent is out
	Linked   Phase = "linked"
	Resting  Phase = "resting"
)

// Ticket is what a pair remembers about one of its tickets.
type Ticket struct {
	Key  string `json:"key,omitempty"`
	URL  string `json:"url,omitempty"`
	Done bool   `json:"done,omitempty"`
	// Audited tells that an audit has looked at it since both were done.
	Audited bool `json:"audited,omitempty"`
	// Account is our own account's id there.
	Account string `json:"account,omitempty"`
	// Versions are the latest this pair has seen, newest last: an event with
	// one of them tells nothing new.
	Versions []string `json:"versions,omitempty"`
	// Writers is how many pairs may write to it, as last told; 0 when nobody did.
	Writers int `json:"writers,omitempty"`
	// Gone is when the first delete event came, Deleted the time that it named.
	Gone    time.Time `json:"gone,omitzero"`
	Deleted time.Time `json:"deleted,omitzero"`
	// Touched is when we last wrote without learning the version that this
	// left: one of about that time is nobody else's.
	Touched time.Time `json:"touched,omitzero"`
	// Window is our last write, where the tracker offers neither a
	// precondition nor a history.
	Window *Window `json:"window,omitempty"`
}

// Window spans the versions between the read a write was decided on and the
// write: a version in between that we do not know is a person's edit that was
// overwritten unseen.
type Window struct {
	Before string           `json:"before"`
	After  string           `json:"after"`
	Notes  []reconcile.Note `json:"notes"`
}

// knows reports whether a version was seen.
func (t Ticket) knows(version string) bool {
	for _, v := range t.Versions {
		if v == version {
			return version != ""
		}
	}
	return false
}

// saw remembers a version.
func (t *Ticket) saw(version string) {
	const most = 16
	if version == "" || t.knows(version) {
		return
	}
	t.Versions = append(t.Versions, version)
	if len(t.Versions) > most {
		t.Versions = append([]string(nil), t.Versions[len(t.Versions)-most:]...)
	}
}

// Dirt says how much of a ticket may have changed. Flags, not a list: a
// paused pair stays as small as a running one.
type Dirt struct {
	Fields   bool `json:"fields,omitempty"`
	Comments bool `json:"comments,omitempty"`
	// Others tells that someone other than us may have acted, so that the
	// other ticket will be needed as well.
	Others bool `json:"others,omitempty"`
	// Links asks for the ticket's links too.
	Links bool `json:"links,omitempty"`
}

func (d Dirt) any() bool { return d.Fields || d.Comments || d.Links }

// Intent is a create call that may have been made. It is in the state before
// the call is scheduled.
type Intent struct {
	At    time.Time         `json:"at"`
	Draft []reconcile.Write `json:"draft"`
}

// Entry is one line of the journal.
type Entry struct {
	At   time.Time `json:"at"`
	What string    `json:"what"`
	From string    `json:"from,omitempty"`
	To   string    `json:"to,omitempty"`
}

const (
	journalLength = 50
	// followed is how many comments a pair keeps track of: what fits the state.
	followed = trackers.MaxComments - 50
)

func (st *PairState) originSide() ticket.Side { return st.Sync.Origin }

// ref returns the ticket of one side.
func (st *PairState) ref(s ticket.Side) ticket.Ref {
	if s == st.Sync.Origin {
		return st.Origin
	}
	return st.Replica
}

// at changes what is known about one side's ticket.
func (st *PairState) at(s ticket.Side, change func(*Ticket)) {
	if st.Tickets == nil {
		st.Tickets = map[ticket.Side]Ticket{}
	}
	t := st.Tickets[s]
	change(&t)
	st.Tickets[s] = t
}

// soil marks one side for fetching.
func (st *PairState) soil(s ticket.Side, d Dirt) {
	if st.Dirty == nil {
		st.Dirty = map[ticket.Side]Dirt{}
	}
	was := st.Dirty[s]
	st.Dirty[s] = Dirt{
		Fields: was.Fields || d.Fields, Comments: was.Comments || d.Comments,
		Others: was.Others || d.Others, Links: was.Links || d.Links,
	}
}

func (st *PairState) dirty() bool {
	return st.Dirty[ticket.Left].any() || st.Dirty[ticket.Right].any()
}
