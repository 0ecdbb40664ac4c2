package sim

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"google.golang.org/protobuf/proto"
)

// private finds private texts outside of their trackers: in what was sent to
// others, in what people see there, in the histories of pairs of other trackers,
// and in the log.
func (p *play) private(ctx context.Context) (out []Finding, err error) {
	var secrets []secret
	tags := map[string]string{}
	for _, g := range p.groups {
		for _, s := range g.secrets {
			secrets = append(secrets, s)
			tags[s.word] = g.tag
		}
	}
	if len(secrets) == 0 {
		return nil, nil
	}
	leak := func(s secret, where string) {
		out = append(out, finding(Leaked, tags[s.word], "%s of %s is in %s", s.word, s.conn, where))
	}
	log := p.logs.String()
	for _, s := range secrets {
		if strings.Contains(log, s.word) {
			leak(s, "the log")
		}
		for conn, f := range p.fronts {
			for _, body := range f.bodies() {
				if conn != s.conn && strings.Contains(body, s.word) {
					leak(s, "a call to "+conn+": "+body)
					break
				}
			}
		}
	}
	if err := p.texts(ctx, secrets, leak); err != nil {
		return nil, err
	}
	return out, p.histories(ctx, secrets, leak)
}

// texts looks through all tickets and comments.
func (p *play) texts(ctx context.Context, secrets []secret, leak func(secret, string)) error {
	for name, place := range p.places {
		all, err := place.All(ctx)
		if err != nil {
			return fmt.Errorf("list %s: %w", name, err)
		}
		for _, t := range all {
			heard, err := place.Heard(ctx, t.ID)
			if err != nil {
				return fmt.Errorf("read comments of %s: %w", t.Key, err)
			}
			text := fmt.Sprint(t, heard)
			for _, s := range secrets {
				if s.conn != place.Connection() && strings.Contains(text, s.word) {
					leak(s, t.Key)
				}
			}
		}
	}
	return nil
}

// histories looks through all that Temporal keeps.
func (p *play) histories(ctx context.Context, secrets []secret, leak func(secret, string)) error {
	runs, err := p.runs(ctx, "")
	if err != nil {
		return err
	}
	for _, run := range runs {
		id := run.GetExecution().GetWorkflowId()
		events := p.Client.GetWorkflowHistory(ctx, id, run.GetExecution().GetRunId(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for events.HasNext() {
			event, err := events.Next()
			if err != nil {
				return fmt.Errorf("read history of %s: %w", id, err)
			}
			encoded, err := proto.Marshal(event)
			if err != nil {
				return fmt.Errorf("encode event of %s: %w", id, err)
			}
			for _, s := range secrets {
				if !of(id, s.conn) && bytes.Contains(encoded, []byte(s.word)) {
					leak(s, fmt.Sprintf("event %d of %s (%s)", event.GetEventId(), id, event.GetEventType()))
				}
			}
		}
	}
	return nil
}

// of reports whether a run works for a connection: a pair of its tickets, or
// its sweep, reads what it then leaves where it is.
func of(id, conn string) bool {
	return slices.Contains(strings.Split(id, "/"), conn)
}
