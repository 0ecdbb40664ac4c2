package linear

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
	"github.com/ticketsync/ticketsync/trackers/linear/opt"
)

// labelsOf lists the labels that issues of a team can bear.
func (t *Tracker) labelsOf(ctx context.Context, team string) ([]api.LabelFields, error) {
	if all, ok := t.labels.Get(team); ok {
		return all, nil
	}
	var all []api.LabelFields
	err := pages(func(after opt.Value[string]) (api.PageFields, error) {
		data, err := api.TeamLabels(ctx, t.client.call("list labels"), team, after)
		if err != nil {
			return api.PageFields{}, err
		}
		all = append(all, data.IssueLabels.Nodes...)
		return data.IssueLabels.PageInfo, nil
	})
	if err != nil {
		return nil, err
	}
	t.labels.Put(team, all)
	return all, nil
}

// wanted returns the labels that stand for these names, each once, and the names
// without one. With create the missing ones are made.
func (t *Tracker) wanted(ctx context.Context, team string, names []string, create bool) (found []api.LabelFields, unknown []string, err error) {
	seen := map[string]bool{}
	for _, name := range names {
		folded := ticket.FoldLabel(name)
		if folded == "" || seen[folded] {
			continue
		}
		seen[folded] = true
		label, ok, err := t.label(ctx, team, name)
		switch {
		case err != nil:
			return nil, nil, err
		case ok && label.IsGroup && create:
			return nil, nil, refuse(ticket.Labels, fmt.Sprintf("%s is a group of labels, which no issue can bear", label.Name))
		case !ok && create:
			if label, err = t.makeLabel(ctx, team, name); err != nil {
				return nil, nil, err
			}
		case !ok || label.IsGroup:
			unknown = append(unknown, name)
			continue
		}
		found = append(found, label)
	}
	return found, unknown, nil
}

// label finds a label by its name, looking twice.
func (t *Tracker) label(ctx context.Context, team, name string) (api.LabelFields, bool, error) {
	for range 2 {
		all, err := t.labelsOf(ctx, team)
		if err != nil {
			return api.LabelFields{}, false, err
		}
		for _, matches := range []func(api.LabelFields) bool{
			func(l api.LabelFields) bool { return l.Name == name && !l.IsGroup },
			func(l api.LabelFields) bool { return ticket.FoldLabel(l.Name) == ticket.FoldLabel(name) && !l.IsGroup },
			func(l api.LabelFields) bool { return ticket.FoldLabel(l.Name) == ticket.FoldLabel(name) },
		} {
			if i := slices.IndexFunc(all, func(l api.LabelFields) bool { return l.RetiredAt.Or("") == "" && matches(l) }); i >= 0 {
				return all[i], true, nil
			}
		}
		t.labels.Forget(team)
	}
	return api.LabelFields{}, false, nil
}

// makeLabel makes a label of the team. Names are unique there, so one that
// somebody else made at the same moment, or a failed call of ours after all, is
// refused and then found.
func (t *Tracker) makeLabel(ctx context.Context, team, name string) (api.LabelFields, error) {
	x := t.client.call("create label")
	data, err := api.CreateLabel(ctx, x, api.IssueLabelCreateInput{Name: strings.TrimSpace(name), TeamId: opt.Of(team)})
	t.labels.Forget(team)
	if err == nil && data.IssueLabelCreate.IssueLabel.Id != "" {
		return data.IssueLabelCreate.IssueLabel, nil
	}
	if err == nil {
		err = x.unusable()
	}
	if trackers.Is(err, trackers.Invalid) || trackers.Is(err, trackers.Unavailable) {
		if label, ok, again := t.label(ctx, team, name); again == nil && ok && !label.IsGroup {
			return label, nil
		}
	}
	return api.LabelFields{}, certain(err, ticket.Labels)
}

// certain turns an error of a preparing call into one about a field; nothing of
// the ticket itself was written.
func certain(err error, f ticket.Field) error {
	var e *trackers.Error
	if !errors.As(err, &e) {
		return err
	}
	known := *e
	known.Ambiguous = false
	if known.Kind == trackers.Invalid || known.Kind == trackers.Forbidden {
		known.Kind, known.Fields = trackers.Invalid, map[ticket.Field]string{f: e.Error()}
	}
	return &known
}

// without returns the labels that none of others stands for.
func without(labels, others []api.LabelFields) []string {
	var ids []string
	for _, l := range labels {
		if !slices.ContainsFunc(others, func(o api.LabelFields) bool {
			return o.Id == l.Id || ticket.FoldLabel(o.Name) == ticket.FoldLabel(l.Name)
		}) {
			ids = append(ids, l.Id)
		}
	}
	return ids
}

// bears returns a test for the labels that are left of some by a write, no more
// and no fewer.
func bears(before []api.LabelFields, added, removed []string) func(*api.IssueFields) bool {
	want := slices.Concat(minus(idsOf(before), removed), added)
	return func(issue *api.IssueFields) bool {
		have := idsOf(issue.Labels.Nodes)
		return len(minus(have, want))+len(minus(want, have)) == 0
	}
}

func idsOf(labels []api.LabelFields) []string {
	ids := make([]string, 0, len(labels))
	for _, l := range labels {
		ids = append(ids, l.Id)
	}
	return ids
}

// minus returns what of ids is not in others.
func minus(ids, others []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(others, id) })
}

func labelsFingerprint(labels []api.LabelFields) string {
	return ticket.Fingerprint(labelNames(labels)...)
}

func labelNames(labels []api.LabelFields) []string {
	names := make([]string, 0, len(labels))
	for _, l := range labels {
		names = append(names, l.Name)
	}
	slices.Sort(names)
	return names
}
