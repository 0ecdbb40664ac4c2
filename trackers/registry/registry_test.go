package registry

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
)

func connection(kind string) trackers.Connection {
	return trackers.Connection{
		Name: "test", Installation: "test", Kind: kind,
		URL: "http://127.0.0.1:1/api", WebURL: "http://127.0.0.1:1/{key}",
		Flavor: "cloud", Email: "bot@example.com", Token: "api-secret", HookKey: "path-secret", Secret: "sign-secret",
	}
}

// TestSettings: what the file's reader relies on for every kind.
func TestSettings(t *testing.T) {
	t.Parallel()
	require.IsIncreasing(t, Kinds(), "each once, and listed to people in this order")
	for _, kind := range Kinds() {
		s, ok := Settings(kind)
		require.True(t, ok)
		require.Equal(t, kind, s.Kind)
		require.NotEqual(t, s.Announces, s.Container != "", "only what announces has no containers")
		require.Equal(t, s.Announces, s.Presets != nil)
		require.True(t, s.Presets == nil || s.Presets[s.Preset] != nil)
		require.Subset(t, s.Flavors, s.WithEmail)
	}
	_, ok := Settings("zendesk")
	require.False(t, ok)
}

func TestOpenEveryKind(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			tracker, err := Open(connection(kind), slog.New(slog.DiscardHandler))
			require.NoError(t, err)
			require.Equal(t, kind, tracker.Kind())
			hook, err := Hook(connection(kind))
			if s, _ := Settings(kind); s.Announces {
				require.ErrorContains(t, err, "sends none")
				return
			}
			require.NoError(t, err)
			require.False(t, hook.Verify(nil, "other", []byte(`{}`)))
			require.True(t, hook.Verify(nil, "path-secret", []byte(`{}`)))
		})
	}
}

// TestEmptySecretsAreErrors: an empty secret would let everybody in.
func TestEmptySecretsAreErrors(t *testing.T) {
	t.Parallel()
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := connection(kind)
			c.Token, c.HookKey, c.Secret = "", "", ""
			tracker, err := Open(c, slog.New(slog.DiscardHandler))
			require.ErrorContains(t, err, "open connection test: ")
			require.Nil(t, tracker)
			hook, err := Hook(c)
			require.ErrorContains(t, err, "open webhook of connection test: ")
			require.Nil(t, hook)
		})
	}
}

func TestHooksLeavesOutConnectionsWithoutSecret(t *testing.T) {
	t.Parallel()
	silent := connection("jira")
	silent.Name, silent.HookKey, silent.Secret = "silent", "", ""
	changes := connection("flashduty")
	changes.Name = "changes"
	hooks, err := Hooks([]trackers.Connection{connection("ravenna"), silent, changes})
	require.NoError(t, err)
	require.Len(t, hooks, 1)
	require.Contains(t, hooks, "test")

	_, err = Hooks([]trackers.Connection{connection("zendesk")})
	require.EqualError(t, err, `open connection test: unknown kind "zendesk": want flashduty or jira or linear or ravenna`)
}

func TestUnknownKind(t *testing.T) {
	t.Parallel()
	_, err := Open(connection("zendesk"), slog.New(slog.DiscardHandler))
	require.EqualError(t, err, `open connection test: unknown kind "zendesk": want flashduty or jira or linear or ravenna`)
	_, err = Hook(connection("zendesk"))
	require.EqualError(t, err, `open connection test: unknown kind "zendesk": want flashduty or jira or linear or ravenna`)
}
