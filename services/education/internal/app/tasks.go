package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// openTask opens the task of an application that has no place, or opens it again.
func (a *App) openTask(ctx context.Context, s Store, application domain.Application, roundID string) (string, error) {
	due, err := a.due(domain.UnplacedDeadline)
	if err != nil {
		return "", err
	}
	old, err := s.TaskOf(application.ID)
	if err == nil {
		task, events := old.Reopen(due)
		if len(events) == 0 {
			return task.ID, nil
		}
		return task.ID, s.SaveTask(ctx, task, events...)
	}
	if !errors.Is(err, domain.ErrTaskUnknown) {
		return "", err
	}
	x, err := a.explaining(application.County, 0)
	if err != nil {
		return "", err
	}
	task, events, err := domain.OpenTask(domain.Task{ID: a.NewID(), RoundID: roundID, DueOn: due, OpenedAt: a.Clock.Now()}, application, x, clock.Today(a.Clock))
	if err != nil {
		return "", err
	}
	return task.ID, s.SaveTask(ctx, task, events...)
}

// taskDone ends the task of an application, where it has one.
func taskDone(ctx context.Context, s Store, applicationID string) error {
	task, err := s.TaskOf(applicationID)
	if errors.Is(err, domain.ErrTaskUnknown) {
		return nil
	}
	if err != nil {
		return err
	}
	task, events := task.Done()
	if len(events) == 0 {
		return nil
	}
	return s.SaveTask(ctx, task, events...)
}

// stillUnplaced opens a task where an offer came to nothing and no pass of a
// round finds the child a place any more: it must not be forgotten.
func (a *App) stillUnplaced(ctx context.Context, s Store, application domain.Application, o domain.Offer) error {
	if !application.Stage.Compulsory() {
		return nil
	}
	roundID, considered, err := roundOf(s, o)
	if err != nil || considered {
		return err
	}
	_, err = a.openTask(ctx, s, application, roundID)
	return err
}

// roundOf finds the round that the child of an offer is part of, "" where there
// is none: the offer's own or, of an officer's offer outside of rounds, the one
// in which the family filed last. considered is false where nothing but the
// bureau finds the child a place: the round ended, or its list was fixed without
// the child. All of a cancelled round wait for another one.
func roundOf(s Store, o domain.Offer) (roundID string, considered bool, err error) {
	if o.Way != "" { // the bureau's own
		return o.RoundID, false, nil
	}
	e := domain.Entry{RoundID: o.RoundID}
	if o.RoundID == "" {
		if e, err = s.LastFiled(o.ApplicationID); errors.Is(err, domain.ErrEntryUnknown) {
			return "", true, nil // it waits for a round, or for another offer
		}
		if err != nil {
			return "", false, err
		}
	}
	r, err := s.PeekRound(e.RoundID)
	return e.RoundID, r.State == domain.RoundIsCancelled || r.Running() && e.Outcome != domain.EntryDropped, err
}
