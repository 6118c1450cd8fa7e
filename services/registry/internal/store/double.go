package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/table"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The tasks that find doubles: of a record that changed, whose id is the payload,
// and of the records that were there before likenesses were kept.
const (
	TaskLiken     = "registry.liken"
	TaskLikenOlds = "registry.liken_olds"
)

var likelyDoubles = table.New(table.Spec[domain.Double]{
	Table: "likely_double",
	Columns: func(d *domain.Double) []table.Column {
		return []table.Column{
			table.Key("id", &d.ID), table.Fixed("first_id", &d.First), table.Fixed("second_id", &d.Second), table.Fixed("grounds", table.Commas(&d.Grounds)),
			table.Changing("state", &d.State), table.Fixed("found_at", &d.FoundAt), table.Changing("decided_by", &d.DecidedBy),
			table.Changing("decided_at", &d.DecidedAt), table.Changing("reason_code", &d.Why),
		}
	},
	Unknown: domain.ErrDoubleUnknown,
})

// Alike lists who shares one of the likenesses; one that more than most share is
// passed over.
func (t *Tx) Alike(keys [][]byte, most int) (workers []string, err error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var query []string
	args := []any{most + 1}
	for i, k := range keys {
		query = append(query, fmt.Sprintf(`SELECT %d, worker FROM (SELECT worker FROM likeness WHERE key = $%d LIMIT $1) AS k%d`, i, i+2, i))
		args = append(args, k)
	}
	type shared struct {
		key    int
		worker string
	}
	all, err := sqldb.Collect(t.tx, func(s sqldb.Scanner) (v shared, err error) { return v, s.Scan(&v.key, &v.worker) }, strings.Join(query, " UNION ALL "), args...)
	if err != nil {
		return nil, err
	}
	many := make([]int, len(keys))
	for _, v := range all {
		many[v.key]++
	}
	for _, v := range all {
		if many[v.key] <= most {
			workers = append(workers, v.worker)
		}
	}
	slices.Sort(workers)
	return slices.Compact(workers), nil
}

// Sharing counts the others who share a likeness, up to most.
func (t *Tx) Sharing(key []byte, but string, most int) (n int, err error) {
	return n, t.tx.QueryRow(`SELECT count(*) FROM (SELECT 1 FROM likeness WHERE key = $1 AND worker <> $2 LIMIT $3) AS s`, key, but, most).Scan(&n)
}

// LockLikeness lets those come one after the other who keep one of these, so that
// of two records of one person that are made at once the later sees the other.
func (t *Tx) LockLikeness(keys [][]byte) error {
	if t.tx.Dialect() != sqldb.Postgres { // SQLite has one writer
		return nil
	}
	keys = slices.Clone(keys)
	slices.SortFunc(keys, bytes.Compare)
	for _, k := range keys {
		if err := t.tx.Lock(fmt.Sprintf("likeness %x", k)); err != nil {
			return err
		}
	}
	return nil
}

// KeepLikeness replaces a record's likenesses; a new record has none.
func (t *Tx) KeepLikeness(worker string, fresh bool, keys [][]byte) error {
	if !fresh {
		if err := t.forgetLikeness(worker); err != nil {
			return err
		}
	}
	for _, k := range keys {
		if err := t.tx.Queue(`INSERT INTO likeness (key, worker) VALUES ($1, $2) ON CONFLICT DO NOTHING`, k, worker); err != nil {
			return err
		}
	}
	return t.tx.Queue(`INSERT INTO likeness_of (worker, keys) VALUES ($1, $2) ON CONFLICT (worker) DO UPDATE SET keys = excluded.keys`, worker, bytes.Join(keys, nil))
}

// forgetLikeness deletes a record's likenesses by those that are noted beside it: an
// index by record would cost every registration as many rows again.
func (t *Tx) forgetLikeness(worker string) error {
	var noted []byte
	err := t.tx.QueryRow(`SELECT keys FROM likeness_of WHERE worker = $1`, worker).Scan(&noted)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	for k := range slices.Chunk(noted, domain.LikenessSize) {
		if err := t.tx.Queue(`DELETE FROM likeness WHERE key = $1 AND worker = $2`, k, worker); err != nil {
			return err
		}
	}
	return t.tx.Queue(`DELETE FROM likeness_of WHERE worker = $1`, worker)
}

// KeepDouble keeps a pair, once; what was decided of it stays.
func (t *Tx) KeepDouble(d domain.Double) error {
	_, err := likelyDoubles.Add(context.Background(), t.outbox, t.tx, d)
	return err
}

// Double loads and locks a pair, or returns ErrDoubleUnknown.
func (t *Tx) Double(id string) (domain.Double, error) { return likelyDoubles.Load(t.tx, id) }

// Doubles lists pairs of which one is of the counties that the divisions cover, newest
// first, before an id. Records that were joined are one, and no pair; nor is a closed one.
func (t *Tx) Doubles(counties, state, before string, limit int) ([]domain.Double, error) {
	return likelyDoubles.List(t.tx, `WHERE state = $1 AND ($2 = '' OR id < $2)
		AND EXISTS (SELECT 1 FROM worker w WHERE (w.id = likely_double.first_id OR w.id = likely_double.second_id) AND `+sqldb.Within("w.county", 3)+`)
		AND NOT EXISTS (SELECT 1 FROM worker w WHERE (w.id = likely_double.first_id OR w.id = likely_double.second_id) AND w.closed_on <> '')
		AND NOT EXISTS (SELECT 1 FROM same s WHERE s.worker = likely_double.first_id AND s.other = likely_double.second_id)
		ORDER BY id DESC LIMIT $4`, state, before, counties, limit)
}

// SaveDouble writes what was decided of a pair.
func (t *Tx) SaveDouble(d domain.Double) error {
	written, err := likelyDoubles.PutWhere(t.tx, `likely_double.state <> excluded.state`, d)
	if err == nil && !written {
		return outbox.ErrStale
	}
	return err
}

// LikenLater has a record's likenesses kept anew, and doubles looked for, by a task.
func (t *Tx) LikenLater(ctx context.Context, worker string) error {
	return t.tasks.Add(ctx, t.tx, TaskLiken, []byte(worker), time.Time{})
}

// LikenOlds has the records looked through that were there before likenesses were
// kept, where that is not done and there are any.
func (s *Store) LikenOlds(ctx context.Context) error {
	return s.outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		var done, any bool
		if err := tx.QueryRow(`SELECT done <> 0, EXISTS (SELECT 1 FROM worker) FROM likeness_fill`).Scan(&done, &any); err != nil || done {
			return err
		}
		if !any {
			return s.In(tx).Likened(ctx, "")
		}
		return s.tasks.Add(ctx, tx, TaskLikenOlds, []byte{}, time.Time{})
	})
}

// Unlikened lists open accounts after the place where the look through those of
// before stands, and whether it is at its end.
func (t *Tx) Unlikened(limit int) (workers []string, err error) {
	return sqldb.Collect(t.tx, func(s sqldb.Scanner) (id string, err error) { return id, s.Scan(&id) },
		`SELECT id FROM worker WHERE id > (SELECT position FROM likeness_fill) AND closed_on = '' ORDER BY id LIMIT $1`, limit)
}

// Likened moves that place on; "" is its end. What is left is another task's.
func (t *Tx) Likened(ctx context.Context, last string) error {
	if last == "" {
		_, err := t.tx.Exec(`UPDATE likeness_fill SET done = 1`)
		return err
	}
	if _, err := t.tx.Exec(`UPDATE likeness_fill SET position = $1 WHERE position < $1`, last); err != nil {
		return err
	}
	return t.tasks.Add(ctx, t.tx, TaskLikenOlds, []byte{}, time.Time{})
}
