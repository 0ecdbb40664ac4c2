package temporal

import (
	"bytes"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/log/tag"
)

func TestAssignColumns(t *testing.T) {
	t.Parallel()
	keyword, flag := enumspb.INDEXED_VALUE_TYPE_KEYWORD, enumspb.INDEXED_VALUE_TYPE_BOOL
	type names = map[string]string
	type types = map[string]enumspb.IndexedValueType
	for name, tc := range map[string]struct {
		existing names
		add      types
		want     names
		err      string
	}{
		"first":       {nil, types{"B": keyword, "A": keyword, "C": flag}, names{"Keyword01": "A", "Keyword02": "B", "Bool01": "C"}, ""},
		"known":       {names{"Keyword02": "A"}, types{"A": keyword}, names{"Keyword02": "A"}, ""},
		"one more":    {names{"Keyword02": "A"}, types{"A": keyword, "B": keyword}, names{"Keyword01": "B", "Keyword02": "A"}, ""},
		"fewer":       {names{"Keyword02": "A"}, nil, names{"Keyword02": "A"}, ""},
		"other type":  {names{"Keyword02": "A"}, types{"A": flag}, nil, "register search attribute A: it exists as Keyword, not Bool"},
		"reserved":    {nil, types{"WorkflowId": keyword}, nil, "the name belongs to Temporal"},
		"too many":    {nil, types{"A": flag, "B": flag, "C": flag, "D": flag}, nil, "register search attribute D: no column of type Bool is left"},
		"unspecified": {nil, types{"A": 0}, nil, "no column of type Unspecified is left"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := assignColumns(tc.existing, tc.add)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

func TestAddressIsDialled(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		":7233":          "127.0.0.1:7233",
		"0.0.0.0:7233":   "127.0.0.1:7233",
		"localhost:7233": "127.0.0.1:7233",
		"127.0.0.2:7233": "127.0.0.2:7233",
		"[::]:7233":      "[::1]:7233",
		"[::1]:7233":     "[::1]:7233",
	} {
		a, err := parseAddress("Frontend", value)
		require.NoError(t, err)
		require.Equal(t, want, a.dial(), value)
	}
}

func TestFoundPortsAreNotHandedOutAgain(t *testing.T) {
	t.Parallel()
	const rounds = 50
	seen := map[int]bool{}
	for range rounds {
		p, err := findPorts(address{ip: loopback})
		require.NoError(t, err)
		for _, a := range []address{p.frontend, p.history, p.matching, p.worker} {
			require.False(t, seen[a.port], "port %d twice", a.port)
			seen[a.port] = true
		}
	}
}

// Between the choice of a port and its use another process may take it.
func TestLostPortIsReplaced(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	store := sqlConfig("")
	require.NoError(t, prepareStore(t.Context(), store, DefaultNamespace, nil))
	level := &threshold{running: slog.LevelWarn}
	o := Options{LogLevel: level}.withDefaults()
	lost := 0
	losing := func(times int) func(address) (ports, error) {
		lost = 0
		return func(frontend address) (ports, error) {
			p, err := findPorts(frontend)
			if lost < times {
				lost++
				p.history.port = l.Addr().(*net.TCPAddr).Port
			}
			return p, err
		}
	}

	server, _, err := startTemporal(o, address{ip: loopback}, store, losing(2))
	require.NoError(t, err)
	require.Equal(t, 2, lost)
	level.silence()
	require.NoError(t, server.Stop())

	_, _, err = startTemporal(o, address{ip: loopback}, store, losing(startAttempts))
	require.ErrorContains(t, err, "address already in use")
}

func TestServerLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	level := &threshold{running: slog.LevelWarn}
	root := serverLog{to: slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})), level: level}
	logged := func(f func()) string {
		out.Reset()
		f()
		return out.String()
	}
	log := root.With(tag.NewStringTag("service", "history"))

	require.Empty(t, logged(func() { log.Info("chatter") }))
	require.Empty(t, logged(func() { log.Warn(noHTTP + ". Nexus HTTP endpoints will not be available.") }))
	require.Empty(t, logged(func() { root.SLog().Info("chatter") }))
	require.Contains(t, logged(func() { root.SLog().Warn("careful") }), "careful")
	warning := logged(func() { log.Warn("careful", tag.NewInt("shard", 3)) })
	require.Contains(t, warning, `level=WARN msg=careful service=history shard=3`)

	require.Contains(t, logged(func() { log.Error("bad") }), "bad")

	level.silence()
	require.Empty(t, logged(func() { root.SLog().Error("bad") }))
	require.Empty(t, logged(func() { log.Error("bad") }))

	require.PanicsWithError(t, "no way out shard=3", func() { log.Fatal("no way out", tag.NewInt("shard", 3)) })
}
