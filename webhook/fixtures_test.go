package webhook

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/ticket"
)

var issueInPath = regexp.MustCompile(`/issue/(\d+)/comment/`)

// issueOf finds the issue of a captured body by its own means. Data Center
// names it only in the comment's address.
func issueOf(t *testing.T, body []byte) string {
	t.Helper()
	var b struct {
		Issue struct {
			ID string `json:"id"`
		} `json:"issue"`
		Comment struct {
			Self string `json:"self"`
		} `json:"comment"`
	}
	require.NoError(t, json.Unmarshal(body, &b))
	if b.Issue.ID != "" {
		return b.Issue.ID
	}
	m := issueInPath.FindStringSubmatch(b.Comment.Self)
	require.NotNil(t, m, "no issue in the file")
	return m[1]
}

// linearIssueOf finds the issue of a captured body by its own means: the object
// itself, or what it belongs to. "" is none.
func linearIssueOf(t *testing.T, body []byte) string {
	t.Helper()
	var b struct {
		Type string `json:"type"`
		Data struct {
			ID      string `json:"id"`
			IssueID string `json:"issueId"`
		} `json:"data"`
	}
	require.NoError(t, json.Unmarshal(body, &b))
	if b.Type == "Issue" {
		return b.Data.ID
	}
	return b.Data.IssueID
}

// linearIgnored are the captured bodies that change nothing on an issue, with
// what the answer says of them.
var linearIgnored = map[string]string{
	"morgs32-linear-hill-charts__linearCommentReaction.json": "a reaction changes nothing that is replicated",
	"triggerdotdev-trigger.dev__IssueLabelCreated.json":      "a label, no ticket",
	"triggerdotdev-trigger.dev__IssueLabelUpdated.json":      "a label, no ticket",
	"zulip-zulip__project_update_status.json":                "type Project changes nothing that is replicated",
}

// TestCapturedLinearDeliveries: Linear stops delivering to whom it gets no 200
// from, so that none may be answered otherwise.
func TestCapturedLinearDeliveries(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(contract.Shared(t, "fixtures", "linear"), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			body, want := string(raw), linearIssueOf(t, raw)
			service := &temporal{running: []string{"pair/linear/" + want + "/helpdesk"}}
			code, got := post(t, serveConfig(t, linearConfig(t, service, &lines{}))+"/webhooks/linear", linearSigned(body), body)
			require.Equal(t, http.StatusOK, code)
			explained, err := Explain(linearFile(t), "linear", raw)
			require.NoError(t, err)
			refs := []string{}
			if want != "" {
				refs = append(refs, want)
			}
			require.Equal(t, refs, explained.Refs)

			if reason, ok := linearIgnored[name]; ok {
				require.Equal(t, ignore(reason), got)
				require.Empty(t, service.deliveries())
				require.Equal(t, reason, explained.Ignored)
				require.Empty(t, explained.Hints)
				return
			}
			require.Equal(t, accepted, got.Status, got.Reason)
			require.NotEmpty(t, service.deliveries())
			for _, d := range service.deliveries() {
				require.Equal(t, ticket.Ref{Connection: "linear", ID: want}, d.Hint.Ref)
			}
			require.Empty(t, explained.Ignored)
			require.Len(t, explained.Hints, 2, "one pair with the help desk and one with Jira")
			for _, hint := range explained.Hints {
				require.Equal(t, want, hint.Ref)
			}
		})
	}
}

// TestCapturedDeliveries posts what real sites sent. None may be answered with
// an error: Jira never repeats what got a 4xx.
func TestCapturedDeliveries(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(contract.Shared(t, "fixtures", "jira"), "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			body, err := os.ReadFile(file)
			require.NoError(t, err)
			want := issueOf(t, body)
			service := &temporal{running: []string{"pair/jira/" + want + "/helpdesk"}}
			cfg := newConfig(t, service, &lines{})
			cfg.MaxBody = 0
			code, got := post(t, serveConfig(t, cfg)+"/webhooks/jira", signed(string(body)), string(body))
			require.Equal(t, http.StatusOK, code)
			require.Equal(t, accepted, got.Status, got.Reason)
			for _, d := range service.deliveries() {
				require.Equal(t, want, d.Hint.Ref.ID)
			}
			require.NotEmpty(t, service.deliveries())

			explained, err := Explain(devFile(t), "jira", body)
			require.NoError(t, err)
			require.Equal(t, []string{want}, explained.Refs)
			require.Len(t, explained.Hints, 1, "one pair")
			require.Equal(t, want, explained.Hints[0].Ref)
		})
	}
}
