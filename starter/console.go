package starter

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"
)

// Console is where a command's results go.
type Console struct {
	// Out takes the result, Notes what is not part of it.
	Out   io.Writer
	Notes io.Writer
	// JSON prints one JSON value instead of text.
	JSON bool
}

func (c Console) note(format string, args ...any) {
	_, _ = fmt.Fprintf(c.Notes, format+"\n", args...)
}

// columns prints rows in aligned columns, without spaces at the ends of lines.
type columns struct {
	out    io.Writer
	buffer strings.Builder
	tab    *tabwriter.Writer
}

func newColumns(out io.Writer) *columns {
	const gap = 2
	c := &columns{out: out}
	c.tab = tabwriter.NewWriter(&c.buffer, 0, 0, gap, ' ', 0)
	return c
}

func (c *columns) row(cells ...string) {
	_, _ = fmt.Fprintln(c.tab, strings.Join(cells, "\t"))
}

// wrapped adds a row whose cells go on in further rows where they are wider
// than their column should be; 0 is any width.
func (c *columns) wrapped(widths []int, cells ...string) {
	lines := make([][]string, len(cells))
	most := 1
	for i, cell := range cells {
		lines[i] = []string{cell}
		if widths[i] > 0 {
			lines[i] = wrap(cell, widths[i])
		}
		most = max(most, len(lines[i]))
	}
	for n := range most {
		row := make([]string, len(cells))
		for i := range cells {
			if n < len(lines[i]) {
				row[i] = lines[i][n]
			}
		}
		c.row(row...)
	}
}

// flush prints what was added, each line after a margin.
func (c *columns) flush(margin string) {
	_ = c.tab.Flush()
	for line := range strings.Lines(c.buffer.String()) {
		_, _ = fmt.Fprintln(c.out, strings.TrimRight(margin+line, " \n"))
	}
}

// wrap breaks a text into lines of at most width characters; only a word that
// is longer than a line stands out.
func wrap(s string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// clock writes a time as tables show it, "" for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05")
}

// quiet is the log of commands that print their result.
var quiet = slog.New(slog.DiscardHandler)
