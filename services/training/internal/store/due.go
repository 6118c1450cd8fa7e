package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// The same hire at the same time is refused as stale: repeated, it finds this one.
var dues = table.New(table.Spec[domain.Due]{
	Table: "due_training",
	Columns: func(d *domain.Due) []table.Column {
		return []table.Column{
			table.Key("id", &d.ID), table.Fixed("hire_id", &d.HireID), table.Fixed("worker", &d.Worker), table.Fixed("division", &d.Division),
			table.Fixed("occupation", &d.Occupation), table.Changing("state", &d.State), table.Changing("enrolment_id", &d.Enrolment), table.Version(&d.Version),
		}
	},
	About: func(d *domain.Due) outbox.Subject {
		return outbox.Subject{Aggregate: d.ID, Worker: d.Worker, Division: d.Division}
	},
})

// DueOfHire loads and locks the safety training that a hire made due.
func (t *inTx) DueOfHire(hireID string) (domain.Due, bool, error) {
	return dues.Find(t.tx, `WHERE hire_id = $1`+dues.Lock(t.tx), hireID)
}

// OpenDues loads and locks the safety trainings of an occupation that a worker
// still owes.
func (t *inTx) OpenDues(worker, occupation string) ([]domain.Due, error) {
	return dues.List(t.tx, `WHERE `+person.Whose("worker", 1)+` AND occupation = $2 AND state = 'due' ORDER BY id`+dues.Lock(t.tx), worker, occupation)
}

// DuesFulfilledBy loads and locks the safety trainings that an enrolment fulfilled.
func (t *inTx) DuesFulfilledBy(enrolmentID string) ([]domain.Due, error) {
	return dues.List(t.tx, `WHERE enrolment_id = $1 ORDER BY id`+dues.Lock(t.tx), enrolmentID)
}

// SaveDue writes a due safety training and its events.
func (t *inTx) SaveDue(ctx context.Context, d domain.Due, events ...domain.Event) error {
	return dues.Save(ctx, t.outbox, t.tx, d, events...)
}

// DuesOf lists a worker's due safety trainings, oldest first.
func (t *inTx) DuesOf(worker string) ([]domain.Due, error) {
	return dues.List(t.tx, `WHERE `+person.Whose("worker", 1)+` ORDER BY id`, worker)
}
