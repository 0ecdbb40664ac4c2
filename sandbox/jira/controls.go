package jira

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/sandbox"
)

// controls are the endpoints under /_sandbox that only this server has. They
// take no token; actor names who appears to have done it, alice if absent.
func (s *Server) controls() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"PUT /_sandbox/move":       s.control(s.move),
		"POST /_sandbox/clone":     s.control(s.cloneIssue),
		"PUT /_sandbox/permission": s.control(s.permit),
		"PUT /_sandbox/statuses":   s.control(s.changeStatuses),
		"PUT /_sandbox/security":   s.control(s.secure),
	}
}

// controlBody is what all control calls take together; a key that none of them
// knows is a 400.
type controlBody struct {
	Issue, Project, Actor, User, Level string
	Browse, Workflow                   *bool
	Add, Remove, Category, After       string
}

// control decodes, locks and answers, so that a change and its webhook are one
// step here too.
func (s *Server) control(do func(controlBody) (object, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var body controlBody
		if !sandbox.ReadControl(w, r, &body) {
			return
		}
		if body.Actor == "" {
			body.Actor = "alice"
		}
		if _, known := userNamed(body.Actor); !known {
			writeError(w, invalid("no user "+body.Actor))
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		out, err := do(body)
		if err != nil {
			e := fail(http.StatusInternalServerError, err.Error())
			errors.As(err, &e)
			writeError(w, e)
			return
		}
		writeJSON(w, http.StatusOK, out)
	}
}

func (s *Server) controlled(body controlBody) (issue, error) {
	i, found := s.find(body.Issue)
	if !found {
		return issue{}, fail(http.StatusNotFound, "no issue "+body.Issue)
	}
	return i.clone(), nil
}

func controlledProject(body controlBody) (project, error) {
	p, found := projectBy(body.Project)
	if !found {
		return project{}, fail(http.StatusNotFound, "no project "+body.Project)
	}
	return p, nil
}

// move takes an issue to another project: a new key, the same id. What the
// project does not know becomes its first type, its first status, or is lost.
func (s *Server) move(body controlBody) (object, error) {
	i, err := s.controlled(body)
	if err != nil {
		return nil, err
	}
	p, err := controlledProject(body)
	if err != nil {
		return nil, err
	}
	if p.id == i.ProjectID {
		return object{"id": i.ID, "key": i.Key}, nil
	}
	before, _ := s.issues.Get(i.ID)
	i.ProjectID, i.Components = p.id, nil
	s.rekey(&i)
	if !slices.Contains(p.types, i.TypeID) {
		i.TypeID = p.types[0]
	}
	if flow := s.flow(p); !slices.Contains(flow, i.StatusID) {
		i.StatusID = flow[0]
	}
	for id := range i.Custom {
		if !slices.Contains(customIDs(p, i.TypeID), id) {
			delete(i.Custom, id)
		}
	}
	s.commit(before, i, body.Actor, "issue_moved")
	return object{"id": i.ID, "key": i.Key}, nil
}

// cloneIssue copies an issue as Jira's own clone does, with its labels and, as
// the worst case for markers, its entity properties.
func (s *Server) cloneIssue(body controlBody) (object, error) {
	source, err := s.controlled(body)
	if err != nil {
		return nil, err
	}
	p, _ := projectBy(source.ProjectID)
	i := source
	i.Summary = "CLONE - " + i.Summary
	i.Creator, i.Reporter, i.Resolution = body.Actor, body.Actor, ""
	i.StatusID, i.Resolved = s.flow(p)[0], time.Time{}
	s.open(&i)
	s.put(i)
	s.linkIssues("10001", i.ID, source.ID)
	s.sendCreated(i, body.Actor)
	return object{"id": i.ID, "key": i.Key}, nil
}

// permit gives or takes a user's permission to browse a project or to view its
// workflow.
func (s *Server) permit(body controlBody) (object, error) {
	p, err := controlledProject(body)
	if err != nil {
		return nil, err
	}
	if _, known := userNamed(body.User); !known {
		return nil, fail(http.StatusNotFound, "no user "+body.User)
	}
	if body.Browse == nil && body.Workflow == nil {
		return nil, invalid("browse or workflow: true or false")
	}
	who := p.id + "/" + body.User
	if body.Browse != nil {
		s.denied.Put(who, !*body.Browse)
	}
	if body.Workflow != nil {
		s.viewers.Put(who, *body.Workflow)
	}
	return object{"project": p.key, "user": body.User, "browse": s.canBrowse(body.User, p.id), "workflow": s.canViewWorkflow(body.User, p.id)}, nil
}

// changeStatuses adds a status to a project's workflow or takes one out. Issues
// in a status taken out go to the one before it, as a migration would send
// them.
func (s *Server) changeStatuses(body controlBody) (object, error) {
	p, err := controlledProject(body)
	if err != nil {
		return nil, err
	}
	flow := slices.Clone(s.flow(p))
	if body.Add != "" {
		if flow, err = s.addStatus(flow, body); err != nil {
			return nil, err
		}
	}
	var gone status
	if body.Remove != "" {
		var found bool
		gone, found = s.statusBy(body.Remove)
		at := slices.Index(flow, gone.ID)
		if !found || at < 0 {
			return nil, fail(http.StatusNotFound, "no status "+body.Remove+" in "+p.key)
		}
		if len(flow) == 1 {
			return nil, invalid("a workflow needs a status")
		}
		flow = slices.Delete(flow, at, at+1)
		defer s.migrate(p, gone.ID, flow[max(at-1, 0)], body.Actor)
	}
	s.flows.Put(p.id, flow)
	names := []string{}
	for _, id := range flow {
		st, _ := s.statusBy(id)
		names = append(names, st.Name)
	}
	return object{"project": p.key, "statuses": names}, nil
}

// addStatus puts a status after the named one, else before the done ones. A
// name that exists anywhere on the site is the same status.
func (s *Server) addStatus(flow []string, body controlBody) ([]string, error) {
	if body.Category == "" {
		body.Category = "indeterminate"
	}
	if _, known := categories[body.Category]; !known {
		return nil, invalid("category: new, indeterminate or done")
	}
	st, exists := s.statusBy(body.Add)
	if !exists {
		st = status{ID: jsonInt(10100 + s.core.Next("status")), Name: strings.TrimSpace(body.Add), Category: body.Category}
		s.added.Put(st.ID, st)
	}
	if slices.Contains(flow, st.ID) {
		return flow, nil
	}
	at := len(flow)
	if after, known := s.statusBy(body.After); known && body.After != "" {
		at = slices.Index(flow, after.ID) + 1
	} else if st.Category != "done" {
		for at > 1 && categoryOf(s, flow[at-1]) == "done" {
			at--
		}
	}
	return slices.Insert(flow, at, st.ID), nil
}

// migrate moves the issues of a removed status, each with changelog and webhook.
func (s *Server) migrate(p project, from, to, actor string) {
	for _, i := range s.issues.All() {
		if i.ProjectID == p.id && i.StatusID == from {
			moved := i.clone()
			moved.StatusID = to
			s.commit(i, moved, actor, s.transitionEvent(i, moved))
		}
	}
}

// secure sets an issue's security level by name; an empty one takes it off.
func (s *Server) secure(body controlBody) (object, error) {
	i, err := s.controlled(body)
	if err != nil {
		return nil, err
	}
	before, _ := s.issues.Get(i.ID)
	i.Security = ""
	if body.Level != "" {
		l, found := pick(securityLevels, "", body.Level)
		if !found {
			return nil, fail(http.StatusNotFound, "no security level "+body.Level)
		}
		i.Security = l.id
	}
	s.commit(before, i, body.Actor, "issue_updated")
	return object{"id": i.ID, "key": i.Key, "level": body.Level}, nil
}
