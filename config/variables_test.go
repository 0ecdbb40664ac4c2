package config

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVariablesNeverBreakTheYAML(t *testing.T) {
	t.Parallel()
	for _, value := range []string{`"`, "a: b\n- c", "${JIRA_TOKEN}", "#", "*x", "{", "'\\", "$${"} {
		f, err := Parse("f.yaml", []byte(`
installation: test
connections:
  jira: {kind: jira, url: "https://example.com", email: a@example.com, token: "${JIRA_TOKEN}", webhook_secret: "x${ODD}y$${z}"}
`), func(name string) (string, bool) {
			if name == "ODD" {
				return value, true
			}
			return environment(name)
		})
		require.NoError(t, err, value)
		require.Equal(t, "x"+value+"y${z}", f.Connections[0].Secret)
	}
}

func TestLoadOfflineNeedsNoVariables(t *testing.T) {
	t.Parallel()
	f, err := LoadOffline(devFile, nothingSet)
	require.NoError(t, err)
	require.Len(t, f.Routes, 4)
	require.Equal(t, "IT Support", f.Routes[0].Left.Name)
	for _, c := range f.Connections {
		require.Empty(t, c.Token+c.Secret+c.HookKey, "a secret nobody set")
	}
	_, err = Load(devFile, nothingSet)
	for _, name := range []string{"RAVENNA_TOKEN", "RAVENNA_WEBHOOK_TOKEN", "JIRA_TOKEN", "JIRA_WEBHOOK_SECRET", "LINEAR_TOKEN", "LINEAR_WEBHOOK_SECRET", "FLASHDUTY_KEY"} {
		require.ErrorContains(t, err, "variable "+name+" is not set")
	}

	path := filepath.Join(t.TempDir(), "f.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`
installation: ${NAME}
connections:
  desk: {kind: ravenna, url: "${URL}", web_url: "${URL}/{key}", token: "${T}", sweep: "${SWEEP}"}
  jira: {kind: jira, url: "${URL}", email: "${MAIL}", flavor: "${FLAVOR}", token: "${T}"}
routes:
  r:
    left: {connection: desk, channel: "${CHANNEL}"}
    right: {connection: jira, project: ENG, issue_type: "${TYPE}"}
    chain: ${CHAIN}
    directon: both
`), 0o600))
	_, err = LoadOffline(path, nothingSet)
	require.EqualError(t, err, path+`:11:5: unknown key "directon" in route r: did you mean "direction"?`,
		"other mistakes are reported all the same")
}

// TestNeeds: each process starts with exactly the variables it needs.
func TestNeeds(t *testing.T) {
	t.Parallel()
	all := []string{"RAVENNA_TOKEN", "RAVENNA_WEBHOOK_TOKEN", "JIRA_TOKEN", "JIRA_WEBHOOK_SECRET"}
	for need, demanded := range map[Need][]string{
		NeedAll:       all,
		NeedWebhooks:  {"RAVENNA_WEBHOOK_TOKEN", "JIRA_WEBHOOK_SECRET"},
		NeedNoSecrets: {},
		NeedNothing:   {},
	} {
		for _, missing := range all {
			for kind, getenv := range map[string]Getenv{
				"unset": func(name string) (string, bool) {
					value, set := environment(name)
					return value, set && name != missing
				},
				"empty": func(name string) (string, bool) {
					if name == missing {
						return "", true
					}
					return environment(name)
				},
			} {
				_, err := LoadFor(devFile, getenv, need)
				if slices.Contains(demanded, missing) {
					require.ErrorContains(t, err, missing, "%d %s", need, kind)
				} else {
					require.NoError(t, err, "%d %s %s", need, kind, missing)
				}
			}
		}
	}

	// Everything else is needed by whoever acts on it.
	path := filepath.Join(t.TempDir(), "f.yaml")
	require.NoError(t, os.WriteFile(path, []byte(`
installation: ${NAME}
connections:
  jira: {kind: jira, url: "https://example.com", email: a@example.com, token: "${T}"}
`), 0o600))
	_, err := LoadFor(path, nothingSet, NeedNoSecrets)
	require.EqualError(t, err, path+":2:15: installation of the file: variable NAME is not set: set it in the environment")
	_, err = LoadFor(path, nothingSet, NeedNothing)
	require.NoError(t, err)
}
