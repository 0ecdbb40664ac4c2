// Package linear is a stand-in Linear: a stateful GraphQL server at /graphql
// that answers like Linear's API and sends its signed webhooks. Given the full
// schema it validates every request against it; without, it only parses.
//
// It holds two teams (PRO, PLT), two projects, a few labels and no issues. What
// tests and demonstrations need beyond the real API is under /_sandbox, without
// a token:
//
//	PUT        /_sandbox/limits     {"requests":3,"complexity":0}, 0 leaves Linear's own; DELETE restores both
//	PUT        /_sandbox/permission {"team":"PRO","user":"bot","browse":false}
//	PUT        /_sandbox/replicated {"id":"PRO-1","service":"jira"}, also "github" and "slack"
//	GET | PUT  /_sandbox/quirks     {"partial":true}: the next answer has data and errors
//	                                {"null_issue":true}: the next issueCreate or issueUpdate is done, and answers issue: null
//
// What the documentation leaves open is decided so: lists come newest first; a
// comment or an attachment does not move its issue's updatedAt; a comment is
// edited by its author or by the admin, who is alice; deleting one deletes its
// replies; an issue permanently deleted takes everything with it, and no id is
// ever free again. While e-mail is hidden, everybody's is hidden@hidden.invalid,
// because the schema wants one. The app actor is a user of its own, beside bot,
// and is logged as bot.
//
// Differences from the real thing that a test may meet: everybody may create
// webhooks and delete for good; documents, cycles, reactions, triage and
// relations do not exist, and lists of them are empty; the search index is
// rebuilt without lag when the server starts.
package linear
