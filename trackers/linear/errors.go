package linear

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

const (
	// maxMessage is how much of a refusal is kept, in runes.
	maxMessage = 300
	// shortest is the least length of a text that is recognised in a message;
	// every word contains a shorter one.
	shortest = 4
	// conflict starts the message about an id that exists already, notFound the
	// one about an object that is missing or not ours to see.
	conflict = "conflict on insert of "
	notFound = "Entity not found: "
)

// errExists is wrapped by the refusal of an id that exists already.
var errExists = errors.New("the id exists already")

// failure is one GraphQL error. Extensions stay loose: what others have met
// varies.
type failure struct {
	Message    string         `json:"message"`
	Extensions map[string]any `json:"extensions"`
}

func (f failure) extension(name string) string {
	s, _ := f.Extensions[name].(string)
	return s
}

// text is what Linear wrote for people, or else for programs.
func (f failure) text() string {
	if text := f.extension("userPresentableMessage"); text != "" {
		return text
	}
	return f.Message
}

// kinds are Linear's words for its errors, of extensions.code and
// extensions.type, in lower case without anything between the letters.
var kinds = map[string]trackers.Kind{
	"ratelimited":             trackers.RateLimited,
	"authenticationerror":     trackers.Auth,
	"unauthenticated":         trackers.Auth,
	"forbidden":               trackers.Forbidden,
	"featurenotaccessible":    trackers.Forbidden,
	"usagelimitexceeded":      trackers.Forbidden,
	"invalidinput":            trackers.Invalid,
	"inputerror":              trackers.Invalid,
	"usererror":               trackers.Invalid,
	"baduserinput":            trackers.Invalid,
	"graphqlerror":            trackers.Invalid,
	"graphqlvalidationfailed": trackers.Invalid,
	"graphqlparsefailed":      trackers.Invalid,
	"internalerror":           trackers.Unavailable,
	"internalservererror":     trackers.Unavailable,
	"networkerror":            trackers.Unavailable,
	"locktimeout":             trackers.Unavailable,
	"bootstraperror":          trackers.Unavailable,
}

var notLetters = regexp.MustCompile(`[^a-z]+`)

func (f failure) kind() trackers.Kind {
	for _, name := range []string{"code", "type"} {
		if kind, ok := kinds[notLetters.ReplaceAllString(strings.ToLower(f.extension(name)), "")]; ok {
			return kind
		}
	}
	if status, ok := f.Extensions["statusCode"].(float64); ok && status >= http.StatusBadRequest {
		return trackers.Verdict(int(status))
	}
	if blame, _ := f.Extensions["userError"].(bool); blame {
		return trackers.Invalid
	}
	return trackers.Unavailable
}

// refused is the error of an answer that names one.
func (x *call) refused(status int, r reply, sent []byte) *trackers.Error {
	first := r.Errors[0]
	e := &trackers.Error{Kind: first.kind(), Op: x.op, Status: status, Message: x.readable(first.text(), sent)}
	entity, missing := strings.CutPrefix(first.Message, notFound)
	switch {
	case missing:
		x.missing(e, entity)
	case exists(first, sent):
		e.Kind, e.Err = trackers.Invalid, errExists
	case x.wrote && filled(r.Data):
		// The mutation has an answer: what failed is reading it.
		e.Kind, e.Ambiguous = trackers.Unavailable, true
	case e.Kind == trackers.Unavailable:
		e.Ambiguous = x.wrote
	case e.Kind == trackers.Invalid:
		x.name(e, first.Message+" "+first.text())
	}
	return e
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// exists reports whether a refusal says that the id we chose is taken. Where it
// names another id, something else could not be stored.
func exists(f failure, sent []byte) bool {
	if !strings.HasPrefix(f.Message, conflict) {
		return false
	}
	named := anyID.FindAllString(strings.ToLower(f.Message+" "+f.text()), -1)
	return len(named) == 0 || slices.Contains(named, inputOf(sent).ID)
}

// missing tells a ticket that is not there from something a write referred to.
func (x *call) missing(e *trackers.Error, entity string) {
	e.Kind = trackers.NotFound
	if !x.wrote {
		return
	}
	word, _, _ := strings.Cut(entity, " ")
	switch word = strings.Trim(word, ".:-"); word {
	case "User":
		x.blame(e, ticket.Assignee)
	case "WorkflowState":
		x.blame(e, ticket.Status)
	case "IssueLabel":
		x.blame(e, ticket.Labels)
	case "Issue", "Comment", "Attachment", "Team":
	default:
		e.Kind = trackers.Invalid
	}
}

func (x *call) blame(e *trackers.Error, f ticket.Field) {
	if e.Fields == nil {
		e.Fields = map[ticket.Field]string{}
	}
	e.Kind, e.Fields[f] = trackers.Invalid, e.Message
}

// fieldWords are Linear's names of our fields, as whole words so that "subtitle"
// or "entitled" names nothing.
var fieldWords = []struct {
	field ticket.Field
	word  *regexp.Regexp
}{
	{ticket.Title, regexp.MustCompile(`(?i)\btitle\b`)},
	{ticket.Description, regexp.MustCompile(`(?i)\bdescription\b`)},
	{ticket.Status, regexp.MustCompile(`(?i)\bstateId\b|\bworkflow state\b`)},
	{ticket.Priority, regexp.MustCompile(`(?i)\bpriority\b`)},
	{ticket.Assignee, regexp.MustCompile(`(?i)\bassignee(Id)?\b`)},
	{ticket.Labels, regexp.MustCompile(`(?i)\b(added|removed)?labelIds\b|\blabels?\b`)},
	{ticket.Reporter, regexp.MustCompile(`\bcreateAsUser\b`)},
}

// name finds the refused fields: only the wording tells.
func (x *call) name(e *trackers.Error, text string) {
	if !x.wrote {
		return
	}
	for _, known := range fieldWords {
		if known.word.MatchString(text) {
			x.blame(e, known.field)
		}
	}
}

// quotedInput is how a validator repeats what it was sent.
var quotedInput = regexp.MustCompile(`got invalid value .*?(;|$)`)

// readable cuts a message and takes out what must not be in it: our secrets, and
// texts of the ticket that the server repeats.
func (x *call) readable(text string, sent []byte) string {
	text = quotedInput.ReplaceAllString(text, "got an invalid value$1")
	for _, secret := range append(texts(sent), x.client.secrets...) {
		if len(secret) >= shortest {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		return string(runes[:maxMessage]) + "…"
	}
	return text
}

// texts lists the texts of a ticket in a request.
func texts(sent []byte) []string {
	in := inputOf(sent)
	return []string{in.Description, in.Body, in.Title}
}

type sentInput struct{ ID, Title, Description, Body string }

// inputOf is what a request wants to be stored.
func inputOf(sent []byte) sentInput {
	var request struct {
		Variables struct{ Input sentInput }
	}
	_ = json.Unmarshal(sent, &request)
	return request.Variables.Input
}
