package sim

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ticketsync/ticketsync/addressing"
)

// kind is something that people have no say in.
type kind struct {
	name string
	// strike makes it happen, and reports whether it has. What waits for its
	// moment counts when that comes.
	strike func(ctx context.Context, p *play, random *rand.Rand) bool
}

// kinds are all faults there are.
var kinds = []kind{
	{"lost", webhooks("drop")}, {"duplicated", webhooks("duplicate")}, {"shuffled", webhooks("shuffle")}, {"held", webhooks("hold")},
	{"429", calls("429")}, {"429-bare", calls("429-bare")}, {"429-zero", calls("429-zero")},
	{"500", calls("500")}, {"503", calls("503")}, {"unavailable", calls("unavailable")},
	{"html", calls("html")}, {"truncate", calls("truncate")},
	{"drop-before", calls("drop-before")}, {"drop-after", calls("drop-after")}, {"delay", calls("delay")},
	{"timeout", hang}, {"read-write", overtake}, {"comment-race", interrupt},
	{"lag", lag(shortLag)}, {"long-lag", lag(longLag)},
	{"worker", restart}, {"kill-before", kill(false)}, {"kill-after", kill(true)}, {"receiver", deafen}, {"terminate", terminate}, {"temporal", outage}, {"temporal-lost", lose}, {"clocks", early}, {"token", token}, {"permission", forbid},
	{"pause", rest}, {"retry", again}, {"unlink", part}, {"disabled", disable}, {"renamed", rename}, {"removed", withdraw}, {"unmapped", unmap}, {"relink", rejoin}, {"status-removed", dismiss}, {"converters", upgrade},
	{"deleted", remove}, {"private", hide}, {"moved", move}, {"clone", clone},
}

// Kinds are the names of all faults.
func Kinds() []string {
	out := make([]string, 0, len(kinds))
	for _, k := range kinds {
		out = append(out, k.name)
	}
	return out
}

// struck reports whether a kind of fault has happened.
func (p *play) struck(name string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.result.Faults[name] > 0
}

// strike makes one of the chosen faults happen.
func (p *play) strike(ctx context.Context, random *rand.Rand) {
	name := p.faults[random.IntN(len(p.faults))]
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if kinds[i].strike(ctx, p, random) {
		p.hit(name)
	}
}

// hit counts a fault that has struck.
func (p *play) hit(name string) {
	p.note("fault: %s", name)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.result.Faults[name]++
}

// webhooks switches the deliveries of some trackers to a mode, or back.
func webhooks(mode string) func(context.Context, *play, *rand.Rand) bool {
	return func(ctx context.Context, p *play, random *rand.Rand) bool {
		struck := random.IntN(3) > 0
		for _, c := range connections {
			to := "normal"
			if struck && random.IntN(2) == 0 {
				to = mode
			}
			_ = p.control(ctx, p.root(c), "webhooks", map[string]string{"mode": to})
		}
		return struck
	}
}

// calls gets some of the next calls to a tracker into trouble.
func calls(kind string) func(context.Context, *play, *rand.Rand) bool {
	return func(_ context.Context, p *play, random *rand.Rand) bool {
		t := trouble{kind: kind, writes: random.IntN(3) > 0, skip: random.IntN(4), times: 1 + random.IntN(3)}
		p.fronts[connections[random.IntN(len(connections))]].trouble(t)
		return false // not before the calls come
	}
}

// lag slows the search indexes down, or makes them quick again.
func lag(d time.Duration) func(context.Context, *play, *rand.Rand) bool {
	return func(ctx context.Context, p *play, random *rand.Rand) bool {
		slow := random.IntN(3) > 0
		for _, c := range connections {
			to := "0s"
			if slow {
				to = d.String()
			}
			_ = p.control(ctx, p.root(c), "search", map[string]string{"lag": to})
		}
		return slow
	}
}

// restart stops the worker, or starts the one that was stopped.
func restart(_ context.Context, p *play, random *rand.Rand) bool {
	if p.workerOff {
		p.StartWorker()
		p.workerOff = false
		return false
	}
	p.StopWorker()
	if p.workerOff = random.IntN(2) == 0; !p.workerOff {
		p.StartWorker()
	}
	return true
}

// terminate is an operator who ends a run of any kind.
func terminate(ctx context.Context, p *play, random *rand.Rand) bool {
	g := p.groups[random.IntN(len(p.groups))]
	ids := []string{addressing.SweepID(connections[random.IntN(len(connections))]), addressing.RouteID(p.using[random.IntN(len(p.using))].name)}
	for _, t := range g.ties {
		ids = append(ids, t.id(), t.id())
		if t.to.id != "" {
			ids = append(ids, t.back())
		}
	}
	id := ids[random.IntN(len(ids))]
	if p.Client.TerminateWorkflow(ctx, id, "", "simulation") != nil {
		return false
	}
	p.note("terminated %s", id)
	return true
}

// token is revoked at a tracker, or restored at all.
func token(_ context.Context, p *play, random *rand.Rand) bool {
	for _, f := range p.fronts {
		f.refuse(false)
	}
	if random.IntN(2) == 0 {
		return false
	}
	p.fronts[connections[random.IntN(len(connections))]].refuse(true)
	return false // counted call by call
}

// heal ends every fault.
func (p *play) heal(ctx context.Context) error {
	p.note("heal")
	p.killer.calm()
	for _, f := range p.fronts {
		f.calm()
	}
	for _, c := range connections {
		if err := p.control(ctx, p.root(c), "search", map[string]string{"lag": "0s"}); err != nil {
			return err
		}
		if err := p.control(ctx, p.root(c), "webhooks", map[string]string{"mode": "normal"}); err != nil {
			return err
		}
	}
	if err := p.recover(ctx); err != nil {
		return err
	}
	if p.workerOff {
		p.StartWorker()
		p.workerOff = false
	}
	if err := p.readmit(ctx); err != nil {
		return err
	}
	if err := p.permit(ctx); err != nil {
		return err
	}
	p.enable()
	p.mend()
	if p.applied {
		if err := p.reroute(ctx); err != nil {
			return err
		}
	}
	if err := p.resume(ctx); err != nil {
		p.note("resume: %v", err)
	}
	return p.touch(ctx)
}
