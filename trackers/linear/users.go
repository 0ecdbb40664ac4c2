package linear

import (
	"cmp"
	"context"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
)

// person is a user who can be assigned, or the knowledge that there is none.
type person struct {
	id    string
	known bool
}

// byEmail returns the active user with this address. Somebody who has left the
// workspace cannot be assigned and counts as unknown.
func (t *Tracker) byEmail(ctx context.Context, address string) (person, error) {
	folded := strings.ToLower(strings.TrimSpace(address))
	if folded == "" {
		return person{}, nil
	}
	if known, ok := t.people.Get(folded); ok {
		return known, nil
	}
	data, err := api.UsersByEmail(ctx, t.client.call("find user"), folded)
	if err != nil {
		// Not taken for unknown: that would clear the field on the other side.
		return person{}, err
	}
	var found person
	for _, u := range data.Users.Nodes {
		if u.Active && strings.EqualFold(u.Email, folded) && !found.known {
			found = person{id: u.Id, known: true}
		}
	}
	t.people.Put(folded, found)
	return found, nil
}

func userOf(u api.UserFields) ticket.User {
	return ticket.User{ID: u.Id, Email: u.Email, Name: cmp.Or(u.Name, u.DisplayName)}
}

func outsiderOf(u api.Outsider) ticket.User {
	return ticket.User{ID: u.Id, Email: u.Email.Or(""), Name: u.Name}
}

// botOf is the person an app wrote for, where it named one.
func botOf(b api.Bot) ticket.User {
	return ticket.User{ID: b.Id.Or(""), Name: b.UserDisplayName.Or(b.Name.Or(""))}
}

// creatorOf is who reported an issue, nil where Linear does not tell. What an
// app did for somebody bears their name beside the app's own account.
func creatorOf(issue *api.IssueFields) *ticket.User {
	var who ticket.User
	if bot, ok := issue.BotActor.Get(); ok {
		who = botOf(bot)
		if bot.UserDisplayName.Or("") != "" {
			return &who
		}
	}
	if u, ok := issue.Creator.Get(); ok {
		who = userOf(u)
	} else if u, ok := issue.ExternalUserCreator.Get(); ok {
		who = outsiderOf(u)
	}
	if who == (ticket.User{}) {
		return nil
	}
	return &who
}

// authorOf is who wrote a comment.
func authorOf(c *api.CommentFields) ticket.User {
	bot, byBot := c.BotActor.Get()
	if byBot && bot.UserDisplayName.Or("") != "" {
		return botOf(bot)
	}
	if u, ok := c.User.Get(); ok {
		return userOf(u)
	}
	if u, ok := c.ExternalUser.Get(); ok {
		return outsiderOf(u)
	}
	return botOf(bot)
}
