package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/starter"
)

// app is what all commands share: the global flags and where to write.
type app struct {
	stdio
	logLevel  string
	logFormat string
}

func newRoot(io stdio) *cobra.Command {
	a := &app{stdio: io}
	root := &cobra.Command{
		Use:   "ticketsync",
		Short: "Keeps tickets alike in several trackers",
		Long: `Keeps tickets alike in several trackers. Every linked pair of tickets is one
Temporal workflow; the environment says where Temporal is (TEMPORAL_ADDRESS,
TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS, TEMPORAL_PROFILE).

Exit codes: 0 fine, 1 failed, 2 bad input, 3 not found.`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(io.in)
	root.SetOut(io.out)
	root.SetErr(io.err)
	root.PersistentFlags().StringVar(&a.logLevel, "log-level", "", "least severe level to log: debug, info, warn, error (default info for worker and webhook, else error)")
	root.PersistentFlags().StringVar(&a.logFormat, "log-format", "json", "form of the log on standard error: json or text")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return starter.BadInput("%w: see %s --help", err, cmd.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	for _, group := range []*cobra.Group{
		{ID: settings, Title: "Settings:"}, {ID: operation, Title: "Operation:"}, {ID: processes, Title: "Processes:"},
	} {
		root.AddGroup(group)
	}
	root.AddCommand(a.settingsCommands()...)
	root.AddCommand(a.listCommands()...)
	root.AddCommand(a.pairCommands()...)
	root.AddCommand(a.processCommands()...)
	root.AddCommand(a.explainCommand(), a.reasonsCommand(), a.versionCommand())
	strict(root)
	return root
}

// Groups of commands in the help.
const (
	settings  = "settings"
	operation = "operation"
	processes = "processes"
)

// strict turns every command's complaint about its arguments into bad input,
// exit code 2.
func strict(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return starter.BadInput("%w: see %s --help", err, cmd.CommandPath())
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		strict(sub)
	}
}

// log returns the logger that the flags ask for.
func (a *app) log(otherwise slog.Level) (*slog.Logger, error) {
	level := otherwise
	if a.logLevel != "" {
		if err := level.UnmarshalText([]byte(a.logLevel)); err != nil {
			return nil, starter.BadInput("--log-level %q: want debug, info, warn or error", a.logLevel)
		}
	}
	opts := &slog.HandlerOptions{Level: level}
	switch a.logFormat {
	case "json":
		return slog.New(slog.NewJSONHandler(a.err, opts)), nil
	case "text":
		return slog.New(slog.NewTextHandler(a.err, opts)), nil
	}
	return nil, starter.BadInput("--log-format %q: want json or text", a.logFormat)
}

// connected runs a command with a client of Temporal's.
func (a *app) connected(ctx context.Context, level slog.Level, do func(client.Client, *slog.Logger) error) error {
	log, err := a.log(level)
	if err != nil {
		return err
	}
	c, err := starter.Dial(ctx, log)
	if err != nil {
		return err
	}
	defer c.Close()
	return do(c, log)
}

// output adds -o to a command that lists something.
func (a *app) output(cmd *cobra.Command) func() (starter.Console, error) {
	form := cmd.Flags().StringP("output", "o", "text", "form of the result: text or json")
	return func() (starter.Console, error) {
		console := starter.Console{Out: a.out, Notes: a.err, JSON: *form == "json"}
		if *form != "json" && *form != "text" {
			return console, starter.BadInput("-o %q: want text or json", *form)
		}
		return console, nil
	}
}

// file adds -f to a command that reads the configuration.
func (a *app) file(cmd *cobra.Command, need config.Need) func() (*config.File, error) {
	path := cmd.Flags().StringP("file", "f", "./"+config.DefaultPath, "configuration file")
	return func() (*config.File, error) { return config.LoadFor(*path, os.LookupEnv, need) }
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, version())
			return err
		},
	}
}

// version is the module's, with the commit for a build from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "ticketsync (unknown version)"
	}
	words := []string{"ticketsync", info.Main.Version, info.GoVersion}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			words = append(words, s.Value)
		}
	}
	return strings.Join(words, " ")
}
