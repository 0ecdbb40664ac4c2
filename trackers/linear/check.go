package linear

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

// Check implements trackers.Checker. Reading is tried everywhere; whether the
// account may write cannot be learnt without writing.
func (t *Tracker) Check(ctx context.Context, containers []string) (*trackers.Health, error) {
	h := &trackers.Health{}
	t.accounts.Forget()
	me, err := t.viewer(ctx)
	if trackers.Is(err, trackers.Auth) {
		h.Problems = append(h.Problems, "the token is refused: put a valid one in the connection's token")
		return h, nil
	}
	if err != nil {
		return nil, err
	}
	h.Account = ticket.User{ID: me.Id, Email: me.Email, Name: cmp.Or(me.Name, me.DisplayName)}
	teams, a, err := t.teams(ctx)
	if err = note(h, "list teams", "nothing can be replicated", err); err != nil {
		return nil, err
	}
	h.Skew = a.skew
	_, err = api.UsersByEmail(ctx, t.client.call("list users"), me.Email)
	if err = note(h, "list users", "people cannot be replicated", err); err != nil {
		return nil, err
	}
	for _, name := range containers {
		if err := t.checkTeam(ctx, h, teams, name); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (t *Tracker) checkTeam(ctx context.Context, h *trackers.Health, teams []api.Team, name string) error {
	team, ok := findTeam(teams, name)
	if !ok {
		h.Problems = append(h.Problems, noTeam(teams, name))
		return nil
	}
	if closed(team) {
		h.Problems = append(h.Problems, fmt.Sprintf("team %s is retired, so no issue can be made there", team.Name))
	}
	t.states.Forget(team.Id)
	t.labels.Forget(team.Id)
	_, err := t.statesOf(ctx, team.Id)
	if err = note(h, "list the statuses of "+team.Name, "statuses cannot be replicated", err); err != nil {
		return err
	}
	_, err = t.labelsOf(ctx, team.Id)
	return note(h, "list the labels of "+team.Name, "labels cannot be replicated", err)
}

// note makes a problem of a missing permission; any other failure stays an error.
func note(h *trackers.Health, what, without string, err error) error {
	switch trackers.KindOf(err) {
	case trackers.Forbidden, trackers.NotFound, trackers.Invalid:
		h.Problems = append(h.Problems, fmt.Sprintf("may not %s, so %s (%s)", what, without, err))
		return nil
	}
	return err
}

// Describe implements trackers.Checker. A team is found by its key, name or id,
// a project among those the team takes part in, by its name or id.
func (t *Tracker) Describe(ctx context.Context, p trackers.Place) (*trackers.Container, error) {
	teams, _, err := t.teams(ctx)
	if err != nil {
		return nil, err
	}
	team, ok := findTeam(teams, p.Container)
	if !ok {
		return nil, &trackers.Error{Kind: trackers.NotFound, Op: "find team", Message: noTeam(teams, p.Container)}
	}
	c := &trackers.Container{
		Container: ticket.Container{ID: team.Id, Key: team.Key, Name: team.Name},
		Archived:  closed(team),
	}
	if p.Part != "" {
		if c.Part, err = t.project(ctx, team, p.Part); err != nil {
			return nil, err
		}
	}
	t.states.Forget(team.Id)
	all, err := t.statesOf(ctx, team.Id)
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		c.Statuses = append(c.Statuses, stateOf(s))
	}
	return c, nil
}

func (t *Tracker) teams(ctx context.Context) (teams []api.Team, last answer, err error) {
	err = pages(func(after opt.Value[string]) (api.PageFields, error) {
		x := t.client.call("list teams")
		data, err := api.Teams(ctx, x, after)
		if err != nil {
			return api.PageFields{}, err
		}
		teams, last = append(teams, data.Teams.Nodes...), x.answer
		return data.Teams.PageInfo, nil
	})
	return teams, last, err
}

func closed(team api.Team) bool { return team.ArchivedAt.Or("") != "" || team.RetiredAt.Or("") != "" }

func findTeam(teams []api.Team, name string) (api.Team, bool) {
	for _, matches := range []func(api.Team) bool{
		func(team api.Team) bool { return strings.EqualFold(team.Key, name) },
		func(team api.Team) bool { return team.Name == name },
		func(team api.Team) bool { return team.Id == name },
		func(team api.Team) bool { return same(team.Name, name) },
	} {
		// A retired team may share its name with the one that took its place.
		for _, retired := range []bool{false, true} {
			for _, team := range teams {
				if name != "" && closed(team) == retired && matches(team) {
					return team, true
				}
			}
		}
	}
	return api.Team{}, false
}

func noTeam(teams []api.Team, name string) string {
	var names []string
	for _, team := range teams {
		if !closed(team) {
			names = append(names, fmt.Sprintf("%s (%s)", team.Key, team.Name))
		}
	}
	if len(names) == 0 {
		return fmt.Sprintf("no team is named %q: the account sees none at all", name)
	}
	return fmt.Sprintf("no team is named %q: there are %s", name, strings.Join(names, ", "))
}

// project finds the id of one of a team's projects.
func (t *Tracker) project(ctx context.Context, team api.Team, name string) (string, error) {
	var all []api.Project
	err := pages(func(after opt.Value[string]) (api.PageFields, error) {
		data, err := api.TeamProjects(ctx, t.client.call("list projects"), team.Id, after)
		if err != nil {
			return api.PageFields{}, err
		}
		all = append(all, data.Team.Projects.Nodes...)
		return data.Team.Projects.PageInfo, nil
	})
	if err != nil {
		return "", err
	}
	for _, matches := range []func(api.Project) bool{
		func(p api.Project) bool { return p.Name == name },
		func(p api.Project) bool { return p.Id == name || p.SlugId == name },
		func(p api.Project) bool { return same(p.Name, name) },
	} {
		for _, p := range all {
			if matches(p) {
				return p.Id, nil
			}
		}
	}
	names := make([]string, 0, len(all))
	for _, p := range all {
		names = append(names, p.Name)
	}
	message := fmt.Sprintf("team %s takes part in no project named %q: there are %s", team.Key, name, strings.Join(names, ", "))
	if len(names) == 0 {
		message = fmt.Sprintf("team %s takes part in no project named %q, nor in any other", team.Key, name)
	}
	return "", &trackers.Error{Kind: trackers.NotFound, Op: "find project", Message: message}
}
