package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Errors of messages that their channel's publisher did not write.
var (
	// ErrForged is the alarm that such a message lies in the stream. No reader
	// applies it, and the channel goes on.
	ErrForged = errs.New(errs.Conflict, "relay.forged", "A message lies in the channel's stream that its publisher did not write. No reader applies it; find out who wrote it, and remove it.")
	// ErrOwn refuses to remove what the publisher wrote.
	ErrOwn = errs.New(errs.Conflict, "relay.own_message", "The publisher wrote this message itself; it is not removed.")
	// ErrNoForged means that no such message is known.
	ErrNoForged = errs.New(errs.NotFound, "relay.no_forged", "No such message is known, or somebody has removed it already.")
)

const (
	lookBack = 600              // messages that are looked at for one of the publisher's own
	lookOver = 10 * time.Second // how often a leader looks whether others wrote
)

// errStrangers begins anew with a look at the stream.
var errStrangers = errors.New("the stream holds more than was sent")

// strangers finds out whether anybody else wrote to the stream.
func (c *leader) strangers(ctx context.Context, now time.Time) error {
	if now.Sub(c.looked) < lookOver {
		return nil
	}
	c.looked = now
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	s, err := c.js.Stream(ctx, event.Stream(c.name))
	if err != nil {
		return nil //nolint:nilerr // publishing finds out, if it lasts
	}
	if s.CachedInfo().State.LastSeq > c.streamSeq {
		return errStrangers
	}
	return nil
}

// own finds the last message of the stream that this publisher wrote, before
// one that it did not: it is in the event table, or signed. What lies after it
// is written down as forged, if this publisher signs at all in this stream:
// else an older version of it may have written them before a restore.
func (c *leader) own(ctx context.Context, s jetstream.Stream, tail uint64, info *jetstream.StreamInfo) (*jetstream.RawStreamMsg, Position, error) {
	var (
		last    *jetstream.RawStreamMsg
		at      Position
		strange = []uint64{tail}
	)
	for n := tail - 1; n >= info.State.FirstSeq && n > 0 && tail-n < lookBack; n-- {
		m, err := s.GetMsg(ctx, n)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return nil, at, fmt.Errorf("stream: %w", err)
		}
		p, signed := written(m, c.name, c.cfg.Keys)
		switch err := c.holds(ctx, p, m.Header.Get(event.HeaderID)); {
		case err != nil && !errors.Is(err, ErrDiverged):
			return nil, at, err
		case err != nil && signed: // it is ours, and the table does not know it
			return nil, at, c.diverged(p.Seq)
		case err == nil && last == nil:
			last, at = m, p
		case last == nil:
			strange = append(strange, n)
		}
		if signed {
			return last, at, c.found(ctx, info.Created, strange)
		}
	}
	return nil, at, c.diverged(0)
}

// since looks at what came into the stream after this process's last
// acknowledgement. Where others wrote, some of what was sent together may have
// found its place and some not: only what follows without a hole is published.
func (c *leader) since(ctx context.Context, s jetstream.Stream, info *jetstream.StreamInfo) (upTo int64, err error) {
	from, ok := c.Relay.sent.Load(c.name)
	if !ok || from.(uint64) >= info.State.LastSeq || info.State.LastSeq-from.(uint64) > lookBack {
		return c.lastSeq, nil
	}
	var strange []uint64
	upTo = c.marked
	for n := max(from.(uint64)+1, info.State.FirstSeq); n <= info.State.LastSeq; n++ {
		m, err := s.GetMsg(ctx, n)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("stream: %w", err)
		}
		p, signed := written(m, c.name, c.cfg.Keys)
		err = c.holds(ctx, p, m.Header.Get(event.HeaderID))
		switch {
		case err != nil && !errors.Is(err, ErrDiverged):
			return 0, err
		case err != nil && !signed:
			strange = append(strange, n)
		case p.Seq == upTo+1:
			upTo++
		}
	}
	if len(strange) == 0 {
		return c.lastSeq, nil
	}
	return upTo, c.found(ctx, info.Created, strange)
}

// found writes messages down that this publisher did not write.
func (c *leader) found(ctx context.Context, created time.Time, strange []uint64) error {
	return c.cfg.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		for _, n := range strange {
			fresh, err := tx.Exec(`INSERT INTO forged (channel, created, stream_seq, found_at, officer, reason, removed_at) VALUES ($1, $2, $3, $4, '', '', 0)
				ON CONFLICT (channel, created, stream_seq) DO NOTHING`, c.name, created.UnixMicro(), int64(n), c.cfg.Clock.Now().UnixMicro())
			if err != nil {
				return err
			}
			if fresh > 0 {
				tx.OnCommit(func() {
					c.alarms(ctx, 1)
					c.log.ErrorContext(ctx, "a message that nobody here wrote lies in the stream", "channel", c.name, "message", n)
				})
			}
		}
		return nil
	})
}

// Forged is a message of the stream that its publisher did not write.
type Forged struct {
	Channel string
	Message uint64 // its number in the stream
	FoundAt time.Time
}

// ListForged gives those that nobody has removed, oldest first.
func ListForged(ctx context.Context, db *sqldb.DB, limit int) (all []Forged, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (f Forged, err error) {
			var n, at int64
			err = s.Scan(&f.Channel, &n, &at)
			f.Message, f.FoundAt = uint64(n), sqldb.Time(at)
			return f, err
		}, `SELECT channel, stream_seq, found_at FROM forged WHERE removed_at = 0 ORDER BY channel, stream_seq LIMIT $1`, limit)
		return err
	})
	return all, err
}

// RemoveForged takes a message out of the stream that was found to be forged.
// What the publisher signed, or has in its event table, is never removed.
func RemoveForged(ctx context.Context, db *sqldb.DB, js jetstream.JetStream, keys auth.RecordKeys, channel string, message uint64, reason, officer string, at time.Time) error {
	if reason == "" || officer == "" {
		return ErrNoReason
	}
	s, err := js.Stream(ctx, event.Stream(channel))
	if err != nil {
		return fmt.Errorf("stream: %w", err)
	}
	created := s.CachedInfo().Created.UnixMicro()
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		var n int
		return tx.QueryRow(`SELECT 1 FROM forged WHERE channel = $1 AND created = $2 AND stream_seq = $3 AND removed_at = 0`, channel, created, int64(message)).Scan(&n)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoForged
	}
	if err != nil {
		return err
	}
	m, err := s.GetMsg(ctx, message)
	if err == nil {
		p, signed := written(m, channel, keys)
		if signed || holds(ctx, db, channel, p, m.Header.Get(event.HeaderID)) == nil {
			return ErrOwn.With("message", strconv.FormatUint(message, 10))
		}
		err = s.DeleteMsg(ctx, message)
	}
	if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("stream: %w", err)
	}
	return db.Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE forged SET removed_at = $1, reason = $2, officer = $3 WHERE channel = $4 AND created = $5 AND stream_seq = $6`,
			at.UnixMicro(), reason, officer, channel, created, int64(message))
		return err
	})
}
