package jira

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"
)

// update is the body of a create, an edit and a transition.
type update struct {
	Fields     map[string]json.RawMessage              `json:"fields"`
	Update     map[string][]map[string]json.RawMessage `json:"update"`
	Properties []property                              `json:"properties"`
	Transition *struct {
		ID any `json:"id"`
	} `json:"transition"`
}

type property struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// createIssue answers 201 with id and key, or 400 naming every bad field.
// Properties are set in the same step, so no reader ever sees the issue without.
func createIssue(c *call) (answer, error) {
	var body update
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	ref, _ := refer(body.Fields["project"])
	p, found := projectBy(ref.ID + ref.Key)
	if !found || !c.s.canBrowse(c.user, p.id) {
		return answer{}, refuse("project", "Specify a valid project ID or key")
	}
	i := issue{ProjectID: p.id, PriorityID: defaultPriority, Reporter: c.user, Creator: c.user,
		StatusID: c.s.flow(p)[0], Properties: map[string]json.RawMessage{}, Custom: map[string]any{}}
	if isNull(body.Fields["issuetype"]) {
		return answer{}, refuse("issuetype", "Specify an issue type")
	}
	if message := setType(c.view, &i, body.Fields["issuetype"]); message != "" {
		return answer{}, refuse("issuetype", message)
	}
	delete(body.Fields, "project")
	delete(body.Fields, "issuetype")
	comments, err := c.apply(&i, body)
	if err := requireFields(i, p, err); err != nil {
		return answer{}, err
	}
	c.s.open(&i)
	c.s.put(i)
	c.s.sendCreated(i, c.user)
	for _, text := range comments {
		c.addComment(i.ID, text, nil, nil)
	}
	return created(object{"id": i.ID, "key": i.Key, "self": c.api + "/issue/" + i.ID})
}

// requireFields adds what is missing to what was wrong: Jira names both at
// once. err is what apply said.
func requireFields(i issue, p project, err error) error {
	e := &apiError{status: http.StatusBadRequest, fields: map[string]string{}}
	if err != nil && (!errors.As(err, &e) || e.fields == nil) {
		return err
	}
	missing := map[string]string{}
	if i.Summary == "" {
		missing["summary"] = "You must specify a summary of the issue."
	}
	if f, _ := fieldBy(riskField); onScreen(f, p, i.TypeID) && i.Custom[riskField] == nil {
		missing[riskField] = f.name + " is required."
	}
	for id, message := range missing {
		if _, said := e.fields[id]; !said {
			e.fields[id] = message
		}
	}
	if len(e.fields) == 0 {
		return nil
	}
	return e
}

// open gives a new issue its identity and dates.
func (s *Server) open(i *issue) {
	i.ID = s.nextID("issue")
	s.rekey(i)
	i.Created = s.now()
	i.Updated, i.StatusChanged = i.Created, i.Created
}

// rekey gives an issue the next key of its project.
func (s *Server) rekey(i *issue) {
	p, _ := projectBy(i.ProjectID)
	i.Key = p.key + "-" + jsonInt(s.core.Next("key-"+p.key))
	s.keys.Put(i.Key, i.ID)
}

// getIssue takes id, key or a former key.
func getIssue(c *call) (answer, error) {
	i, err := c.readable()
	if err != nil {
		return answer{}, err
	}
	return ok(c.issueJSON(i, c.shape("*all")))
}

func (c *call) shape(otherwise string) shape {
	return shape{fields: c.list("fields"), otherwise: otherwise, expand: c.list("expand"), properties: c.list("properties")}
}

// editIssue answers 204, on Cloud with returnIssue=true 200 and the issue. A
// transition in the body is ignored, as documented.
func editIssue(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	var body update
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if _, named := body.Fields["summary"]; named && isNull(body.Fields["summary"]) {
		return answer{}, refuse("summary", "You must specify a summary of the issue.")
	}
	before, _ := c.s.issues.Get(i.ID)
	comments, err := c.apply(&i, body)
	if err != nil {
		return answer{}, err
	}
	i = c.s.commit(before, i, c.user, "issue_updated")
	for _, text := range comments {
		c.addComment(i.ID, text, nil, nil)
	}
	if c.cloud && c.query("returnIssue") == "true" {
		i, _ = c.s.issues.Get(i.ID)
		return ok(c.issueJSON(i, c.shape("*all")))
	}
	return noContent()
}

// commit stores a changed issue with its changelog and webhook. Properties are
// stored silently; if nothing else changed, nothing else happens.
func (s *Server) commit(before, after issue, actor, event string) issue {
	items := s.diff(before, after)
	if len(items) == 0 {
		if !maps.EqualFunc(before.Properties, after.Properties, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }) {
			s.put(after)
		}
		return after
	}
	s.touch(&after)
	if categoryOf(s, before.StatusID) != categoryOf(s, after.StatusID) {
		after.StatusChanged = after.Updated
	}
	if before.Resolution != after.Resolution {
		after.Resolved = after.Updated
		if after.Resolution == "" {
			after.Resolved = time.Time{}
		}
	}
	if !slices.ContainsFunc(items, func(c change) bool { return c.FieldID != "assignee" }) {
		event = "issue_assigned"
	}
	s.put(after)
	s.sendUpdated(after, actor, event, s.record(after, actor, items))
	return after
}

func categoryOf(s *Server, statusID string) string { st, _ := s.statusBy(statusID); return st.Category }

// deleteIssue leaves the key unused for ever.
func deleteIssue(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	comments := c.s.commentList(i.ID)
	c.s.drop(i)
	c.s.sendDeleted(i, c.user, comments)
	return noContent()
}

// assign answers 204; a null or absent user is nobody.
func assign(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	before, _ := c.s.issues.Get(i.ID)
	if message := setUser("assignee", func(i *issue) *string { return &i.Assignee })(c.view, &i, c.body); message != "" {
		return answer{}, refuse("assignee", message)
	}
	c.s.commit(before, i, c.user, "issue_updated")
	return noContent()
}
