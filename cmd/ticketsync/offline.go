package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/starter"
)

func (a *app) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain <connection> [file]",
		Short: "Say what the receiver would do with a webhook's body",
		Long: `Reads the body of a webhook from a file, or from standard input, and prints as
JSON which tickets it speaks of and which pairs would be told. Works offline,
with the routes of the configuration file; no signature is checked.`,
		GroupID: settings,
		Args:    cobra.RangeArgs(1, 2),
	}
	load := a.file(cmd, config.NeedNothing)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		file, err := load()
		if err != nil {
			return err
		}
		body := a.in
		if len(args) == 2 && args[1] != "-" {
			f, err := os.Open(args[1])
			if err != nil {
				return starter.BadInput("read body: %w", err)
			}
			defer f.Close() //nolint:errcheck // only read
			body = io.Reader(f)
		}
		return starter.Explain(file, args[0], body, a.out)
	}
	return cmd
}

func (a *app) reasonsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "reasons",
		Short:   "Print every reason code with its meaning and remedy",
		GroupID: operation,
		Args:    cobra.NoArgs,
	}
	console := a.output(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		out, err := console()
		if err != nil {
			return err
		}
		starter.Reasons(out)
		return nil
	}
	return cmd
}
