package trackers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	dialTimeout      = 10 * time.Second
	handshakeTimeout = 10 * time.Second
	idleTimeout      = 90 * time.Second
	idlePerHost      = 16
	maxRedirects     = 5
)

// ErrTooLarge is an answer longer than its reader takes.
var ErrTooLarge = errors.New("the answer is too large")

// NewHTTPClient returns a client for one tracker behind its gate. The timeout
// covers a whole call with its body. Reads follow redirects on the same host;
// writes follow none: a redirected POST becomes a GET.
func NewHTTPClient(gate *Gate, timeout time.Duration) *http.Client {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout:   handshakeTimeout,
		IdleConnTimeout:       idleTimeout,
		MaxIdleConnsPerHost:   idlePerHost,
		ForceAttemptHTTP2:     true,
		ExpectContinueTimeout: time.Second,
	}
	return &http.Client{Transport: gate.Transport(transport), Timeout: timeout, CheckRedirect: redirect}
}

func redirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	read := first.Method == http.MethodGet || first.Method == http.MethodHead
	// Credentials ride in headers that http.Client would hand to any host.
	same := req.URL.Host == first.URL.Host && req.URL.Scheme == first.URL.Scheme
	if !read || !same || len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// ReadBody reads an answer whole and closes it. An answer that ends early is
// io.ErrUnexpectedEOF, one over limit bytes ErrTooLarge.
func ReadBody(resp *http.Response, limit int64) ([]byte, error) {
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > limit {
		return nil, ErrTooLarge
	}
	return body, nil
}

// Classify tells what became of a call: nil when it has an answer that can be
// used. err is what sending it, reading its answer or parsing that returned;
// wrote tells that the call changes something. A write is ambiguous when its
// answer is missing or unreadable or the server failed on it, unless nothing
// was sent. Message and Fields of a refusal are left to the caller, who knows
// the tracker's error body.
func Classify(op string, resp *http.Response, err error, wrote bool) *Error {
	if held := new(Error); errors.As(err, &held) {
		known := *held
		known.Op = op
		return &known
	}
	if resp == nil {
		if err == nil {
			return nil
		}
		return &Error{Kind: Unavailable, Op: op, Message: explain(err), Ambiguous: wrote && !unsent(err), Err: bare(err)}
	}
	status := resp.StatusCode
	// Some servers type even an empty answer as a page.
	page := IsPage(resp.Header) && status != http.StatusNoContent && resp.ContentLength != 0
	e := &Error{Kind: Verdict(status), Op: op, Status: status}
	if wait, told := RetryAfter(resp.Header, time.Now()); told {
		e.RetryAfter = wait
	}
	if status >= 200 && status < 300 {
		if err == nil && !page {
			return nil
		}
		e.Kind, e.Ambiguous, e.Err = Unavailable, wrote, bare(err)
		e.Message = "the answer could not be read"
		if page {
			e.Message = "the answer is a web page"
		}
		return e
	}
	e.Err = bare(err)
	e.Ambiguous = wrote && (status >= 500 || status == http.StatusRequestTimeout)
	if page {
		e.Message = "the answer is a web page"
		// A gateway's "not found" or "bad request" says nothing about a ticket.
		if e.Kind == NotFound || e.Kind == Invalid || e.Kind == Stale {
			e.Kind = Unavailable
		}
	}
	return e
}

// IsPage reports whether an answer is a web page: a gateway or a login form
// answered in the API's place.
func IsPage(h http.Header) bool {
	kind := strings.ToLower(h.Get("Content-Type"))
	return strings.HasPrefix(kind, "text/html") || strings.HasPrefix(kind, "application/xhtml")
}

// unsent reports whether the call failed before anything could be sent.
func unsent(err error) bool {
	var early *unsentError
	var dial *net.OpError
	return errors.As(err, &early) || errors.As(err, &dial) && dial.Op == "dial"
}

// explain says in plain words why there is no answer. It quotes nothing: such
// errors hold addresses, and addresses may hold tokens.
func explain(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return "the call was cancelled"
	case errors.As(err, &dns):
		return "the host name cannot be resolved"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case unsent(err):
		return "no connection"
	}
	return "the connection broke before the answer was complete"
}

// bare keeps of an error what errors.Is can recognise and drops its text,
// which may hold an address.
func bare(err error) error {
	if err == nil {
		return nil
	}
	for _, known := range []error{
		context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF, io.EOF, ErrTooLarge, net.ErrClosed,
	} {
		if errors.Is(err, known) {
			return known
		}
	}
	var address *url.Error
	if errors.As(err, &address) {
		return fmt.Errorf("%T", address.Err)
	}
	return fmt.Errorf("%T", err)
}
