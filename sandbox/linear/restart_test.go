package linear_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/linear"
)

func TestStateSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kept := func(o *linear.Options) { o.DataDir = dir }
	before := open(t, kept)
	before.populate()
	before.update("PRO-3", object{"teamId": before.team("PLT")})
	before.do(`mutation { issueDelete(id: "PRO-2") { success } }`, nil)
	before.steer("PUT", "permission", object{"team": "PLT", "user": "bot", "browse": false})
	const query = `query { issues(includeArchived: true, first: 5) { nodes { ` + issueParts + ` syncedWith { service } comments { nodes { body parent { body } } }
		attachments { nodes { url metadata } } history { nodes { toTitle toState { name } removedLabels { name } } } } } webhooks { nodes { url secret } } }`
	want := before.do(query, nil)

	// No Close: what was answered must be on disk already.
	after := open(t, kept)
	require.Equal(t, want, after.do(query, nil))
	require.Equal(t, "PLT-1", after.read("PRO-3")["identifier"])
	require.Equal(t, "PRO-4", after.issue("next", nil)["identifier"], "counters go on")
	require.NotEmpty(t, after.as("bot").send(readIssue, object{"id": "PLT-1"}).Errors)
	in := object{"teamId": after.team("PRO"), "title": "x", "id": want["issues"].(object)["nodes"].([]any)[0].(object)["id"]}
	require.Equal(t, "conflict on insert of Issue", after.refused(400, "invalid input", "INPUT_ERROR", createIssue, object{"in": in})["message"])
}

// TestACrashBetweenTwoLinesOfTheJournal leaves an issue that is stored and an
// id that is not yet known as spent.
func TestACrashBetweenTwoLinesOfTheJournal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kept := func(o *linear.Options) { o.DataDir = dir }
	open(t, kept).issue("one", object{"id": own})
	path := filepath.Join(dir, "sandbox-linear.jsonl")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	lines := bytes.SplitAfter(raw, []byte("\n"))
	last := len(lines) - 2
	for !bytes.Contains(lines[last], []byte(`"spent"`)) {
		last--
	}
	require.NoError(t, os.WriteFile(path, bytes.Join(lines[:last], nil), 0o600))

	after := open(t, kept)
	require.Equal(t, "one", after.read("PRO-1")["title"])
	in := object{"teamId": after.team("PRO"), "title": "x", "id": own}
	require.Equal(t, "conflict on insert of Issue", after.refused(400, "invalid input", "INPUT_ERROR", createIssue, object{"in": in})["message"])
}

func TestABadSchemaIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	_, err := linear.New(linear.Options{Schema: filepath.Join(t.TempDir(), "none.graphql")})
	require.ErrorContains(t, err, "read schema")
	bad := filepath.Join(t.TempDir(), "bad.graphql")
	require.NoError(t, os.WriteFile(bad, []byte("type Query {"), 0o600))
	_, err = linear.New(linear.Options{Schema: bad})
	require.ErrorContains(t, err, "read schema")
}
