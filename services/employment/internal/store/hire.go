package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

var hires = table.New(table.Spec[domain.Hire]{
	Table: "hire",
	Columns: func(h *domain.Hire) []table.Column {
		return []table.Column{
			table.Key("id", &h.ID), table.Fixed("worker", &h.Worker), table.Fixed("employer_id", &h.EmployerID), table.Fixed("offer_id", &h.OfferID),
			table.Fixed("occupation", &h.Occupation), table.Fixed("county", &h.County), table.Fixed("hazardous", &h.Hazardous),
			table.Fixed("start_on", &h.StartOn), table.Fixed("end_on", &h.EndOn), table.Fixed("wage_fen", &h.WageFen), table.Fixed("basis", &h.Basis),
			table.Changing("confirmed", &h.Confirmed), table.Changing("state", &h.State), table.Changing("ended_on", &h.EndedOn),
			table.Changing("ground", &h.Ground), table.Changing("fact_version", &h.FactVersion), table.Version(&h.Version),
		}
	},
	About: func(h *domain.Hire) outbox.Subject {
		return outbox.Subject{Aggregate: h.ID, Worker: h.Worker, Division: h.County}
	},
	Unknown: domain.ErrHireUnknown,
	Twice:   domain.ErrHireTwice,
})

// Hire loads and locks a hire.
func (t *Tx) Hire(id string) (domain.Hire, error) { return hires.Load(t.tx, id) }

// HasHire reports whether the employer has a hire of the worker that has neither
// ended nor been undone. One that the worker disputed is told apart by its first day.
// It is the employer who asks, of a reference that it knows: that somebody has another
// is none of its business.
func (t *Tx) HasHire(worker, employerID string, startOn clock.Date) (bool, error) {
	_, found, err := hires.Find(t.tx, `WHERE worker = $1 AND employer_id = $2 AND state NOT IN ('ended', 'undone') AND (state <> 'disputed' OR start_on = $3) LIMIT 1`,
		worker, employerID, startOn.String())
	return found, err
}

// HiresOf lists the worker's hires, newest first.
func (t *Tx) HiresOf(worker string) ([]domain.Hire, error) {
	return hires.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY id DESC`, worker)
}

// PeekLasting lists the worker's hires that neither ended nor were undone, newest first.
func (t *Tx) PeekLasting(worker string) ([]domain.Hire, error) {
	return hires.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND state NOT IN ('ended', 'undone') ORDER BY id DESC`, worker)
}

// SaveHire writes a hire and its events. It returns ErrHireTwice where the
// employer stated one at the same moment.
func (t *Tx) SaveHire(ctx context.Context, h domain.Hire, events ...domain.Event) error {
	return hires.Save(ctx, t.outbox, t.tx, h, events...)
}
