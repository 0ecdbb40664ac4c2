package workflows

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// View is what the commands show of a pair.
type View struct {
	Route      string        `json:"route"`
	WorkflowID string        `json:"workflow_id"`
	State      string        `json:"state"`
	Reason     ticket.Reason `json:"reason"`
	Left       TicketView    `json:"left"`
	Right      TicketView    `json:"right"`
	Fields     []FieldView   `json:"fields"`
	Comments   int           `json:"comments"` // kept alike on both sides
	Journal    []Entry       `json:"journal"`
	// Detail is the tracker's own words, or what else there is to the reason.
	Detail   string    `json:"detail,omitempty"`
	SyncedAt time.Time `json:"synced_at,omitzero"`
}

// TicketView is one ticket of a pair.
type TicketView struct {
	Key string `json:"key"`
	Ref string `json:"ref"`
	URL string `json:"url"`
}

// FieldView is one field: synced, held or new.
type FieldView struct {
	Name   ticket.Field  `json:"name"`
	State  string        `json:"state"`
	Reason ticket.Reason `json:"reason"`
	Detail string        `json:"detail,omitempty"`
}

// The states of a pair.
const (
	Syncing   = "syncing"
	IsLinked  = "linked"
	IsPaused  = "paused"
	Attention = "attention"
	Unlinked  = "unlinked"
	Skipped   = "skipped"
)

// status sums the pair up: its state, the reason an operator should know
// first, and the detail to it.
func (p *pair) status() (state string, reason ticket.Reason, detail string) {
	hold := p.Hold
	if hold == nil {
		hold = p.held // being looked into just now
	}
	switch {
	case p.Phase == Resting:
		if p.LinkHold != nil {
			detail = "not every ticket says so yet: " + p.LinkHold.Detail
		}
		return Unlinked, p.Rest, detail
	case p.Storm != "":
		return IsPaused, ticket.WriteStorm, p.Storm
	case p.Paused:
		return IsPaused, ticket.Paused, ""
	case hold != nil && (hold.Reason == ticket.Paused || hold.Reason == ticket.Disabled ||
		hold.Reason == ticket.RouteRemoved || hold.Reason == ticket.RouteStopped):
		return IsPaused, hold.Reason, hold.Detail
	case hold != nil && hold.Reason.Attention():
		return Attention, hold.Reason, hold.Detail
	case len(p.Duplicates) > 0:
		return Attention, ticket.DuplicateReplica, p.Duplicates[0].String()
	}
	p.eachHold(func(h *reconcile.Hold) {
		if reason == "" && h.Reason.Attention() {
			reason, detail = h.Reason, h.Detail
		}
	})
	switch {
	case reason != "":
		return Attention, reason, detail
	case hold != nil:
		return Syncing, hold.Reason, hold.Detail
	case p.Phase != Linked || p.SyncedAt.IsZero():
		return Syncing, "", ""
	}
	return IsLinked, "", ""
}

func (p *pair) view() View {
	v := View{WorkflowID: p.id, Fields: []FieldView{}, Journal: p.Journal, SyncedAt: p.SyncedAt}
	v.State, v.Reason, v.Detail = p.status()
	if v.Journal == nil {
		v.Journal = []Entry{}
	}
	v.Left, v.Right = p.ticketView(ticket.Left), p.ticketView(ticket.Right)
	for _, l := range p.Sync.Comments {
		if l.Copy != "" && l.Fate == "" {
			v.Comments++
		}
	}
	if p.Rules == nil {
		return v
	}
	v.Route = p.Rules.Name
	for _, f := range p.Rules.FieldRules() {
		fs, known := p.Sync.Fields[f.Name]
		fv := FieldView{Name: f.Name, State: "synced"}
		switch {
		case fs.Hold != nil:
			fv.State, fv.Reason, fv.Detail = "held", fs.Hold.Reason, fs.Hold.Detail
		case !known:
			fv.State = "new"
		}
		v.Fields = append(v.Fields, fv)
	}
	return v
}

func (p *pair) ticketView(s ticket.Side) TicketView {
	if p.Sync.Origin == "" || p.ref(s).IsZero() {
		return TicketView{}
	}
	return TicketView{Key: p.Tickets[s].Key, Ref: p.ref(s).ID, URL: p.Tickets[s].URL}
}

// attributes are the search attributes as last upserted.
type attributes struct {
	route, left, right, state, reason string
	synced                            time.Time
}

var (
	attrRoute  = temporal.NewSearchAttributeKeyKeyword(addressing.AttrRoute)
	attrLeft   = temporal.NewSearchAttributeKeyKeyword(addressing.AttrLeftKey)
	attrRight  = temporal.NewSearchAttributeKeyKeyword(addressing.AttrRightKey)
	attrState  = temporal.NewSearchAttributeKeyKeyword(addressing.AttrState)
	attrReason = temporal.NewSearchAttributeKeyKeyword(addressing.AttrReason)
	attrSynced = temporal.NewSearchAttributeKeyTime(addressing.AttrSyncedAt)
)

// show tells Temporal UI how the pair stands: once per round, and only what
// has changed.
func (p *pair) show() {
	v := p.view()
	workflow.SetCurrentDetails(p.ctx, v.Markdown())
	p.upsert(attributes{v.Route, v.Left.Key, v.Right.Key, v.State, string(v.Reason), p.SyncedAt})
}

// showSkipped says why no pair begins.
func (p *pair) showSkipped(reason ticket.Reason, detail string) {
	key := p.Tickets[p.originSide()].Key
	workflow.SetCurrentDetails(p.ctx, fmt.Sprintf("Not replicated: **%s** %s", reason, detail))
	a := attributes{state: Skipped, reason: string(reason), left: key}
	if p.originSide() == ticket.Right {
		a.left, a.right = "", key
	}
	p.upsert(a)
}

func (p *pair) upsert(a attributes) {
	var set []temporal.SearchAttributeUpdate
	keyword := func(k temporal.SearchAttributeKeyKeyword, was, is string) {
		if was != is {
			set = append(set, k.ValueSet(is))
		}
	}
	keyword(attrRoute, p.shown.route, a.route)
	keyword(attrLeft, p.shown.left, a.left)
	keyword(attrRight, p.shown.right, a.right)
	keyword(attrState, p.shown.state, a.state)
	keyword(attrReason, p.shown.reason, a.reason)
	if !p.shown.synced.Equal(a.synced) {
		set = append(set, attrSynced.ValueSet(a.synced))
	}
	if len(set) == 0 {
		return
	}
	p.shown = a
	if err := workflow.UpsertTypedSearchAttributes(p.ctx, set...); err != nil {
		p.log.Warn("search attributes not updated", "error", err)
	}
}

// Markdown is the view as Temporal UI's current details show it.
func (v View) Markdown() string {
	out := ""
	link := func(t TicketView) string {
		switch {
		case t.Key == "":
			return "(not yet)"
		case t.URL == "":
			return t.Key
		}
		return "[" + t.Key + "](" + t.URL + ")"
	}
	out += fmt.Sprintf("**%s** ⇄ **%s** · %s", link(v.Left), link(v.Right), v.State)
	if v.Reason != "" {
		m, _ := ticket.Explain(v.Reason)
		out += fmt.Sprintf(": **%s** %s\n\n%s %s", v.Reason, v.Detail, m.What, m.Remedy)
	}
	out += fmt.Sprintf("\n\nRoute %s · %d comments alike\n\n", v.Route, v.Comments)
	for _, f := range v.Fields {
		out += fmt.Sprintf("- %s %s", f.Name, f.State)
		if f.Reason != "" {
			out += fmt.Sprintf(": **%s** %s", f.Reason, f.Detail)
		}
		out += "\n"
	}
	out += "\n| at | what | from | to |\n|---|---|---|---|\n"
	cell := strings.NewReplacer("|", "\\|", "\n", " ").Replace
	for i := len(v.Journal) - 1; i >= 0; i-- {
		e := v.Journal[i]
		out += fmt.Sprintf("| %s | %s | %s | %s |\n", e.At.Format("2006-01-02 15:04:05"), cell(e.What), cell(e.From), cell(e.To))
	}
	return out
}

// maxState is what a state may weigh as the next run's input, in bytes of JSON.
// Temporal fails every task of a run whose input is over 2 MB.
const maxState = 500 << 10

// shrink makes sure of maxState before the state becomes an input, whatever
// made it grow: comments are what a ticket has most of.
func (p *pair) shrink() {
	p.bound()
	for n := len(p.Sync.Comments); n > 0; n /= 2 {
		// Encoding sorts maps, so every replay measures the same.
		data, err := json.Marshal(p.PairState) //workflowcheck:ignore
		if err != nil || len(data) <= maxState {
			return
		}
		p.Sync.Trim(n / 2)
	}
}

// bound keeps the state below what an input may weigh.
func (p *pair) bound() {
	if p.Sync.Trim(followed) {
		p.journal("the oldest comments are no longer followed: "+string(ticket.TooManyComments), "", "")
	}
	// A tracker says the same to a thousand comments: some of them keep its words.
	const quoted = 20
	held := 0
	for _, l := range p.Sync.Comments {
		if l.Hold == nil {
			continue
		}
		if held++; held > quoted {
			l.Hold.Detail = ""
		}
	}
}
