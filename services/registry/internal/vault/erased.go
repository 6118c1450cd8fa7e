package vault

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/origin"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
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

// Opens returns origin.ErrOtherKey where a key database was made under another
// master key. Where keys of several master keys lie in it, because a version
// before made a new one over a lost one, it is the key that opens a fair part.
func Opens(ctx context.Context, db *sqldb.DB, m *crypt.Master) error {
	var wrapped []byte
	var own, all int64
	err := db.View(ctx, func(tx *sqldb.Tx) error {
		if err := tx.QueryRow(`SELECT count(*), count(CASE WHEN `+ownKey(tx.Dialect())+` THEN 1 END) FROM person_key`, m.WrapID()).Scan(&all, &own); err != nil || own == 0 {
			return err
		}
		return tx.QueryRow(`SELECT wrapped FROM person_key WHERE `+ownKey(tx.Dialect())+` ORDER BY owner LIMIT 1`, m.WrapID()).Scan(&wrapped)
	})
	if err != nil || all == 0 {
		return err
	}
	if own*fairPart < all {
		return origin.ErrOtherKey.With("given", m.Fingerprint()).With("opens", strconv.FormatInt(own, 10)).With("of", strconv.FormatInt(all, 10))
	}
	if _, err := m.Unwrap(wrapped); err != nil {
		return origin.ErrOtherKey.With("given", m.Fingerprint()).Because(err)
	}
	return nil
}

// fairPart is the part of the keys, one in so many, that the right master key
// opens at least.
const fairPart = 4

// recognise holds the key database against who opens it. One of a version
// before the record is entered once the master key has opened a key of it; an
// empty one when the registry is known to be empty too, by Begin.
func (v *Vault) recognise(ctx context.Context) error {
	o, err := origin.Of(ctx, v.db)
	if err != nil {
		return err
	}
	if err := o.Check(Name, v.master); err != nil || o.State != origin.None || v.master == nil {
		return err
	}
	if holds, err := v.Holds(ctx); err != nil || !holds {
		return err
	}
	if err := Opens(ctx, v.db, v.master); err != nil {
		return err
	}
	return v.Begin(ctx, false)
}

// Begin records whose the keys are. people says that the registry knows people:
// then a vault that was never begun is a lost one, and is refused.
func (v *Vault) Begin(ctx context.Context, people bool) error {
	if people {
		if o, err := origin.Of(ctx, v.db); err != nil || o.State == origin.None {
			return errors.Join(err, domain.ErrKeysLost)
		}
	}
	return origin.Begin(ctx, v.db, Name, v.master, v.clock.Now())
}
