package starter

import (
	"errors"
	"fmt"
	"io"

	"github.com/ticketsync/ticketsync/config"
	"github.com/ticketsync/ticketsync/webhook"
)

// Explain prints what the receiver would do with a webhook's body, as one JSON
// object and nothing else. It calls nobody.
func Explain(file *config.File, connection string, body io.Reader, out io.Writer) error {
	data, err := io.ReadAll(io.LimitReader(body, webhook.DefaultMaxBody+1))
	switch {
	case err != nil:
		return BadInput("read body: %w", err)
	case len(data) > webhook.DefaultMaxBody:
		return BadInput("the body is larger than %d bytes, what the receiver takes", webhook.DefaultMaxBody)
	}
	e, err := webhook.Explain(file, connection, data)
	switch {
	case errors.Is(err, webhook.ErrUnknownConnection):
		var names []string
		for _, c := range file.Connections {
			names = append(names, c.Name)
		}
		return NotFound("%w: the file has %q", err, names)
	case err != nil:
		return &BadInputError{err}
	}
	printJSON(out, e)
	return nil
}

// Reasons prints every reason code with its meaning and remedy.
func Reasons(out Console) {
	type reason struct {
		Reason    string `json:"reason"`
		Attention bool   `json:"attention"`
		Meaning   string `json:"meaning"`
		Remedy    string `json:"remedy"`
	}
	list := []reason{}
	for _, m := range reasons() {
		list = append(list, reason{string(m.Reason), m.Attention, m.What, m.Remedy})
	}
	if out.JSON {
		printJSON(out.Out, list)
		return
	}
	for _, r := range list {
		attention := ""
		if r.Attention {
			attention = " (attention)"
		}
		_, _ = fmt.Fprintf(out.Out, "%s%s\n  %s\n  %s\n", r.Reason, attention, r.Meaning, r.Remedy)
	}
}
