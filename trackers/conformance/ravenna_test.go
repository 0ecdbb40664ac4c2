package conformance

import (
	"net/http"

	"github.com/ticketsync/ticketsync/sandbox/ravenna"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func startRavenna(base string) (server, error) {
	return ravenna.New(ravenna.Options{BaseURL: base})
}

func ravennaDesk(base, name string) trackers.Connection {
	return trackers.Connection{
		Name: "helpdesk", Kind: "ravenna", URL: base + "/api", WebURL: base + "/{key}", Token: "rav_" + name,
	}
}

var atRavenna = people{
	sign: func(r *http.Request, name string) { r.Header.Set("x-ravenna-api-token", "rav_"+name) },
	create: func(place ticket.Container, title, text string) call {
		return call{http.MethodPost, "/api/tickets", object{
			"title": title, "description": "<p>" + text + "</p>", "priority": "MEDIUM", "queueId": place.ID,
		}, []string{"id"}}
	},
	edit: func(id, title string) call {
		return call{http.MethodPut, "/api/tickets/" + id, object{"data": object{"title": title}}, nil}
	},
	say: func(id, text string) call {
		return call{http.MethodPost, "/api/ticket-messages", object{
			"ticketId": id, "content": "<p>" + text + "</p>", "private": false,
		}, []string{"id"}}
	},
	read:  func(id string) call { return call{http.MethodGet, "/api/tickets/" + id, nil, nil} },
	links: func(id string) call { return call{http.MethodGet, "/api/ticket-links?ticketId=" + id, nil, nil} },
	hide: func(id string) call {
		return call{http.MethodPut, "/api/tickets/" + id, object{"data": object{"private": true}}, nil}
	},
	notifies: []string{`<@`, `<[^>]*data-type`},
}
