package sqldb

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations
var platform embed.FS

// Migrate brings the platform's tables (events, channels, cursors, parked
// events, idempotency keys, tasks, evidence) and then the service's own to the
// newest version. files holds migrations/{sqlite,postgres}/NNNN_name.sql with
// the same numbers in both. It may run again at any time.
func (d *DB) Migrate(ctx context.Context, files fs.FS) error {
	if err := d.migrate(ctx, "platform_version", platform); err != nil {
		return fmt.Errorf("platform tables: %w", err)
	}
	if files == nil {
		return nil
	}
	if err := d.migrate(ctx, "service_version", files); err != nil {
		return fmt.Errorf("service tables: %w", err)
	}
	return nil
}

func (d *DB) migrate(ctx context.Context, table string, files fs.FS) error {
	sub, err := fs.Sub(files, "migrations/"+string(d.dialect))
	if err != nil {
		return err
	}
	dialect := database.DialectSQLite3
	if d.dialect == Postgres {
		dialect = database.DialectPostgres
	}
	store, err := database.NewStore(dialect, table)
	if err != nil {
		return err
	}
	steps, err := steps(sub)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider("", d.pool, nil, goose.WithStore(store), goose.WithGoMigrations(steps...), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	unlock, err := d.alone(ctx, table)
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return errors.Join(err, unlock())
}

// steps are the files of a folder, each one step that is done wholly or not at
// all. A file goes to the database as it stands, since both take many statements
// at once: goose's own reader takes four megabytes of memory for each line.
func steps(folder fs.FS) (all []*goose.Migration, err error) {
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		number, err := goose.NumericComponent(name)
		if err != nil {
			return nil, err
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		all = append(all, goose.NewGoMigration(number, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, string(text)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		}}, nil))
	}
	return all, nil
}

// alone waits until no other instance of the service migrates the same tables.
// SQLite's file has one process anyway.
func (d *DB) alone(ctx context.Context, table string) (unlock func() error, err error) {
	if d.dialect != Postgres {
		return func() error { return nil }, nil
	}
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(hashtextextended(current_schema() || '.' || $1, 0))`, table); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtextextended(current_schema() || '.' || $1, 0))`, table)
		return errors.Join(err, conn.Close())
	}, nil
}
