// Package vault keeps the key of every person in a database of its own, apart
// from what the keys seal, so that erasing a key erases what it covered, copies
// of the registry in backups included.
package vault

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Name is what the key database is called in its record of origin.
const Name = "person-keys"

// Migrations holds the vault's tables.
//
//go:embed migrations
var Migrations embed.FS

// Vault keeps persons' keys, wrapped under the master key. It implements app.Vault.
type Vault struct {
	db      *sqldb.DB
	master  *crypt.Master
	clock   clock.Clock
	address string
	spares  chan spare
	unfiled chan entry
	filling sync.Mutex // held by who makes spares
	folding sync.Mutex // held by who folds back the log
	running sync.WaitGroup
}

// Open opens the key database at address and brings its tables up to date.
func Open(ctx context.Context, address string, m *crypt.Master, c clock.Clock) (*Vault, error) {
	db, err := sqldb.Open(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("person keys: %w", err)
	}
	v := &Vault{db: db, master: m, clock: c, address: address, spares: make(chan spare, sparesMax), unfiled: make(chan entry, filedMax)}
	if err := db.Migrate(ctx, Migrations); err != nil {
		return nil, errors.Join(fmt.Errorf("person keys: %w", err), db.Close())
	}
	if err := v.recognise(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("person keys: %w", err), db.Close())
	}
	if err := v.overwriteDeleted(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("person keys: %w", err), db.Close())
	}
	return v, nil
}

// Close waits for keys that are being made, files who still waits for it, and
// closes the key database.
func (v *Vault) Close() error {
	v.running.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), refillTime)
	defer cancel()
	var err error
	for err == nil {
		select {
		case e := <-v.unfiled:
			err = v.fileWaiting(ctx, e)
			continue
		default:
		}
		break
	}
	return errors.Join(err, v.db.Close())
}

// Trouble is why the key database does not take what is written, and since when.
func (v *Vault) Trouble() (code string, since time.Time) { return v.db.Trouble() }

// Index is a keyed hash by which a value is found without being readable.
func (v *Vault) Index(domain, value string) []byte { return v.master.BlindIndex(domain, value) }

// Key returns an owner's key, or domain.ErrWorkerClosed where it was destroyed.
func (v *Vault) Key(ctx context.Context, owner string) (app.Key, error) {
	var wrapped []byte
	err := v.db.Look(ctx, func(tx *sqldb.Tx) error {
		err := tx.QueryRow(`SELECT wrapped FROM person_key WHERE owner = $1`, owner).Scan(&wrapped)
		if errors.Is(err, sql.ErrNoRows) {
			return domain.ErrWorkerClosed
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return v.master.Unwrap(wrapped)
}

// Keys returns the keys of many owners, by owner, without those that were destroyed.
func (v *Vault) Keys(ctx context.Context, owners []string) (map[string]app.Key, error) {
	if len(owners) == 0 {
		return nil, nil
	}
	type one struct {
		owner   string
		wrapped []byte
	}
	marks, args := sqldb.In(owners)
	var all []one
	err := v.db.Look(ctx, func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (o one, err error) { return o, s.Scan(&o.owner, &o.wrapped) },
			`SELECT owner, wrapped FROM person_key WHERE owner IN (`+marks+`)`, args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	keys := make(map[string]app.Key, len(all))
	for _, o := range all {
		if keys[o.owner], err = v.master.Unwrap(o.wrapped); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// Destroy erases an owner's key for good and enters the owner into the list of
// erasures, which is what a restored backup is held against. Destroying it
// again, or what never was, is no error.
func (v *Vault) Destroy(ctx context.Context, owner string) error {
	return v.destroy(ctx, Erasure{owner, v.clock.Now()})
}

func (v *Vault) destroy(ctx context.Context, e Erasure) error {
	var had bool
	err := v.db.Update(ctx, func(tx *sqldb.Tx) (err error) {
		if had, err = erase(tx, e.Owner); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO erased (owner, erased_at) VALUES ($1, $2) ON CONFLICT (owner) DO NOTHING`, e.Owner, e.At.UnixMicro())
		return err
	})
	if err != nil || !had {
		return err
	}
	return v.foldBack(ctx)
}

// erase overwrites a key, and what finds its owner, before it deletes it, so that what is freed holds
// nothing even where the database keeps deleted bytes.
func erase(tx *sqldb.Tx, owner string) (bool, error) {
	var size, found int
	err := tx.QueryRow(`SELECT length(wrapped), coalesce(length(lookup), 0) FROM person_key WHERE owner = $1`, owner).Scan(&size, &found)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := tx.Exec(`UPDATE person_key SET wrapped = $1, lookup = $2 WHERE owner = $3`, make([]byte, size), make([]byte, found), owner); err != nil {
		return false, err
	}
	_, err = tx.Exec(`DELETE FROM person_key WHERE owner = $1`, owner)
	return true, err
}
