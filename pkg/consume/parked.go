package consume

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

// Errors of the work on parked events.
var (
	ErrNotParked = errs.New(errs.NotFound, "consume.not_parked", "This event is not parked, or not any more.")
	ErrNotFirst  = errs.New(errs.Conflict, "consume.not_first", "An earlier event of the same person or thing is parked; begin with that one.")
)

// Parked is an event that could not be applied.
type Parked struct {
	Channel, ID, Type, Code, Text string
	Epoch, Seq                    int64
	At                            time.Time
	Attempts                      int
	Body                          []byte // as stored; only FindParked gives it
	key                           string
}

// ListParked returns parked events, oldest first, without their bytes.
func ListParked(ctx context.Context, db *sqldb.DB, limit int) (all []Parked, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (p Parked, err error) {
			var at int64
			err = s.Scan(&p.Channel, &p.Epoch, &p.Seq, &p.ID, &p.Type, &p.Code, &p.Text, &at, &p.Attempts)
			p.At = sqldb.Time(at)
			return p, err
		}, `SELECT channel, epoch, seq, id, type, code, text, parked_at, attempts FROM parked ORDER BY parked_at, channel, seq LIMIT $1`, limit)
		return err
	})
	return all, err
}

// FindParked returns one parked event with its bytes, or ErrNotParked.
func FindParked(ctx context.Context, db *sqldb.DB, channel string, seq int64) (p Parked, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		p, err = find(tx, channel, seq)
		return err
	})
	return p, err
}

func find(tx *sqldb.Tx, channel string, seq int64) (p Parked, err error) {
	var at int64
	err = tx.QueryRow(`SELECT channel, epoch, seq, id, type, event_key, body, code, text, parked_at, attempts FROM parked WHERE channel = $1 AND seq = $2`, channel, seq).
		Scan(&p.Channel, &p.Epoch, &p.Seq, &p.ID, &p.Type, &p.key, &p.Body, &p.Code, &p.Text, &at, &p.Attempts)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotParked
	}
	p.At = sqldb.Time(at)
	return p, err
}

// RetryParked applies a channel's parked events again, in order; with a number
// only that event and those behind it. A key whose event fails again stays
// parked. It returns how many were applied and how many of the channel are
// still parked. Any instance may do it: the reader, wherever it runs, finds
// its lease gone and begins again with what is still parked.
func (c *Consumer) RetryParked(ctx context.Context, channel string, seq int64) (applied, still int, err error) {
	db := c.cfg.DB
	var only *Parked
	if seq > 0 {
		p, err := FindParked(ctx, db, channel, seq)
		if err != nil {
			return 0, 0, err
		}
		only = &p
	}
	var all []Parked
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (p Parked, err error) { return p, s.Scan(&p.Seq, &p.key) },
			`SELECT seq, event_key FROM parked WHERE channel = $1 ORDER BY seq`, channel)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	blocked := map[string]bool{}
	for _, p := range all {
		if only != nil && p.key != only.key || blocked[p.key] {
			continue
		}
		if only != nil && p.Seq < only.Seq {
			return applied, len(all) - applied, ErrNotFirst
		}
		cause := c.again(ctx, channel, p.Seq)
		switch {
		case cause == nil:
			applied++
		case errors.Is(cause, ErrNotParked): // another officer was faster
		case retryable(cause): // of the moment: the reason that stands there stays
			return applied, len(all) - applied, cause
		default:
			blocked[p.key] = true
			if err := failedAgain(ctx, db, channel, p.Seq, cause); err != nil {
				return applied, len(all) - applied, err
			}
		}
	}
	return applied, len(all) - applied, nil
}

// again applies one parked event.
func (c *Consumer) again(ctx context.Context, channel string, seq int64) error {
	r := &reader{Consumer: c, channel: channel}
	p, err := FindParked(ctx, c.cfg.DB, channel, seq)
	if err != nil {
		return err
	}
	body := p.Body
	if len(body) == 0 { // its publisher set it aside, and may have released it since
		if body, err = c.released(ctx, channel, seq, p.ID); err != nil {
			return err
		}
	}
	return c.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		whose := persons{changes: true} // and of those who wait for the cursor none has anything that its handler waits for
		if err := whose.stand(tx); err != nil {
			return err
		}
		// Then the cursor: the reader may be parking an event behind this one.
		if err := interrupt(tx, channel, `applied = applied + 1`); err != nil {
			return err
		}
		p, err := find(tx, channel, seq)
		if err != nil {
			return err
		}
		e, err := event.Parse(body)
		if err != nil {
			return err
		}
		h, unknown := c.cfg.Router.route(e.Type, e.Beside)
		if unknown {
			return event.ErrVersion
		}
		e.TransportMeta = event.TransportMeta{Channel: channel, Epoch: p.Epoch, Seq: seq}
		if err := whose.whose(tx, &e); err != nil {
			return err
		}
		if err := r.handle(ctx, tx, e, h); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM parked WHERE channel = $1 AND seq = $2`, channel, seq)
		return err
	})
}

// released asks a publisher for an event that it had set aside.
func (c *Consumer) released(ctx context.Context, channel string, seq int64, id string) ([]byte, error) {
	reply, err := c.cfg.Fill(ctx, channel, 0, seq, 1)
	if err != nil {
		return nil, err
	}
	for _, s := range reply.GetEvents() {
		if e, err := event.Parse(s.GetBody()); s.GetSeq() == seq && err == nil && e.ID == id {
			return s.GetBody(), nil
		}
	}
	return nil, event.ErrSetAside
}

// Interrupt takes every channel from its reader, and a rebuild from whoever does
// it, within a transaction that must not be overtaken: what they have under way
// and have not committed is undone, and done again after this transaction.
func Interrupt(tx *sqldb.Tx) error {
	if _, err := tx.Exec(`UPDATE cursor SET term = term + 1`); err != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE rebuild SET lease_until = lease_until WHERE state <> 'done'`) // waits for the page that is being written
	return err
}

// interrupt takes the channel from its reader, which finds out with its next
// commit and loads what is parked anew.
func interrupt(tx *sqldb.Tx, channel, change string) error {
	_, err := tx.Exec(`UPDATE cursor SET term = term + 1, `+change+` WHERE channel = $1`, channel)
	return err
}

func failedAgain(ctx context.Context, db *sqldb.DB, channel string, seq int64, cause error) error {
	why := errs.From(cause)
	return db.Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE parked SET attempts = attempts + 1, code = $1, text = $2 WHERE channel = $3 AND seq = $4`, why.Code, why.Text, channel, seq)
		return err
	})
}

// Skip is an officer's word that a parked event is given up.
type Skip struct {
	Channel string
	Seq     int64
	ID      string // of the event, so that nobody skips another than the one looked at
	Officer string
	Reason  string
	At      time.Time
}

// Record is what is signed: all that the skip says.
func (s Skip) Record() []byte {
	return fmt.Appendf(nil, "skip\n%s\n%d\n%s\n%s\n%d\n%s", s.Channel, s.Seq, s.ID, s.Officer, s.At.UnixMicro(), s.Reason)
}

// SkipParked gives a parked event up and keeps it with the signed reason. It
// must be the first of its key; those behind it wait for a retry.
func SkipParked(ctx context.Context, db *sqldb.DB, s Skip, signature []byte) error {
	return db.Update(ctx, func(tx *sqldb.Tx) error {
		if err := interrupt(tx, s.Channel, `skipped = skipped + 1`); err != nil {
			return err
		}
		p, err := find(tx, s.Channel, s.Seq)
		if err != nil {
			return err
		}
		if p.ID != s.ID {
			return ErrNotParked
		}
		earlier := false
		if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM parked WHERE channel = $1 AND event_key = $2 AND seq < $3)`, s.Channel, p.key, s.Seq).Scan(&earlier); err != nil {
			return err
		}
		if earlier {
			return ErrNotFirst
		}
		if _, err := tx.Exec(`INSERT INTO parked_skipped (channel, epoch, seq, id, type, body, code, reason, officer, skipped_at, signature)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			s.Channel, p.Epoch, s.Seq, p.ID, p.Type, append([]byte{}, p.Body...), p.Code, s.Reason, s.Officer, s.At.UnixMicro(), signature); err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM parked WHERE channel = $1 AND seq = $2`, s.Channel, s.Seq)
		return err
	})
}
