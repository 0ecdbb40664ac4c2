package linear_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/sandbox/linear"
)

// TestEveryFieldOfTheSchemaCanBeAsked asks for every field of what the sandbox
// keeps, as the big fragments of Linear's own client do; the answers are
// checked as all are.
func TestEveryFieldOfTheSchemaCanBeAsked(t *testing.T) {
	t.Parallel()
	path := contract.Shared(t, "reference", "linear", "schema.graphql")
	for name, options := range map[string]func(*linear.Options){
		"strict": func(o *linear.Options) { o.Schema = path }, "lenient": lenient,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, options)
			ids := w.populate()
			for typ, query := range map[string]string{
				"User": `query { viewer { %s } }`, "Organization": `query { organization { %s } }`,
				"Team": `query { team(id: "PRO") { %s } }`, "Issue": `query { issue(id: "PRO-1") { %s } }`,
				"Comment":       `query { comment(id: "` + ids.reply + `") { %s } }`,
				"Attachment":    `query { attachment(id: "` + ids.attachment + `") { %s } }`,
				"IssueLabel":    `query { issueLabel(id: "` + ids.label + `") { %s } }`,
				"WorkflowState": `query { workflowState(id: "` + w.state("PRO", "Done") + `") { %s } }`,
				"Project":       `query { project(id: "` + w.project("Launch") + `") { %s } }`,
				"Webhook":       `query { webhook(id: "` + ids.webhook + `") { %s } }`,
				"IssueHistory":  `query { issue(id: "PRO-1") { history(first: 5) { nodes { %s } } } }`,
				"ActorBot":      `query { issue(id: "PRO-2") { botActor { %s } } }`,
			} {
				w.do(fmt.Sprintf(query, everything(schema(t), typ, 2)), nil)
			}
			w.do(`query { rateLimitStatus { identifier kind limits { type requestedAmount allowedAmount period remainingAmount reset } } }`, nil)
			w.do(`query { issue(id: "PRO-1") { syncedWith { id service metadata { __typename ... on ExternalEntityInfoJiraMetadata { issueKey projectId issueTypeId } } } } }`, nil)
		})
	}
}

// everything selects every field of a type that needs no argument, and of what
// that leads to down to a depth.
func everything(s *ast.Schema, typ string, depth int) string {
	var fields []string
	for _, field := range s.Types[typ].Fields {
		if strings.HasPrefix(field.Name, "__") || needsArguments(field) {
			continue
		}
		inner := s.Types[field.Type.Name()]
		switch {
		case inner.Kind == ast.Scalar || inner.Kind == ast.Enum:
			fields = append(fields, field.Name)
		case inner.Kind == ast.Union || inner.Kind == ast.Interface || depth == 1 && !strings.HasSuffix(inner.Name, "Connection"):
			fields = append(fields, field.Name+" { __typename }")
		case depth == 1 || strings.HasSuffix(inner.Name, "Connection"):
			fields = append(fields, field.Name+"(first: 1) { nodes { __typename } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }")
		default:
			fields = append(fields, field.Name+" { "+everything(s, inner.Name, depth-1)+" }")
		}
	}
	return strings.Join(fields, " ")
}

func needsArguments(field *ast.FieldDefinition) bool {
	for _, argument := range field.Arguments {
		if argument.Type.NonNull && argument.DefaultValue == nil {
			return true
		}
	}
	return false
}

type populated struct{ reply, attachment, label, webhook string }

// populate makes one object of every kind, and an issue that has something in
// every field.
func (w *workspace) populate() populated {
	w.t.Helper()
	var ids populated
	ids.label, _ = at(w.do(`mutation($t: String) { issueLabelCreate(input: {name: "Own", teamId: $t, color: "#ffffff", description: "d"}) { issueLabel { id } } }`,
		object{"t": w.team("PRO")}), "issueLabelCreate.issueLabel.id").(string)
	w.issue("all of it", object{
		"description": "text", "priority": 1, "estimate": 3, "dueDate": "2026-04-01", "assigneeId": w.user("bob"),
		"projectId": w.project("Launch"), "labelIds": []string{ids.label}, "stateId": w.state("PRO", "In Progress"),
	})
	w.as("app").issue("by the app", object{"createAsUser": "Jane"})
	w.issue("child", object{"parentId": "PRO-1"})
	w.update("PRO-1", object{
		"title": "changed", "stateId": w.state("PRO", "Done"), "assigneeId": nil, "priority": 2, "description": nil, "projectId": nil,
		"removedLabelIds": []string{ids.label}, "parentId": "PRO-2",
	})
	root := w.comment(object{"issueId": "PRO-1", "body": "root"})
	ids.reply, _ = w.comment(object{"parentId": root["id"], "body": "reply"})["id"].(string)
	ids.attachment, _ = w.attach(object{"issueId": "PRO-1", "url": "https://example.com/1", "title": "one", "metadata": object{"a": 1}})["id"].(string)
	ids.webhook, _ = at(w.do(`mutation { webhookCreate(input: {url: "https://example.com/hook", resourceTypes: ["Issue"], allPublicTeams: true}) { webhook { id } } }`,
		nil), "webhookCreate.webhook.id").(string)
	w.steer("PUT", "replicated", object{"id": "PRO-1", "service": "jira"})
	require.NotEmpty(w.t, ids.webhook)
	return ids
}

// TestTheAdaptersQueriesAreAnswered runs every query that the adapter sends on
// a workspace with something in every field.
func TestTheAdaptersQueriesAreAnswered(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "trackers", "linear", "api", "operations.graphql"))
	require.NoError(t, err)
	doc, err := parser.ParseQuery(&ast.Source{Input: string(text)})
	require.NoError(t, err)
	w := open(t)
	ids := w.populate()
	first := w.do(`query { issue(id: "PRO-1") { comments(first: 1) { pageInfo { endCursor } } } }`, nil)
	given := object{
		"id": "PRO-1", "after": at(first, "issue.comments.pageInfo.endCursor"), "team": w.team("PRO"), "teams": []string{w.team("PRO")},
		"since": "2026-01-01T00:00:00Z", "email": "bob@example.com",
	}
	run := 0
	for _, operation := range doc.Operations {
		if operation.Operation != ast.Query {
			continue
		}
		variables := object{}
		for _, variable := range operation.VariableDefinitions {
			value, known := given[variable.Variable]
			require.True(t, known, "%s: add a value for $%s to this test", operation.Name, variable.Variable)
			if variable.Type.NonNull {
				variables[variable.Variable] = value
			}
		}
		switch operation.Name {
		case "Comment":
			variables["id"] = ids.reply
		case "TeamProjects":
			variables["id"] = w.team("PRO")
		}
		got := w.sendNamed(string(text), operation.Name, variables)
		require.Empty(t, got.Errors, operation.Name)
		run++
	}
	require.GreaterOrEqual(t, run, 10)
}
