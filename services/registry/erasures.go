package registry

import (
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
	"github.com/qiao-platform/qiao/services/registry/internal/vault"
)

// Erasure says whose key was destroyed, or is to be, and when. A restored
// backup is held against the list of them.
type Erasure struct {
	Owner string    `json:"owner"`
	At    time.Time `json:"erased_at"`
}

// Erasures reads the list of erasures of a key database.
func Erasures(ctx context.Context, keys *sqldb.DB) (all []Erasure, err error) {
	list, err := vault.Erasures(ctx, keys)
	for _, e := range list {
		all = append(all, Erasure(e))
	}
	return all, err
}

// AskedErasures reads from the registry's database which erasures accounts that
// were closed ask for. Their keys may still be waiting to be destroyed.
func AskedErasures(ctx context.Context, db *sqldb.DB) (all []Erasure, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (e Erasure, err error) {
			var at int64
			err = s.Scan(&e.Owner, &at)
			e.At = sqldb.Time(at)
			return e, err
		}, store.QueryErasures)
		return err
	})
	return all, err
}

// RepeatErasures destroys again the keys on a list, which a key database from
// an older backup may hold.
func RepeatErasures(ctx context.Context, address string, list []Erasure) (err error) {
	v, err := vault.Open(ctx, address, nil, clock.System()) // no key is opened
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	all := make([]vault.Erasure, 0, len(list))
	for _, e := range list {
		all = append(all, vault.Erasure(e))
	}
	return v.Repeat(ctx, all)
}

// KeyDatabase is what the database of people's keys is called in its record of origin.
const KeyDatabase = vault.Name

// OpensKeys reports whether a master key opens the keys of a key database; one
// that holds none says nothing.
func OpensKeys(ctx context.Context, keys *sqldb.DB, m *crypt.Master) error {
	return vault.Opens(ctx, keys, m)
}
