// Package activities holds what workflows do to the outside world: one effect
// an activity, one activity a file. It is the only place that turns tracker
// errors into Temporal errors.
package activities

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/trackers"
)

// Activities is registered with the worker; its methods are the activities.
type Activities struct {
	connections map[string]Connection
	routes      Routes
	temporal    client.Client
	log         *slog.Logger
}

// Connection is a tracker as this process reaches it.
type Connection struct {
	trackers.Connection
	Tracker trackers.Tracker
}

// Routes tells the settings of every route; routing.Registry does.
type Routes interface {
	Rules(ctx context.Context) ([]reconcile.Rules, error)
	Forget()
}

// New returns the activities of one worker process. The client may be nil
// where nothing signals other workflows, as in tests of single activities.
func New(connections []Connection, routes Routes, c client.Client, log *slog.Logger) *Activities {
	a := &Activities{connections: map[string]Connection{}, routes: routes, temporal: c, log: log}
	for _, conn := range connections {
		a.connections[conn.Name] = conn
	}
	return a
}

// use returns a connection as the capability T, which not every tracker has.
func use[T any](a *Activities, connection, op string) (T, Connection, error) {
	var none T
	c, ok := a.connections[connection]
	if !ok {
		return none, c, fail(&trackers.Error{Kind: trackers.Invalid, Op: op,
			Message: fmt.Sprintf("this worker has no connection %q: add it to the worker's configuration file and restart it", connection)})
	}
	t, ok := c.Tracker.(T)
	if !ok {
		return none, c, fail(&trackers.Error{Kind: trackers.Invalid, Op: op, Err: errors.ErrUnsupported,
			Message: fmt.Sprintf("%s cannot %s", c.Kind, op)})
	}
	return t, c, nil
}

// firstAttempt reports whether nothing was tried before under this schedule.
func firstAttempt(ctx context.Context) bool {
	return !activity.IsActivity(ctx) || activity.GetInfo(ctx).Attempt <= 1
}

// queued is how long the schedule waited for a worker.
func queued(ctx context.Context) time.Duration {
	if !activity.IsActivity(ctx) {
		return 0
	}
	info := activity.GetInfo(ctx)
	return info.StartedTime.Sub(info.ScheduledTime)
}

// late is how long after a create call started its ticket may still appear.
const late = time.Minute
