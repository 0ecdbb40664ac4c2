package config

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/ticketsync/ticketsync/reconcile"
)

// required is what to write when the key is missing; "" for an optional one.
type required string

// text reads a scalar that may not be blank. ok is false when there is none.
func (o *object) text(key string, want required) (scalar, bool) {
	return o.textFor(key, want, NeedNoSecrets)
}

// textFor is text for a value that must be set up to the need last.
func (o *object) textFor(key string, want required, last Need) (scalar, bool) {
	n := o.take(key)
	if n == nil {
		if want != "" && !o.broken {
			o.r.fail(o.at, "%s has no %s: write %s", o.what, key, want)
		}
		return scalar{}, false
	}
	s, ok := o.r.scalarFor(n, key+" of "+o.what, last)
	if ok && strings.TrimSpace(s.text) == "" {
		switch {
		case s.variables > 0 && o.r.need > last: // as good as not set
		case s.variables > 0:
			o.r.fail(n, "%s of %s is empty: set %s to a value in the environment", key, o.what, s.raw)
		case want != "":
			o.r.fail(n, "%s of %s is empty: write %s", key, o.what, want)
		default:
			o.r.fail(n, "%s of %s is empty: write a value, or remove the key", key, o.what)
		}
		return s, false
	}
	return s, ok
}

// word reads one of a few words; def when it is absent.
func (o *object) word(key, def string, words ...string) string {
	n := o.take(key)
	if n == nil {
		return def
	}
	return o.r.word(n, key+" of "+o.what, def, words...)
}

func (r *reader) word(n ast.Node, what, def string, words ...string) string {
	s, ok := r.scalar(n, what)
	if !ok || s.unresolved {
		return def
	}
	if !slices.Contains(words, s.text) {
		r.fail(n, "%s is %s: %s", what, s.quoted(), suggest(s.raw, words))
		return def
	}
	return s.text
}

func (o *object) direction(withOff bool) reconcile.Direction {
	n := o.take("direction")
	if n == nil {
		return reconcile.Both
	}
	return o.r.direction(n, "direction of "+o.what, reconcile.Both, withOff)
}

func (r *reader) direction(n ast.Node, what string, def reconcile.Direction, withOff bool) reconcile.Direction {
	words := []string{string(reconcile.Both), string(reconcile.ToRight), string(reconcile.ToLeft)}
	if withOff {
		words = append(words, string(reconcile.Off))
	}
	return reconcile.Direction(r.word(n, what, string(def), words...))
}

func (o *object) boolean(key string, def bool) bool {
	n := o.take(key)
	if n == nil {
		return def
	}
	s, ok := o.r.scalar(n, key+" of "+o.what)
	switch {
	case !ok || s.unresolved:
		return def
	case s.text == "true":
		return true
	case s.text != "false":
		o.r.fail(n, "%s of %s is %s: write true or false", key, o.what, s.quoted())
	}
	return false
}

// duration reads a time span of at least shortest.
func (o *object) duration(key string, def, shortest time.Duration) time.Duration {
	n := o.take(key)
	if n == nil {
		return def
	}
	s, ok := o.r.scalar(n, key+" of "+o.what)
	if !ok || s.unresolved {
		return def
	}
	d, err := time.ParseDuration(s.text)
	switch {
	case err != nil:
		instead := "a number and a unit, such as 60s, 3m or 1h"
		if _, err := strconv.Atoi(s.text); err == nil && s.variables == 0 {
			instead = s.raw + "s for seconds, or " + s.raw + "m for minutes"
		}
		o.r.fail(n, "%s of %s is %s, no duration: write %s", key, o.what, s.quoted(), instead)
		return def
	case d < shortest:
		o.r.fail(n, "%s of %s is %s, too short: write at least %s", key, o.what, s.quoted(), shortest)
		return def
	}
	return d
}

// names reads a list of non-empty texts.
func (r *reader) names(n ast.Node, what string) []string {
	var out []string
	for _, item := range r.list(n, what) {
		s, ok := r.scalar(item, "an entry of "+what)
		switch {
		case !ok && r.plain(item) == nil, ok && strings.TrimSpace(s.text) == "":
			r.fail(item, "%s has an empty entry: write a name, or remove it", what)
		case ok && !s.unresolved:
			out = append(out, s.text)
		}
	}
	return out
}
