package ravenna

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	keepPeople = 5 * time.Minute
	maxPeople  = 5000
)

// people resolves users, and remembers also who is unknown.
type people struct {
	client  *client
	byID    *trackers.Cache[person]
	byEmail *trackers.Cache[person]
}

// person is a user, or the knowledge that there is none.
type person struct {
	user  ticket.User
	bot   bool
	known bool
}

func newPeople(c *client) *people {
	return &people{
		client:  c,
		byID:    trackers.NewCache[person](c.now, keepPeople, maxPeople),
		byEmail: trackers.NewCache[person](c.now, keepPeople, maxPeople),
	}
}

// id returns the user with this id; a user who is gone, or whom the account may
// not see, has nothing but the id.
func (p *people) id(ctx context.Context, id string) (person, error) {
	if known, ok := p.byID.Get(id); ok {
		return known, nil
	}
	path, err := at("/users/", id)
	if err != nil {
		return person{}, err
	}
	var raw rawUser
	_, err = p.client.get(ctx, "get user", path, nil, &raw)
	switch {
	case trackers.Is(err, trackers.NotFound), trackers.Is(err, trackers.Forbidden):
		nobody := person{user: ticket.User{ID: id}}
		p.byID.Put(id, nobody)
		return nobody, nil
	case err != nil:
		// Not taken for unknown: that would clear the field on the other side.
		return person{}, err
	case raw.ID == "":
		return person{}, unusable("get user", false)
	}
	found := raw.person()
	p.byID.Put(id, found)
	return found, nil
}

func (u *rawUser) person() person {
	return person{user: ticket.User{ID: u.ID, Email: u.Email, Name: u.name()}, bot: u.IsBot, known: true}
}

// email returns the user with this address; known is false when there is none.
// Whether ?email= matches exactly is undocumented, so the answer is searched.
func (p *people) email(ctx context.Context, address string) (person, error) {
	folded := strings.ToLower(strings.TrimSpace(address))
	if folded == "" {
		return person{}, nil
	}
	if known, ok := p.byEmail.Get(folded); ok {
		return known, nil
	}
	var found person
	err := list(ctx, p.client, "find user", "/users", url.Values{"email": {folded}},
		func(u rawUser) string { return u.ID },
		func(users []rawUser, _ answer) bool {
			for _, u := range users {
				if strings.EqualFold(u.Email, folded) && u.ID != "" {
					found = u.person()
					return true
				}
			}
			return false
		})
	if err != nil {
		return person{}, err
	}
	p.byEmail.Put(folded, found)
	return found, nil
}

func (p *people) forget() {
	p.byID.Forget()
	p.byEmail.Forget()
}

// self knows our own account. No endpoint tells whose token it is: the answers
// to our own writes do, and the connection's e-mail where it is given.
type self struct {
	email  string
	people *people

	mu sync.Mutex
	// tickets and messages are apart because it is only inferred that both get
	// the same author; a wrong guess for messages would copy our copies.
	tickets  map[string]bool
	messages map[string]bool
	named    person // by the connection's e-mail
}

func newSelf(c trackers.Connection, p *people) *self {
	return &self{email: c.Email, people: p, tickets: map[string]bool{}, messages: map[string]bool{}}
}

func (s *self) learnTicket(author string) { s.learn(s.tickets, author) }

func (s *self) learnMessage(author string) {
	s.learn(s.messages, author)
	s.learn(s.tickets, author)
}

func (s *self) learn(set map[string]bool, id string) {
	if id == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	set[id] = true
}

// account resolves the connection's e-mail, once. Nobody known is no error.
func (s *self) account(ctx context.Context) (person, error) {
	if s.email == "" {
		return person{}, nil
	}
	s.mu.Lock()
	named := s.named
	s.mu.Unlock()
	if named.known {
		return named, nil
	}
	named, err := s.people.email(ctx, s.email)
	if err != nil || !named.known {
		return named, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.named = named
	s.tickets[named.user.ID], s.messages[named.user.ID] = true, true
	return named, nil
}

// wroteTicket tells whether the account created a ticket; known is false as
// long as it has never been seen at work.
func (s *self) wroteTicket(ctx context.Context, author string) (ours, known bool, err error) {
	return s.wrote(ctx, s.tickets, author)
}

func (s *self) wroteMessage(ctx context.Context, author string) (ours, known bool, err error) {
	return s.wrote(ctx, s.messages, author)
}

func (s *self) wrote(ctx context.Context, set map[string]bool, author string) (ours, known bool, err error) {
	if _, err := s.account(ctx); err != nil && !trackers.Is(err, trackers.Forbidden) {
		return false, false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return set[author], len(set) > 0, nil
}

// any returns one of the ids the account is known by.
func (s *self) any() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range s.messages {
		return id
	}
	for id := range s.tickets {
		return id
	}
	return ""
}
