package jira

import (
	"net/http"
	"strings"
)

// routes is the whole API surface. Every path is served under /rest/api/2, 3
// and latest.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	s.register(mux, map[string]handler{
		"GET myself":                          myself,
		"GET user":                            getUser,
		"GET user/search":                     searchUsers,
		"GET user/assignable/search":          assignable,
		"GET users":                           allUsers,
		"GET users/search":                    allUsers,
		"GET configuration":                   configuration,
		"GET mypermissions":                   myPermissions,
		"GET project":                         listProjects,
		"GET project/search":                  searchProjects,
		"GET project/{project}":               withProject(func(c *call, p project) any { return c.projectFull(p) }),
		"GET project/{project}/statuses":      withProject(projectStatuses),
		"GET project/{project}/components":    withProject(func(c *call, p project) any { return c.projectComponents(p) }),
		"GET project/{project}/role":          withProject(projectRoles),
		"GET project/{project}/securitylevel": withProject(projectLevels),
		"GET priority":                        plain("priority", priorities),
		"GET priority/search":                 plainPage("priority", priorities),
		"GET priority/{id}":                   plainOne("priority", priorities),
		"GET resolution":                      plain("resolution", resolutions),
		"GET resolution/{id}":                 plainOne("resolution", resolutions),
		"GET securitylevel/{id}":              plainOne("securitylevel", securityLevels),
		"GET status":                          listStatuses,
		"GET status/{id}":                     getStatus,
		"GET issuetype":                       listTypes,
		"GET issuetype/{id}":                  getType,
		"GET field":                           listFields,
		"GET field/search":                    searchFields,
		"GET label":                           listLabels,
		"GET issueLinkType":                   listLinkTypes,
		"POST issueLink":                      createIssueLink,
		"DELETE issueLink/{link}":             deleteIssueLink,
		"POST workflows":                      readWorkflows,
		"GET search":                          search,
		"POST search":                         search,
		"GET search/jql":                      searchJQL,
		"POST search/jql":                     searchJQL,

		"POST issue":                                     createIssue,
		"GET issue/{issue}":                              getIssue,
		"PUT issue/{issue}":                              editIssue,
		"DELETE issue/{issue}":                           deleteIssue,
		"PUT issue/{issue}/assignee":                     assign,
		"GET issue/{issue}/editmeta":                     editMeta,
		"GET issue/{issue}/transitions":                  getTransitions,
		"POST issue/{issue}/transitions":                 doTransition,
		"GET issue/{issue}/changelog":                    changelog,
		"GET issue/{issue}/comment":                      listComments,
		"POST issue/{issue}/comment":                     createComment,
		"GET issue/{issue}/comment/{comment}":            getComment,
		"PUT issue/{issue}/comment/{comment}":            updateComment,
		"DELETE issue/{issue}/comment/{comment}":         deleteComment,
		"GET issue/{issue}/remotelink":                   listLinks,
		"POST issue/{issue}/remotelink":                  postLink,
		"DELETE issue/{issue}/remotelink":                deleteLinkByGlobalID,
		"GET issue/{issue}/remotelink/{link}":            getLink,
		"PUT issue/{issue}/remotelink/{link}":            putLink,
		"DELETE issue/{issue}/remotelink/{link}":         deleteLink,
		"GET issue/{issue}/properties":                   listProperties(issueHolder),
		"GET issue/{issue}/properties/{property}":        getProperty(issueHolder),
		"PUT issue/{issue}/properties/{property}":        putProperty(issueHolder),
		"DELETE issue/{issue}/properties/{property}":     deleteProperty(issueHolder),
		"GET comment/{comment}/properties":               listProperties(commentHolder),
		"GET comment/{comment}/properties/{property}":    getProperty(commentHolder),
		"PUT comment/{comment}/properties/{property}":    putProperty(commentHolder),
		"DELETE comment/{comment}/properties/{property}": deleteProperty(commentHolder),
	})
	mux.HandleFunc("GET /rest/api/{version}/serverInfo", s.serverInfo)
	mux.HandleFunc("GET /browse/{issue}", s.browse)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusNotFound, object{"message": "null for uri: " + r.URL.Path, "status-code": http.StatusNotFound})
	})
	// Beside /issue/{issue}/… these would be ambiguous.
	createMeta := http.NewServeMux()
	s.register(createMeta, map[string]handler{
		"GET issue/createmeta":                             oldCreateMeta,
		"GET issue/createmeta/{project}/issuetypes":        createTypes,
		"GET issue/createmeta/{project}/issuetypes/{type}": createFields,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/issue/createmeta") {
			createMeta.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *Server) register(mux *http.ServeMux, routes map[string]handler) {
	for pattern, h := range routes {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /rest/api/{version}/"+path, s.serve(h))
	}
}

// editMeta describes the edit screen, which is the create screen here.
func editMeta(c *call) (answer, error) {
	i, err := c.readable()
	if err != nil {
		return answer{}, err
	}
	return ok(object{"fields": c.screen(i.ProjectID, i.TypeID)})
}
