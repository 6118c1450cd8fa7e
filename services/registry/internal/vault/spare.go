package vault

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
)

const (
	// sparesMax is how many keys are kept ready, and sparesLow when more are
	// made: an import then waits for one commit a person, not for two.
	sparesMax = 512
	sparesLow = 256
	// spareLife is how long a spare key may be used. It is far below
	// settleTime, so that the sweep never takes a key that is about to be used.
	spareLife = 10 * time.Minute
	// refillTime bounds one refill.
	refillTime = 10 * time.Second
)

// spare is a key that is kept durably already and has no owner yet. One that
// never gets an owner, because the process ends, is swept like any other.
type spare struct {
	owner string
	key   crypt.PersonKey
	made  time.Time
}

// NewKey gives a new owner's id and key. Where no spare is ready the caller
// makes one and waits until it is durable.
func (v *Vault) NewKey(ctx context.Context) (string, app.Key, error) {
	v.refill(ctx)
	for {
		select {
		case s := <-v.spares:
			if v.clock.Now().Sub(s.made) < spareLife {
				return s.owner, s.key, nil
			}
			continue
		default:
		}
		all, err := v.create(ctx, 1)
		if err != nil {
			return "", nil, err
		}
		return all[0].owner, all[0].key, nil
	}
}

// refill makes spares beside its caller, unless there are enough or somebody
// does it already. Where it fails, callers make their own and meet the reason.
func (v *Vault) refill(ctx context.Context) {
	if len(v.spares) > sparesLow || !v.filling.TryLock() {
		return
	}
	v.running.Go(func() {
		defer v.filling.Unlock()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refillTime)
		defer cancel()
		all, _ := v.create(ctx, sparesMax-len(v.spares))
		for _, s := range all {
			v.spares <- s // there is room: only one refill runs at a time
		}
	})
}

// create makes n keys and returns when they are durable.
func (v *Vault) create(ctx context.Context, n int) ([]spare, error) {
	all, wrapped := make([]spare, n), make([][]byte, n)
	now := v.clock.Now()
	for i := range all {
		var err error
		all[i].owner, all[i].made = ident.NewID(), now
		if wrapped[i], all[i].key, err = v.master.NewPersonKey(); err != nil {
			return nil, err
		}
	}
	err := v.db.Update(ctx, func(tx *sqldb.Tx) error {
		for i, s := range all {
			if _, err := tx.Exec(`INSERT INTO person_key (owner, wrapped, made_at) VALUES ($1, $2, $3)`, s.owner, wrapped[i], now.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
