package consume

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// enter follows the publisher into a new epoch, which begins at a number that
// the cursor has reached. What was applied beyond it, or beyond where the two
// histories part before it, is listed as orphaned: its publisher does not know
// it any more. What was parked there is gone, unapplied.
func (r *reader) enter(ctx context.Context, e *platformv1.EpochStart) error {
	if err := r.flush(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	to := progress{seq: e.GetSeq(), chain: append([]byte{}, e.GetChain()...)} // an empty hash must not become NULL
	if r.seq == to.seq && bytes.Equal(r.chain, to.chain) {
		return r.goBack(ctx, e.GetEpoch(), to)
	}
	// The publisher may have written others under the same numbers before the
	// epoch was opened: from where the histories part, its own are read anew.
	seq, chain, err := r.common(ctx, to.seq)
	if errors.Is(err, errDiffers) {
		r.alarm(ctx, errDiffers.Code)
	}
	if err != nil {
		return err
	}
	if seq < to.seq {
		return r.goBack(ctx, r.epoch, progress{seq: seq, chain: chain})
	}
	return r.goBack(ctx, e.GetEpoch(), to)
}

// goBack puts the cursor to a number that it has reached, in the same or in a
// new epoch, and lists the effects beyond it. r.mu is held.
func (r *reader) goBack(ctx context.Context, epoch int64, to progress) error {
	lost, err := r.beyond(ctx, to.seq)
	if err != nil {
		return err
	}
	err = r.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		unapplied, err := sqldb.Collect(tx, func(s sqldb.Scanner) (seq int64, err error) { return seq, s.Scan(&seq) },
			`DELETE FROM parked WHERE channel = $1 AND seq > $2 RETURNING seq`, r.channel, to.seq)
		if err != nil {
			return err
		}
		gone := map[int64]bool{}
		for _, seq := range unapplied {
			gone[seq] = true
		}
		orphaned := r.seq - to.seq - int64(len(unapplied))
		n, err := tx.Exec(`UPDATE cursor SET epoch = $1, seq = $2, chain = $3, orphaned = orphaned + $4, alarm = ''
			WHERE channel = $5 AND epoch = $6 AND seq = $7 AND term = $8`, epoch, to.seq, to.chain, orphaned, r.channel, r.epoch, r.seq, r.term)
		if err == nil && n == 0 {
			return errDeposed
		}
		if err != nil {
			return err
		}
		for seq, ev := range lost {
			if gone[seq] || ev.Type != "" && !r.cfg.Router.uses(ev.Type) {
				continue // it had no effect here
			}
			if _, err := tx.Exec(`INSERT INTO orphaned (channel, epoch, seq, id, type, aggregate, found_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT (channel, epoch, seq) DO NOTHING`,
				r.channel, r.epoch, seq, ev.ID, ev.Type, ev.Aggregate, r.cfg.Clock.Now().UnixMicro()); err != nil {
				return err
			}
		}
		return r.unmark(tx, to.seq)
	})
	if err != nil {
		return err
	}
	r.log.WarnContext(ctx, "the publisher was restored: the cursor follows it", "channel", r.channel, "epoch", epoch, "seq", to.seq, "orphaned", len(lost))
	r.epoch, r.seq, r.chain, r.savedSeq, r.alarmed = epoch, to.seq, to.chain, to.seq, ""
	r.position.Store(&relay.Position{Epoch: r.epoch, Seq: r.seq, Chain: hex.EncodeToString(r.chain)})
	return errRestart // parked keys are loaded anew with the lease
}

// beyond names the events after a number up to the cursor: by their ids as
// they were marked, and with what they were as far as the stream holds them.
func (r *reader) beyond(ctx context.Context, after int64) (map[int64]event.Event, error) {
	lost := map[int64]event.Event{}
	if after == r.seq {
		return lost, nil
	}
	marks, err := r.marked(ctx, after+1)
	if err != nil {
		return nil, err
	}
	for seq := after + 1; seq <= r.seq; seq++ {
		lost[seq] = event.Event{ID: marks[seq].id}
	}
	s, err := r.js.Stream(ctx, event.Stream(r.channel))
	if err != nil {
		return lost, nil // the ids are what is left
	}
	info, err := s.Info(ctx)
	if err != nil || info.State.Msgs == 0 {
		return lost, nil
	}
	for at := info.State.LastSeq; at >= info.State.FirstSeq; at-- {
		m, err := s.GetMsg(ctx, at)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return lost, nil
		}
		epoch, _ := strconv.ParseInt(m.Header.Get(event.HeaderEpoch), 10, 64)
		seq, _ := strconv.ParseInt(m.Header.Get(event.HeaderSeq), 10, 64)
		was, ok := lost[seq]
		if !ok || epoch != r.epoch {
			continue
		}
		// After a restore two events of the publisher may have had one number.
		if e, err := event.Parse(m.Data); err == nil && (was.ID == "" || was.ID == e.ID) {
			lost[seq] = e
		}
	}
	return lost, nil
}

// uses reports whether an event of a type has an effect here.
func (r *Router) uses(eventType string) bool {
	h, unknown := r.route(eventType, "")
	return h != nil || unknown || r.every != nil
}

// Orphaned is the effect of an event that its publisher lost in a restore.
type Orphaned struct {
	Channel, ID, Type, Aggregate string
	Epoch, Seq                   int64
	FoundAt                      time.Time
}

// ListOrphaned returns orphaned effects, oldest first.
func ListOrphaned(ctx context.Context, db *sqldb.DB, limit int) (all []Orphaned, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (o Orphaned, err error) {
			var at int64
			err = s.Scan(&o.Channel, &o.Epoch, &o.Seq, &o.ID, &o.Type, &o.Aggregate, &at)
			o.FoundAt = sqldb.Time(at)
			return o, err
		}, `SELECT channel, epoch, seq, id, type, aggregate, found_at FROM orphaned ORDER BY channel, epoch, seq LIMIT $1`, limit)
		return err
	})
	return all, err
}
