package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// remembered is how long at most a session that was found live is not looked at
// again, within one minute of the clock. The time of its last use is no older.
const remembered = time.Minute

// Check says whether a session is live, and notes that it is used. What is remembered
// answers only at the newest number of what was revoked, else the session's row.
func (a *App) Check(ctx context.Context, secret string) (id string, number int64, err error) {
	hash := hashOf(secret)
	now, err := a.RevokedNow(ctx)
	if err != nil {
		return "", 0, err
	}
	if a.Memory != nil {
		if r, found := a.Memory.Recall(ctx, hash); found && r.Revoked == now {
			return r.ID, r.Number, nil
		}
	}
	one, err := a.CheckStored(ctx, hash)
	if err != nil {
		return "", 0, err
	}
	if a.Memory != nil && one.IdleAt().Sub(a.Clock.Now()) > remembered {
		a.Memory.Remember(ctx, hash, Remembered{one.ID, one.Number, now})
	}
	return one.ID, one.Number, nil
}

// CheckStored is Check by the session's row.
func (a *App) CheckStored(ctx context.Context, hash []byte) (one domain.Session, err error) {
	now := a.Clock.Now()
	if err = a.Data.Glance(ctx, func(s Store) error {
		one, err = s.SessionByHash(hash)
		return err
	}); err != nil {
		return one, err
	}
	if err := one.Live(now); err != nil {
		return one, err
	}
	touched, changed := one.Touch(now)
	if !changed {
		return one, nil
	}
	return touched, a.touch(ctx, touched)
}
