package workflows

import (
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/workflow"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// Pair keeps two tickets alike for as long as both exist. Its id names the
// origin and the other connection, so a run needs no input to begin with;
// later runs carry the state.
func Pair(ctx workflow.Context, st PairState) error {
	p := newPair(ctx, st)
	if err := p.handleUpdates(); err != nil {
		return err
	}
	return p.run()
}

// pair is one run.
type pair struct {
	PairState
	ctx   workflow.Context
	id    string
	other string // the replica's connection
	log   log.Logger

	hints  workflow.ReceiveChannel // of ticket.Hint
	enlist workflow.ReceiveChannel // of the pair whose alias this run should be
	began  time.Time

	// snap holds tickets just read: a round that needs no newer ones uses them
	// and leaves none behind.
	snap     map[ticket.Side]*ticket.Snapshot
	seen     map[ticket.Side]sight // when snap was read
	created  *trackers.Result      // of the create call, until it is settled
	expect   int                   // version of the settings that must exist by now
	scope    workflow.Context      // of the activities in flight
	stop     func()                // cancels them
	held     *reconcile.Hold       // of the pair, while a round looks whether it still stands
	operator *LinkTo               // an operator's link that waits for first contact
	stale    int                   // writes in a row that lost a race
	shown    attributes            // search attributes as last upserted
	decide   bool                  // first contact is over
	wake     bool                  // an operator changed something
	hinted   bool                  // this run's first contact has had a hint
	told     *ticket.Hint          // that the ticket was deleted, during first contact
	toldAt   time.Time             // when it was looked for in vain after that
	ending   bool                  // a deletion is being carried out
	behind   bool                  // there is more of a long history to be told
	claims   []claim               // made while first contact went on
	owner    string                // the pair that this run is to be an alias of
}

func newPair(ctx workflow.Context, st PairState) *pair {
	p := &pair{
		PairState: st, ctx: ctx, id: workflow.GetInfo(ctx).WorkflowExecution.ID,
		log:    workflow.GetLogger(ctx),
		hints:  workflow.GetSignalChannel(ctx, addressing.SignalHint),
		enlist: workflow.GetSignalChannel(ctx, addressing.SignalAlias),
		began:  workflow.Now(ctx),
		snap:   map[ticket.Side]*ticket.Snapshot{},
		stop:   func() {},
		seen:   map[ticket.Side]sight{},
	}
	p.decide = st.Phase != Fresh
	return p
}

// run is the pair's life: meet the origin, then keep the two alike.
func (p *pair) run() error {
	origin, other, err := ticket.ParsePairID(p.id)
	if err != nil {
		return err
	}
	p.Origin, p.other = origin, other
	if p.Phase == Fresh {
		switch next, err := p.firstContact(); {
		case err != nil || next == completes:
			return err
		case next == becomesAlias:
			return p.becomeAlias()
		}
		if p.operator != nil {
			p.startLink(*p.operator)
		}
	}
	p.decide = true
	for p.ctx.Err() == nil {
		p.drain()
		switch {
		case p.Unmark:
			p.Unmark, p.Hold = false, nil
			p.mark(ticket.Unlinked, bothSides...)
		case p.Paused || p.Phase == Resting:
		case p.Phase == Creating:
			if reason, detail := p.create(); reason != "" {
				_, err := p.skip(reason, detail)
				return err
			}
		case p.waiting():
			if p.linksApart() && p.Mark {
				p.links()
			}
		default:
			p.round()
		}
		p.show()
		if !p.idle() && (!p.behind || !p.crowded()) {
			continue
		}
		if p.crowded() {
			return p.again()
		}
		p.rest()
	}
	return p.ctx.Err()
}

// drain turns the hints received so far into flags.
func (p *pair) drain() {
	for {
		var h ticket.Hint
		if !p.hints.ReceiveAsync(&h) {
			break
		}
		p.hint(h)
	}
	for {
		var owner string
		if !p.enlist.ReceiveAsync(&owner) {
			return
		}
		// Once this pair has a life of its own, it is nobody's alias.
		if !p.decide {
			p.owner = owner
		}
	}
}

// hint notes what an event says, unless it is an echo of what is known.
func (p *pair) hint(h ticket.Hint) {
	if p.Phase == Fresh || p.Phase == Resting {
		p.urge(h, !p.hinted)
		p.hinted = true
		if h.Kind == ticket.DeleteEvent {
			p.told = &h
		}
		return // first contact reads everything; a resting pair nothing
	}
	clean := !p.dirty()
	if h.Ref.ID == "" {
		p.audit(h, clean)
		return
	}
	side := p.originSide()
	if h.Ref != p.Origin {
		side = side.Other()
		if !p.Replica.IsZero() && h.Ref != p.Replica {
			return
		}
	}
	// A version that the sweep's look has shown already is live news while that
	// look waits for the quota.
	if !p.soiled(side, h) && (p.Hold == nil || !p.GaveWay) {
		return
	}
	p.urge(h, clean)
	if p.Hold != nil && (p.Hold.Reason != ticket.RateLimited || p.GaveWay && !p.Background) {
		p.Hold.Due = true // something happened: worth a look before its time
	}
}

// urge notes whether somebody waits for what a hint asks for. first tells that
// nothing else is to be done.
func (p *pair) urge(h ticket.Hint, first bool) {
	if h.Source != "sweep" && h.Source != "audit" {
		p.Background = false
	} else if first {
		p.Background = true
	}
}

// soiled marks what an event may have changed; false when that is known.
func (p *pair) soiled(side ticket.Side, h ticket.Hint) bool {
	t := p.Tickets[side]
	ours := h.Actor != "" && h.Actor == t.Account
	switch h.Kind {
	case ticket.DeleteEvent:
		p.at(side, func(t *Ticket) {
			if t.Gone.IsZero() {
				t.Gone, t.Deleted = workflow.Now(p.ctx), h.Acted
			}
		})
		p.soil(side, Dirt{Fields: true, Others: true})
	case ticket.CommentEvent:
		if (ours || h.Actor == "") && p.knowsComment(side, h) {
			return false
		}
		p.soil(side, Dirt{Comments: true, Others: !ours})
	case ticket.LinkEvent:
		p.soil(side, Dirt{Fields: true, Links: true})
	case ticket.TicketEvent:
		p.overwrote(side, h.Version)
		if (ours || h.Actor == "") && t.knows(h.Version) {
			return false
		}
		p.soil(side, Dirt{Fields: true, Others: !ours})
	default:
		if t.knows(h.Version) {
			return false
		}
		p.soil(side, Dirt{Fields: true, Comments: true, Others: true})
	}
	return true
}

// audit looks at both tickets again; two that are done are left alone after
// one more look, for what was said last.
func (p *pair) audit(h ticket.Hint, clean bool) {
	done, linked := true, len(p.spoken()) == len(bothSides)
	for _, side := range p.spoken() {
		done = done && p.Tickets[side].Done
	}
	for _, side := range bothSides {
		switch {
		case h.Source == "apply":
			p.expect, _ = strconv.Atoi(h.Version)
			p.dueAll()
			// Without their list, comments that wait would not be tried.
			p.soil(side, Dirt{Fields: true, Comments: p.holdsComments(), Others: true})
		case h.Ref.Connection == "" || p.ref(side).Connection == h.Ref.Connection && (!done || !p.Tickets[side].Audited):
			p.at(side, func(t *Ticket) { t.Audited = done })
			p.soil(side, Dirt{Fields: true, Comments: linked, Links: linked})
			p.urge(h, clean)
			if p.Hold != nil && p.Hold.Reason != ticket.RateLimited {
				p.Hold.Due = true
			}
		}
	}
}

// knowsComment reports whether a comment event tells nothing new.
func (p *pair) knowsComment(side ticket.Side, h ticket.Hint) bool {
	for _, l := range p.Sync.Comments {
		if l.From == side && l.Source == h.Comment {
			return h.Version != "" && l.SourceV == h.Version && l.Copy != ""
		}
		if l.From != side && l.Copy == h.Comment {
			return h.Version != "" && l.CopyV == h.Version
		}
	}
	return false
}

// overwrote journals a person's edit that fell between our read and our write.
func (p *pair) overwrote(side ticket.Side, version string) {
	w := p.Tickets[side].Window
	if w == nil || version <= w.Before || version >= w.After || p.Tickets[side].knows(version) {
		return
	}
	for _, n := range w.Notes {
		p.journal(string(ticket.OverwrittenUnseen)+": "+strings.TrimPrefix(n.What, string(ticket.OverwrittenUnseen)+": "), n.From, n.To)
	}
	p.at(side, func(t *Ticket) { t.saw(version) })
}

// idle reports whether nothing is left to do now.
func (p *pair) idle() bool {
	if p.hints.Len() > 0 || p.enlist.Len() > 0 || p.wake || p.Unmark {
		p.wake = false
		return false
	}
	return p.Paused || p.Phase == Resting || p.waiting() || p.Phase == Linked && !p.dirty() && !p.Enlist && !p.Mark
}

// crowded reports whether the history is long enough for a new run.
func (p *pair) crowded() bool {
	info := workflow.GetInfo(p.ctx)
	return info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() > manyEvents
}

// again continues as new. A run that is younger than a second would delay the
// next one, and signals not received would be lost: both are seen to first.
func (p *pair) again() error {
	if age := workflow.Now(p.ctx).Sub(p.began); age < shortRun {
		if err := workflow.Sleep(p.ctx, shortRun-age); err != nil {
			return err
		}
	}
	if err := workflow.Await(p.ctx, func() bool { return workflow.AllHandlersFinished(p.ctx) }); err != nil {
		return err
	}
	p.drain()
	p.shrink()
	p.passed()
	return workflow.NewContinueAsNewError(p.ctx, addressing.Pair, p.PairState)
}

// becomeAlias continues as the alias of the pair that owns this ticket.
func (p *pair) becomeAlias() error {
	p.decide = true
	if err := workflow.Await(p.ctx, func() bool { return workflow.AllHandlersFinished(p.ctx) }); err != nil {
		return err
	}
	a := &alias{AliasState: AliasState{Pair: p.owner}, ctx: p.ctx, hints: p.hints, master: p.enlist}
	a.drain()
	missed := ticket.Hint{Ref: p.Origin, Kind: ticket.ChangeHint, Source: "alias"}
	if p.told != nil {
		missed = *p.told // nobody can find out by looking
	}
	a.add(missed)
	if workflow.GetVersion(p.ctx, "an alias serves its first second", workflow.DefaultVersion, 1) == 1 {
		// The next run would be delayed until then, and the hints with it.
		a.serve(p.began.Add(shortRun))
		a.drain()
	}
	return workflow.NewContinueAsNewError(p.ctx, addressing.Alias, a.AliasState)
}

// rest waits for a hint, an operator, or the time of a hold.
func (p *pair) rest() {
	woken := func() bool { return p.hints.Len() > 0 || p.enlist.Len() > 0 || p.wake }
	at, ok := p.nextTry()
	if !ok {
		_ = workflow.Await(p.ctx, woken) // an error is the end of p.ctx, which run sees
		return
	}
	if wait := at.Sub(workflow.Now(p.ctx)); wait > 0 {
		if early, err := workflow.AwaitWithTimeout(p.ctx, wait, woken); err != nil || early {
			return
		}
	}
	p.due(workflow.Now(p.ctx))
}

// journal adds a line; the oldest goes when there are too many.
func (p *pair) journal(what, from, to string) {
	p.Journal = append(p.Journal, Entry{At: workflow.Now(p.ctx).UTC(), What: what, From: from, To: to})
	if len(p.Journal) > journalLength {
		p.Journal = append([]Entry(nil), p.Journal[len(p.Journal)-journalLength:]...)
	}
}
