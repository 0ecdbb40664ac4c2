package linear

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"regexp"
)

// uuidV4 is the form of every id; Linear takes no other from a client.
var uuidV4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// newID is random, so that objects of a workspace that was thrown away are
// never met again under the same id.
func newID() string {
	bytes := make([]byte, 16)
	_, _ = rand.Read(bytes)
	return formatID(bytes)
}

// seedID is the same in every workspace, so that a sandbox without a data
// directory may be restarted under a running worker.
func seedID(name string) string {
	sum := sha256.Sum256([]byte("linear/" + name))
	return formatID(sum[:16])
}

// formatID writes 16 bytes as a UUID of version 4.
func formatID(bytes []byte) string {
	bytes[6] = bytes[6]&0x0f | 0x40
	bytes[8] = bytes[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", bytes[:4], bytes[4:6], bytes[6:8], bytes[8:10], bytes[10:16])
}

// claimID takes the client's id for a new object of a type, or makes one. An id
// is never free again, whatever became of the object: Linear keeps the row.
func (s *Server) claimID(typ string, in input) (string, error) {
	id, given := in.text("id")
	if !given {
		return newID(), nil
	}
	if !uuidV4.MatchString(id) {
		return "", invalid("id must be a UUID")
	}
	if _, taken := s.spent.Get(typ + "/" + id); taken {
		return "", conflict(typ, id)
	}
	return id, nil
}

// spend is called after the object is stored: what a crash kept apart is put
// together by reindex, and an id without an object would be lost for ever.
func (s *Server) spend(typ, id string) {
	if _, known := s.spent.Get(typ + "/" + id); !known {
		s.spent.Put(typ+"/"+id, true)
	}
}
