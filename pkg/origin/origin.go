// Package origin keeps in each database whose it is: which service's, which
// platform's and under which master key. A database is never taken for another
// one's, a wrong key never writes into it, and one that is empty is known to be
// new, or lost, before anything is written into it.
package origin

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Errors of this package.
var (
	ErrOtherKey     = errs.New(errs.Invalid, "origin.other_key", "The database was written under another master key than the one given. Bring back the database's own key; nothing was changed.")
	ErrOtherService = errs.New(errs.Invalid, "origin.other_service", "The database belongs to another service than the one started with it. Check the addresses; nothing was changed.")
	// ErrReason refuses to declare what a database is without saying why and who.
	ErrReason = errs.New(errs.Invalid, "origin.reason", "Say why, and who says it; both are kept.")
	// ErrNotHeld refuses to declare the beginning of a database that has begun.
	ErrNotHeld = errs.New(errs.Conflict, "origin.begun", "The database is at work; nothing waits for a word about it.")
)

// State is how far a database is on its way into service.
type State string

// The states.
const (
	None     State = ""         // nothing is on record: the database is empty, or of a version before this record
	Declared State = "declared" // an operator said that it begins anew; the service has not begun yet
	Begun    State = "begun"
)

// Origin is a database's record.
type Origin struct {
	Service, Platform, Fingerprint string
	State                          State
	Reason, Officer                string // of an operator's word; "" where none was needed
	At                             time.Time
}

// Of returns a database's record, with the state None where there is none.
func Of(ctx context.Context, db *sqldb.DB) (o Origin, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		o, err = read(tx)
		return err
	})
	return o, err
}

func read(tx *sqldb.Tx) (o Origin, err error) {
	var at int64
	err = tx.QueryRow(`SELECT service, platform, key_check, state, reason, officer, begun_at FROM origin WHERE id = 1`).
		Scan(&o.Service, &o.Platform, &o.Fingerprint, &o.State, &o.Reason, &o.Officer, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Origin{}, nil
	}
	o.At = sqldb.Time(at)
	return o, err
}

// Check refuses a database on record as another service's, or as written under
// another key. One without a record passes. A nil key is not checked.
func (o Origin) Check(service string, m *crypt.Master) error {
	switch {
	case o.State == None:
		return nil
	case o.Service != service:
		return ErrOtherService.With("has", o.Service).With("given", service)
	case m == nil, o.Fingerprint == "": // declared by an operator who has no key at hand
		return nil
	case o.Fingerprint != m.Fingerprint():
		return ErrOtherKey.With("needs", o.Fingerprint).With("given", m.Fingerprint())
	}
	return nil
}

// Begin records whose a database is and that it takes writes from now on. A
// record that is there stays: of two instances that begin at once, one does.
func Begin(ctx context.Context, db *sqldb.DB, service string, m *crypt.Master, at time.Time) error {
	if m == nil {
		return nil
	}
	return db.Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO origin (id, service, platform, key_check, state, reason, officer, begun_at) VALUES (1, $1, $2, $3, $4, '', '', $5)
			ON CONFLICT (id) DO UPDATE SET platform = excluded.platform, key_check = excluded.key_check, state = excluded.state
			WHERE origin.state = 'declared'`, service, m.Platform(), m.Fingerprint(), string(Begun), at.UnixMicro())
		return err
	})
}

// Declare keeps an operator's word that an empty database begins anew, though
// others know of events of an earlier one: what they did by those is orphaned.
// The service then begins by itself.
func Declare(ctx context.Context, db *sqldb.DB, service, reason, officer string, at time.Time) error {
	if reason == "" || officer == "" {
		return ErrReason
	}
	return db.Update(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(`INSERT INTO origin (id, service, platform, key_check, state, reason, officer, begun_at) VALUES (1, $1, '', '', $2, $3, $4, $5)
			ON CONFLICT (id) DO NOTHING`, service, string(Declared), reason, officer, at.UnixMicro())
		if err == nil && n == 0 {
			return ErrNotHeld
		}
		return err
	})
}

// Empty reports whether a service's database holds nothing: no event of its
// own, and no reader that ever read one.
func Empty(ctx context.Context, db *sqldb.DB) (empty bool, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		var events, cursors bool
		if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM event), EXISTS (SELECT 1 FROM cursor WHERE seq > 0)`).Scan(&events, &cursors); err != nil {
			return err
		}
		empty = !events && !cursors
		return nil
	})
	return empty, err
}
