package ravenna

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

var colors = strings.Fields(`tomato red ruby crimson pink plum purple violet iris indigo blue cyan teal jade green
	grass brown orange sky mint lime yellow amber gold bronze gray`)

const maxTagBulk = 100

func (s *Server) listTags(c *call) (any, error) {
	query := c.URL.Query()
	wanted := strings.ToLower(query.Get("search"))
	found := s.tags.Select(func(t tag) bool { return strings.Contains(strings.ToLower(t.Name), wanted) })
	order(query, found, "createdAt", false, map[string]func(a, b tag) int{
		"createdAt": func(a, b tag) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":      func(a, b tag) int { return cmp.Compare(a.Name, b.Name) },
	})
	return pageOf(query, found, renderTag)
}

// tagInput distinguishes what is absent from what is null: an absent
// description stays, null and "" clear it.
type tagInput struct {
	Name        *string         `json:"name"`
	Description json.RawMessage `json:"description"`
	Color       *string         `json:"color"`
}

func (s *Server) applyTag(t tag, input tagInput) (tag, error) {
	if input.Name != nil {
		if *input.Name == "" {
			return tag{}, invalid("name: required")
		}
		taken := s.tags.Select(func(other tag) bool { return other.ID != t.ID && strings.EqualFold(other.Name, *input.Name) })
		if len(taken) > 0 {
			return tag{}, invalid(fmt.Sprintf("name: %q exists already", *input.Name))
		}
		t.Name = *input.Name
	}
	if input.Color != nil {
		if !slices.Contains(colors, *input.Color) {
			return tag{}, invalid(fmt.Sprintf("color: expected one of %v", colors))
		}
		t.Color = *input.Color
	}
	if input.Description != nil {
		description, err := readOptional(input.Description)
		if err != nil {
			return tag{}, invalid("description: " + err.Error())
		}
		t.Description = description
	}
	return t, nil
}

func (s *Server) createTag(c *call) (any, error) {
	var input tagInput
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	if input.Name == nil || input.Color == nil {
		return nil, invalid("name and color: required")
	}
	now := s.now()
	t, err := s.applyTag(tag{ID: newID(), CreatedAt: now, UpdatedAt: now}, input)
	if err != nil {
		return nil, err
	}
	s.tags.Put(t.ID, t)
	return renderTag(t), nil
}

func (s *Server) updateTag(c *call) (any, error) {
	before, ok := s.tags.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Tag")
	}
	var input tagInput
	if err := c.decode(&input); err != nil {
		return nil, err
	}
	t, err := s.applyTag(before, input)
	if err != nil {
		return nil, err
	}
	t.UpdatedAt = s.after(before.UpdatedAt)
	s.tags.Put(t.ID, t)
	return renderTag(t), nil
}

func (s *Server) deleteTag(c *call) (any, error) {
	t, ok := s.tags.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("Tag")
	}
	s.dropTag(t.ID)
	return renderTag(t), nil
}

func (s *Server) deleteTags(c *call) (any, error) {
	ids := many(c.URL.Query(), "ids")
	if len(ids) < 1 || len(ids) > maxTagBulk {
		return nil, invalid(fmt.Sprintf("ids: expected 1 to %d items", maxTagBulk))
	}
	count := 0
	for _, id := range ids {
		if _, ok := s.tags.Get(id); ok {
			s.dropTag(id)
			count++
		}
	}
	return object{"count": count}, nil
}

// dropTag takes the tag off its tickets without making new versions of them.
func (s *Server) dropTag(id string) {
	holders := s.tickets.Select(func(t ticket) bool { return slices.Contains(t.Tags, id) })
	for _, t := range holders {
		t.Tags = slices.DeleteFunc(slices.Clone(t.Tags), func(other string) bool { return other == id })
		s.putTicket(t)
	}
	s.tags.Delete(id)
}

func renderTag(t tag) object {
	return object{
		"id": t.ID, "name": t.Name, "description": t.Description, "color": t.Color, "workspaceId": workspaceID,
		"aiGenerated": false, "createdAt": t.CreatedAt, "updatedAt": t.UpdatedAt,
	}
}

func (s *Server) renderTags(t ticket) []object {
	list := []object{}
	for _, id := range t.Tags {
		if found, ok := s.tags.Get(id); ok {
			list = append(list, renderTag(found))
		}
	}
	return list
}

func (s *Server) renderTagsThin(t ticket) []object {
	list := []object{}
	for _, id := range t.Tags {
		if found, ok := s.tags.Get(id); ok {
			list = append(list, object{"id": found.ID, "name": found.Name, "color": found.Color})
		}
	}
	return list
}
