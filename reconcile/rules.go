// Package reconcile decides what a pair writes. Plan is pure: the same rules,
// state and snapshots always give the same operations.
package reconcile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ticketsync/ticketsync/ticket"
)

// Rules is one route: a configured replication between a left and a right
// container. It is what the configuration file holds, completed by apply with
// what only the trackers know, and versioned by the route's workflow.
type Rules struct {
	Name      string    `json:"name" yaml:"-"`
	Left      End       `json:"left" yaml:"left"`
	Right     End       `json:"right" yaml:"right"`
	Direction Direction `json:"direction" yaml:"direction"`
	Filter    Filter    `json:"filter,omitzero" yaml:"filter"`

	Status   []StatusRule        `json:"status,omitempty" yaml:"status"`
	Unmapped string              `json:"unmapped,omitempty" yaml:"unmapped"` // hold | ignore
	Paths    map[string][]string `json:"paths,omitempty" yaml:"paths"`       // "From > To": statuses between

	Fields      map[ticket.Field]Direction `json:"fields,omitempty" yaml:"fields"`
	Custom      []CustomRule               `json:"custom,omitempty" yaml:"custom"`
	Create      Constants                  `json:"create_fields,omitzero" yaml:"create_fields"`
	Transitions map[string]map[string]any  `json:"transition_fields,omitempty" yaml:"transition_fields"`

	Comments CommentRule       `json:"comments" yaml:"comments"`
	Users    map[string]string `json:"users,omitempty" yaml:"users"` // left e-mail: right e-mail
	Conflict Conflict          `json:"conflict" yaml:"conflict"`
	Private  string            `json:"private,omitempty" yaml:"private"`   // skip | replicate
	Existing string            `json:"existing,omitempty" yaml:"existing"` // ignore | on-update
	Chain    bool              `json:"chain,omitempty" yaml:"chain"`
	// CreateLabels lets labels be made on a tracker that keeps them as objects.
	CreateLabels bool   `json:"create_labels,omitempty" yaml:"create_labels"`
	Elsewhere    string `json:"replicated_elsewhere,omitempty" yaml:"replicated_elsewhere"` // attention | ignore
	OnDelete     string `json:"on_delete,omitempty" yaml:"on_delete"`                       // comment | close | ignore; where changes are announced status | canceled | ignore
	Enabled      *bool  `json:"enabled,omitempty" yaml:"enabled"`

	// Set by the route's workflow, not by the file.

	// Version counts the settings applied under this name, from 1.
	Version int `json:"version,omitempty" yaml:"-"`
	// Since is when the route was first applied; older tickets are "existing".
	Since time.Time `json:"since,omitzero" yaml:"-"`
	// Removed and Paused rest the route's pairs.
	Removed bool `json:"removed,omitempty" yaml:"-"`
	Paused  bool `json:"paused,omitempty" yaml:"-"`
	// Stopped is why an audit stopped the route's writes, "" when none did.
	Stopped string `json:"stopped,omitempty" yaml:"-"`
	// Resumed is when an operator last resumed the route: what was counted
	// before that does not stop it again.
	Resumed time.Time `json:"resumed,omitzero" yaml:"-"`
	// Restored is when the route last came into force again. Since Rested it may
	// have turned tickets away that no sweep has found yet.
	Rested   time.Time `json:"rested,omitzero" yaml:"-"`
	Restored time.Time `json:"restored,omitzero" yaml:"-"`
}

// End is one side of a route: a connection and a container on it.
type End struct {
	Connection string `json:"connection" yaml:"connection"`
	// Name names the container as the file does: a channel, project or team.
	// ByKey tells that it may be the key instead of the name.
	Name  string `json:"name,omitempty" yaml:"-"`
	ByKey bool   `json:"by_key,omitempty" yaml:"-"`
	// Part narrows the container to a part of it, by name; "" is all of it.
	Part string `json:"part,omitempty" yaml:"-"`
	// Announces tells that this side is only told of changes: it can neither be
	// read nor changed by people.
	Announces bool   `json:"announces,omitempty" yaml:"-"`
	Type      string `json:"issue_type,omitempty" yaml:"issue_type"` // the type created, and the only one replicated

	// Container is what the tracker resolved Name and Part to.
	Container ticket.Container `json:"container,omitzero" yaml:"-"`
	// Statuses are the container's, in their order, where the route maps them
	// by category.
	Statuses []ticket.State `json:"statuses,omitempty" yaml:"-"`
	// Edges is the workflow where the account may read it: status name to the
	// names one step away.
	Edges map[string][]string `json:"edges,omitempty" yaml:"-"`
}

// UnmarshalJSON also reads the names under which builds before the third
// tracker kept an end: runs and memos from then are still about.
func (e *End) UnmarshalJSON(data []byte) error {
	type plain End
	old := struct {
		*plain
		Channel string `json:"channel"`
		Project string `json:"project"`
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(data, &old); err != nil {
		return err
	}
	if e.Name == "" {
		e.Name, e.ByKey = old.Channel+old.Project, old.Project != ""
	}
	return nil
}

// Label returns the container's name as the file gives it.
func (e End) Label() string {
	if e.Part != "" {
		return e.Name + " / " + e.Part
	}
	return e.Name
}

// Direction says which way something is replicated.
type Direction string

// The directions. An empty one is Both.
const (
	Both    Direction = "both"
	ToRight Direction = "to-right"
	ToLeft  Direction = "to-left"
	Off     Direction = "off"
)

// From reports whether values flow out of the given side.
func (d Direction) From(s ticket.Side) bool {
	switch d {
	case Both, "":
		return true
	case ToRight:
		return s == ticket.Left
	case ToLeft:
		return s == ticket.Right
	}
	return false
}

// And returns the direction both allow.
func (d Direction) And(other Direction) Direction {
	left := d.From(ticket.Left) && other.From(ticket.Left)
	right := d.From(ticket.Right) && other.From(ticket.Right)
	switch {
	case left && right:
		return Both
	case left:
		return ToRight
	case right:
		return ToLeft
	}
	return Off
}

// Filter narrows a route to some tickets. Every list must be satisfied.
type Filter struct {
	Types      Choice `json:"types,omitzero" yaml:"types"`
	Labels     Choice `json:"labels,omitzero" yaml:"labels"`
	Priorities Choice `json:"priorities,omitzero" yaml:"priorities"`
	Components Choice `json:"components,omitzero" yaml:"components"`
	Statuses   Choice `json:"statuses,omitzero" yaml:"statuses"`
}

// Choice accepts values of which at least one is in Any, when Any is given,
// and of which none is in None. Case is ignored.
type Choice struct {
	Any  []string `json:"any,omitempty" yaml:"any"`
	None []string `json:"none,omitempty" yaml:"none"`
}

// Accepts reports whether the values satisfy the choice.
func (c Choice) Accepts(values ...string) bool {
	in := func(list []string) bool {
		return slices.ContainsFunc(values, func(v string) bool {
			return slices.ContainsFunc(list, func(w string) bool { return strings.EqualFold(v, w) })
		})
	}
	return (len(c.Any) == 0 || in(c.Any)) && !in(c.None)
}

// IsZero reports whether the choice accepts everything.
func (c Choice) IsZero() bool { return len(c.Any) == 0 && len(c.None) == 0 }

// StatusRule pairs a status of the left with one of the right, by name or by
// Ravenna status group. The first rule that matches wins, per direction.
type StatusRule struct {
	Left      string    `json:"left" yaml:"left"`
	Right     string    `json:"right" yaml:"right"`
	Direction Direction `json:"direction,omitempty" yaml:"direction"`
	// Preset tells that the rule comes from a list made for many containers:
	// not every one has the status.
	Preset bool `json:"preset,omitempty" yaml:"-"`
}

// CustomRule pairs two custom fields by their trackers' own names.
type CustomRule struct {
	Left      string    `json:"left" yaml:"left"`
	Right     string    `json:"right" yaml:"right"`
	Direction Direction `json:"direction,omitempty" yaml:"direction"`
}

// Constants are values for required fields of tickets created on each side,
// by the tracker's own field names.
type Constants struct {
	Left  map[string]any `json:"left,omitempty" yaml:"left"`
	Right map[string]any `json:"right,omitempty" yaml:"right"`
}

// On returns the constants of one side.
func (c Constants) On(s ticket.Side) map[string]any {
	if s == ticket.Left {
		return c.Left
	}
	return c.Right
}

// CommentRule says which way comments flow and how copies are shown in a help desk.
type CommentRule struct {
	Direction  Direction `json:"direction,omitempty" yaml:"direction"`
	Visibility string    `json:"visibility,omitempty" yaml:"visibility"` // public | private
}

// The conflict rules.
const (
	NewestWins   = "newest"
	LeftWins     = "left"
	RightWins    = "right"
	HoldConflict = "hold"
)

// Conflict says who wins when both sides changed a field: one rule for all
// fields, or one by field.
type Conflict struct {
	Default string                  `json:"default,omitempty"`
	ByField map[ticket.Field]string `json:"by_field,omitempty"`
}

// For returns the rule for a field.
func (c Conflict) For(f ticket.Field) string {
	if rule := c.ByField[f]; rule != "" {
		return rule
	}
	if c.Default != "" {
		return c.Default
	}
	return NewestWins
}

// UnmarshalYAML accepts one rule, or a map from field to rule.
func (c *Conflict) UnmarshalYAML(unmarshal func(any) error) error {
	var one string
	if err := unmarshal(&one); err == nil {
		c.Default = one
		return nil
	}
	var byField map[ticket.Field]string
	if err := unmarshal(&byField); err != nil {
		return fmt.Errorf("conflict: want newest, left, right or hold, or a map from field to one of these: %w", err)
	}
	c.ByField = byField
	return nil
}

// IsEnabled reports whether the route replicates now.
func (r *Rules) IsEnabled() bool {
	return (r.Enabled == nil || *r.Enabled) && !r.Removed && !r.Paused && r.Stopped == ""
}

// Resting is why the route does not replicate now, "" when it does.
func (r *Rules) Resting() ticket.Reason {
	switch {
	case r.IsEnabled():
		return ""
	case r.Removed:
		return ticket.RouteRemoved
	case r.Paused:
		return ticket.Paused
	case r.Stopped != "":
		return ticket.RouteStopped
	}
	return ticket.Disabled
}

// End returns one side of the route.
func (r *Rules) End(s ticket.Side) End {
	if s == ticket.Left {
		return r.Left
	}
	return r.Right
}

// SideOf returns the side a connection is on; ok is false when on neither.
func (r *Rules) SideOf(connection string) (s ticket.Side, ok bool) {
	switch connection {
	case r.Left.Connection:
		return ticket.Left, true
	case r.Right.Connection:
		return ticket.Right, true
	}
	return "", false
}

// Connects reports whether the route runs between the two connections.
func (r *Rules) Connects(a, b string) bool {
	return r.Left.Connection == a && r.Right.Connection == b || r.Left.Connection == b && r.Right.Connection == a
}

// FieldRule is one replicated field: its name in state and journal, its names
// on either side, and which way it flows.
type FieldRule struct {
	Name      ticket.Field
	Left      ticket.Field
	Right     ticket.Field
	Direction Direction
}

// On returns the field's name on one side.
func (f FieldRule) On(s ticket.Side) ticket.Field {
	if s == ticket.Left {
		return f.Left
	}
	return f.Right
}

// FieldRules lists the replicated fields in the order they are written.
func (r *Rules) FieldRules() []FieldRule {
	if _, tells := r.Announces(); tells {
		// What is told of the others rides along with each status.
		return []FieldRule{{Name: ticket.Status, Left: ticket.Status, Right: ticket.Status, Direction: r.Direction}}
	}
	var out []FieldRule
	for _, f := range []ticket.Field{ticket.Title, ticket.Description, ticket.Priority, ticket.Assignee, ticket.Labels} {
		d := r.Fields[f]
		if d == "" && f == ticket.Labels {
			d = Off
		}
		if d = d.And(r.Direction); d != Off {
			out = append(out, FieldRule{Name: f, Left: f, Right: f, Direction: d})
		}
	}
	for _, c := range r.Custom {
		if d := c.Direction.And(r.Direction); d != Off {
			out = append(out, FieldRule{Name: ticket.Field(c.Left), Left: ticket.Field(c.Left), Right: ticket.Field(c.Right), Direction: d})
		}
	}
	// Status last: a transition may demand what the other fields bring.
	if d := r.Fields[ticket.Status].And(r.Direction); d != Off {
		out = append(out, FieldRule{Name: ticket.Status, Left: ticket.Status, Right: ticket.Status, Direction: d})
	}
	return out
}

// CustomFields lists the custom fields to fetch on one side.
func (r *Rules) CustomFields(s ticket.Side) []ticket.Field {
	var out []ticket.Field
	for _, c := range r.Custom {
		if s == ticket.Left {
			out = append(out, ticket.Field(c.Left))
		} else {
			out = append(out, ticket.Field(c.Right))
		}
	}
	return out
}
