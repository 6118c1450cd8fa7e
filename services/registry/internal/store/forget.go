package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// QueryErasures lists every erasure that was asked for, done or not.
const QueryErasures = `SELECT owner, asked_at FROM erasure ORDER BY owner`

// Forget removes what an account held: messages, mailbox and timeline, and the
// children among the owners. Grants, corrections and the access log stay, as proof of what was
// agreed, asked and read; they hold no personal data. Each owner's key is
// destroyed by a task, which the list of erasures repeats after a restore.
//
// Readers and a rebuild are interrupted first: one that had put a step on the
// timeline before this, and committed it after, would leave it there.
func (t *Tx) Forget(ctx context.Context, worker string, owners []string) error {
	if err := consume.Interrupt(t.tx); err != nil {
		return err
	}
	if err := t.forgetLikeness(worker); err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM contact_case WHERE worker = $1`,
		`DELETE FROM death_case WHERE worker = $1`,
		`DELETE FROM heir_request WHERE worker = $1`,
		`DELETE FROM heirs_wish WHERE worker = $1`,
		`DELETE FROM telephone WHERE worker = $1`,
		`DELETE FROM likely_double WHERE first_id = $1 OR second_id = $1`,
		`DELETE FROM document_case WHERE worker = $1`,
		`DELETE FROM former_value WHERE worker = $1`,
		`DELETE FROM mailbox WHERE worker = $1`,
		`DELETE FROM message_try WHERE message_id IN (SELECT message_id FROM undelivered WHERE worker = $1)`,
		`DELETE FROM undelivered WHERE worker = $1`,
		`DELETE FROM message WHERE worker = $1`,
		`DELETE FROM timeline WHERE worker = $1`,
		`DELETE FROM timeline_next WHERE worker = $1`,
	} {
		if _, err := t.tx.Exec(query, worker); err != nil {
			return err
		}
	}
	for _, o := range owners {
		for _, query := range []string{
			`DELETE FROM child WHERE id = $1`, `DELETE FROM guardian_word WHERE guardian IN (SELECT id FROM guardian WHERE child = $1)`, `DELETE FROM guardian WHERE child = $1`, `DELETE FROM guardian_case WHERE child = $1`,
			`DELETE FROM same_child WHERE alias = $1`, `DELETE FROM child_step WHERE child = $1`,
		} {
			if _, err := t.tx.Exec(query, o); err != nil {
				return err
			}
		}
		if _, err := t.tx.Exec(`INSERT INTO erasure (owner, worker, asked_at) VALUES ($1, $2, $3) ON CONFLICT (owner) DO NOTHING`,
			o, worker, sqldb.Micros(t.clock.Now())); err != nil {
			return err
		}
		if err := t.tasks.Add(ctx, t.tx, TaskEraseKey, []byte(o), time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// LockCases locks what is under way about some records, which Forget removes: who
// decides a case has locked it, and then asks for the record.
func (t *Tx) LockCases(workers []string) error { return t.lockCases(workers, "") }

// LockNewCases does so again once the records are locked, so that no more come. Who has
// locked a new one will ask for its record, and must not be waited for: where there is
// one, the transaction begins anew, and waits for it while it holds no record.
func (t *Tx) LockNewCases(workers []string) error { return t.lockCases(workers, " NOWAIT") }

func (t *Tx) lockCases(workers []string, nowait string) error {
	if t.tx.Dialect() != sqldb.Postgres { // SQLite has one writer
		return nil
	}
	for _, query := range []string{
		`SELECT id FROM message WHERE worker = $1 ORDER BY id FOR UPDATE`,
		`SELECT id FROM contact_case WHERE worker = $1 ORDER BY id FOR UPDATE`,
		`SELECT id FROM document_case WHERE worker = $1 ORDER BY id FOR UPDATE`,
		`SELECT id FROM death_case WHERE worker = $1 ORDER BY id FOR UPDATE`,
		`SELECT id FROM heir_request WHERE worker = $1 ORDER BY id FOR UPDATE`,
	} {
		for _, w := range workers {
			if _, err := t.tx.Exec(query+nowait, w); err != nil {
				return err
			}
		}
	}
	return nil
}

// Missing returns those of the owners that are neither a worker nor a child.
func (s *Store) Missing(ctx context.Context, owners []string) (gone []string, err error) {
	err = s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		gone = nil
		for _, o := range owners {
			var n int
			if err := tx.QueryRow(`SELECT (SELECT count(*) FROM worker WHERE id = $1) + (SELECT count(*) FROM child WHERE id = $1)`, o).Scan(&n); err != nil {
				return err
			}
			if n == 0 {
				gone = append(gone, o)
			}
		}
		return nil
	})
	return gone, err
}

// Open returns those of the owners that are workers with an open account.
func (s *Store) Open(ctx context.Context, owners []string) (open []string, err error) {
	err = s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		open = nil
		for _, o := range owners {
			var n int
			if err := tx.QueryRow(`SELECT count(*) FROM worker WHERE id = $1 AND closed_on = ''`, o).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				open = append(open, o)
			}
		}
		return nil
	})
	return open, err
}

// Erased lists, a page after an owner, whose keys were destroyed for good.
func (s *Store) Erased(ctx context.Context, after string, limit int) (all []string, err error) {
	err = s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (o string, err error) { return o, s.Scan(&o) },
			`SELECT owner FROM erasure WHERE owner > $1 ORDER BY owner LIMIT $2`, after, limit)
		return err
	})
	return all, err
}

// Lookups gives the index that finds each of the owners who are an open account
// or a child.
func (s *Store) Lookups(ctx context.Context, owners []string) (all map[string][]byte, err error) {
	err = s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		all = map[string][]byte{}
		for _, o := range owners {
			var index []byte
			err := tx.QueryRow(`SELECT document_index FROM worker WHERE id = $1 AND document_index IS NOT NULL UNION ALL SELECT identity_index FROM child WHERE id = $1`, o).Scan(&index)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			all[o] = index
		}
		return nil
	})
	return all, err
}

// People reports whether the registry has an open account.
func (s *Store) People(ctx context.Context) (any bool, err error) {
	err = s.outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM worker WHERE closed_on = '')`).Scan(&any)
	})
	return any, err
}
