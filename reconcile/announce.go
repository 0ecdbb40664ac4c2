package reconcile

import (
	"github.com/ticketsync/ticketsync/ticket"
)

// News is what the announcing side is told: one change of the ticket, and the
// status in its own terms.
type News struct {
	Change      ticket.Change `json:"change"`
	Status      string        `json:"status"`
	Description string        `json:"description,omitempty"`
	// Source is the fingerprint of the whole description.
	Source string `json:"source,omitempty"`
}

// Told is what the announcing side was told last.
type Told struct {
	Change ticket.Change `json:"change"`
	Status string        `json:"status"`
	// Description is the fingerprint of the description it was told.
	Description string `json:"description,omitempty"`
}

// Announces returns the side that is only told of changes, if there is one:
// nothing on it can be read, and nobody changes it.
func (r *Rules) Announces() (side ticket.Side, ok bool) {
	switch {
	case r.Left.Announces:
		return ticket.Left, true
	case r.Right.Announces:
		return ticket.Right, true
	}
	return "", false
}

// longestNews is how many characters of a description are announced.
const longestNews = 2048

// announce tells of every change since the last one told, in their order. A
// status without a counterpart stops there: what comes after it must not be
// told before it.
func (p *planner) announce(side ticket.Side) {
	from := side.Other()
	snap := p.on(from)
	f, ok := p.rules.rule(ticket.Status)
	if !ok || p.closed(from) || !p.rules.Direction.From(from) {
		return
	}
	fs := p.State.Fields[ticket.Status]
	defer func() { p.State.Fields[ticket.Status] = fs }()
	for _, c := range p.untold(snap) {
		status, mapped := p.rules.mapStatus(from, c.Status)
		seen := ticket.Value{State: &c.Status, Fingerprint: ticket.Fingerprint(c.ID, c.Status.Name)}
		switch {
		case !mapped && p.rules.Unmapped == "ignore":
			continue
		case !mapped:
			l, r := seen, ticket.Value{}
			if from == ticket.Right {
				l, r = r, l
			}
			if !fs.Hold.holds(l.Fingerprint, r.Fingerprint, p.rules.mapping(f), "") {
				p.hold(f, &fs, ticket.StatusUnmapped, c.Status.Name, l, r)
			}
			return
		}
		news := &News{Change: c, Status: status, Source: snap.Fields[ticket.Description].Fingerprint}
		if told := p.State.Told; told == nil || told.Description != news.Source {
			news.Description = shorten(snap.Text(ticket.Description), longestNews)
		}
		p.Operations = append(p.Operations, Operation{Kind: Announce, Side: side, News: news})
	}
	fs.Hold = nil
}

// untold lists the changes that are still to be told. Of a ticket older than
// the route those before it are history; the last one is told anyway.
func (p *planner) untold(snap *ticket.Snapshot) []ticket.Change {
	list := snap.Changes
	if told := p.State.Told; told != nil {
		for i, c := range list {
			if c.ID == told.Change.ID {
				return list[i+1:]
			}
		}
		return list
	}
	if snap.Created.Before(p.rules.Since) {
		for len(list) > 1 && list[0].At.Before(p.rules.Since) {
			list = list[1:]
		}
	}
	return list
}

// Announced notes that a change was told.
func (s *State) Announced(n News) []Note {
	from := ""
	if s.Told != nil {
		from = s.Told.Status
	}
	s.Told = &Told{Change: n.Change, Status: n.Status, Description: n.Source}
	s.Told.Change.Altered = nil
	return []Note{{What: "told of " + n.Change.Key + " in " + n.Change.Status.Name, From: from, To: n.Status}}
}

// Farewell returns what is said last of a deleted ticket: that it is canceled,
// where the route wants that, or its last status. ok is false when nothing was
// ever told of it.
func (r *Rules) Farewell(s *State) (n News, ok bool) {
	side, announces := r.Announces()
	if !announces || s.Told == nil || r.OnDelete == "ignore" {
		return News{}, false
	}
	n = News{Change: s.Told.Change, Status: s.Told.Status, Source: s.Told.Description}
	if name := first(r.End(side).Statuses, ticket.Canceled); r.OnDelete == "canceled" && name != "" {
		n.Status = name
	}
	return n, true
}
