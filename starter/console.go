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

// flush prints what was added, each line after a margin.
func (c *columns) flush(margin string) {
	_ = c.tab.Flush()
	for line := range strings.Lines(c.buffer.String()) {
		_, _ = fmt.Fprintln(c.out, strings.TrimRight(margin+line, " \n"))
	}
}

// wrap breaks a text into lines of at most width characters, where it can.
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

// short cuts a text for a table's cell, on a rune's boundary.
func short(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
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
