package flashduty

import (
	"context"
	"net/http"
	"net/url"
)

const (
	integrationKey = "integration_key"
	appKey         = "app_key"
	// validKey is the only key there is, for pushing and for reading.
	validKey = "sandbox"
	// redacted stands in an address where a key was.
	redacted = "redacted"
)

type keysKey struct{}

// withKeys moves the keys out of the address into the request's context, so
// that the request log, which shows addresses whole, never shows one. What
// cannot be parsed is left out: it might hold one too.
func withKeys(r *http.Request) *http.Request {
	query, err := url.ParseQuery(r.URL.RawQuery)
	keys := map[string]string{}
	for _, name := range []string{integrationKey, appKey} {
		if query.Has(name) {
			keys[name] = query.Get(name)
			query.Set(name, redacted)
		}
	}
	if len(keys) == 0 && err == nil {
		return r
	}
	r = r.Clone(context.WithValue(r.Context(), keysKey{}, keys))
	r.URL.RawQuery = query.Encode()
	r.RequestURI = r.URL.RequestURI()
	return r
}

// keyOf is the key of that name that a request came with, "" without one.
func keyOf(r *http.Request, name string) string {
	keys, _ := r.Context().Value(keysKey{}).(map[string]string)
	return keys[name]
}

// actor is the service for a call with the key that it needs: who pushed a
// change is not told, only which integration.
func actor(r *http.Request) string {
	name := appKey
	if r.URL.Path == pushPath {
		name = integrationKey
	}
	if keyOf(r, name) != validKey {
		return ""
	}
	return "bot"
}
