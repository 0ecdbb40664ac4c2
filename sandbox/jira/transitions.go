package jira

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// transition is one way out of a status. Ids derive from the target status, so
// that they stay the same when a workflow changes.
type transition struct {
	id, name string
	to       status
	global   bool
	screen   bool // has a screen with an optional resolution
}

// leaving lists the transitions of an issue in its present status.
func (s *Server) leaving(i issue) []transition {
	p, _ := projectBy(i.ProjectID)
	ids := s.flow(p)
	at := slices.Index(ids, i.StatusID)
	var out []transition
	for k, id := range ids {
		to, _ := s.statusBy(id)
		forward, back := s.ordinal(id)*10+1, s.ordinal(id)*10+2
		switch {
		case !p.chain:
			// Global transitions are offered in their own target status too.
			out = append(out, transition{strconv.Itoa(forward), to.Name, to, true, false})
		case at >= 0 && k == at+1:
			out = append(out, transition{strconv.Itoa(forward), "Move to " + to.Name, to, false, to.Category == "done"})
		case at >= 0 && k == at-1:
			out = append(out, transition{strconv.Itoa(back), "Back to " + to.Name, to, false, false})
		case at < 0 && k == 0:
			// The status was taken out of the workflow under the issue.
			out = append(out, transition{strconv.Itoa(back), "Back to " + to.Name, to, false, false})
		}
	}
	return out
}

// ordinal numbers statuses from 1 in the order they came to be.
func (s *Server) ordinal(statusID string) int {
	return slices.IndexFunc(s.allStatuses(), func(st status) bool { return st.ID == statusID }) + 1
}

func (v *view) transitions(i issue, withFields bool) []object {
	out := []object{}
	for _, t := range v.s.leaving(i) {
		o := object{"id": t.id, "name": t.name, "to": v.statusJSON(t.to), "hasScreen": t.screen, "isGlobal": t.global,
			"isInitial": false, "isConditional": false, "looped": false}
		if v.cloud {
			o["isAvailable"] = true
		}
		if withFields {
			o["fields"] = v.transitionFields(t)
		}
		out = append(out, o)
	}
	return out
}

// transitionFields are those of the transition's screen; without a screen none.
func (v *view) transitionFields(t transition) object {
	if !t.screen {
		return object{}
	}
	allowed := []any{}
	for _, r := range resolutions {
		allowed = append(allowed, v.namedJSON("resolution", resolutions, r.id))
	}
	return object{"resolution": object{"required": false, "schema": system("resolution", "resolution"), "name": "Resolution",
		"key": "resolution", "hasDefaultValue": false, "operations": []string{"set"}, "allowedValues": allowed}}
}

// getTransitions lists the ways out of the present status only.
func getTransitions(c *call) (answer, error) {
	i, err := c.readable()
	if err != nil {
		return answer{}, err
	}
	list := c.transitions(i, c.expands("transitions.fields"))
	if id := c.query("transitionId"); id != "" {
		list = slices.DeleteFunc(list, func(o object) bool { return o["id"] != id })
	}
	return ok(object{"expand": "transitions", "transitions": list})
}

// doTransition answers 204. A transition that is not on offer is a 400, as is a
// field that is not on its screen.
func doTransition(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	var body update
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	if body.Transition == nil || body.Transition.ID == nil {
		return answer{}, invalid("Missing 'transition' identifier")
	}
	id := fmt.Sprint(body.Transition.ID)
	out := c.s.leaving(i)
	k := slices.IndexFunc(out, func(t transition) bool { return t.id == id })
	if k < 0 {
		return answer{}, invalid("Transition id '" + id + "' is not valid for this issue.")
	}
	before, _ := c.s.issues.Get(i.ID)
	if err := c.moveTo(&i, out[k], &body); err != nil {
		return answer{}, err
	}
	comments, err := c.apply(&i, body)
	if err != nil {
		return answer{}, err
	}
	c.s.commit(before, i, c.user, c.s.transitionEvent(before, i))
	for _, text := range comments {
		c.addComment(i.ID, text, nil, nil)
	}
	return noContent()
}

// moveTo sets status and resolution. Fields other than those of the screen are
// refused, as Jira does.
func (c *call) moveTo(i *issue, t transition, body *update) error {
	given, named := body.Fields["resolution"]
	for id := range body.Fields {
		if id != "resolution" || !t.screen {
			return refuse(id, offScreen(id))
		}
	}
	delete(body.Fields, "resolution")
	before := i.StatusID
	i.StatusID = t.to.ID
	switch {
	case t.to.Category != "done":
		i.Resolution = ""
	case named && !isNull(given):
		var ref reference
		if json.Unmarshal(given, &ref) != nil {
			return refuse("resolution", "data was not an object")
		}
		r, found := pick(resolutions, ref.ID, ref.Name)
		if !found {
			return &apiError{status: http.StatusBadRequest, fields: map[string]string{
				"resolution": "Resolution name '" + ref.Name + ref.ID + "' is not valid"}}
		}
		i.Resolution = r.id
	case before != t.to.ID:
		i.Resolution = defaultResolution
	}
	return nil
}

// transitionEvent names the event of a transition: Cloud knows one name, Data
// Center one for each kind.
func (s *Server) transitionEvent(before, after issue) string {
	from, to := categoryOf(s, before.StatusID), categoryOf(s, after.StatusID)
	switch {
	case s.opts.Flavor == Cloud:
		return "issue_generic"
	case to == "done":
		return "issue_resolved"
	case from == "done":
		return "issue_reopened"
	case to == "indeterminate" && from == "new":
		return "issue_work_started"
	}
	return "issue_generic"
}
