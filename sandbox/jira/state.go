package jira

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// issue is stored by value and never changed in place: a change works on a
// clone, so that the search index can keep older versions.
type issue struct {
	ID, Key, ProjectID, TypeID        string
	Summary, Description, Environment string
	StatusID, PriorityID, Resolution  string
	Assignee, Reporter, Creator       string // bare user names
	Labels, Components                []string
	Security, DueDate                 string
	Custom                            map[string]any // string, float64, or an option's id
	Created, Updated                  time.Time
	Resolved, StatusChanged           time.Time
	Properties                        map[string]json.RawMessage
}

func (i issue) clone() issue {
	i.Labels, i.Components = slices.Clone(i.Labels), slices.Clone(i.Components)
	i.Custom, i.Properties = maps.Clone(i.Custom), maps.Clone(i.Properties)
	if i.Custom == nil {
		i.Custom = map[string]any{}
	}
	if i.Properties == nil {
		i.Properties = map[string]json.RawMessage{}
	}
	return i
}

// comment is stored whole at every edit; Properties are the entity properties.
type comment struct {
	ID, IssueID          string
	Author, UpdateAuthor string
	Body                 string
	Created, Updated     time.Time
	Visibility           *visibility
	Properties           map[string]json.RawMessage
}

// visibility restricts a comment to a role or a group. It is stored as shown.
type visibility struct {
	Type       string `json:"type"`
	Value      string `json:"value"`
	Identifier string `json:"identifier,omitempty"`
}

// history is one entry of an issue's changelog.
type history struct {
	ID, IssueID, Author string
	Created             time.Time
	Items               []change
}

// change is one changed field. Custom fields have FieldType "custom".
type change struct {
	Field, FieldType, FieldID      string
	From, FromString, To, ToString *string
}

// remoteLink keeps the client's objects as they came.
type remoteLink struct {
	ID                     int
	IssueID, GlobalID      string
	Relationship           string
	Application, LinkedObj json.RawMessage
}

func (l remoteLink) id() string { return strconv.Itoa(l.ID) }

type issueLink struct {
	ID, TypeID, Inward, Outward string // Inward and Outward are issue ids
}

// firstID is where Jira's own numbering starts.
const firstID = 9999

func (s *Server) nextID(sequence string) string {
	return strconv.Itoa(firstID + s.core.Next(sequence))
}

// find looks an issue up by id or by any key it ever had.
func (s *Server) find(ref string) (issue, bool) {
	if id, ok := s.keys.Get(strings.ToUpper(ref)); ok {
		ref = id
	}
	return s.issues.Get(ref)
}

// canBrowse is true unless a control call took the permission away.
func (s *Server) canBrowse(user, projectID string) bool {
	no, _ := s.denied.Get(projectID + "/" + user)
	return !no
}

// touch moves an issue's updated time, strictly forward.
func (s *Server) touch(i *issue) {
	now := s.now()
	if !now.After(i.Updated) {
		now = i.Updated.Add(time.Millisecond)
	}
	i.Updated = now
}

// put stores an issue and tells the search index.
func (s *Server) put(i issue) {
	s.issues.Put(i.ID, i)
	s.reindex(i)
}

// record writes a changelog entry dated with the issue's own updated time.
func (s *Server) record(i issue, author string, items []change) history {
	h := history{ID: s.nextID("history"), IssueID: i.ID, Author: author, Created: i.Updated, Items: items}
	s.histories.Put(h.ID, h)
	s.historiesOf[i.ID] = append(s.historiesOf[i.ID], h.ID)
	return h
}

func (s *Server) commentList(issueID string) []comment {
	var list []comment
	for _, id := range s.commentsOf[issueID] {
		if c, ok := s.comments.Get(id); ok {
			list = append(list, c)
		}
	}
	return list
}

func (s *Server) historyList(issueID string) []history {
	var list []history
	for _, id := range s.historiesOf[issueID] {
		if h, ok := s.histories.Get(id); ok {
			list = append(list, h)
		}
	}
	return list
}

func (s *Server) linkList(issueID string) []remoteLink {
	var list []remoteLink
	for _, id := range s.linksOf[issueID] {
		if l, ok := s.links.Get(id); ok {
			list = append(list, l)
		}
	}
	return list
}

// drop forgets an issue and all that hangs on it.
func (s *Server) drop(i issue) {
	for _, id := range s.commentsOf[i.ID] {
		s.comments.Delete(id)
	}
	for _, id := range s.historiesOf[i.ID] {
		s.histories.Delete(id)
	}
	for _, id := range s.linksOf[i.ID] {
		s.links.Delete(id)
	}
	for _, l := range s.issueLinks.All() {
		if l.Inward == i.ID || l.Outward == i.ID {
			s.issueLinks.Delete(l.ID)
		}
	}
	delete(s.commentsOf, i.ID)
	delete(s.historiesOf, i.ID)
	delete(s.linksOf, i.ID)
	delete(s.index, i.ID)
	s.issues.Delete(i.ID)
}
