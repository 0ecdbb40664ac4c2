package sandbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kinds of fault, as they are written before any colon.
const (
	faultStatus     = "status"
	faultHTML       = "html"
	faultTruncate   = "truncate"
	faultDropBefore = "drop-before-commit"
	faultDropAfter  = "drop-after-commit"
	faultDelay      = "delay"
)

// Fault is one entry of PUT /_sandbox/faults. It applies to requests that match
// all of Method, Path and Operation; what is left out matches everything.
type Fault struct {
	// Method is an HTTP method, or "*".
	Method string `json:"method,omitempty"`
	// Path is matched against the path without its query; "*" stands for any
	// run of characters, slashes included.
	Path string `json:"path,omitempty"`
	// Operation is matched like Path against the GraphQL operation name.
	Operation string `json:"operation,omitempty"`
	// Fault is status:NNN, html, html:NNN, truncate, drop-before-commit,
	// drop-after-commit or delay:<duration>.
	Fault string `json:"fault"`
	// Times is how often it still applies; 0 is always, absent is once.
	Times *int `json:"times"`
	// RetryAfter becomes the Retry-After header of a status fault: seconds as
	// a number or string, or an HTTP date.
	RetryAfter json.RawMessage `json:"retry_after,omitempty"`

	kind       string
	status     int
	delay      time.Duration
	retryAfter string
}

// prepare fills in defaults and what the fault string says.
func (f *Fault) prepare() error {
	if f.Times == nil {
		once := 1
		f.Times = &once
	}
	if *f.Times < 0 {
		return fmt.Errorf("times is %d: write 0 for always, or a positive count", *f.Times)
	}
	if err := f.readRetryAfter(); err != nil {
		return err
	}
	kind, argument, has := strings.Cut(f.Fault, ":")
	f.kind = kind
	switch {
	case kind == faultStatus, kind == faultHTML && has:
		status, err := strconv.Atoi(argument)
		if err != nil || status < 200 || status > 599 {
			return fmt.Errorf("fault %q: write %s:NNN with a status from 200 to 599", f.Fault, kind)
		}
		f.status = status
	case kind == faultDelay:
		delay, err := time.ParseDuration(argument)
		if err != nil || delay < 0 {
			return fmt.Errorf("fault %q: write delay:<duration>, such as delay:2s", f.Fault)
		}
		f.delay = delay
	case has:
		return unknownFault(f.Fault)
	case kind == faultHTML:
		f.status = 502
	case kind == faultTruncate, kind == faultDropBefore, kind == faultDropAfter:
	default:
		return unknownFault(f.Fault)
	}
	return nil
}

func (f *Fault) readRetryAfter() error {
	if f.RetryAfter == nil || json.Unmarshal(f.RetryAfter, &f.retryAfter) == nil {
		return nil
	}
	var seconds json.Number
	if err := json.Unmarshal(f.RetryAfter, &seconds); err != nil {
		return fmt.Errorf("retry_after is %s: write a number or a string", f.RetryAfter)
	}
	f.retryAfter = seconds.String()
	return nil
}

func unknownFault(name string) error {
	return fmt.Errorf("fault %q is unknown: write status:NNN, html, truncate, drop-before-commit, drop-after-commit or delay:<duration>", name)
}

func (f *Fault) matches(method, path, operation string) bool {
	if f.Method != "" && f.Method != "*" && !strings.EqualFold(f.Method, method) {
		return false
	}
	if f.Path != "" && !glob(f.Path, path) {
		return false
	}
	return f.Operation == "" || glob(f.Operation, operation)
}

type faultList struct {
	mu     sync.Mutex
	faults []Fault
}

func (l *faultList) replace(faults []Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faults = faults
}

// list returns what is still to come, with the counts that remain.
func (l *faultList) list() []Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]Fault, 0, len(l.faults))
	for _, fault := range l.faults {
		times := *fault.Times
		fault.Times = &times
		list = append(list, fault)
	}
	return list
}

// take returns the first fault that matches and counts it down; a spent one
// leaves the list, because a count of 0 would mean always.
func (l *faultList) take(method, path, operation string) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.faults {
		fault := l.faults[i]
		if !fault.matches(method, path, operation) {
			continue
		}
		switch *fault.Times {
		case 0:
		case 1:
			l.faults = append(l.faults[:i:i], l.faults[i+1:]...)
		default:
			*l.faults[i].Times--
		}
		return fault, true
	}
	return Fault{}, false
}

// glob matches text whole against a pattern in which "*" stands for any run of
// characters; everything else stands for itself.
func glob(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	first, last := parts[0], parts[len(parts)-1]
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return strings.HasSuffix(text, last)
}
