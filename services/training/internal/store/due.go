package store

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

const dueColumns = `id, hire_id, worker, division, occupation, state, version`

func scanDue(s sqldb.Scanner) (d domain.Due, err error) {
	err = s.Scan(&d.ID, &d.HireID, &d.Worker, &d.Division, &d.Occupation, &d.State, &d.Version)
	return d, err
}

// DueOfHire loads and locks the safety training that a hire made due.
func (t *inTx) DueOfHire(hireID string) (domain.Due, bool, error) {
	return find(t.tx.QueryRow(`SELECT `+dueColumns+` FROM due_training WHERE hire_id = $1`+t.tx.Dialect().ForUpdate(), hireID), scanDue)
}

// OpenDues loads and locks the safety trainings of an occupation that a worker
// still owes.
func (t *inTx) OpenDues(worker, occupation string) ([]domain.Due, error) {
	return sqldb.Collect(t.tx, scanDue, `SELECT `+dueColumns+` FROM due_training WHERE worker = $1 AND occupation = $2 AND state = 'due' ORDER BY id`+t.tx.Dialect().ForUpdate(), worker, occupation)
}

// SaveDue writes a due safety training and its events, or returns
// outbox.ErrStale where somebody else changed it since it was loaded.
func (t *inTx) SaveDue(ctx context.Context, d domain.Due, events ...domain.Event) error {
	n, err := t.tx.Exec(`INSERT INTO due_training (`+dueColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = excluded.version
		WHERE due_training.version = $8`,
		d.ID, d.HireID, d.Worker, d.Division, d.Occupation, string(d.State), d.Version+int64(max(1, len(events))), d.Version)
	if t.tx.Dialect().IsUnique(err) { // the same hire, at the same time: repeated, it finds this one
		return outbox.ErrStale.Because(err)
	}
	if err := changed(n, err); err != nil {
		return err
	}
	return t.log.Append(ctx, t.tx, outbox.Subject{Aggregate: d.ID, Version: d.Version, Worker: d.Worker, Division: d.Division}, messages(events)...)
}

// DuesOf lists a worker's due safety trainings, oldest first.
func (t *inTx) DuesOf(worker string) ([]domain.Due, error) {
	return sqldb.Collect(t.tx, scanDue, `SELECT `+dueColumns+` FROM due_training WHERE worker = $1 ORDER BY id`, worker)
}
