package ravenna

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

// customPrefix starts the names of custom fields: customFields.asset. The API
// leaves them untyped; an object by name is assumed.
const customPrefix = "customFields."

func customName(f ticket.Field) string { return strings.TrimPrefix(string(f), customPrefix) }

func isCustom(f ticket.Field) bool {
	return strings.HasPrefix(string(f), customPrefix) && string(f) != customPrefix
}

// customValue reads a text, a number, a yes or no, a list of texts, or objects
// that name themselves by one of the usual members.
func customValue(raw json.RawMessage) ticket.Value {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return ticket.Value{}
	}
	switch v := v.(type) {
	case string:
		return ticket.Value{Text: v}
	case float64:
		return ticket.Value{Number: &v}
	case bool:
		return ticket.Value{Text: strconv.FormatBool(v)}
	case map[string]any:
		return ticket.Value{Text: nameOf(v)}
	case []any:
		var names []string
		for _, item := range v {
			if name := nameOf(item); name != "" {
				names = append(names, name)
			}
		}
		return ticket.Value{Names: names}
	}
	return ticket.Value{}
}

func nameOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case map[string]any:
		for _, member := range []string{"label", "name", "value", "id"} {
			if name, ok := v[member].(string); ok && name != "" {
				return name
			}
		}
	}
	return ""
}

// customJSON is what to store for a value. Where the field has a value its
// kind is kept: a flag stays a flag, a list a list.
func customJSON(v ticket.Value, present json.RawMessage) any {
	if v.IsEmpty() {
		return nil
	}
	present = bytes.TrimSpace(present)
	list := bytes.HasPrefix(present, []byte("["))
	flag := slices.Contains([]string{"true", "false"}, string(present))
	switch {
	case v.Number != nil:
		return *v.Number
	case len(v.Names) == 1 && !list && len(present) > 0 && string(present) != "null":
		return v.Names[0]
	case len(v.Names) > 0:
		return v.Names
	case v.User != nil:
		return v.User.Display()
	case list:
		return []string{v.Text}
	case flag && (v.Text == "true" || v.Text == "false"):
		return v.Text == "true"
	}
	return v.Text
}

func compact(raw json.RawMessage) json.RawMessage {
	var buffer bytes.Buffer
	if json.Compact(&buffer, raw) != nil {
		return raw
	}
	return buffer.Bytes()
}

// sameJSON compares what was sent with what is stored, whatever the spelling.
func sameJSON(sent any, stored json.RawMessage) bool {
	encoded, err := json.Marshal(sent)
	if err != nil {
		return false
	}
	var a, b any
	return json.Unmarshal(encoded, &a) == nil && json.Unmarshal(stored, &b) == nil && reflect.DeepEqual(a, b)
}
