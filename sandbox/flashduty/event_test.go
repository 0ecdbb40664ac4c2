package flashduty_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/flashduty"
)

func labels(n int) object {
	labels := object{}
	for i := range n {
		labels["label-"+strconv.Itoa(i)] = "true"
	}
	return labels
}

func without(name string) object {
	body := with(nil)
	delete(body, name)
	return body
}

// events are bodies and what their refusal says, "" if they are accepted.
var events = map[string]struct {
	body any
	says string
}{
	"least":                 {with(nil), ""},
	"everything":            {with(object{"event_time": 1767225600, "description": "d", "link": "http://h/ENG-1", "labels": object{"a": "b"}}), ""},
	"more than documented":  {with(object{"severity": 3}), ""},
	"no key":                {without("change_key"), "change_key is required"},
	"empty key":             {with(object{"change_key": ""}), "change_key is required"},
	"key not a string":      {with(object{"change_key": 1}), "change_key must be a string"},
	"null key":              {with(object{"change_key": nil}), "change_key must be a string"},
	"no title":              {without("title"), "title is required"},
	"title of other case":   {object{"change_key": "ENG-1", "Title": "x", "change_status": "Done"}, "title is required"},
	"empty title":           {with(object{"title": ""}), "title is required"},
	"title not a string":    {with(object{"title": object{}}), "title must be a string"},
	"no status":             {without("change_status"), "change_status is required"},
	"status in lower case":  {with(object{"change_status": "planned"}), "change_status must be one of"},
	"British status":        {with(object{"change_status": "Cancelled"}), "change_status must be one of"},
	"newer status":          {with(object{"change_status": "Failed"}), "change_status must be one of"},
	"time before 1970":      {with(object{"event_time": -1}), ""},
	"time as 1e9":           {with(object{"event_time": json.Number("1e9")}), ""},
	"time as 5.0":           {with(object{"event_time": json.Number("5.0")}), ""},
	"time with a fraction":  {with(object{"event_time": 5.5}), "event_time must be an integer"},
	"time as text":          {with(object{"event_time": "1767225600"}), "event_time must be an integer"},
	"null time":             {with(object{"event_time": nil}), "event_time must be an integer"},
	"longest description":   {with(object{"description": strings.Repeat("😀", 2048)}), ""},
	"description too long":  {with(object{"description": strings.Repeat("x", 2049)}), "description is longer"},
	"null description":      {with(object{"description": nil}), "description must be a string"},
	"link not a string":     {with(object{"link": []any{}}), "link must be a string"},
	"no labels":             {with(object{"labels": object{}}), ""},
	"most labels":           {with(object{"labels": labels(50)}), ""},
	"labels too many":       {with(object{"labels": labels(51)}), "labels must be at most 50"},
	"longest label key":     {with(object{"labels": object{strings.Repeat("ä", 128): "x"}}), ""},
	"label key too long":    {with(object{"labels": object{strings.Repeat("x", 129): "x"}}), "keys of at most 128"},
	"label not a string":    {with(object{"labels": object{"a": true}}), "string values"},
	"null label":            {with(object{"labels": object{"a": nil}}), "string values"},
	"labels in a list":      {with(object{"labels": []any{"a"}}), "labels must be an object"},
	"null labels":           {with(object{"labels": nil}), "labels must be an object"},
	"list":                  {[]any{with(nil)}, "not a JSON object"},
	"null":                  {nil, "not a JSON object"},
	"text":                  {"x", "not a JSON object"},
	"empty label and value": {with(object{"labels": object{"": ""}}), ""},
}

func TestRules(t *testing.T) {
	t.Parallel()
	for name, test := range events {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, flashduty.Options{})
			body, err := json.Marshal(test.body)
			require.NoError(t, err)
			status, answer, err := a.send("POST", push, string(body))
			require.NoError(t, err)
			if test.says == "" {
				require.Equal(t, 200, status, answer)
				require.Len(t, a.changes(), 1)
				return
			}
			require.Equal(t, 400, status, answer)
			require.Contains(t, answer, test.says)
			require.Contains(t, answer, `"InvalidParameter"`)
			require.Empty(t, a.changes())
		})
	}
}

// TestRulesAreTheSchemas holds the table above against the published rules.
func TestRulesAreTheSchemas(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile(contract.Shared(t, "reference", "flashduty", "change-event.schema.json"))
	require.NoError(t, err)
	for name, test := range events {
		encoded, err := json.Marshal(test.body)
		require.NoError(t, err)
		body, err := jsonschema.UnmarshalJSON(strings.NewReader(string(encoded)))
		require.NoError(t, err)
		if err := schema.Validate(body); test.says == "" {
			require.NoError(t, err, name)
		} else {
			require.Error(t, err, name)
		}
	}
}
