// Package registry knows every tracker that a connection can be of. It is the
// only package that imports the adapters.
package registry

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/flashduty"
	"github.com/ticketsync/ticketsync/trackers/jira"
	"github.com/ticketsync/ticketsync/trackers/linear"
	"github.com/ticketsync/ticketsync/trackers/ravenna"
)

// callTimeout covers one call to a tracker with its whole answer. It is well
// below an activity's own timeout, so that a call is never cut short from there.
const callTimeout = 30 * time.Second

// kind is what a process needs of one kind of tracker.
type kind struct {
	trackers.Settings
	open func(trackers.Connection, trackers.Options) (trackers.Tracker, error)
	hook func(trackers.Connection) (trackers.Hook, error)
}

// kinds has one line for each tracker.
var kinds = []kind{
	announcer(flashduty.Settings, flashduty.New),
	register(jira.Settings, jira.New, jira.NewHook),
	register(linear.Settings, linear.New, linear.NewHook),
	register(ravenna.Settings, ravenna.New, ravenna.NewHook),
}

// register takes constructors as the adapters have them, which return their
// own types. An error never comes with a typed nil in an interface.
func register[T trackers.Tracker, H trackers.Hook](
	settings trackers.Settings,
	open func(trackers.Connection, trackers.Options) (T, error), hook func(trackers.Connection) (H, error),
) kind {
	return kind{
		Settings: settings,
		open: func(c trackers.Connection, o trackers.Options) (trackers.Tracker, error) {
			t, err := open(c, o)
			if err != nil {
				return nil, err
			}
			return t, nil
		},
		hook: func(c trackers.Connection) (trackers.Hook, error) {
			h, err := hook(c)
			if err != nil {
				return nil, err
			}
			return h, nil
		},
	}
}

// announcer registers a tracker that is only told of changes: it has no
// webhooks.
func announcer[T trackers.Tracker](settings trackers.Settings, open func(trackers.Connection, trackers.Options) (T, error)) kind {
	return register(settings, open, func(c trackers.Connection) (trackers.Hook, error) {
		return nil, fmt.Errorf("open webhook of connection %s: %s sends none", c.Name, settings.Kind)
	})
}

// Kinds lists the kinds of tracker.
func Kinds() []string {
	out := make([]string, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, k.Kind)
	}
	return out
}

// Settings returns what the configuration file may say about one kind of
// tracker; ok is false for a kind that there is not.
func Settings(name string) (s trackers.Settings, ok bool) {
	k, ok := find(name)
	return k.Settings, ok
}

// Open returns the client of a connection, behind a gate of its own: call it
// once per connection and process, because quotas are counted there.
func Open(c trackers.Connection, log *slog.Logger) (trackers.Tracker, error) {
	k, ok := find(c.Kind)
	if !ok {
		return nil, unknown(c)
	}
	log = log.With("connection", c.Name)
	gate := trackers.NewGate(log)
	return k.open(c, trackers.Options{
		HTTP: trackers.NewHTTPClient(gate, callTimeout),
		Gate: gate,
		Log:  log,
		Now:  time.Now,
	})
}

// Hook returns what verifies and reads the webhooks of a connection. It needs
// no API token.
func Hook(c trackers.Connection) (trackers.Hook, error) {
	k, ok := find(c.Kind)
	if !ok {
		return nil, unknown(c)
	}
	return k.hook(c)
}

// Hooks returns the hook of every connection that has webhooks, by name. One without
// any webhook secret has none: it lives from its sweeps, and its deliveries are
// refused like those of a connection that does not exist.
func Hooks(connections []trackers.Connection) (map[string]trackers.Hook, error) {
	hooks := map[string]trackers.Hook{}
	for _, c := range connections {
		if k, ok := find(c.Kind); ok && k.Announces || c.HookKey == "" && c.Secret == "" {
			continue
		}
		h, err := Hook(c)
		if err != nil {
			return nil, err
		}
		hooks[c.Name] = h
	}
	return hooks, nil
}

func find(name string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.Kind == name })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

func unknown(c trackers.Connection) error {
	return fmt.Errorf("open connection %s: unknown kind %q: want %s", c.Name, c.Kind, strings.Join(Kinds(), " or "))
}
