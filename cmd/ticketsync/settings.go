package main

import (
	"log/slog"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/starter"
)

// settingsCommands bring a file into force and look at what it names.
func (a *app) settingsCommands() []*cobra.Command {
	return []*cobra.Command{a.applyCommand(), a.checkCommand()}
}

func (a *app) applyCommand() *cobra.Command {
	var o starter.ApplyOptions
	cmd := &cobra.Command{
		Use:   "apply",
		Short: "Bring the routes of the configuration file into force",
		Long: `Validates every route against the live trackers, through a worker, and prints
each status of both sides with what it becomes on the other. Changes nothing
unless all is valid. A route that is in force but not in the file stays.`,
		GroupID: settings,
		Args:    cobra.NoArgs,
	}
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "print what differs and change nothing")
	cmd.Flags().BoolVar(&o.Strict, "strict", false, "treat warnings, such as a status without a target, as errors")
	// The worker calls the trackers, so the tokens need not be here.
	load := a.file(cmd, config.NeedNoSecrets)
	console := a.output(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		out, err := console()
		if err != nil {
			return err
		}
		file, err := load()
		if err != nil {
			return err
		}
		return a.connected(cmd.Context(), slog.LevelError, func(c client.Client, log *slog.Logger) error {
			o.JSON, o.Out, o.Notes, o.Log = out.JSON, out.Out, out.Notes, log
			return starter.Apply(cmd.Context(), c, file, o)
		})
	}
	return cmd
}

func (a *app) checkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Ask every tracker whether its connection can do its work",
		Long: `Asks every tracker from here: who we are, whether the token is valid, each
missing permission, how far the clocks are apart; and for each route whether its
containers can be read. Needs the tokens in the environment, and no Temporal.`,
		GroupID: settings,
		Args:    cobra.NoArgs,
	}
	load := a.file(cmd, config.NeedAll)
	console := a.output(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		out, err := console()
		if err != nil {
			return err
		}
		log, err := a.log(slog.LevelError)
		if err != nil {
			return err
		}
		file, err := load()
		if err != nil {
			return err
		}
		return starter.Check(cmd.Context(), file, log, out)
	}
	return cmd
}
