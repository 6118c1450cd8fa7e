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
// the cursor has reached. What was applied beyond it is listed as orphaned:
// its publisher does not know it any more. What was parked beyond it is gone,
// unapplied.
func (r *reader) enter(ctx context.Context, e *platformv1.EpochStart) error {
	if err := r.flush(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seq == e.GetSeq() && !bytes.Equal(r.chain, e.GetChain()) {
		r.alarm(ctx, errDiffers.Code)
		return errDiffers.With("channel", r.channel)
	}
	lost := r.beyond(ctx, e.GetSeq())
	chain := append([]byte{}, e.GetChain()...) // an empty hash must not become NULL
	err := r.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		unapplied, err := sqldb.Collect(tx, func(s sqldb.Scanner) (seq int64, err error) { return seq, s.Scan(&seq) },
			`DELETE FROM parked WHERE channel = $1 AND seq > $2 RETURNING seq`, r.channel, e.GetSeq())
		if err != nil {
			return err
		}
		for _, seq := range unapplied {
			delete(lost, seq)
		}
		orphaned := r.seq - e.GetSeq() - int64(len(unapplied))
		n, err := tx.Exec(`UPDATE cursor SET epoch = $1, seq = $2, chain = $3, orphaned = orphaned + $4, alarm = ''
			WHERE channel = $5 AND epoch = $6 AND seq = $7 AND term = $8`, e.GetEpoch(), e.GetSeq(), chain, orphaned, r.channel, r.epoch, r.seq, r.term)
		if err == nil && n == 0 {
			return errDeposed
		}
		if err != nil {
			return err
		}
		for seq, ev := range lost {
			if ev.Type != "" && !r.cfg.Router.uses(ev.Type) {
				continue // it had no effect here
			}
			if _, err := tx.Exec(`INSERT INTO orphaned (channel, epoch, seq, id, type, aggregate, found_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				r.channel, r.epoch, seq, ev.ID, ev.Type, ev.Aggregate, r.cfg.Clock.Now().UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.log.WarnContext(ctx, "the publisher opened a new epoch", "channel", r.channel, "epoch", e.GetEpoch(), "seq", e.GetSeq(), "orphaned", len(lost))
	r.epoch, r.seq, r.chain, r.savedSeq, r.alarmed = e.GetEpoch(), e.GetSeq(), chain, e.GetSeq(), ""
	r.position.Store(&relay.Position{Epoch: r.epoch, Seq: r.seq, Chain: hex.EncodeToString(chain)})
	return errRestart // parked keys are loaded anew with the lease
}

// beyond names the events after a number up to the cursor, as far as the
// stream still holds them.
func (r *reader) beyond(ctx context.Context, after int64) map[int64]event.Event {
	lost := map[int64]event.Event{}
	for seq := after + 1; seq <= r.seq; seq++ {
		lost[seq] = event.Event{}
	}
	if len(lost) == 0 {
		return lost
	}
	s, err := r.js.Stream(ctx, event.Stream(r.channel))
	if err != nil {
		return lost
	}
	info, err := s.Info(ctx)
	if err != nil || info.State.Msgs == 0 {
		return lost
	}
	for at := info.State.LastSeq; at >= info.State.FirstSeq; at-- {
		m, err := s.GetMsg(ctx, at)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return lost
		}
		epoch, _ := strconv.ParseInt(m.Header.Get(event.HeaderEpoch), 10, 64)
		seq, _ := strconv.ParseInt(m.Header.Get(event.HeaderSeq), 10, 64)
		if epoch == r.epoch && seq <= after {
			return lost
		}
		if _, ok := lost[seq]; !ok || epoch != r.epoch {
			continue
		}
		if e, err := event.Parse(m.Data); err == nil {
			lost[seq] = e
		}
	}
	return lost
}

// uses reports whether an event of a type has an effect here.
func (r *Router) uses(eventType string) bool {
	h, unknown := r.route(eventType)
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
