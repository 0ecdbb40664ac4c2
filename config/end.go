package config

import (
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// endChecker knows the file's connections, faulty ones included: kind by name,
// and their order.
type endChecker struct {
	kinds map[string]string
	names []string
}

func (c *endChecker) add(connection Connection) {
	if c.kinds == nil {
		c.kinds = map[string]string{}
	}
	c.kinds[connection.Name] = connection.Kind
	c.names = append(c.names, connection.Name)
}

func (c endChecker) kindOf(e reconcile.End) trackers.Settings {
	k, _ := registry.Settings(c.kinds[e.Connection])
	return k
}

// containers are the keys that may name a container, of any kind of tracker.
func containers() []string {
	var out []string
	for _, name := range registry.Kinds() {
		if k, _ := registry.Settings(name); k.Container != "" {
			out = append(out, k.Container)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// places are containers and the keys that may narrow one to a part.
func places() []string {
	out := containers()
	for _, name := range registry.Kinds() {
		if k, _ := registry.Settings(name); k.Part != "" {
			out = append(out, k.Part)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (c endChecker) read(route *object, side ticket.Side, direction reconcile.Direction) reconcile.End {
	var end reconcile.End
	r := route.r
	n := route.take(string(side))
	if n == nil {
		r.fail(route.at, "%s has no %s side: write {connection: …, %s: …}", route.what, side, strings.Join(containers(), " or "))
		return end
	}
	o := r.object(n, n, string(side)+" of "+route.what)
	if o.broken {
		return end
	}
	s, ok := o.text("connection", required("one of: "+strings.Join(c.names, ", ")))
	kindName, known := c.kinds[s.text]
	if ok && !known && !s.unresolved {
		r.fail(s.node, "unknown connection %s: %s", s.quoted(), suggest(s.raw, c.names))
	}
	end.Connection = s.text
	k, known := registry.Settings(kindName)
	if !known {
		// Said already; what else the side should hold cannot be known.
		for _, key := range append(places(), "issue_type") {
			o.text(key, "")
		}
		o.done()
		return end
	}
	if k.Announces {
		end.Announces, end.Name = true, end.Connection
		o.done()
		return end
	}
	container, _ := o.text(k.Container, required("the "+k.Container+"'s name"))
	if end.ByKey = k.ByKey; !container.unresolved {
		end.Name = container.text
	}
	if k.Part != "" {
		if s, ok := o.text(k.Part, ""); ok && !s.unresolved {
			end.Part = s.text
		}
	}
	if k.Typed {
		want := required("")
		if direction.From(side.Other()) {
			want = "the type of the tickets created there, such as Task"
		}
		if s, ok := o.text("issue_type", want); ok && !s.unresolved {
			end.Type = s.text
		}
	}
	o.done()
	return end
}
