package linear

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// Linear takes the id of a new issue or comment from the caller, as long as it
// looks like a UUIDv4, and refuses the same id a second time. Ours are made of
// what the object stands for, so that creating it again cannot make another:
// 82 bits of a hash, the six bits that UUIDv4 fixes, and a tag of 40 bits over
// both, by which an installation knows its own. Of random ids one in 2^40
// passes. The ids are stored in Linear: how they are made may never change.
const (
	idSize = 16 // bytes
	tagAt  = 11 // the tag is the rest
)

var uuidV4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// issueID returns the id of a pair's replica. It differs between generations,
// so that a pair linked again does not meet its former replica in the trash.
func issueID(installation string, m ticket.Marker) string {
	return newID(installation, "issue", m.Pair, strconv.Itoa(m.Generation))
}

// commentID returns the id of a comment on the ticket: the copy of the comment
// that the token names, or the one notice of our own that a ticket has.
func commentID(installation, ticketID, token string) string {
	return newID(installation, "comment", ticketID, token)
}

// ours reports whether the installation chose this id.
func ours(installation, id string) bool {
	if !uuidV4.MatchString(id) {
		return false
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	return err == nil && hmac.Equal(raw[tagAt:], idTag(installation, raw[:tagAt]))
}

func newID(installation string, parts ...string) string {
	hash := sha256.New()
	for _, part := range parts {
		fmt.Fprintf(hash, "%d:%s", len(part), part) // the length keeps the parts apart
	}
	id := hash.Sum(nil)[:tagAt]
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // variant 10
	id = append(id, idTag(installation, id)...)
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func idTag(installation string, hashed []byte) []byte {
	mac := hmac.New(sha256.New, []byte(installation))
	mac.Write(hashed)
	return mac.Sum(nil)[:idSize-tagAt]
}
