package ravenna

import (
	"fmt"
	"net/mail"
	"strings"
)

// listUsers takes email as part of an address, in any case: whether the real
// filter is exact is not documented, so nobody should rely on it.
func (s *Server) listUsers(c *call) (any, error) {
	query := c.URL.Query()
	email, search := strings.ToLower(query.Get("email")), strings.ToLower(query.Get("search"))
	found := s.users.Select(func(u user) bool {
		if query.Get("excludeBots") == "true" && u.IsBot || query.Get("excludeGuests") == "true" && u.IsGuest {
			return false
		}
		address := strings.ToLower(u.Email)
		name := strings.ToLower(text(u.FirstName) + " " + text(u.LastName))
		return strings.Contains(address, email) && (strings.Contains(name, search) || strings.Contains(address, search))
	})
	return pageOf(query, found, s.renderUser)
}

func (s *Server) getUser(c *call) (any, error) {
	u, ok := s.users.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("User")
	}
	return s.renderUser(u), nil
}

// createUser names the user after the mailbox, so that a token follows from the
// address.
func (s *Server) createUser(c *call) (any, error) {
	var body struct {
		Email string `json:"email"`
		Role  string `json:"workspaceRole"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if _, err := mail.ParseAddress(body.Email); err != nil {
		return nil, invalid("email: expected an e-mail address")
	}
	name, _, _ := strings.Cut(body.Email, "@")
	id := userPrefix + strings.ToLower(name)
	taken := s.users.Select(func(u user) bool { return u.ID == id || strings.EqualFold(u.Email, body.Email) })
	if len(taken) > 0 {
		return nil, invalid(fmt.Sprintf("email: %q exists already", body.Email))
	}
	now := s.now()
	u := user{ID: id, Email: body.Email, IsBot: body.Role == "BOT", IsGuest: body.Role == "GUEST", CreatedAt: now, UpdatedAt: now}
	s.users.Put(u.ID, u)
	answer := s.renderUser(u)
	delete(answer, "auth0Id")
	delete(answer, "slackUsers")
	return answer, nil
}

func (s *Server) updateUser(c *call) (any, error) {
	u, ok := s.users.Get(c.PathValue("id"))
	if !ok {
		return nil, notFound("User")
	}
	var body struct {
		FirstName *string `json:"firstName"`
		LastName  *string `json:"lastName"`
		Email     *string `json:"email"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if body.FirstName != nil {
		u.FirstName = body.FirstName
	}
	if body.LastName != nil {
		u.LastName = body.LastName
	}
	if body.Email != nil {
		if _, err := mail.ParseAddress(*body.Email); err != nil {
			return nil, invalid("email: expected an e-mail address")
		}
		u.Email = *body.Email
	}
	u.UpdatedAt = s.after(u.UpdatedAt)
	s.users.Put(u.ID, u)
	return s.renderUser(u), nil
}

// email is empty while addresses are hidden: the API requires the property.
func (s *Server) email(u user) string {
	if s.core.HideEmail() {
		return ""
	}
	return u.Email
}

// messageEmail has to be an address even then.
func (s *Server) messageEmail(u user) string {
	if s.core.HideEmail() || u.Email == "" {
		return "hidden@hidden.invalid"
	}
	return u.Email
}

func (s *Server) renderUser(u user) object {
	return object{
		"id": u.ID, "firstName": u.FirstName, "lastName": u.LastName, "email": s.email(u), "image": nil,
		"emailVerified": nil, "defaultWorkspaceId": workspaceID, "isGuestCreated": u.IsGuest, "isBot": u.IsBot,
		"auth0Id": nil, "slackUsers": []object{}, "createdAt": u.CreatedAt, "updatedAt": u.UpdatedAt,
	}
}
