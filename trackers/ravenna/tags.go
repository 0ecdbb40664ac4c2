package ravenna

import (
	"context"
	"net/http"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	keepTags = 5 * time.Minute
	// newTagColor is required by the API and means nothing.
	newTagColor = "gray"
)

// tags finds the workspace's tags by name and makes those that are missing.
type tags struct {
	client *client
	known  *trackers.Cache[[]rawTag]
}

func newTags(c *client) *tags {
	return &tags{client: c, known: trackers.NewCache[[]rawTag](c.now, keepTags, 1)}
}

func (t *tags) list(ctx context.Context) ([]rawTag, error) {
	if all, ok := t.known.Get(""); ok {
		return all, nil
	}
	var all []rawTag
	err := list(ctx, t.client, "list tags", "/tags", nil,
		func(tag rawTag) string { return tag.ID },
		func(tags []rawTag, _ answer) bool { all = append(all, tags...); return false })
	if err != nil {
		return nil, err
	}
	t.known.Put("", all)
	return all, nil
}

// ids returns the tags that stand for these labels, each label once.
func (t *tags) ids(ctx context.Context, labels []string) ([]rawTag, error) {
	var found []rawTag
	seen := map[string]bool{}
	for _, label := range labels {
		folded := ticket.FoldLabel(label)
		if folded == "" || seen[folded] {
			continue
		}
		seen[folded] = true
		tag, err := t.ensure(ctx, label)
		if err != nil {
			return nil, err
		}
		found = append(found, tag)
	}
	return found, nil
}

// ensure finds a tag, looking twice, or makes it. Names are unique, so a tag
// that someone else made at the same moment, or that a failed call of ours made
// after all, is refused as a duplicate and then found.
func (t *tags) ensure(ctx context.Context, label string) (rawTag, error) {
	for range 2 {
		tag, ok, err := t.find(ctx, label)
		if err != nil || ok {
			return tag, err
		}
		t.known.Forget()
	}
	var made rawTag
	_, refused := t.client.call(ctx, "create tag", http.MethodPost, "/tags", nil,
		map[string]string{"name": label, "color": newTagColor}, &made)
	t.known.Forget()
	if refused == nil && made.ID != "" {
		return made, nil
	}
	if refused == nil || trackers.Is(refused, trackers.Stale) || trackers.Is(refused, trackers.Invalid) {
		if tag, ok, err := t.find(ctx, label); err == nil && ok {
			return tag, nil
		}
	}
	if refused == nil {
		refused = unusable("create tag", false)
	}
	return rawTag{}, certain(refused, ticket.Labels)
}

func (t *tags) find(ctx context.Context, label string) (rawTag, bool, error) {
	all, err := t.list(ctx)
	if err != nil {
		return rawTag{}, false, err
	}
	folded, best := ticket.FoldLabel(label), -1
	for i, tag := range all {
		if tag.Name == label {
			return tag, true, nil
		}
		if best < 0 && ticket.FoldLabel(tag.Name) == folded {
			best = i
		}
	}
	if best < 0 {
		return rawTag{}, false, nil
	}
	return all[best], true, nil
}
