package jira_test

import (
	"testing"

	gojira "github.com/andygrunwald/go-jira"
	"github.com/stretchr/testify/require"
)

// TestGoJiraWorks drives the sandbox with the library our own client builds on,
// through the calls of it that work against a real Jira.
func TestGoJiraWorks(t *testing.T) {
	t.Parallel()
	s := start(t)
	basic := gojira.BasicAuthTransport{Username: "bot@example.com", Password: "sandbox"}
	cloud, err := gojira.NewClient(basic.Client(), s.url)
	require.NoError(t, err)
	pat := gojira.PATAuthTransport{Token: "pat_bot"}
	center, err := gojira.NewClient(pat.Client(), s.url)
	require.NoError(t, err)

	for _, c := range []*gojira.Client{cloud, center} {
		me, _, err := c.User.GetSelf()
		require.NoError(t, err)
		require.Equal(t, "Bot", me.DisplayName)
		made, _, err := c.Issue.Create(&gojira.Issue{Fields: &gojira.IssueFields{Project: gojira.Project{Key: "ENG"}, Type: gojira.IssueType{Name: "Bug"},
			Summary: "by go-jira", Description: "*d*", Labels: []string{"x"}}})
		require.NoError(t, err)
		_, err = c.Issue.UpdateIssue(made.ID, map[string]any{"fields": map[string]any{"summary": "edited"}})
		require.NoError(t, err)
		offered, _, err := c.Issue.GetTransitions(made.ID)
		require.NoError(t, err)
		_, err = c.Issue.DoTransition(made.ID, offered[0].ID)
		require.NoError(t, err)
		_, _, err = c.Issue.AddRemoteLink(made.ID, &gojira.RemoteLink{GlobalID: "g", Object: &gojira.RemoteLinkObject{URL: "https://example.com", Title: "t"}})
		require.NoError(t, err)
		links, _, err := c.Issue.GetRemoteLinks(made.ID)
		require.NoError(t, err)
		require.Len(t, *links, 1)
		read, _, err := c.Issue.Get(made.Key, &gojira.GetQueryOptions{Expand: "renderedFields,changelog"})
		require.NoError(t, err)
		require.Equal(t, "edited", read.Fields.Summary)
		require.Equal(t, "In Progress", read.Fields.Status.Name)
		require.Equal(t, "<p><b>d</b></p>", read.RenderedFields.Description)
		require.Len(t, read.Changelog.Histories, 2)
	}
	found, _, err := cloud.Issue.SearchV2JQL("project = ENG order by key", &gojira.SearchOptionsV2{Fields: []string{"summary"}})
	require.NoError(t, err)
	require.Len(t, found, 2)
	found, resp, err := center.Issue.Search("project = ENG", &gojira.SearchOptions{MaxResults: 1})
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, 2, resp.Total)

	// Known faults of the library must fail here as they do for real.
	_, _, err = cloud.Issue.AddComment("ENG-1", &gojira.Comment{Body: "x"})
	require.ErrorContains(t, err, "400")
	_, _, err = cloud.Issue.Search("project = ENG", nil)
	require.ErrorContains(t, err, "410")
}
