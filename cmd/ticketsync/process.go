package main

import (
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/starter"
	"github.com/ticketsync/ticketsync/webhook"
	"github.com/ticketsync/ticketsync/worker"
)

// processCommands run until they are told to stop.
func (a *app) processCommands() []*cobra.Command {
	return []*cobra.Command{a.workerCommand(), a.webhookCommand()}
}

func (a *app) workerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "worker",
		Short:   "Run workflows and activities",
		Long:    `Runs workflows and activities, the only process that calls trackers. Start as many as you like.`,
		GroupID: processes,
		Args:    cobra.NoArgs,
	}
	health := cmd.Flags().String("health", "", "host:port that answers GET /healthz and /readyz (default none)")
	load := a.file(cmd, config.NeedAll)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		file, err := load()
		if err != nil {
			return err
		}
		return a.connected(cmd.Context(), slog.LevelInfo, func(c client.Client, log *slog.Logger) error {
			return worker.Run(cmd.Context(), worker.Config{File: file, Client: c, Log: log, Health: *health})
		})
	}
	return cmd
}

func (a *app) webhookCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "webhook",
		Short: "Receive the trackers' webhooks",
		Long: `Receives POST /webhooks/<connection>, signed, or /webhooks/<connection>/<token>,
and tells the pairs concerned. Answers GET /healthz and /readyz.`,
		GroupID: processes,
		Args:    cobra.NoArgs,
	}
	listen := cmd.Flags().String("listen", ":8080", "host:port to listen on")
	maxBody := byteSize(webhook.DefaultMaxBody)
	cmd.Flags().Var(&maxBody, "max-body", "largest delivery taken, in bytes or with KiB or MiB")
	load := a.file(cmd, config.NeedWebhooks)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		file, err := load()
		if err != nil {
			return err
		}
		return a.connected(cmd.Context(), slog.LevelInfo, func(c client.Client, log *slog.Logger) error {
			listener, err := net.Listen("tcp", *listen)
			if err != nil {
				return fmt.Errorf("listen on %s: %w: choose another address with --listen", *listen, err)
			}
			log.Info("receiving", "address", listener.Addr().String())
			return starter.Receive(cmd.Context(), c, file, starter.ReceiveOptions{
				Listener: listener, MaxBody: int64(maxBody), Log: log,
			})
		})
	}
	return cmd
}

// byteSize is a flag for a number of bytes, such as 25MiB.
type byteSize int64

// sizes are the units a byteSize is written in, largest first.
var sizes = []struct {
	unit  string
	bytes int64
}{{"MiB", 1 << 20}, {"KiB", 1 << 10}}

func (b *byteSize) Set(s string) error {
	number, factor := strings.TrimSpace(s), int64(1)
	for _, size := range sizes {
		if rest, ok := strings.CutSuffix(number, size.unit); ok {
			number, factor = strings.TrimSpace(rest), size.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || n > maxBytes/factor {
		return fmt.Errorf("want a number of bytes such as 1048576, 512KiB or 25MiB")
	}
	*b = byteSize(n * factor)
	return nil
}

// maxBytes keeps a slip of the unit from asking for all memory.
const maxBytes = 1 << 30

func (b *byteSize) String() string {
	for _, size := range sizes {
		if n := int64(*b); n >= size.bytes && n%size.bytes == 0 {
			return strconv.FormatInt(n/size.bytes, 10) + size.unit
		}
	}
	return strconv.FormatInt(int64(*b), 10)
}

// Type is what the help calls the flag's value.
func (b *byteSize) Type() string { return "size" }
