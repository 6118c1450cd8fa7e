package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// errBusy says that the log of the key database could not be folded back; the
// erased key may still stand in it, so the erasure is tried again.
var errBusy = errs.New(errs.Unavailable, "registry.vault.busy", "The erased key is still in the database's log; it will be tried again.")

// foldPause is how long to wait where the log is being read or folded back.
const foldPause = 20 * time.Millisecond

// overwriteDeleted has SQLite overwrite what it deletes. The setting belongs to
// the writer's connection, which lives as long as the database is open.
// PostgreSQL has no such setting: there an erased key's old version goes with
// the next vacuum of its page.
func (v *Vault) overwriteDeleted(ctx context.Context) error {
	if v.db.Dialect() != sqldb.SQLite {
		return nil
	}
	return v.db.Update(ctx, func(tx *sqldb.Tx) error {
		var on int
		if err := tx.QueryRow(`PRAGMA secure_delete = ON`).Scan(&on); err != nil {
			return err
		}
		if on != 1 {
			return errors.New("the database does not overwrite what it deletes")
		}
		return nil
	})
}

// foldBack writes SQLite's log into the file and empties it, because the log
// keeps the page that held an erased key. It needs a connection of its own: the
// others are always within a transaction.
func (v *Vault) foldBack(ctx context.Context) (err error) {
	if v.db.Dialect() != sqldb.SQLite {
		return nil
	}
	q := url.Values{"_pragma": {"busy_timeout(5000)"}}
	c, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(v.address, "sqlite:")+"?"+q.Encode())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	v.folding.Lock() // SQLite refuses a second one at once, without waiting
	defer v.folding.Unlock()
	for {
		var busy, inLog, moved int
		if err := c.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &inLog, &moved); err != nil {
			return fmt.Errorf("fold back the key database's log: %w", err)
		}
		if busy == 0 {
			return nil
		}
		select { // the writer may be folding back by itself
		case <-ctx.Done():
			return errBusy.Because(ctx.Err())
		case <-time.After(foldPause):
		}
	}
}

// ownKey is the condition that a wrapped key begins with a master key's id.
func ownKey(d sqldb.Dialect) string {
	if d == sqldb.Postgres {
		return `substring(wrapped FROM 1 FOR 8) = $1`
	}
	return `substr(wrapped, 1, 8) = $1`
}
