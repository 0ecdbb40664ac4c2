package linear

import (
	"bytes"
	"encoding/json"
)

// hookObject is a JSON object of a delivery. Its members stay raw: whatever has
// an unexpected shape is left out, the rest still counts.
type hookObject map[string]json.RawMessage

func readObject(raw json.RawMessage) (hookObject, bool) {
	// JSON's own white space (RFC 8259, section 2) and no other.
	if !bytes.HasPrefix(bytes.TrimLeft(raw, " \t\r\n"), []byte("{")) {
		return nil, false
	}
	var o hookObject
	return o, json.Unmarshal(raw, &o) == nil
}

// child returns a member that is an object, nil for any other.
func (o hookObject) child(name string) hookObject {
	child, _ := readObject(o[name])
	return child
}

// text returns a member that is a text, "" for any other.
func (o hookObject) text(name string) string {
	var s string
	_ = json.Unmarshal(o[name], &s)
	return s
}

// lists reports whether there is such a member, even if it is null.
func (o hookObject) lists(name string) bool { return o[name] != nil }

// has reports whether there is such a member and it is not null.
func (o hookObject) has(name string) bool { return o.lists(name) && string(o[name]) != "null" }

// same reports whether a member is the same in both; null is like none.
func (o hookObject) same(other hookObject, name string) bool {
	if !o.has(name) || !other.has(name) {
		return o.has(name) == other.has(name)
	}
	return bytes.Equal(o[name], other[name])
}
