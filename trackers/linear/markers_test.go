package linear

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func (s *space) attachments(id string) []map[string]any {
	s.t.Helper()
	nodes := s.as("alice", `query { issue(id: "`+id+`") { attachments { nodes { id url title metadata } } } }`, nil)["issue"].(map[string]any)["attachments"].(map[string]any)["nodes"].([]any)
	out := make([]map[string]any, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, n.(map[string]any))
	}
	return out
}

// TestMark writes one attachment for a pair, whatever happens to it.
func TestMark(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	m := marker()
	require.NoError(t, s.tracker.Mark(t.Context(), id, m, "IT-1 Disk full"))
	all := s.attachments(id)
	require.Len(t, all, 1)
	require.Equal(t, originURL+"#ticketsync", all[0]["url"])
	require.Equal(t, "IT-1 Disk full", all[0]["title"])
	require.Equal(t, map[string]any{"installation": "dev", "pair": pairID, "generation": 1.0, "state": "linked"}, all[0]["metadata"])
	require.Equal(t, []ticket.Marker{m}, s.fetch(id, trackers.FetchOptions{}).Markers)

	s.calls()
	require.NoError(t, s.tracker.Mark(t.Context(), id, m, "IT-1 Disk full"))
	require.Equal(t, []string{"IssueAttachments"}, s.calls(), "what is there already is not written")

	m.State = ticket.Unlinked
	require.NoError(t, s.tracker.Mark(t.Context(), id, m, "IT-1 Disk full"))
	m.URL = "http://desk.example.com/HR-9" // the other ticket was moved
	require.NoError(t, s.tracker.Mark(t.Context(), id, m, ""))
	all = s.attachments(id)
	require.Len(t, all, 1)
	require.Equal(t, fallbackTitle, all[0]["title"])
	require.Equal(t, []ticket.Marker{m}, s.fetch(id, trackers.FetchOptions{}).Markers)

	require.ErrorContains(t, s.tracker.Mark(t.Context(), id, ticket.Marker{}, "x"), "no address")
}

// TestMarkersAddUp: other pairs and installations keep theirs, even with the
// same address, of which Linear keeps one attachment only.
func TestMarkersAddUp(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	other := marker()
	other.Installation = "prod"
	jira := ticket.Marker{Installation: installation, Pair: "pair/linear/" + id + "/jira", Generation: 3, State: ticket.Linked, URL: "http://jira.example.com/browse/ENG-1"}
	for range 2 {
		for _, m := range []ticket.Marker{other, marker(), jira} {
			require.NoError(t, s.tracker.Mark(t.Context(), id, m, "x"))
		}
	}
	s.as("alice", `mutation($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }`,
		map[string]any{"input": map[string]any{"issueId": id, "title": "a page", "url": "https://example.com/#ticketsync"}})
	require.ElementsMatch(t, []ticket.Marker{other, marker(), jira}, s.fetch(id, trackers.FetchOptions{}).Markers)
	require.Len(t, s.attachments(id), 4)
}

// TestMarkAfterALostAnswer: writing again changes nothing.
func TestMarkAfterALostAnswer(t *testing.T) {
	t.Parallel()
	for _, loss := range []string{"drop-after-commit", "drop-before-commit"} {
		s := newSpace(t)
		id := s.report("alice", nil)
		s.faults(fault{"method": "*", "operation": "CreateAttachment", "fault": loss})
		require.Error(t, s.tracker.Mark(t.Context(), id, marker(), "x"))
		require.NoError(t, s.tracker.Mark(t.Context(), id, marker(), "x"))
		require.Len(t, s.attachments(id), 1, loss)
	}
}

// TestMarkKeepsWhatItWrote: Linear stores addresses in a form of its own, so that
// the attachment that was written can be one with another address.
func TestMarkKeepsWhatItWrote(t *testing.T) {
	t.Parallel()
	m := marker()
	m.State = ticket.Unlinked
	stored, err := metadataOf(marker())
	require.NoError(t, err)
	var deleted []string
	tracker := stub(t, func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			OperationName string
			Variables     struct{ ID string }
		}
		_ = json.NewDecoder(r.Body).Decode(&request)
		switch request.OperationName {
		case "IssueAttachments":
			_, _ = fmt.Fprintf(w, `{"data":{"issue":{"attachments":{"nodes":[
				{"id":"a1","title":"x","url":"http://DESK.example.com/IT-1#ticketsync","metadata":%[1]s},
				{"id":"a2","title":"x","url":"http://desk.example.com/IT-0#ticketsync","metadata":%[1]s}]}}}}`, stored)
		case "CreateAttachment":
			_, _ = io.WriteString(w, `{"data":{"attachmentCreate":{"success":true,"attachment":{"id":"a1"}}}}`)
		case "DeleteAttachment":
			deleted = append(deleted, request.Variables.ID)
			_, _ = io.WriteString(w, `{"data":{"attachmentDelete":{"success":true}}}`)
		}
	})
	require.NoError(t, tracker.Mark(t.Context(), "i1", m, "x"))
	require.Equal(t, []string{"a2"}, deleted)
}

// TestManyAttachments: ours is found behind others.
func TestManyAttachments(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	id := s.report("alice", nil)
	add := func(from, to int) {
		for i := from; i < to; i++ {
			s.as("alice", `mutation($input: AttachmentCreateInput!) { attachmentCreate(input: $input) { success } }`,
				map[string]any{"input": map[string]any{"issueId": id, "title": "a page", "url": fmt.Sprintf("https://example.com/%d", i)}})
		}
	}
	add(0, 60)
	require.NoError(t, s.tracker.Mark(t.Context(), id, marker(), "x"))
	add(60, 120)
	require.Equal(t, []ticket.Marker{marker()}, s.fetch(id, trackers.FetchOptions{}).Markers)
	require.NoError(t, s.tracker.Mark(t.Context(), id, marker(), "x"))
	require.Len(t, s.fetch(id, trackers.FetchOptions{}).Markers, 1)
}

// TestDescriptionMarker counts only on the issue whose id was made from it: a
// clone carries the text as well.
func TestDescriptionMarker(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	made := s.create(s.draft(write(ticket.Description, ticket.Value{Text: "x"})))
	require.Equal(t, []ticket.Marker{marker()}, made.Result.Snapshot.Markers)
	text := s.as("alice", `query { issue(id: "`+made.ID+`") { description } }`, nil)["issue"].(map[string]any)["description"]
	clone := s.fetch(s.report("alice", map[string]any{"description": text}), trackers.FetchOptions{})
	require.Empty(t, clone.Markers)
	require.False(t, clone.Ours)
	require.Equal(t, "x\n", clone.Text(ticket.Description))

	unlinked := marker()
	unlinked.State = ticket.Unlinked
	require.NoError(t, s.tracker.Mark(t.Context(), made.ID, unlinked, "x"))
	require.Equal(t, []ticket.Marker{unlinked}, s.fetch(made.ID, trackers.FetchOptions{}).Markers, "the attachment knows better")
}

func TestFind(t *testing.T) {
	t.Parallel()
	s := newSpace(t)
	found, err := s.tracker.Find(t.Context(), s.team, marker(), at8())
	require.NoError(t, err)
	require.Empty(t, found)
	made := s.create(s.draft())
	s.mutate("alice", `issueArchive(id: "`+made.ID+`") { success }`)
	found, err = s.tracker.Find(t.Context(), s.team, marker(), at8())
	require.NoError(t, err)
	require.Equal(t, []trackers.Found{{ID: made.ID, Key: made.Key, URL: made.URL}}, found, "archived is not deleted")
	next := marker()
	next.Generation = 2
	found, err = s.tracker.Find(t.Context(), s.team, next, at8())
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestOriginLine(t *testing.T) {
	t.Parallel()
	m := marker()
	require.Equal(t, "Replicated from [IT-1]("+m.Link()+")", originLine(m, ""))
	require.Equal(t, "Reported by Dora ([IT-1]("+m.Link()+"))", originLine(m, trackers.Footer("Reported by Dora", "IT-1", originURL)))
	require.Equal(t, "said", originLine(ticket.Marker{}, "said"), "without an address there is nothing to link")
	for _, line := range []string{originLine(m, ""), originLine(m, trackers.Footer("Reported by Dora", "IT-1", originURL))} {
		require.Equal(t, "text", trackers.StripFooter("text\n\n"+line))
		found := originLink.FindStringSubmatch("text\n\n" + line)
		require.NotNil(t, found)
		back, ok := ticket.ParseLink(found[1])
		require.True(t, ok)
		require.Equal(t, m, back)
	}
}
