package ticket

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Marker is what a pair leaves on both of its tickets so that the link can be
// recognised, and rebuilt should Temporal ever lose it. One ticket carries a
// marker for each of its pairs.
type Marker struct {
	Installation string      `json:"installation"`
	Pair         string      `json:"pair"` // the pair's workflow id; it names the origin
	Generation   int         `json:"generation"`
	State        MarkerState `json:"state"`
	// URL is the other ticket's web address, "" where it was not known when
	// the marker was written (on a replica, in the create call).
	URL string `json:"url,omitempty"`
}

// MarkerState tells whether the two tickets are still replicated.
type MarkerState string

// The states of a link.
const (
	Linked   MarkerState = "linked"
	Unlinked MarkerState = "unlinked"
)

// fragment starts the machine-readable part of a link we own; encoded is how it
// comes back where the link had a fragment before and a tracker minds two.
const (
	fragment = "#ticketsync="
	encoded  = "%23ticketsync="
)

// cut splits a link of ours from what is machine-readable in it.
func cut(link string) (base, tail string, found bool) {
	if base, tail, found = strings.Cut(link, fragment); found {
		return base, tail, true
	}
	return strings.Cut(link, encoded)
}

// PairID returns the workflow id of the pair of an origin with its replica on
// another connection: pair/<connection>/<id>/<other connection>.
func PairID(origin Ref, other string) string {
	return "pair/" + origin.Connection + "/" + origin.ID + "/" + other
}

// ParsePairID is the inverse of PairID.
func ParsePairID(id string) (origin Ref, other string, err error) {
	rest, ok := strings.CutPrefix(id, "pair/")
	connection, rest, ok2 := strings.Cut(rest, "/")
	last := strings.LastIndex(rest, "/")
	if !ok || !ok2 || connection == "" || last <= 0 || last == len(rest)-1 {
		return Ref{}, "", fmt.Errorf("parse pair id %q: want pair/<connection>/<id>/<other connection>", id)
	}
	return Ref{Connection: connection, ID: rest[:last]}, rest[last+1:], nil
}

// Link returns the marker as a link to the other ticket:
// <url>#ticketsync=<installation>/<pair id>/<generation>/<state>.
func (m Marker) Link() string {
	base, _, _ := cut(m.URL)
	parts := []string{m.Installation, m.Pair, strconv.Itoa(m.Generation), string(m.State)}
	return base + fragment + (&url.URL{Path: strings.Join(parts, "/")}).EscapedPath()
}

// ParseLink reads a link that Marker.Link wrote; ok is false for any other.
func ParseLink(link string) (m Marker, ok bool) {
	base, tail, found := cut(link)
	if !found {
		return Marker{}, false
	}
	tail, err := url.PathUnescape(tail)
	if err != nil {
		return Marker{}, false
	}
	installation, tail, found := strings.Cut(tail, "/")
	state := tail[strings.LastIndex(tail, "/")+1:]
	tail = strings.TrimSuffix(tail, "/"+state)
	last := strings.LastIndex(tail, "/")
	if !found || last < 0 {
		return Marker{}, false
	}
	generation, err := strconv.Atoi(tail[last+1:])
	if err != nil {
		return Marker{}, false
	}
	m = Marker{Installation: installation, Pair: tail[:last], Generation: generation, State: MarkerState(state), URL: base}
	return m, m.Valid()
}

// Valid reports whether the marker could have been written by ticketsync.
func (m Marker) Valid() bool {
	_, _, err := ParsePairID(m.Pair)
	return err == nil && m.Installation != "" && m.Generation > 0 && (m.State == Linked || m.State == Unlinked)
}

// TokenLink returns a comment's address with what makes it a marker: the token
// and, for a copy, its stamp.
func TokenLink(address, token, stamp string) string {
	base, _, _ := cut(address)
	connection, id, named := strings.Cut(token, "/")
	tail := url.PathEscape(connection)
	if named {
		tail += "/" + url.PathEscape(id)
	}
	if stamp != "" {
		tail += "/" + url.PathEscape(stamp)
	}
	return base + fragment + tail
}

// ParseToken reads token and stamp of an address that TokenLink wrote.
func ParseToken(address string) (token, stamp string, ok bool) {
	_, tail, found := cut(address)
	if !found {
		return "", "", false
	}
	parts := strings.SplitN(tail, "/", 3)
	for i, part := range parts {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return "", "", false
		}
		if parts[i] = plain; i == 2 {
			stamp = plain
		}
	}
	token = strings.Join(parts[:min(2, len(parts))], "/")
	return token, stamp, token != ""
}

// Stamp is what a copy carries to tell of which text it was made: the ticket of
// the source comment and its fingerprint then.
func Stamp(ticketID, fingerprint string) string { return fingerprint + "." + ticketID }

// ParseStamp is the inverse of Stamp.
func ParseStamp(stamp string) (ticketID, fingerprint string) {
	fingerprint, ticketID, _ = strings.Cut(stamp, ".")
	return ticketID, fingerprint
}
