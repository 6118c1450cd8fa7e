package task

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// ErrNoTask is the error for a task that was not given up, or not any more.
var ErrNoTask = errs.New(errs.NotFound, "task.not_given_up", "This task was not given up, or somebody has begun it again already.")

// hopeless is an error that no further try can mend.
type hopeless struct{ cause error }

func (h hopeless) Error() string { return h.cause.Error() }
func (h hopeless) Unwrap() error { return h.cause }

// Hopeless says of a handler's error that trying again is of no use: the task
// is given up at once, for that reason. Where nothing is left to be done, and
// nobody need know, the handler returns nil instead.
func Hopeless(cause error) error { return hopeless{cause} }

// over reports whether a task that failed has been tried for long enough.
func over(i item, now time.Time, cause error) bool {
	if _, ok := errors.AsType[hopeless](cause); ok {
		return true
	}
	bound := awayFor
	switch errs.KindOf(cause) {
	case errs.Invalid, errs.Unauthenticated, errs.Denied, errs.NotFound, errs.Conflict:
		bound = refusedFor
	}
	return i.attempts >= leastTries && now.Sub(sqldb.Time(i.since)) >= bound
}

// giveUp sets a task aside with its reason, where people see it.
func (q *Queue) giveUp(ctx context.Context, tx *sqldb.Tx, i item, now time.Time, cause error) error {
	why := errs.From(cause)
	tx.OnCommit(func() {
		q.gaveUp(ctx, 1)
		q.log.ErrorContext(ctx, "task given up", "kind", i.kind, "task", i.id, "attempts", i.attempts, "error", cause)
	})
	if _, err := tx.Exec(`INSERT INTO task_given_up (id, kind, payload, origin, attempts, failing_since, code, text, given_up_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, i.id, i.kind, i.payload, i.origin, i.attempts, i.since, why.Code, why.Text, now.UnixMicro()); err != nil {
		return err
	}
	_, err := tx.Exec(`DELETE FROM task WHERE id = $1`, i.id)
	return err
}

// GivenUp is a task that was given up.
type GivenUp struct {
	ID, Kind, Code, Text string
	Attempts             int
	FailingSince, At     time.Time
}

// GivenUp lists the tasks that were given up, the newest first, and counts all.
func (q *Queue) GivenUp(ctx context.Context, limit int) (all []GivenUp, total int64, err error) {
	err = q.db.View(ctx, func(tx *sqldb.Tx) error {
		if err := tx.QueryRow(`SELECT count(*) FROM task_given_up`).Scan(&total); err != nil || total == 0 || limit == 0 {
			return err
		}
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (g GivenUp, err error) {
			var since, at int64
			err = s.Scan(&g.ID, &g.Kind, &g.Code, &g.Text, &g.Attempts, &since, &at)
			g.FailingSince, g.At = sqldb.Time(since), sqldb.Time(at)
			return g, err
		}, `SELECT id, kind, code, text, attempts, failing_since, given_up_at FROM task_given_up ORDER BY given_up_at DESC, id LIMIT $1`, limit)
		return err
	})
	return all, total, err
}

// Retry begins tasks again that were given up: the one of an id, or with ""
// all. It returns how many, or ErrNoTask where there is none of that id.
func (q *Queue) Retry(ctx context.Context, id string) (n int64, err error) {
	err = q.db.Update(ctx, func(tx *sqldb.Tx) error {
		n, err = tx.Exec(`INSERT INTO task (id, kind, payload, due_at, attempts, origin, soon, failing_since)
			SELECT id, kind, payload, CAST($1 AS BIGINT), 0, origin, 1, 0 FROM task_given_up WHERE CAST($2 AS TEXT) = '' OR id = $2`, q.clock.Now().UnixMicro(), id)
		if err != nil {
			return err
		}
		if n == 0 && id != "" {
			return ErrNoTask
		}
		_, err = tx.Exec(`DELETE FROM task_given_up WHERE CAST($1 AS TEXT) = '' OR id = $1`, id)
		tx.OnCommit(q.signal)
		return err
	})
	return n, err
}
