// Package starter holds the operator's commands. They talk to Temporal only:
// what takes a tracker's token is done by workers, asked for by updates.
package starter

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"
)

// dialTimeout is how long a Temporal server gets to answer the first call.
const dialTimeout = 10 * time.Second

// Dial connects to the Temporal service that the environment names:
// TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS and its
// kin, or the profile TEMPORAL_PROFILE of Temporal's own configuration file.
func Dial(ctx context.Context, log *slog.Logger) (client.Client, error) {
	opts, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return nil, BadInput("read Temporal's settings from the environment: %w", err)
	}
	opts.Logger = sdklog.NewStructuredLogger(log)
	address := cmp.Or(opts.HostPort, client.DefaultHostPort)
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	c, err := client.DialContext(ctx, opts)
	if err != nil {
		return nil, fmt.Errorf("connect to Temporal at %s: %w: start it, or set TEMPORAL_ADDRESS to where it listens", address, err)
	}
	return c, nil
}

// Namespace returns the namespace that Dial's client works in.
func Namespace() string {
	opts, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return client.DefaultNamespace
	}
	return cmp.Or(opts.Namespace, client.DefaultNamespace)
}
