package account

import (
	"database/sql"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Errors about somebody of whom a death is recorded.
var (
	ErrDeceased = errs.New(errs.Conflict, "account.deceased", "This person's death is recorded; nothing is done in the person's name. Who lives has that undone at once at a counter of the registry.")
	// ErrPaused says no more than an employer needs: who has died is none of its business.
	ErrPaused = errs.New(errs.Conflict, "account.paused", "Nothing can be offered to this person at present; the place in the list stays.")
)

// recorded is whether a death is recorded of the person for whom the worker in $1
// stands, under whichever reference.
var recorded = `EXISTS (SELECT 1 FROM deceased WHERE reversed = 0 AND ` + person.Whose("worker", 1) + `)`

// OfTheDead is a condition of SQL: a column holds a reference of somebody whose death
// is recorded.
func OfTheDead(column string) string {
	return column + ` IN (SELECT worker FROM deceased WHERE reversed = 0 UNION ALL SELECT same.other FROM deceased JOIN same ON same.worker = deceased.worker WHERE deceased.reversed = 0)`
}

// RecordDeath keeps that a case recorded the worker's death. Where its reversal came
// first, that stands: the two commute.
func RecordDeath(tx *sqldb.Tx, id, worker string, at time.Time) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO deceased (id, worker, recorded_at, reversed) VALUES ($1, $2, $3, 0) ON CONFLICT (id) DO NOTHING`, id, worker, sqldb.Micros(at))
	return err
}

// ReverseDeath keeps that what a case recorded was reversed, and returns since when
// the record stood.
func ReverseDeath(tx *sqldb.Tx, id, worker string, at time.Time) (since time.Time, err error) {
	if err := lock(tx, worker); err != nil {
		return since, err
	}
	var micros int64
	err = tx.QueryRow(`INSERT INTO deceased (id, worker, recorded_at, reversed) VALUES ($1, $2, $3, 1) ON CONFLICT (id) DO UPDATE SET reversed = 1 RETURNING recorded_at`,
		id, worker, sqldb.Micros(at)).Scan(&micros)
	return sqldb.Time(micros), err
}

// Died reports whether the worker's death is recorded. It locks nothing: who holds
// a row of the worker's asks after locking it, and what is read before a reversal
// only waits for the reversal.
func Died(tx *sqldb.Tx, worker string) (died bool, err error) {
	return died, tx.QueryRow(`SELECT `+recorded, worker).Scan(&died)
}

// DiedSince is since when a death of the worker's person is recorded; zero where none
// is. It locks nothing, as Died.
func DiedSince(tx *sqldb.Tx, worker string) (time.Time, error) {
	var micros sql.NullInt64
	err := tx.QueryRow(`SELECT min(recorded_at) FROM deceased WHERE reversed = 0 AND `+person.Whose("worker", 1), worker).Scan(&micros)
	if err != nil || !micros.Valid {
		return time.Time{}, err
	}
	return sqldb.Time(micros.Int64), nil
}

// Reachable returns ErrPaused where nothing can be offered to the worker: a death is
// recorded, and what is offered would be held.
func Reachable(tx *sqldb.Tx, worker string) error {
	died, err := Died(tx, worker)
	if err == nil && died {
		return ErrPaused
	}
	return err
}

// Living returns ErrDeceased where the worker's death is recorded. Until the
// transaction ends it cannot be recorded meanwhile.
func Living(tx *sqldb.Tx, worker string) error {
	if err := lock(tx, worker); err != nil {
		return err
	}
	died, err := Died(tx, worker)
	if err == nil && died {
		return ErrDeceased
	}
	return err
}
