package ravenna

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// setUser sets a person, who has to exist.
func setUser(at func(*ticket) **string) func(*Server, *ticket, json.RawMessage) error {
	return func(s *Server, t *ticket, raw json.RawMessage) error {
		id, err := readNullable(raw)
		if err != nil {
			return err
		}
		if id != nil {
			if _, ok := s.users.Get(*id); !ok {
				return fmt.Errorf("no user %q", *id)
			}
		}
		*at(t) = id
		return nil
	}
}

func setUsers(at func(*ticket) *[]string) func(*Server, *ticket, json.RawMessage) error {
	return func(s *Server, t *ticket, raw json.RawMessage) error {
		ids, err := readRefs(raw)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, ok := s.users.Get(id); !ok {
				return fmt.Errorf("no user %q", id)
			}
		}
		*at(t) = ids
		return nil
	}
}

// setStatus sets the status, and when that resolves or closes the ticket or
// opens it again, the times that go with it.
func setStatus(s *Server, t *ticket, raw json.RawMessage) error {
	id, err := readString(raw)
	if err != nil {
		return err
	}
	if _, ok := s.statuses.Get(id); !ok {
		return fmt.Errorf("no status %q", id)
	}
	s.enterStatus(t, id)
	return nil
}

func (s *Server) enterStatus(t *ticket, id string) {
	if t.StatusID == id {
		return
	}
	t.StatusID = id
	now := s.now()
	switch s.groupLabel(id) {
	case groupClosed:
		if t.ClosedAt == nil {
			t.ClosedAt = &now
		}
		fallthrough
	case groupDone:
		if t.ResolvedAt == nil {
			t.ResolvedAt = &now
		}
	default:
		t.ResolvedAt, t.ClosedAt = nil, nil
	}
}

func (s *Server) groupLabel(statusID string) string {
	found, _ := s.statuses.Get(statusID)
	g, _ := s.groups.Get(found.GroupID)
	return g.Label
}

func setParent(s *Server, t *ticket, raw json.RawMessage) error {
	id, err := readNullable(raw)
	if err != nil {
		return err
	}
	if id != nil {
		parent, ok := s.tickets.Get(*id)
		if !ok || parent.ID == t.ID {
			return fmt.Errorf("no ticket %q", *id)
		}
	}
	t.ParentID = id
	return nil
}

func setTags(s *Server, t *ticket, raw json.RawMessage) error {
	ids, err := s.readTags(raw)
	if err == nil {
		t.Tags = ids
	}
	return err
}

func addTags(s *Server, t *ticket, raw json.RawMessage) error {
	ids, err := s.readTags(raw)
	if err != nil {
		return err
	}
	tags := slices.Clone(t.Tags)
	for _, id := range ids {
		if !slices.Contains(tags, id) {
			tags = append(tags, id)
		}
	}
	t.Tags = tags
	return nil
}

func removeTags(_ *Server, t *ticket, raw json.RawMessage) error {
	ids, err := readRefs(raw)
	if err != nil {
		return err
	}
	t.Tags = slices.DeleteFunc(slices.Clone(t.Tags), func(id string) bool { return slices.Contains(ids, id) })
	return nil
}

func (s *Server) readTags(raw json.RawMessage) ([]string, error) {
	ids, err := readRefs(raw)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, ok := s.tags.Get(id); !ok {
			return nil, fmt.Errorf("no tag %q", id)
		}
	}
	return ids, nil
}

// readRefs reads [{"id": …}], without repetitions.
func readRefs(raw json.RawMessage) ([]string, error) {
	var refs []struct {
		ID *string `json:"id"`
	}
	if isNull(raw) || json.Unmarshal(raw, &refs) != nil {
		return nil, errors.New("expected an array of objects with an id")
	}
	ids := make([]string, 0, len(refs))
	for _, ref := range refs {
		if ref.ID == nil {
			return nil, errors.New("expected an array of objects with an id")
		}
		if !slices.Contains(ids, *ref.ID) {
			ids = append(ids, *ref.ID)
		}
	}
	return ids, nil
}
