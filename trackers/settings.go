package trackers

import "time"

// Settings is what the configuration file may say about one kind of tracker.
// Each adapter exports one; the registry hands it to whoever reads the file.
type Settings struct {
	Kind string // a connection's kind in the file
	// Container is the key of a route's side that names the container; ByKey
	// tells that it may hold the container's key (ENG) instead of its name.
	// Part is the key that narrows it to a part, "" where there are no parts.
	Container string
	ByKey     bool
	Part      string
	Typed     bool // a side also has an issue_type
	// Flavors are the words for a connection's flavor, the default first; none
	// where there is only one. WithEmail are those whose token goes with the
	// e-mail of its account.
	Flavors   []string
	WithEmail []string
	// Browse is appended to url for web_url where the file has none; "" when
	// the tracker's addresses cannot be guessed. Gateway is a host that serves
	// the API and no ticket's page.
	Browse  string
	Gateway string
	// Quiet is how long an ambiguous create waits for the tracker's index where
	// the file does not say; 0 is three minutes.
	Quiet time.Duration
	// Recounts tells that a ticket's history can be read, change by change.
	Recounts bool
	// Announces tells that it is only told of changes: it has no containers, no
	// webhooks, and nothing to read. Statuses are all it knows; Presets are maps
	// from a status's name to one of them, by name; Preset is the one used unless
	// the file names another.
	Announces bool
	Statuses  []string
	Presets   map[string]map[string]string
	Preset    string
	// CustomPrefix starts every custom field's own name; "" where there are none.
	CustomPrefix string
}
