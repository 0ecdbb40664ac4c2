// Package config reads the configuration file: connections and routes. Every
// mistake is found at once and named with its line; secrets come only from
// the environment.
package config

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/trackers"
)

// DefaultPath is where commands look for the file without -f.
const DefaultPath = "ticketsync.yaml"

// File is the configuration, complete with defaults.
type File struct {
	// Installation is in every marker; it never changes.
	Installation string
	// Connections and Routes are in the file's order.
	Connections []Connection
	Routes      []reconcile.Rules
}

// Connection is one tracker account.
type Connection struct {
	trackers.Connection
	// Status is the default status map for all routes of this connection. It
	// is appended to the routes' own already.
	Status []reconcile.StatusRule
}

// Connection returns the connection of that name.
func (f *File) Connection(name string) (Connection, bool) {
	i := slices.IndexFunc(f.Connections, func(c Connection) bool { return c.Name == name })
	if i < 0 {
		return Connection{}, false
	}
	return f.Connections[i], true
}

// Need says which variables a process cannot do without. What it can do
// without, and is not set, keeps its zero value or default.
type Need int

// What the commands need.
const (
	// NeedAll is the worker's: it calls the trackers.
	NeedAll Need = iota
	// NeedWebhooks is the receiver's: it faces the internet and should not
	// have the API tokens.
	NeedWebhooks
	// NeedNoSecrets is that of operator commands, which let the worker call.
	NeedNoSecrets
	// NeedNothing is that of commands which ask nobody.
	NeedNothing
)

// Load reads the file at path for a worker. Its error is Problems, also when
// the file is not there.
func Load(path string, getenv Getenv) (*File, error) { return LoadFor(path, getenv, NeedAll) }

// LoadOffline is Load where unset variables are no mistake.
func LoadOffline(path string, getenv Getenv) (*File, error) {
	return LoadFor(path, getenv, NeedNothing)
}

// LoadFor is Load for a process that may have fewer variables than a worker.
func LoadFor(path string, getenv Getenv, need Need) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, Problems{{File: path, Text: fmt.Sprintf("read file: %v: name the file with -f", err)}}
	}
	return parse(path, data, getenv, need)
}

// Parse reads the content of a file for a worker; name stands for it in
// problems.
func Parse(name string, data []byte, getenv Getenv) (*File, error) {
	return parse(name, data, getenv, NeedAll)
}

func parse(name string, data []byte, getenv Getenv, need Need) (*File, error) {
	root, problem := syntax(name, data)
	if problem != nil {
		return nil, Problems{*problem}
	}
	r := &reader{file: name, getenv: getenv, need: need, anchors: map[string]ast.Node{}}
	ast.Walk(anchorCollector(r.anchors), root)
	f := r.document(root)
	if len(r.problems) > 0 {
		r.problems.sort()
		return nil, r.problems
	}
	return f, nil
}

// syntax parses the YAML into one tree. The parser stops at its first error.
func syntax(name string, data []byte) (root ast.Node, problem *Problem) {
	// The parser is not ours; a file that upsets it is still only a bad file.
	defer func() {
		if recover() != nil {
			root, problem = nil, &Problem{File: name, Line: 1, Column: 1, Text: "the file is no YAML: check quotes, brackets and indentation"}
		}
	}()
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		p := &Problem{File: name, Line: 1, Column: 1, Text: "the file is no YAML: check quotes, brackets and indentation"}
		if e, ok := err.(yaml.Error); ok { //nolint:errorlint // the parser returns it unwrapped
			p.Text = e.GetMessage() + ": check quotes, brackets and indentation here"
			if t := e.GetToken(); t != nil && t.Position != nil {
				p.Line, p.Column = t.Position.Line, t.Position.Column
			}
		}
		return nil, p
	}
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case root != nil:
			at := doc.Body.GetToken().Position
			return nil, &Problem{File: name, Line: at.Line, Column: at.Column, Text: "a second YAML document: write one document per file"}
		default:
			root = doc.Body
		}
	}
	if root == nil {
		return nil, &Problem{File: name, Line: 1, Column: 1, Text: "the file is empty: write installation, connections and routes"}
	}
	return root, nil
}

type anchorCollector map[string]ast.Node

// Visit implements ast.Visitor.
func (a anchorCollector) Visit(n ast.Node) ast.Visitor {
	if anchor, ok := n.(*ast.AnchorNode); ok && anchor.Value != nil {
		a[anchor.Name.String()] = anchor.Value
	}
	return a
}

var (
	validName   = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)
	invalidName = regexp.MustCompile(`[^a-z0-9-]+`)
)

// name checks a name that becomes part of ids, addresses and markers.
func (r *reader) name(s scalar, what string) {
	if s.unresolved || validName.MatchString(s.text) {
		return
	}
	instead := strings.Trim(invalidName.ReplaceAllString(strings.ToLower(s.raw), "-"), "-")
	if s.variables > 0 || !validName.MatchString(instead) {
		r.fail(s.node, "%s %s is no name: write 1 to 40 of a-z, 0-9 and -", what, s.quoted())
		return
	}
	r.fail(s.node, "%s %s is no name, only a-z, 0-9 and - are allowed: write %s", what, s.quoted(), instead)
}

func (r *reader) document(root ast.Node) *File {
	f := &File{}
	top := r.object(root, root, "the file")
	if top.broken {
		return f
	}
	if s, ok := top.text("installation", required("a name for this installation, such as prod")); ok {
		r.name(s, "installation")
		f.Installation = s.text
	}

	var ends endChecker
	for _, e := range r.entries(top.take("connections"), "connections") {
		r.name(e.key, "connection")
		c := r.connection(e)
		c.Installation = f.Installation
		ends.add(c)
		f.Connections = append(f.Connections, c)
	}
	if len(f.Connections) == 0 {
		r.fail(root, "connections are missing: write one for each tracker account")
	}

	for _, e := range r.entries(top.take("routes"), "routes") {
		r.name(e.key, "route")
		rules := r.route(e, ends)
		for _, end := range []reconcile.End{rules.Left, rules.Right} {
			if _, announces := rules.Announces(); announces {
				break // the other trackers' statuses mean nothing there
			}
			if c, ok := f.Connection(end.Connection); ok {
				rules.Status = append(rules.Status, c.Status...)
			}
		}
		f.Routes = append(f.Routes, rules)
	}
	top.done()
	return f
}
