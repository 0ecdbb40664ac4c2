package flashduty

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/internal/contract"
	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

func TestAnnounce(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	body := a.announce(news())
	require.Equal(t, `{"change_key":"OPS-123","title":"[OPS-123/In Progress] Upgrade the order service database",`+
		`"change_status":"Processing","event_time":1772443815,"description":"From **14** to *17* & <back>",`+
		`"link":"http://jira.example.com/browse/OPS-123","labels":{"assignee":"Carol Example",`+
		`"changelog":"status: 'To Do' -> 'In Progress', assignee: '' -> 'Carol Example'","creator":"Alice Example",`+
		`"database":"true","issuetype":"Task","planned-outage":"true","priority":"High","project":"Operations","reporter":"Bob Example"}}`, body)
	require.Equal(t, []item{{
		Key: "OPS-123", Title: "[OPS-123/In Progress] Upgrade the order service database", Status: "Processing",
		Description: "From **14** to *17* & <back>", At: 1772443815, Labels: labelsOf(news()),
	}}, a.changes())
}

// TestMovedTicketKeepsItsSubject: the change stays one while the key in the
// title follows the ticket.
func TestMovedTicketKeepsItsSubject(t *testing.T) {
	t.Parallel()
	moved := eventOf(news(func(n *trackers.News) { n.Key = "NET-7" }))
	require.Equal(t, "OPS-123", moved.Key)
	require.Equal(t, "[NET-7/In Progress] Upgrade the order service database", moved.Title)
}

func TestWhatIsEmptyIsLeftOut(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	body := a.announce(trackers.News{Subject: "ENG-1", Key: "ENG-1", Called: "To Do", Title: "x", Status: Planned, At: time.Unix(5, 0)})
	require.Equal(t, `{"change_key":"ENG-1","title":"[ENG-1/To Do] x","change_status":"Planned","event_time":5}`, body)
}

func TestRepeatedPushIsTheSame(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	body := a.announce(news())
	before := a.changes()
	for range 20 {
		require.Equal(t, body, a.announce(news()))
	}
	require.Equal(t, before, a.changes())
}

func TestThreeChangesWithinASecond(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i, status := range []string{Planned, Processing, Done} {
		a.announce(news(func(n *trackers.News) {
			n.Status, n.At = status, at.Add(time.Duration(i)*300*time.Millisecond)
		}))
	}
	require.Equal(t, Done, a.changes()[0].Status)
	a.announce(news(func(n *trackers.News) { n.Status, n.At = Planned, at.Add(-time.Second) }))
	require.Equal(t, Done, a.changes()[0].Status)
}

func TestChangeWithoutTimeIsNotPushed(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	err := a.tracker.Announce(t.Context(), news(func(n *trackers.News) { n.At = time.Time{} }))
	require.True(t, trackers.Is(err, trackers.Invalid))
	require.Empty(t, a.sent)
}

func TestLabels(t *testing.T) {
	t.Parallel()
	many := make([]string, 60)
	for i := range many {
		many[i] = "l" + strconv.Itoa(i)
	}
	kept := func(from map[string]string, labels []string) map[string]string {
		for _, label := range labels {
			from[label] = "true"
		}
		return from
	}
	long, longer := strings.Repeat("ä", 128), strings.Repeat("ä", 129)
	for name, test := range map[string]struct {
		news trackers.News
		want map[string]string
	}{
		"none":                {trackers.News{}, map[string]string{}},
		"some":                {trackers.News{Container: "Eng", Type: "Bug", Labels: []string{"a"}}, map[string]string{"project": "Eng", "issuetype": "Bug", "a": "true"}},
		"fifty":               {trackers.News{Labels: many}, kept(map[string]string{}, many[:50])},
		"documented first":    {trackers.News{Priority: "Low", Assignee: "Bob", Labels: many}, kept(map[string]string{"priority": "Low", "assignee": "Bob"}, many[:48])},
		"one twice":           {trackers.News{Labels: append([]string{"l0", "l0"}, many...)}, kept(map[string]string{}, many[:50])},
		"documented name":     {trackers.News{Priority: "Low", Labels: []string{"priority", "Priority"}}, map[string]string{"priority": "Low", "Priority": "true"}},
		"unused name":         {trackers.News{Labels: []string{"priority"}}, map[string]string{"priority": "true"}},
		"empty one":           {trackers.News{Labels: []string{""}}, map[string]string{}},
		"longest name":        {trackers.News{Labels: []string{long}}, map[string]string{long: "true"}},
		"longer name":         {trackers.News{Labels: []string{longer}}, map[string]string{longer[:2*127] + "…": "true"}},
		"alike when cut":      {trackers.News{Labels: []string{longer + "1", longer + "2"}}, map[string]string{longer[:2*127] + "…": "true"}},
		"long value":          {trackers.News{Assignee: strings.Repeat("😀", 2049)}, map[string]string{"assignee": strings.Repeat("😀", 2047) + "…"}},
		"one alteration":      {trackers.News{Altered: []ticket.Alteration{{Field: "priority", From: "Low", To: "High"}}}, map[string]string{"changelog": "priority: 'Low' -> 'High'"}},
		"cleared and quoted":  {trackers.News{Altered: []ticket.Alteration{{Field: "a", From: "it's"}, {Field: "b"}}}, map[string]string{"changelog": "a: 'it's' -> '', b: '' -> ''"}},
		"very long changelog": {trackers.News{Altered: []ticket.Alteration{{Field: "d", From: strings.Repeat("x", 5000)}}}, map[string]string{"changelog": "d: '" + strings.Repeat("x", 2043) + "…"}},
	} {
		require.Equal(t, test.want, labelsOf(test.news), name)
	}
}

// TestCut counts characters, never splits one, and keeps what fits.
func TestCut(t *testing.T) {
	t.Parallel()
	a := newAccount(t)
	for _, char := range []string{"x", "ä", "€", "😀"} {
		for _, n := range []int{1, 2047, 2048, 2049, 9000} {
			text := strings.Repeat(char, n)
			got := eventOf(news(func(n *trackers.News) { n.Description = text })).Description
			require.True(t, utf8.ValidString(got))
			if n <= maxDescription {
				require.Equal(t, text, got)
				continue
			}
			require.Equal(t, strings.Repeat(char, 2047)+"…", got)
			a.announce(news(func(n *trackers.News) { n.Description = text }))
		}
	}
}

// TestBodiesFitTheSchema holds what is sent against the published rules, which
// know every member of it.
func TestBodiesFitTheSchema(t *testing.T) {
	t.Parallel()
	path := contract.Shared(t, "reference", "flashduty", "change-event.schema.json")
	schema, err := jsonschema.NewCompiler().Compile(path)
	require.NoError(t, err)
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var published struct{ Properties map[string]any }
	require.NoError(t, json.Unmarshal(raw, &published))

	a := newAccount(t)
	for _, n := range []trackers.News{
		news(),
		news(func(n *trackers.News) { n.Altered, n.Labels, n.Assignee, n.Description = nil, nil, "", "" }),
		news(func(n *trackers.News) {
			for i := range 100 {
				n.Labels = append(n.Labels, strconv.Itoa(i)+strings.Repeat("€", 250))
			}
			n.Description = strings.Repeat("😀", 5000)
			n.Altered = []ticket.Alteration{{Field: "description", From: "\x00\xff\"\n", To: strings.Repeat("ä", 9999)}}
		}),
		{Subject: "ENG-1", Key: "ENG-1", Status: Done, At: time.Unix(0, 0)},
	} {
		body := a.announce(n)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, schema.Validate(value), body)
		for member := range value.(map[string]any) {
			require.Contains(t, published.Properties, member)
		}
	}
}

// TestMappingIsTheDocumentedOne compares the names of labels with what is
// published about a Jira event's way into a change.
func TestMappingIsTheDocumentedOne(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(contract.Shared(t, "reference", "flashduty", "jira-to-change-mapping.json"))
	require.NoError(t, err)
	var published struct{ Labels map[string]string }
	require.NoError(t, json.Unmarshal(raw, &published))
	sent := labelsOf(news())
	for name := range published.Labels {
		if !strings.HasPrefix(name, "<") {
			require.NotEmpty(t, sent[name], name)
			delete(sent, name)
		}
	}
	require.Equal(t, map[string]string{"database": "true", "planned-outage": "true"}, sent)
}
