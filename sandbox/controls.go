package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"
)

// controlLimit bounds a control body in bytes.
const controlLimit = 1 << 20

func (c *Core) controlMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_sandbox/requests", func(w http.ResponseWriter, _ *http.Request) {
		WriteControl(w, c.requests.list())
	})
	mux.HandleFunc("DELETE /_sandbox/requests", func(w http.ResponseWriter, _ *http.Request) {
		c.requests.clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /_sandbox/faults", func(w http.ResponseWriter, _ *http.Request) {
		WriteControl(w, c.faults.list())
	})
	mux.HandleFunc("PUT /_sandbox/faults", c.putFaults)
	mux.HandleFunc("GET /_sandbox/webhooks", func(w http.ResponseWriter, _ *http.Request) {
		WriteControl(w, webhookControl{Mode: c.sender.currentMode()})
	})
	mux.HandleFunc("PUT /_sandbox/webhooks", c.putWebhooks)
	mux.HandleFunc("GET /_sandbox/search", func(w http.ResponseWriter, _ *http.Request) {
		WriteControl(w, map[string]string{"lag": c.SearchLag().String()})
	})
	mux.HandleFunc("PUT /_sandbox/search", c.putSearch)
	mux.HandleFunc("GET /_sandbox/clock", func(w http.ResponseWriter, _ *http.Request) {
		WriteControl(w, map[string]string{"offset": time.Duration(c.ahead.Load()).String()})
	})
	mux.HandleFunc("PUT /_sandbox/clock", c.putClock)
	mux.HandleFunc("GET /_sandbox/users", func(w http.ResponseWriter, _ *http.Request) {
		WriteControl(w, map[string]bool{"hide_email": c.HideEmail()})
	})
	mux.HandleFunc("PUT /_sandbox/users", c.putUsers)
	for pattern, handler := range c.options.Controls {
		mux.HandleFunc(pattern, handler)
	}
	return mux
}

func (c *Core) putFaults(w http.ResponseWriter, r *http.Request) {
	var faults []Fault
	if !ReadControl(w, r, &faults) {
		return
	}
	for i := range faults {
		if err := faults[i].prepare(); err != nil {
			RefuseControl(w, fmt.Errorf("entry %d: %w", i, err))
			return
		}
	}
	c.faults.replace(faults)
	WriteControl(w, c.faults.list())
}

type webhookControl struct {
	Mode string `json:"mode"`
}

func (c *Core) putWebhooks(w http.ResponseWriter, r *http.Request) {
	var body webhookControl
	if !ReadControl(w, r, &body) {
		return
	}
	if !slices.Contains(modes, body.Mode) {
		RefuseControl(w, fmt.Errorf("mode %q is unknown: write one of %s", body.Mode, strings.Join(modes, ", ")))
		return
	}
	c.sender.setMode(body.Mode)
	WriteControl(w, body)
}

func (c *Core) putSearch(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Lag *string `json:"lag"`
	}
	if !ReadControl(w, r, &body) {
		return
	}
	if body.Lag == nil {
		RefuseControl(w, errors.New(`lag is missing: write {"lag":"60s"}`))
		return
	}
	lag, err := time.ParseDuration(*body.Lag)
	if err != nil || lag < 0 {
		RefuseControl(w, fmt.Errorf("lag %q is no duration: write such as 60s, or 0s for none", *body.Lag))
		return
	}
	c.lag.Store(int64(lag))
	WriteControl(w, map[string]string{"lag": lag.String()})
}

func (c *Core) putClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Offset *string `json:"offset"`
	}
	if !ReadControl(w, r, &body) {
		return
	}
	if body.Offset == nil {
		RefuseControl(w, errors.New(`offset is missing: write {"offset":"5m"}`))
		return
	}
	offset, err := time.ParseDuration(*body.Offset)
	if err != nil {
		RefuseControl(w, fmt.Errorf("offset %q is no duration: write such as 5m or -5m, or 0s for none", *body.Offset))
		return
	}
	c.ahead.Store(int64(offset))
	WriteControl(w, map[string]string{"offset": offset.String()})
}

func (c *Core) putUsers(w http.ResponseWriter, r *http.Request) {
	var body struct {
		HideEmail *bool `json:"hide_email"`
	}
	if !ReadControl(w, r, &body) {
		return
	}
	if body.HideEmail == nil {
		RefuseControl(w, errors.New(`hide_email is missing: write {"hide_email":true}`))
		return
	}
	c.hide.Store(*body.HideEmail)
	WriteControl(w, map[string]bool{"hide_email": *body.HideEmail})
}

// ReadControl decodes a control body into v and refuses what it does not know,
// so that a misspelt key is not taken for success. It reports whether the
// caller may go on; otherwise a 400 has been written.
func ReadControl(w http.ResponseWriter, r *http.Request, v any) bool {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, controlLimit))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(v)
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		err = errors.New("the body is empty")
	case errors.As(err, &mismatch) && mismatch.Type.Kind() == reflect.Slice:
		err = fmt.Errorf("expected a JSON array, got %s", mismatch.Value)
	}
	if err == nil {
		if _, next := decoder.Token(); !errors.Is(next, io.EOF) {
			err = errors.New("there is more after the JSON value")
		}
	}
	if err != nil {
		RefuseControl(w, fmt.Errorf("read body: %w", err))
		return false
	}
	return true
}

// WriteControl answers a control call with 200 and v as JSON.
func WriteControl(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// RefuseControl answers a control call with 400 and the reason.
func RefuseControl(w http.ResponseWriter, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}
