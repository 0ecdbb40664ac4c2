package sandbox

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// inbox is a receiver without a network, so that time can be synthetic.
type inbox struct {
	mu       sync.Mutex
	got      []string
	headers  []http.Header
	statuses []int // answers to come; then 200. 0 is a refused connection
}

func (i *inbox) RoundTrip(req *http.Request) (*http.Response, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if len(i.statuses) > 0 {
		status, i.statuses = i.statuses[0], i.statuses[1:]
	}
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	i.got = append(i.got, string(body))
	i.headers = append(i.headers, req.Header)
	return &http.Response{StatusCode: status, Body: http.NoBody, Header: http.Header{}, Request: req}, nil
}

func (i *inbox) take() []string {
	synctest.Wait()
	i.mu.Lock()
	defer i.mu.Unlock()
	got := i.got
	i.got = nil
	return got
}

func inBubble(t *testing.T, statuses []int, test func(t *testing.T, core *Core, in *inbox)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		in := &inbox{statuses: statuses}
		core, err := NewCore(CoreOptions{Name: "test", WebhookURL: "http://receiver.example/secret", Transport: in})
		require.NoError(t, err)
		defer func() { require.NoError(t, core.Close()) }()
		test(t, core, in)
	})
}

func mode(t *testing.T, core *Core, mode string) {
	t.Helper()
	req := httptest.NewRequest("PUT", "/_sandbox/webhooks", strings.NewReader(`{"mode":"`+mode+`"}`))
	answer := httptest.NewRecorder()
	core.Handler(http.NotFoundHandler()).ServeHTTP(answer, req)
	require.Equal(t, http.StatusOK, answer.Code, answer.Body.String())
	answer = httptest.NewRecorder()
	core.Handler(http.NotFoundHandler()).ServeHTTP(answer, httptest.NewRequest("GET", "/_sandbox/webhooks", nil))
	require.JSONEq(t, `{"mode":"`+mode+`"}`, answer.Body.String())
}

func deliver(core *Core, bodies ...string) {
	for _, body := range bodies {
		core.Deliver([]byte(body), http.Header{"X-Signature": {"of " + body}})
	}
}

func TestNormalKeepsOrderAndHeaders(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, core *Core, in *inbox) {
		deliver(core, "1", "2", "3")
		require.Equal(t, []string{"1", "2", "3"}, in.take())
		require.Equal(t, "of 2", in.headers[1].Get("X-Signature"))
		require.Equal(t, "application/json", in.headers[1].Get("Content-Type"))
	})
}

func TestDeliveryIsRetriedInItsPlace(t *testing.T) {
	inBubble(t, []int{0, 503, 200}, func(t *testing.T, core *Core, in *inbox) {
		deliver(core, "1", "2")
		require.Empty(t, in.take())
		time.Sleep(retryPauses[0])
		require.Equal(t, []string{"1"}, in.take(), "answered 503")
		time.Sleep(retryPauses[1])
		require.Equal(t, []string{"1", "2"}, in.take())
	})
}

func TestDeliveryIsGivenUp(t *testing.T) {
	inBubble(t, []int{0, 0, 0, 0, 200}, func(t *testing.T, core *Core, in *inbox) {
		deliver(core, "1", "2")
		time.Sleep(time.Minute)
		require.Equal(t, []string{"2"}, in.take())
	})
}

func TestRefusedDeliveryIsNotRetried(t *testing.T) {
	inBubble(t, []int{401}, func(t *testing.T, core *Core, in *inbox) {
		deliver(core, "1", "2")
		time.Sleep(time.Minute)
		require.Equal(t, []string{"1", "2"}, in.take())
	})
}

func TestHoldKeepsOrderUntilReleased(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, core *Core, in *inbox) {
		mode(t, core, ModeHold)
		deliver(core, "1", "2", "3")
		time.Sleep(time.Hour)
		require.Empty(t, in.take())
		mode(t, core, ModeNormal)
		deliver(core, "4")
		require.Equal(t, []string{"1", "2", "3", "4"}, in.take())
	})
}

func TestHoldAlsoStopsWhatIsBeingRetried(t *testing.T) {
	inBubble(t, []int{0}, func(t *testing.T, core *Core, in *inbox) {
		deliver(core, "1", "2")
		require.Empty(t, in.take())
		mode(t, core, ModeHold)
		time.Sleep(time.Hour)
		require.Empty(t, in.take())
		mode(t, core, ModeNormal)
		require.Equal(t, []string{"1", "2"}, in.take())
	})
}

func TestDropLosesAlsoWhatWasHeld(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, core *Core, in *inbox) {
		mode(t, core, ModeHold)
		deliver(core, "1")
		mode(t, core, ModeDrop)
		deliver(core, "2")
		mode(t, core, ModeNormal)
		deliver(core, "3")
		require.Equal(t, []string{"3"}, in.take())
	})
}

func TestDuplicateSendsTwice(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, core *Core, in *inbox) {
		mode(t, core, ModeDuplicate)
		deliver(core, "1", "2")
		require.Equal(t, []string{"1", "1", "2", "2"}, in.take())
	})
}

func TestShufflePermutesWithinItsWindow(t *testing.T) {
	inBubble(t, nil, func(t *testing.T, core *Core, in *inbox) {
		mode(t, core, ModeShuffle)
		var sent []string
		for i := range 26 {
			sent = append(sent, string(rune('a'+i)))
		}
		deliver(core, sent...)
		time.Sleep(shuffleWindow - time.Millisecond)
		require.Empty(t, in.take())
		time.Sleep(time.Millisecond)
		got := in.take()
		require.NotEqual(t, sent, got, "one in 26! keeps the order")
		slices.Sort(got)
		require.Equal(t, sent, got)

		deliver(core, "next window")
		mode(t, core, ModeNormal)
		require.Equal(t, []string{"next window"}, in.take())
	})
}

func TestDelayHoldsARequestBackAndCommitsForCallersThatLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core, err := NewCore(CoreOptions{Name: "test"})
		require.NoError(t, err)
		committed := make(chan time.Time, 2)
		handler := core.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { committed <- time.Now() }))
		put := httptest.NewRequest("PUT", "/_sandbox/faults", strings.NewReader(`[{"path":"/slow","fault":"delay:2s","times":0}]`))
		handler.ServeHTTP(httptest.NewRecorder(), put)

		begin := time.Now()
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/slow", nil))
		require.Equal(t, 2*time.Second, (<-committed).Sub(begin))

		impatient := httptest.NewRequest("POST", "/slow", nil)
		ctx, cancel := context.WithTimeout(impatient.Context(), time.Second)
		defer cancel()
		require.PanicsWithValue(t, http.ErrAbortHandler, func() {
			handler.ServeHTTP(httptest.NewRecorder(), impatient.WithContext(ctx))
		})
		require.Equal(t, 4*time.Second, (<-committed).Sub(begin))
		log := core.requests.list()
		require.Equal(t, []int{200, 0}, []int{log[0].Status, log[1].Status})

		// Closing does not wait for delays to end.
		slow := make(chan struct{})
		go func() {
			defer close(slow)
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/slow", nil))
		}()
		synctest.Wait()
		require.NoError(t, core.Close())
		<-slow
		require.Equal(t, 4*time.Second, time.Since(begin))
	})
}
