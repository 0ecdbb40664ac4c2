package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/sandbox/flashduty"
	"github.com/ticketsync/ticketsync/sandbox/jira"
	"github.com/ticketsync/ticketsync/sandbox/linear"
	"github.com/ticketsync/ticketsync/sandbox/ravenna"
	"github.com/ticketsync/ticketsync/starter"
)

// result is what one run of the program left behind.
type result struct {
	code     int
	out, err string
}

func ticketsync(t *testing.T, in string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), args, stdio{strings.NewReader(in), &out, &errs})
	return result{code, out.String(), errs.String()}
}

const documented = "../../dev/ticketsync.yaml"

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("anything"), 1},
		{starter.ErrNoWorker, 1},
		{&starter.RefusedError{Mistakes: []string{"x"}}, 1},
		{fmt.Errorf("wrapped: %w", starter.BadInput("x")), 2},
		{config.Problems{{Text: "x"}}, 2},
		{fmt.Errorf("wrapped: %w", starter.NotFound("x")), 3},
	} {
		require.Equal(t, c.want, exitCode(c.err), "%v", c.err)
	}
}

// TestBadInput: whatever is wrong on the command line ends with 2, says so on
// standard error only, and calls nobody.
func TestBadInput(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("installation: A b\nconections: {}\n"), 0o600))
	for _, args := range [][]string{
		{"nosuch"},
		{"show"},
		{"show", "ENG-1", "ENG-2"},
		{"show", "--nosuch", "ENG-1"},
		{"link", "ENG-1"},
		{"explain"},
		{"explain", "jira", "a", "b"},
		{"routes", "-o", "yaml"},
		{"pairs", "-o", ""},
		{"routes", "-f", "x"},
		{"apply", "-f", broken},
		{"apply", "-f", "nosuch.yaml"},
		{"apply", "extra", "-f", documented},
		{"check", "-f", broken},
		{"worker", "-f", broken},
		{"webhook", "-f", broken},
		{"webhook", "--max-body", "much"},
		{"explain", "jira", "nosuch.json", "-f", documented},
		{"pairs", "--log-level", "loud"},
		{"pairs", "--log-format", "xml"},
	} {
		got := ticketsync(t, "", args...)
		require.Equal(t, badInput, got.code, "%v: %s", args, got.err)
		require.Empty(t, got.out, "%v", args)
		require.True(t, strings.HasPrefix(got.err, "ticketsync: "), "%v: %s", args, got.err)
	}
	got := ticketsync(t, "", "apply", "-f", broken)
	require.Contains(t, got.err, broken+":1:", "every mistake with its line")
	require.Contains(t, got.err, broken+":2:")
}

// TestFlags are the ones that scripts, containers and the documentation use.
func TestFlags(t *testing.T) {
	t.Parallel()
	reads := map[string]bool{"apply": true, "check": true, "explain": true, "worker": true, "webhook": true}
	lists := map[string]bool{"apply": true, "check": true, "routes": true, "pairs": true, "show": true, "reasons": true}
	seen := map[string]bool{}
	for _, cmd := range newRoot(stdio{}).Commands() {
		name := cmd.Name()
		seen[name] = true
		f := cmd.Flags().ShorthandLookup("f")
		require.Equal(t, reads[name], f != nil, name)
		if f != nil {
			require.Equal(t, "./ticketsync.yaml", f.DefValue)
		}
		require.Equal(t, lists[name], cmd.Flags().ShorthandLookup("o") != nil, name)
		require.NotEmpty(t, cmd.Short, name)
		switch name {
		case "webhook":
			require.Equal(t, ":8080", cmd.Flags().Lookup("listen").DefValue)
			require.Equal(t, "25MiB", cmd.Flags().Lookup("max-body").DefValue)
		case "apply":
			require.NotNil(t, cmd.Flags().Lookup("dry-run"))
			require.NotNil(t, cmd.Flags().Lookup("strict"))
		}
	}
	for _, name := range []string{
		"apply", "check", "routes", "pairs", "show", "explain", "retry", "resolve", "pause", "resume",
		"unlink", "link", "worker", "webhook", "version", "reasons",
	} {
		require.True(t, seen[name], name)
	}
}

func TestHelpAndVersion(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"--help"}, {"help"}, {"show", "--help"}} {
		got := ticketsync(t, "", args...)
		require.Equal(t, fine, got.code, "%v", args)
		require.Contains(t, got.out, "Usage:")
	}
	got := ticketsync(t, "", "version")
	require.Equal(t, fine, got.code)
	require.True(t, strings.HasPrefix(got.out, "ticketsync "), got.out)
}

func TestReasons(t *testing.T) {
	t.Parallel()
	require.Contains(t, ticketsync(t, "", "reasons").out, "status-unmapped (attention)\n  The status has no entry")
	var list []map[string]any
	require.NoError(t, json.Unmarshal([]byte(ticketsync(t, "", "reasons", "-o", "json").out), &list))
	require.Equal(t, "access-lost", list[0]["reason"])
}

// TestNothingListens: the error names the variable to set.
func TestNothingListens(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	got := ticketsync(t, "", "routes")
	require.Equal(t, failed, got.code)
	require.Contains(t, got.err, "connect to Temporal at 127.0.0.1:1")
	require.Contains(t, got.err, "TEMPORAL_ADDRESS")
	require.Equal(t, 1, strings.Count(got.err, "\n"), got.err)
}

func TestExplain(t *testing.T) {
	t.Parallel()
	body := `{"type":"ticket.updated","data":{"id":"c0000000000000000000000001","ticketId":"c0000000000000000000000001"}}`
	want := `{"refs":["c0000000000000000000000001"],"hints":[{"ref":"c0000000000000000000000001","kind":"ticket",` +
		`"route":"it-to-eng","workflow_id":"pair/helpdesk/c0000000000000000000000001/jira"},` +
		`{"ref":"c0000000000000000000000001","kind":"ticket",` +
		`"route":"product-to-linear","workflow_id":"pair/helpdesk/c0000000000000000000000001/linear"}],"ignored":""}`
	got := ticketsync(t, body, "explain", "helpdesk", "-f", documented)
	require.Equal(t, fine, got.code, got.err)
	require.JSONEq(t, want, got.out)
	require.Empty(t, got.err)

	path := filepath.Join(t.TempDir(), "body.json")
	require.NoError(t, os.WriteFile(path, []byte(body), 0o600))
	require.Equal(t, got, ticketsync(t, "", "explain", "helpdesk", path, "-f", documented))
	require.Equal(t, got, ticketsync(t, body, "explain", "helpdesk", "-", "-f", documented))

	unknown := ticketsync(t, body, "explain", "nosuch", "-f", documented)
	require.Equal(t, notFound, unknown.code)
	require.Contains(t, unknown.err, `"helpdesk" "jira" "linear"`)
	require.Equal(t, badInput, ticketsync(t, "", "explain", "jira", "-f", documented).code, "an empty body")
	require.Equal(t, badInput, ticketsync(t, "{", "explain", "jira", "-f", documented).code)
}

// trackersAt writes the documented configuration for live sandboxes.
func trackersAt(t *testing.T, change *strings.Replacer) string {
	t.Helper()
	rav, err := ravenna.New(ravenna.Options{})
	require.NoError(t, err)
	jir, err := jira.New(jira.Options{})
	require.NoError(t, err)
	lin, err := linear.New(linear.Options{})
	require.NoError(t, err)
	fla, err := flashduty.New(flashduty.Options{})
	require.NoError(t, err)
	text, err := os.ReadFile(documented)
	require.NoError(t, err)
	for port, handler := range map[string]http.Handler{"9101": rav, "9102": jir, "9103": lin, "9104": fla} {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		text = bytes.ReplaceAll(text, []byte("http://127.0.0.1:"+port), []byte(server.URL))
	}
	path := filepath.Join(t.TempDir(), "ticketsync.yaml")
	require.NoError(t, os.WriteFile(path, []byte(change.Replace(string(text))), 0o600))
	return path
}

func setSecrets(t *testing.T, jiraToken string) {
	t.Helper()
	for name, value := range map[string]string{
		"RAVENNA_TOKEN": "rav_bot", "RAVENNA_WEBHOOK_TOKEN": "sandbox-secret", "JIRA_TOKEN": jiraToken, "JIRA_WEBHOOK_SECRET": "sandbox-secret",
		"FLASHDUTY_KEY": "sandbox", "LINEAR_TOKEN": "lin_api_bot", "LINEAR_WEBHOOK_SECRET": "sandbox-secret",
	} {
		t.Setenv(name, value)
	}
}

func TestCheck(t *testing.T) {
	setSecrets(t, "sandbox")
	path := trackersAt(t, strings.NewReplacer())
	got := ticketsync(t, "", "check", "-f", path, "-o", "json")
	require.Equal(t, fine, got.code, got.err+got.out)
	var report starter.CheckReport
	require.NoError(t, json.Unmarshal([]byte(got.out), &report))
	require.Len(t, report.Connections, 4)
	for _, c := range report.Connections {
		want := "valid"
		if c.Kind == "flashduty" {
			want = "unknown" // it cannot be tried without pushing
		}
		require.Equal(t, want, c.Token, c.Connection)
		require.Empty(t, c.Problems, c.Connection)
		require.InDelta(t, 0, c.Skew, 2)
	}
	require.Equal(t, "bot@example.com", report.Connections[1].Email)
	require.True(t, report.Routes[0].Left.Readable)
	require.True(t, report.Routes[0].Right.Readable)
	require.Equal(t, "IT", report.Routes[0].Left.Key)
}

func TestCheckFindsProblems(t *testing.T) {
	setSecrets(t, "wrong")
	path := trackersAt(t, strings.NewReplacer("channel: IT Support", "channel: Nowhere"))
	got := ticketsync(t, "", "check", "-f", path)
	require.Equal(t, failed, got.code)
	require.Regexp(t, `jira +jira +refused`, got.out)
	require.Regexp(t, `problem: jira: .*auth.*401.*Put a valid token`, got.out)
	require.Regexp(t, `problem: route it-to-eng: helpdesk Nowhere: .*not-found`, got.out)
	require.NotContains(t, got.out+got.err, "wrong", "no secret is printed")

	got = ticketsync(t, "", "check", "-f", path, "-o", "json")
	require.Equal(t, failed, got.code)
	var report starter.CheckReport
	require.NoError(t, json.Unmarshal([]byte(got.out), &report))
	require.Equal(t, "refused", report.Connections[1].Token)
	require.False(t, report.Routes[0].Left.Readable)
}

func TestByteSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1": 1, "1048576": 1 << 20, "512KiB": 512 << 10, "25MiB": 25 << 20, "2 MiB": 2 << 20} {
		var b byteSize
		require.NoError(t, b.Set(text), text)
		require.Equal(t, want, int64(b), text)
		var again byteSize
		require.NoError(t, again.Set(b.String()))
		require.Equal(t, b, again)
	}
	for _, text := range []string{"", "0", "-1", "x", "1.5MiB", "MiB", "25MB", "99999999999999999999", "1025MiB"} {
		require.Error(t, new(byteSize).Set(text), text)
	}
}

// TestInterrupted: a command that waits ends when it is told to.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, errs bytes.Buffer
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	require.Equal(t, failed, run(ctx, []string{"routes"}, stdio{strings.NewReader(""), &out, &errs}))
}
