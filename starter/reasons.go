package starter

import (
	"fmt"
	"strings"

	"github.com/ticketsync/ticketsync/ticket"
)

func reasons() []ticket.Meaning { return ticket.Reasons() }

// ReasonsPage is docs/reasons.md: every reason code, from the one list in
// code. A test keeps the file equal.
func ReasonsPage() string {
	var b strings.Builder
	b.WriteString(`# Reasons

Why something waits, was skipped or went wrong is always one of these codes:
in ` + "`ticketsync show` and `ticketsync pairs`" + `, in the search attribute
` + "`TicketsyncReason`" + `, in Temporal's UI and in logs. ` + "`ticketsync reasons`" + ` prints
the same list. A reason marked with ● puts its pair in the state ` + "`attention`" + `.

<!-- Written by the test of the starter package, go test ./starter -update; do not edit. -->

| | Reason | Meaning | What to do |
|---|---|---|---|
`)
	for _, m := range reasons() {
		mark := ""
		if m.Attention {
			mark = "●"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", mark, m.Reason, cell(m.What), cell(m.Remedy))
	}
	return b.String()
}

// cell keeps a text within its table cell: no bars, and nothing in angle
// brackets that a browser would take for markup.
var cell = strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;", "\n", " ").Replace
