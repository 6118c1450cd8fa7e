package relay

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Errors of an operator's ways out after a restore.
var (
	ErrNoChannel = errs.New(errs.NotFound, "relay.no_channel", "This service has no such channel.")
	ErrNoReason  = errs.New(errs.Invalid, "relay.no_reason", "Say why; the reason is kept.")
	// ErrTakenOver refuses to take events back where the restored database has
	// written others since: only a new epoch is left.
	ErrTakenOver = errs.New(errs.Conflict, "relay.taken_over", "The restored database has written new events about the same things since; the lost ones cannot be taken back. Open a new epoch.")
	// ErrNothingToTake means that the stream does not continue what the database holds.
	ErrNothingToTake = errs.New(errs.Conflict, "relay.nothing_to_take", "The stream does not hold the events that follow the database's last one.")
)

// Epoch is where a channel went on after a restore: its first event has the
// number after Seq.
type Epoch struct {
	Epoch, Seq int64
	Chain      []byte
}

// Epochs returns the epochs of a channel that began after one, oldest first.
func Epochs(ctx context.Context, db *sqldb.DB, channel string, after int64) (all []Epoch, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (e Epoch, err error) {
			return e, s.Scan(&e.Epoch, &e.Seq, &e.Chain)
		}, `SELECT epoch, seq, chain FROM epoch WHERE channel = $1 AND epoch > $2 ORDER BY epoch`, channel, after)
		return err
	})
	return all, err
}

// OpenEpoch lets a channel go on from what its database holds: numbers go on
// after the last one, under a new epoch, and whatever the broker or a reader
// holds beyond it belongs to the past. The running leader is deposed.
func OpenEpoch(ctx context.Context, db *sqldb.DB, channel, reason, officer string, at time.Time) (e Epoch, err error) {
	if reason == "" || officer == "" {
		return e, ErrNoReason
	}
	err = db.Update(ctx, func(tx *sqldb.Tx) error {
		err := tx.QueryRow(`UPDATE channel SET epoch = epoch + 1, published_seq = last_seq, term = term + 1, lease_until = 0, alarm = ''
			WHERE channel = $1 RETURNING epoch, last_seq, chain`, channel).Scan(&e.Epoch, &e.Seq, &e.Chain)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoChannel.With("channel", channel)
		}
		if err != nil {
			return err
		}
		e.Chain = append([]byte{}, e.Chain...) // an empty hash must not become NULL
		_, err = tx.Exec(`INSERT INTO epoch (channel, epoch, seq, chain, reason, officer, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			channel, e.Epoch, e.Seq, e.Chain, reason, officer, at.UnixMicro())
		return err
	})
	return e, err
}

// taken is an event read back from the stream.
type taken struct {
	seq   int64
	chain []byte
	body  []byte
	e     event.Event
}

// TakeBack takes the events that a restored database is missing back from the
// stream: each must follow the one before by number and by hash. They are
// history again and go to no reader twice; the state that they told of is not
// restored with them, so the things concerned are returned. Nothing is taken
// where one of them cannot be. The officer's reason is kept.
func TakeBack(ctx context.Context, db *sqldb.DB, js jetstream.JetStream, channel, reason, officer string, at time.Time) (count int64, aggregates []string, err error) {
	if reason == "" || officer == "" {
		return 0, nil, ErrNoReason
	}
	var (
		epoch, last int64
		chain       []byte
	)
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT epoch, last_seq, chain FROM channel WHERE channel = $1`, channel).Scan(&epoch, &last, &chain)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, ErrNoChannel.With("channel", channel)
	}
	if err != nil {
		return 0, nil, err
	}
	events, err := missing(ctx, js, channel, epoch, last, chain)
	if err != nil {
		return 0, nil, err
	}
	err = db.Update(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(`UPDATE channel SET last_seq = $1, chain = $2, published_seq = $1, term = term + 1, lease_until = 0, alarm = ''
			WHERE channel = $3 AND epoch = $4 AND last_seq = $5`, events[len(events)-1].seq, events[len(events)-1].chain, channel, epoch, last)
		if err == nil && n == 0 {
			return ErrTakenOver
		}
		if err != nil {
			return err
		}
		for _, t := range events {
			// A number is never given twice and an aggregate has each version once:
			// what was written since the restore stands in the way.
			_, err := tx.Exec(`INSERT INTO event (id, aggregate, version, channel, audience, type, worker, body, created_at, epoch, seq, chain)
				VALUES ($1, $2, $3, $4, 'shared', $5, $6, $7, $8, $9, $10, $11)`,
				t.e.ID, t.e.Aggregate, t.e.Version, channel, t.e.Type, t.e.Worker, t.body, t.e.OccurredAt.UnixMicro(), epoch, t.seq, t.chain)
			if tx.Dialect().IsUnique(err) {
				return ErrTakenOver.With("aggregate", t.e.Aggregate)
			}
			if err != nil {
				return err
			}
		}
		_, err = tx.Exec(`INSERT INTO taken_back (channel, epoch, first, last, reason, officer, taken_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			channel, epoch, last+1, events[len(events)-1].seq, reason, officer, at.UnixMicro())
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	for _, t := range events {
		aggregates = append(aggregates, t.e.Aggregate)
	}
	slices.Sort(aggregates)
	return int64(len(events)), slices.Compact(aggregates), nil
}

// missing reads what the stream holds after a number, whole and in order.
func missing(ctx context.Context, js jetstream.JetStream, channel string, epoch, last int64, chain []byte) (all []taken, err error) {
	s, err := js.Stream(ctx, event.Stream(channel))
	if err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	info, err := s.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("stream: %w", err)
	}
	for at := info.State.FirstSeq; at <= info.State.LastSeq && info.State.Msgs > 0; at++ {
		m, err := s.GetMsg(ctx, at)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue // deleted; what is missing shows as a gap below
		}
		if err != nil {
			return nil, fmt.Errorf("stream: %w", err)
		}
		e, _ := strconv.ParseInt(m.Header.Get(event.HeaderEpoch), 10, 64)
		seq, _ := strconv.ParseInt(m.Header.Get(event.HeaderSeq), 10, 64)
		if e != epoch || seq != last+int64(len(all))+1 {
			continue
		}
		parsed, err := event.Parse(m.Data)
		if err != nil {
			return nil, ErrNothingToTake.Because(err)
		}
		chain = event.Chain(chain, parsed.ID, m.Data)
		if want, _ := hex.DecodeString(m.Header.Get(event.HeaderChain)); !bytes.Equal(chain, want) {
			return nil, ErrNothingToTake.With("seq", strconv.FormatInt(seq, 10))
		}
		all = append(all, taken{seq, chain, m.Data, parsed})
	}
	if len(all) == 0 {
		return nil, ErrNothingToTake
	}
	return all, nil
}
