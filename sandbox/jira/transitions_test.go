package jira_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// step takes the transition to a status, which must be on offer.
func (p *person) step(key, status string) {
	p.t.Helper()
	p.want(204, "POST", "issue/"+key+"/transitions", object{"transition": object{"id": p.exit(key, status)}})
}

func (p *person) exit(key, status string) any {
	p.t.Helper()
	for _, tr := range p.get("issue/" + key + "/transitions")["transitions"].([]any) {
		if at(tr, "to.name") == status {
			return at(tr, "id")
		}
	}
	require.Fail(p.t, "no way to "+status)
	return nil
}

func (p *person) exits(key string) []any {
	p.t.Helper()
	return each(p.get("issue/" + key + "/transitions")["transitions"], "to.name")
}

func TestENGGoesOneStepForwardOrBack(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("walk")
	for _, hop := range []struct {
		exits []any
		to    string
	}{
		{[]any{"In Progress"}, "In Progress"},
		{[]any{"To Do", "In Review"}, "In Review"},
		{[]any{"In Progress", "Done"}, "Done"},
		{[]any{"In Review"}, "In Review"},
	} {
		require.Equal(t, hop.exits, alice.exits(key))
		alice.step(key, hop.to)
		require.Equal(t, hop.to, at(alice.field(key, "status"), "name"))
	}
	bad := alice.want(400, "POST", "issue/"+key+"/transitions", object{"transition": object{"id": "21"}})
	require.Equal(t, []any{"Transition id '21' is not valid for this issue."}, bad["errorMessages"])
	alice.want(400, "POST", "issue/"+key+"/transitions", object{})
}

func TestDoneSetsAResolutionAndLeavingItClearsIt(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("resolve")
	alice.step(key, "In Progress")
	alice.step(key, "In Review")

	offered := alice.get("issue/" + key + "/transitions?expand=transitions.fields")["transitions"]
	require.Equal(t, false, at(offered, "1.fields.resolution.required"))
	require.Equal(t, []any{"Done", "Won't Do", "Duplicate"}, each(at(offered, "1.fields.resolution.allowedValues"), "name"))
	require.Empty(t, at(offered, "0.fields"))
	refused := alice.want(400, "POST", "issue/"+key+"/transitions", object{
		"transition": object{"id": "22"}, "fields": object{"resolution": object{"name": "Done"}}})
	require.Contains(t, refused["errors"], "resolution", "the step back has no screen")
	alice.want(204, "POST", "issue/"+key+"/transitions", object{
		"transition": object{"id": "41"}, "fields": object{"resolution": object{"name": "Won't Do"}},
		"update": object{"comment": []object{{"add": object{"body": "not worth it"}}}}})
	require.Equal(t, "Won't Do", at(alice.field(key, "resolution"), "name"))
	require.NotNil(t, alice.field(key, "resolutiondate"))
	require.Equal(t, "not worth it", at(alice.get("issue/"+key+"/comment"), "comments.0.body"))

	alice.step(key, "In Review")
	require.Nil(t, alice.field(key, "resolution"))
	require.Nil(t, alice.field(key, "resolutiondate"))
	alice.step(key, "Done")
	require.Equal(t, "Done", at(alice.field(key, "resolution"), "name"), "without a choice")
	last := alice.get("issue/" + key + "/changelog")["values"].([]any)
	require.Equal(t, []any{"resolution", "status"}, each(at(last[len(last)-1], "items"), "field"))
}

func TestOPSGoesFromAnyToAny(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key, _ := alice.create("OPS", "Task", "jump", nil)["key"].(string)
	s.next()
	require.Equal(t, []any{"To Do", "In Progress", "Done"}, alice.exits(key))
	alice.step(key, "Done")
	alice.step(key, "To Do")
	s.next()
	s.next()
	before := alice.field(key, "updated")
	alice.step(key, "To Do")
	require.Equal(t, before, alice.field(key, "updated"))
	s.quiet()
}

func TestAStatusIsTakenOutOfAWorkflowAndAnotherAdded(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("migrate")
	alice.step(key, "In Progress")
	alice.step(key, "In Review")
	s.next()
	s.next()

	got := s.steer("PUT", "statuses", object{"project": "ENG", "remove": "In Review"})
	require.Equal(t, []any{"To Do", "In Progress", "Done"}, got["statuses"])
	require.Equal(t, "In Progress", at(alice.field(key, "status"), "name"), "issues are migrated")
	require.Equal(t, "In Review", at(s.next().body, "changelog.items.0.fromString"))
	require.Equal(t, []any{"To Do", "Done"}, alice.exits(key))
	require.Equal(t, []any{"To Do", "In Progress", "Done"}, each(at(alice.list("project/ENG/statuses"), "0.statuses"), "name"))

	got = s.steer("PUT", "statuses", object{"project": "ENG", "add": "Blocked", "after": "In Progress"})
	require.Equal(t, []any{"To Do", "In Progress", "Blocked", "Done"}, got["statuses"])
	alice.step(key, "Blocked")
	require.Equal(t, "indeterminate", at(alice.field(key, "status"), "statusCategory.key"))
	require.Contains(t, each(any(alice.list("status")), "name"), "Blocked")

	status, _ := s.control("PUT", "statuses", object{"project": "ENG", "remove": "Nonsense"})
	require.Equal(t, 404, status)
}
