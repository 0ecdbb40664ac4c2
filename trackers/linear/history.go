package linear

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/linear/api"
)

// historyLag is by how much an entry of the history may be younger than the
// version of the issue that it made. It counts where nothing tells which entries
// there were when a write was decided on.
const historyLag = time.Second

// change is one field changed once.
type change struct {
	field ticket.Field
	at    time.Time // the tracker's clock
	ours  bool
	// to is what people see of the new value. exact is its fingerprint, ""
	// where the history does not tell the value.
	to, exact string
}

// changes lists the recent history of an issue, oldest first. An entry grows
// while the same person goes on editing, and what it says is from its last time,
// updatedAt. Of an entry about several fields that is too late for some; its
// createdAt would be too early for the others, and what a person wrote between
// our read and our write would be lost without a word.
func changes(issue *api.IssueFields, me api.Account) []change {
	var out []change
	for _, h := range issue.History.Nodes {
		when := at(h.CreatedAt)
		if updated := at(h.UpdatedAt); updated.After(when) {
			when = updated
		}
		ours := byUs(h, me)
		add := func(f ticket.Field, to, exact string) {
			out = append(out, change{field: f, at: when, ours: ours, to: to, exact: exact})
		}
		if title, ok := h.ToTitle.Get(); ok {
			add(ticket.Title, title, ticket.Fingerprint(title))
		}
		if state, ok := h.ToState.Get(); ok {
			add(ticket.Status, state.Name, ticket.Fingerprint(state.Id))
		}
		if number, ok := h.ToPriority.Get(); ok {
			add(ticket.Priority, priorityName(number), priorityFingerprint(number))
		}
		_, from := h.FromAssignee.Get()
		if user, ok := h.ToAssignee.Get(); ok || from {
			add(ticket.Assignee, user.Name, ticket.Fingerprint(user.Id))
		}
		if labels := labelChange(h); labels != "" {
			add(ticket.Labels, labels, "")
		}
		if h.UpdatedDescription.Or(false) || len(h.DescriptionUpdatedBy) > 0 {
			for _, editor := range h.DescriptionUpdatedBy {
				ours = ours && editor.Id == me.Id
			}
			add(ticket.Description, "a text that Linear's history does not hold", "")
		}
	}
	slices.SortStableFunc(out, func(a, b change) int { return a.at.Compare(b.at) })
	return out
}

// byUs reports whether our account made an entry. What an app does may bear the
// app's name alone.
func byUs(h api.HistoryFields, me api.Account) bool {
	bot, _ := h.BotActor.Get()
	return h.ActorId.Or("") == me.Id || bot.Id.Or("") == me.Id || me.App && bot.Name.Or("") == me.Name
}

func labelChange(h api.HistoryFields) string {
	var parts []string
	for _, l := range h.AddedLabels {
		parts = append(parts, "+"+l.Name)
	}
	for _, l := range h.RemovedLabels {
		parts = append(parts, "-"+l.Name)
	}
	return strings.Join(parts, " ")
}

func priorityFingerprint(number float64) string { return ticket.Fingerprint(priorityName(number)) }

// changedAt tells when somebody else last changed each field.
func changedAt(issue *api.IssueFields, a answer, me api.Account) map[ticket.Field]time.Time {
	out := map[ticket.Field]time.Time{}
	for _, c := range changes(issue, me) {
		if !c.ours {
			out[c.field] = a.ours(c.at)
		}
	}
	return out
}

// unedited stands for a history without edits of others.
const unedited = "none"

// edits is when others last changed what the history tells no value of, by the
// tracker's clock.
func edits(all []change) string {
	for _, c := range slices.Backward(all) {
		if !c.ours && c.field == ticket.Description {
			return c.at.UTC().Format(time.RFC3339Nano)
		}
	}
	return unedited
}

// lost is what others had put into a field since the version and the edits that
// the write was decided on, and our write then replaced; "" when nobody did.
// Finding the value that the write was decided on, or the one it left behind,
// loses nothing, unless it was changed in between and set back.
func lost(all []change, f ticket.Field, u trackers.Update, replaced, stored string) string {
	since := at(u.Version)
	// Labels are written as a difference, which replaces nothing.
	if since.IsZero() || f == ticket.Labels {
		return ""
	}
	back := ""
	for _, c := range slices.Backward(all) {
		// What another pair of ours wrote in between is told by its value.
		if c.field != f || back == "" && c.ours && (c.exact == "" || c.exact == stored) {
			continue
		}
		switch {
		case back == "" && c.exact != "" && c.exact == stored:
			return ""
		case c.exact == "" && u.Edits != "":
			since = at(u.Edits)
		case c.exact == "":
			since = since.Add(historyLag)
		}
		if !c.at.After(since) {
			return ""
		}
		if c.exact == "" || c.exact != replaced {
			return cmp.Or(back, c.to, "(empty)")
		}
		if back != "" || c.ours {
			return ""
		}
		back = cmp.Or(c.to, "(empty)")
	}
	return ""
}
