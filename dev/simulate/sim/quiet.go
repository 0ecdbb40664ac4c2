package sim

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/serviceerror"

	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/ticket"
)

const (
	// silence is how long nothing may be asked of a tracker once sweeps and
	// audits are off.
	silence = 2500 * time.Millisecond
	// fading is how long the last sweeps and audits may take.
	fading = 20 * time.Second
)

// quiet turns sweeps and audits off, restarts the worker on that, and finds
// what goes on nevertheless. The restart also has every pair replayed.
func (p *play) quiet(ctx context.Context) ([]Finding, error) {
	_, before := p.calls()
	p.StopWorker()
	for i := range p.File.Connections {
		p.File.Connections[i].Sweep, p.File.Connections[i].Audit = time.Hour, time.Hour
	}
	if p.struck("converters") {
		p.converters.exchange()
	}
	p.StartWorker()
	if p.struck("converters") {
		if err := p.review(ctx); err != nil {
			return nil, err
		}
	}
	asked, since := 0, time.Now()
	began := time.Now()
	for time.Since(since) < silence && time.Since(began) < fading {
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
		if now, _ := p.calls(); now != asked {
			asked, since = now, time.Now()
		}
	}
	var out []Finding
	if time.Since(since) < silence {
		out = append(out, finding(Unquiet, "", "the trackers are asked without end: %s", p.lastCalls(5)))
	}
	if _, after := p.calls(); after != before {
		out = append(out, finding(Unquiet, "", "%d writes after all was settled: %s", after-before, p.lastCalls(5)))
	}
	return out, nil
}

// review has every pair read both tickets.
func (p *play) review(ctx context.Context) error {
	runs, err := p.runs(ctx, "ExecutionStatus = 'Running' AND WorkflowType = '"+addressing.Pair+"'")
	if err != nil {
		return err
	}
	for _, run := range runs {
		err := p.Client.SignalWorkflow(ctx, run.GetExecution().GetWorkflowId(), "", addressing.SignalHint, ticket.Hint{Kind: ticket.ChangeHint, Source: "audit"})
		var ended *serviceerror.NotFound
		if err != nil && !errors.As(err, &ended) { // the list may be older than its end
			return fmt.Errorf("have %s look at its tickets: %w", run.GetExecution().GetWorkflowId(), err)
		}
	}
	return nil
}

// lastCalls are the latest calls at each tracker.
func (p *play) lastCalls(n int) (out string) {
	for name, f := range p.fronts {
		asked, _ := f.counts()
		out += fmt.Sprintf("%s: %v ", name, f.since(asked-n))
	}
	return out
}
