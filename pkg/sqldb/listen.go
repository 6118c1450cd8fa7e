package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Notify wakes who listens to a name, in every process that has the database
// open. It is a hint, apart from any transaction: PostgreSQL commits those that
// notify one after the other. A SQLite file has no other process.
func (d *DB) Notify(ctx context.Context, name string) error {
	if d.dialect != Postgres {
		return nil
	}
	_, err := d.pool.ExecContext(ctx, `SELECT pg_notify($1, '')`, name)
	return err
}

// Listen calls heard for each Notify of a name, and once when it has begun to
// listen: what came before may have been missed. It returns when ctx ends or its
// connection breaks.
func (d *DB) Listen(ctx context.Context, name string, heard func()) error {
	if d.dialect != Postgres {
		<-ctx.Done()
		return nil
	}
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return err
	}
	err = conn.Raw(func(c any) error {
		listener := c.(*stdlib.Conn).Conn()
		_, err := listener.Exec(ctx, "LISTEN "+pgx.Identifier{name}.Sanitize())
		for err == nil {
			heard()
			_, err = listener.WaitForNotification(ctx)
		}
		return errors.Join(driver.ErrBadConn, err) // one that listens does not go back to the pool
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}
