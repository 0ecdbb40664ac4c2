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

// announce tells of every change since the last one heard of, in their order.
// What happens while the ticket is private is passed over. A status without a
// counterpart stops there: what comes after it must not be told before it.
func (p *planner) announce(side ticket.Side) {
	from := side.Other()
	snap := p.on(from)
	f, ok := p.rules.rule(ticket.Status)
	if !ok || !p.rules.Direction.From(from) {
		return
	}
	closed := p.closed(from)
	fs := p.State.Fields[ticket.Status]
	defer func() { p.State.Fields[ticket.Status] = fs }()
	described := p.State.Told != nil && p.State.Told.Description == snap.Fields[ticket.Description].Fingerprint
	for _, c := range p.State.unheard(snap.Changes) {
		status, mapped := p.rules.mapStatus(from, c.Status)
		switch {
		case c.Private || closed || !mapped && p.rules.Unmapped == "ignore":
			if len(p.Operations) == 0 {
				p.State.Heard = c.ID
			}
			continue
		case !mapped:
			seen := ticket.Value{State: &c.Status, Fingerprint: ticket.Fingerprint(c.ID, c.Status.Name)}
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
		if !described {
			news.Description, described = shorten(snap.Text(ticket.Description), longestNews), true
		}
		p.Operations = append(p.Operations, Operation{Kind: Announce, Side: side, News: news})
	}
	fs.Hold = nil
}

// unheard lists the changes that were neither told nor passed over yet.
func (s *State) unheard(list []ticket.Change) []ticket.Change {
	for i, c := range list {
		if c.ID == s.Heard {
			return list[i+1:]
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
	s.Heard = n.Change.ID
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
