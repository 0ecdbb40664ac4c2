package linear

import "encoding/json"

var emptyObject = json.RawMessage(`{}`)

// blanks are the fields that the schema wants non-null and that the sandbox
// keeps nothing for, with what a new workspace says.
var blanks = map[string]object{
	"Issue": {
		"boardOrder": 0, "customerTicketCount": 0, "inheritsSharedAccess": false, "prioritySortOrder": 0,
		"reactionData": emptyObject, "reactions": []any{}, "slaType": "all",
		"sharedAccess": node{"IssueSharedAccess", object{
			"disallowedIssueFields": []any{}, "isShared": false, "sharedWithCount": 0, "sharedWithUsers": []node{},
			"viewerHasOnlySharedAccess": false,
		}},
	},
	"Comment": {
		"hideInLinear": false, "isArtificialAgentSessionRoot": false, "reactionData": emptyObject, "reactions": []any{},
	},
	"User": {
		"avatarBackgroundColor": "#5e6ad2", "canAccessAnyPublicTeam": true, "guest": false, "hasGitHubCodeAccess": false,
		"inviteHash": "", "isMentionable": true, "owner": false, "supportsAgentSessions": false,
	},
	"Team": {
		"aiDiscussionSummariesEnabled": false, "aiThreadSummariesEnabled": false, "ancestors": []node{}, "autoArchivePeriod": 6,
		"children": []node{}, "currentProgress": emptyObject, "cycleCalenderUrl": "", "cycleCooldownTime": 0, "cycleDuration": 2,
		"cycleIssueAutoAssignCompleted": false, "cycleIssueAutoAssignStarted": false, "cycleLockToActive": false, "cycleStartDay": 1,
		"cyclesEnabled": false, "defaultIssueEstimate": 1, "facets": []node{}, "groupIssueHistory": true,
		"inheritIssueEstimation": false, "inheritSlackAutoCreateProjectChannel": false, "inheritWorkflowStatuses": false,
		"initiativesEnabled": false, "inviteHash": "", "issueEstimationAllowZero": false, "issueEstimationExtended": false,
		"issueEstimationType": "notUsed", "issueOrderingNoPriorityFirst": false, "issueSortOrderDefaultToBottom": false,
		"ledInitiativeCount": 0, "pinnedResources": []node{}, "posts": []node{}, "private": false, "progressHistory": emptyObject,
		"requirePriorityToLeaveTriage": false, "resourceSections": []node{}, "scimManaged": false, "securitySettings": emptyObject,
		"setIssueSortOrderOnStateChange": "default", "slackIssueComments": false, "slackIssueStatuses": false, "slackNewIssue": false,
		"timezone": "Etc/UTC", "triageEnabled": false, "upcomingCycleCount": 0, "visibility": "public",
	},
	"Organization": {
		"agentAutomationEnabled": false, "aiAddonEnabled": false, "aiDiscussionSummariesEnabled": false, "aiTelemetryEnabled": false,
		"aiThreadSummariesEnabled": false, "allowedAiProviders": []any{}, "allowedAuthServices": []any{}, "authSettings": emptyObject,
		"codeIntelligenceEnabled": false, "codingAgentEnabled": false, "codingAgentSettings": emptyObject, "customerCount": 0,
		"customersConfiguration": emptyObject, "customersEnabled": false, "facets": []node{}, "feedEnabled": false,
		"fiscalYearStartMonth": 0, "generatedUpdatesEnabled": false, "gitLinkbackDescriptionsEnabled": false,
		"gitLinkbackMessagesEnabled": false, "gitPublicLinkbackMessagesEnabled": false, "hideNonPrimaryOrganizations": false,
		"hipaaComplianceEnabled": false, "initiativeUpdateRemindersDay": "Monday", "initiativeUpdateRemindersHour": 14, "linearAgentEnabled": false,
		"linearAgentSettings": emptyObject, "periodUploadVolume": 0, "previousUrlKeys": []any{}, "projectStatuses": []node{},
		"projectUpdateRemindersDay": "Monday", "projectUpdateRemindersHour": 14, "projectUpdatesReminderFrequency": "never", "pullRequestIssueMode": "default",
		"pullRequestTourEnabled": false, "releaseChannel": "public", "releasesEnabled": false, "roadmapEnabled": false,
		"samlEnabled": false, "scimEnabled": false, "securitySettings": emptyObject, "slaDayCount": "all", "slackAutoCreateProjectChannel": false,
		"slackProjectChannelPrefix": "", "slackProjectChannelsEnabled": false, "workingDays": []int{1, 2, 3, 4, 5},
	},
	"Project": {
		"color": "#bec2c8", "completedIssueCountHistory": []any{}, "completedScopeHistory": []any{}, "currentProgress": emptyObject,
		"facets": []node{}, "frequencyResolution": "weekly", "inProgressScopeHistory": []any{}, "issueCountHistory": []any{},
		"labelIds": []any{}, "priority": 0, "priorityLabel": "No priority", "prioritySortOrder": 0, "progress": 0,
		"progressHistory": emptyObject, "scope": 0, "scopeHistory": []any{}, "slackIssueComments": false, "slackIssueStatuses": false,
		"slackNewIssue": false, "sortOrder": 0, "state": "backlog",
	},
	"Webhook": {"failures": []node{}},
}
