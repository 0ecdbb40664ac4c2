package linear

import (
	"net/http"
	"slices"
	"strings"
)

// field sets what one key of an input says about an issue. An absent key is
// never handed over.
type field struct {
	name string
	set  func(c *call, i *issue, in input) error
}

// issueFields may be given when an issue is created and when it is updated, in
// the order in which they depend on each other.
var issueFields = []field{
	{"title", setTitle},
	{"description", setDescription},
	{"priority", setPriority},
	{"estimate", setEstimate},
	{"dueDate", func(_ *call, i *issue, in input) error { return in.setOptional("dueDate", &i.DueDate) }},
	{"stateId", setState},
	{"assigneeId", setAssignee},
	{"projectId", setProject},
	{"parentId", setParent},
	{"labelIds", setLabels},
	{"subscriberIds", setSubscribers},
	{"sortOrder", func(_ *call, i *issue, in input) error { i.SortOrder, _ = in["sortOrder"].(float64); return nil }},
}

// apply sets what an input says, and refuses keys that are neither fields nor
// among the others.
func (c *call) apply(i *issue, in input, fields []field, others ...string) error {
	known := others
	for _, f := range fields {
		known = append(known, f.name)
	}
	if err := in.only(known...); err != nil {
		return err
	}
	for _, f := range fields {
		if !in.has(f.name) {
			continue
		}
		if err := f.set(c, i, in); err != nil {
			return err
		}
	}
	return nil
}

// maxTitle is in characters.
const maxTitle = 256

func setTitle(_ *call, i *issue, in input) error {
	if err := in.setText("title", &i.Title); err != nil {
		return err
	}
	i.Title = strings.TrimSpace(i.Title)
	if i.Title == "" {
		return invalid("title must be a string")
	}
	if len([]rune(i.Title)) > maxTitle {
		return invalid("title must be shorter than or equal to 256 characters")
	}
	return nil
}

func setDescription(_ *call, i *issue, in input) error {
	if err := in.setOptional("description", &i.Description); err != nil {
		return err
	}
	if i.Description != nil {
		saved := rewrite(*i.Description)
		i.Description = &saved
	}
	return nil
}

func setPriority(_ *call, i *issue, in input) (err error) {
	i.Priority, err = in.whole("priority", 0, len(priorityLabels)-1)
	return err
}

func setEstimate(_ *call, i *issue, in input) error {
	i.Estimate = nil
	if in["estimate"] == nil {
		return nil
	}
	estimate, err := in.whole("estimate", 0, 64)
	i.Estimate = &estimate
	return err
}

func setState(c *call, i *issue, in input) error {
	id, _ := in.text("stateId")
	st, ok := c.s.states.Get(id)
	if !ok {
		return notFound("WorkflowState")
	}
	if st.TeamID != i.TeamID {
		return invalid("stateId is not a state of the issue's team")
	}
	i.StateID = st.ID
	return nil
}

// setAssignee takes people only: an app is not assignable.
func setAssignee(c *call, i *issue, in input) error {
	var id *string
	if err := in.setOptional("assigneeId", &id); err != nil {
		return err
	}
	if id != nil {
		u, ok := c.s.users.Get(*id)
		if !ok {
			return notFound("User")
		}
		if u.App {
			return invalid("assigneeId is not a user who can be assigned")
		}
	}
	i.AssigneeID = id
	return nil
}

func setProject(c *call, i *issue, in input) error {
	var id *string
	if err := in.setOptional("projectId", &id); err != nil {
		return err
	}
	if id != nil {
		p, ok := c.s.projects.Get(*id)
		if !ok {
			return notFound("Project")
		}
		if !p.in(i.TeamID) {
			return invalid("projectId is not a project of the issue's team")
		}
	}
	i.ProjectID = id
	return nil
}

// setParent takes an id or an identifier.
func setParent(c *call, i *issue, in input) error {
	var ref *string
	if err := in.setOptional("parentId", &ref); err != nil {
		return err
	}
	i.ParentID = nil
	if ref == nil {
		return nil
	}
	parent, err := c.issue(*ref)
	if err != nil {
		return err
	}
	if parent.ID == i.ID {
		return invalid("parentId is the issue itself")
	}
	i.ParentID = &parent.ID
	return nil
}

func setSubscribers(_ *call, i *issue, in input) (err error) {
	i.Subscribers, err = in.texts("subscriberIds")
	return err
}

func setLabels(c *call, i *issue, in input) error {
	ids, err := in.texts("labelIds")
	if err != nil {
		return err
	}
	return c.label(i, ids)
}

func addLabels(c *call, i *issue, in input) error {
	ids, err := in.texts("addedLabelIds")
	if err != nil {
		return err
	}
	return c.label(i, append(slices.Clone(i.LabelIDs), ids...))
}

func removeLabels(c *call, i *issue, in input) error {
	ids, err := in.texts("removedLabelIds")
	if err != nil {
		return err
	}
	return c.label(i, slices.DeleteFunc(slices.Clone(i.LabelIDs), func(id string) bool { return slices.Contains(ids, id) }))
}

// label replaces an issue's labels: they have to exist for its team, groups are
// none, and one of each group is the most.
func (c *call) label(i *issue, ids []string) error {
	labels, groups := []string{}, map[string]bool{}
	for _, id := range ids {
		if slices.Contains(labels, id) {
			continue
		}
		l, ok := c.s.labels.Get(id)
		switch {
		case !ok:
			return notFound("IssueLabel")
		case l.IsGroup:
			return invalid("labelIds contains a label group")
		case l.TeamID != nil && *l.TeamID != i.TeamID:
			return invalid("labelIds for incorrect team")
		case l.ParentID != nil && groups[*l.ParentID]:
			return inputError(http.StatusOK, "labelIds not exclusive child labels", "labelIds not exclusive child labels")
		}
		if l.ParentID != nil {
			groups[*l.ParentID] = true
		}
		labels = append(labels, id)
	}
	i.LabelIDs = labels
	return nil
}
