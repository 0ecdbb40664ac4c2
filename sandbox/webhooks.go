package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Modes of PUT /_sandbox/webhooks.
const (
	ModeNormal    = "normal"    // each delivery once, in order
	ModeHold      = "hold"      // kept, and sent in order when the mode changes
	ModeDrop      = "drop"      // never sent, what is held included
	ModeDuplicate = "duplicate" // each delivery twice in a row
	ModeShuffle   = "shuffle"   // permuted within windows of shuffleWindow
)

var modes = []string{ModeNormal, ModeHold, ModeDrop, ModeDuplicate, ModeShuffle}

const (
	shuffleWindow   = 2 * time.Second
	deliveryTimeout = 10 * time.Second
)

// retryPauses lie between the attempts of one delivery. They are short: later
// deliveries wait behind it, because order is kept.
var retryPauses = []time.Duration{100 * time.Millisecond, 300 * time.Millisecond, 900 * time.Millisecond}

type delivery struct {
	body   []byte
	header http.Header
}

// sender posts deliveries one after the other from a single goroutine.
type sender struct {
	url    string
	client *http.Client
	log    *slog.Logger
	wake   chan struct{}
	cancel context.CancelFunc
	ended  chan struct{}

	mu     sync.Mutex
	mode   string
	outbox []delivery
	window []delivery // shuffle: collected until its timer ends
	timer  *time.Timer
}

func startSender(target string, transport http.RoundTripper, log *slog.Logger) *sender {
	ctx, cancel := context.WithCancel(context.Background())
	s := &sender{
		url:    target,
		client: &http.Client{Transport: transport, Timeout: deliveryTimeout},
		log:    log,
		wake:   make(chan struct{}, 1),
		cancel: cancel,
		ended:  make(chan struct{}),
		mode:   ModeNormal,
	}
	go s.run(ctx)
	return s
}

func (s *sender) deliver(body []byte, header http.Header) {
	if s.url == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enqueue(delivery{body: body, header: header.Clone()})
}

// enqueue applies the present mode; the caller holds the lock.
func (s *sender) enqueue(d delivery) {
	switch s.mode {
	case ModeDrop:
		return
	case ModeDuplicate:
		s.outbox = append(s.outbox, d, d)
	case ModeShuffle:
		s.window = append(s.window, d)
		if s.timer == nil {
			s.timer = time.AfterFunc(shuffleWindow, s.closeWindow)
		}
	default:
		s.outbox = append(s.outbox, d)
	}
	s.signal()
}

func (s *sender) closeWindow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flushWindow()
}

func (s *sender) flushWindow() {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	rand.Shuffle(len(s.window), func(i, j int) { s.window[i], s.window[j] = s.window[j], s.window[i] })
	s.outbox = append(s.outbox, s.window...)
	s.window = nil
	s.signal()
}

// setMode switches at once. What was held is treated as if it had just arrived
// in the new mode.
func (s *sender) setMode(mode string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if mode == s.mode {
		return
	}
	if s.mode == ModeShuffle {
		s.flushWindow()
	}
	held := s.mode == ModeHold
	s.mode = mode
	if held {
		waiting := s.outbox
		s.outbox = nil
		for _, d := range waiting {
			s.enqueue(d)
		}
	}
	s.signal()
}

func (s *sender) currentMode() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode
}

func (s *sender) signal() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *sender) stop() {
	s.mu.Lock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.mu.Unlock()
	s.cancel()
	<-s.ended
}

func (s *sender) run(ctx context.Context) {
	defer close(s.ended)
	for {
		d, ok := s.pop()
		if !ok {
			select {
			case <-s.wake:
				continue
			case <-ctx.Done():
				return
			}
		}
		s.post(ctx, d)
		if ctx.Err() != nil {
			return
		}
	}
}

func (s *sender) pop() (delivery, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mode == ModeHold || len(s.outbox) == 0 {
		return delivery{}, false
	}
	d := s.outbox[0]
	s.outbox = s.outbox[1:]
	return d, true
}

// post tries a delivery a few times while the receiver is away or answers 5xx,
// and gives it up after that, as real trackers do sooner or later.
func (s *sender) post(ctx context.Context, d delivery) {
	for attempt := 0; ; attempt++ {
		again, err := s.try(ctx, d)
		if err == nil || ctx.Err() != nil {
			return
		}
		if !again || attempt == len(retryPauses) {
			s.log.Warn("give up webhook delivery", "attempts", attempt+1, "error", err)
			return
		}
		timer := time.NewTimer(retryPauses[attempt])
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		if s.putBack(d) {
			return
		}
	}
}

// putBack returns a delivery to its place if deliveries have been held since it
// was first tried.
func (s *sender) putBack(d delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mode != ModeHold {
		return false
	}
	s.outbox = append([]delivery{d}, s.outbox...)
	return true
}

func (s *sender) try(ctx context.Context, d delivery) (again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(d.body))
	if err != nil {
		return false, bare(err)
	}
	req.Header = d.header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return true, bare(err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode >= http.StatusBadRequest {
		return resp.StatusCode >= http.StatusInternalServerError, fmt.Errorf("receiver answered %d", resp.StatusCode)
	}
	return false, nil
}

// bare strips the URL from an error: its path may hold the receiver's token.
func bare(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
