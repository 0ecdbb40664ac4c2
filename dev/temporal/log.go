package temporal

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync/atomic"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// serverLog hands the server's log records to slog.
type serverLog struct {
	to    *slog.Logger
	level slog.Leveler
}

// noHTTP starts a warning of every start: the frontend's HTTP API is off, which
// is meant, because only Nexus needs it.
const noHTTP = "HTTP API port has not been set"

var (
	_ log.Logger      = serverLog{}
	_ log.WithLogger  = serverLog{}
	_ log.SLogWrapper = serverLog{}
)

// fatalError is what the server calls fatal: a start that cannot go on, such as
// an internal port that was taken in the last moment. It travels as a panic,
// because the server relies on Fatal not returning, and is caught by build.
type fatalError struct {
	msg string
}

func (e *fatalError) Error() string { return e.msg }

func (l serverLog) Debug(msg string, tags ...tag.Tag) { l.write(slog.LevelDebug, msg, tags) }
func (l serverLog) Info(msg string, tags ...tag.Tag)  { l.write(slog.LevelInfo, msg, tags) }
func (l serverLog) Warn(msg string, tags ...tag.Tag)  { l.write(slog.LevelWarn, msg, tags) }
func (l serverLog) Error(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

// DPanic is the server's word for "must not happen, but goes on in production".
func (l serverLog) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

func (l serverLog) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(msg)
}

func (l serverLog) Fatal(msg string, tags ...tag.Tag) {
	for _, t := range tags {
		msg += fmt.Sprintf(" %s=%v", t.Key(), t.Value())
	}
	panic(&fatalError{msg: msg})
}

// With returns a logger that adds tags to every record.
func (l serverLog) With(tags ...tag.Tag) log.Logger {
	return serverLog{to: slog.New(l.to.Handler().WithAttrs(attrs(tags))), level: l.level}
}

// SLog gives the parts of the server that log through slog the same logger.
func (l serverLog) SLog() *slog.Logger {
	return slog.New(leveled{Handler: l.to.Handler(), level: l.level})
}

func (l serverLog) write(level slog.Level, msg string, tags []tag.Tag) {
	if level < l.level.Level() || strings.HasPrefix(msg, noHTTP) {
		return
	}
	l.to.LogAttrs(context.Background(), level, msg, attrs(tags)...)
}

// threshold is the level of Options.LogLevel until silence is called. Services
// that stop one after the other report each other's absence as errors, and
// connections they leave behind go on doing so: it looks like trouble and is
// none. What Stop itself has to say goes to Options.Log directly.
type threshold struct {
	running slog.Leveler
	silent  atomic.Bool
}

// Level is the least severe level that is let through.
func (t *threshold) Level() slog.Level {
	if t.silent.Load() {
		return math.MaxInt
	}
	return t.running.Level()
}

func (t *threshold) silence() { t.silent.Store(true) }

func attrs(tags []tag.Tag) []slog.Attr {
	as := make([]slog.Attr, len(tags))
	for i, t := range tags {
		as[i] = slog.Any(t.Key(), t.Value())
	}
	return as
}

// leveled drops what is less severe than level.
type leveled struct {
	slog.Handler
	level slog.Leveler
}

func (h leveled) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= h.level.Level() && h.Handler.Enabled(ctx, level)
}

func (h leveled) WithAttrs(as []slog.Attr) slog.Handler {
	return leveled{Handler: h.Handler.WithAttrs(as), level: h.level}
}

func (h leveled) WithGroup(name string) slog.Handler {
	return leveled{Handler: h.Handler.WithGroup(name), level: h.level}
}
