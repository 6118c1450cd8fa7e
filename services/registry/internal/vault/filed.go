package vault

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
)

const (
	// filedMax is how many owners wait to be filed; more are found by the next
	// look through the vault.
	filedMax  = 4096
	filedPage = 500
)

// entry is an owner who came to be, and the blind index that finds it.
type entry struct {
	owner  string
	lookup []byte
}

// File keeps beside an owner's key the index that finds the owner, once the
// registry has the owner durably. It does not wait: a registration costs one
// commit, and what a crash leaves unfiled is filed at the next start.
func (v *Vault) File(owner string, lookup []byte) {
	select {
	case v.unfiled <- entry{owner, lookup}:
	default:
	}
}

// Refile is File for an owner whom another index finds now. It waits, since nobody
// files it a second time.
func (v *Vault) Refile(ctx context.Context, owner string, lookup []byte) error {
	return v.file(ctx, []entry{{owner, lookup}})
}

// Owner finds who is filed under an index, with the key: somebody whom a
// registry that was lost knew. found is false where nobody is.
func (v *Vault) Owner(ctx context.Context, lookup []byte) (owner string, k app.Key, found bool, err error) {
	var wrapped []byte
	err = v.db.Look(ctx, func(tx *sqldb.Tx) error {
		// An account that was closed and whose key is still to go may stand beside
		// the newer one of the same person; ids grow with time.
		return tx.QueryRow(`SELECT owner, wrapped FROM person_key WHERE lookup = $1 ORDER BY owner DESC LIMIT 1`, lookup).Scan(&owner, &wrapped)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil, false, nil
	}
	if err != nil {
		return "", nil, false, err
	}
	k, err = v.master.Unwrap(wrapped)
	return owner, k, err == nil, err
}

// keepFiled files those who come to be, many in one transaction, until ctx ends.
func (v *Vault) keepFiled(ctx context.Context, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-v.unfiled:
			if err := v.fileWaiting(ctx, e); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "owners not filed beside their keys", "error", err)
			}
		}
	}
}

func (v *Vault) fileWaiting(ctx context.Context, first entry) error {
	all := []entry{first}
	for len(all) < filedPage {
		select {
		case e := <-v.unfiled:
			all = append(all, e)
			continue
		default:
		}
		break
	}
	return v.file(ctx, all)
}

func (v *Vault) file(ctx context.Context, all []entry) error {
	return v.db.Update(ctx, func(tx *sqldb.Tx) error {
		for _, e := range all {
			if err := tx.Queue(`UPDATE person_key SET lookup = $1 WHERE owner = $2`, e.lookup, e.owner); err != nil {
				return err
			}
		}
		return nil
	})
}

// FileKnown files every owner whom the registry knows and the vault has not
// filed: those of a version before, and those whom a crash left. It returns how
// many there were.
func (v *Vault) FileKnown(ctx context.Context, owners Owners) (filed int, err error) {
	after := ""
	for {
		var page []string
		err := v.db.View(ctx, func(tx *sqldb.Tx) (err error) {
			page, err = sqldb.Collect(tx, func(s sqldb.Scanner) (o string, err error) { return o, s.Scan(&o) },
				`SELECT owner FROM person_key WHERE lookup IS NULL AND owner > $1 ORDER BY owner LIMIT $2`, after, filedPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return filed, err
		}
		lookups, err := owners.Lookups(ctx, page)
		if err != nil {
			return filed, err
		}
		var all []entry
		for owner, lookup := range lookups {
			all = append(all, entry{owner, lookup})
		}
		if len(all) > 0 {
			if err := v.file(ctx, all); err != nil {
				return filed, err
			}
		}
		filed, after = filed+len(all), page[len(page)-1]
	}
}

// Holds reports whether the vault has anybody's key.
func (v *Vault) Holds(ctx context.Context) (any bool, err error) {
	err = v.db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM person_key)`).Scan(&any)
	})
	return any, err
}
