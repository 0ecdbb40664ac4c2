package flashduty

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
)

// keys are what a key may look like; some are escaped in an address or in JSON.
var keys = []string{"0ace00116215abc0ba4e52449bd305b0", "a key/with+signs&more=1%", `quoted"<key>`, "schlüssel-€"}

// requireClean fails if an error, or one within it, holds the key in any form.
func requireClean(t *testing.T, key string, err error, about string) {
	t.Helper()
	encoded, _ := json.Marshal(key)
	require.Error(t, err, about)
	shown := fmt.Sprintf("%v %+v %#v", err, err, err)
	for _, form := range []string{key, url.QueryEscape(key), url.PathEscape(key), strings.ToLower(url.QueryEscape(key)), strings.Trim(string(encoded), `"`)} {
		require.NotContains(t, shown, form, about)
	}
}

// TestKeyStaysInThoughTheServiceTellsIt has every call answered by something
// that repeats the address, the key and the body.
func TestKeyStaysInThoughTheServiceTellsIt(t *testing.T) {
	t.Parallel()
	for _, key := range keys {
		for name, parrot := range map[string]func(w http.ResponseWriter, r *http.Request){
			"text":       func(w http.ResponseWriter, r *http.Request) { http.Error(w, r.RequestURI, 400) },
			"lower":      func(w http.ResponseWriter, r *http.Request) { http.Error(w, strings.ToLower(r.RequestURI), 400) },
			"value":      func(w http.ResponseWriter, r *http.Request) { http.Error(w, "key "+r.FormValue(keyParameter), 500) },
			"escaped":    func(w http.ResponseWriter, r *http.Request) { http.Error(w, url.QueryEscape(r.RequestURI), 400) },
			"documented": func(w http.ResponseWriter, r *http.Request) { quote(w, 400, r.FormValue(keyParameter)) },
			"address":    func(w http.ResponseWriter, r *http.Request) { quote(w, 401, r.RequestURI) },
			"good":       func(w http.ResponseWriter, r *http.Request) { quote(w, 200, r.FormValue(keyParameter)) },
			"page": func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				quote(w, 200, r.RequestURI)
			},
			"redirect": func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://localhost.invalid"+r.RequestURI, http.StatusTemporaryRedirect)
			},
			"cut off": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		} {
			front := httptest.NewServer(http.HandlerFunc(parrot))
			err := open(t, front.URL+"/push", key).Announce(t.Context(), news())
			requireClean(t, key, err, name+" of "+key)
			front.Close()
			err = open(t, front.URL+"/push", key).Announce(t.Context(), news())
			requireClean(t, key, err, "no connection")
		}
	}
}

func quote(w http.ResponseWriter, status int, text string) {
	w.WriteHeader(status)
	_, _ = w.Write([]byte(refused("InvalidParameter", "cannot take "+text)))
}

// TestMessagesHoldNoTicketText though the service repeats it.
func TestMessagesHoldNoTicketText(t *testing.T) {
	t.Parallel()
	n := news(func(n *trackers.News) { n.Title, n.Description = `"Secret" project <x>`, "Some\nsecret text" })
	for name, body := range map[string]string{
		"message": refused("InvalidParameter", "title "+eventOf(n).Title+" or description "+eventOf(n).Description),
		"text":    "bad body: " + string(encoded(t, eventOf(n))),
	} {
		err := stub(t, 400, body).Announce(t.Context(), n)
		require.Error(t, err)
		for _, text := range []string{"Secret", "secret", "To Do"} {
			require.NotContains(t, err.Error(), text, name)
		}
	}
}

func encoded(t *testing.T, e event) []byte {
	t.Helper()
	body, err := encode(e)
	require.NoError(t, err)
	return body
}

func TestLongMessageIsCut(t *testing.T) {
	t.Parallel()
	e := announce(t, stub(t, 400, strings.Repeat("ä ", 1000)))
	require.Len(t, []rune(e.Message), maxMessage)
}

// TestKeyStaysWithItsHost: nobody we are sent on to is told anything.
func TestKeyStaysWithItsHost(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s was sent on with %v", r.URL, r.Header)
	}))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		front := httptest.NewServer(http.RedirectHandler(other.URL, status))
		t.Cleanup(front.Close)
		for _, caller := range []*http.Client{nil, {}, trackers.NewHTTPClient(trackers.NewGate(nil), callTimeout)} {
			tracker, err := New(trackers.Connection{URL: front.URL, Token: keys[0]}, trackers.Options{HTTP: caller})
			require.NoError(t, err)
			require.True(t, trackers.Is(tracker.Announce(t.Context(), news()), trackers.Unavailable))
			h, err := tracker.Check(t.Context(), nil)
			require.NoError(t, err)
			require.Len(t, h.Problems, 1)
			require.Contains(t, h.Problems[0], "redirects")
		}
	}
}

// TestAddressIsUsedAsGiven: other services have other paths, and queries of
// their own.
func TestAddressIsUsedAsGiven(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", "/", "/a/b/", "/a%2Fb", "/push?team=a+b&x", "/push?"} {
		asked := make(chan string, 1)
		front := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.Method + " " + r.RequestURI }))
		require.Nil(t, announce(t, open(t, front.URL+path, "k&1")))
		front.Close()
		want := path
		switch {
		case path == "":
			want = "/?"
		case !strings.Contains(path, "?"):
			want += "?"
		case !strings.HasSuffix(path, "?"):
			want += "&"
		}
		require.Equal(t, "POST "+want+"integration_key=k%261", <-asked)
	}
}

func TestConnectionsThatCannotBe(t *testing.T) {
	t.Parallel()
	const key = "integration-key-9"
	for name, c := range map[string]trackers.Connection{
		"no token":     {URL: "http://h/push"},
		"no url":       {Token: key},
		"no host":      {URL: "/push?key=" + key, Token: key},
		"no address":   {URL: "::" + key, Token: key},
		"other scheme": {URL: "ftp://h/" + key, Token: key},
		"key in url":   {URL: "http://h/push?integration_key=" + key, Token: key},
		"password":     {URL: "http://user:" + key + "@h/push", Token: key},
	} {
		c.Name = "changes"
		_, err := New(c, trackers.Options{})
		require.ErrorContains(t, err, "open connection changes", name)
		requireClean(t, key, err, name)
	}
}
