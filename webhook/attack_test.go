package webhook

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// Atlassian's published vector. The other trackers' sums are made like it.
const (
	publishedSecret = "It's a Secret to Everybody"
	publishedBody   = "Hello World!"
	publishedSum    = "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
)

// forms are the trackers' ways to sign, over a delivery of each.
var forms = map[string]struct{ header, method, body string }{
	"jira":    {"X-Hub-Signature", "sha256=", issueBody},
	"linear":  {"Linear-Signature", "", `{"action":"update","type":"Issue","data":{"id":"2174add1-f7c8-44e3-bbf3-2d60b5ea8bc9","updatedAt":"2026-01-02T03:04:05.000Z"},"webhookTimestamp":1760000000000}`},
	"ravenna": {"X-Ravenna-Signature", "", ticketBody},
}

// forged are the ways in which a signature can be wrong, made of a right one.
var forged = map[string]func(sum, method string) string{
	"missing":               func(string, string) string { return "" },
	"malformed":             func(_, method string) string { return method + strings.Repeat("z", 64) },
	"method alone":          func(_, method string) string { return method + "=" },
	"upper case":            func(sum, method string) string { return method + strings.ToUpper(sum) },
	"one letter upper case": func(sum, method string) string { return method + strings.Replace(sum, "a", "A", 1) },
	"method in upper case":  func(sum, _ string) string { return "SHA256=" + sum },
	"an older algorithm":    func(sum, _ string) string { return "sha1=" + sum[:40] },
	"named another":         func(sum, _ string) string { return "sha512=" + sum },
	"truncated":             func(sum, method string) string { return method + sum[:63] },
	"truncated to a byte":   func(sum, method string) string { return method + sum[:2] },
	"longer":                func(sum, method string) string { return method + sum + "00" },
	"last digit differs":    func(sum, method string) string { return method + sum[:63] + string(sum[63]^1) },
	"twice in one":          func(sum, method string) string { return method + sum + "," + method + sum },
	"that of an empty body": func(_, method string) string {
		return method + strings.TrimPrefix(sign(publishedSecret, ""), "sha256=")
	},
	"made with no secret":    func(_, method string) string { return method + strings.TrimPrefix(sign("", publishedBody), "sha256=") },
	"in another's form":      func(sum, method string) string { return map[string]string{"": "v1=", "sha256=": ""}[method] + sum },
	"blanks in between":      func(sum, method string) string { return method + sum[:32] + " " + sum[32:] },
	"the secret for the sum": func(string, string) string { return publishedSecret },
}

// TestForgedSignatures: over real HTTP, for each tracker that signs, only the
// exact signature is genuine; then, and not before, the body is looked at.
func TestForgedSignatures(t *testing.T) {
	t.Parallel()
	require.Equal(t, "sha256="+publishedSum, sign(publishedSecret, publishedBody))
	for kind, form := range forms {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			service, log := &temporal{}, &lines{}
			cfg := newConfig(t, service, log)
			hooks, err := registry.Hooks([]trackers.Connection{{Name: "x", Kind: kind, Flavor: "cloud", Secret: publishedSecret}})
			require.NoError(t, err)
			cfg.Hooks = hooks
			url := serveConfig(t, cfg) + "/webhooks/x"
			for name, forge := range forged {
				header := http.Header{}
				if signature := forge(publishedSum, form.method); signature != "" {
					header[form.header] = []string{signature}
				}
				code, got := post(t, url, header, publishedBody)
				require.Equal(t, http.StatusUnauthorized, code, name)
				require.Equal(t, "unauthorized", got.Reason, name)
			}
			genuine := http.Header{form.header: {form.method + publishedSum}}
			code, got := post(t, url, genuine, publishedBody)
			require.Equal(t, http.StatusBadRequest, code)
			require.Equal(t, "unparseable", got.Reason, "it is genuine, and no delivery")
			code, _ = post(t, url, genuine, form.body)
			require.Equal(t, http.StatusUnauthorized, code, "a right signature of another body")
			require.Empty(t, service.deliveries())
			require.NotContains(t, log.String(), publishedSum)
		})
	}
}

// TestReplayedDeliveries: a delivery that is recorded and sent again is genuine.
// It tells the pair what it told before and nothing else; that the pair then
// writes nothing is workflows.TestReplayedHintsWriteNothing.
func TestReplayedDeliveries(t *testing.T) {
	t.Parallel()
	service := &temporal{}
	url, _ := newReceiver(t, service)
	const times = 5
	for range times {
		code, _ := post(t, url+"/webhooks/jira", signed(issueBody), issueBody)
		require.Equal(t, http.StatusOK, code)
	}
	all := service.deliveries()
	require.NotEmpty(t, all)
	require.Zero(t, len(all)%times)
	for n, d := range all {
		first := all[n%(len(all)/times)]
		first.Hint.At = d.Hint.At // when it came
		require.Equal(t, first, d)
	}
}
