package starter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/routing"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
	"github.com/ticketsync/ticketsync/webhook"
)

// routesAge is how long the receiver uses routes before it reads them again.
const routesAge = 3 * time.Second

// errNoRoutes keeps a receiver from looking ready before anything is applied.
var errNoRoutes = errors.New("no route is in force: run ticketsync apply")

// ReceiveOptions say how to receive.
type ReceiveOptions struct {
	// Listener takes the deliveries; Receive closes it.
	Listener net.Listener
	// MaxBody is the size in bytes of the largest delivery; 0 is
	// webhook.DefaultMaxBody.
	MaxBody int64
	Log     *slog.Logger
}

// Receive takes the trackers' webhooks and tells pairs, until ctx ends. It
// holds webhook secrets only, no tracker's token.
func Receive(ctx context.Context, c client.Client, file *config.File, o ReceiveOptions) error {
	var connections []trackers.Connection
	for _, conn := range file.Connections {
		connections = append(connections, conn.Connection)
	}
	hooks, err := registry.Hooks(connections)
	if err != nil {
		_ = o.Listener.Close()
		return &BadInputError{err}
	}
	for _, conn := range connections {
		if _, ok := hooks[conn.Name]; !ok {
			o.Log.WarnContext(ctx, "connection has no webhook secret: its webhooks are refused, only sweeps find changes", "connection", conn.Name)
		}
	}
	routes := routing.NewRegistry(c, o.Log, routesAge)
	return webhook.Run(ctx, webhook.Config{
		Hooks:  hooks,
		Routes: routes.Rules,
		Send: func(ctx context.Context, d addressing.Delivery) (bool, error) {
			return routing.Send(ctx, c, d)
		},
		Ready: func(ctx context.Context) error {
			if _, err := c.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
				return fmt.Errorf("reach Temporal: %w", err)
			}
			rules, err := routes.Rules(ctx)
			if err == nil && len(rules) == 0 {
				err = errNoRoutes
			}
			return err
		},
		MaxBody: o.MaxBody,
		Log:     o.Log,
	}, o.Listener)
}
