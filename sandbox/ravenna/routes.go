package ravenna

import "net/http"

// routes lists every endpoint of the API.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, endpoint := range map[string]func(*call) (any, error){
		"GET /api/tickets":                               s.listTickets,
		"POST /api/tickets":                              s.createTicket,
		"GET /api/tickets/count":                         s.countTickets,
		"POST /api/tickets/bulk":                         s.createTickets,
		"POST /api/tickets/import":                       s.importTickets,
		"POST /api/tickets/move":                         s.moveTicket,
		"POST /api/tickets/bulk-move":                    s.moveTickets,
		"POST /api/tickets/merge":                        s.mergeTickets,
		"POST /api/tickets/unmerge":                      s.unmergeTicket,
		"GET /api/tickets/attachments":                   s.listAttachments,
		"POST /api/tickets/attachments":                  s.createAttachment,
		"POST /api/tickets/attachments/connect":          s.connectAttachments,
		"POST /api/tickets/attachments/archive":          s.archiveAttachments,
		"GET /api/tickets/{id}":                          s.getTicket,
		"PUT /api/tickets/{id}":                          s.updateTicket,
		"DELETE /api/tickets/{id}":                       s.deleteTicket,
		"GET /api/tickets/by-url/{identifier}":           s.ticketByURL,
		"GET /api/tickets/summary/{identifier}":          s.ticketSummary,
		"GET /api/ticket-links":                          s.listLinks,
		"POST /api/ticket-links":                         s.createLink,
		"POST /api/ticket-links/url-metadata":            s.linkTitle,
		"GET /api/ticket-links/{id}":                     s.getLink,
		"PUT /api/ticket-links/{id}":                     s.updateLink,
		"DELETE /api/ticket-links/{id}":                  s.deleteLink,
		"GET /api/ticket-messages":                       s.listMessages,
		"POST /api/ticket-messages":                      s.createMessage,
		"POST /api/ticket-messages/import":               s.importMessages,
		"GET /api/ticket-messages/{id}":                  s.getMessage,
		"PUT /api/ticket-messages/{id}":                  s.updateMessage,
		"DELETE /api/ticket-messages/{id}":               s.deleteMessage,
		"GET /api/statuses":                              s.listStatuses,
		"POST /api/statuses":                             s.createStatus,
		"PUT /api/statuses":                              s.updateStatus,
		"DELETE /api/statuses":                           s.deleteStatus,
		"GET /api/statuses/ticket-counts":                s.countByStatus,
		"GET /api/statuses/{id}":                         s.getStatus,
		"GET /api/tags":                                  s.listTags,
		"POST /api/tags":                                 s.createTag,
		"DELETE /api/tags/bulk":                          s.deleteTags,
		"PUT /api/tags/{id}":                             s.updateTag,
		"DELETE /api/tags/{id}":                          s.deleteTag,
		"GET /api/users":                                 s.listUsers,
		"POST /api/users":                                s.createUser,
		"GET /api/users/{id}":                            s.getUser,
		"PUT /api/users/{id}":                            s.updateUser,
		"GET /api/queues":                                s.listQueues,
		"POST /api/queues":                               s.createQueue,
		"GET /api/queues/{id}":                           s.getQueue,
		"PUT /api/queues/{id}":                           s.updateQueue,
		"DELETE /api/queues/{id}":                        s.deleteQueue,
		"GET /api/webhooks":                              s.listWebhooks,
		"POST /api/webhooks":                             s.createWebhook,
		"GET /api/webhooks/{id}":                         s.getWebhook,
		"PUT /api/webhooks/{id}":                         s.updateWebhook,
		"DELETE /api/webhooks/{id}":                      s.deleteWebhook,
		"GET /api/integration-user/for-user":             s.noIntegrationUsers,
		"GET /api/integration-user/list-for-integration": s.noIntegrationUsers,
		"/api/": s.noRoute,
	} {
		mux.HandleFunc(pattern, s.api(endpoint))
	}
	mux.HandleFunc("GET /{key}", s.page)
	return mux
}

// noRoute answers for every path that no endpoint has.
func (s *Server) noRoute(*call) (any, error) { return nil, notFound("Route") }

// noIntegrationUsers: the built-in integrations are not connected here.
func (s *Server) noIntegrationUsers(*call) (any, error) { return []object{}, nil }
