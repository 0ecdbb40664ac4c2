package jira

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	gojira "github.com/andygrunwald/go-jira"
	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func assign(email string) []trackers.FieldWrite {
	return []trackers.FieldWrite{{Field: ticket.Assignee, Value: ticket.Value{User: &ticket.User{Email: email}}}}
}

func TestHiddenEmail(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	id := b.issue("ENG", nil)
	b.as("", http.MethodPut, "/_sandbox/users", map[string]any{"hide_email": true})
	b.edit("alice", id, map[string]any{"assignee": map[string]any{"accountId": "sandbox:alice", "name": "alice"}})
	require.Empty(t, b.fetch(id, trackers.FetchOptions{}).Fields[ticket.Assignee].User.Email)

	result, err := b.Update(t.Context(), trackers.Update{ID: id, Fields: assign("bob@example.com")})
	require.NoError(t, err)
	require.Empty(t, result.Fields[0].Note, "the only hit is taken where addresses are hidden")
	u := result.Snapshot.Fields[ticket.Assignee].User
	require.Equal(t, "Bob", u.Name)
	require.Equal(t, "bob@example.com", u.Email, "known from having looked him up")
}

func TestWhoMayNotBrowseCannotBeAssigned(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", nil)
		b.as("", http.MethodPut, "/_sandbox/permission", map[string]any{"project": "ENG", "user": "bob", "browse": false})
		result, err := b.Update(t.Context(), trackers.Update{ID: id, Fields: assign("bob@example.com")})
		require.NoError(t, err)
		require.Equal(t, ticket.UserUnknown, result.Fields[0].Note)
	})
}

func TestLookUpsAreRemembered(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		now := time.Now()
		b.now = func() time.Time { return now }
		for _, email := range []string{"bob@example.com", "carol@example.com"} {
			for range 2 {
				_, err := b.resolve(t.Context(), email, "project", "ENG")
				require.NoError(t, err)
			}
			require.Equal(t, []string{"GET user/assignable/search"}, b.requests(), email)
		}
		now = now.Add(accountAge + time.Second)
		u, err := b.resolve(t.Context(), "BOB@example.com", "project", "ENG")
		require.NoError(t, err)
		require.Equal(t, "Bob", u.DisplayName)
		require.Len(t, b.requests(), 1, "what is old is asked for again")
	})
}

func TestMatch(t *testing.T) {
	t.Parallel()
	hit := func(name, email string) gojira.User { return gojira.User{DisplayName: name, EmailAddress: email} }
	for name, c := range map[string]struct {
		hits []gojira.User
		want string
	}{
		"none":             {nil, ""},
		"exact":            {[]gojira.User{hit("x", "ann.b@example.com"), hit("y", "Ann@Example.com")}, "y"},
		"only a prefix":    {[]gojira.User{hit("x", "ann@example.com.au")}, ""},
		"one hidden":       {[]gojira.User{hit("x", "")}, "x"},
		"two hidden":       {[]gojira.User{hit("x", ""), hit("y", "")}, ""},
		"hidden and other": {[]gojira.User{hit("x", ""), hit("y", "ann.b@example.com")}, ""},
	} {
		found := match(c.hits, "ann@example.com")
		if c.want == "" {
			require.Nil(t, found, name)
			continue
		}
		require.Equal(t, c.want, found.DisplayName, name)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	a, s := newAccounts(), newSeen()
	for n := range 2 * maxAccounts {
		id := fmt.Sprint(n)
		a.put(id, id, &gojira.User{AccountID: id}, time.Now())
		s.put(id, glance{})
	}
	require.LessOrEqual(t, len(a.byKey), maxAccounts)
	require.LessOrEqual(t, len(a.emails), maxAccounts)
	require.LessOrEqual(t, len(s.byID), maxAccounts)
}

func TestOwnAccountIsAskedForAgainAfterAFailure(t *testing.T) {
	t.Parallel()
	b := newBundle(t, Cloud)
	id := b.issue("ENG", nil)
	fresh := b.restart()
	b.fault(http.MethodGet, "*/myself", "status:500")
	_, err := fresh.Fetch(t.Context(), id, trackers.FetchOptions{})
	require.Error(t, err)
	_, err = fresh.Fetch(t.Context(), id, trackers.FetchOptions{})
	require.NoError(t, err)
	b.requests()
	_, err = fresh.Fetch(t.Context(), id, trackers.FetchOptions{})
	require.NoError(t, err)
	require.Equal(t, []string{"GET issue/" + id}, b.requests())
}

// Two people's labels differ only in spelling: an update must know the issue's
// own, from the last fetch of that version or by asking.
func TestLabelsKeepTheirSpelling(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, b *bundle) {
		id := b.issue("ENG", map[string]any{"labels": []string{"Remote_Work"}})
		write := []trackers.FieldWrite{{Field: ticket.Labels, Value: ticket.Value{Names: []string{"remote work", "other"}}}}
		fresh := b.restart()
		result, err := fresh.Update(t.Context(), trackers.Update{ID: id, Version: "2026-01-01T00:00:00.000Z", Fields: write})
		require.NoError(t, err)
		require.Equal(t, []string{"Remote_Work", "other"}, sorted(result.Snapshot.Fields[ticket.Labels].Names))
		require.False(t, result.Fields[0].Foreign)
	})
}
