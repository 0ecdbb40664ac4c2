package markdown

import (
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxPadding bounds what rows of unequal length may cost: every row is filled up
// to the longest.
const maxPadding = 4

// table reads a table. Cells hold one line in Markdown, so blocks in them become
// text beside each other. A caption becomes a paragraph before the table.
func (r *reader) table(n *html.Node, st state) {
	r.flush()
	if r.flat || attr(n, "role") == "presentation" {
		r.children(n, st)
		r.flush()
		return
	}
	var rows [][]*html.Node
	cells, longest := 0, 0
	eachRow(n, func(tr *html.Node) {
		var row []*html.Node
		for c := tr.FirstChild; c != nil; c = c.NextSibling {
			if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
				row = append(row, c)
			}
		}
		if len(row) > 0 {
			rows = append(rows, row)
			cells += len(row)
			longest = max(longest, len(row))
		}
	}, func(caption *html.Node) { r.paragraph(caption, st) })
	if len(rows)*longest > maxPadding*cells+1000 {
		r.children(n, st)
		r.flush()
		return
	}
	table := element("table")
	for i, row := range rows {
		tr, name := element("tr"), "td"
		if i == 0 {
			name = "th"
		}
		for _, cell := range row {
			tr.AppendChild(r.cell(cell, name, st))
		}
		table.AppendChild(tr)
	}
	if table.FirstChild != nil {
		r.into.AppendChild(table)
	}
}

// eachRow calls row for the rows of the table itself, not of tables inside it.
func eachRow(n *html.Node, row, caption func(*html.Node)) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch c.DataAtom {
		case atom.Tr:
			row(c)
		case atom.Thead, atom.Tbody, atom.Tfoot:
			eachRow(c, row, caption)
		case atom.Caption:
			caption(c)
		}
	}
}

func (r *reader) cell(n *html.Node, name string, st state) *html.Node {
	r.flat = true
	r.children(n, st)
	r.flat = false
	cell := element(name)
	if align := attr(n, "align"); align == "left" || align == "right" || align == "center" {
		cell.Attr = []html.Attribute{{Key: "align", Val: align}}
	}
	if md := renderRuns(r.runs, place{cell: true}); md != "" {
		cell.AppendChild(element(inlineTag, html.Attribute{Key: inlineAttr, Val: md}))
	}
	r.runs = nil
	return cell
}
