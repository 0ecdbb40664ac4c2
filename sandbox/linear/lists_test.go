package linear_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// titles lists the issues that fit a filter written in GraphQL.
func (w *workspace) titles(filter string) []any {
	w.t.Helper()
	return each(at(w.do(`query { issues(filter: `+filter+`) { nodes { title } } }`, nil), "issues.nodes"), "title")
}

func TestIssuesAreFiltered(t *testing.T) {
	t.Parallel()
	w := open(t)
	first := w.issue("one", object{"description": "out of paper", "priority": 1, "projectId": w.project("Launch"), "labelIds": []string{w.label("Bug")}})
	w.clock.advance(48 * time.Hour)
	w.as("bob").issue("two", object{"assigneeId": w.user("bob"), "stateId": w.state("PRO", "Done"), "parentId": "PRO-1"})
	w.clock.advance(time.Hour)
	w.as("bot").issue("three", object{"teamId": w.team("PLT")})
	w.comment(object{"issueId": "PRO-1", "body": "hello"})
	for filter, want := range map[string][]any{
		`{}`: {"three", "two", "one"},
		fmt.Sprintf(`{id: {eq: "%s"}}`, first["id"]):                                          {"one"},
		fmt.Sprintf(`{id: {in: ["%s", "x"]}}`, first["id"]):                                   {"one"},
		`{team: {key: {eq: "PRO"}}}`:                                                          {"two", "one"},
		fmt.Sprintf(`{team: {id: {eq: "%s"}}}`, w.team("PLT")):                                {"three"},
		`{number: {eq: 2}}`:                                                                   {"two"},
		`{number: {in: [1, 2]}, team: {key: {eq: "PRO"}}}`:                                    {"two", "one"},
		`{priority: {lte: 1, gt: 0}}`:                                                         {"one"},
		`{state: {type: {in: ["completed"]}}}`:                                                {"two"},
		`{state: {name: {neq: "Done"}}}`:                                                      {"three", "one"},
		`{assignee: {null: true}}`:                                                            {"three", "one"},
		`{assignee: {null: false}}`:                                                           {"two"},
		`{assignee: {email: {eqIgnoreCase: "BOB@example.com"}}}`:                              {"two"},
		`{creator: {isMe: {eq: true}}}`:                                                       {"one"},
		`{project: {name: {startsWith: "La"}}}`:                                               {"one"},
		`{project: {null: true}}`:                                                             {"three", "two"},
		`{labels: {some: {name: {eq: "Bug"}}}}`:                                               {"one"},
		`{labels: {name: {eq: "Bug"}}}`:                                                       {"one"},
		`{labels: {length: {eq: 0}}}`:                                                         {"three", "two"},
		`{labels: {every: {name: {eq: "Bug"}}}}`:                                              {"three", "two", "one"},
		`{comments: {some: {body: {contains: "ell"}}}}`:                                       {"one"},
		`{parent: {number: {eq: 1}}}`:                                                         {"two"},
		`{searchableContent: {contains: "PAPER"}}`:                                            {"one"},
		`{title: {notContains: "o"}}`:                                                         {"three"},
		`{title: {containsIgnoreCase: "TWO"}}`:                                                {"two"},
		`{or: [{title: {eq: "one"}}, {title: {eq: "two"}}], and: [{title: {endsWith: "e"}}]}`: {"one"},
		`{createdAt: {gt: "-P1D"}}`:                                                           {"three", "two"},
		`{createdAt: {gte: "2026-03-04T09:00:00Z"}}`:                                          {"three", "two"},
		`{createdAt: {gt: "2026-03-04T10:00:00+01:00"}}`:                                      {"three"},
		`{updatedAt: {lt: "2026-03-04"}}`:                                                     {"one"},
		`{description: {null: true}}`:                                                         {"three", "two"},
		`{dueDate: {null: false}}`:                                                            {},
	} {
		require.Equal(t, want, w.titles(filter), filter)
	}
	w.input("cannot filter Issue by ageTime", `query { issues(filter: {ageTime: {gt: "P1D"}}) { nodes { id } } }`, nil)
}

func TestListsComeNewestFirst(t *testing.T) {
	t.Parallel()
	w := open(t)
	for _, title := range []string{"1", "2", "3"} {
		w.issue(title, nil)
		w.clock.advance(time.Minute)
	}
	w.update("PRO-1", object{"title": "1 changed"})
	ordered := func(by string) []any {
		return each(at(w.do(`query($by: PaginationOrderBy) { issues(orderBy: $by) { nodes { number } } }`, object{"by": by}), "issues.nodes"), "number")
	}
	require.Equal(t, []any{3., 2., 1.}, ordered("createdAt"))
	require.Equal(t, []any{1., 3., 2.}, ordered("updatedAt"))
	got := w.send(`query { issues(orderBy: nonsense) { nodes { id } } }`, nil)
	require.NotEmpty(t, got.Errors)
}

func TestListsArePaged(t *testing.T) {
	t.Parallel()
	w := open(t)
	for range 5 {
		w.issue("x", nil)
		w.clock.advance(time.Second)
	}
	pages := func(arguments string, variables object) (numbers []any, info object) {
		got := w.do(`query($c: String! = "PRO") { team(id: $c) @skip(if: true) { id } issues(`+arguments+`) { nodes { number } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, variables)
		info, _ = at(got, "issues.pageInfo").(object)
		return each(at(got, "issues.nodes"), "number"), info
	}
	numbers, info := pages("first: 2", nil)
	require.Equal(t, []any{5., 4.}, numbers)
	require.Equal(t, true, info["hasNextPage"])
	require.Equal(t, false, info["hasPreviousPage"])

	w.do(`mutation { issueDelete(id: "PRO-4", permanentlyDelete: true) { success } }`, nil)
	numbers, info = pages("first: 2, after: $c", object{"c": info["endCursor"]})
	require.Equal(t, []any{3., 2.}, numbers, "a cursor is good without its node")
	start := info["startCursor"]
	numbers, info = pages("first: 2, after: $c", object{"c": info["endCursor"]})
	require.Equal(t, []any{1.}, numbers)
	require.Equal(t, false, info["hasNextPage"])
	numbers, _ = pages("last: 1, before: $c", object{"c": start})
	require.Equal(t, []any{5.}, numbers)
	numbers, _ = pages("last: 2", nil)
	require.Equal(t, []any{2., 1.}, numbers)

	pages("first: 250", nil)
	for _, bad := range []string{"first: 251", "first: 0", "last: 251"} {
		w.input("must not be less than 1 or greater than 250", `query { issues(`+bad+`) { nodes { id } } }`, nil)
	}
	w.input("cursor", `query { issues(after: "made up") { nodes { id } } }`, nil)
}

func TestNestedListsStopAtFifty(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	for range 51 {
		w.comment(object{"issueId": "PRO-1", "body": "x"})
	}
	got := w.do(`query { issue(id: "PRO-1") { comments { nodes { id } pageInfo { hasNextPage } } few: comments(first: 3) { nodes { id } } } }`, nil)
	require.Len(t, at(got, "issue.comments.nodes"), 50)
	require.Equal(t, true, at(got, "issue.comments.pageInfo.hasNextPage"))
	require.Len(t, at(got, "issue.few.nodes"), 3)
}

func TestCommentsAreSweptByTeam(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("one", nil)
	w.issue("two", object{"teamId": w.team("PLT")})
	w.comment(object{"issueId": "PRO-1", "body": "old"})
	w.clock.advance(time.Hour)
	w.comment(object{"issueId": "PRO-1", "body": "new"})
	w.comment(object{"issueId": "PLT-1", "body": "other"})
	w.do(`mutation { issueDelete(id: "PRO-1") { success } }`, nil)
	got := w.do(`query($since: DateTimeOrDuration) { comments(filter: {updatedAt: {gt: $since}, issue: {team: {key: {eq: "PRO"}}}}, orderBy: updatedAt,
		includeArchived: true) { nodes { body issue { identifier trashed } } } }`, object{"since": "2026-03-02T09:30:00.000Z"})
	require.Equal(t, []any{"new"}, each(at(got, "comments.nodes"), "body"))
}

func TestTheWorkspaceIsSeeded(t *testing.T) {
	t.Parallel()
	w := open(t)
	got := w.do(`query { teams { nodes { key name states { nodes { name type position } } } } issues { nodes { id } } projects { nodes { name teams { nodes { key } } } }
		issueLabels { nodes { name isGroup parent { name } } } users { nodes { name email app } } organization { urlKey } team(id: "PLT") { name } }`, nil)
	require.Equal(t, []any{"PLT", "PRO"}, each(at(got, "teams.nodes"), "key"))
	for _, team := range []string{"0", "1"} {
		states := at(got, "teams.nodes."+team+".states.nodes")
		require.ElementsMatch(t, []any{"Backlog", "Todo", "In Progress", "Done", "Canceled"}, each(states, "name"))
		require.ElementsMatch(t, []any{"backlog", "unstarted", "started", "completed", "canceled"}, each(states, "type"))
	}
	require.Empty(t, at(got, "issues.nodes"))
	require.Equal(t, "Platform", at(got, "team.name"))
	require.Equal(t, []any{"Sandbox App", "Bot Example", "Bob Example", "Alice Example"}, each(at(got, "users.nodes"), "name"))
	require.Equal(t, []any{true, false, false, false}, each(at(got, "users.nodes"), "app"))
	again := open(t)
	for _, key := range []string{"PRO", "PLT"} {
		require.Equal(t, w.team(key), again.team(key), "seeds have the same ids everywhere")
	}
	require.Equal(t, w.user("bot"), again.user("bot"))
}

func TestEMailIsHidden(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.steer("PUT", "users", object{"hide_email": true})
	got := w.do(`query { viewer { email } users(filter: {email: {eqIgnoreCase: "bob@example.com"}}) { nodes { id } } }`, nil)
	require.Equal(t, "hidden@hidden.invalid", at(got, "viewer.email"))
	require.Empty(t, at(got, "users.nodes"))
}

func TestSearchesLagAndReadsDoNot(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.issue("old", nil)
	w.clock.advance(2 * time.Minute)
	w.steer("PUT", "search", object{"lag": "60s"})
	w.update("PRO-1", object{"title": "renamed"})
	w.issue("new", nil)
	w.comment(object{"issueId": "PRO-1", "body": "said", "id": own})
	w.attach(object{"issueId": "PRO-1", "url": "https://example.com/1", "title": "x"})
	byURL := `{attachments: {some: {url: {eq: "https://example.com/1"}}}}`
	search := `query { comments { nodes { body } } attachmentsForURL(url: "https://example.com/1") { nodes { id } } attachments { nodes { id } } }`
	require.Equal(t, []any{"old"}, w.titles(`{}`))
	require.Empty(t, w.titles(byURL))
	hidden := w.do(search, nil)
	require.Empty(t, at(hidden, "comments.nodes"))
	require.Empty(t, at(hidden, "attachmentsForURL.nodes"))
	require.Equal(t, "renamed", w.read("PRO-1")["title"])
	require.Equal(t, "said", at(w.do(readComment, object{"id": own}), "comment.body"))
	require.Len(t, at(w.do(`query { issue(id: "PRO-1") { comments { nodes { id } } attachments { nodes { id } } } }`, nil), "issue.comments.nodes"), 1)

	w.clock.advance(time.Minute)
	require.Equal(t, []any{"new", "renamed"}, w.titles(`{}`))
	require.Equal(t, []any{"renamed"}, w.titles(byURL))
	seen := w.do(search, nil)
	require.Len(t, at(seen, "comments.nodes"), 1)
	require.Len(t, at(seen, "attachmentsForURL.nodes"), 1)
	w.do(deleteComment, object{"id": own})
	require.Len(t, at(w.do(search, nil), "comments.nodes"), 1, "a deletion is not seen at once either")
}
