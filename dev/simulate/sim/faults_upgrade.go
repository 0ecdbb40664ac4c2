package sim

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"

	"go.temporal.io/sdk/interceptor"

	"github.com/ticketsync/ticketsync/ticket"
	"github.com/ticketsync/ticketsync/trackers"
)

// converters read texts as another version of them would: the same words in
// other Markdown, of every text there is. A pair must not take that for an edit.
type converters struct {
	interceptor.WorkerInterceptorBase
	newer atomic.Bool
}

// upgrade restarts the worker with the other version.
func upgrade(_ context.Context, p *play, _ *rand.Rand) bool {
	if p.workerOff {
		return false
	}
	p.StopWorker()
	p.converters.exchange()
	p.StartWorker()
	return true
}

func (c *converters) exchange() { c.newer.Store(!c.newer.Load()) }

// InterceptActivity is the worker's call.
func (c *converters) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &falsified{interceptor.ActivityInboundInterceptorBase{Next: next}, c.read}
}

func (c *converters) read(result any) {
	if !c.newer.Load() {
		return
	}
	onTickets(respell)(result)
	switch r := result.(type) {
	case *ticket.Snapshot:
		respell(r)
	case *ticket.Comment:
		r.Body = respelled(r.Body)
	case *trackers.Result:
		if r != nil && r.Snapshot != nil {
			respell(r.Snapshot)
		}
	case *trackers.Created:
		if r != nil && r.Result != nil && r.Result.Snapshot != nil {
			respell(r.Result.Snapshot)
		}
	}
}

func respell(s *ticket.Snapshot) {
	if v, ok := s.Fields[ticket.Description]; ok {
		v.Text = respelled(v.Text)
		s.Fields[ticket.Description] = v
	}
	for i := range s.Comments {
		s.Comments[i].Body = respelled(s.Comments[i].Body)
	}
}

func respelled(markdown string) string {
	if markdown == "" {
		return ""
	}
	return strings.ReplaceAll(strings.TrimRight(markdown, "\n"), "**", "__") + "\n\n"
}
