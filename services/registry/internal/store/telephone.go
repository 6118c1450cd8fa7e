package store

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// TaskPhoneOlds keeps the numbers of the records that were there before they were kept.
const TaskPhoneOlds = "registry.phone_olds"

// KeepPhone keeps the number of a record. The same number stays as old as it was, and
// a sheet does not take back that the person said it.
func (t *Tx) KeepPhone(p domain.Telephone) error {
	return t.tx.Queue(`INSERT INTO telephone (worker, number_index, via, since_at, stands) VALUES ($1, $2, $3, $4, 1) ON CONFLICT (worker) DO UPDATE SET
		via = CASE WHEN telephone.number_index = excluded.number_index AND excluded.via IN ('', 'import') THEN telephone.via ELSE excluded.via END,
		since_at = CASE WHEN telephone.number_index = excluded.number_index THEN telephone.since_at ELSE excluded.since_at END,
		number_index = excluded.number_index, stands = 1`, p.Worker, p.Index, p.Via, sqldb.Micros(p.Since))
}

// DropPhone forgets the number of a record.
func (t *Tx) DropPhone(worker string) error {
	return t.tx.Queue(`DELETE FROM telephone WHERE worker = $1`, worker)
}

// UnsurePhone has nobody found by a record's number until KeepPhone.
func (t *Tx) UnsurePhone(worker string) error {
	return t.tx.Queue(`UPDATE telephone SET stands = 0 WHERE worker = $1`, worker)
}

// PhoneGivers lists the open records that answer for people who gave a number.
func (t *Tx) PhoneGivers(index []byte, most int) ([]domain.Telephone, error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (p domain.Telephone, err error) {
		var since int64
		err = s.Scan(&p.Worker, &p.Index, &p.Via, &since, &p.Unseen)
		p.Since = sqldb.Time(since)
		return p, err
	}, `SELECT t.worker, t.number_index, t.via, t.since_at, w.unseen_until <> '' FROM telephone t JOIN worker w ON w.id = t.worker
		WHERE t.number_index = $1 AND t.stands = 1 AND w.closed_on = '' AND w.joined_into = '' ORDER BY w.unseen_until <> '', t.worker LIMIT $2`, index, most)
}

// PhoneOlds has the records looked through that were there before numbers were kept,
// where that is not done and there are any.
func (s *Store) PhoneOlds(ctx context.Context) error {
	return s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		var done, any bool
		if err := tx.QueryRow(`SELECT done <> 0, EXISTS (SELECT 1 FROM worker) FROM telephone_fill`).Scan(&done, &any); err != nil || done {
			return err
		}
		if !any {
			return s.In(tx).Phoned(ctx, "")
		}
		return s.tasks.Add(ctx, tx, TaskPhoneOlds, []byte{}, time.Time{})
	})
}

// Unphoned lists open accounts after the place where the look through those of before stands.
func (t *Tx) Unphoned(limit int) (workers []string, err error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) },
		`SELECT id FROM worker WHERE id > (SELECT position FROM telephone_fill) AND closed_on = '' ORDER BY id LIMIT $1`, limit)
}

// Phoned moves that place on; "" is its end. What is left is another task's.
func (t *Tx) Phoned(ctx context.Context, last string) error {
	if last == "" {
		_, err := t.tx.Exec(`UPDATE telephone_fill SET done = 1`)
		return err
	}
	if _, err := t.tx.Exec(`UPDATE telephone_fill SET position = $1 WHERE position < $1`, last); err != nil {
		return err
	}
	return t.tasks.Add(ctx, t.tx, TaskPhoneOlds, []byte{}, time.Time{})
}
