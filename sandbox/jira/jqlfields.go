package jira

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// compile turns a clause into a predicate. Values that name nothing are errors,
// as in Jira, not empty results.
func (p *parser) compile(field, op string, values []operand) (func(issue) bool, error) {
	switch field {
	case "created", "createddate":
		return p.dates(field, op, values, func(i issue) time.Time { return i.Created })
	case "updated", "updateddate":
		return p.dates(field, op, values, func(i issue) time.Time { return i.Updated })
	case "summary":
		return p.words(field, op, values, func(i issue) string { return i.Summary })
	case "description":
		return p.words(field, op, values, func(i issue) string { return i.Description })
	case "text":
		return p.words(field, op, values, func(i issue) string { return i.Summary + " " + i.Description })
	}
	of, resolve := p.exact(field)
	if of == nil {
		return nil, invalid("Field '" + field + "' does not exist or you do not have permission to view it.")
	}
	var want []string
	for _, v := range values {
		if v.empty {
			want = append(want, "")
			continue
		}
		id, found := resolve(v.text)
		if !found {
			return nil, p.noValue(field, v.text)
		}
		want = append(want, id)
	}
	matches := func(i issue) bool {
		have := of(i)
		if len(have) == 0 {
			have = []string{""}
		}
		return slices.ContainsFunc(have, func(h string) bool { return slices.Contains(want, h) })
	}
	switch op {
	case "=", "in", "is":
		return matches, nil
	case "!=", "not in", "is not":
		// Like Jira, an inequality does not match an empty field.
		return func(i issue) bool {
			return !matches(i) && (len(of(i)) > 0 || slices.Contains(want, ""))
		}, nil
	}
	return nil, p.noOperator(field, op)
}

func (p *parser) noOperator(field, op string) error {
	return invalid("The operator '" + op + "' is not supported by the '" + field + "' field.")
}

func (p *parser) noValue(field, value string) error {
	if field == "key" || field == "issuekey" || field == "id" || field == "issue" {
		return invalid("An issue with key '" + value + "' does not exist for field '" + field + "'.")
	}
	return invalid("The value '" + value + "' does not exist for the field '" + field + "'.")
}

// exact gives for a field its ids in an issue and what a written value means.
func (p *parser) exact(field string) (of func(issue) []string, resolve func(string) (string, bool)) {
	one := func(get func(issue) string) func(issue) []string {
		return func(i issue) []string {
			if v := get(i); v != "" {
				return []string{v}
			}
			return nil
		}
	}
	list := func(all []named) func(string) (string, bool) {
		return func(ref string) (string, bool) {
			for _, n := range all {
				if n.id == ref || strings.EqualFold(n.name, ref) {
					return n.id, true
				}
			}
			return "", false
		}
	}
	switch field {
	case "project":
		return one(func(i issue) string { return i.ProjectID }), p.projectNamed
	case "key", "issuekey", "id", "issue":
		return one(func(i issue) string { return i.ID }), func(ref string) (string, bool) {
			i, err := p.visible(ref)
			return i.ID, err == nil
		}
	case "creator":
		return one(func(i issue) string { return i.Creator }), p.userNamed
	case "reporter":
		return one(func(i issue) string { return i.Reporter }), p.userNamed
	case "assignee":
		return one(func(i issue) string { return i.Assignee }), p.userNamed
	case "labels":
		return func(i issue) []string { return i.Labels }, func(ref string) (string, bool) { return ref, true }
	case "status":
		return one(func(i issue) string { return i.StatusID }), func(ref string) (string, bool) {
			st, found := p.s.statusBy(ref)
			return st.ID, found
		}
	case "statuscategory":
		return one(func(i issue) string { return categoryOf(p.s, i.StatusID) }), categoryNamed
	case "priority":
		return one(func(i issue) string { return i.PriorityID }), list(priorities)
	case "resolution":
		return one(func(i issue) string { return i.Resolution }), list(resolutions)
	case "level":
		return one(func(i issue) string { return i.Security }), list(securityLevels)
	case "issuetype", "type":
		return one(func(i issue) string { return i.TypeID }), func(ref string) (string, bool) {
			k := slices.IndexFunc(issueTypes, func(t issueType) bool { return t.id == ref || strings.EqualFold(t.name, ref) })
			if k < 0 {
				return "", false
			}
			return issueTypes[k].id, true
		}
	}
	return nil, nil
}

// projectNamed takes id, key or name; a project one may not browse is unknown.
func (p *parser) projectNamed(ref string) (string, bool) {
	for _, pr := range projects {
		if (pr.id == ref || strings.EqualFold(pr.key, ref) || strings.EqualFold(pr.name, ref)) && p.s.canBrowse(p.user, pr.id) {
			return pr.id, true
		}
	}
	return "", false
}

// userNamed takes what either flavour calls a user, and the e-mail address.
func (p *parser) userNamed(ref string) (string, bool) {
	for _, u := range users {
		if ref == u.accountID() || ref == u.name || ref == u.key() || strings.EqualFold(ref, u.email()) {
			return u.name, true
		}
	}
	return "", false
}

// categoryNamed takes key, id or name.
func categoryNamed(ref string) (string, bool) {
	for key, c := range categories {
		if strings.EqualFold(key, ref) || jsonInt(c["id"]) == ref || strings.EqualFold(jsonInt(c["name"]), ref) {
			return key, true
		}
	}
	return "", false
}

// dates compares with a date that is absolute or relative to now. JQL knows
// minutes, in the caller's zone, which is UTC for everybody here.
func (p *parser) dates(field, op string, values []operand, of func(issue) time.Time) (func(issue) bool, error) {
	if len(values) != 1 || values[0].empty {
		return nil, p.noOperator(field, op)
	}
	at, valid := p.date(values[0].text)
	if !valid {
		return nil, invalid("Date value '" + values[0].text + "' for field '" + field + "' is invalid. Valid formats include: " +
			"'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.")
	}
	switch op {
	case ">=":
		return func(i issue) bool { return !of(i).Before(at) }, nil
	case ">":
		return func(i issue) bool { return of(i).After(at) }, nil
	case "<=":
		return func(i issue) bool { return !of(i).After(at) }, nil
	case "<":
		return func(i issue) bool { return of(i).Before(at) }, nil
	case "=":
		return func(i issue) bool { return of(i).Truncate(time.Minute).Equal(at) }, nil
	}
	return nil, p.noOperator(field, op)
}

// units of relative dates; months and years do not exist in JQL's short form.
var units = map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}

// date reads absolute dates, epoch milliseconds and periods.
func (p *parser) date(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{"2006-01-02 15:04", "2006/01/02 15:04", "2006-01-02", "2006/01/02"} {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			return t, true
		}
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms), true
	}
	// A sign holds for the whole period: "-1w 2d" is nine days ago.
	rest, ago := strings.CutPrefix(text, "-")
	var total time.Duration
	for part := range strings.FieldsSeq(strings.TrimPrefix(rest, "+")) {
		n, err := strconv.Atoi(part[:len(part)-1])
		unit, known := units[part[len(part)-1]]
		if err != nil || !known {
			return time.Time{}, false
		}
		total += time.Duration(n) * unit
	}
	if ago {
		total = -total
	}
	return p.s.now().Add(total), rest != ""
}

// words is full-text search: every word must occur, a trailing * is a prefix,
// a phrase in inner quotes must occur as it stands.
func (p *parser) words(field, op string, values []operand, of func(issue) string) (func(issue) bool, error) {
	if len(values) == 1 && values[0].empty && (op == "is" || op == "is not" || op == "=" || op == "!=") {
		want := op == "is" || op == "="
		return func(i issue) bool { return (of(i) == "") == want }, nil
	}
	if op != "~" && op != "!~" || len(values) != 1 {
		return nil, p.noOperator(field, op)
	}
	text := values[0].text
	match := func(have string) bool { return containsWords(have, text) }
	if phrase, isPhrase := strings.CutPrefix(text, `"`); isPhrase {
		phrase = " " + strings.Join(split(strings.TrimSuffix(phrase, `"`)), " ") + " "
		match = func(have string) bool {
			return strings.Contains(" "+strings.Join(split(have), " ")+" ", phrase)
		}
	}
	return func(i issue) bool { return match(of(i)) == (op == "~") }, nil
}

func containsWords(have, want string) bool {
	words := split(have)
	for _, field := range strings.Fields(want) {
		prefix := strings.HasSuffix(field, "*")
		for _, w := range split(field) {
			if !slices.ContainsFunc(words, func(h string) bool { return h == w || prefix && strings.HasPrefix(h, w) }) {
				return false
			}
		}
	}
	return true
}

func split(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}
