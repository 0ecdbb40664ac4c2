package conformance

import (
	"net/http"

	"github.com/ticketsync/ticketsync/sandbox/linear"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func startLinear(base string) (server, error) {
	return linear.New(linear.Options{BaseURL: base})
}

func linearKey(base, name string) trackers.Connection {
	return trackers.Connection{
		Name: "linear", Kind: "linear", URL: base + "/graphql", WebURL: base + "/{key}", Token: "lin_api_" + name,
	}
}

func linearApp(base, name string) trackers.Connection {
	c := linearKey(base, name)
	c.Token = "lin_app_" + name
	return c
}

var atLinear = people{
	sign: func(r *http.Request, name string) { r.Header.Set("Authorization", "lin_api_"+name) },
	create: func(place ticket.Container, title, text string) call {
		return ask(`mutation ($in: IssueCreateInput!) { issueCreate(input: $in) { issue { id } } }`,
			object{"in": object{"teamId": place.ID, "title": title, "description": text}}, "issueCreate", "issue", "id")
	},
	edit: func(id, title string) call {
		return ask(`mutation ($id: String!, $in: IssueUpdateInput!) { issueUpdate(id: $id, input: $in) { success } }`,
			object{"id": id, "in": object{"title": title}})
	},
	say: func(id, text string) call {
		return ask(`mutation ($in: CommentCreateInput!) { commentCreate(input: $in) { comment { id } } }`,
			object{"in": object{"issueId": id, "body": text}}, "commentCreate", "comment", "id")
	},
	read: func(id string) call {
		return ask(`query ($id: String!) { issue(id: $id) { title description } }`, object{"id": id})
	},
	links: func(id string) call {
		return ask(`query ($id: String!) { issue(id: $id) { attachments { nodes { url } } } }`, object{"id": id})
	},
	notifies: []string{`linear\.app/[^/]*/profiles/`},
}

func ask(query string, variables object, id ...string) call {
	if len(id) > 0 {
		id = append([]string{"data"}, id...)
	}
	return call{http.MethodPost, "/graphql", object{"query": query, "variables": variables}, id}
}
