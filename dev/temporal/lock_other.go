//go:build !unix

package temporal

// dirLock locks nothing here: the ports are what keeps a second server away.
type dirLock struct{}

func lockDir(string) (*dirLock, error) { return &dirLock{}, nil }

func (*dirLock) release() {}
