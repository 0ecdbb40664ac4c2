package reconcile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// tracker is one ticket on a tracker in memory. Its values are raw: show is
// the converter that reads texts, lossy what saving does to what we write.
type tracker struct {
	ref      ticket.Ref
	clock    *int // minutes; every change takes one
	raw      map[ticket.Field]ticket.Value
	changed  map[ticket.Field]time.Time // by people
	person   map[ticket.Field]bool      // the present value is a person's
	comments []ticket.Comment
	copies   map[string]bool     // comments that we wrote
	workflow map[string][]string // nil: any status can be set
	// categories are what the statuses mean, for rules without a map.
	categories map[string]ticket.Category
	people     []string
	private    string
	limit      int // runes of a title, 0 for any number
	required   bool
	nests      bool
	labels     []string // all there are; nil: any
	show       func(string) string
	lossy      func(string) string
	serial     int
}

var epoch = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func minute(n int) time.Time { return epoch.Add(time.Duration(n) * time.Minute) }

func newTracker(connection string, clock *int) *tracker {
	same := func(s string) string { return s }
	return &tracker{
		ref: ticket.Ref{Connection: connection, ID: "1"}, clock: clock,
		raw: map[ticket.Field]ticket.Value{
			ticket.Title: text("Printer"), ticket.Description: text("It is **on fire**."),
			ticket.Priority: level(ticket.Medium), ticket.Assignee: nobody(), ticket.Labels: labels(),
			ticket.Status: {},
		},
		changed: map[ticket.Field]time.Time{}, person: map[ticket.Field]bool{}, copies: map[string]bool{},
		show: same, lossy: same, people: []string{"alice@example.com", "bob@example.com"},
	}
}

func text(s string) ticket.Value          { return ticket.Value{Text: s, Size: len(s)} }
func level(l ticket.Level) ticket.Value   { return ticket.Value{Level: l} }
func nobody() ticket.Value                { return ticket.Value{} }
func labels(names ...string) ticket.Value { return ticket.Value{Names: names} }
func number(n float64) ticket.Value       { return ticket.Value{Number: &n} }
func state(name string) ticket.Value      { return ticket.Value{State: &ticket.State{Name: name}} }

func user(name string) ticket.Value {
	return ticket.Value{User: &ticket.User{ID: name, Email: name + "@example.com", Name: name}}
}

// print is the fingerprint of a raw value.
func print(v ticket.Value) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return ticket.Fingerprint(string(b))
}

func (k *tracker) tick() time.Time {
	*k.clock++
	k.serial++
	return minute(*k.clock)
}

// fetch returns the ticket as an adapter would.
func (k *tracker) fetch() *ticket.Snapshot {
	s := &ticket.Snapshot{
		Ref: k.ref, Key: "T-1", URL: "https://" + k.ref.Connection + ".example.com/T-1", Version: strconv.Itoa(k.serial),
		Created: epoch, Updated: minute(*k.clock), Fields: map[ticket.Field]ticket.Value{}, ChangedAt: maps.Clone(k.changed),
		AnyStatus: k.workflow == nil, PriorityRequired: k.required, Nests: k.nests, Private: k.private, CommentsRead: true,
	}
	for f, v := range k.raw {
		shown := v
		shown.Fingerprint = print(v)
		if f == ticket.Description {
			shown.Text = k.show(v.Text)
		}
		if v.State != nil {
			shown.State = &ticket.State{Name: v.State.Name, Category: k.categories[v.State.Name]}
		}
		s.Fields[f] = shown
	}
	for _, to := range k.workflow[s.Status().Name] {
		s.Moves = append(s.Moves, ticket.Move{ID: to, To: ticket.State{Name: to}})
	}
	for _, c := range k.comments {
		c.Fingerprint, c.Body = ticket.Fingerprint(c.Body), k.show(c.Body)
		s.Comments = append(s.Comments, c)
	}
	return s
}

// edit is a person's change of a field.
func (k *tracker) edit(f ticket.Field, v ticket.Value) {
	k.changed[f] = k.tick()
	k.raw[f], k.person[f] = v, true
}

// save is our write of one field. It overwrites whatever is there.
func (k *tracker) save(w Write) FieldOutcome {
	k.tick()
	o := FieldOutcome{}
	if now := k.raw[w.On]; print(now) != w.Replaces {
		o.Lost = display(w.Field, now)
		if w.Field == ticket.Description {
			o.Lost = now.Text
		}
		if o.Lost == "" {
			o.Lost = "(empty)"
		}
	}
	v := w.Value
	switch {
	case v.User != nil && !slices.Contains(k.people, v.User.Email):
		v, o.Refused = ticket.Value{}, ticket.UserUnknown
	case w.Field == ticket.Labels && k.labels != nil:
		v.Names = nil
		for _, name := range w.Value.Names {
			if slices.Contains(k.labels, name) {
				v.Names = append(v.Names, name)
			} else {
				o.Refused, o.LeftOut = ticket.LabelUnknown, append(o.LeftOut, name)
			}
		}
	case v.User != nil:
		name, _, _ := strings.Cut(v.User.Email, "@")
		v = user(name)
	case w.Field == ticket.Title && k.limit > 0 && len([]rune(v.Text)) > k.limit:
		v, o.Refused = text(string([]rune(v.Text)[:k.limit-1])+"…"), ticket.TooLong
	case w.Field == ticket.Description:
		v = text(k.lossy(v.Text))
	}
	k.raw[w.On], k.person[w.On] = v, false
	o.Stored = print(v)
	return o
}

// move is our transition; it makes no step when the status is another by now.
func (k *tracker) move(st Step) *ticket.Snapshot {
	if now := k.raw[ticket.Status].State; now.Name == st.From.Name {
		k.tick()
		k.raw[ticket.Status], k.person[ticket.Status] = state(st.Move.To.Name), false
	}
	return k.fetch()
}

// say is a person's comment.
func (k *tracker) say(body string) string {
	at := k.tick()
	id := fmt.Sprintf("%s-c%d", k.ref.Connection, k.serial)
	k.comments = append(k.comments, ticket.Comment{
		ID: id, Version: "1", Author: ticket.User{Name: "Alice"}, Created: at, Body: body, URL: "https://" + id,
	})
	return id
}

// comment finds one by id, nil when it is gone.
func (k *tracker) comment(id string) *ticket.Comment {
	if at := find(k.comments, id); at >= 0 {
		return &k.comments[at]
	}
	return nil
}

func (k *tracker) forget(id string) {
	k.comments = slices.DeleteFunc(k.comments, func(c ticket.Comment) bool { return c.ID == id })
}

// copy is our write of a comment; ok is false when a person deleted the copy.
func (k *tracker) copy(kind OpKind, c CommentCopy) (written *ticket.Comment, ok bool) {
	switch kind {
	case AddComment:
		id := k.say(k.lossy(c.Body))
		k.copies[id] = true
		k.comment(id).Token = c.Token
		c.Copy = id
		k.comment(id).Stamp = ticket.Stamp("1", c.SourceFP)
	case EditComment:
		if k.comment(c.Copy) == nil {
			return nil, false
		}
		k.comment(c.Copy).Body, k.comment(c.Copy).Stamp = k.lossy(c.Body), ticket.Stamp("1", c.SourceFP)
	case DeleteComment:
		k.forget(c.Copy)
		return nil, true
	}
	at := find(k.fetch().Comments, c.Copy)
	found := k.fetch().Comments[at]
	return &found, true
}
