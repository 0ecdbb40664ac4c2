package jira_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCommentsAreWrittenListedAndDeleted(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice, bot := s.as("alice"), s.as("bot")
	key := alice.bug("talk")
	path := "issue/" + key + "/comment"
	first := bot.want(201, "POST", path+"?expand=renderedBody", object{"body": "Hi *you*", "properties": []object{{"key": "src", "value": object{"id": "m1"}}}})
	require.Equal(t, "sandbox:bot", at(first, "author.accountId"))
	require.Equal(t, "<p>Hi <b>you</b></p>", first["renderedBody"])
	require.Equal(t, true, first["jsdPublic"])
	require.Equal(t, first["updated"], alice.field(key, "updated"), "a comment moves the issue")
	alice.want(201, "POST", path, object{"body": "two"})
	alice.want(201, "POST", path, object{"body": "three"})

	page := alice.get(path + "?orderBy=-created&startAt=1&maxResults=1")
	require.EqualValues(t, 3, page["total"])
	require.Equal(t, []any{"two"}, each(page["comments"], "body"))
	page = alice.get(path + "?expand=renderedBody,properties")
	require.Equal(t, []any{"Hi *you*", "two", "three"}, each(page["comments"], "body"))
	require.Equal(t, []any{object{"key": "src", "value": object{"id": "m1"}}}, at(page, "comments.0.properties"))
	require.EqualValues(t, 3, at(alice.field(key, "comment"), "total"))
	alice.wrong().want(400, "GET", path+"?orderBy=author", nil)

	id, _ := first["id"].(string)
	s.clock.advance(time.Minute)
	edited := alice.want(200, "PUT", path+"/"+id, object{"body": "Hello"})
	require.Equal(t, "sandbox:bot", at(edited, "author.accountId"))
	require.Equal(t, "sandbox:alice", at(edited, "updateAuthor.accountId"))
	require.NotEqual(t, edited["created"], edited["updated"])
	require.Equal(t, "Hello", alice.get(path + "/" + id)["body"])

	alice.want(204, "DELETE", path+"/"+id, nil)
	alice.want(404, "GET", path+"/"+id, nil)
	alice.want(404, "DELETE", path+"/"+id, nil)
	require.EqualValues(t, 2, alice.get(path)["total"])
}

func TestACommentEditThatChangesNothingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("talk")
	made := alice.want(201, "POST", "issue/"+key+"/comment", object{"body": "same"})
	id, _ := made["id"].(string)
	s.next()
	s.clock.advance(time.Minute)
	got := alice.want(200, "PUT", "issue/"+key+"/comment/"+id, object{"body": "same"})
	require.Equal(t, made["updated"], got["updated"])
	require.Equal(t, made["updated"], alice.field(key, "updated"))
	s.quiet()
}

func TestBadCommentsAreRefused(t *testing.T) {
	t.Parallel()
	alice := start(t).as("alice")
	path := "issue/" + alice.bug("talk") + "/comment"
	for name, body := range map[string]object{
		"empty":   {"body": "  "},
		"missing": {},
		"object":  {"body": object{"type": "doc"}},
		"long":    {"body": strings.Repeat("x", 32768)},
		"role":    {"body": "x", "visibility": object{"type": "role", "value": "Wizards"}},
		// What go-jira sends on its own accord.
		"blank visibility": {"body": "x", "visibility": object{}},
	} {
		alice.wrong().want(400, "POST", path, body)
		require.EqualValues(t, 0, alice.get(path)["total"], name)
	}
	got := alice.want(400, "POST", path, object{"body": strings.Repeat("x", 32768)})
	require.Equal(t, "The entered text is too long. It exceeds the allowed limit of 32,767 characters.", at(got, "errors.comment"))
}

func TestInternalAndRestrictedCommentsAreMarked(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key, _ := alice.create("HELP", "Task", "request", nil)["key"].(string)
	internal := object{"key": "sd.public.comment", "value": object{"internal": true}}
	note := alice.want(201, "POST", "issue/"+key+"/comment", object{"body": "secret", "properties": []object{internal}})
	require.Equal(t, false, note["jsdPublic"])
	open := alice.want(201, "POST", "issue/"+key+"/comment", object{"body": "hello"})
	require.Equal(t, true, open["jsdPublic"])
	limited := alice.want(201, "POST", "issue/"+key+"/comment", object{"body": "staff", "visibility": object{"type": "role", "value": "Administrators"}})
	require.Equal(t, "Administrators", at(limited, "visibility.value"))
	alice.want(201, "POST", "issue/"+key+"/comment", object{"body": "staff", "visibility": object{"type": "group", "identifier": "group-1"}})

	bot := s.asDC("bot")
	page := bot.get("issue/" + key + "/comment?expand=properties")
	require.NotContains(t, at(page, "comments.0"), "jsdPublic", "Data Center has the property only")
	require.Equal(t, []any{internal}, at(page, "comments.0.properties"))
	require.Equal(t, "jira-administrators", at(page, "comments.3.visibility.value"))

	id, _ := open["id"].(string)
	bot.want(201, "PUT", "comment/"+id+"/properties/sd.public.comment", object{"internal": true})
	require.Equal(t, false, alice.get("issue/" + key + "/comment/" + id)["jsdPublic"])
}

func TestPropertiesOfIssuesAndComments(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("props")
	made := alice.want(201, "POST", "issue/"+key+"/comment", object{"body": "x"})
	id, _ := made["id"].(string)
	s.next()
	updated := alice.field(key, "updated")
	for _, base := range []string{"issue/" + key, "comment/" + id} {
		s.clock.advance(time.Minute)
		path := base + "/properties"
		require.Empty(t, alice.get(path)["keys"])
		alice.want(201, "PUT", path+"/my.key", object{"a": []int{1}})
		alice.want(200, "PUT", path+"/my.key", "\"text\"")
		require.Equal(t, "text", alice.get(path + "/my.key")["value"])
		require.Equal(t, []any{"my.key"}, each(alice.get(path)["keys"], "key"))
		alice.wrong().want(400, "PUT", path+"/my.key", "not json")
		alice.want(400, "PUT", path+"/my.key", "\""+strings.Repeat("x", 32767)+"\"")
		alice.want(200, "PUT", path+"/my.key", "\""+strings.Repeat("x", 32766)+"\"")
		alice.wrong().want(400, "PUT", path+"/"+strings.Repeat("k", 256), "1")
		alice.want(204, "DELETE", path+"/my.key", nil)
		alice.want(404, "GET", path+"/my.key", nil)
		alice.want(404, "DELETE", path+"/my.key", nil)
	}
	alice.want(201, "PUT", "issue/"+key+"/properties/a", object{"n": 1})
	alice.want(201, "PUT", "issue/"+key+"/properties/b", object{"n": 2})
	require.Equal(t, object{"b": object{"n": 2.}}, alice.get("issue/" + key + "?properties=b,c")["properties"])
	require.Len(t, alice.get("issue/" + key + "?properties=*all")["properties"], 2)
	require.NotContains(t, alice.get("issue/"+key), "properties")
	require.Equal(t, updated, alice.field(key, "updated"), "properties move nothing")
	s.quiet()
}

func TestRemoteLinksAreUpsertedByGlobalID(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	key := alice.bug("links")
	updated := alice.field(key, "updated")
	path := "issue/" + key + "/remotelink"
	link := func(global, title string) object {
		return object{"globalId": global, "relationship": "replicates", "object": object{"url": "https://example.com/1", "title": title}}
	}
	first := alice.want(201, "POST", path, link("g1", "one"))
	again := alice.want(200, "POST", path, object{"globalId": "g1", "object": object{"url": "https://example.com/1", "title": "uno"}})
	require.Equal(t, first["id"], again["id"])
	alice.want(201, "POST", path, link("g2", "two"))
	require.Equal(t, []any{"uno", "two"}, each(any(alice.list(path)), "object.title"))
	require.NotContains(t, alice.list(path)[0], "relationship", "an upsert empties what it does not say")
	one := alice.wrong().get(path + "?globalId=g2")
	require.Equal(t, "two", at(one, "object.title"))
	alice.want(404, "GET", path+"?globalId=g3", nil)

	alice.want(204, "PUT", path+"/10000", link("g1", "three"))
	require.Equal(t, "three", at(alice.get(path+"/10000"), "object.title"))
	alice.want(204, "DELETE", path+"/10000", nil)
	alice.want(204, "DELETE", path+"?globalId=g2", nil)
	require.Empty(t, alice.list(path))
	alice.want(404, "DELETE", path+"/10000", nil)
	got := alice.want(400, "POST", path, link(strings.Repeat("g", 256), ""))
	require.Contains(t, got["errors"], "globalId")
	require.Contains(t, got["errors"], "object.title")
	require.Equal(t, updated, alice.field(key, "updated"))
	s.quiet()
}

func TestIssuesAreLinked(t *testing.T) {
	t.Parallel()
	s := start(t)
	alice := s.as("alice")
	a, b := alice.bug("a"), alice.bug("b")
	alice.want(201, "POST", "issueLink", object{"type": object{"name": "Blocks"}, "inwardIssue": object{"key": a}, "outwardIssue": object{"key": b}})
	require.Equal(t, b, at(alice.field(a, "issuelinks"), "0.outwardIssue.key"))
	require.Equal(t, a, at(alice.field(b, "issuelinks"), "0.inwardIssue.key"))
	s.steer("PUT", "move", object{"issue": a, "project": "OPS"})
	s.steer("PUT", "permission", object{"project": "OPS", "user": "bot", "browse": false})
	require.Empty(t, s.as("bot").field(b, "issuelinks"), "not to what one may not see")
	id, _ := at(alice.field(b, "issuelinks"), "0.id").(string)
	alice.want(204, "DELETE", "issueLink/"+id, nil)
	require.Empty(t, alice.field(b, "issuelinks"))
	require.Len(t, alice.get("issueLinkType")["issueLinkTypes"], 3)
}
