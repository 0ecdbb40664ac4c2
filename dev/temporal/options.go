package temporal

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/config"
)

const (
	// DatabaseFile is the SQLite file that a server keeps in Options.DataDir,
	// beside SQLite's own -wal and -shm files.
	DatabaseFile = "temporal.db"

	// DefaultNamespace is the namespace of an Options that names none.
	DefaultNamespace = "default"

	// retention is how long the history of a closed workflow is kept: long
	// enough to look at last week's trouble.
	retention = 7 * 24 * time.Hour
)

// Options say where a Server keeps its data and where it listens. The zero
// value, apart from Frontend, is a server in memory without a UI.
type Options struct {
	// DataDir is the folder of the SQLite file, made if missing. Empty keeps
	// everything in memory, for the life of the process.
	DataDir string
	// Frontend is the host:port of Temporal's gRPC frontend. The host is an IP
	// address, localhost, or empty for all interfaces; port 0 picks a free one.
	Frontend string
	// UI is the host:port of the web UI; port 0 picks a free one, empty means
	// no UI.
	UI string
	// Namespace exists once Start returns. Default: DefaultNamespace.
	Namespace string
	// Log takes what the server has to say. Default: slog.Default().
	Log *slog.Logger
	// LogLevel is the least severe level of the server's records that reach
	// Log, whatever Log itself lets through. Default: slog.LevelWarn.
	LogLevel slog.Leveler
	// SearchAttributes are the custom search attributes of Namespace, type by
	// name. Those that exist already are left alone; none is ever removed.
	// SQLite has room for ten of type Keyword and three of each other type.
	SearchAttributes map[string]enumspb.IndexedValueType
	// DynamicConfig overrides Temporal's dynamic configuration, value by key,
	// such as "history.maxTotalUpdates": 5000.
	DynamicConfig map[string]any

	// store is the database of the server that is started again.
	store *config.SQL
}

// withDefaults fills in what was left empty.
func (o Options) withDefaults() Options {
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.LogLevel == nil {
		o.LogLevel = slog.LevelWarn
	}
	return o
}

// address is a host:port whose host is an IP address, because Temporal binds
// to nothing else.
type address struct {
	ip   string
	port int
}

// parseAddress reads the value of the option called field.
func parseAddress(field, value string) (address, error) {
	host, port, err := net.SplitHostPort(value)
	if err != nil {
		return address{}, fmt.Errorf("read %s: %w", field, err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return address{}, fmt.Errorf("read %s %q: port must be a number from 0 to 65535", field, value)
	}
	switch {
	case host == "":
		host = net.IPv4zero.String()
	case host == "localhost":
		host = loopback
	case net.ParseIP(host) == nil:
		return address{}, fmt.Errorf("read %s %q: %w", field, value, errNotIP)
	}
	return address{ip: host, port: int(n)}, nil
}

var errNotIP = errors.New("host must be an IP address, localhost or empty")

// String is the address to listen on.
func (a address) String() string {
	return net.JoinHostPort(a.ip, strconv.Itoa(a.port))
}

// dial is the address under which this machine reaches a listener on a.
func (a address) dial() string {
	ip := net.ParseIP(a.ip)
	if !ip.IsUnspecified() {
		return a.String()
	}
	if ip.To4() == nil {
		return net.JoinHostPort(net.IPv6loopback.String(), strconv.Itoa(a.port))
	}
	return net.JoinHostPort(loopback, strconv.Itoa(a.port))
}
