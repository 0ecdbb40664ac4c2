package flashduty_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/flashduty"
)

func TestFirstTitleAndNewestStatus(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	a.push(object{"event_time": 100, "description": "first", "labels": object{"priority": "Low", "urgent": "true"}})
	a.push(object{"event_time": 200, "title": "later", "description": "later", "change_status": "Processing", "labels": object{"priority": "High"}})
	require.Equal(t, object{
		"change_key": "ENG-1", "title": "[ENG-1/To Do] Upgrade", "description": "first",
		"change_status": "Processing", "labels": object{"priority": "High"}, "event_time": 200.,
	}, a.change())
}

func TestOlderPushIsIgnored(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	a.push(object{"event_time": 200, "change_status": "Done", "labels": object{"assignee": "Bob"}})
	before := a.change()
	a.push(object{"event_time": 199, "change_status": "Processing", "title": "older", "description": "older"})
	require.Equal(t, before, a.change())
	require.Len(t, a.pushes(), 2)
}

func TestFirstDescriptionMayBeNone(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	a.push(object{"event_time": 100})
	a.push(object{"event_time": 200, "description": "later"})
	require.Empty(t, a.change()["description"])
}

func TestLaterArrivalWinsAtTheSameTime(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	for _, status := range []string{"Planned", "Processing", "Done"} {
		a.push(object{"event_time": 100, "change_status": status})
	}
	require.Equal(t, "Done", a.change()["change_status"])
	a.push(object{"event_time": 100, "change_status": "Processing"})
	require.Equal(t, "Processing", a.change()["change_status"])
}

func TestIdenticalPushesMerge(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	same := object{"event_time": 100, "labels": object{"a": "b"}, "description": "d"}
	a.push(same)
	before := a.change()
	a.push(same)
	require.Equal(t, before, a.change())
}

func TestChangesAreApartAndInOrder(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	for _, key := range []string{"ENG-2", "ENG-1", "ENG-2", "OPS-1"} {
		a.push(object{"change_key": key})
	}
	var keys []any
	for _, c := range a.changes() {
		keys = append(keys, c["change_key"])
	}
	require.Equal(t, []any{"ENG-2", "ENG-1", "OPS-1"}, keys)
}

func TestTimeIsNowByDefault(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{})
	a.push(nil)
	require.EqualValues(t, start.Unix(), a.change()["event_time"])
	require.Equal(t, object{}, a.change()["labels"])
}
