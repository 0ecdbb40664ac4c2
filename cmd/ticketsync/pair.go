package main

import (
	"context"
	"log/slog"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/starter"
)

// pairCommands act on pairs.
func (a *app) pairCommands() []*cobra.Command {
	var field, take string
	resolve := a.acting("resolve <key> --field F --take left|right", "Decide a field that both sides changed",
		func(ctx context.Context, c client.Client, target starter.Target, out starter.Console) error {
			return starter.Resolve(ctx, c, target, field, take, out)
		})
	resolve.Flags().StringVar(&field, "field", "", "the field to decide, as show lists it")
	resolve.Flags().StringVar(&take, "take", "", "the side whose value is taken: left or right")
	return []*cobra.Command{
		a.acting("retry <key>", "Try everything that waits again, now", starter.Retry),
		resolve,
		a.acting("pause <key or route>", "Rest a ticket's pairs, or a route", starter.Pause),
		a.acting("resume <key or route>", "Go on after pause", starter.Resume),
		a.acting("unlink <key>", "End the replication of a pair", starter.Unlink),
		a.linkCommand(),
	}
}

// acting makes a command that acts on the pairs of one ticket.
func (a *app) acting(use, short string, do func(context.Context, client.Client, starter.Target, starter.Console) error) *cobra.Command {
	var target starter.Target
	cmd := &cobra.Command{Use: use, Short: short, GroupID: operation, Args: cobra.ExactArgs(1)}
	cmd.DisableFlagsInUseLine = true
	cmd.Flags().StringVar(&target.Route, "route", "", "only the ticket's pair on this route")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		target.Key = args[0]
		return a.connected(cmd.Context(), slog.LevelError, func(c client.Client, _ *slog.Logger) error {
			return do(cmd.Context(), c, target, starter.Console{Out: a.out, Notes: a.err})
		})
	}
	return cmd
}

func (a *app) linkCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "link <key> <key>",
		Short:   "Link two tickets that exist, or link them again",
		GroupID: operation,
		Args:    cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.connected(cmd.Context(), slog.LevelError, func(c client.Client, _ *slog.Logger) error {
				return starter.Link(cmd.Context(), c, args[0], args[1], starter.Console{Out: a.out, Notes: a.err})
			})
		},
	}
}
