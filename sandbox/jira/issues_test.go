package jira_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnIssueIsCreatedReadEditedAndDeleted(t *testing.T) {
	t.Parallel()
	alice := start(t).as("alice")
	made := alice.want(201, "POST", "issue", object{
		"fields": object{
			"project": object{"key": "ENG"}, "issuetype": object{"id": "10004"}, "summary": " Printer on fire ",
			"description": "h2. Steps\n\n* light it", "priority": object{"name": "Highest"}, "labels": []string{"b", "a", "b"},
			"assignee": object{"accountId": "sandbox:bob"}, "components": []object{{"name": "Web"}}, "duedate": "2026-04-01",
			"customfield_10042": "LT-7", "customfield_10043": 2.5, "customfield_10044": object{"value": "Platform"},
		},
		"properties": []object{{"key": "origin", "value": object{"ticket": "IT-1"}}},
	})
	require.Equal(t, "10000", made["id"])
	require.Equal(t, "ENG-1", made["key"])

	issue := alice.get("issue/10000?properties=origin&expand=renderedFields,names,schema,transitions,changelog,editmeta")
	f := issue["fields"]
	require.Equal(t, "Printer on fire", at(f, "summary"))
	require.Equal(t, "Highest", at(f, "priority.name"))
	require.Equal(t, []any{"a", "b"}, at(f, "labels"))
	require.Equal(t, "sandbox:bob", at(f, "assignee.accountId"))
	require.Equal(t, "bob@example.com", at(f, "assignee.emailAddress"))
	require.Equal(t, "sandbox:alice", at(f, "creator.accountId"))
	require.Equal(t, "sandbox:alice", at(f, "reporter.accountId"))
	require.Equal(t, "To Do", at(f, "status.name"))
	require.Equal(t, "new", at(f, "status.statusCategory.key"))
	require.Equal(t, "Web", at(f, "components.0.name"))
	require.Equal(t, "Platform", at(f, "customfield_10044.value"))
	require.InDelta(t, 2.5, at(f, "customfield_10043"), 0)
	require.Nil(t, at(f, "security"))
	require.Equal(t, "2026-03-04T10:30:15.678+0000", at(f, "created"))
	require.Equal(t, at(f, "created"), at(f, "updated"))
	require.Equal(t, object{"ticket": "IT-1"}, at(issue, "properties.origin"))
	require.Equal(t, "<h2><a name=\"Steps\"></a>Steps</h2>\n\n<ul>\n\t<li>light it</li>\n</ul>", at(issue, "renderedFields.description"))
	require.Nil(t, at(issue, "renderedFields.summary"))
	require.Equal(t, "Team", at(issue, "names.customfield_10044"))
	require.Equal(t, "string", at(issue, "schema.summary.type"))
	require.Equal(t, "In Progress", at(issue, "transitions.0.to.name"))
	require.EqualValues(t, 0, at(issue, "changelog.total"))

	alice.want(204, "PUT", "issue/eng-1", object{
		"fields": object{"summary": "Printer smoulders", "assignee": nil, "description": nil},
		"update": object{"labels": []object{{"add": "c"}, {"remove": "a"}}, "components": []object{{"remove": object{"id": "10001"}}}},
	})
	f = alice.get("issue/ENG-1")["fields"]
	require.Equal(t, "Printer smoulders", at(f, "summary"))
	require.Nil(t, at(f, "assignee"))
	require.Nil(t, at(f, "description"))
	require.Equal(t, []any{"b", "c"}, at(f, "labels"))
	require.Empty(t, at(f, "components"))
	require.Equal(t, "2026-03-04T10:30:15.679+0000", at(f, "updated"), "updated moves even when the clock does not")

	alice.want(204, "DELETE", "issue/ENG-1?deleteSubtasks=true", nil)
	gone := alice.want(404, "GET", "issue/ENG-1", nil)
	require.Equal(t, []any{"Issue does not exist or you do not have permission to see it."}, gone["errorMessages"])
	require.Equal(t, "ENG-2", alice.create("ENG", "Task", "next", nil)["key"], "keys are not used again")
}

func TestEditReturnsTheStoredIssueOnCloud(t *testing.T) {
	t.Parallel()
	alice := start(t).as("alice")
	key := alice.bug("one")
	got := alice.want(200, "PUT", "issue/"+key+"?returnIssue=true&expand=renderedFields", object{
		"fields": object{"description": "*x*"}, "properties": []object{{"key": "k", "value": 1}}})
	require.Equal(t, "*x*", at(got, "fields.description"))
	require.Equal(t, "<p><b>x</b></p>", at(got, "renderedFields.description"))
	require.EqualValues(t, 1, alice.get("issue/" + key + "/properties/k")["value"])
}

func TestFieldsAreChosen(t *testing.T) {
	t.Parallel()
	alice := start(t).as("alice")
	key := alice.bug("one")
	keys := func(path string) []string {
		var out []string
		for id := range alice.get("issue/" + key + path)["fields"].(object) {
			out = append(out, id)
		}
		return out
	}
	require.ElementsMatch(t, []string{"summary", "status"}, keys("?fields=summary,status"))
	require.Contains(t, keys(""), "comment")
	require.NotContains(t, keys("?fields=*navigable"), "comment")
	require.NotContains(t, keys("?fields=-description"), "description")
	require.Contains(t, keys("?fields=-description"), "summary")
	require.NotContains(t, keys("?fields=*all,-comment"), "comment")
}

func TestWritesAreRefusedWithTheFieldNamed(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("one")
	unknown := func(id string) string {
		return "Field '" + id + "' cannot be set. It is not on the appropriate screen, or unknown."
	}
	for _, c := range []struct {
		name   string
		fields object
		field  string
		want   string
	}{
		{"unknown", object{"customfield_99999": 1}, "customfield_99999", unknown("customfield_99999")},
		{"on another type's screen", object{"customfield_10050": object{"value": "Low"}}, "customfield_10050", unknown("customfield_10050")},
		{"status", object{"status": object{"name": "Done"}}, "status", unknown("status")},
		{"resolution", object{"resolution": object{"name": "Done"}}, "resolution", unknown("resolution")},
		{"summary too long", object{"summary": strings.Repeat("é", 256)}, "summary", "Summary can't exceed 255 characters."},
		{"summary on two lines", object{"summary": "a\nb"}, "summary", "The summary is invalid because it contains newline characters."},
		{"summary empty", object{"summary": " "}, "summary", "You must specify a summary of the issue."},
		{"summary null", object{"summary": nil}, "summary", "You must specify a summary of the issue."},
		{"text too long", object{"description": strings.Repeat("é", 32768)}, "description",
			"The entered text is too long. It exceeds the allowed limit of 32,767 characters."},
		{"a document on v2", object{"description": object{"type": "doc", "version": 1}}, "description", "Operation value must be a string"},
		{"label with a space", object{"labels": []string{"a b"}}, "labels", "The label 'a b' contains spaces which is invalid."},
		{"labels not a list", object{"labels": "a"}, "labels", "data was not an array"},
		{"priority", object{"priority": object{"name": "Blocker"}}, "priority", "Priority name 'Blocker' is not valid"},
		{"option", object{"customfield_10044": object{"value": "Nobody"}}, "customfield_10044", "Option value 'Nobody' is not valid"},
		{"number", object{"customfield_10043": "three"}, "customfield_10043", "Operation value must be a number"},
		{"date", object{"duedate": "tomorrow"}, "duedate", "Error parsing date string: tomorrow"},
		{"assignee", object{"assignee": object{"accountId": "sandbox:carol"}}, "assignee",
			"Account ID 'sandbox:carol' does not exist or cannot be assigned issues."},
		{"security", object{"security": object{"name": "Secret"}}, "security", "Specify a valid 'id' or 'name' for Security Level"},
	} {
		s.clock.advance(time.Second) // below the limit on writes
		got := alice.want(400, "PUT", "issue/"+key, object{"fields": c.fields})
		require.Equal(t, object{c.field: c.want}, got["errors"], c.name)
		require.Empty(t, got["errorMessages"], c.name)
	}
	alice.want(204, "PUT", "issue/"+key, object{"fields": object{"summary": strings.Repeat("é", 255), "description": strings.Repeat("é", 32767)}})

	got := alice.want(400, "PUT", "issue/"+key, object{"fields": object{"labels": []string{}}, "update": object{"labels": []object{{"add": "x"}}}})
	require.Contains(t, at(got, "errors.labels"), "both")
	got = alice.wrong().want(400, "PUT", "issue/"+key, "{")
	require.Contains(t, at(got, "errorMessages.0"), "parsing JSON")
}

func TestCreateNamesEverythingThatIsWrong(t *testing.T) {
	t.Parallel()
	alice := start(t).as("alice")
	create := func(fields object) any {
		return alice.want(400, "POST", "issue", object{"fields": fields})["errors"]
	}
	require.Contains(t, create(object{}), "project")
	require.Contains(t, create(object{"project": object{"key": "ENG"}}), "issuetype")
	require.Contains(t, create(object{"project": object{"key": "OPS"}, "issuetype": object{"name": "Bug"}}), "issuetype")
	require.Equal(t, object{
		"summary": "You must specify a summary of the issue.", "customfield_10050": "Risk is required.",
		"nonsense": "Field 'nonsense' cannot be set. It is not on the appropriate screen, or unknown.",
	}, create(object{"project": object{"id": "10000"}, "issuetype": object{"name": "Change"}, "nonsense": 1}))
	require.Equal(t, "ENG-1", alice.create("ENG", "Change", "c", object{"customfield_10050": object{"value": "Low"}})["key"])
}

func TestAnEditThatChangesNothingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("same")
	before := alice.field(key, "updated")
	alice.want(204, "PUT", "issue/"+key, object{"fields": object{"summary": "same", "labels": []string{}, "assignee": nil}})
	alice.wrong().want(204, "PUT", "issue/"+key+"/assignee", object{"accountId": nil}) // the file has no null there
	require.Equal(t, before, alice.field(key, "updated"))
	require.EqualValues(t, 0, alice.get("issue/" + key + "/changelog")["total"])
	s.quiet()
}

func TestTheChangelogTellsOldAndNew(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("old")
	alice.want(204, "PUT", "issue/"+key, object{"fields": object{"description": "first", "labels": []string{"x", "y"}}})
	alice.want(204, "PUT", "issue/"+key, object{"fields": object{"description": "second\nline", "priority": object{"id": "1"}}})
	s.as("bot").want(204, "PUT", "issue/"+key+"/assignee", object{"accountId": "sandbox:bob"})

	page := alice.get("issue/" + key + "/changelog?startAt=1&maxResults=1")
	require.EqualValues(t, 3, page["total"])
	require.Equal(t, false, page["isLast"])
	require.Equal(t, "sandbox:alice", at(page, "values.0.author.accountId"))
	require.Equal(t, []any{
		object{"field": "description", "fieldId": "description", "fieldtype": "jira", "from": nil, "fromString": "first", "to": nil, "toString": "second\nline"},
		object{"field": "priority", "fieldId": "priority", "fieldtype": "jira", "from": "3", "fromString": "Medium", "to": "1", "toString": "Highest"},
	}, at(page, "values.0.items"))

	embedded := alice.get("issue/" + key + "?expand=changelog&fields=updated")
	require.Equal(t, "sandbox:bot", at(embedded, "changelog.histories.0.author.accountId"), "newest first")
	require.Equal(t, at(embedded, "fields.updated"), at(embedded, "changelog.histories.0.created"))
	item := at(embedded, "changelog.histories.0.items.0").(object)
	require.Equal(t, "sandbox:bob", item["to"])
	require.Equal(t, "Bob", item["toString"])
	require.Nil(t, item["from"])
}

func TestWritesToOneIssueAreLimited(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice, bot := s.as("alice"), s.as("bot")
	key, other := alice.bug("one"), alice.bug("two")
	for n := range 20 {
		who := []*person{alice, bot}[n%2]
		status, _, _ := who.do("PUT", "issue/"+key+"/properties/k", object{"n": n})
		require.Less(t, status, 300)
	}
	status, body, header := bot.do("POST", "issue/"+key+"/comment", object{"body": "x"})
	require.Equal(t, 429, status, "%v", body)
	require.Equal(t, "jira-per-issue-on-write", header.Get("RateLimit-Reason"))
	require.Equal(t, "2", header.Get("Retry-After"))
	alice.get("issue/" + key)
	alice.want(204, "PUT", "issue/"+other, object{"fields": object{"summary": "others are free"}})
	s.asDC("bot").want(201, "POST", "issue/"+key+"/comment", object{"body": "Data Center has no such limit"})

	for range 4 {
		s.clock.advance(2 * time.Second)
		for n := range 20 {
			status, _, _ := alice.do("PUT", "issue/"+key+"/properties/k", object{"n": n})
			require.Equal(t, 200, status)
		}
	}
	s.clock.advance(2 * time.Second)
	status, _, header = alice.do("PUT", "issue/"+key+"/properties/k", object{})
	require.Equal(t, 429, status, "the longer window is full")
	require.Equal(t, "20", header.Get("Retry-After"))
	s.clock.advance(20 * time.Second)
	alice.want(200, "PUT", "issue/"+key+"/properties/k", object{})
}
