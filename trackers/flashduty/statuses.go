package flashduty

import "github.com/ticketsync/ticketsync/ticket"

// The statuses that a change can have.
const (
	Planned    = "Planned"
	Ready      = "Ready"
	Processing = "Processing"
	Canceled   = "Canceled"
	Done       = "Done"
)

// statuses are all there are, in the order a change passes through them. Newer
// pages of the documentation also show Failed, which the reference of the push
// does not list.
var statuses = []ticket.State{
	{Name: Planned, Category: ticket.Open},
	{Name: Ready, Category: ticket.Open},
	{Name: Processing, Category: ticket.Started},
	{Name: Canceled, Category: ticket.Canceled, Done: true},
	{Name: Done, Category: ticket.Completed, Done: true},
}

// Presets are the maps from a Jira status's name to a change's status that
// Flashduty documents for its own Jira integration, by name. Names are compared
// without regard to case. The sources are two versions of
// on-call/integration/change-integration/jira.mdx in flashcatcloud/flashduty-docs:
// "current" is en at 42294ec9, "older" zh at 06a848b5. The current one holds all
// of the older.
var Presets = map[string]map[string]string{
	"current": {
		"Planned":                  Planned,
		"To Do":                    Planned,
		"Backlog":                  Planned,
		"Ready":                    Ready,
		"Selected for Development": Ready,
		"Processing":               Processing,
		"Open":                     Processing,
		"Reopen":                   Processing,
		"Reopened":                 Processing,
		"In Progress":              Processing,
		"In Review":                Processing,
		"Canceled":                 Canceled,
		"Aborted":                  Canceled,
		"Done":                     Done,
		"Resolved":                 Done,
		"Closed":                   Done,
	},
	"older": {
		"Planned":     Planned,
		"To Do":       Planned,
		"Ready":       Ready,
		"Processing":  Processing,
		"Open":        Processing,
		"Reopen":      Processing,
		"In Progress": Processing,
		"Canceled":    Canceled,
		"Aborted":     Canceled,
		"Done":        Done,
		"Resolved":    Done,
		"Closed":      Done,
	},
}

func names() []string {
	out := make([]string, 0, len(statuses))
	for _, s := range statuses {
		out = append(out, s.Name)
	}
	return out
}
