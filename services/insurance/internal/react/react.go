// Package react is what social insurance does when something happened in
// another department, one handler an event.
package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/closing"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
)

// Router routes the events that the department acts on.
func Router(a *app.App, in func(*sqldb.Tx) app.Store) *consume.Router {
	h := handlers{a, in}
	r := consume.NewRouter()
	consume.On(r, "employment", h.hireRegistered)
	consume.On(r, "employment", h.hireDisputed)
	consume.On(r, "employment", h.hireUndone)
	consume.On(r, "employment", h.hireEnded)
	evidence.ListenToGrants(r)
	closing.On(r, in) // the employer's duty for work that was done stays, and no new one opens
	return r
}

type handlers struct {
	app *app.App
	in  func(*sqldb.Tx) app.Store
}

func (h handlers) hireRegistered(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireRegistered) error {
	if closed, err := account.Closed(tx, e.Worker); err != nil || closed {
		return err
	}
	start, err := clock.ParseDate(m.GetStartOn())
	if err != nil {
		return err
	}
	return h.app.OpenDuty(ctx, h.in(tx), app.Hire{ID: m.GetHireId(), Worker: e.Worker, EmployerID: m.GetEmployerId(), Division: e.Division, StartOn: start})
}

func (h handlers) hireDisputed(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireDisputed) error {
	return h.app.FreezeDuty(ctx, h.in(tx), m.GetHireId(), clock.DateOf(e.OccurredAt))
}

func (h handlers) hireUndone(ctx context.Context, tx *sqldb.Tx, e event.Event, m *employmentv1.HireUndone) error {
	return h.app.UndoHire(ctx, h.in(tx), m.GetHireId(), clock.DateOf(e.OccurredAt))
}

func (h handlers) hireEnded(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *employmentv1.HireEnded) error {
	ended, err := clock.ParseDate(m.GetEndedOn())
	if err != nil {
		return err
	}
	return h.app.EndHire(ctx, h.in(tx), m.GetHireId(), ended)
}
