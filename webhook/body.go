package webhook

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

var errBusy = errors.New("too much is being received")

// budget counts the memory that bodies take. It is taken as bytes arrive, so
// that many slow clients weigh little.
type budget struct {
	limit int64
	taken atomic.Int64
}

const chunk = 32 << 10

// read returns the raw body. Release gives its memory back.
func (b *budget) read(w http.ResponseWriter, r *http.Request, maxBody int64) (body []byte, release func(), err error) {
	var mine int64
	release = func() { b.taken.Add(-mine) }
	in := http.MaxBytesReader(w, r.Body, maxBody)
	var buf bytes.Buffer
	for {
		mine += chunk
		if b.taken.Add(chunk) > b.limit {
			return nil, release, errBusy
		}
		_, err := io.CopyN(&buf, in, chunk)
		if err == io.EOF { //nolint:errorlint // CopyN returns it bare
			return buf.Bytes(), release, nil
		}
		if err != nil {
			return nil, release, err
		}
	}
}
