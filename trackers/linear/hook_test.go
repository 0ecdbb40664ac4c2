package linear

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestNewHookWantsASecret(t *testing.T) {
	t.Parallel()
	_, err := NewHook(trackers.Connection{Name: "linear"})
	require.ErrorContains(t, err, "connection linear: webhook_secret")
}

func hookSignature(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestVerify(t *testing.T) {
	t.Parallel()
	const body = `{"action":"update","type":"Issue","webhookTimestamp":1000}`
	good := hookSignature("key", body)
	signed := trackers.Connection{Secret: "key"}
	tokened := trackers.Connection{HookKey: "tok"}
	both := trackers.Connection{Secret: "key", HookKey: "tok"}
	for name, c := range map[string]struct {
		connection trackers.Connection
		signature  string
		path       string
		body       string
		want       bool
	}{
		"signed long ago":           {signed, good, "", body, true},
		"not signed":                {signed, "", "", body, false},
		"other secret":              {signed, hookSignature("kez", body), "", body, false},
		"empty secret":              {signed, hookSignature("", body), "", body, false},
		"other body":                {signed, good, "", body + " ", false},
		"empty body":                {signed, good, "", "", false},
		"upper case":                {signed, strings.ToUpper(good), "", body, false},
		"one letter upper case":     {signed, oneUpper(good), "", body, false},
		"cut short":                 {signed, good[:62], "", body, false},
		"longer":                    {signed, good + "00", "", body, false},
		"prefixed":                  {signed, "sha256=" + good, "", body, false},
		"no hex":                    {signed, strings.Repeat("z", 64), "", body, false},
		"token where none is known": {signed, good, "tok", body, false},
		"token":                     {tokened, "", "tok", body, true},
		"wrong token":               {tokened, "", "tok2", body, false},
		"no token":                  {tokened, "", "", body, false},
		"no secret to check with":   {tokened, good, "", body, false},
		"signature not asked for":   {tokened, "00", "tok", body, true},
		"both":                      {both, good, "tok", body, true},
		"signature alone":           {both, good, "", body, true},
		"token alone":               {both, "", "tok", body, true},
		"neither":                   {both, "", "", body, false},
		"token, wrong signature":    {both, "00", "tok", body, false},
		"signature, wrong token":    {both, good, "nope", body, false},
	} {
		h, err := NewHook(c.connection)
		require.NoError(t, err)
		header := http.Header{}
		if c.signature != "" {
			header.Set("Linear-Signature", c.signature)
		}
		require.Equal(t, c.want, h.Verify(header, c.path, []byte(c.body)), name)
	}
	require.False(t, new(Hook).Verify(nil, "", nil))
}

// oneUpper raises the first letter among the digits.
func oneUpper(hexadecimal string) string {
	at := strings.IndexAny(hexadecimal, "abcdef")
	return hexadecimal[:at] + strings.ToUpper(hexadecimal[at:at+1]) + hexadecimal[at+1:]
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	require.Equal(t, "d-1", new(Hook).Delivery(http.Header{"Linear-Delivery": {"d-1"}}))
	require.Empty(t, new(Hook).Delivery(nil))
}

// TestParseOddShapes: what has no type is known by its members, and what has
// another form than expected is left out.
func TestParseOddShapes(t *testing.T) {
	t.Parallel()
	const id = "155e0000-0000-4000-8000-000000000064"
	about := func(kind ticket.EventKind) []ticket.Event { return []ticket.Event{{Kind: kind, ID: id}} }
	for name, c := range map[string]struct {
		body    string
		want    []ticket.Event
		ignored string
	}{
		"issue without a type":         {`{"action":"update","data":{"id":"` + id + `","title":"x","number":7}}`, about(ticket.TicketEvent), ""},
		"its removal":                  {`{"action":"remove","data":{"id":"` + id + `","title":"x","team":{}}}`, about(ticket.DeleteEvent), ""},
		"comment without a type":       {`{"action":"update","data":{"id":"c1","body":"","issueId":"` + id + `"}}`, []ticket.Event{{Kind: ticket.CommentEvent, ID: id, Comment: "c1"}}, ""},
		"attachment without a type":    {`{"action":"create","data":{"id":"a1","title":"x","url":"https://x/1","issueId":"` + id + `"}}`, about(ticket.TicketEvent), ""},
		"document without a type":      {`{"action":"create","data":{"id":"d1","title":"x"}}`, nil, noTicketID},
		"type that is no text":         {`{"type":{},"data":{"id":"` + id + `","title":"x","teamId":"t"}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: id, Container: ticket.Container{ID: "t"}}}, ""},
		"no action":                    {`{"type":"Issue","data":{"id":"` + id + `"}}`, about(ticket.TicketEvent), ""},
		"comment, issue as a child":    {`{"type":"Comment","data":{"issue":{"id":"` + id + `"}}}`, about(ticket.CommentEvent), ""},
		"comment with an odd id":       {`{"type":"Comment","data":{"id":"../c","issueId":"` + id + `"}}`, about(ticket.CommentEvent), ""},
		"reaction and an edit":         {`{"type":"Comment","action":"update","data":{"body":"b","issueId":"` + id + `"},"updatedFrom":{"reactionData":[],"body":"a"}}`, about(ticket.CommentEvent), ""},
		"reaction and what stayed":     {`{"type":"Comment","action":"update","data":{"body":"b","editedAt":null,"issueId":"` + id + `"},"updatedFrom":{"reactionData":[],"body":"b","editedAt":null,"archivedAt":null}}`, about(ticket.CommentEvent), "a reaction changes nothing that is replicated"},
		"reaction, an edit taken back": {`{"type":"Comment","action":"update","data":{"editedAt":"x","issueId":"` + id + `"},"updatedFrom":{"reactionData":[],"editedAt":null}}`, about(ticket.CommentEvent), ""},
		"attachment, issue as a child": {`{"type":"Attachment","data":{"issue":{"id":"` + id + `"}}}`, about(ticket.LinkEvent), ""},
		"attachment of no issue":       {`{"type":"Attachment","action":"create","data":{"id":"a1","url":"https://x/1"}}`, nil, "an attachment of no issue"},
		"a link that was our marker":   {`{"type":"Attachment","action":"update","data":{"url":"https://x/2","issueId":"` + id + `"},"updatedFrom":{"url":"https://x/1#ticketsync"}}`, about(ticket.LinkEvent), ""},
		"actor without a type":         {`{"type":"Issue","actor":{"id":"u1"},"data":{"id":"` + id + `"}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: id, Actor: "u1"}}, ""},
		"actor of another system":      {`{"type":"Issue","actor":{"id":"u1","type":"externalUser"},"data":{"id":"` + id + `"}}`, about(ticket.TicketEvent), ""},
		"wrong kinds":                  {`{"type":"Issue","actor":"x","data":{"id":"` + id + `","teamId":7,"team":[],"project":"p","createdAt":1,"updatedAt":{}}}`, about(ticket.TicketEvent), ""},
		"project as a child":           {`{"type":"Issue","data":{"id":"` + id + `","project":{"id":"p1"}}}`, []ticket.Event{{Kind: ticket.TicketEvent, ID: id, Container: ticket.Container{Part: "p1"}}}, ""},
		"issue id that is no id":       {`{"type":"Issue","data":{"id":"../../x"}}`, nil, noTicketID},
		"issue id too long":            {`{"type":"Issue","data":{"id":"` + strings.Repeat("a", 101) + `"}}`, nil, noTicketID},
		"issue id that is a number":    {`{"type":"Issue","data":{"id":7}}`, nil, noTicketID},
		"comment, issue id that is no": {`{"type":"Comment","data":{"id":"c1","issueId":"a b"}}`, nil, noTicketID},
		"issue without data":           {`{"type":"Issue","action":"create"}`, nil, noTicketID},
		"data is a list":               {`{"type":"Issue","data":[{"id":"` + id + `"}]}`, nil, noTicketID},
		"document of an issue":         {`{"type":"Document","data":{"id":"d1","title":"x","issueId":"` + id + `"}}`, about(ticket.TicketEvent), "type Document changes nothing that is replicated"},
		"cycle":                        {`{"type":"Cycle","data":{"id":"y1","number":3,"teamId":"t"}}`, nil, "type Cycle changes nothing that is replicated"},
		"user":                         {`{"type":"User","data":{"id":"u1"}}`, nil, "type User changes nothing that is replicated"},
		"unknown type":                 {`{"type":"Forecast","data":{"id":"f1"}}`, nil, "type Forecast names no issue"},
		"type that is no word":         {`{"type":"a\nb","data":{"id":"f1"}}`, nil, noTicketID},
		"empty object":                 {`{}`, nil, noTicketID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events, ignored, err := new(Hook).Parse([]byte(c.body))
			require.NoError(t, err)
			require.Equal(t, c.want, events)
			require.Equal(t, c.ignored, ignored)
		})
	}
	for _, body := range []string{"", "null", "[]", `"x"`, "{", "<html>", "1", `{"type":"Issue"} x`} {
		_, _, err := new(Hook).Parse([]byte(body))
		require.ErrorContains(t, err, "parse webhook: ", body)
	}
}
