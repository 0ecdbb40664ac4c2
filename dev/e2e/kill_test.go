package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/ticketsync/ticketsync/dev/people"
	"github.com/ticketsync/ticketsync/dev/stack"
	"github.com/ticketsync/ticketsync/workflows"
)

// childStack is the variable that makes the test binary run one stack, at
// these places, until its standard input ends.
const childStack = "TICKETSYNC_E2E_STACK"

// inFlight is how long an activity may be missed whose worker was killed: the
// time-out of its attempt, and what comes after that.
const inFlight = 100 * time.Second

// places are where a child's stack listens and keeps its data.
type places struct{ Ravenna, Jira, Linear, Flashduty, Receiver, Temporal, DataDir string }

// worlds is how many stacks run at once: they wait more than they compute.
const worlds = 6

func TestMain(m *testing.M) {
	if at := os.Getenv(childStack); at != "" {
		if err := runChild(at); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		_ = p.Value.Set(strconv.Itoa(worlds))
	}
	os.Exit(m.Run())
}

func runChild(at string) error {
	var p places
	if err := json.Unmarshal([]byte(at), &p); err != nil {
		return fmt.Errorf("read %s: %w", childStack, err)
	}
	s, err := stack.Start(context.Background(), stack.Options{
		Ravenna: p.Ravenna, Jira: p.Jira, Linear: p.Linear, Flashduty: p.Flashduty, Receiver: p.Receiver, Temporal: p.Temporal, DataDir: p.DataDir,
		Config: filepath.Join("..", "ticketsync.yaml"), Edit: calm, Out: os.Stderr,
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent, however that ends
	s.Close()
	return nil
}

// child is a stack in a process of its own.
type child struct {
	*world
	at  places
	cmd *exec.Cmd
}

func newChild(t *testing.T) *child {
	t.Helper()
	c := &child{at: places{Ravenna: free(t), Jira: free(t), Linear: free(t), Flashduty: free(t), Receiver: free(t), Temporal: free(t), DataDir: t.TempDir()}}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	t.Cleanup(cancel)
	root := func(address string) string { return "http://" + address }
	c.world = &world{T: t, ctx: ctx, logs: &stack.Logs{}, patience: inFlight,
		Stack: &stack.Stack{
			RavennaURL: root(c.at.Ravenna), JiraURL: root(c.at.Jira), LinearURL: root(c.at.Linear),
			FlashdutyURL: root(c.at.Flashduty), ReceiverURL: root(c.at.Receiver),
		},
		rav: people.AtRavenna(root(c.at.Ravenna), "alice"), jira: people.AtJira(root(c.at.Jira), "alice"),
		linear: people.AtLinear(root(c.at.Linear), "alice")}
	c.start()
	t.Cleanup(func() { c.kill() })
	var err error
	c.Client, err = client.Dial(client.Options{HostPort: c.at.Temporal, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(c.Client.Close)
	t.Cleanup(func() {
		if t.Failed() {
			c.explain()
		}
	})
	return c
}

// free returns an address that nobody listens on now.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// start runs the stack on its data, and returns when it is ready.
func (c *child) start() {
	c.Helper()
	at, err := json.Marshal(c.at)
	require.NoError(c, err)
	c.cmd = exec.Command(os.Args[0])
	c.cmd.Env = append(os.Environ(), childStack+"="+string(at))
	c.cmd.Stderr = c.logs
	_, err = c.cmd.StdinPipe() // open until the parent ends
	require.NoError(c, err)
	out, err := c.cmd.StdoutPipe()
	require.NoError(c, err)
	require.NoError(c, c.cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(c, err, "the stack did not come up:\n%s", c.logs)
	require.Equal(c, "ready\n", line)
}

// kill is kill -9.
func (c *child) kill() {
	if c.cmd.ProcessState == nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	}
}

// Everything is killed at once, in the middle of creates, of comments and of
// the way through a workflow, twice. Each thing exists once in the end.
func TestKill(t *testing.T) {
	t.Parallel()
	w := newChild(t)
	desk := func(title string) people.Ticket {
		it, err := w.rav.Create(w.ctx, "IT Support", title, "<p>text</p>", nil)
		require.NoError(t, err)
		return it
	}
	comments := func(id string) {
		for n := range 3 {
			_, err := w.rav.Say(w.ctx, id, fmt.Sprintf("<p>said %d</p>", n), false)
			require.NoError(t, err)
		}
	}
	a, b := desk("first"), desk("second")
	first, second := w.issue("first"), w.issue("second")
	w.settled(ravennaPair(a.ID), workflows.IsLinked, "")
	w.settled(ravennaPair(b.ID), workflows.IsLinked, "")

	// One create is under way, one comment of three has been copied, a status
	// has made one step of three.
	w.faults(w.JiraURL,
		always("POST", jiraIssue, "delay:20s"), always("POST", jiraComment, "delay:400ms"),
		always("POST", "/rest/api/2/issue/*/transitions", "delay:400ms"))
	third := desk("third")
	comments(a.ID)
	require.NoError(t, w.rav.SetStatus(w.ctx, b.ID, "Done"))
	w.eventually("one comment", func() error {
		list, err := w.jira.Comments(w.ctx, first.Key)
		if err != nil || len(list) == 0 {
			return fmt.Errorf("none yet %w", err)
		}
		return nil
	})
	w.eventually("one step", func() error { return w.jiraStatus(second.Key, "In Progress") })
	w.kill()
	w.start()

	// An issue exists whose answer was lost, one whose link is being written,
	// and a ticket that is being made.
	w.webhooks("hold")
	made, err := w.jira.Create(w.ctx, "ENG", "Bug", "from Jira", "text", nil)
	require.NoError(t, err)
	fourth, fifth := desk("fourth"), desk("fifth")
	w.faults(w.JiraURL, once("POST", jiraIssue, "drop-after-commit"), always("POST", jiraLink, "delay:20s"))
	w.faults(w.RavennaURL, always("POST", ravTicket, "delay:20s"))
	w.webhooks("normal")
	w.issue("fourth")
	w.issue("fifth")
	w.kill()
	w.start()
	w.faults(w.JiraURL)
	w.faults(w.RavennaURL)

	back := w.ticket("from Jira")
	w.jiraComments(first.Key, "said 0", "said 1", "said 2")
	w.eventually("the way's end", func() error { return w.jiraStatus(second.Key, "Done") })
	for id, title := range map[string]string{a.ID: "first", b.ID: "second", third.ID: "third", fourth.ID: "fourth", fifth.ID: "fifth"} {
		w.settled(ravennaPair(id), workflows.IsLinked, "")
		w.linkedOnce(id, w.issue(title).Key)
	}
	w.settled(jiraPair(made.ID), workflows.IsLinked, "")
	w.linkedOnce(back.ID, made.Key)
	require.NoError(t, w.jira.Edit(w.ctx, made.Key, map[string]any{"summary": "from Jira, edited"}))
	w.titled(back.ID, made.Key, "from Jira, edited")
	w.quiet()
	w.jiraComments(first.Key, "said 0", "said 1", "said 2")
	w.counted(6, 6)
}
