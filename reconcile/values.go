package reconcile

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/ticketsync/ticketsync/ticket"
)

// agree reports whether two values are the same under the mapping. At first
// contact, when nobody is known to have changed anything, texts agree when
// their words do: what converters do to markup is no edit.
func (r *Rules) agree(f FieldRule, left, right ticket.Value, firstContact bool) bool {
	switch f.Name {
	case ticket.Status:
		return r.statusAgrees(left.State, right.State)
	case ticket.Priority:
		return left.Level == right.Level
	case ticket.Assignee:
		if left.User == nil || right.User == nil {
			return left.User == right.User
		}
		// Two hidden addresses tell nothing.
		return email(right.User) != "" && r.email(ticket.Left, left.User) == email(right.User)
	case ticket.Labels:
		return ticket.SameLabels(left.Names, right.Names)
	case ticket.Title:
		return scalar(left) == scalar(right)
	case ticket.Description:
		if left.Omitted || right.Omitted {
			return false
		}
		if firstContact {
			return words(left.Text) == words(right.Text)
		}
		return lines(left.Text) == lines(right.Text)
	}
	return scalar(left) == scalar(right)
}

// translate returns a side's value in the other side's terms. keep tells that
// there is nothing to send and the other side keeps what it has.
func (r *Rules) translate(f FieldRule, from ticket.Side, v ticket.Value, target *ticket.Snapshot) (out ticket.Value, keep bool, reason ticket.Reason, detail string) {
	switch f.Name {
	case ticket.Status:
		if v.State == nil {
			return v, true, "", ""
		}
		name, ok := r.mapStatus(from, *v.State)
		if !ok {
			return v, r.Unmapped == "ignore", ticket.StatusUnmapped, v.State.Name
		}
		return ticket.Value{State: &ticket.State{Name: name}}, false, "", ""
	case ticket.Priority:
		if v.Level == ticket.NoLevel && target != nil && target.PriorityRequired {
			return v, true, "", ""
		}
		if !v.Level.Known() {
			return v, v.Level == "", ticket.PriorityUnmapped, string(v.Level)
		}
		return ticket.Value{Level: v.Level}, false, "", ""
	case ticket.Assignee:
		if v.User == nil {
			return ticket.Value{}, false, "", ""
		}
		return ticket.Value{User: &ticket.User{Email: r.email(from, v.User), Name: v.User.Name}}, false, "", ""
	}
	v.Fingerprint = ""
	if f.Name == ticket.Labels && target != nil {
		v.Names = respell(v.Names, target.Fields[f.On(from.Other())].Names)
	}
	return v, false, "", ""
}

// respell gives labels the spelling under which the other side has them already.
func respell(names, known []string) []string {
	out := slices.Clone(names)
	for i, name := range out {
		if at := slices.IndexFunc(known, func(k string) bool { return ticket.FoldLabel(k) == ticket.FoldLabel(name) }); at >= 0 {
			out[i] = known[at]
		}
	}
	return out
}

// restored adds to the labels of a side those that it could not take over, as
// long as the other side still has them.
func restored(names, without, there []string) []string {
	listed := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(n string) bool { return ticket.FoldLabel(n) == ticket.FoldLabel(name) })
	}
	out := slices.Clone(names)
	for _, name := range without {
		if listed(there, name) && !listed(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// cutSide returns the side whose text is a cut copy of the other's, "" for
// none. Only needed when the state was lost: else FieldState.Cut tells.
func cutSide(f FieldRule, left, right ticket.Value) ticket.Side {
	cut := func(short, whole ticket.Value) bool {
		at := strings.LastIndex(short.Text, "…")
		if at < 0 || short.Omitted {
			return false
		}
		start := words(short.Text[:at])
		return start != "" && (whole.Omitted || strings.HasPrefix(words(whole.Text), start))
	}
	switch {
	case f.Name != ticket.Title && f.Name != ticket.Description:
	case cut(right, left):
		return ticket.Right
	case cut(left, right):
		return ticket.Left
	}
	return ""
}

// email returns a user's address in the other side's terms.
func (r *Rules) email(from ticket.Side, u *ticket.User) string {
	own := email(u)
	for _, left := range sortedKeys(r.Users) {
		right := r.Users[left]
		if from == ticket.Left && strings.EqualFold(left, own) {
			return strings.ToLower(right)
		}
		if from == ticket.Right && strings.EqualFold(right, own) {
			return strings.ToLower(left)
		}
	}
	return own
}

func email(u *ticket.User) string {
	if u == nil {
		return ""
	}
	return strings.ToLower(u.Email)
}

// mapping returns the hash of what decides about a field beyond its values.
func (r *Rules) mapping(f FieldRule) string {
	parts := []string{string(f.Left), string(f.Right)}
	switch f.Name {
	case ticket.Status:
		for _, s := range r.Status {
			parts = append(parts, s.Left, s.Right, string(s.Direction))
		}
		if len(r.Status) == 0 {
			for _, s := range slices.Concat(r.Left.Statuses, r.Right.Statuses) {
				parts = append(parts, s.Name, string(s.Category))
			}
		}
	case ticket.Assignee:
		for _, left := range sortedKeys(r.Users) {
			parts = append(parts, left, r.Users[left])
		}
	}
	return ticket.Fingerprint(parts...)[:8]
}

// display returns a value as the journal and the commands show it.
func display(f ticket.Field, v ticket.Value) string {
	switch {
	case v.State != nil:
		return v.State.Name
	case v.User != nil:
		return v.User.Display()
	case f == ticket.Labels:
		return strings.Join(v.Names, ", ")
	case f == ticket.Description:
		// Texts stay out of the journal: it is shown in lists.
		if v.Size > 0 || v.Text != "" {
			return "(text, " + strconv.Itoa(max(v.Size, len(v.Text))) + " bytes)"
		}
		return ""
	case v.Level != "":
		return string(v.Level)
	}
	return shorten(scalar(v), 120)
}

func scalar(v ticket.Value) string {
	if v.Number != nil {
		return strconv.FormatFloat(*v.Number, 'g', -1, 64)
	}
	return strings.TrimSpace(v.Text)
}

func shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}

// lines is a text without what no tracker keeps: trailing and repeated blanks.
func lines(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = strings.TrimRightFunc(line, unicode.IsSpace); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// words is a text's letters and digits alone.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.So, r) {
			return r
		}
		return -1
	}, s)
}

// sortedKeys is how every map here is gone through.
//
//workflowcheck:ignore
func sortedKeys[K ~string, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
