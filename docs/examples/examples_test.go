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
	require.Len(t, f.Routes, 3)

	engineering := f.Routes[0]
	require.Equal(t, "engineering", engineering.Name)
	require.Equal(t, reconcile.End{Connection: "helpdesk", Name: "Engineering"}, engineering.Left)
	require.Equal(t, reconcile.End{Connection: "jira", Name: "ENG", ByKey: true, Type: "Bug"}, engineering.Right)
	require.Equal(t, reconcile.Both, engineering.Direction)

	operations := f.Routes[1]
	require.Equal(t, "operations", operations.Name)
	require.Equal(t, reconcile.End{Connection: "helpdesk", Name: "Operations"}, operations.Left)
	require.Equal(t, reconcile.End{Connection: "jira", Name: "OPS", ByKey: true, Type: "Task"}, operations.Right)
	require.True(t, operations.Direction.From(ticket.Left))
	require.False(t, operations.Direction.From(ticket.Right), "nothing flows back to the help desk")

	product := f.Routes[2]
	require.Equal(t, "product", product.Name)
	require.Equal(t, reconcile.End{Connection: "helpdesk", Name: "Product"}, product.Left)
	require.Equal(t, reconcile.End{Connection: "linear", Name: "PRD", ByKey: true, Part: "Customer requests"}, product.Right)
	require.Equal(t, reconcile.Both, product.Direction)
	require.Equal(t, "private", product.Comments.Visibility)

	for _, route := range f.Routes {
		require.True(t, route.IsEnabled())
	}
	require.Len(t, engineering.Status, 6, "the connection's map serves both of its projects")
	require.Equal(t, engineering.Status, operations.Status)
	require.Empty(t, product.Status, "by meaning")
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
