// Package opt holds the values of a GraphQL input, where leaving a member out,
// sending null and sending a value are three different things.
package opt

import (
	"bytes"
	"encoding/json"
)

// Value is absent when it is nil, null when it maps false, and a value when it
// maps true to it. It is a map because encoding/json leaves out an empty map,
// and only then is an absent member absent on the wire.
type Value[T any] map[bool]T

// Of returns a value.
func Of[T any](v T) Value[T] { return Value[T]{true: v} }

// Null returns null, which clears.
func Null[T any]() Value[T] {
	var none T
	return Value[T]{false: none}
}

// Get returns the value; ok is false for null and for nothing.
func (v Value[T]) Get() (value T, ok bool) {
	value, ok = v[true]
	return value, ok
}

// Or returns the value, or other for null and for nothing.
func (v Value[T]) Or(other T) T {
	if value, ok := v[true]; ok {
		return value
	}
	return other
}

// MarshalJSON implements json.Marshaler.
func (v Value[T]) MarshalJSON() ([]byte, error) {
	value, ok := v[true]
	if !ok {
		return []byte("null"), nil
	}
	return json.Marshal(value)
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *Value[T]) UnmarshalJSON(data []byte) error {
	if string(bytes.TrimSpace(data)) == "null" {
		*v = Null[T]()
		return nil
	}
	var value T
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	*v = Of(value)
	return nil
}
