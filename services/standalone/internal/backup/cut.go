package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

const (
	// holdAtMost bounds how long writers wait for the cut; they themselves
	// would give up after ten seconds.
	holdAtMost = 2 * time.Second
	attempts   = 15
	// lookAgain is short, since a busy writer leaves the lock for moments only.
	lookAgain = 100 * time.Microsecond
	pause     = 300 * time.Millisecond
)

var errBusy = errors.New("the platform is too busy for all its databases to be stopped for an instant; try again")

// cut holds a snapshot of each of several databases, all of one instant.
type cut struct {
	at      time.Time
	held    time.Duration
	pools   []*sql.DB
	writers []*sql.Conn
	readers map[string]*sql.Conn
}

// takeCut stops every database's writer for the instant in which the snapshots
// are opened. Nothing is committed while all are stopped, so that no reader of
// events is farther in its copy than the publisher is in its own.
func takeCut(ctx context.Context, dir string, names []string) (c *cut, err error) {
	c = &cut{readers: map[string]*sql.Conn{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	for _, name := range names {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err != nil {
			return c, fmt.Errorf("%s is no whole platform: %w", dir, err)
		}
		pool, err := sql.Open("sqlite", address(path, "rw"))
		if err != nil {
			return c, err
		}
		c.pools = append(c.pools, pool)
		w, err := pool.Conn(ctx)
		if err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
		c.writers = append(c.writers, w)
		r, err := pool.Conn(ctx)
		if err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
		c.readers[name] = r
	}
	for range attempts {
		err = c.freeze(ctx, names)
		if !busy(err) {
			return c, err
		}
		if err := wait(ctx, pause); err != nil {
			return c, err
		}
	}
	return c, errBusy
}

// freeze locks all, opens the snapshots, and lets go.
func (c *cut) freeze(ctx context.Context, names []string) (err error) {
	started := time.Now()
	begun := started
	locked := 0
	defer func() {
		for _, w := range c.writers[:locked] {
			_, e := w.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // nothing was written
			err = errors.Join(err, e)
		}
		c.held = time.Since(begun)
		if err != nil {
			for _, r := range c.readers {
				_, _ = r.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // it may not have begun
			}
		}
	}()
	for _, w := range c.writers {
		for {
			_, err := w.ExecContext(ctx, "BEGIN IMMEDIATE")
			if err == nil {
				break
			}
			if !busy(err) || time.Since(begun) > holdAtMost || time.Since(started) > 2*holdAtMost {
				return err
			}
			if locked == 0 {
				begun = time.Now() // nobody waits for us yet
			}
			if err := wait(ctx, lookAgain); err != nil {
				return err
			}
		}
		locked++
	}
	c.at = time.Now().UTC()
	for _, name := range names {
		if _, err := c.readers[name].ExecContext(ctx, "BEGIN"); err != nil {
			return err
		}
		var n int // the snapshot is of the first read, not of BEGIN
		if err := c.readers[name].QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`).Scan(&n); err != nil {
			return err
		}
	}
	return nil
}

// copyTo copies a snapshot into a new file and lets the snapshot go. SQLite's
// backup reads through the connection's own transaction, so that it copies what
// that sees and not what was committed since.
func (c *cut) copyTo(ctx context.Context, name, to string) error {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	r := c.readers[name]
	err = r.Raw(func(conn any) error {
		source, ok := conn.(interface {
			NewBackup(string) (*sqlite.Backup, error)
		})
		if !ok {
			return errors.New("the database driver cannot copy")
		}
		b, err := source.NewBackup(address(to, "rw"))
		if err != nil {
			return err
		}
		for more := true; more && err == nil; {
			if more, err = b.Step(pagesAtOnce); err == nil {
				err = ctx.Err()
			}
		}
		return errors.Join(err, b.Finish())
	})
	_, e := r.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	if err := errors.Join(err, e); err != nil {
		return fmt.Errorf("copy %s: %w", name, err)
	}
	return errors.Join(syncPath(to), syncPath(filepath.Dir(to)))
}

// pagesAtOnce lets a copy be interrupted; between steps the snapshot stays.
const pagesAtOnce = 4096

func (c *cut) close() error {
	var errs []error
	for _, w := range c.writers {
		errs = append(errs, w.Close())
	}
	for _, r := range c.readers {
		errs = append(errs, r.Close())
	}
	for _, p := range c.pools {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

func address(path, mode string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{"mode": {mode}, "_pragma": {"busy_timeout(0)"}}.Encode()
}

func busy(err error) bool {
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlitelib.SQLITE_BUSY
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
