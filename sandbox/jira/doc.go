// Package jira is a stand-in Jira: a stateful HTTP server that answers like
// Jira Cloud to Basic `<name>@example.com:sandbox` and like Jira Data Center to
// `Bearer pat_<name>`, on /rest/api/2 and /rest/api/3, and that sends the
// webhooks of the flavour it was started with.
//
// It holds three projects (ENG, OPS, HELP) and no issues. What tests and
// demonstrations need beyond the real API is under /_sandbox, without a token:
//
//	PUT  /_sandbox/move       {"issue":"ENG-1","project":"OPS","actor":"alice"}
//	POST /_sandbox/clone      {"issue":"ENG-1","actor":"alice"}
//	PUT  /_sandbox/permission {"project":"ENG","user":"bot","browse":false}, also {…,"workflow":true}
//	PUT  /_sandbox/statuses   {"project":"ENG","remove":"In Review"} or {"add":"Blocked","category":"indeterminate","after":"In Progress"}
//	PUT  /_sandbox/security   {"issue":"ENG-1","level":"Internal","actor":"alice"}, level "" takes it off
//
// Differences from the real thing that a test may meet: everybody sees internal
// comments, restricted comments and issues with a security level; attachments,
// worklogs, sub-tasks and votes do not exist; the search index is rebuilt
// without lag when the server starts.
package jira
