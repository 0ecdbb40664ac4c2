package linear

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// recorded is a tracker that takes down the variables of each mutation.
func recorded(t *testing.T) (*Tracker, func() []string) {
	t.Helper()
	var sent []string
	tracker := stub(t, func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			OperationName string
			Query         string
			Variables     json.RawMessage
		}
		_ = json.NewDecoder(r.Body).Decode(&request)
		if strings.HasPrefix(strings.TrimSpace(request.Query), "mutation") {
			sent = append(sent, request.OperationName+" "+string(request.Variables))
		}
		switch request.OperationName {
		case "TeamLabels":
			_, _ = io.WriteString(w, `{"data":{"issueLabels":{"nodes":[{"id":"l1","name":"Bug"},{"id":"l2","name":"Slow"}],"pageInfo":{"hasNextPage":false}}}}`)
		case "TeamStates":
			_, _ = io.WriteString(w, `{"data":{"workflowStates":{"nodes":[{"id":"s1","name":"Done","type":"completed"}],"pageInfo":{"hasNextPage":false}}}}`)
		case "UsersByEmail":
			_, _ = io.WriteString(w, `{"data":{"users":{"nodes":[{"id":"u1","email":"alice@example.com","active":true}]}}}`)
		default:
			issue := `{"id":"i1","identifier":"PRO-1","team":{"id":"t1"},"state":{"id":"s1"},"labels":{"nodes":[{"id":"l2","name":"Slow"}]},"updatedAt":"v1"}`
			_, _ = io.WriteString(w, `{"data":{"issue":`+issue+`,"issueCreate":{"issue":`+issue+`},"issueUpdate":{"issue":`+issue+`}}}`)
		}
	})
	return tracker, func() []string {
		all := sent
		sent = nil
		return all
	}
}

// TestAbsentNullAndValueReachTheWire: what is not written must not be sent, or a
// change of the title would take away the assignee.
func TestAbsentNullAndValueReachTheWire(t *testing.T) {
	t.Parallel()
	tracker, sent := recorded(t)
	alice := &ticket.User{Email: "alice@example.com"}
	for want, fields := range map[string][]trackers.FieldWrite{
		`{"title":"x"}`:                          {write(ticket.Title, ticket.Value{Text: "x"})},
		`{"description":"x\n\ny"}`:               {{Field: ticket.Description, Value: ticket.Value{Text: "x\n"}, Footer: "y"}},
		`{"description":null}`:                   {write(ticket.Description, ticket.Value{})},
		`{"assigneeId":null}`:                    {write(ticket.Assignee, ticket.Value{})},
		`{"assigneeId":"u1"}`:                    {write(ticket.Assignee, ticket.Value{User: alice})},
		`{"assigneeId":null,"title":"x"}`:        {write(ticket.Title, ticket.Value{Text: "x"}), write(ticket.Assignee, ticket.Value{User: &ticket.User{Name: "Nobody"}})},
		`{"priority":0}`:                         {write(ticket.Priority, ticket.Value{Level: ticket.NoLevel})},
		`{"priority":1,"stateId":"s1"}`:          {write(ticket.Priority, ticket.Value{Level: ticket.Urgent}), write(ticket.Status, ticket.Value{State: &ticket.State{Name: "completed"}})},
		`{"addedLabelIds":["l1"]}`:               {write(ticket.Labels, ticket.Value{Names: []string{"slow", "bug"}})},
		`{"removedLabelIds":["l2"]}`:             {{Field: ticket.Labels, Replaces: ticket.Fingerprint("Slow")}},
		`{"addedLabelIds":["l1"],"title":"<&>"}`: {write(ticket.Title, ticket.Value{Text: "<&>"}), write(ticket.Labels, ticket.Value{Names: []string{"Slow", "Bug"}})},
	} {
		_, err := tracker.Update(t.Context(), trackers.Update{ID: "i1", Version: "v1", Fields: fields})
		require.NoError(t, err)
		calls := sent()
		require.Len(t, calls, 1)
		require.JSONEq(t, `{"id":"i1","input":`+want+`}`, strings.TrimPrefix(calls[0], "UpdateIssue "))
	}
	_, err := tracker.Update(t.Context(), trackers.Update{ID: "i1", Version: "v1", Fields: []trackers.FieldWrite{write(ticket.Labels, ticket.Value{Names: []string{"slow"}})}})
	require.NoError(t, err)
	require.Empty(t, sent(), "nothing to write, nothing sent")
}

// TestCreateSendsNoNull: a new issue has nothing to clear.
func TestCreateSendsNoNull(t *testing.T) {
	t.Parallel()
	tracker, sent := recorded(t)
	_, err := tracker.Create(t.Context(), trackers.Draft{
		Container: ticket.Container{ID: "t1", Part: "p1"}, Marker: marker(),
		Constants: map[string]any{"dueDate": "2026-03-01", "estimate": 3, "subscriberIds": []any{"u1"}},
		Fields: []trackers.FieldWrite{
			write(ticket.Title, ticket.Value{Text: "x"}), write(ticket.Assignee, ticket.Value{}), write(ticket.Labels, ticket.Value{}),
		},
	})
	require.NoError(t, err)
	calls := sent()
	require.Len(t, calls, 1)
	require.JSONEq(t, `{"input":{"id":"`+issueID(installation, marker())+`","teamId":"t1","projectId":"p1","title":"x",
		"description":"Replicated from [IT-1](`+marker().Link()+`)","dueDate":"2026-03-01","estimate":3,"subscriberIds":["u1"]}}`,
		strings.TrimPrefix(calls[0], "CreateIssue "))
}

// TestConstantsAreChecked: a slip of the pen must not be dropped in silence.
func TestConstantsAreChecked(t *testing.T) {
	t.Parallel()
	tracker, sent := recorded(t)
	for want, constants := range map[string]map[string]any{
		"create_fields: dueDay is no member of IssueCreateInput that can be set": {"dueDay": "2026-03-01"},
		"create_fields: estimate has a value of the wrong type":                  {"estimate": "three"},
	} {
		_, err := tracker.Create(t.Context(), trackers.Draft{Container: ticket.Container{ID: "t1"}, Marker: marker(), Constants: constants})
		require.True(t, trackers.Is(err, trackers.Invalid))
		require.ErrorContains(t, err, want)
	}
	require.Empty(t, sent())
}
