package jira

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// publicComment is the property with which Jira Service Management marks a
// comment as internal.
const publicComment = "sd.public.comment"

// internal accepts the flag as a boolean and as a string: both are in use.
func (cm comment) internal() bool {
	var v struct {
		Internal any `json:"internal"`
	}
	if raw, set := cm.Properties[publicComment]; !set || json.Unmarshal(raw, &v) != nil {
		return false
	}
	return v.Internal == true || v.Internal == "true"
}

// commentJSON shows a comment. Data Center has no jsdPublic: there only the
// property tells an internal comment.
func (v *view) commentJSON(cm comment, expand []string) object {
	out := object{"self": v.api + "/issue/" + cm.IssueID + "/comment/" + cm.ID, "id": cm.ID,
		"author": v.userJSON(cm.Author), "updateAuthor": v.userJSON(cm.UpdateAuthor),
		"body": v.rich(cm.Body), "created": stamp(cm.Created), "updated": stamp(cm.Updated)}
	if v.cloud {
		out["jsdPublic"] = !cm.internal()
	}
	if cm.Visibility != nil {
		out["visibility"] = cm.Visibility
	}
	if slices.Contains(expand, "renderedBody") {
		out["renderedBody"] = v.render(cm.Body)
	}
	if slices.Contains(expand, "properties") {
		out["properties"] = properties(cm.Properties)
	}
	return out
}

// properties lists entity properties by key.
func properties(all map[string]json.RawMessage) []object {
	out := []object{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, object{"key": key, "value": all[key]})
	}
	return out
}

// listComments pages by startAt. expand=properties works although no published
// file lists it.
func listComments(c *call) (answer, error) {
	i, err := c.readable()
	if err != nil {
		return answer{}, err
	}
	all := c.s.commentList(i.ID)
	switch order := c.query("orderBy"); order {
	case "", "created", "+created":
	case "-created":
		slices.Reverse(all)
	default:
		return answer{}, invalid("Comments cannot be ordered by '" + order + "'.")
	}
	start, limit := c.page(100)
	list := []object{}
	for _, cm := range slice(all, start, limit) {
		list = append(list, c.commentJSON(cm, c.list("expand")))
	}
	return ok(object{"startAt": start, "maxResults": limit, "total": len(all), "comments": list})
}

// pathComment finds the comment named in the path.
func (c *call) pathComment(i issue) (comment, error) {
	cm, found := c.s.comments.Get(c.r.PathValue("comment"))
	if !found || cm.IssueID != i.ID {
		return comment{}, fail(http.StatusNotFound, "Can not find a comment for the id: "+c.r.PathValue("comment")+".")
	}
	return cm, nil
}

// getComment answers 404 for a comment of another issue too.
func getComment(c *call) (answer, error) {
	i, err := c.readable()
	if err != nil {
		return answer{}, err
	}
	cm, err := c.pathComment(i)
	if err != nil {
		return answer{}, err
	}
	return ok(c.commentJSON(cm, c.list("expand")))
}

type commentBody struct {
	Body       json.RawMessage `json:"body"`
	Visibility *visibility     `json:"visibility"`
	Properties []property      `json:"properties"`
}

// readComment validates a written comment.
func (c *call) readComment() (string, *visibility, []property, error) {
	var body commentBody
	if err := c.decode(&body); err != nil {
		return "", nil, nil, err
	}
	text, message := c.readRich(body.Body)
	switch {
	case message == tooLong():
		return "", nil, nil, refuse("comment", message)
	case message != "":
		return "", nil, nil, refuse("comment", "Comment body is not valid!")
	case strings.TrimSpace(text) == "":
		return "", nil, nil, refuse("comment", "Comment body can not be empty!")
	}
	for _, p := range body.Properties {
		if err := checkProperty(p.Key, p.Value); err != nil {
			return "", nil, nil, err
		}
	}
	vis, err := readVisibility(body.Visibility)
	return text, vis, body.Properties, err
}

// readVisibility takes a role or group by name or identifier. An object without
// a type is refused, which is what some clients stumble over.
func readVisibility(given *visibility) (*visibility, error) {
	if given == nil {
		return nil, nil //nolint:nilnil // no restriction is a value here
	}
	list, label := roles, "Role"
	switch given.Type {
	case "role":
	case "group":
		list, label = groups, "Group"
	default:
		return nil, refuse("commentLevel", "Comment visibility type is not valid.")
	}
	id := given.Identifier
	if given.Value != "" {
		id = ""
	}
	n, found := pick(list, id, given.Value)
	if !found {
		return nil, refuse("commentLevel", label+": "+given.Value+given.Identifier+" doesn't exist")
	}
	return &visibility{Type: given.Type, Value: n.name, Identifier: n.id}, nil
}

// addComment stores a comment, moves the issue's updated time and sends the
// webhook.
func (c *call) addComment(issueID, text string, vis *visibility, props []property) comment {
	i, _ := c.s.issues.Get(issueID)
	c.s.touch(&i)
	cm := comment{ID: c.s.nextID("comment"), IssueID: issueID, Author: c.user, UpdateAuthor: c.user, Body: text,
		Created: i.Updated, Updated: i.Updated, Visibility: vis, Properties: map[string]json.RawMessage{}}
	for _, p := range props {
		cm.Properties[p.Key] = p.Value
	}
	c.s.comments.Put(cm.ID, cm)
	c.s.commentsOf[issueID] = append(c.s.commentsOf[issueID], cm.ID)
	c.s.put(i)
	c.s.sendComment("created", i, cm, c.user)
	return cm
}

// createComment answers 201 with the comment, properties set in the same step.
func createComment(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	text, vis, props, err := c.readComment()
	if err != nil {
		return answer{}, err
	}
	return created(c.commentJSON(c.addComment(i.ID, text, vis, props), c.list("expand")))
}

// updateComment keeps the visibility unless a new one is given. The same text
// again changes nothing and tells nobody; properties alone are stored silently.
func updateComment(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	cm, err := c.pathComment(i)
	if err != nil {
		return answer{}, err
	}
	text, vis, props, err := c.readComment()
	if err != nil {
		return answer{}, err
	}
	cm.Properties = maps.Clone(cm.Properties)
	for _, p := range props {
		cm.Properties[p.Key] = p.Value
	}
	if vis == nil {
		vis = cm.Visibility
	}
	if text != cm.Body || !bytes.Equal(mustJSON(vis), mustJSON(cm.Visibility)) {
		c.s.touch(&i)
		cm.Body, cm.Visibility, cm.UpdateAuthor, cm.Updated = text, vis, c.user, i.Updated
		c.s.comments.Put(cm.ID, cm)
		c.s.put(i)
		c.s.sendComment("updated", i, cm, c.user)
	} else {
		c.s.comments.Put(cm.ID, cm)
	}
	return ok(c.commentJSON(cm, c.list("expand")))
}

// deleteComment moves the issue's updated time, though the comment is gone.
func deleteComment(c *call) (answer, error) {
	i, err := c.writable()
	if err != nil {
		return answer{}, err
	}
	cm, err := c.pathComment(i)
	if err != nil {
		return answer{}, err
	}
	c.s.touch(&i)
	c.s.comments.Delete(cm.ID)
	c.s.commentsOf[i.ID] = slices.DeleteFunc(slices.Clone(c.s.commentsOf[i.ID]), func(id string) bool { return id == cm.ID })
	c.s.put(i)
	c.s.sendComment("deleted", i, cm, c.user)
	return noContent()
}
