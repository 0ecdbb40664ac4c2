package linear

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

const (
	defaultFirst = 50
	maxFirst     = 250
)

// page filters and orders a connection and cuts out what was asked for. Order
// is newest first, by creation unless the caller says otherwise.
func (c *call) page(all list, args input) (node, error) {
	by := "createdAt"
	if given, ok := args.text("orderBy"); ok {
		by = given
	}
	if by != "createdAt" && by != "updatedAt" {
		return node{}, invalid("orderBy must be one of createdAt, updatedAt")
	}
	kept, err := c.keep(all.nodes, args)
	if err != nil {
		return node{}, err
	}
	slices.Reverse(kept)
	slices.SortStableFunc(kept, func(a, b node) int { return cmp.Compare(b.date(by), a.date(by)) })

	from, to, err := window(kept, by, args)
	if err != nil {
		return node{}, err
	}
	shown := kept[from:to]
	edges := make([]node, 0, len(shown))
	info := object{"hasNextPage": to < len(kept), "hasPreviousPage": from > 0, "startCursor": nil, "endCursor": nil}
	for _, n := range shown {
		edges = append(edges, node{all.typ + "Edge", object{"node": n, "cursor": cursorOf(n, by)}})
	}
	if len(shown) > 0 {
		info["startCursor"], info["endCursor"] = cursorOf(shown[0], by), cursorOf(shown[len(shown)-1], by)
	}
	return node{all.typ + connection, object{
		"nodes": shown, "edges": edges, "pageInfo": node{"PageInfo", info}, "totalCount": len(kept),
	}}, nil
}

// keep drops what is archived, unless it is asked for, and what the filter does
// not match.
func (c *call) keep(nodes []node, args input) ([]node, error) {
	filter := asInput(absolute(args["filter"], c.s.core.Now()))
	c.searching = true
	defer func() { c.searching = false }()
	kept := []node{}
	for _, n := range nodes {
		if n.fields["archivedAt"] != nil && !args.flag("includeArchived") {
			continue
		}
		matches, err := n.matches(filter)
		if err != nil {
			return nil, err
		}
		if matches {
			kept = append(kept, n)
		}
	}
	return kept, nil
}

// window finds the part of an ordered list that first, after, last and before
// ask for.
func window(nodes []node, by string, args input) (from, to int, err error) {
	from, to = 0, len(nodes)
	if cursor, ok := args.text("after"); ok {
		if from, err = position(nodes, by, cursor, true); err != nil {
			return 0, 0, err
		}
	}
	if cursor, ok := args.text("before"); ok {
		if to, err = position(nodes, by, cursor, false); err != nil {
			return 0, 0, err
		}
	}
	from = min(from, to)
	if args["last"] != nil && args["first"] == nil {
		last, err := args.whole("last", 1, maxFirst)
		return max(from, to-last), to, err
	}
	first := defaultFirst
	if args["first"] != nil {
		if first, err = args.whole("first", 1, maxFirst); err != nil {
			return 0, 0, err
		}
	}
	return from, min(to, from+first), nil
}

// A cursor is a place in the order, not a node: it stays good when its node is
// changed or deleted between two pages. Nodes of the same millisecond are told
// apart by id, as long as they are there.
func cursorOf(n node, by string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s|%v", n.date(by), n.fields["id"]))
}

// position is the index behind a cursor's place, or of the place itself.
func position(nodes []node, by, cursor string, behind bool) (int, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	at, id, ok := strings.Cut(string(text), "|")
	if err != nil || !ok {
		return 0, invalid("cursor is not valid")
	}
	for i, n := range nodes {
		switch {
		case n.date(by) == date(at) && n.fields["id"] == id && behind:
			return i + 1, nil
		case n.date(by) == date(at) && n.fields["id"] == id, n.date(by) < date(at):
			return i, nil
		}
	}
	return len(nodes), nil
}

func (n node) date(name string) date {
	at, _ := n.fields[name].(date)
	return at
}
