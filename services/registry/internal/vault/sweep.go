package vault

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
)

const (
	// settleTime is how old a key must be before its owner is looked for: a
	// command that makes one ends long before.
	settleTime = time.Hour
	sweepPage  = 500
)

// Owners tells the vault whom the registry knows.
type Owners interface {
	// Missing returns those of the owners that never came to be.
	Missing(ctx context.Context, owners []string) ([]string, error)
	// Lookups gives the index that finds each of the owners whom the registry knows.
	Lookups(ctx context.Context, owners []string) (map[string][]byte, error)
	// Erased lists, a page after an owner, whose keys were destroyed for good.
	Erased(ctx context.Context, after string, limit int) ([]string, error)
	// CloseErased closes the accounts of owners whose keys were destroyed, where
	// the registry was restored to a time before and holds them open.
	CloseErased(ctx context.Context, owners []string) error
}

// Keep keeps the vault true until ctx ends. At the start it destroys again what
// was ever erased, since the vault may have been restored from a backup that is
// older than an erasure, and has the accounts closed again that a restored
// registry holds open. Then, and each hour, it sweeps.
func (v *Vault) Keep(ctx context.Context, owners Owners, log *slog.Logger) error {
	tick := time.NewTicker(settleTime)
	defer tick.Stop()
	v.running.Go(func() { v.keepFiled(ctx, log) })
	replayed := false
	for {
		_, err := v.FileKnown(ctx, owners) // before the sweep, which takes what is not filed
		if err == nil && !replayed {
			err = v.Replay(ctx, owners)
			replayed = err == nil
		}
		if err == nil {
			_, err = v.Sweep(ctx, owners)
		}
		if err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "person keys not swept", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Replay destroys every key that the registry has had erased, and every key on
// the vault's own list, and has their owners' accounts closed.
func (v *Vault) Replay(ctx context.Context, owners Owners) error {
	list, err := Erasures(ctx, v.db)
	if err != nil {
		return err
	}
	if err := v.Repeat(ctx, list); err != nil {
		return err
	}
	for page := range slices.Chunk(list, sweepPage) {
		ids := make([]string, 0, len(page))
		for _, e := range page {
			ids = append(ids, e.Owner)
		}
		if err := owners.CloseErased(ctx, ids); err != nil {
			return err
		}
	}
	after := ""
	for {
		page, err := owners.Erased(ctx, after, sweepPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, o := range page {
			if err := v.Destroy(ctx, o); err != nil {
				return err
			}
		}
		after = page[len(page)-1]
	}
}

// Sweep destroys the keys of owners that never came to be, because a crash or
// a lost race lay between the key and its row, and returns how many. Each key
// is looked at once: owners' ids grow with time. An owner who is filed came to
// be, whatever a registry that was restored to the past says.
func (v *Vault) Sweep(ctx context.Context, owners Owners) (swept int, err error) {
	before := v.clock.Now().Add(-settleTime).UnixMicro()
	for {
		var page []string
		err := v.db.View(ctx, func(tx *sqldb.Tx) (err error) {
			page, err = sqldb.Collect(tx, func(s sqldb.Scanner) (o string, err error) { return o, s.Scan(&o) },
				`SELECT owner FROM person_key WHERE owner > (SELECT position FROM sweep) AND made_at <= $1 AND lookup IS NULL ORDER BY owner LIMIT $2`, before, sweepPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return swept, err
		}
		gone, err := owners.Missing(ctx, page)
		if err != nil {
			return swept, err
		}
		err = v.db.Update(ctx, func(tx *sqldb.Tx) error {
			for _, o := range gone {
				if _, err := erase(tx, o); err != nil {
					return err
				}
			}
			_, err := tx.Exec(`UPDATE sweep SET position = $1`, page[len(page)-1])
			return err
		})
		if err != nil {
			return swept, err
		}
		swept += len(gone)
	}
}
