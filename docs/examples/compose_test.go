package examples_test

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/config"
)

const composeFile = "../../docker-compose.yml"

// filled is .env.example after an operator filled it in.
func filled(t *testing.T) map[string]string {
	t.Helper()
	example, err := dotenv.Read("../../.env.example")
	require.NoError(t, err)
	require.NotEmpty(t, example)
	for name, value := range example {
		require.Empty(t, value, "%s: an example holds no secret", name)
		example[name], _ = set(name)
	}
	return example
}

func loadCompose(t *testing.T, environment map[string]string) (*types.Project, error) {
	t.Helper()
	return loader.LoadWithContext(context.Background(), types.ConfigDetails{
		WorkingDir:  "../..",
		ConfigFiles: []types.ConfigFile{{Filename: composeFile}},
		Environment: environment,
	})
}

func project(t *testing.T) *types.Project {
	t.Helper()
	p, err := loadCompose(t, filled(t))
	require.NoError(t, err)
	return p
}

func TestComposeServices(t *testing.T) {
	t.Parallel()
	p := project(t)
	require.ElementsMatch(t, []string{"postgres", "schema", "temporal", "namespace", "ui", "worker", "receiver"}, p.ServiceNames())
	pinned := regexp.MustCompile(`:\d+\.\d+(\.\d+)?$`)
	for name, s := range p.Services {
		require.Regexp(t, pinned, s.Image, name)
		require.NotEmpty(t, s.Restart, name)
	}
	require.Equal(t, versionOf(p, "temporal"), versionOf(p, "schema"), "the schema is the server's")
	require.Equal(t, versionOf(p, "temporal"), versionOf(p, "namespace"))
}

func versionOf(p *types.Project, service string) string {
	_, version, _ := strings.Cut(p.Services[service].Image, ":")
	return version
}

// TestComposeOrder: everything waits for what it needs to be ready, not only
// started, and what is waited for can tell.
func TestComposeOrder(t *testing.T) {
	t.Parallel()
	p := project(t)
	for _, c := range []struct{ service, needs, condition string }{
		{"schema", "postgres", types.ServiceConditionHealthy},
		{"temporal", "schema", types.ServiceConditionCompletedSuccessfully},
		{"namespace", "temporal", types.ServiceConditionHealthy},
		{"ui", "temporal", types.ServiceConditionHealthy},
		{"worker", "namespace", types.ServiceConditionCompletedSuccessfully},
		{"receiver", "namespace", types.ServiceConditionCompletedSuccessfully},
	} {
		require.Equal(t, c.condition, p.Services[c.service].DependsOn[c.needs].Condition, c.service)
	}
	for name, s := range p.Services {
		for needed, d := range s.DependsOn {
			require.NotEqual(t, types.ServiceConditionStarted, d.Condition, "%s needs %s", name, needed)
			if d.Condition == types.ServiceConditionHealthy {
				require.NotNil(t, p.Services[needed].HealthCheck, "%s can tell that it is healthy", needed)
			}
			if d.Condition == types.ServiceConditionCompletedSuccessfully {
				require.Contains(t, p.Services[needed].Restart, "on-failure", "%s must be able to end", needed)
			}
		}
	}
}

// flags are those of ticketsync's commands that containers use.
var flags = map[string][]string{
	"worker":  {"-f"},
	"webhook": {"-f", "--listen", "--max-body"},
}

func TestComposeCommands(t *testing.T) {
	t.Parallel()
	p := project(t)
	for service, command := range map[string]string{"worker": "worker", "receiver": "webhook"} {
		s := p.Services[service]
		require.Equal(t, command, s.Command[0])
		for _, word := range s.Command[1:] {
			if strings.HasPrefix(word, "-") {
				require.Contains(t, flags[command], word)
			}
		}
		// The file the command names is the one that is mounted.
		at := slices.Index(s.Command, "-f")
		require.Positive(t, at)
		require.Len(t, s.Volumes, 1)
		require.Equal(t, s.Command[at+1], s.Volumes[0].Target)
		require.True(t, s.Volumes[0].ReadOnly)
		require.Equal(t, "temporal:7233", *s.Environment["TEMPORAL_ADDRESS"])
		require.Equal(t, "default", *s.Environment["TEMPORAL_NAMESPACE"])
		require.NotNil(t, s.Build)
		require.True(t, s.ReadOnly)
		require.Equal(t, []string{"ALL"}, s.CapDrop)
		require.NotNil(t, s.StopGracePeriod)
	}

	receiver := p.Services["receiver"]
	require.Len(t, receiver.Ports, 1)
	require.EqualValues(t, 8080, receiver.Ports[0].Target)
	at := slices.Index(receiver.Command, "--listen")
	require.Equal(t, "0.0.0.0:8080", receiver.Command[at+1])
}

// TestComposePorts: nothing that asks for no password is open to the network.
func TestComposePorts(t *testing.T) {
	t.Parallel()
	for name, s := range project(t).Services {
		for _, port := range s.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, "%s: %s", name, port.Published)
		}
	}
}

func TestComposeKeepsTheDatabase(t *testing.T) {
	t.Parallel()
	p := project(t)
	require.Contains(t, p.Volumes, "postgres")
	volumes := p.Services["postgres"].Volumes
	require.Len(t, volumes, 1)
	require.Equal(t, types.VolumeTypeVolume, volumes[0].Type)
	require.Equal(t, "/var/lib/postgresql/data", volumes[0].Target)

	mounted := p.Services["temporal"].Configs
	require.Len(t, mounted, 1)
	require.Equal(t, mounted[0].Target, *p.Services["temporal"].Environment["DYNAMIC_CONFIG_FILE_PATH"])
	require.NotEmpty(t, p.Configs[mounted[0].Source].Content)
}

// TestComposeSecrets: every secret comes from the environment and is named in
// .env.example. The database's are demanded before anything starts; of the
// trackers' the configuration file tells which are needed.
func TestComposeSecrets(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(composeFile)
	require.NoError(t, err)
	secret := regexp.MustCompile(`(?m)^\s*\w*(?:PASSWORD|PWD|TOKEN|SECRET|KEY)\w*:\s*(.*)$`)
	lines := secret.FindAllStringSubmatch(string(data), -1)
	require.NotEmpty(t, lines)
	for _, line := range lines {
		require.Regexp(t, `^\$\{\w+:[-?]`, line[1], line[0])
		require.NotRegexp(t, `:-.+\}`, line[1], "%s: a secret has no default", line[0])
	}
	example := filled(t)
	for _, use := range regexp.MustCompile(`\$\{(\w+):-\}`).FindAllStringSubmatch(string(data), -1) {
		require.Contains(t, example, use[1])
	}
	for _, use := range regexp.MustCompile(`\$\{(\w+):\?`).FindAllStringSubmatch(string(data), -1) {
		require.Contains(t, example, use[1])
		without := filled(t)
		without[use[1]] = ""
		_, err := loadCompose(t, without)
		require.ErrorContains(t, err, use[1])
	}
}

// TestComposePassesWhatTheFilesName: the documented configuration and the
// examples start in these containers without another variable.
func TestComposePassesWhatTheFilesName(t *testing.T) {
	t.Parallel()
	p := project(t)
	for _, service := range []string{"worker", "receiver"} {
		environment := p.Services[service].Environment
		getenv := func(name string) (string, bool) {
			value := environment[name]
			if value == nil {
				return "", false
			}
			return *value, true
		}
		for _, file := range []string{"teams.yaml", "../../dev/ticketsync.yaml"} {
			_, err := config.Load(file, getenv)
			require.NoError(t, err)
		}
	}
}
