package main

import (
	"log/slog"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/starter"
)

// listCommands show how things stand.
func (a *app) listCommands() []*cobra.Command {
	return []*cobra.Command{a.routesCommand(), a.pairsCommand(), a.showCommand()}
}

// listing makes a command of one that prints to a console.
func (a *app) listing(cmd *cobra.Command, do func(cmd *cobra.Command, args []string, c client.Client, out starter.Console) error) *cobra.Command {
	console := a.output(cmd)
	cmd.GroupID = operation
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		out, err := console()
		if err != nil {
			return err
		}
		return a.connected(cmd.Context(), slog.LevelError, func(c client.Client, _ *slog.Logger) error {
			return do(cmd, args, c, out)
		})
	}
	return cmd
}

func (a *app) routesCommand() *cobra.Command {
	return a.listing(&cobra.Command{
		Use:   "routes",
		Short: "List the routes that were applied",
		Args:  cobra.NoArgs,
	}, func(cmd *cobra.Command, _ []string, c client.Client, out starter.Console) error {
		return starter.Routes(cmd.Context(), c, out)
	})
}

func (a *app) pairsCommand() *cobra.Command {
	var o starter.PairsOptions
	cmd := a.listing(&cobra.Command{
		Use:   "pairs",
		Short: "List the pairs of tickets",
		Args:  cobra.NoArgs,
	}, func(cmd *cobra.Command, _ []string, c client.Client, out starter.Console) error {
		return starter.Pairs(cmd.Context(), c, o, out)
	})
	cmd.Flags().StringVar(&o.Route, "route", "", "only pairs on this route")
	cmd.Flags().StringVar(&o.State, "state", "", "only pairs in this state: syncing, linked, paused, attention or unlinked")
	return cmd
}

func (a *app) showCommand() *cobra.Command {
	return a.listing(&cobra.Command{
		Use:   "show <key>",
		Short: "Show a ticket's pairs, or why it has none",
		Args:  cobra.ExactArgs(1),
	}, func(cmd *cobra.Command, args []string, c client.Client, out starter.Console) error {
		return starter.Show(cmd.Context(), c, args[0], out)
	})
}
