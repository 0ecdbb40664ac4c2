package sandbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// record is one line of the state file: a table's object, its removal, or the
// new value of a sequence.
type record struct {
	Table    string          `json:"table,omitempty"`
	ID       string          `json:"id,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"` // absent: deleted
	Sequence string          `json:"sequence,omitempty"`
	Last     int             `json:"last,omitempty"`
}

// journal is an append-only file of changed objects. A line is handed to the
// kernel before the call returns, so it survives the death of the process, and
// a large object costs one line, however many others there are. Superseded
// lines are left out when the file is next opened.
type journal struct {
	mu        sync.Mutex
	file      *os.File // nil: memory only, or closed
	log       *slog.Logger
	sequences map[string]int
	order     []string // sequences in the order they were first used
	tables    map[string]*rawTable
	names     []string
}

// rawTable is what the file held for a table that nobody has opened yet.
type rawTable struct {
	ids    []string
	values map[string]json.RawMessage
}

func openJournal(dir, name string, log *slog.Logger) (*journal, error) {
	j := &journal{log: log, sequences: map[string]int{}, tables: map[string]*rawTable{}}
	if dir == "" {
		return j, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("create data directory: %w", err)
	}
	path := filepath.Join(dir, "sandbox-"+name+".jsonl")
	if err := j.load(path); err != nil {
		return nil, fmt.Errorf("read sandbox state %s: %w", path, err)
	}
	if err := j.compact(path); err != nil {
		return nil, fmt.Errorf("write sandbox state %s: %w", path, err)
	}
	return j, nil
}

func (j *journal) load(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	reader := bufio.NewReaderSize(file, 1<<20)
	for number := 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			// A line without its end was being written when the process died:
			// nobody had been told of it.
			return nil
		}
		if err != nil {
			return err
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		j.replay(r)
	}
}

func (j *journal) replay(r record) {
	if r.Sequence != "" {
		j.setSequence(r.Sequence, r.Last)
		return
	}
	table, ok := j.tables[r.Table]
	if !ok {
		table = &rawTable{values: map[string]json.RawMessage{}}
		j.tables[r.Table] = table
		j.names = append(j.names, r.Table)
	}
	_, known := table.values[r.ID]
	switch {
	case r.Value == nil && known:
		delete(table.values, r.ID)
		table.ids = remove(table.ids, r.ID)
	case r.Value != nil:
		if !known {
			table.ids = append(table.ids, r.ID)
		}
		table.values[r.ID] = r.Value
	}
}

// compact writes what is left to a new file and goes on appending to that one.
func (j *journal) compact(path string) error {
	temporary := path + ".new"
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_TRUNC|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	writer := bufio.NewWriterSize(file, 1<<20)
	write := func(r record) {
		line, lineErr := encode(r)
		if lineErr == nil {
			_, lineErr = writer.Write(line)
		}
		err = errors.Join(err, lineErr)
	}
	for _, name := range j.order {
		write(record{Sequence: name, Last: j.sequences[name]})
	}
	for _, name := range j.names {
		table := j.tables[name]
		for _, id := range table.ids {
			write(record{Table: name, ID: id, Value: table.values[id]})
		}
	}
	err = errors.Join(err, writer.Flush())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, file.Close())
	}
	j.file = file
	return nil
}

func encode(r record) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

// take hands a table its restored objects, once.
func (j *journal) take(name string) ([]string, map[string]json.RawMessage) {
	j.mu.Lock()
	defer j.mu.Unlock()
	table, ok := j.tables[name]
	if !ok {
		return nil, nil
	}
	delete(j.tables, name)
	return table.ids, table.values
}

func (j *journal) append(r record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.write(r)
}

// write hands one line to the kernel; the caller holds the lock.
func (j *journal) write(r record) {
	if j.file == nil {
		return
	}
	line, err := encode(r)
	if err == nil {
		_, err = j.file.Write(line)
	}
	if err != nil {
		j.log.Error("write sandbox state", "table", r.Table, "error", err)
	}
}

func (j *journal) next(sequence string) int {
	j.mu.Lock()
	defer j.mu.Unlock()
	value := j.sequences[sequence] + 1
	j.setSequence(sequence, value)
	j.write(record{Sequence: sequence, Last: value})
	return value
}

func (j *journal) setSequence(name string, value int) {
	if _, known := j.sequences[name]; !known {
		j.order = append(j.order, name)
	}
	j.sequences[name] = value
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// persists reports whether there is a file, so that callers can save themselves
// the encoding.
func (j *journal) persists() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file != nil
}
