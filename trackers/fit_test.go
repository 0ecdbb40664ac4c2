package trackers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/ticket"
)

// TestFit: what the caller knows, and what a payload has no room for, is left
// out; whoever writes asks for the whole.
func TestFit(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", MaxText)
	require.Equal(t, ticket.Value{Fingerprint: "f", Text: "x", Size: 1}, FitText("x", "f", "g", false))
	require.Equal(t, ticket.Value{Fingerprint: "f", Omitted: true, Size: 1}, FitText("x", "f", "f", false))
	require.Equal(t, ticket.Value{Fingerprint: "f", Omitted: true, Size: MaxText}, FitText(long, "f", "", false))
	require.Equal(t, long, FitText(long, "f", "f", true).Text)
	require.False(t, FitText("", "f", "f", false).Omitted, "nothing cannot be left out")

}

// A text counts as what it takes in JSON, which may be six times its length.
func TestFitCountsJSON(t *testing.T) {
	t.Parallel()
	require.False(t, FitText(strings.Repeat("x", MaxText-2), "f", "", false).Omitted, "two quotes belong to it")
	require.True(t, FitText(strings.Repeat("x", MaxText-1), "f", "", false).Omitted)
	require.True(t, FitText(strings.Repeat("<", MaxText/6+1), "f", "", false).Omitted)
}

// said is a ticket's comments, each with one text.
func said(n int, text string) (all []ticket.Comment) {
	for i := range n {
		all = append(all, ticket.Comment{
			ID: fmt.Sprintf("c%d", i), Version: "2026-05-04T09:00:00.000Z", Fingerprint: ticket.Fingerprint(text), Body: text, Size: len(text),
			URL: "https://jira.example.com/browse/ENG-12345?focusedCommentId=123456", Author: ticket.User{ID: "5b10a2844c20165700ede21g", Email: "alice@example.com", Name: "Alice"},
		})
	}
	return all
}

func texts(all []ticket.Comment) (n int) {
	for _, c := range all {
		if c.Body != "" {
			n++
		}
	}
	return n
}

// TestFitComments: what the caller knows, and what a payload has no room for, is
// left out; whoever writes asks for the whole.
func TestFitComments(t *testing.T) {
	t.Parallel()
	const long = 30 << 10
	for name, c := range map[string]struct {
		all    []ticket.Comment
		fitted int
	}{
		"few":                   {said(5, "x"), 5},
		"long ones":             {said(30, strings.Repeat("x", long)), 16},
		"long in JSON only":     {said(30, strings.Repeat("<", long)), 2},
		"one longer than any":   {said(1, strings.Repeat("x", MaxText)), 0},
		"very many short ones":  {said(MaxComments, "x"), MaxComments},
		"what surrounds counts": {said(MaxComments, strings.Repeat("x", 1000)), 175},
	} {
		fitted := FitComments(c.all, FetchOptions{})
		require.Equal(t, c.fitted, texts(fitted), name)
		require.LessOrEqual(t, weight(fitted), MaxSnapshot+len(fitted)*len(`,"omitted":true`), name)
		for _, c := range fitted {
			require.Equal(t, c.Body == "", c.Omitted, name)
		}
	}
	whole := FitComments(said(30, strings.Repeat("x", long)), FetchOptions{Whole: true})
	require.Equal(t, 30, texts(whole))
	known := FitComments(said(3, "x"), FetchOptions{KnownComments: map[string]string{"c1": ticket.Fingerprint("x"), "c2": "older"}})
	require.Equal(t, []bool{false, true, false}, []bool{known[0].Omitted, known[1].Omitted, known[2].Omitted})
}

// What a reply quotes is there when the text itself is not.
func TestFitKeepsWhatRepliesQuote(t *testing.T) {
	t.Parallel()
	all := said(2, "first line\nsecond")
	all[1].Parent = "c0"
	all = FitComments(all, FetchOptions{KnownComments: map[string]string{"c0": all[0].Fingerprint, "c1": all[1].Fingerprint}})
	require.Equal(t, "first line", all[0].Lead)
	require.Empty(t, all[1].Lead)
}

// Of too many comments the oldest are left out, but none that the caller knows:
// it would pass for deleted.
func TestFitLeavesOutTheOldest(t *testing.T) {
	t.Parallel()
	all := FitComments(said(5*MaxComments, "x"), FetchOptions{KnownComments: map[string]string{"c7": "f", "c5005": "f"}})
	require.Len(t, all, MaxComments+1)
	require.Equal(t, "c7", all[0].ID)
	require.Equal(t, fmt.Sprintf("c%d", 4*MaxComments), all[1].ID)
}
