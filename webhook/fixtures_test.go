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
