package contract

// dateTime is one as Jira writes it, with or without a colon in the
// zone; its own file gives the latter as an example.
const dateTime = `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$`

// relax allows what Jira really answers and its file does not know: zones
// without a colon, nulls in changelog items, and the list of an issue's remote
// links, of which the file describes only the single one.
func relax(doc map[string]any) {
	schemas := at(doc, "components", "schemas")
	relaxTimes(schemas)
	change := at(schemas, "ChangeDetails", "properties")
	for _, name := range []string{"from", "fromString", "to", "toString"} {
		if property := at(change, name); property != nil {
			property["nullable"] = true
		}
	}
	links := at(doc, "paths", "/rest/api/3/issue/{issueIdOrKey}/remotelink", "get", "responses", "200", "content", "application/json")
	if one, ok := links["schema"]; ok {
		links["schema"] = map[string]any{"anyOf": []any{one, map[string]any{"type": "array", "items": one}}}
	}
}

func relaxTimes(node any) {
	switch node := node.(type) {
	case map[string]any:
		if node["format"] == "date-time" {
			delete(node, "format")
			node["pattern"] = dateTime
		}
		for _, value := range node {
			relaxTimes(value)
		}
	case []any:
		for _, value := range node {
			relaxTimes(value)
		}
	}
}

// at walks down objects; where there is none it returns nil, which can be read.
func at(node map[string]any, path ...string) map[string]any {
	for _, name := range path {
		node, _ = node[name].(map[string]any)
	}
	return node
}
