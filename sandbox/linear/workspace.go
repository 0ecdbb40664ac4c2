package linear

import "slices"

// team finds a team by id or key.
func (c *call) team(ref string) (team, error) {
	found := c.s.teams.Select(func(t team) bool { return t.ID == ref || t.Key == ref })
	if len(found) == 0 || !c.sees(found[0].ID) {
		return team{}, notFound("Team")
	}
	return found[0], nil
}

// teamInput is the team named in an input, which has to be by id.
func (c *call) teamInput(in input) (team, error) {
	id, ok := in.text("teamId")
	if !ok || !uuidV4.MatchString(id) {
		return team{}, invalid("teamId must be a UUID")
	}
	return c.team(id)
}

func (c *call) getTeam(args input) (any, error) {
	ref, _ := args.text("id")
	t, err := c.team(ref)
	if err != nil {
		return nil, err
	}
	return c.teamNode(t), nil
}

func (c *call) teamList() list {
	return list{"Team", nodesOf(c.s.teams.Select(func(t team) bool { return c.sees(t.ID) }), c.teamNode)}
}

func (c *call) userList() list { return list{"User", nodesOf(c.s.users.All(), c.userNode)} }

func (c *call) listStates(input) (any, error) {
	return list{"WorkflowState", nodesOf(c.s.states.Select(func(st state) bool { return c.sees(st.TeamID) }), c.stateNode)}, nil
}

func (c *call) listLabels(input) (any, error) { return c.labelList(nil), nil }

// labelList is every label, or those of the workspace and one team.
func (c *call) labelList(teamID *string) list {
	return list{"IssueLabel", nodesOf(c.s.labels.Select(func(l label) bool {
		return l.TeamID == nil || c.sees(*l.TeamID) && (teamID == nil || *teamID == *l.TeamID)
	}), c.labelNode)}
}

func (c *call) listProjects(input) (any, error) {
	return list{"Project", nodesOf(c.s.projects.All(), c.projectNode)}, nil
}

func (c *call) listWebhooks(input) (any, error) {
	return list{"Webhook", nodesOf(c.s.webhooks.All(), c.webhookNode)}, nil
}

func (p project) in(teamID string) bool { return slices.Contains(p.TeamIDs, teamID) }

// defaultState is where a new issue of a team begins.
func (s *Server) defaultState(teamID string) state {
	return s.statesOf(teamID)[0]
}

// statesOf returns a team's states in the order of its board.
func (s *Server) statesOf(teamID string) []state {
	states := s.states.Select(func(st state) bool { return st.TeamID == teamID })
	slices.SortStableFunc(states, func(a, b state) int { return int(a.Position - b.Position) })
	return states
}

// stateLike is the state of a team that an issue has after moving there: of the
// same name, else of the same type, else the first.
func (s *Server) stateLike(teamID string, old state) state {
	states := s.statesOf(teamID)
	for _, same := range []func(state) bool{
		func(st state) bool { return st.Name == old.Name },
		func(st state) bool { return st.Type == old.Type },
	} {
		if at := slices.IndexFunc(states, same); at >= 0 {
			return states[at]
		}
	}
	return states[0]
}
