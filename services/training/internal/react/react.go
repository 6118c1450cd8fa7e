// Package react is what training does when something happened in another
// department, one handler an event.
package react

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/arrival"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/closing"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/training/internal/app"
)

// Router routes the events that the department acts on; in gives the store
// within a transaction.
func Router(a *app.App, in func(*sqldb.Tx) app.Store) *consume.Router {
	h := handlers{a, in}
	r := consume.NewRouter()
	consume.On(r, "employment", h.hireRegistered)
	consume.On(r, "employment", h.hireDisputed)
	consume.On(r, "employment", h.hireUndone)
	consume.On(r, "employment", h.hireEnded)
	arrival.On(r, "training", in, map[string]arrival.Use[app.Store]{"offer": arrival.Whoever(a.StartOfferClock)})
	evidence.ListenToGrants(r)
	closing.On(r, in, a.CloseAccount)
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
	return h.app.OpenDue(ctx, h.in(tx), app.Hire{ID: m.GetHireId(), Worker: e.Worker, Division: e.Division, Occupation: m.GetOccupation(), Hazardous: m.GetHazardous(), StartOn: start})
}

func (h handlers) hireDisputed(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *employmentv1.HireDisputed) error {
	return h.app.CancelDue(ctx, h.in(tx), m.GetHireId())
}

func (h handlers) hireUndone(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *employmentv1.HireUndone) error {
	return h.app.CancelDue(ctx, h.in(tx), m.GetHireId())
}

func (h handlers) hireEnded(ctx context.Context, tx *sqldb.Tx, _ event.Event, m *employmentv1.HireEnded) error {
	return h.app.CancelDue(ctx, h.in(tx), m.GetHireId())
}
