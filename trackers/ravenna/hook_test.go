package ravenna

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestHookNeedsATokenOrASecret(t *testing.T) {
	t.Parallel()
	_, err := NewHook(trackers.Connection{Name: "helpdesk"})
	require.ErrorContains(t, err, "webhook_token is empty")
}

func TestVerify(t *testing.T) {
	t.Parallel()
	body := []byte(`{"type":"ticket.updated"}`)
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write(body)
	good := hex.EncodeToString(mac.Sum(nil))
	for name, c := range map[string]struct {
		connection    trackers.Connection
		header, value string
		path          string
		want          bool
	}{
		"token":                        {trackers.Connection{HookKey: "tok"}, "", "", "tok", true},
		"wrong token":                  {trackers.Connection{HookKey: "tok"}, "", "", "toc", false},
		"longer token":                 {trackers.Connection{HookKey: "tok"}, "", "", "token", false},
		"no token":                     {trackers.Connection{HookKey: "tok"}, "", "", "", false},
		"no secret to check with":      {trackers.Connection{HookKey: "tok"}, "X-Signature", good, "", false},
		"signature":                    {trackers.Connection{Secret: "key"}, "X-Ravenna-Signature", good, "", true},
		"prefixed":                     {trackers.Connection{Secret: "key"}, "X-Webhook-Signature", "sha256=" + good, "", true},
		"wrong signature":              {trackers.Connection{Secret: "other"}, "X-Signature", good, "", false},
		"no hex":                       {trackers.Connection{Secret: "key"}, "X-Signature", "zz", "", false},
		"empty signature":              {trackers.Connection{Secret: "key"}, "X-Signature", "sha256=", "", false},
		"no signature":                 {trackers.Connection{Secret: "key"}, "", "", "", false},
		"no token is configured":       {trackers.Connection{Secret: "key"}, "", "", "", false},
		"token without signature":      {trackers.Connection{Secret: "key", HookKey: "tok"}, "", "", "tok", true},
		"token with a wrong signature": {trackers.Connection{Secret: "key", HookKey: "tok"}, "X-Signature", "00", "tok", false},
	} {
		h, err := NewHook(c.connection)
		require.NoError(t, err)
		header := http.Header{}
		if c.header != "" {
			header.Set(c.header, c.value)
		}
		require.Equal(t, c.want, h.Verify(header, c.path, body), name)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	h, err := NewHook(trackers.Connection{HookKey: "tok"})
	require.NoError(t, err)
	const at, version = `"2026-03-01T09:00:00.12+01:00"`, "2026-03-01T08:00:00.120Z"
	for name, c := range map[string]struct {
		body string
		want []ticket.Event
	}{
		"ticket":           {`{"type":"ticket.updated","data":{"id":"t1","ticketId":"t1","updatedAt":` + at + `}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1", Version: version}}},
		"bare data id":     {`{"type":"ticket.created","data":{"id":"t1"}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1"}}},
		"deleted":          {`{"type":"ticket.deleted","data":{"id":"t1","updatedAt":` + at + `}}`, []ticket.Event{{Kind: ticket.DeleteEvent, ID: "t1"}}},
		"tag deleted":      {`{"type":"ticket.tag.deleted","data":{"id":"x","ticketId":"t1"}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1"}}},
		"message":          {`{"type":"message.created","data":{"id":"m1","ticketId":"t1","updatedAt":` + at + `}}`, []ticket.Event{{Kind: ticket.CommentEvent, ID: "t1", Comment: "m1", Version: version}}},
		"message deleted":  {`{"type":"message.deleted","data":{"id":"m1","ticketId":"t1","updatedAt":` + at + `}}`, []ticket.Event{{Kind: ticket.CommentEvent, ID: "t1", Comment: "m1"}}},
		"message alone":    {`{"message":{"id":"m1","ticketId":"t1","updatedAt":` + at + `}}`, []ticket.Event{{Kind: ticket.CommentEvent, ID: "t1", Comment: "m1", Version: version}}},
		"message in data":  {`{"event":"Message","data":{"message":{"id":"m1","ticketId":"t1"}}}`, []ticket.Event{{Kind: ticket.CommentEvent, ID: "t1", Comment: "m1"}}},
		"ticket alone":     {`{"ticket":{"id":"t1"}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1"}}},
		"ticket in data":   {`{"type":"Ticket","data":{"ticket":{"id":"t1","queueId":"q1","updatedAt":` + at + `}}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1", Version: version, Container: ticket.Container{ID: "q1"}}}},
		"top level":        {`{"ticketId":"t1","action":"update"}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1"}}},
		"unknown type":     {`{"type":"sla.breached","data":{"id":"t1","updatedAt":` + at + `}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1"}}},
		"several":          {`{"type":"ticket.updated","data":[{"id":"t1"},{"id":"t2"}]}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1"}, {Kind: ticket.TicketEvent, ID: "t2"}}},
		"actor":            {`{"type":"ticket.updated","data":{"id":"t1","actor":{"id":"u_bot"}}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "t1", Actor: "u_bot"}}},
		"number as id":     {`{"type":"ticket.updated","data":{"id":12}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: "12"}}},
		"message, no more": {`{"type":"message.created","data":{"id":"m1"}}`, nil},
		"unknown shape":    {`{"hello":{"world":[1,2]}}`, nil},
		"wrong kinds":      {`{"type":7,"data":"t1","ticket":[],"message":null}`, nil},
		"empty":            {`{}`, nil},
	} {
		events, ignored, err := h.Parse([]byte(c.body))
		require.NoError(t, err, name)
		require.Equal(t, c.want, events, name)
		if c.want == nil {
			require.Equal(t, "no ticket id found", ignored, name)
		} else {
			require.Empty(t, ignored, name)
		}
	}
	for _, body := range []string{"", "[]", "null", "x", `{"type":`, `"t1"`} {
		_, _, err := h.Parse([]byte(body))
		require.Error(t, err, body)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`{"type":"ticket.updated","data":{"id":"t1","ticketId":"t1","updatedAt":"2026-03-01T08:00:00.000Z"}}`,
		`{"type":"message.created","data":[{"id":"m1","ticketId":"t1"},{}]}`,
		`{"message":{"ticketId":1e999}}`, `{"data":{"data":{}}}`, `{"type":null}`, `[`,
	} {
		f.Add([]byte(seed))
	}
	h, err := NewHook(trackers.Connection{HookKey: "tok"})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		events, ignored, err := h.Parse(body)
		if err != nil {
			require.Empty(t, events)
			return
		}
		require.True(t, json.Valid(body))
		require.Equal(t, len(events) == 0, ignored != "")
		for _, e := range events {
			require.NotEmpty(t, e.ID)
			require.True(t, e.Kind == ticket.CommentEvent || e.Comment == "")
		}
	})
}
