//go:build unix

package temporal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFile is in the data folder and never removed: two processes could else
// lock two files of the same name.
const lockFile = "temporal.lock"

// dirLock is held while a server runs on a data folder. Two servers on one
// database would take the history shards away from each other for ever.
type dirLock struct {
	file *os.File
}

// lockDir locks dir or says that somebody else has. The kernel lifts the lock
// of a process that dies.
func lockDir(dir string) (*dirLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock DataDir: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errors.New("another Temporal server is running on it")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock DataDir %s: %w", dir, err), f.Close())
	}
	return &dirLock{file: f}, nil
}

// release unlocks the folder. Closing is enough; its error leaves nothing to do.
func (l *dirLock) release() { _ = l.file.Close() }
