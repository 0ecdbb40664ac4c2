package linear_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const own = "0b5d3a0e-1f2c-4d3e-8a4b-5c6d7e8f9a0b"

func TestAnIssueStartsInItsTeamsFirstState(t *testing.T) {
	t.Parallel()
	w := open(t)
	made := w.issue(" Printer ", nil)
	require.Equal(t, "PRO-1", made["identifier"])
	require.Equal(t, 1.0, made["number"])
	require.Equal(t, "Printer", made["title"])
	require.Nil(t, made["description"])
	require.Equal(t, "Backlog", at(made, "state.name"))
	require.Equal(t, "No priority", made["priorityLabel"])
	require.Equal(t, w.user("alice"), at(made, "creator.id"))
	require.Nil(t, made["botActor"])
	require.Equal(t, "2026-03-02T09:00:00.000Z", made["createdAt"])
	require.Equal(t, "http://127.0.0.1:9103/sandbox/issue/PRO-1/printer", made["url"])
	other := w.as("bob").issue("elsewhere", object{"teamId": w.team("PLT")})
	require.Equal(t, "PLT-1", other["identifier"], "numbers are per team")
	for _, ref := range []any{made["id"], "PRO-1"} {
		require.Equal(t, made, w.read(ref))
	}
}

func TestAnIssueTakesEveryField(t *testing.T) {
	t.Parallel()
	w := open(t)
	parent := w.issue("parent", nil)
	made := w.issue("child", object{
		"description": "- one", "priority": 2, "estimate": 3, "dueDate": "2026-04-01", "stateId": w.state("PRO", "In Progress"),
		"assigneeId": w.user("bob"), "projectId": w.project("Launch"), "labelIds": []string{w.label("Bug")}, "parentId": "PRO-1",
		"createdAt": "2025-01-02T03:04:05Z", "id": own,
	})
	require.Equal(t, own, made["id"])
	require.Equal(t, "* one", made["description"])
	require.Equal(t, "High", made["priorityLabel"])
	require.Equal(t, 3.0, made["estimate"])
	require.Equal(t, "2026-04-01", made["dueDate"])
	require.Equal(t, "started", at(made, "state.type"))
	require.NotNil(t, made["startedAt"])
	require.Equal(t, "Bob Example", at(made, "assignee.name"))
	require.Equal(t, "Launch", at(made, "project.name"))
	require.Equal(t, "Bug", at(made, "labels.nodes.0.name"))
	require.Equal(t, "PRO-1", at(made, "parent.identifier"))
	require.Equal(t, "2025-01-02T03:04:05.000Z", made["createdAt"])
	children := w.do(`query { issue(id: "PRO-1") { children { nodes { id } } } }`, nil)
	require.Equal(t, []any{own}, each(at(children, "issue.children.nodes"), "id"))
	require.Equal(t, parent["id"], w.read("PRO-1")["id"])
}

func TestAnIDIsNeverFreeAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	twice := func() {
		in := object{"teamId": w.team("PRO"), "title": "again", "id": own}
		e := w.refused(400, "invalid input", "INPUT_ERROR", createIssue, object{"in": in})
		require.Equal(t, "conflict on insert of Issue", e["message"])
		require.Equal(t, []any{"issueCreate"}, e["path"])
		require.Equal(t, object{
			"type": "invalid input", "code": "INPUT_ERROR", "statusCode": 400.0, "userError": true,
			"userPresentableMessage": "Entity Issue with id " + own + " already exists.",
		}, e["extensions"])
	}
	w.issue("first", object{"id": own})
	twice()
	w.do(`mutation { issueArchive(id: "PRO-1") { success } }`, nil)
	twice()
	w.do(`mutation { issueDelete(id: "PRO-1") { success } }`, nil)
	twice()
	w.do(`mutation { issueDelete(id: "PRO-1", permanentlyDelete: true) { success } }`, nil)
	twice()
	require.Equal(t, "PRO-2", w.issue("next", nil)["identifier"], "a refused create takes no number")
}

func TestBadIssuesAreRefused(t *testing.T) {
	t.Parallel()
	w := open(t)
	for shown, in := range map[string]object{
		"id must be a UUID":                         {"id": "11111111-1111-1111-1111-111111111111"},
		"teamId must be a UUID":                     {"teamId": "PRO"},
		"Could not find referenced Team":            {"teamId": own},
		"Could not find referenced WorkflowState":   {"stateId": own},
		"not a state of the issue's team":           {"stateId": w.state("PLT", "Todo")},
		"Could not find referenced User":            {"assigneeId": own},
		"not a user who can be assigned":            {"assigneeId": w.appID()},
		"Could not find referenced IssueLabel":      {"labelIds": []string{own}},
		"label group":                               {"labelIds": []string{w.label("Area")}},
		"labelIds not exclusive child labels":       {"labelIds": []string{w.label("Frontend"), w.label("Backend")}},
		"not a project of the issue's team":         {"teamId": w.team("PLT"), "projectId": w.project("Launch")},
		"priority must not be less than 0":          {"priority": 5},
		"title must be a string":                    {"title": " "},
		"createdAt must be a date in the past":      {"createdAt": "2030-01-01T00:00:00Z"},
		"createAsUser and displayIconUrl are only ": {"createAsUser": "Jane"},
		"the sandbox does not take cycleId":         {"cycleId": own},
	} {
		given := object{"teamId": w.team("PRO"), "title": "x"}
		for name, value := range in {
			given[name] = value
		}
		w.input(shown, createIssue, object{"in": given})
	}
	w.input("Could not find referenced Issue.", readIssue, object{"id": "PRO-1"})
}

func (w *workspace) appID() any {
	w.t.Helper()
	return w.as("app").do(`query { viewer { id } }`, nil)["viewer"].(object)["id"]
}

func TestAnAppWritesForOthers(t *testing.T) {
	t.Parallel()
	w := open(t)
	app := w.as("app")
	made := app.issue("from elsewhere", object{"createAsUser": "Jane", "displayIconUrl": "https://example.com/jane.png"})
	require.Equal(t, true, at(made, "creator.app"))
	require.Equal(t, "Jane", at(made, "botActor.userDisplayName"))
	said := app.comment(object{"issueId": "PRO-1", "body": "hello", "createAsUser": "Joe"})
	require.Equal(t, true, at(said, "user.app"))
	require.Equal(t, "Joe", at(said, "botActor.userDisplayName"))
	require.Nil(t, at(app.comment(object{"issueId": "PRO-1", "body": "hello"}), "botActor.userDisplayName"))
	w.input("createAsUser", createComment, object{"in": object{"issueId": "PRO-1", "body": "hello", "createAsUser": "Joe"}})
}

func TestAbsentKeepsNullClearsValueSets(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", object{"description": "text", "assigneeId": w.user("bob"), "projectId": w.project("Launch"), "estimate": 2, "dueDate": "2026-04-01"})
	kept := w.update("PRO-1", object{"title": "two"})
	require.Equal(t, "two", kept["title"])
	require.Equal(t, "text", kept["description"])
	require.NotNil(t, kept["assignee"])
	cleared := w.update("PRO-1", object{"description": nil, "assigneeId": nil, "projectId": nil, "estimate": nil, "dueDate": nil})
	for _, field := range []string{"description", "assignee", "project", "estimate", "dueDate"} {
		require.Nil(t, cleared[field], field)
	}
	require.Equal(t, "two", cleared["title"])
	variable := w.do(`mutation($a: String, $t: String) { issueUpdate(id: "PRO-1", input: {assigneeId: $a, title: $t}) { issue { title assignee { id } } } }`,
		object{"a": w.user("bob")})
	require.Equal(t, "two", at(variable, "issueUpdate.issue.title"), "a variable that is not sent is absent")
	require.Equal(t, w.user("bob"), at(variable, "issueUpdate.issue.assignee.id"))
	w.input("title must be a string", updateIssue, object{"id": "PRO-1", "in": object{"title": nil}})
}

func TestUpdatedAtRisesWithEveryChangeAndOnlyThen(t *testing.T) {
	t.Parallel()
	w := open(t)
	made := w.issue("one", nil)
	first := w.update("PRO-1", object{"title": "two"})
	require.Greater(t, first["updatedAt"], made["updatedAt"], "the clock stands still")
	require.Equal(t, first, w.update("PRO-1", object{"title": "two"}))
	w.clock.advance(time.Minute)
	require.Equal(t, "2026-03-02T09:01:00.000Z", w.update("PRO-1", object{"title": "three"})["updatedAt"])
	version := w.read("PRO-1")["updatedAt"]
	w.comment(object{"issueId": "PRO-1", "body": "hello"})
	w.attach(object{"issueId": "PRO-1", "url": "https://example.com", "title": "x"})
	require.Equal(t, version, w.read("PRO-1")["updatedAt"], "neither a comment nor an attachment moves it")
}

func TestLabelsAreAddedAndRemoved(t *testing.T) {
	t.Parallel()
	w := open(t)
	bug, feature, front := w.label("Bug"), w.label("Feature"), w.label("Frontend")
	w.issue("one", object{"labelIds": []string{bug}})
	require.Equal(t, []any{bug, feature, front}, w.update("PRO-1", object{"addedLabelIds": []string{feature, front, bug}})["labelIds"])
	require.Equal(t, []any{feature, front}, w.update("PRO-1", object{"removedLabelIds": []string{bug}})["labelIds"])
	require.Equal(t, []any{bug}, w.update("PRO-1", object{"labelIds": []string{bug}})["labelIds"])
	w.do(`mutation($l: String!) { issueAddLabel(id: "PRO-1", labelId: $l) { success } }`, object{"l": feature})
	w.do(`mutation($l: String!) { issueRemoveLabel(id: "PRO-1", labelId: $l) { success } }`, object{"l": bug})
	require.Equal(t, []any{feature}, w.read("PRO-1")["labelIds"])
	made := w.do(`mutation { issueLabelCreate(input: {name: "New"}) { issueLabel { id name color team { id } } } }`, nil)
	require.Equal(t, "New", at(made, "issueLabelCreate.issueLabel.name"))
	w.input("already exists", `mutation { issueLabelCreate(input: {name: "new"}) { success } }`, nil)
}

func TestAMoveGivesANewIdentifierAndKeepsTheOld(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("other", object{"teamId": w.team("PLT")})
	made := w.issue("nomad", object{"stateId": w.state("PRO", "Done"), "projectId": w.project("Launch")})
	moved := w.update("PRO-1", object{"teamId": w.team("PLT")})
	require.Equal(t, "PLT-2", moved["identifier"])
	require.Equal(t, []any{"PRO-1"}, moved["previousIdentifiers"])
	require.Equal(t, made["id"], moved["id"])
	require.Equal(t, w.state("PLT", "Done"), at(moved, "state.id"))
	require.Nil(t, moved["project"], "the new team is not in it")
	for _, ref := range []any{"PRO-1", "PLT-2", made["id"]} {
		require.Equal(t, moved, w.read(ref), ref)
	}
	back := w.update("PLT-2", object{"teamId": w.team("PRO"), "stateId": w.state("PRO", "Todo")})
	require.Equal(t, "PRO-2", back["identifier"], "numbers are not used again")
	require.Equal(t, []any{"PRO-1", "PLT-2"}, back["previousIdentifiers"])
	require.Equal(t, "Todo", at(back, "state.name"))
}

func TestTheTrashCanBeReadAndRestored(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	w.issue("two", nil)
	listed := func(archived bool) []any {
		return each(at(w.do(`query($a: Boolean) { issues(includeArchived: $a) { nodes { identifier } } }`, object{"a": archived}), "issues.nodes"), "identifier")
	}
	w.do(`mutation { issueDelete(id: "PRO-1") { success entity { id } } }`, nil)
	gone := w.read("PRO-1")
	require.Equal(t, true, gone["trashed"])
	require.NotNil(t, gone["archivedAt"])
	require.Equal(t, []any{"PRO-2"}, listed(false))
	require.Equal(t, []any{"PRO-2", "PRO-1"}, listed(true))
	restored := w.update("PRO-1", object{"trashed": nil})
	require.Nil(t, restored["trashed"])
	require.Nil(t, restored["archivedAt"])

	w.do(`mutation { issueArchive(id: "PRO-1") { success } }`, nil)
	require.Nil(t, w.read("PRO-1")["trashed"])
	require.NotNil(t, w.update("PRO-1", object{"trashed": nil})["archivedAt"], "archived is not trashed")
	w.do(`mutation { issueUnarchive(id: "PRO-1") { success } }`, nil)
	require.Equal(t, []any{"PRO-2", "PRO-1"}, listed(false))
	require.Equal(t, true, w.update("PRO-1", object{"trashed": true})["trashed"])

	said := w.comment(object{"issueId": "PRO-1", "body": "gone with it"})
	w.do(`mutation { issueDelete(id: "PRO-1", permanentlyDelete: true) { success } }`, nil)
	w.input("Could not find referenced Issue.", readIssue, object{"id": "PRO-1"})
	w.input("Could not find referenced Comment.", `query($id: String) { comment(id: $id) { id } }`, object{"id": said["id"]})
	require.Equal(t, []any{"PRO-2"}, listed(true))
}

func TestHistoryTellsWhatChanged(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	w.as("bob").update("PRO-1", object{"title": "two", "description": "text", "priority": 1, "assigneeId": w.user("bob")})
	w.update("PRO-1", object{"stateId": w.state("PRO", "Done"), "addedLabelIds": []string{w.label("Bug")}})
	got := w.do(`query { issue(id: "PRO-1") { history { nodes { createdAt actor { name } actorId fromTitle toTitle updatedDescription
		fromPriority toPriority fromAssignee { name } toAssignee { name } fromState { name } toState { name } addedLabels { name }
		descriptionUpdatedBy { name } } } } }`, nil)
	newest, oldest := at(got, "issue.history.nodes.0"), at(got, "issue.history.nodes.1")
	require.Equal(t, "Alice Example", at(newest, "actor.name"))
	require.Equal(t, "Backlog", at(newest, "fromState.name"))
	require.Equal(t, "Done", at(newest, "toState.name"))
	require.Equal(t, "Bug", at(newest, "addedLabels.0.name"))
	require.Nil(t, at(newest, "updatedDescription"))
	require.Equal(t, "Bob Example", at(oldest, "actor.name"))
	require.Equal(t, "one", at(oldest, "fromTitle"))
	require.Equal(t, "two", at(oldest, "toTitle"))
	require.Equal(t, 1.0, at(oldest, "toPriority"))
	require.Equal(t, true, at(oldest, "updatedDescription"))
	require.Equal(t, "Bob Example", at(oldest, "descriptionUpdatedBy.0.name"))
	require.Nil(t, at(oldest, "fromAssignee"))
	require.Equal(t, "Bob Example", at(oldest, "toAssignee.name"))
}

func TestABatchIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	batch := `mutation($in: [IssueCreateInput!]!) { issueBatchCreate(input: {issues: $in}) { issues { identifier } } }`
	team := w.team("PRO")
	w.input("stateId", batch, object{"in": []object{{"teamId": team, "title": "a"}, {"teamId": team, "title": "b", "stateId": w.state("PLT", "Done")}}})
	made := w.do(batch, object{"in": []object{{"teamId": team, "title": "a"}, {"teamId": team, "title": "b"}}})
	require.Equal(t, []any{"PRO-1", "PRO-2"}, each(at(made, "issueBatchCreate.issues"), "identifier"))
}
