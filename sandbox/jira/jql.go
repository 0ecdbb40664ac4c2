package jira

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// query is a parsed JQL query; where is nil when it restricts nothing.
type query struct {
	where func(issue) bool
	order []sortKey
}

type sortKey struct {
	field string
	desc  bool
}

// compare orders two issues; without an order, and among equals, newest first.
func (q query) compare(a, b issue) int {
	for _, k := range q.order {
		n := compareBy(k.field, a, b)
		if k.desc {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return -byNumber(a.ID, b.ID)
}

// compareBy sorts keys by project and number, priorities from low to high.
func compareBy(field string, a, b issue) int {
	switch field {
	case "created":
		return a.Created.Compare(b.Created)
	case "updated":
		return a.Updated.Compare(b.Updated)
	case "key", "issuekey", "issue":
		pa, na, _ := strings.Cut(a.Key, "-")
		pb, nb, _ := strings.Cut(b.Key, "-")
		return cmp.Or(cmp.Compare(pa, pb), byNumber(na, nb))
	case "id":
		return byNumber(a.ID, b.ID)
	case "priority":
		return byNumber(b.PriorityID, a.PriorityID)
	case "status":
		return byNumber(a.StatusID, b.StatusID)
	case "summary":
		return cmp.Compare(a.Summary, b.Summary)
	}
	return 0
}

func byNumber(a, b string) int {
	na, _ := strconv.Atoi(a)
	nb, _ := strconv.Atoi(b)
	return cmp.Compare(na, nb)
}

// parser reads JQL by recursive descent.
type parser struct {
	*call
	tokens []token
	at     int
}

// parse understands clauses on the fields that compile knows, and, or, not,
// parentheses and order by. Errors are 400s in Jira's words.
func (c *call) parse(jql string) (query, error) {
	tokens, err := lex(jql)
	if err != nil {
		return query{}, err
	}
	p := &parser{call: c, tokens: tokens}
	var q query
	if !p.done() && !p.is("order") {
		if q.where, err = p.either(); err != nil {
			return query{}, err
		}
	}
	if p.word("order") {
		if !p.word("by") {
			return query{}, p.unexpected("'by'")
		}
		if q.order, err = p.orderBy(); err != nil {
			return query{}, err
		}
	}
	if !p.done() {
		return query{}, p.unexpected("either 'OR' or 'AND'")
	}
	return q, nil
}

func (p *parser) done() bool { return p.at >= len(p.tokens) }

func (p *parser) peek() token {
	if p.done() {
		return token{}
	}
	return p.tokens[p.at]
}

// is looks at the next token; quoted ones are never keywords.
func (p *parser) is(text string) bool {
	t := p.peek()
	return !t.quoted && strings.EqualFold(t.text, text)
}

// word consumes an unquoted word or sign if it is next.
func (p *parser) word(text string) bool {
	if p.done() || !p.is(text) {
		return false
	}
	p.at++
	return true
}

// unexpected words the error as Jira does, with the place.
func (p *parser) unexpected(wanted string) error {
	if p.done() {
		return invalid("Error in the JQL Query: Expecting " + wanted + " but reached the end of the query.")
	}
	return invalid("Error in the JQL Query: Expecting " + wanted + " but got '" + p.peek().text + "'. (line 1, character " +
		strconv.Itoa(p.peek().pos+1) + ")")
}

// either and both are or and and; and binds tighter.
func (p *parser) either() (func(issue) bool, error) {
	left, err := p.both()
	for err == nil && (p.word("or") || p.word("||")) {
		var right func(issue) bool
		if right, err = p.both(); err == nil {
			a, b := left, right
			left = func(i issue) bool { return a(i) || b(i) }
		}
	}
	return left, err
}

func (p *parser) both() (func(issue) bool, error) {
	left, err := p.negated()
	for err == nil && (p.word("and") || p.word("&&")) {
		var right func(issue) bool
		if right, err = p.negated(); err == nil {
			a, b := left, right
			left = func(i issue) bool { return a(i) && b(i) }
		}
	}
	return left, err
}

func (p *parser) negated() (func(issue) bool, error) {
	if p.word("not") || p.word("!") {
		inner, err := p.negated()
		return func(i issue) bool { return !inner(i) }, err
	}
	if p.word("(") {
		inner, err := p.either()
		if err == nil && !p.word(")") {
			err = p.unexpected("')'")
		}
		return inner, err
	}
	return p.clause()
}

// clause reads field, operator and value. "not" counts as an operator only
// before "in".
func (p *parser) clause() (func(issue) bool, error) {
	if p.done() {
		return nil, p.unexpected("a field name")
	}
	field := strings.ToLower(p.peek().text)
	p.at++
	op := ""
	for _, candidate := range []string{"=", "!=", ">=", "<=", ">", "<", "~", "!~", "in", "is", "not"} {
		if p.word(candidate) {
			op = candidate
			break
		}
	}
	switch {
	case op == "not" && p.word("in"):
		op = "not in"
	case op == "is" && p.word("not"):
		op = "is not"
	case op == "" || op == "not":
		return nil, p.unexpected("operator")
	}
	values, err := p.values(op)
	if err != nil {
		return nil, err
	}
	return p.compile(field, op, values)
}

// operand is one value; a function is already replaced by what it returns.
type operand struct {
	text  string
	empty bool
}

// values reads one value, or a list in parentheses for in and not in.
func (p *parser) values(op string) ([]operand, error) {
	list := op == "in" || op == "not in"
	if list && !p.word("(") {
		return nil, p.unexpected("'('")
	}
	var out []operand
	for {
		if p.done() || !p.peek().quoted && strings.ContainsAny(p.peek().text, "(),=<>!~") {
			return nil, p.unexpected("a value")
		}
		t := p.peek()
		p.at++
		value := operand{text: t.text, empty: !t.quoted && slices.Contains([]string{"empty", "null"}, strings.ToLower(t.text))}
		if !t.quoted && p.word("(") {
			if !p.word(")") {
				return nil, p.unexpected("')'")
			}
			text, err := p.function(t.text)
			if err != nil {
				return nil, err
			}
			value = operand{text: text}
		}
		out = append(out, value)
		if !list {
			return out, nil
		}
		if p.word(")") {
			return out, nil
		}
		if !p.word(",") {
			return nil, p.unexpected("',' or ')'")
		}
	}
}

// function evaluates the few functions that make sense here.
func (p *parser) function(name string) (string, error) {
	switch strings.ToLower(name) {
	case "currentuser":
		return p.user, nil
	case "now":
		return "0m", nil
	case "startofday":
		return p.s.now().Format("2006-01-02"), nil
	}
	return "", invalid("Unable to find JQL function '" + name + "()'.")
}

// orderBy reads the keys after "order by"; ascending unless said otherwise.
func (p *parser) orderBy() ([]sortKey, error) {
	var out []sortKey
	for {
		if p.done() {
			return nil, p.unexpected("a field name")
		}
		k := sortKey{field: strings.ToLower(p.peek().text)}
		if !slices.Contains([]string{"created", "updated", "key", "issuekey", "issue", "id", "priority", "status", "summary"}, k.field) {
			return nil, invalid("Field '" + p.peek().text + "' does not exist or you do not have permission to view it.")
		}
		p.at++
		if p.word("desc") {
			k.desc = true
		} else {
			p.word("asc")
		}
		out = append(out, k)
		if !p.word(",") {
			return out, nil
		}
	}
}
