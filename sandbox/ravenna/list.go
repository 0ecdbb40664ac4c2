package ravenna

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

var ticketOrder = map[string]func(a, b ticket) int{
	"createdAt": func(a, b ticket) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
	"updatedAt": func(a, b ticket) int { return cmp.Compare(a.UpdatedAt, b.UpdatedAt) },
	"title":     func(a, b ticket) int { return cmp.Compare(a.Title, b.Title) },
	"number":    func(a, b ticket) int { return cmp.Compare(a.Number, b.Number) },
	"priority": func(a, b ticket) int {
		return cmp.Compare(slices.Index(priorities, a.Priority), slices.Index(priorities, b.Priority))
	},
	"dueAt": func(a, b ticket) int { return cmp.Compare(text(a.DueAt), text(b.DueAt)) },
}

func (s *Server) listTickets(c *call) (any, error) {
	query := c.URL.Query()
	shape := query.Get("responseType")
	render, ok := map[string]func(ticket) object{
		"": s.renderTicket, "default": s.renderTicket, "full": s.renderTicket,
		"thin": s.renderThin, "list": s.renderListItem,
	}[shape]
	if !ok {
		return nil, invalid("responseType: expected one of default, thin, full, list")
	}
	found := s.filterTickets(query)
	if s.quirks.Sort == quirkOn {
		order(query, found, "createdAt", true, ticketOrder)
	}
	answer, err := pageOf(query, found, render)
	if err != nil {
		return nil, err
	}
	if _, more := answer["nextCursor"]; !more {
		answer["nextCursor"] = nil
	}
	// "full" is asked for by that name but has no shape of its own.
	if shape != "thin" && shape != "list" {
		shape = "default"
	}
	answer["responseType"] = shape
	return answer, nil
}

func (s *Server) countTickets(c *call) (any, error) {
	return object{"totalCount": len(s.filterTickets(c.URL.Query()))}, nil
}

// filterTickets returns what matches, in order of creation. Filters whose
// grammar is not documented (filters, ravFilters, createdAt) match everything.
func (s *Server) filterTickets(query url.Values) []ticket {
	return s.tickets.Select(func(t ticket) bool { return s.matches(t, query) })
}

func (s *Server) matches(t ticket, query url.Values) bool {
	for name, value := range map[string]string{
		"queueId": t.QueueID, "statusId": t.StatusID, "assigneeId": text(t.AssigneeID), "priority": t.Priority,
	} {
		if wanted := query.Get(name); wanted != "" && wanted != value {
			return false
		}
	}
	if query.Get("openFilter") != "false" {
		if label := s.groupLabel(t.StatusID); label == groupDone || label == groupClosed {
			return false
		}
	}
	if query.Get("unassignedFilter") == "true" && t.AssigneeID != nil {
		return false
	}
	if query.Get("includeUnpublished") != "true" && !t.Published {
		return false
	}
	if slices.Contains(many(query, "excludeTicketIds"), t.ID) {
		return false
	}
	for _, name := range []string{"search", "textFilter"} {
		if wanted := query.Get(name); wanted != "" && !s.indexed(t) || !s.mentions(t, wanted, many(query, "searchFields")) {
			return false
		}
	}
	return true
}

// indexed reports whether the text index knows the ticket yet. Only text
// searches go through the index; a plain list reads the tickets themselves.
func (s *Server) indexed(t ticket) bool {
	return s.core.Now().Sub(t.Inserted) >= s.core.SearchLag()
}

// mentions searches in the named fields, or in all of them.
func (s *Server) mentions(t ticket, wanted string, fields []string) bool {
	if wanted == "" {
		return true
	}
	wanted = strings.ToLower(wanted)
	in := func(field string, texts ...string) bool {
		if len(fields) > 0 && !slices.Contains(fields, field) {
			return false
		}
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), wanted) })
	}
	q, _ := s.queues.Get(t.QueueID)
	author, _ := s.users.Get(text(t.AuthorID))
	var tags, contents []string
	for _, id := range t.Tags {
		found, _ := s.tags.Get(id)
		tags = append(tags, found.Name)
	}
	for _, m := range s.messagesOf(t.ID) {
		contents = append(contents, m.Content)
	}
	return in("title", t.Title) || in("description", text(t.Description)) ||
		in("ticketNumber", strconv.Itoa(t.Number), s.key(t)) || in("queueName", q.Name) ||
		in("authorName", text(author.FirstName)+" "+text(author.LastName)) ||
		in("tags", tags...) || in("messages", contents...)
}

// many reads a list that is repeated or separated by commas.
func many(query url.Values, name string) []string {
	var values []string
	for _, value := range append(query[name], query[name+"[]"]...) {
		values = append(values, strings.Split(value, ",")...)
	}
	return values
}
