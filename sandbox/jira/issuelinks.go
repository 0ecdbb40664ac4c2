package jira

import "net/http"

type linkType struct{ id, name, inward, outward string }

// linkTypes are those every new site has, as far as needed here.
var linkTypes = []linkType{
	{"10000", "Blocks", "is blocked by", "blocks"},
	{"10001", "Cloners", "is cloned by", "clones"},
	{"10003", "Relates", "relates to", "relates to"},
}

func (v *view) linkTypeJSON(t linkType) object {
	return object{"id": t.id, "name": t.name, "inward": t.inward, "outward": t.outward, "self": v.api + "/issueLinkType/" + t.id}
}

func linkTypeBy(id, name string) (linkType, bool) {
	for _, t := range linkTypes {
		if id == t.id || id == "" && name == t.name {
			return t, true
		}
	}
	return linkType{}, false
}

func listLinkTypes(c *call) (answer, error) {
	list := []object{}
	for _, t := range linkTypes {
		list = append(list, c.linkTypeJSON(t))
	}
	return ok(object{"issueLinkTypes": list})
}

// issueLinksJSON is the issuelinks field: the other end only, by direction.
func (v *view) issueLinksJSON(i issue) []object {
	out := []object{}
	for _, l := range v.s.issueLinks.All() {
		if !v.mayLink(l) {
			continue
		}
		t, _ := linkTypeBy(l.TypeID, "")
		o := object{"id": l.ID, "self": v.api + "/issueLink/" + l.ID, "type": v.linkTypeJSON(t)}
		switch i.ID {
		case l.Inward:
			o["outwardIssue"] = v.linkedJSON(l.Outward)
		case l.Outward:
			o["inwardIssue"] = v.linkedJSON(l.Inward)
		default:
			continue
		}
		out = append(out, o)
	}
	return out
}

// mayLink hides links to issues that the caller may not see.
func (v *view) mayLink(l issueLink) bool {
	in, _ := v.s.issues.Get(l.Inward)
	out, _ := v.s.issues.Get(l.Outward)
	return v.s.canBrowse(v.user, in.ProjectID) && v.s.canBrowse(v.user, out.ProjectID)
}

// linkedJSON is the short form of the issue at the other end.
func (v *view) linkedJSON(id string) object {
	i, _ := v.s.issues.Get(id)
	t, _ := typeBy(i.TypeID)
	return object{"id": i.ID, "key": i.Key, "self": v.api + "/issue/" + i.ID, "fields": object{"summary": i.Summary,
		"status": v.statusNow(i.StatusID), "priority": v.namedJSON("priority", priorities, i.PriorityID), "issuetype": v.typeJSON(t)}}
}

// createIssueLink answers 201 without a body: the new link's id is only found
// in the issues.
func createIssueLink(c *call) (answer, error) {
	var body struct {
		Type, InwardIssue, OutwardIssue reference
	}
	if err := c.decode(&body); err != nil {
		return answer{}, err
	}
	t, found := linkTypeBy(body.Type.ID, body.Type.Name)
	if !found {
		return answer{}, fail(http.StatusNotFound, "No issue link type with name '"+body.Type.Name+"' found.")
	}
	in, err := c.visible(body.InwardIssue.ID + body.InwardIssue.Key)
	if err != nil {
		return answer{}, err
	}
	out, err := c.visible(body.OutwardIssue.ID + body.OutwardIssue.Key)
	if err != nil {
		return answer{}, err
	}
	c.s.linkIssues(t.id, in.ID, out.ID)
	return answer{http.StatusCreated, nil}, nil
}

func (s *Server) linkIssues(typeID, inward, outward string) {
	l := issueLink{ID: s.nextID("issue-link"), TypeID: typeID, Inward: inward, Outward: outward}
	s.issueLinks.Put(l.ID, l)
}

func deleteIssueLink(c *call) (answer, error) {
	id := c.r.PathValue("link")
	if _, found := c.s.issueLinks.Get(id); !found {
		return answer{}, fail(http.StatusNotFound, "No issue link with id '"+id+"' exists.")
	}
	c.s.issueLinks.Delete(id)
	return noContent()
}
