package ravenna

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const secret = "rav_very-secret-token"

// stub is a tracker whose API answers every call alike.
func stub(t *testing.T, answer http.HandlerFunc) *Tracker {
	t.Helper()
	front := httptest.NewServer(answer)
	t.Cleanup(front.Close)
	tracker, err := New(trackers.Connection{Name: "helpdesk", Installation: installation, URL: front.URL + "/api", Token: secret}, trackers.Options{})
	require.NoError(t, err)
	return tracker
}

func second[T any](_ T, err error) error { return err }

// TestFormsOfRefusal: the documented one, one that was met, and none at all.
func TestFormsOfRefusal(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"message":"no","code":"BAD_REQUEST"}`:               "no",
		`{"error":{"code":"queue_not_found","message":"no"}}`: "no",
		"no": "no",
		"":   "",
	} {
		for _, status := range []int{301, 400, 403, 404, 408, 410, 422, 425, 429, 500} {
			tracker := stub(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
			})
			_, err := tracker.Create(t.Context(), trackers.Draft{Container: ticket.Container{ID: "q1"}, Marker: marker()})
			var e *trackers.Error
			require.ErrorAs(t, err, &e, "%d %s", status, body)
			require.Equal(t, trackers.Verdict(status), e.Kind, "%d %s", status, body)
			require.Equal(t, want, e.Message, "%d %s", status, body)
			require.Equal(t, status >= 500 || status == http.StatusRequestTimeout, e.Ambiguous, "%d %s", status, body)
		}
	}
}

// A client that would follow redirects is not left to do so: the token rides in
// a header that it hands to any host.
func TestTokenStaysWithItsHost(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("redirected with token %q", r.Header.Get(tokenHeader))
	}))
	t.Cleanup(other.Close)
	front := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	t.Cleanup(front.Close)
	for _, caller := range []*http.Client{nil, {}} {
		tracker, err := New(trackers.Connection{URL: front.URL + "/api", Token: secret}, trackers.Options{HTTP: caller})
		require.NoError(t, err)
		_, err = tracker.Fetch(t.Context(), "t1", trackers.FetchOptions{})
		require.True(t, trackers.Is(err, trackers.Unavailable), err)
	}
}

func TestRefusalsNameFields(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]ticket.Field{
		`{"message":"Input validation failed","code":"BAD_REQUEST","issues":[{"message":"assigneeId: no user"}]}`: {ticket.Assignee},
		`{"message":"statusId is unknown"}`:                                           {ticket.Status},
		`{"error":{"message":"Invalid title and description"}}`:                       {ticket.Title, ticket.Description},
		`{"message":"x","issues":[{"message":"Invalid","path":["data","priority"]}]}`: {ticket.Priority},
		`{"message":"addTags: no tag"}`:                                               {ticket.Labels},
		`{"message":"customFields.asset is no option, see its description"}`:          {"customFields.asset"},
		`{"message":"requesterEmail must be an email"}`:                               {ticket.Reporter},
		`{"message":"you are not entitled, subtitle"}`:                                nil,
	} {
		e := &trackers.Error{Status: http.StatusBadRequest}
		refusal([]byte(body)).into(e, secret)
		var fields []ticket.Field
		for f := range e.Fields {
			fields = append(fields, f)
		}
		require.ElementsMatch(t, want, fields, body)
		require.Empty(t, e.Required, body)
		e = &trackers.Error{Status: http.StatusForbidden}
		refusal([]byte(body)).into(e, secret)
		require.Empty(t, e.Fields, "only a 400 speaks of fields")
	}
	e := &trackers.Error{Status: http.StatusBadRequest}
	refusal([]byte(`{"issues":[{"message":"title: Required"}]}`)).into(e, secret)
	require.Equal(t, []string{"title"}, e.Required)
	e = &trackers.Error{Status: http.StatusBadRequest}
	refusal([]byte(strings.Repeat("ä", 1000))).into(e, secret)
	require.Len(t, []rune(e.Message), maxMessage+1)
}
