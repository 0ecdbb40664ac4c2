package conformance

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/trackers"
	"github.com/ticketsync/ticketsync/trackers/registry"
)

// secretsOf lists the forms in which a connection's secrets travel. A token
// that goes with an e-mail address may be a common word on its own.
func secretsOf(c trackers.Connection) []string {
	secrets := []string{c.Secret, c.HookKey}
	if c.Email == "" {
		return append(secrets, c.Token, base64.StdEncoding.EncodeToString([]byte(c.Token)))
	}
	return append(secrets, ":"+c.Token, base64.StdEncoding.EncodeToString([]byte(c.Email+":"+c.Token)))
}

func requireClean(t *testing.T, secrets []string, err error, about string) {
	t.Helper()
	for ; err != nil; err = errors.Unwrap(err) {
		for _, secret := range secrets {
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), secret, about)
		}
	}
}

// TestSecretsStayIn looks for them in errors, in the log, and in what is read.
func TestSecretsStayIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		secrets := secretsOf(w.connection())
		for _, op := range operations {
			_, main := w.trace(op)
			for _, fault := range []string{"status:400", "status:401", "status:403", "status:429", "status:500", "html", "truncate", "drop-before-commit"} {
				scene := w.scene(op)
				w.fault(scene.named(main), fault)
				requireClean(t, secrets, op.do(t.Context(), w.open(), scene), op.name+" met "+fault)
				w.fault(main, "")
			}
		}
		scene := w.newScene(operation{})
		require.NoError(t, w.bench.Mark(t.Context(), scene.id, marker(), otherTitle))
		read, err := json.Marshal(w.fetch(scene.id, trackers.FetchOptions{Comments: true, Links: true, Whole: true}))
		require.NoError(t, err)
		_, stored := w.as("alice", w.people.read(scene.id))
		for _, secret := range secrets {
			require.NotContains(t, w.logged.String(), secret)
			require.NotContains(t, string(read), secret)
			require.NotContains(t, stored, secret)
		}
	})
}

// parrots are answers that quote what they were asked.
var parrots = map[string]func(w http.ResponseWriter, quote string){
	"text 400": func(w http.ResponseWriter, quote string) { http.Error(w, quote, http.StatusBadRequest) },
	"text 500": func(w http.ResponseWriter, quote string) { http.Error(w, quote, http.StatusInternalServerError) },
	"list":     refuseWith(http.StatusBadRequest, `{"errorMessages":[%[1]s],"errors":{"summary":%[1]s,"x":%[1]s}}`),
	"message":  refuseWith(http.StatusUnprocessableEntity, `{"message":%[1]s,"issues":[{"message":%[1]s}]}`),
	"nested":   refuseWith(http.StatusForbidden, `{"error":{"code":"x","message":%[1]s}}`),
	"graphql":  refuseWith(http.StatusOK, `{"data":null,"errors":[{"message":%[1]s,"path":[%[1]s],"extensions":{"code":%[1]s,"userPresentableMessage":%[1]s}}]}`),
	"no token": refuseWith(http.StatusUnauthorized, `{"errors":[{"message":%[1]s}]}`),
	"page": func(w http.ResponseWriter, quote string) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, quote)
	},
	"elsewhere": func(w http.ResponseWriter, quote string) {
		w.Header().Set("Location", "http://localhost.invalid/?"+url.QueryEscape(quote))
		w.WriteHeader(http.StatusFound)
	},
}

func refuseWith(status int, shape string) func(http.ResponseWriter, string) {
	return func(w http.ResponseWriter, quote string) {
		encoded, _ := json.Marshal(quote)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, shape, encoded)
	}
}

// TestSecretsStayInThoughTheTrackerTellsThem has every call answered by
// something that repeats its headers and credentials.
func TestSecretsStayInThoughTheTrackerTellsThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		scene := w.newScene(operation{})
		for name, parrot := range parrots {
			w.front.answer(func(out http.ResponseWriter, r *http.Request, _ []byte) bool {
				user, password, _ := r.BasicAuth()
				parrot(out, fmt.Sprintf("%v %s:%s", r.Header, user, password))
				return true
			})
			c := w.connection()
			c.Token = "api-token-9"
			for _, op := range operations {
				err := op.do(t.Context(), openAs(t, c, w.logged), scene)
				requireClean(t, append(secretsOf(c), c.Token), err, op.name+": "+name)
			}
			w.front.answer(nil)
			for _, secret := range append(secretsOf(c), c.Token) {
				require.NotContains(t, w.logged.String(), secret, name)
			}
		}
	})
}

// TestTokenStaysWithItsHost: nobody we are sent on to gets to see a token.
func TestTokenStaysWithItsHost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		w := newWorld(t, s)
		scene := w.newScene(operation{})
		other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			t.Errorf("%s was sent on with %v", r.URL, r.Header)
		}))
		t.Cleanup(other.Close)
		for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
			w.front.answer(func(out http.ResponseWriter, r *http.Request, _ []byte) bool {
				http.Redirect(out, r, other.URL+r.URL.Path, status)
				return true
			})
			for _, op := range operations {
				err := op.do(t.Context(), w.open(), scene)
				require.Equal(t, trackers.Unavailable, trackers.KindOf(err), "%s: %v", op.name, err)
			}
			w.front.answer(nil)
		}
	})
}

// TestSecretsAreDemandedAndNotQuoted at the start.
func TestSecretsAreDemandedAndNotQuoted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s subject) {
		good := s.account("http://tracker.example.com", "bot")
		good.Token, good.Secret, good.HookKey = "api-token-9", hookSecret, pathToken
		for name, change := range map[string]func(c *trackers.Connection){
			"no token":     func(c *trackers.Connection) { c.Token = "" },
			"no url":       func(c *trackers.Connection) { c.URL = "" },
			"no host":      func(c *trackers.Connection) { c.URL = "/api?key=" + c.Token },
			"no address":   func(c *trackers.Connection) { c.URL = "::" + c.Token },
			"other scheme": func(c *trackers.Connection) { c.URL = "ftp://tracker.example.com/" + c.Token },
		} {
			c := good
			change(&c)
			_, err := registry.Open(c, discard)
			require.ErrorContains(t, err, "connection "+c.Name, name)
			requireClean(t, []string{"api-token-9", hookSecret, pathToken}, err, name)
		}
		hook, err := registry.Hook(good)
		require.NoError(t, err)
		body := []byte(`{"secret":"` + hookSecret + `"`)
		_, _, err = hook.Parse(body)
		require.Error(t, err)
		requireClean(t, []string{hookSecret, pathToken}, err, "unparseable")
		for _, token := range []string{"", "x", strings.ToUpper(pathToken), hookSecret} {
			require.False(t, hook.Verify(http.Header{}, token, []byte("{}")), "%q", token)
		}
	})
}
