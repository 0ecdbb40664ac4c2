package reconcile

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// CommentCopy is what an operation does to the copy of one comment.
type CommentCopy struct {
	From   ticket.Side `json:"from"`
	Source string      `json:"source"`         // the comment's id
	Copy   string      `json:"copy,omitempty"` // the copy's id, "" when it is to be made
	Token  string      `json:"token,omitempty"`

	Author string `json:"author,omitempty"`
	URL    string `json:"url,omitempty"`
	// Parent is the comment on the other side that the copy replies to; Quote
	// is the first line of the one replied to, shown where copies do not nest.
	Parent string `json:"parent,omitempty"`
	Quote  string `json:"quote,omitempty"`
	Body   string `json:"body,omitempty"`
	// Omitted tells that whoever writes the copy reads Body from the source.
	Omitted bool   `json:"omitted,omitempty"`
	Origin  string `json:"origin,omitempty"`
	Private bool   `json:"private,omitempty"`

	SourceFP string `json:"sf,omitempty"`
	SourceV  string `json:"sv,omitempty"`
}

// comments decides about every comment whose side was read.
func (p *planner) comments() {
	whole := p.on(ticket.Left).CommentsRead && p.on(ticket.Right).CommentsRead
	if p.State.Rebuilt && !whole {
		return // what has a copy already shows only in both lists
	}
	for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
		if p.on(side).CommentsRead {
			p.adoptCopies(side)
		}
	}
	for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
		if p.on(side).CommentsRead {
			p.copies(side)
		}
	}
	for _, side := range []ticket.Side{ticket.Left, ticket.Right} {
		if p.on(side).CommentsRead {
			p.sources(side)
		}
	}
	if whole {
		p.State.Rebuilt = false
	}
}

// adoptCopies takes up copies that carry our token but that the state does
// not know: after a lost answer, or when the state is being rebuilt.
func (p *planner) adoptCopies(side ticket.Side) {
	other := p.on(side.Other())
	for _, c := range p.on(side).Comments {
		source, ok := strings.CutPrefix(c.Token, other.Ref.Connection+"/")
		if !ok {
			continue
		}
		at := p.link(side.Other(), source)
		if at < 0 {
			l, ok := p.adopt(side, source, c.Stamp)
			if !ok {
				continue
			}
			p.State.Comments = append(p.State.Comments, l)
			at = len(p.State.Comments) - 1
		}
		if l := &p.State.Comments[at]; l.Pending {
			l.Copy, l.CopyFP, l.CopyV, l.Pending = c.ID, c.Fingerprint, c.Version, false
		}
	}
}

// adopt makes a link to a copy on a side that the state does not know. While the
// state is being rebuilt the copy's stamp tells whether the source was edited
// since, or deleted.
func (p *planner) adopt(side ticket.Side, source, stamp string) (Link, bool) {
	other := p.on(side.Other())
	l := Link{From: side.Other(), Source: source, Pending: true}
	from, text := ticket.ParseStamp(stamp)
	told := p.State.Rebuilt && from == other.Ref.ID
	at := find(other.Comments, source)
	switch {
	case !other.CommentsRead:
		return Link{}, false
	case at < 0:
		// A person may have pasted a copy here from another ticket: unless it
		// says that its source was here, it is nobody's, and must never be
		// deleted as one. Nor must one whose source was only left out.
		return l, told && !other.CommentsCut
	case p.settled(other.Comments[at]):
		return Link{}, false
	case told:
		l.SourceFP, l.At = text, other.Comments[at].Created.UnixMilli()
	}
	return l, true
}

// copies notices what people did to the copies on a side.
func (p *planner) copies(side ticket.Side) {
	snap := p.on(side)
	for i := range p.State.Comments {
		l := &p.State.Comments[i]
		if l.From == side || l.Copy == "" || l.Fate != "" {
			continue
		}
		at := find(snap.Comments, l.Copy)
		switch {
		case at < 0:
			l.Fate = CopyDeleted
			p.note("copy of a comment deleted on the "+string(side)+"; it is not made again", l.Copy, "")
		case snap.Comments[at].Fingerprint != l.CopyFP:
			if l.CopyFP != "" {
				p.note("copy of a comment edited on the "+string(side)+"; the edit stays there", l.Copy, "")
			}
			l.CopyFP, l.CopyV = snap.Comments[at].Fingerprint, snap.Comments[at].Version
		}
	}
}

// sources follows the comments written on a side.
func (p *planner) sources(side ticket.Side) {
	snap, target := p.on(side), p.on(side.Other())
	directed := p.rules.Comments.Direction.And(p.rules.Direction).From(side)

	for i := range p.State.Comments {
		l := &p.State.Comments[i]
		if l.From != side || l.Fate != "" || l.Pending {
			continue
		}
		at := find(snap.Comments, l.Source)
		switch {
		case at >= 0 && snap.Comments[at].Private == "":
		case l.Copy == "" || at < 0 && !directed:
			l.Fate = Ended
		case !l.Hold.holds("", "", "", ""):
			p.op(DeleteComment, side, l, nil)
		}
	}
	if !directed || p.closed(side) {
		return
	}
	list := slices.Clone(snap.Comments)
	slices.SortStableFunc(list, func(a, b ticket.Comment) int {
		if c := a.Created.Compare(b.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, c := range list {
		// Our own words, and copies of the target's own comments, go nowhere.
		if c.Private != "" || c.Token == ticket.NoteToken || c.Token == ticket.LostToken || strings.HasPrefix(c.Token, target.Ref.Connection+"/") {
			continue
		}
		at := p.link(side, c.ID)
		if at < 0 {
			if p.settled(c) {
				continue
			}
			p.State.Comments = append(p.State.Comments, Link{From: side, Source: c.ID, At: c.Created.UnixMilli()})
			at = len(p.State.Comments) - 1
		}
		l := &p.State.Comments[at]
		if l.Fate == Ended { // it was private, and is public now
			*l = Link{From: side, Source: c.ID, At: l.At}
		}
		if l.Copy != "" && l.SourceFP == "" {
			// Adopted without a stamp: the source as it was then is unknown. Taken
			// for what it is now, because a copy is never rewritten on a guess.
			l.SourceFP, l.At = c.Fingerprint, c.Created.UnixMilli()
		}
		switch {
		case l.Fate != "" || l.Pending || l.Hold.holds(c.Fingerprint, "", "", ""):
		case l.Copy == "" && target.Nests && p.adds(side, c.Parent):
			// Its turn comes when the copy that it replies to is there.
		case l.Copy == "":
			p.op(AddComment, side, l, &c)
		case l.SourceFP != c.Fingerprint:
			p.op(EditComment, side, l, &c)
		default:
			l.SourceV, l.Hold = c.Version, nil
		}
	}
}

// op appends one comment operation; c is nil for a deletion.
func (p *planner) op(kind OpKind, from ticket.Side, l *Link, c *ticket.Comment) {
	snap := p.on(from)
	copied := &CommentCopy{From: from, Source: l.Source, Copy: l.Copy}
	if c != nil {
		copied.Token = ticket.CommentToken(snap.Ref.Connection, c.ID)
		copied.Author, copied.URL, copied.Origin = c.Author.Display(), c.URL, c.URL
		copied.Body, copied.Omitted = c.Body, c.Omitted
		copied.SourceFP, copied.SourceV = c.Fingerprint, c.Version
		copied.Private = p.rules.Comments.Visibility == "private"
		if at := find(snap.Comments, c.Parent); c.Parent != "" && at >= 0 && snap.Comments[at].Private == "" {
			copied.Parent, copied.Quote = p.thread(from, c.Parent), firstLine(cmp.Or(snap.Comments[at].Body, snap.Comments[at].Lead))
		}
	}
	p.Operations = append(p.Operations, Operation{Kind: kind, Side: from.Other(), Comment: copied})
}

// thread returns the comment on the other side that stands for one on this
// side, or for the thread it is in; "" where comments do not nest.
func (p *planner) thread(from ticket.Side, comment string) string {
	there := p.on(from.Other())
	if !there.Nests {
		return ""
	}
	for _, l := range p.State.Comments {
		id := l.Copy
		if l.From != from {
			id = l.Source
		}
		known := l.From == from && l.Source == comment || l.From != from && l.Copy == comment
		if !known || id == "" || l.Fate != "" {
			continue
		}
		// Threads are one level deep: a reply to a reply joins its thread.
		if at := find(there.Comments, id); at >= 0 && there.Comments[at].Parent != "" {
			return there.Comments[at].Parent
		}
		return id
	}
	return ""
}

// adds reports whether a comment is about to be copied.
func (p *planner) adds(from ticket.Side, comment string) bool {
	return slices.ContainsFunc(p.Operations, func(op Operation) bool {
		return op.Kind == AddComment && op.Comment.From == from && op.Comment.Source == comment
	})
}

// settled reports whether a comment is as old as those that were let go.
func (p *planner) settled(c ticket.Comment) bool {
	return !p.State.Settled.IsZero() && c.Created.UnixMilli() <= p.State.Settled.UnixMilli()
}

func (p *planner) link(from ticket.Side, source string) int {
	return slices.IndexFunc(p.State.Comments, func(l Link) bool { return l.From == from && l.Source == source })
}

func find(list []ticket.Comment, id string) int {
	return slices.IndexFunc(list, func(c ticket.Comment) bool { return c.ID == id })
}

func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return shorten(line, 200)
		}
	}
	return ""
}
