package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

const (
	// retries is how often a transaction runs again after a serialisation failure.
	retries = 5
	// poolSize keeps a service below the server's connection limit.
	poolSize = 16
	// abandoned is how long, in milliseconds, a transaction may wait for its
	// client's next statement. A process that froze or was cut off in the middle
	// of one would else keep its locks, and with them every other instance from
	// taking over a lease that ran out long ago. Nothing here waits for anybody
	// inside a transaction; it is no longer than a lease of relay or consume.
	abandoned = "3000"
)

type postgresEngine struct{ pool *sql.DB }

func openPostgres(ctx context.Context, url string) (*DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database: the postgres address cannot be read") // pgx's own text may hold the password
	}
	cfg.RuntimeParams["synchronous_commit"] = "on"
	cfg.RuntimeParams["idle_in_transaction_session_timeout"] = abandoned
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(poolSize)
	pool.SetMaxIdleConns(poolSize)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database: no answer from %s", cfg.Host), pool.Close())
	}
	return &DB{dialect: Postgres, engine: &postgresEngine{pool}, pool: pool}, nil
}

func (e *postgresEngine) update(ctx context.Context, fn func(*Tx) error) error {
	for attempt := 0; ; attempt++ {
		err := e.once(ctx, fn)
		if err == nil || !retryable(err) || attempt == retries {
			return err
		}
	}
}

// once runs a transaction. Its begin travels with the first statements that nobody
// waits for, and its commit with the last ones, so that neither is a round trip of its
// own where there are any.
func (e *postgresEngine) once(ctx context.Context, fn func(*Tx) error) error {
	conn, err := e.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // back to the pool, or away where its transaction is open
	// The deadline holds until a connection is free; from here the work runs to
	// its end, since a transaction rolls back with its context.
	own := context.WithoutCancel(ctx)
	begun := false
	t := &Tx{ctx: own, run: conn, dialect: Postgres, queue: []statement{{query: "begin"}}}
	t.send = func(all []statement) error {
		begun = true
		return sendBatch(own, conn, all)
	}
	err = protect(t, fn)
	if err == nil && t.sendError == nil && (begun || len(t.queue) > 1) {
		err = t.commit()
	} else if t.sendError != nil {
		err = errors.Join(t.sendError, err) // what came after it failed of it
	}
	if err != nil {
		if begun {
			_, _ = conn.ExecContext(own, "rollback") // where even that fails, the connection does not come back
		}
		return err
	}
	for _, f := range t.committed {
		f()
	}
	return nil
}

// commit sends what is queued and the commit.
func (t *Tx) commit() error {
	queued := len(t.queue)
	err := t.send(append(t.queue, statement{query: "commit"}))
	var at batchError
	switch {
	case err == nil || retryable(err):
		return err
	case errors.As(err, &at) && at.refused && at.statement < queued: // and so the commit was passed over
		return err
	default:
		return ErrUncertain.Because(err)
	}
}

// batchError says which of several statements failed, and whether PostgreSQL refused it.
type batchError struct {
	statement int
	refused   bool
	error
}

func (e batchError) Unwrap() error { return e.error }

// sendBatch runs statements in one round trip.
func sendBatch(ctx context.Context, conn *sql.Conn, all []statement) error {
	return conn.Raw(func(driver any) error {
		b := &pgx.Batch{}
		for _, s := range all {
			b.Queue(s.query, s.args...)
		}
		results := driver.(*stdlib.Conn).Conn().SendBatch(ctx, b)
		for i, s := range all {
			tag, err := results.Exec()
			if err == nil && s.query == "commit" && tag.String() != "COMMIT" {
				err = pgx.ErrTxCommitRollback // an earlier statement had failed, and its error was not returned
			}
			if err != nil {
				_, refused := errors.AsType[*pgconn.PgError](err)
				return batchError{i, refused, errors.Join(err, results.Close())}
			}
		}
		return results.Close()
	})
}

func (e *postgresEngine) view(ctx context.Context, fn func(*Tx) error) error {
	tx, err := e.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return err
	}
	err = protect(&Tx{ctx: ctx, run: tx, dialect: Postgres}, fn)
	return errors.Join(err, ignoreDone(tx.Rollback()))
}

func (e *postgresEngine) look(ctx context.Context, fn func(*Tx) error) error {
	return protect(&Tx{ctx: ctx, run: e.pool, dialect: Postgres, looks: before}, fn)
}

func (e *postgresEngine) close() error { return nil }

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
