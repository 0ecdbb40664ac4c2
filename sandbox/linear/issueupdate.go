package linear

import (
	"reflect"
	"slices"
)

// updateFields begin with the move: the state, the labels and the project named
// beside it are those of the new team.
var updateFields = slices.Concat(
	[]field{{"teamId", setTeam}}, issueFields,
	[]field{{"addedLabelIds", addLabels}, {"removedLabelIds", removeLabels}, {"trashed", setTrashed}},
)

func (c *call) issueUpdate(args input) (any, error) {
	before, err := c.issueArgument(args)
	if err != nil {
		return nil, err
	}
	after := before
	if err := c.apply(&after, args.input(), updateFields); err != nil {
		return nil, err
	}
	return c.issuePayload(c.saveIssue(before, after, "update")), nil
}

func (c *call) issueArgument(args input) (issue, error) {
	ref, _ := args.text("id")
	return c.issue(ref)
}

// issueAddLabel and issueRemoveLabel are updates of one label.
func (c *call) issueAddLabel(args input) (any, error) {
	return c.issueUpdate(input{"id": args["id"], "input": object{"addedLabelIds": args["labelId"]}})
}

func (c *call) issueRemoveLabel(args input) (any, error) {
	return c.issueUpdate(input{"id": args["id"], "input": object{"removedLabelIds": args["labelId"]}})
}

// setTeam moves an issue: it is numbered there when it is saved. The new team's
// state of the same name or type takes over, labels of the old team and a
// project that the new one is not in are lost.
func setTeam(c *call, i *issue, in input) error {
	t, err := c.teamInput(in)
	if err != nil || t.ID == i.TeamID {
		return err
	}
	old, _ := c.s.states.Get(i.StateID)
	i.TeamID, i.StateID = t.ID, c.s.stateLike(t.ID, old).ID
	i.LabelIDs = slices.DeleteFunc(slices.Clone(i.LabelIDs), func(id string) bool {
		l, _ := c.s.labels.Get(id)
		return l.TeamID != nil
	})
	if i.ProjectID != nil {
		if p, _ := c.s.projects.Get(*i.ProjectID); !p.in(t.ID) {
			i.ProjectID = nil
		}
	}
	return nil
}

// setTrashed throws an issue away, or restores it by null.
func setTrashed(c *call, i *issue, in input) error {
	trashed := in.flag("trashed")
	if trashed {
		setOnce(&i.ArchivedAt, c.s.now())
	} else if i.Trashed {
		i.ArchivedAt = nil
	}
	i.Trashed = trashed
	return nil
}

// saveIssue stores a changed issue as a new version, with an entry in its
// history. Without a change there is no version and no delivery.
func (c *call) saveIssue(before, after issue, action string) issue {
	if reflect.DeepEqual(before, after) {
		return before
	}
	after.UpdatedAt = c.s.after(before.UpdatedAt)
	if after.StateID != before.StateID {
		c.stamp(&after, after.UpdatedAt)
	}
	if after.TeamID != before.TeamID {
		after.Previous = append(slices.Clone(before.Previous), before.Identifier)
		c.number(&after)
	}
	c.s.putIssue(after)
	c.record(after.ID, changes(before, after))
	if gone, was := after.ArchivedAt != nil, before.ArchivedAt != nil; gone && !was {
		action = "remove"
	} else if was && !gone {
		action = "restore"
	}
	c.s.deliverIssue(c.actor, action, after, updatedFrom(before, after))
	return after
}
