package starter

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
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

// row adds a line to a table.
func row(w io.Writer, cells ...string) {
	_, _ = fmt.Fprintln(w, strings.TrimRight("  "+strings.Join(cells, "\t"), "\t"))
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
