package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

var update = flag.Bool("update", false, "write the golden files anew")

// environment is what the tests' files find set.
func environment(name string) (string, bool) {
	value, set := map[string]string{
		"RAVENNA_TOKEN":         "rav_bot",
		"RAVENNA_WEBHOOK_TOKEN": "hook-token",
		"JIRA_TOKEN":            "sandbox",
		"JIRA_WEBHOOK_SECRET":   "hook secret",
		"LINEAR_TOKEN":          "lin_api_bot",
		"LINEAR_WEBHOOK_SECRET": "another hook secret",
		"FLASHDUTY_KEY":         "an integration key",
		"EMPTY":                 "",
		"PADDED":                "secret-value\n",
		"SLASHED":               "secret/value",
	}[name]
	return value, set
}

func nothingSet(string) (string, bool) { return "", false }

const devFile = "../dev/ticketsync.yaml"

// TestMistakes compares every problem of every file, with its place, with what
// an operator was meant to read.
func TestMistakes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/mistakes/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			got, err := Parse(filepath.Base(file), data, environment)
			require.Nil(t, got)
			var problems Problems
			require.ErrorAs(t, err, &problems)
			require.NotContains(t, err.Error(), "secret-value", "the value of a variable")
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), problems.Error()+"\n")
		})
	}
}

func TestDocumentedFile(t *testing.T) {
	t.Parallel()
	f, err := Load(devFile, environment)
	require.NoError(t, err)

	require.Equal(t, "dev", f.Installation)
	require.Len(t, f.Connections, 4)
	helpdesk, ok := f.Connection("helpdesk")
	require.True(t, ok)
	require.Equal(t, "dev", helpdesk.Installation)
	require.Equal(t, "http://127.0.0.1:9101/api", helpdesk.URL)
	require.Equal(t, "http://127.0.0.1:9101/{key}", helpdesk.WebURL)
	require.Equal(t, "rav_bot", helpdesk.Token)
	require.Equal(t, "hook-token", helpdesk.HookKey)
	require.Equal(t, time.Minute, helpdesk.Sweep)
	require.Equal(t, time.Hour, helpdesk.Audit)
	jira, ok := f.Connection("jira")
	require.True(t, ok)
	require.Equal(t, "cloud", jira.Flavor)
	require.Equal(t, "bot@example.com", jira.Email)
	require.Equal(t, "hook secret", jira.Secret)
	require.Equal(t, "http://127.0.0.1:9102/browse/{key}", jira.WebURL)
	require.Equal(t, 3*time.Minute, jira.Quiet)
	require.Equal(t, time.Minute, jira.ConfirmDelete)
	linear, ok := f.Connection("linear")
	require.True(t, ok)
	require.Equal(t, "http://127.0.0.1:9103/graphql", linear.URL)
	require.Equal(t, "http://127.0.0.1:9103/sandbox/issue/{key}", linear.WebURL)
	require.Equal(t, "lin_api_bot", linear.Token)
	require.Equal(t, "another hook secret", linear.Secret)
	require.Equal(t, time.Second, linear.Quiet, "ids are chosen here: nothing has to show in an index")
	_, ok = f.Connection("other")
	require.False(t, ok)

	require.Len(t, f.Routes, 4)
	product, ops := f.Routes[1], f.Routes[2]
	require.Equal(t, reconcile.End{Connection: "helpdesk", Name: "Product"}, product.Left)
	require.Equal(t, reconcile.End{Connection: "linear", Name: "PRO", ByKey: true}, product.Right)
	require.Equal(t, reconcile.End{Connection: "jira", Name: "OPS", ByKey: true, Type: "Task"}, ops.Left)
	require.Equal(t, reconcile.End{Connection: "linear", Name: "PLT", ByKey: true}, ops.Right)
	require.Empty(t, slices.Concat(product.Status, ops.Status), "mapped by category")
	enabled := true
	require.Equal(t, reconcile.Rules{
		Name:      "it-to-eng",
		Left:      reconcile.End{Connection: "helpdesk", Name: "IT Support"},
		Right:     reconcile.End{Connection: "jira", Name: "ENG", ByKey: true, Type: "Bug"},
		Direction: reconcile.Both,
		Status: []reconcile.StatusRule{
			{Left: "Open", Right: "To Do", Direction: reconcile.Both},
			{Left: "In Progress", Right: "In Progress", Direction: reconcile.Both},
			{Left: "In Progress", Right: "In Review", Direction: reconcile.ToLeft},
			{Left: "Waiting", Right: "In Progress", Direction: reconcile.ToRight},
			{Left: "Done", Right: "Done", Direction: reconcile.Both},
			{Left: "Closed", Right: "Done", Direction: reconcile.ToRight},
		},
		Unmapped: "hold",
		Paths:    map[string][]string{"To Do > Done": {"In Progress", "In Review"}},
		Fields: map[ticket.Field]reconcile.Direction{
			ticket.Title: reconcile.Both, ticket.Description: reconcile.Both, ticket.Status: reconcile.Both,
			ticket.Priority: reconcile.Both, ticket.Assignee: reconcile.Both, ticket.Labels: reconcile.Off,
		},
		Comments:  reconcile.CommentRule{Direction: reconcile.Both, Visibility: "public"},
		Conflict:  reconcile.Conflict{Default: reconcile.NewestWins},
		Private:   "skip",
		Existing:  "ignore",
		Elsewhere: "attention",
		OnDelete:  "comment",
		Enabled:   &enabled,
	}, f.Routes[0])
}

// TestDevFileIsTheDocumentedOne keeps the repository's file and the decided
// one the same, comments aside.
func TestDevFileIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(contract.Shared(t, "behaviour.md"))
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(page), "```yaml\n")
	require.True(t, ok)
	documented, _, ok := strings.Cut(rest, "```")
	require.True(t, ok)
	want, err := Parse("behaviour.md", []byte(documented), environment)
	require.NoError(t, err)
	got, err := Load(devFile, environment)
	require.NoError(t, err)
	require.Equal(t, want.Installation, got.Installation)
	// Trackers that came later follow.
	require.Equal(t, want.Connections, got.Connections[:len(want.Connections)])
	require.Equal(t, want.Routes, got.Routes[:len(want.Routes)])
}

// TestDocumentedFileNamesEveryKey finds a key that was added to the reader and
// not to the file that documents all of them.
func TestDocumentedFileNamesEveryKey(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(devFile)
	require.NoError(t, err)
	for _, key := range []string{
		"installation", "connections", "routes",
		"kind", "url", "web_url", "token", "webhook_token", "webhook_secret", "sweep", "audit", "flavor", "email", "quiet", "priorities", "status",
		"left", "right", "channel", "project", "issue_type", "team", "direction", "filter", "unmapped", "paths", "fields", "custom", "create_fields", "transition_fields",
		"comments", "users", "conflict", "private", "existing", "chain", "create_labels", "replicated_elsewhere", "on_delete", "enabled",
	} {
		require.Regexp(t, `(?m)[ {]?`+key+`:`, string(data))
	}
}

func TestEveryKeyTakesEffect(t *testing.T) {
	t.Parallel()
	f, err := Parse("full.yaml", []byte(`
installation: test
connections:
  desk:
    kind: ravenna
    url: ${BASE}/api/
    web_url: ${BASE}/{key}
    token: ${RAVENNA_TOKEN}
    priorities: {P0: urgent, P9: none}
    status: [{left: Backlog, right: Later, direction: to-right}]
  center:
    kind: jira
    url: https://jira.example.com/base
    flavor: datacenter
    token: ${JIRA_TOKEN}
    webhook_token: ${RAVENNA_WEBHOOK_TOKEN}
    confirm_delete: 0s
    quiet: 90s
    status: &shared [{left: Last, right: Final}]
routes:
  r:
    left: {connection: center, project: OPS}
    right: {connection: desk, channel: Product}
    direction: to-right
    filter:
      types: {any: [Bug, Task]}
      labels: {none: [2024, internal]}
      components: {any: [Web]}
      priorities: {none: [Low]}
      statuses: {none: [Draft]}
    status: [{left: A, right: B}]
    unmapped: ignore
    paths: {"A>B": [C]}
    fields: {labels: to-right, status: "off", assignee: off}
    custom: [{left: customfield_10042, right: customFields.asset, direction: to-left}]
    create_fields: {right: {requestType: Laptop, customFields.level: 3, tags: [a, true], nested: {x: "${BASE}"}}}
    transition_fields: {Done: {resolution: {name: Done}}}
    comments: {direction: "off", visibility: private}
    users: {alice@example.com: alice.smith@example.com}
    conflict: {title: left, customfield_10042: hold}
    private: replicate
    existing: on-update
    chain: true
    replicated_elsewhere: ignore
    on_delete: close
    enabled: false
`), func(name string) (string, bool) {
		if name == "BASE" {
			return "https://x.example.com", true
		}
		return environment(name)
	})
	require.NoError(t, err)

	desk, _ := f.Connection("desk")
	require.Equal(t, "https://x.example.com/api", desk.URL)
	require.Equal(t, map[string]string{"P0": "urgent", "P9": "none"}, desk.Priorities)
	center, _ := f.Connection("center")
	require.Empty(t, center.Email)
	require.Equal(t, "hook-token", center.HookKey)
	require.Equal(t, "https://jira.example.com/base/browse/{key}", center.WebURL)
	require.Zero(t, center.ConfirmDelete)
	require.Equal(t, 90*time.Second, center.Quiet)

	r := f.Routes[0]
	require.Equal(t, reconcile.ToRight, r.Direction)
	require.Equal(t, reconcile.End{Connection: "center", Name: "OPS", ByKey: true}, r.Left)
	require.Equal(t, reconcile.Filter{
		Types:      reconcile.Choice{Any: []string{"Bug", "Task"}},
		Labels:     reconcile.Choice{None: []string{"2024", "internal"}},
		Priorities: reconcile.Choice{None: []string{"Low"}},
		Components: reconcile.Choice{Any: []string{"Web"}},
		Statuses:   reconcile.Choice{None: []string{"Draft"}},
	}, r.Filter)
	require.Equal(t, []reconcile.StatusRule{
		{Left: "A", Right: "B", Direction: reconcile.Both},
		{Left: "Last", Right: "Final", Direction: reconcile.Both},
		{Left: "Backlog", Right: "Later", Direction: reconcile.ToRight},
	}, r.Status, "the route's own rules first, then those of its left and of its right connection")
	require.Equal(t, "ignore", r.Unmapped)
	require.Equal(t, map[string][]string{"A > B": {"C"}}, r.Paths)
	require.Equal(t, reconcile.ToRight, r.Fields[ticket.Labels])
	require.Equal(t, reconcile.Off, r.Fields[ticket.Status])
	require.Equal(t, reconcile.Off, r.Fields[ticket.Assignee])
	require.Equal(t, reconcile.Both, r.Fields[ticket.Title])
	require.Equal(t, []reconcile.CustomRule{{Left: "customfield_10042", Right: "customFields.asset", Direction: reconcile.ToLeft}}, r.Custom)
	require.Equal(t, map[string]any{
		"requestType": "Laptop", "customFields.level": 3.0, "tags": []any{"a", true},
		"nested": map[string]any{"x": "https://x.example.com"},
	}, r.Create.Right)
	require.Equal(t, map[string]map[string]any{"Done": {"resolution": map[string]any{"name": "Done"}}}, r.Transitions)
	require.Equal(t, reconcile.CommentRule{Direction: reconcile.Off, Visibility: "private"}, r.Comments)
	require.Equal(t, map[string]string{"alice@example.com": "alice.smith@example.com"}, r.Users)
	require.Equal(t, reconcile.LeftWins, r.Conflict.For(ticket.Title))
	require.Equal(t, reconcile.HoldConflict, r.Conflict.For("customfield_10042"))
	require.Equal(t, reconcile.NewestWins, r.Conflict.For(ticket.Status))
	require.Equal(t, []string{"replicate", "on-update", "ignore", "close"}, []string{r.Private, r.Existing, r.Elsewhere, r.OnDelete})
	require.True(t, r.Chain)
	require.False(t, *r.Enabled)
}

func TestFileThatIsNotThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "none.yaml")
	_, err := Load(path, environment)
	require.ErrorContains(t, err, path+": read file: ")
	require.ErrorContains(t, err, "name the file with -f")
}

func TestAliasesAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("installation: test\nconnections: {}\nx: {a0: &a0 [1, 2]")
	for i := 1; i < 40; i++ {
		fmt.Fprintf(&b, ", a%d: &a%d [*a%d, *a%d]", i, i, i-1, i-1)
	}
	b.WriteString("}\nroutes: {r: {create_fields: {left: {all: *a39}}}}\n")
	_, err := Parse("bomb.yaml", []byte(b.String()), environment)
	require.ErrorContains(t, err, "the aliases lead in a circle or to too much")
}
