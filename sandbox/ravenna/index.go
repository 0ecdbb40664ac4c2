package ravenna

import "slices"

// index answers from memory what every rendered ticket asks: without it a list
// of tickets would cost the square of its length.
type index struct {
	inQueue  map[string]int      // tickets by channel
	children map[string][]string // tickets by parent, oldest first
	shortIDs map[string]string   // ticket ids by short id
}

func newIndex() index {
	return index{inQueue: map[string]int{}, children: map[string][]string{}, shortIDs: map[string]string{}}
}

func (s *Server) reindex() {
	s.index = newIndex()
	for _, t := range s.tickets.All() {
		s.index.add(t)
	}
}

func (i index) add(t ticket) {
	i.inQueue[t.QueueID]++
	i.shortIDs[t.ShortID] = t.ID
	if t.ParentID != nil {
		i.children[*t.ParentID] = append(i.children[*t.ParentID], t.ID)
	}
}

func (i index) remove(t ticket) {
	i.inQueue[t.QueueID]--
	delete(i.shortIDs, t.ShortID)
	if t.ParentID != nil {
		i.children[*t.ParentID] = slices.DeleteFunc(i.children[*t.ParentID], func(id string) bool { return id == t.ID })
	}
}

// putTicket is the only way a ticket is stored.
func (s *Server) putTicket(t ticket) {
	if old, ok := s.tickets.Get(t.ID); ok {
		s.index.remove(old)
	}
	s.tickets.Put(t.ID, t)
	s.index.add(t)
}

func (s *Server) dropTicket(t ticket) {
	s.index.remove(t)
	s.tickets.Delete(t.ID)
}

func (s *Server) children(t ticket) []ticket {
	var children []ticket
	for _, id := range s.index.children[t.ID] {
		if child, ok := s.tickets.Get(id); ok {
			children = append(children, child)
		}
	}
	return children
}
