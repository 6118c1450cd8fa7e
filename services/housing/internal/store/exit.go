package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// A second notice of a lease beside one that is not over is refused by the table itself.
var exits = table.New(table.Spec[domain.Exit]{
	Table: "exit",
	Columns: func(e *domain.Exit) []table.Column {
		return []table.Column{
			table.Key("id", &e.ID), table.Fixed("lease_id", &e.LeaseID), table.Fixed("worker", &e.Worker), table.Fixed("county", &e.County),
			table.Fixed("ground", &e.Ground), table.Changing("state", &e.State), table.Fixed("noticing_officer", &e.NoticedBy),
			table.Changing("deciding_officer", &e.DecidedBy), table.Fixed("noticed_on", &e.NoticedOn), table.Fixed("answer_days", &e.AnswerDays),
			table.Changing("answer_by", &e.AnswerBy), table.Changing("answer_code", &e.Answer), table.Changing("leave_by", &e.LeaveBy),
			table.Changing("appeal_days", &e.AppealDays), table.Changing("appeal_until", &e.AppealUntil), table.Changing("reasons", table.JSON(&e.Reasons)), table.Version(&e.Version),
		}
	},
	About: func(e *domain.Exit) outbox.Subject {
		return outbox.Subject{Aggregate: e.ID, Worker: e.Worker, Division: e.County}
	},
	Unknown: domain.ErrExitUnknown,
	Twice:   domain.ErrExitTwice,
})

// Exit loads and locks a notice.
func (t *inTx) Exit(id string) (domain.Exit, error) { return exits.Load(t.tx, id) }

// PeekExit reads a notice without locking it.
func (t *inTx) PeekExit(id string) (domain.Exit, error) { return exits.Peek(t.tx, id) }

// ExitsOf lists a lease's notices, the newest first.
func (t *inTx) ExitsOf(leaseID string) ([]domain.Exit, error) {
	return exits.List(t.tx, `WHERE lease_id = $1 ORDER BY id DESC`, leaseID)
}

// exitsIn is the notices of a county that are not over.
const exitsIn = `WHERE county = $1 AND state NOT IN ('stays', 'left') ORDER BY id`

// ExitsIn lists the notices of a county that are not over, oldest first.
func (t *inTx) ExitsIn(county string) ([]domain.Exit, error) {
	return exits.List(t.tx, exitsIn, county)
}

// SaveExit writes a notice and its events.
func (t *inTx) SaveExit(ctx context.Context, e domain.Exit, events ...domain.Event) error {
	return exits.Save(ctx, t.outbox, t.tx, e, events...)
}
