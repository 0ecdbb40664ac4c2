package conformance

import (
	"net/http"

	"github.com/ticketsync/ticketsync/sandbox/jira"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func startJira(flavor string) func(string) (server, error) {
	return func(base string) (server, error) {
		return jira.New(jira.Options{BaseURL: base, Flavor: flavor})
	}
}

func jiraCloud(base, name string) trackers.Connection {
	return trackers.Connection{
		Name: "jira", Kind: "jira", URL: base, WebURL: base + "/browse/{key}",
		Flavor: jira.Cloud, Email: name + "@example.com", Token: "sandbox",
	}
}

func jiraDataCenter(base, name string) trackers.Connection {
	return trackers.Connection{
		Name: "jira", Kind: "jira", URL: base, WebURL: base + "/browse/{key}",
		Flavor: jira.DataCenter, Token: "pat_" + name,
	}
}

const jiraIssue = "/rest/api/2/issue"

func signCloud(r *http.Request, name string) { r.SetBasicAuth(name+"@example.com", "sandbox") }

func signDataCenter(r *http.Request, name string) { r.Header.Set("Authorization", "Bearer pat_"+name) }

func atJira(sign func(*http.Request, string)) people {
	return people{
		sign: sign,
		create: func(place ticket.Container, title, text string) call {
			return call{http.MethodPost, jiraIssue, object{"fields": object{
				"project": object{"key": place.Key}, "issuetype": object{"name": "Bug"}, "summary": title, "description": text,
			}}, []string{"id"}}
		},
		edit: func(id, title string) call {
			return call{http.MethodPut, jiraIssue + "/" + id, object{"fields": object{"summary": title}}, nil}
		},
		say: func(id, text string) call {
			return call{http.MethodPost, jiraIssue + "/" + id + "/comment", object{"body": text}, []string{"id"}}
		},
		read: func(id string) call {
			return call{http.MethodGet, jiraIssue + "/" + id + "?fields=*all&properties=*all", nil, nil}
		},
		links: func(id string) call { return call{http.MethodGet, jiraIssue + "/" + id + "/remotelink", nil, nil} },
		hide: func(id string) call {
			return call{http.MethodPut, "/_sandbox/security", object{"issue": id, "level": "Internal"}, nil}
		},
		notifies: []string{`(^|[^\\])\[~`, `\|~`},
	}
}
