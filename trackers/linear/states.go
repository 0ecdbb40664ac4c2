package linear

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

// stateTypes are the types of a team's states in the order a person meets them,
// what each means, and the name Linear gives the first of each. Others may be
// added; they come last and mean nothing.
var stateTypes = []struct {
	name     string
	first    string
	category ticket.Category
}{
	{"backlog", "Backlog", ticket.Open},
	{"unstarted", "Todo", ticket.Open},
	{"started", "In Progress", ticket.Started},
	{"completed", "Done", ticket.Completed},
	{"canceled", "Canceled", ticket.Canceled},
	{"duplicate", "Duplicate", ticket.Canceled},
	{"triage", "Triage", ticket.Untriaged},
}

func rank(s api.StateFields) int {
	for i, known := range stateTypes {
		if known.name == s.Type {
			return i
		}
	}
	return len(stateTypes)
}

func stateOf(s api.StateFields) ticket.State {
	out := ticket.State{ID: s.Id, Name: s.Name, Group: s.Type}
	if at := rank(s); at < len(stateTypes) {
		out.Category = stateTypes[at].category
	}
	out.Done = out.Category == ticket.Completed || out.Category == ticket.Canceled
	return out
}

// statesOf lists a team's states, by type and then as the team has ordered them.
func (t *Tracker) statesOf(ctx context.Context, team string) ([]api.StateFields, error) {
	if all, ok := t.states.Get(team); ok {
		return all, nil
	}
	var all []api.StateFields
	err := pages(func(after opt.Value[string]) (api.PageFields, error) {
		data, err := api.TeamStates(ctx, t.client.call("list states"), team, after)
		if err != nil {
			return api.PageFields{}, err
		}
		all = append(all, data.WorkflowStates.Nodes...)
		return data.WorkflowStates.PageInfo, nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b api.StateFields) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Position, b.Position))
	})
	t.states.Put(team, all)
	return all, nil
}

// resolveState finds the state meant by a name from a route: a state's, or else a
// type's. A miss reads the list once more before it is believed.
func (t *Tracker) resolveState(ctx context.Context, team string, want ticket.State) (found api.StateFields, ok bool, err error) {
	for range 2 {
		all, err := t.statesOf(ctx, team)
		if err != nil {
			return api.StateFields{}, false, err
		}
		if found, ok := pick(all, want); ok {
			return found, true, nil
		}
		t.states.Forget(team)
	}
	return api.StateFields{}, false, nil
}

func pick(all []api.StateFields, want ticket.State) (api.StateFields, bool) {
	for _, matches := range []func(api.StateFields) bool{
		func(s api.StateFields) bool { return same(s.Name, want.Name) && same(s.Type, want.Group) },
		func(s api.StateFields) bool { return same(s.Name, want.Name) },
		func(s api.StateFields) bool { return want.Name == "" && want.ID != "" && s.Id == want.ID },
		// The state that Linear itself made for a type before the others of it.
		func(s api.StateFields) bool { return same(s.Type, want.Name) && first(s) },
		func(s api.StateFields) bool { return same(s.Type, want.Name) },
		func(s api.StateFields) bool { return same(s.Type, want.Group) && first(s) },
		func(s api.StateFields) bool { return same(s.Type, want.Group) },
	} {
		if i := slices.IndexFunc(all, matches); i >= 0 {
			return all[i], true
		}
	}
	return api.StateFields{}, false
}

func first(s api.StateFields) bool {
	at := rank(s)
	return at < len(stateTypes) && same(s.Name, stateTypes[at].first)
}

func same(a, b string) bool {
	return a != "" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}
