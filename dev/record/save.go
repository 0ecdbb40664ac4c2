package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"
)

// save writes the history of a run, the present one when run is "".
func (s *stage) save(name, id, run string) {
	s.step("save "+name, func() error {
		h, err := s.history(id, run)
		if err != nil {
			return err
		}
		data, err := temporalproto.CustomJSONMarshalOptions{}.Marshal(h)
		if err != nil {
			return fmt.Errorf("encode history: %w", err)
		}
		return s.write(path(s.out, name), append(data, '\n'), len(h.GetEvents()))
	})
}

func (s *stage) history(id, run string) (*historypb.History, error) {
	h := &historypb.History{}
	it := s.Client.GetWorkflowHistory(s.ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for it.HasNext() {
		e, err := it.Next()
		if err != nil {
			return nil, fmt.Errorf("read history of %s: %w", id, err)
		}
		h.Events = append(h.Events, e)
	}
	return h, nil
}

func (s *stage) write(file string, data []byte, events int) error {
	if err := os.MkdirAll(s.out, 0o755); err != nil {
		return err
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if !s.force {
		flags |= os.O_EXCL // a recorded history is never changed
	}
	f, err := os.OpenFile(file, flags, 0o644)
	if errors.Is(err, os.ErrExist) {
		fmt.Println(file + ": there already")
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	fmt.Printf("%s: %d events, %d KB\n", file, events, len(data)>>10)
	return f.Close()
}

// runs lists the runs of a workflow that continued as new, oldest first.
func (s *stage) runs(id string) (out []string) {
	s.step("list runs of "+id, func() error {
		answer, err := s.Client.DescribeWorkflowExecution(s.ctx, id, "")
		if err != nil {
			return err
		}
		for run := answer.GetWorkflowExecutionInfo().GetExecution().GetRunId(); run != ""; {
			out = append([]string{run}, out...)
			h, err := s.history(id, run)
			if err != nil {
				return err
			}
			run = h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
		}
		return nil
	})
	return out
}

func path(out, name string) string { return filepath.Join(out, name+".json") }
