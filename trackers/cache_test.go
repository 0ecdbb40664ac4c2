package trackers

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCachesForget(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	c := NewCache[int](func() time.Time { return now }, time.Minute, 2)
	c.Put("a", 1)
	value, ok := c.Get("a")
	require.True(t, ok)
	require.Equal(t, 1, value)
	now = now.Add(time.Minute)
	_, ok = c.Get("a")
	require.False(t, ok)
	c.Put("b", 2)
	c.Put("c", 3)
	require.LessOrEqual(t, len(c.entries), 2)
	c.Forget("c")
	_, ok = c.Get("c")
	require.False(t, ok)
}
