package jira

import (
	"context"
	"net/http"
	"slices"
	"strings"

	gojira "github.com/andygrunwald/go-jira"

	"github.com/ticketsync/ticketsync/trackers"
)

// mostGlobal bounds the one part of a graph that grows with the square of its
// statuses. Beyond it nothing is lost but detours: a global transition is on
// offer wherever the issue stands.
const mostGlobal = 60

// edges reads the workflow of one issue type: status name to the names one step
// away. It is knowledge to plan with, and most accounts may not have it: a
// refusal, whatever its status, is no error and gives none. Only Cloud has such
// an endpoint.
func (t *Tracker) edges(ctx context.Context, project *gojira.Project, ticketType string) (map[string][]string, error) {
	i := slices.IndexFunc(project.IssueTypes, func(k gojira.IssueType) bool { return strings.EqualFold(k.Name, ticketType) })
	if !t.cloud || i < 0 {
		return nil, nil
	}
	var found graph
	_, err := t.do(ctx, call{
		op: "read workflow", method: http.MethodPost, path: "workflows", v3: true,
		body: map[string]any{"projectAndIssueTypes": []map[string]string{
			{"projectId": project.ID, "issueTypeId": project.IssueTypes[i].ID},
		}},
		out: &found,
	})
	switch {
	// It was not refused, and comes again once the limit has passed.
	case trackers.Is(err, trackers.RateLimited):
		return nil, err
	case err != nil:
		t.log.Debug("workflow cannot be read", "project", project.Key, "error", err)
		return nil, nil
	}
	return found.edges(), nil
}

// graph is what Jira tells of workflows. Transitions name statuses by
// reference, which the list of statuses resolves.
type graph struct {
	Statuses []struct {
		ID        string `json:"id"`
		Reference string `json:"statusReference"`
		Name      string `json:"name"`
	} `json:"statuses"`
	Workflows []struct {
		Statuses []struct {
			Reference string `json:"statusReference"`
		} `json:"statuses"`
		Transitions []struct {
			Type  string `json:"type"` // INITIAL, GLOBAL or DIRECTED
			To    string `json:"toStatusReference"`
			Links []struct {
				From string `json:"fromStatusReference"`
			} `json:"links"`
		} `json:"transitions"`
	} `json:"workflows"`
}

func (g *graph) edges() map[string][]string {
	names := map[string]string{}
	for _, s := range g.Statuses {
		names[s.ID], names[s.Reference] = s.Name, s.Name
	}
	delete(names, "") // an absent reference leads nowhere
	out := map[string][]string{}
	for _, w := range g.Workflows {
		for _, transition := range w.Transitions {
			var from []string
			for _, link := range transition.Links {
				from = append(from, link.From)
			}
			if transition.Type == "GLOBAL" && len(w.Statuses) <= mostGlobal {
				for _, s := range w.Statuses {
					from = append(from, s.Reference)
				}
			}
			to := names[transition.To]
			for _, reference := range from {
				if name := names[reference]; name != "" && to != "" && name != to && !slices.Contains(out[name], to) {
					out[name] = append(out[name], to)
				}
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	// The same workflow must always give the same settings.
	for _, to := range out {
		slices.Sort(to)
	}
	return out
}
