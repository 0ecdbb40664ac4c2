package flashduty_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ticketsync/ticketsync/sandbox/flashduty"
)

// TestStateSurvives opens the same folder while the first server still has it
// open, as after the death of a process: nothing is written on closing.
func TestStateSurvives(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := open(t, flashduty.Options{DataDir: dir})
	a.push(object{"event_time": 100, "description": "first <b>", "labels": object{"a": "b"}, "link": "http://h/ENG-1"})
	a.push(object{"event_time": 200, "change_status": "Processing"})
	a.push(object{"change_key": "ENG-2"})
	a.ok("DELETE", "/_sandbox/pushes", nil)
	a.push(object{"change_key": "ENG-3"})

	again := open(t, flashduty.Options{DataDir: dir})
	require.Equal(t, a.changes(), again.changes())
	require.Len(t, again.changes(), 3)
	require.Equal(t, a.pushes(), again.pushes())
	again.push(object{"event_time": 150, "change_status": "Canceled"})
	require.Equal(t, "Processing", again.changes()[0]["change_status"])
	require.Equal(t, 5, again.pushes()[1].Number)
}

func TestFolderThatCannotBe(t *testing.T) {
	t.Parallel()
	_, err := flashduty.New(flashduty.Options{DataDir: "/dev/null/state"})
	require.ErrorContains(t, err, "open Flashduty")
}

func TestConcurrentPushes(t *testing.T) {
	t.Parallel()
	a := open(t, flashduty.Options{DataDir: t.TempDir()})
	const many = 40
	var group sync.WaitGroup
	for i := range many {
		group.Go(func() {
			_, _, err := a.send("POST", push, `{"change_key":"ENG-1","title":"x","change_status":"Done","event_time":`+strconv.Itoa(i)+`}`)
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	require.EqualValues(t, many-1, a.change()["event_time"])
	for i, p := range a.pushes() {
		require.Equal(t, i+1, p.Number)
		require.Equal(t, 200, p.Status)
	}
}
