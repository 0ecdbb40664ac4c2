package stack

import (
	"cmp"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/sandbox/flashduty"
	"github.com/ticketsync/ticketsync/sandbox/jira"
	"github.com/ticketsync/ticketsync/sandbox/linear"
	"github.com/ticketsync/ticketsync/sandbox/ravenna"
)

// secrets are what the sandbox accepts; the environment wins.
var secrets = map[string]string{
	"RAVENNA_TOKEN": "rav_bot", "RAVENNA_WEBHOOK_TOKEN": "sandbox-secret",
	"JIRA_TOKEN": "sandbox", "JIRA_WEBHOOK_SECRET": "sandbox-secret",
	"FLASHDUTY_KEY": "sandbox",
	"LINEAR_TOKEN":  "lin_api_bot", "LINEAR_WEBHOOK_SECRET": "sandbox-secret",
}

// LinearSchema is the variable that names Linear's published schema, for
// Options that do not.
const LinearSchema = "LINEAR_SCHEMA"

// stand is a stand-in tracker.
type stand interface {
	http.Handler
	Close() error
}

func (s *Stack) startSandbox(o Options) error {
	hooks := s.ReceiverURL + "/webhooks/"
	for _, t := range []struct {
		flag, address string
		root          *string
		open          func(root string) (stand, error)
	}{
		{"--ravenna", o.Ravenna, &s.RavennaURL, func(root string) (stand, error) {
			return ravenna.New(ravenna.Options{
				DataDir: o.DataDir, WebhookURL: hooks + "helpdesk/sandbox-secret", BaseURL: root, Log: o.Log,
			})
		}},
		{"--jira", o.Jira, &s.JiraURL, func(root string) (stand, error) {
			return jira.New(jira.Options{
				DataDir: o.DataDir, WebhookURL: hooks + "jira", BaseURL: root, Flavor: o.Flavor, Log: o.Log,
			})
		}},
		{"--linear", o.Linear, &s.LinearURL, func(root string) (stand, error) {
			return linear.New(linear.Options{
				DataDir: o.DataDir, WebhookURL: hooks + "linear", BaseURL: root, Log: o.Log,
				Schema: cmp.Or(o.LinearSchema, os.Getenv(LinearSchema)),
			})
		}},
		{"--flashduty", o.Flashduty, &s.FlashdutyURL, func(root string) (stand, error) {
			return flashduty.New(flashduty.Options{DataDir: o.DataDir, BaseURL: root, Log: o.Log})
		}},
	} {
		at, err := listen(t.flag, t.address)
		if err != nil {
			return err
		}
		*t.root = "http://" + at.Addr().String()
		server, err := t.open(*t.root)
		if err != nil {
			_ = at.Close()
			return err
		}
		s.serve(at, server)
	}
	return nil
}

// serve answers on a listener until Close.
func (s *Stack) serve(at net.Listener, h stand) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(at) }()
	s.close = append(s.close, func() {
		_ = server.Close()
		_ = h.Close()
	})
}

// Trackers are the roots of the sandbox trackers.
func (s *Stack) Trackers() []string {
	return []string{s.RavennaURL, s.JiraURL, s.LinearURL, s.FlashdutyURL}
}

// moved turns the addresses of the documented configuration into those where
// the sandbox really is.
func (s *Stack) moved() *strings.Replacer {
	d := Defaults()
	return strings.NewReplacer("http://"+d.Ravenna, s.RavennaURL, "http://"+d.Jira, s.JiraURL,
		"http://"+d.Linear, s.LinearURL, "http://"+d.Flashduty, s.FlashdutyURL)
}
