// Package ticket is the domain: tickets, comments and their values as every
// tracker adapter reports them and every rule sees them. It is pure: no I/O,
// no clock, no tracker's own vocabulary.
package ticket

import (
	"fmt"
	"strings"
)

// Ref names a ticket for ever: the connection it is reached through and the
// id its tracker never changes. Keys such as ENG-45 change when a ticket moves.
type Ref struct {
	Connection string `json:"connection"`
	ID         string `json:"id"`
}

// String returns "connection/id".
func (r Ref) String() string { return r.Connection + "/" + r.ID }

// IsZero reports whether the ref names nothing yet.
func (r Ref) IsZero() bool { return r == Ref{} }

// ParseRef reads what Ref.String wrote. Connection names hold no slash.
func ParseRef(s string) (Ref, error) {
	connection, id, ok := strings.Cut(s, "/")
	if !ok || connection == "" || id == "" {
		return Ref{}, fmt.Errorf("parse ref %q: want connection/id", s)
	}
	return Ref{Connection: connection, ID: id}, nil
}

// Side is one end of a route, and of every pair on it.
type Side string

// The two sides, as they are named in a route's configuration.
const (
	Left  Side = "left"
	Right Side = "right"
)

// Other returns the opposite side.
func (s Side) Other() Side {
	if s == Left {
		return Right
	}
	return Left
}

// Container holds tickets: a channel, a project, a team.
type Container struct {
	ID   string `json:"id,omitempty"`
	Key  string `json:"key,omitempty"` // prefix of its tickets' keys: IT, ENG
	Name string `json:"name,omitempty"`
	// Part is the id of the part of the container that the ticket is in, such
	// as a project within a team; NoPart when it is known to be in none.
	Part string `json:"part,omitempty"`
}

// NoPart is the Part of a ticket that is in no part of its container.
const NoPart = "-"

// HasPart reports whether a ticket in other, whose container is this one, can be
// in this one's part of it.
func (c Container) HasPart(other Container) bool {
	return c.Part == "" || other.Part == "" || c.Part == other.Part
}

// KeyPrefix returns the container's key within a ticket key: ENG of ENG-45.
func KeyPrefix(key string) string {
	prefix, _, _ := strings.Cut(key, "-")
	return strings.ToUpper(prefix)
}
