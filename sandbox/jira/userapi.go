package jira

import (
	"net/http"
	"strings"
)

// myself has more than other users' objects: locale, groups, roles.
func myself(c *call) (answer, error) {
	me, _ := c.userJSON(c.user).(object)
	me["locale"] = "en_US"
	empty := object{"size": 0, "items": []object{}}
	me["groups"], me["applicationRoles"] = empty, empty
	me["expand"] = "groups,applicationRoles"
	return ok(me)
}

// getUser answers 404 for an unknown user.
func getUser(c *call) (answer, error) {
	if c.cloud {
		if err := c.strict(); err != nil {
			return answer{}, err
		}
	}
	for _, u := range users {
		is := c.query("username") == u.name || c.query("key") == u.key()
		if c.cloud {
			is = c.query("accountId") == u.accountID()
		}
		if is {
			return ok(c.userJSON(u.name))
		}
	}
	return answer{}, fail(http.StatusNotFound, "Specified user does not exist or you do not have required permissions")
}

// strict refuses the user names that Cloud gave up.
func (c *call) strict() error {
	for _, name := range []string{"username", "key"} {
		if c.query(name) != "" {
			return invalid("The '" + name + "' query parameter is not supported in GDPR strict mode.")
		}
	}
	return nil
}

// matching finds users as the caller's flavour does: Cloud by query or
// accountId, Data Center by username, which also searches names and addresses.
func (c *call) matching(needed bool) ([]user, error) {
	param := "username"
	if c.cloud {
		if err := c.strict(); err != nil {
			return nil, err
		}
		param = "query"
	}
	if needed && c.query(param) == "" && c.query("accountId") == "" {
		return nil, invalid("The " + param + " parameter must be provided.")
	}
	var out []user
	for _, u := range users {
		if id := c.query("accountId"); c.cloud && id != "" {
			if id == u.accountID() {
				out = append(out, u)
			}
			continue
		}
		q := strings.ToLower(c.query(param))
		if strings.HasPrefix(strings.ToLower(u.display), q) || strings.HasPrefix(u.email(), q) || strings.HasPrefix(u.name, q) ||
			!c.cloud && q == "." {
			out = append(out, u)
		}
	}
	return out, nil
}

// userPage is a bare list: user searches tell no total.
func (c *call) userPage(found []user) (answer, error) {
	start, limit := c.page(1000)
	if c.query("maxResults") == "" {
		limit = defaultPage
	}
	list := []any{}
	for _, u := range slice(found, start, limit) {
		list = append(list, c.userJSON(u.name))
	}
	return ok(list)
}

func searchUsers(c *call) (answer, error) {
	found, err := c.matching(true)
	if err != nil {
		return answer{}, err
	}
	return c.userPage(found)
}

// allUsers lists everybody; there are no inactive users.
func allUsers(c *call) (answer, error) { return c.userPage(users) }

// assignable lists who can be assigned in a project or to an issue: whoever may
// browse it.
func assignable(c *call) (answer, error) {
	found, err := c.matching(false)
	if err != nil {
		return answer{}, err
	}
	projectID := ""
	key := c.query("issueKey")
	if key == "" {
		key = c.query("issueId")
	}
	switch {
	case key != "":
		i, err := c.visible(key)
		if err != nil {
			return answer{}, err
		}
		projectID = i.ProjectID
	default:
		p, known := projectBy(c.query("project"))
		if !known || !c.s.canBrowse(c.user, p.id) {
			return answer{}, fail(http.StatusNotFound, "No project could be found with key '"+c.query("project")+"'.")
		}
		projectID = p.id
	}
	var able []user
	for _, u := range found {
		if c.s.canBrowse(u.name, projectID) {
			able = append(able, u)
		}
	}
	return c.userPage(able)
}
