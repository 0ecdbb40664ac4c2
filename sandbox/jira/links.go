package jira

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Remote links upsert by globalId; they move no updated time and send nothing.

const globalIDLimit = 255

type linkBody struct {
	GlobalID     string          `json:"globalId"`
	Relationship string          `json:"relationship"`
	Application  json.RawMessage `json:"application"`
	Object       json.RawMessage `json:"object"`
}

func (c *call) linkJSON(l remoteLink) object {
	out := object{"id": l.ID, "self": c.api + "/issue/" + l.IssueID + "/remotelink/" + l.id(),
		"application": object{}, "object": l.LinkedObj}
	if l.GlobalID != "" {
		out["globalId"] = l.GlobalID
	}
	if l.Relationship != "" {
		out["relationship"] = l.Relationship
	}
	if !isNull(l.Application) {
		out["application"] = l.Application
	}
	return out
}

// listLinks lists all, or with globalId answers that one link by itself.
func listLinks(c *call) (answer, error) {
	i, err := c.readable()
	if err != nil {
		return answer{}, err
	}
	list := []object{}
	global := c.query("globalId")
	for _, l := range c.s.linkList(i.ID) {
		if global != "" && l.GlobalID == global {
			return ok(c.linkJSON(l)) // one link, not a list of one
		}
		list = append(list, c.linkJSON(l))
	}
	if global != "" {
		return answer{}, noLink("global id '" + global + "'")
	}
	return ok(list)
}

func noLink(what string) error {
	return fail(http.StatusNotFound, "No remote issue link with "+what+" exists.")
}

// readLink requires url and title.
func (c *call) readLink() (linkBody, error) {
	var body linkBody
	if err := c.decode(&body); err != nil {
		return body, err
	}
	var o linked
	bad := map[string]string{}
	if json.Unmarshal(body.Object, &o) != nil || o.URL == "" {
		bad["object.url"] = "'url' is required."
	}
	if o.Title == "" {
		bad["object.title"] = "'title' is required."
	}
	if utf8.RuneCountInString(body.GlobalID) > globalIDLimit {
		bad["globalId"] = "'globalId' must not exceed 255 characters."
	}
	if len(bad) > 0 {
		return body, &apiError{status: http.StatusBadRequest, fields: bad}
	}
	return body, nil
}

// fill overwrites a link whole: what is not given is emptied.
func (l remoteLink) fill(body linkBody) remoteLink {
	l.GlobalID, l.Relationship = body.GlobalID, body.Relationship
	l.Application, l.LinkedObj = body.Application, body.Object
	return l
}

// postLink answers 201 for a new link and 200 where the globalId was known.
// Without a globalId it always makes a new one.
func postLink(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	body, err := c.readLink()
	if err != nil {
		return answer{}, err
	}
	for _, l := range c.s.linkList(i.ID) {
		if body.GlobalID != "" && l.GlobalID == body.GlobalID {
			c.s.links.Put(l.id(), l.fill(body))
			return ok(c.linkRef(l))
		}
	}
	l := remoteLink{ID: firstID + c.s.core.Next("link"), IssueID: i.ID}.fill(body)
	c.s.links.Put(l.id(), l)
	c.s.linksOf[i.ID] = append(c.s.linksOf[i.ID], l.id())
	return created(c.linkRef(l))
}

func (c *call) linkRef(l remoteLink) object {
	return object{"id": l.ID, "self": c.api + "/issue/" + l.IssueID + "/remotelink/" + l.id()}
}

// pathLink finds the link named in the path, reading or writing its issue.
func (c *call) pathLink(find func() (issue, error)) (remoteLink, error) {
	i, err := find()
	if err != nil {
		return remoteLink{}, err
	}
	id := c.r.PathValue("link")
	if _, err := strconv.Atoi(id); err != nil {
		return remoteLink{}, invalid("The link ID is not a number.")
	}
	l, found := c.s.links.Get(id)
	if !found || l.IssueID != i.ID {
		return remoteLink{}, noLink("id '" + id + "'")
	}
	return l, nil
}

func getLink(c *call) (answer, error) {
	l, err := c.pathLink(c.readable)
	if err != nil {
		return answer{}, err
	}
	return ok(c.linkJSON(l))
}

// putLink answers 204; what is left out is emptied.
func putLink(c *call) (answer, error) {
	l, err := c.pathLink(c.writable)
	if err != nil {
		return answer{}, err
	}
	body, err := c.readLink()
	if err != nil {
		return answer{}, err
	}
	c.s.links.Put(l.id(), l.fill(body))
	return noContent()
}

func deleteLink(c *call) (answer, error) {
	l, err := c.pathLink(c.writable)
	if err != nil {
		return answer{}, err
	}
	c.removeLink(l)
	return noContent()
}

func deleteLinkByGlobalID(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	for _, l := range c.s.linkList(i.ID) {
		if l.GlobalID == c.query("globalId") && l.GlobalID != "" {
			c.removeLink(l)
			return noContent()
		}
	}
	return answer{}, noLink("global id '" + c.query("globalId") + "'")
}

func (c *call) removeLink(l remoteLink) {
	c.s.links.Delete(l.id())
	c.s.linksOf[l.IssueID] = slices.DeleteFunc(slices.Clone(c.s.linksOf[l.IssueID]), func(id string) bool { return id == l.id() })
}

type linked struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

func linkObject(l remoteLink) linked {
	var o linked
	_ = json.Unmarshal(l.LinkedObj, &o) // checked when it was written
	return o
}
