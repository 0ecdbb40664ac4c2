package starter

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

func differences(a, b reconcile.Rules) string {
	var out bytes.Buffer
	for _, d := range Differences(&a, &b) {
		d.print(&out)
	}
	return out.String()
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	off := false
	for name, c := range map[string]struct {
		change func(*reconcile.Rules)
		want   string
	}{
		"nothing": {func(*reconcile.Rules) {}, ""},
		"what the workflow sets": {func(r *reconcile.Rules) {
			r.Version, r.Since, r.Paused, r.Removed = 7, time.Unix(1, 0), true, true
		}, ""},
		"enabled by default": {func(r *reconcile.Rules) { r.Enabled = nil }, ""},
		"disabled":           {func(r *reconcile.Rules) { r.Enabled = &off }, "  enabled: true → false\n"},
		"an empty map":       {func(r *reconcile.Rules) { r.Users = map[string]string{} }, ""},
		"a word":             {func(r *reconcile.Rules) { r.Unmapped = "ignore" }, "  unmapped: (not set) → ignore\n"},
		"a field":            {func(r *reconcile.Rules) { r.Fields = map[ticket.Field]reconcile.Direction{} }, "  fields.title: both → (not set)\n"},
		"a container":        {func(r *reconcile.Rules) { r.Right.Name = "OPS" }, "  right.name: ENG → OPS\n"},
		"a rule more": {func(r *reconcile.Rules) {
			r.Status = append(r.Status, reconcile.StatusRule{Left: "A", Right: "B", Direction: reconcile.ToLeft})
		}, "  status:\n    + A ← B\n"},
		"a rule less":         {func(r *reconcile.Rules) { r.Status = r.Status[:1] }, "  status:\n    - Done ⇄ Done\n"},
		"the order of rules":  {func(r *reconcile.Rules) { r.Status = []reconcile.StatusRule{r.Status[1], r.Status[0]} }, "  status:\n    new order: Done ⇄ Done; Open ⇄ To Do\n"},
		"a list":              {func(r *reconcile.Rules) { r.Filter.Labels.Any = []string{"x", "y"} }, "  filter.labels.any:\n    + x\n    + y\n"},
		"a value of any type": {func(r *reconcile.Rules) { r.Create.Right = map[string]any{"customfield_1": map[string]any{"id": 3}} }, "  create_fields.right.customfield_1.id: (not set) → 3\n"},
		"a status made on the tracker": {func(r *reconcile.Rules) {
			r.Right.Statuses = []ticket.State{{Name: "QA", Category: ticket.Started}, {Name: "Odd"}}
		}, "  right.statuses:\n    + QA (started)\n    + Odd\n"},
		"the tracker's own workflow": {func(r *reconcile.Rules) {
			r.Right.Edges = map[string][]string{"to do": {"done"}}
		}, "  right.edges.to do:\n    + done\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := route("a", "IT", "ENG"), route("a", "IT", "ENG")
			c.change(&after)
			require.Equal(t, c.want, differences(before, after))
		})
	}
}

// TestDifferencesAreSymmetric: what differs does so both ways, and settings
// never differ from themselves.
func TestDifferencesAreSymmetric(t *testing.T) {
	t.Parallel()
	any := func(t *rapid.T) reconcile.Rules {
		r := route("a", rapid.SampledFrom([]string{"IT", "HR"}).Draw(t, "channel"), "ENG")
		r.Direction = rapid.SampledFrom([]reconcile.Direction{reconcile.Both, reconcile.ToLeft}).Draw(t, "direction")
		r.Filter.Labels.Any = rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y"}), 0, 2).Draw(t, "labels")
		r.Users = rapid.MapOfN(rapid.SampledFrom([]string{"a@example.com", "b@example.com"}), rapid.SampledFrom([]string{"c@example.com", "d@example.com"}), 0, 2).Draw(t, "users")
		r.Chain = rapid.Bool().Draw(t, "chain")
		return r
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := any(t), any(t)
		require.Empty(t, Differences(&a, &a))
		there, back := Differences(&a, &b), Differences(&b, &a)
		require.Len(t, back, len(there))
		for i, d := range there {
			require.Equal(t, Difference{Field: d.Field, From: d.To, To: d.From}, back[i])
		}
	})
}
