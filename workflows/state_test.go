package workflows

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/activities"
	"github.com/ticketsync/ticketsync/addressing"
	"github.com/ticketsync/ticketsync/reconcile"
	"github.com/ticketsync/ticketsync/ticket"
)

// Whatever a run carries or exchanges with activities and operators survives
// its way through JSON, filled to the last field as well as empty.
func TestEverythingCarriedSurvivesJSON(t *testing.T) {
	t.Parallel()
	for _, zero := range []any{
		PairState{}, AliasState{}, SweepState{}, reconcile.Rules{}, View{}, CheckResult{}, Judge{}, Resolve{}, LinkTo{},
		activities.FetchParams{}, activities.FetchResult{}, activities.MeetParams{}, activities.MeetResult{}, activities.CreateParams{},
		activities.UpdateParams{}, activities.MoveParams{}, activities.CommentParams{}, activities.Failure{}, activities.SweepParams{},
		activities.SweepResult{}, activities.CensusParams{}, activities.CensusResult{}, activities.MarkParams{}, activities.FindParams{}, ticket.Hint{}, ticket.Snapshot{},
	} {
		kind := reflect.TypeOf(zero)
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			empty := reflect.New(kind)
			require.NoError(t, json.Unmarshal([]byte("{}"), empty.Interface()))
			require.Equal(t, zero, empty.Elem().Interface())

			full := reflect.New(kind)
			fill(t, full.Elem(), kind.String(), 0)
			data, err := json.Marshal(full.Interface())
			require.NoError(t, err)
			back := reflect.New(kind)
			require.NoError(t, json.Unmarshal(data, back.Interface()))
			require.Equal(t, full.Interface(), back.Interface())
		})
	}
}

// fill sets every field of v to something that is not its zero value.
func fill(t *testing.T, v reflect.Value, path string, depth int) {
	require.Less(t, depth, 20, path)
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(epoch))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("s%d", len(path)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(len(path)))
	case reflect.Float64:
		v.SetFloat(2.5)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), path, depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), path+"[]", depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, path, depth+1)
		fill(t, value, path+".", depth+1)
		v.SetMapIndex(key, value)
	case reflect.Interface:
		v.Set(reflect.ValueOf("any"))
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			require.True(t, f.IsExported(), "%s.%s would be lost", path, f.Name)
			fill(t, v.Field(i), path+"."+f.Name, depth+1)
		}
	default:
		t.Fatalf("%s: a %s", path, v.Kind())
	}
}

func size(t *testing.T, v any) int {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return len(data)
}

// A paused pair takes flags, not hints.
func TestTenThousandHintsLeaveThePairSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	before := size(t, st)
	w.after(time.Second, func() { w.update(addressing.UpdatePause) })
	for batch := range 100 {
		w.after(time.Second, func() {
			for n := range 100 {
				w.hint(ticket.Hint{
					Ref: st.Origin, Kind: ticket.TicketEvent, Version: fmt.Sprintf("v9%03d%02d", batch, n), Actor: "alice", Source: "webhook",
				})
			}
		})
	}
	w.after(time.Second, func() { w.hint(ticket.Hint{Ref: st.Replica, Kind: ticket.CommentEvent, Comment: "c1"}) })
	paused := w.play(st)
	require.Empty(t, w.calls)
	require.Less(t, size(t, paused), before+1000)
	require.True(t, paused.Dirty[ticket.Left].Fields)
	require.True(t, paused.Dirty[ticket.Right].Comments)
}

// heavy is a state with more comments than a pair follows, ids as long as the
// trackers', a full journal and settings of a large site.
func heavy(st PairState, comments int, hold *reconcile.Hold) PairState {
	st.Sync = st.Sync.Clone()
	for n := range comments {
		l := reconcile.Link{
			From: ticket.Left, Source: fmt.Sprintf("cmt_01HZX3Q9V5%012d", n), Copy: fmt.Sprintf("1%07d", n), At: epoch.Add(time.Duration(n) * time.Minute).UnixMilli(),
			SourceFP: ticket.Fingerprint("s", itoa(n)), CopyFP: ticket.Fingerprint("c", itoa(n)),
			SourceV: "2026-05-04T09:00:00.000Z", CopyV: "2026-05-04T09:00:00.000+0000",
		}
		if hold != nil {
			h := *hold
			l.Hold, l.Copy, l.CopyFP, l.CopyV = &h, "", "", ""
		}
		st.Sync.Comments = append(st.Sync.Comments, l)
	}
	for n := range 2 * journalLength {
		st.Journal = append(st.Journal, Entry{At: epoch, What: "title → right " + itoa(n), From: strings.Repeat("f", 120), To: strings.Repeat("t", 120)})
	}
	r := *st.Rules
	r.Right.Edges = map[string][]string{}
	for n := range 60 {
		r.Right.Edges["status number "+itoa(n)] = []string{"status number 1", "status number 2", "status number 3"}
	}
	r.Users = map[string]string{}
	for n := range 500 {
		r.Users[fmt.Sprintf("person%d@left.example.com", n)] = fmt.Sprintf("person%d@right.example.com", n)
	}
	st.Rules, st.Sync.Edges = &r, map[ticket.Side]map[string][]string{ticket.Right: r.Right.Edges}
	return st
}

const mostState = 500 << 10

func TestStateOfManyCommentsIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.play(heavy(w.linked(), followed+100, nil))
	require.Len(t, st.Sync.Comments, followed)
	require.Less(t, size(t, st), mostState)
	require.False(t, st.Sync.Settled.IsZero(), "comments that were let go are not taken up again")
	require.Equal(t, "cmt_01HZX3Q9V5000000000100", st.Sync.Comments[0].Source, "the oldest went")
	require.LessOrEqual(t, len(st.Journal), journalLength)
	journaled(t, st, string(ticket.TooManyComments))
}

// The account lost the permission to comment: every comment waits, each with
// the tracker's own words.
func TestStateOfManyHeldCommentsIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hold := &reconcile.Hold{
		Reason: ticket.CommentRefused, Detail: strings.Repeat("the tracker's own words ", 15), Left: ticket.Fingerprint("s"),
		Since: epoch, RetryAt: epoch.Add(10 * 365 * 24 * time.Hour), Tries: 7,
	}
	st := w.play(heavy(w.linked(), followed+100, hold))
	require.Len(t, st.Sync.Comments, followed)
	require.Less(t, size(t, st), mostState)
	require.NotEmpty(t, st.Sync.Comments[0].Hold.Detail, "show can still say why")
}

func TestJournalIsBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	st := w.linked()
	for n := range 2 * journalLength {
		w.after(time.Second, func() {
			w.left.edit("IT1", ticket.Title, text("Printer "+itoa(n)))
			w.tell(w.left, "IT1", "alice")
		})
	}
	st = w.play(st)
	require.Len(t, st.Journal, journalLength)
	require.Equal(t, "Printer 99", st.Journal[journalLength-1].To, "the newest stay")
	require.LessOrEqual(t, len(st.Tickets[ticket.Left].Versions), 16)
}
