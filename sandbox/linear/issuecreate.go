package linear

import "strconv"

func (c *call) issueCreate(args input) (any, error) {
	i, err := c.newIssue(args.input())
	if err != nil {
		return nil, err
	}
	return c.issuePayload(c.insertIssue(i)), nil
}

// issueBatchCreate stores all of the issues or none.
func (c *call) issueBatchCreate(args input) (any, error) {
	given, _ := args.input()["issues"].([]any)
	built := make([]issue, 0, len(given))
	for _, one := range given {
		i, err := c.newIssue(asInput(one))
		if err != nil {
			return nil, err
		}
		built = append(built, i)
	}
	nodes := make([]node, 0, len(built))
	for _, i := range built {
		nodes = append(nodes, c.issueNode(c.insertIssue(i)))
	}
	return c.payload("IssueBatchPayload", object{"issues": nodes}), nil
}

// newIssue builds an issue without storing it.
func (c *call) newIssue(in input) (issue, error) {
	t, err := c.teamInput(in)
	if err != nil {
		return issue{}, err
	}
	now := c.s.now()
	i := issue{
		TeamID: t.ID, StateID: c.s.defaultState(t.ID).ID, CreatorID: c.actor.ID, Previous: []string{}, LabelIDs: []string{},
		Subscribers: []string{c.actor.ID}, SortOrder: float64(-c.s.issues.Len()), CreatedAt: now, UpdatedAt: now,
	}
	if i.ActAs, err = c.actAs(in); err != nil {
		return issue{}, err
	}
	if at, given := in.text("createdAt"); given {
		past, ok := instant(at)
		if !ok || past.After(c.s.core.Now()) {
			return issue{}, invalid("createdAt must be a date in the past")
		}
		i.CreatedAt = dateOf(past)
	}
	if err := c.apply(&i, in, issueFields, "id", "teamId", "createdAt", "createAsUser", "displayIconUrl"); err != nil {
		return issue{}, err
	}
	c.stamp(&i, now)
	i.ID, err = c.s.claimID("Issue", in)
	return i, err
}

// insertIssue numbers and stores a new issue.
func (c *call) insertIssue(i issue) issue {
	c.number(&i)
	c.s.putIssue(i)
	c.s.spend("Issue", i.ID)
	c.s.deliverIssue(c.actor, "create", i, nil)
	return i
}

// number gives an issue the next number of its team, and the identifier of it.
func (c *call) number(i *issue) {
	t, _ := c.s.teams.Get(i.TeamID)
	i.Number = c.s.core.Next("number/" + t.Key)
	i.Identifier = t.Key + "-" + strconv.Itoa(i.Number)
	c.s.keys.Put(i.Identifier, i.ID)
}

// stamp keeps the times at which an issue reached its state.
func (c *call) stamp(i *issue, now date) {
	st, _ := c.s.states.Get(i.StateID)
	if st.Type != typeCompleted {
		i.CompletedAt = nil
	}
	if st.Type != typeCanceled {
		i.CanceledAt = nil
	}
	switch st.Type {
	case typeBacklog, typeUnstarted:
		i.StartedAt = nil
	case typeStarted:
		setOnce(&i.StartedAt, now)
	case typeCompleted:
		setOnce(&i.StartedAt, now)
		setOnce(&i.CompletedAt, now)
	case typeCanceled:
		setOnce(&i.CanceledAt, now)
	}
}

func setOnce(to **date, now date) {
	if *to == nil {
		*to = &now
	}
}
