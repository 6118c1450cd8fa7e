package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Errors of decisions about events that were set aside.
var (
	ErrNotSetAside = errs.New(errs.NotFound, "relay.not_set_aside", "This event is not set aside, or somebody has decided on it already.")
	ErrNoRelease   = errs.New(errs.Conflict, "relay.no_release", "The event is too large in what it says itself; it cannot be carried without that. Give it up, and enter what it tells again.")
)

// SetAside is an event that neither the bus nor an answer can carry.
type SetAside struct {
	Channel, ID, Type, Code, Decision string
	Seq, Size                         int64
	FoundAt                           time.Time
}

// ListSetAside gives a publisher's, those first on which nobody has decided.
func ListSetAside(ctx context.Context, db *sqldb.DB, limit int) (all []SetAside, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (a SetAside, err error) {
			var at int64
			err = s.Scan(&a.Channel, &a.Seq, &a.ID, &a.Type, &a.Code, &a.Size, &at, &a.Decision)
			a.FoundAt = sqldb.Time(at)
			return a, err
		}, `SELECT channel, seq, id, type, code, size, found_at, decision FROM set_aside ORDER BY decision, channel, seq LIMIT $1`, limit)
		return err
	})
	return all, err
}

// Verdict is an officer's word on an event that was set aside.
type Verdict struct {
	Channel string
	Seq     int64
	ID      string // of the event, so that nobody decides on another than the one looked at
	Release bool   // it goes to its readers without what makes it too large; else it is given up
	Officer string
	Reason  string
	At      time.Time
}

func (v Verdict) decision() string {
	if v.Release {
		return "released"
	}
	return "given_up"
}

// Record is what is signed: all that the verdict says.
func (v Verdict) Record() []byte {
	return fmt.Appendf(nil, "set aside\n%s\n%d\n%s\n%s\n%s\n%d\n%s", v.Channel, v.Seq, v.ID, v.decision(), v.Officer, v.At.UnixMicro(), v.Reason)
}

// Decide keeps a verdict with its signature. An event that is released reaches
// its readers when they try again what they have parked.
func Decide(ctx context.Context, db *sqldb.DB, v Verdict, signature []byte) error {
	if v.Release {
		rows, err := ReadSequenced(ctx, db, v.Channel, v.Seq, 1)
		if err != nil {
			return err
		}
		if len(rows) == 0 || rows[0].Seq != v.Seq {
			return ErrNotSetAside
		}
		if _, err := Bare(rows[0].Body); err != nil {
			return err
		}
	}
	return db.Update(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(`UPDATE set_aside SET decision = $1, officer = $2, reason = $3, decided_at = $4, signature = $5
			WHERE channel = $6 AND seq = $7 AND id = $8 AND decision = ''`, v.decision(), v.Officer, v.Reason, v.At.UnixMicro(), signature, v.Channel, v.Seq, v.ID)
		if err == nil && n == 0 {
			return ErrNotSetAside
		}
		return err
	})
}

// Bare gives stored bytes without what made them too large, or ErrNoRelease.
func Bare(body []byte) ([]byte, error) {
	e, err := event.Parse(body)
	if err != nil {
		return nil, ErrNoRelease.Because(err)
	}
	e = e.Bare()
	small, err := e.Marshal()
	if err != nil || len(small) > event.MaxCarried {
		return nil, ErrNoRelease.Because(err)
	}
	return small, nil
}

// Released reports whether an officer let an event go to its readers.
func Released(ctx context.Context, db *sqldb.DB, channel string, seq int64) (released bool, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		err := tx.QueryRow(`SELECT decision = 'released' FROM set_aside WHERE channel = $1 AND seq = $2`, channel, seq).Scan(&released)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return released, err
}
