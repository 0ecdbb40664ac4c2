package stack

import (
	"context"
	"errors"
	"fmt"

	"github.com/ticketsync/ticketsync/dev/temporal"
)

// StopTemporal stops Temporal under worker and receiver, which go on.
func (s *Stack) StopTemporal() { s.Temporal.Stop() }

// StartTemporal starts the Temporal that was stopped, with all it knew.
func (s *Stack) StartTemporal(ctx context.Context) error {
	again, err := s.Temporal.Again(ctx)
	if err != nil {
		return fmt.Errorf("start Temporal again: %w", err)
	}
	s.Temporal = again
	return nil
}

// LoseTemporal puts an empty Temporal in place of the one there is, as after the
// loss of its database. Worker and receiver start anew: what they remember of
// routes would bring those back. It is for the caller to apply the configuration.
func (s *Stack) LoseTemporal(ctx context.Context) error {
	if s.temporal.DataDir != "" {
		return errors.New("lose Temporal: it keeps its data in " + s.temporal.DataDir)
	}
	s.StopWorker()
	address := s.receiver.Addr().String()
	s.silence()
	// Held from now on, so that nobody else gets the port: who delivers meanwhile
	// waits for an answer.
	var err error
	if s.receiver, err = listen("--receiver", address); err != nil {
		return err
	}
	s.applied.Store(false)
	empty := s.temporal
	empty.Frontend = s.Temporal.FrontendAddr()
	s.Temporal.Stop()
	fresh, err := temporal.Start(ctx, empty)
	if err != nil {
		return errors.Join(fmt.Errorf("start Temporal empty: %w", err), s.receiver.Close())
	}
	s.Temporal = fresh
	if err := s.startReceiver(); err != nil {
		return err
	}
	s.StartWorker()
	return nil
}
