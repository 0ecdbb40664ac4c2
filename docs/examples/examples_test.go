// Package examples_test keeps the example configuration, the compose file and
// the image's recipe working and in step with each other.
package examples_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// set answers every variable.
func set(name string) (string, bool) { return "value-of-" + strings.ToLower(name), true }

func TestEveryExampleLoads(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		f, err := config.Load(file, set)
		require.NoError(t, err)
		require.NotEmpty(t, f.Routes, file)
	}
}

func TestTeams(t *testing.T) {
	t.Parallel()
	f, err := config.Load("teams.yaml", set)
	require.NoError(t, err)
	require.Len(t, f.Routes, 2)

	engineering := f.Routes[0]
	require.Equal(t, "engineering", engineering.Name)
	require.Equal(t, reconcile.End{Connection: "helpdesk", Channel: "Engineering"}, engineering.Left)
	require.Equal(t, reconcile.End{Connection: "jira", Project: "ENG", Type: "Bug"}, engineering.Right)
	require.Equal(t, reconcile.Both, engineering.Direction)

	product := f.Routes[1]
	require.Equal(t, "product", product.Name)
	require.Equal(t, reconcile.End{Connection: "helpdesk", Channel: "Product"}, product.Left)
	require.Equal(t, reconcile.End{Connection: "jira", Project: "PROD", Type: "Task"}, product.Right)
	require.True(t, product.Direction.From(ticket.Left))
	require.False(t, product.Direction.From(ticket.Right), "nothing flows back to the help desk")

	for _, route := range f.Routes {
		require.Len(t, route.Status, 6, "the connection's map serves %s", route.Name)
		require.True(t, route.IsEnabled())
	}
}

// TestDockerfile checks what a build would only find out late: nothing here
// can run one.
func TestDockerfile(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../Dockerfile")
	require.NoError(t, err)
	text := string(data)
	require.Contains(t, text, `ENTRYPOINT ["/usr/local/bin/ticketsync"]`)
	require.Contains(t, text, "USER 65532:65532")
	require.NotContains(t, text, ":latest")
	work, err := os.ReadFile("../../go.work")
	require.NoError(t, err)
	_, version, ok := strings.Cut(string(work), "\ngo ")
	if !ok {
		version = strings.TrimPrefix(string(work), "go ")
	}
	version, _, _ = strings.Cut(version, "\n")
	require.Contains(t, text, "FROM golang:"+version+"-", "the version everything is tested with")
}
