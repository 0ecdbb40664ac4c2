package linear

import (
	"net/http"
	"strings"
)

const (
	keyPrefix = "lin_api_"
	appToken  = "lin_app_bot"
)

// actor is who calls: a user by an API key, which is sent without a scheme, or
// the app by its OAuth token. The zero user is nobody.
func (s *Server) actor(r *http.Request) user {
	given := r.Header.Get("Authorization")
	scheme, token, _ := strings.Cut(given, " ")
	login, isKey := strings.CutPrefix(given, keyPrefix)
	isApp := strings.EqualFold(scheme, "Bearer") && token == appToken
	if !isKey && !isApp {
		return user{}
	}
	for _, u := range s.users.All() {
		if isApp && u.App || isKey && !u.App && u.Login == login {
			return u
		}
	}
	return user{}
}

// sees reports whether the caller may see a team and what is in it.
func (c *call) sees(teamID string) bool {
	hidden, _ := c.s.denied.Get(teamID + "/" + c.actor.ID)
	return !hidden
}
