package vault

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Erasure is an entry of the list of erasures: whose key was destroyed, and when.
type Erasure struct {
	Owner string
	At    time.Time
}

// Erasures reads the list of erasures of a key database. What the sweep took
// is not on it: those owners never came to be.
func Erasures(ctx context.Context, db *sqldb.DB) (all []Erasure, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (e Erasure, err error) {
			var at int64
			err = s.Scan(&e.Owner, &at)
			e.At = sqldb.Time(at)
			return e, err
		}, `SELECT owner, erased_at FROM erased ORDER BY owner`)
		return err
	})
	return all, err
}

// Repeat destroys every key on a list of erasures, which a vault restored from
// an older backup may hold again.
func (v *Vault) Repeat(ctx context.Context, list []Erasure) error {
	for _, e := range list {
		if err := v.destroy(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// Opens returns crypt.ErrOpen where a key database was made under another
// master key. It looks at one key, since a platform has one master key.
func Opens(ctx context.Context, db *sqldb.DB, m *crypt.Master) error {
	var wrapped []byte
	err := db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT wrapped FROM person_key ORDER BY owner LIMIT 1`).Scan(&wrapped)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = m.Unwrap(wrapped)
	return err
}
