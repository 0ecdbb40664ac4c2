package sim

import (
	"context"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"sync"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
)

// killer leaves behind what a killed process does: an activity that never
// began, or whose result nobody recorded, until Temporal's time-out; a delivery
// that was read and never answered.
type killer struct {
	interceptor.WorkerInterceptorBase

	mu         sync.Mutex
	note       func(format string, args ...any) // tells what was killed
	hit        func(kind string)                // counts it
	doomed     []doom
	deliveries int
	// killed are the activities that were killed: a second death of the same
	// one would only add another time-out.
	killed map[string]bool
}

// doom awaits the next activity of a type.
type doom struct {
	activity string
	after    bool // it runs, and its result is lost
}

// boundaries are the types of all activities there are.
var boundaries = func() (out []string) {
	all := reflect.TypeFor[*activities.Activities]()
	for i := range all.NumMethod() {
		out = append(out, all.Method(i).Name)
	}
	return out
}()

// kill dooms an activity of a drawn type, so that each has its turn.
func kill(after bool) func(context.Context, *play, *rand.Rand) bool {
	return func(_ context.Context, p *play, random *rand.Rand) bool {
		p.killer.doom(doom{boundaries[random.IntN(len(boundaries))], after})
		return false // not before its turn
	}
}

// deafen kills the receiver over one of the next deliveries.
func deafen(_ context.Context, p *play, random *rand.Rand) bool {
	p.killer.mu.Lock()
	defer p.killer.mu.Unlock()
	p.killer.deliveries = 1 + random.IntN(3)
	return false // not before one comes
}

// tell says whom to tell what was killed.
func (k *killer) tell(note func(string, ...any), hit func(string)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.note, k.hit = note, hit
}

func (k *killer) struck(kind, format string, args ...any) {
	k.mu.Lock()
	note, hit := k.note, k.hit
	k.mu.Unlock()
	note(format, args...)
	hit(kind)
}

func (k *killer) doom(d doom) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.doomed = append(k.doomed, d)
}

// calm spares what is still doomed.
func (k *killer) calm() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.doomed, k.deliveries = nil, 0
}

// InterceptActivity is the worker's call.
func (k *killer) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &killed{interceptor.ActivityInboundInterceptorBase{Next: next}, k}
}

type killed struct {
	interceptor.ActivityInboundInterceptorBase
	by *killer
}

// ExecuteActivity never reports a doomed activity's end.
func (a *killed) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	info := activity.GetInfo(ctx)
	d, dies := a.by.take(info)
	if !dies {
		return a.Next.ExecuteActivity(ctx, in)
	}
	when := "before"
	if d.after {
		when = "after"
		_, _ = a.Next.ExecuteActivity(ctx, in)
	}
	a.by.struck("kill-"+when, "killed %s %s of %s", when, info.ActivityType.Name, info.WorkflowExecution.ID)
	return nil, activity.ErrResultPending
}

func (k *killer) take(info activity.Info) (doom, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := info.WorkflowExecution.RunID + "/" + info.ActivityID
	i := slices.IndexFunc(k.doomed, func(d doom) bool { return d.activity == info.ActivityType.Name })
	if i < 0 || k.killed[id] {
		return doom{}, false
	}
	d := k.doomed[i]
	k.doomed = slices.Delete(k.doomed, i, i+1)
	k.killed[id] = true
	return d, true
}

// receive cuts the connection of a doomed delivery, whose signature was right
// and whose signal is never sent.
func (k *killer) receive(d addressing.Delivery) {
	k.mu.Lock()
	doomed := k.deliveries == 1
	k.deliveries = max(k.deliveries-1, 0)
	k.mu.Unlock()
	if doomed {
		k.struck("receiver", "receiver killed over a delivery to %s", d.WorkflowID)
		runtime.Goexit() // nothing answers, nothing is rescued, the connection is cut
	}
}
