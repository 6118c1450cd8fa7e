package consume

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
)

// errBehind parks an event behind an earlier parked one of the same key.
var errBehind = errs.New(errs.Conflict, "event.behind_parked", "An earlier event of the same person or thing is parked.")

// progress is the cursor while a transaction runs; it becomes the reader's
// own only once that is durable.
type progress struct {
	seq              int64
	chain            []byte
	streamSeq        uint64
	applied, skipped int64
	filled           int64
	parked           []string // keys newly parked
	marks            []byte   // of what was read
	saved            bool     // the cursor's row was written
	persons          persons
}

// save writes the cursor with everything since it was written last. A reader
// that lost its lease, or that another overtook, finds no such row.
func (r *reader) save(tx *sqldb.Tx, p progress) error {
	n, err := tx.Exec(`UPDATE cursor SET seq = $1, chain = $2, stream_seq = $3, stream_created = $4,
		applied = applied + $5, skipped = skipped + $6, gaps_filled = gaps_filled + $7, lease_until = `+tx.Dialect().In(lease)+`
		WHERE channel = $8 AND seq = $9 AND epoch = $10 AND term = $11`,
		p.seq, p.chain, int64(p.streamSeq), r.streamCreated, p.applied+r.unsaved.applied, p.skipped+r.unsaved.skipped, p.filled+r.unsaved.filled,
		r.channel, r.savedSeq, r.epoch, r.term)
	if err == nil && n == 0 {
		return errDeposed
	}
	if err != nil {
		return err
	}
	return r.mark(tx, p.seq, slices.Concat(r.unsaved.marks, p.marks))
}

// advance moves the cursor in memory, once the transaction is durable.
func (r *reader) advance(p progress) {
	r.seq, r.chain, r.streamSeq = p.seq, p.chain, p.streamSeq
	r.position.Store(&relay.Position{Epoch: r.epoch, Seq: r.seq, Chain: hex.EncodeToString(r.chain)})
	if p.saved {
		r.savedSeq, r.unsaved = p.seq, progress{}
		r.leased = time.Now()
		return
	}
	r.unsaved.applied += p.applied
	r.unsaved.skipped += p.skipped
	r.unsaved.filled += p.filled
	r.unsaved.marks = append(r.unsaved.marks, p.marks...)
}

// flush writes a cursor that moved without an effect.
func (r *reader) flush(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seq == r.savedSeq {
		return nil
	}
	p := progress{seq: r.seq, chain: r.chain, streamSeq: r.streamSeq, saved: true}
	err := r.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error { return r.save(tx, p) })
	if err == nil {
		r.advance(p)
	}
	return err
}

// commit applies as many deliveries as it can in one transaction and returns
// how many are done. A delivery that fails is then tried alone, and parked
// where it fails again for a reason that time does not mend.
func (r *reader) commit(ctx context.Context, batch []delivery) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	done, err := r.try(ctx, batch, nil)
	if err == nil || done > 0 || errors.Is(err, errGap) || errors.Is(err, errDiffers) || errors.Is(err, errDeposed) || errors.Is(err, errRestart) {
		return done, err
	}
	if retryable(err) {
		return 0, err
	}
	for i := range batch { // one by one, to find which
		n, err := r.try(ctx, batch[i:i+1], nil)
		for attempt := 0; err != nil && errors.Is(err, outbox.ErrStale) && attempt < 5; attempt++ {
			n, err = r.try(ctx, batch[i:i+1], nil)
		}
		if err != nil && n == 0 && !retryable(err) && !errors.Is(err, errGap) && !errors.Is(err, errDiffers) && !errors.Is(err, errDeposed) {
			n, err = r.try(ctx, batch[i:i+1], err)
		}
		if err != nil {
			return i + n, err
		}
	}
	return len(batch), nil
}

// try runs deliveries in one transaction. With a cause, the single delivery is
// parked for it, its handler unrun, so that nothing of it is half applied.
// Where it meets a gap after at least one delivery it commits those and
// reports the gap.
func (r *reader) try(ctx context.Context, batch []delivery, cause error) (done int, err error) {
	var (
		p       progress
		stopped error
	)
	changes := slices.ContainsFunc(batch, func(d delivery) bool { return changesPersons(d.body) })
	err = r.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		p = progress{seq: r.seq, chain: r.chain, streamSeq: r.streamSeq, persons: persons{changes: changes}}
		done, stopped = 0, nil
		for _, d := range batch {
			if d.epoch < r.epoch || d.seq <= 0 || d.epoch == r.epoch && d.seq <= p.seq {
				// A duplicate, a past epoch's, or damaged beyond reading: in the last
				// case the next event or announcement shows the gap.
				p.streamSeq = max(p.streamSeq, d.streamSeq)
				done++
				continue
			}
			if d.epoch != r.epoch || d.seq != p.seq+1 || d.marker {
				stopped = errGap
				if fault.Broken("consume.takes_gaps") {
					p.seq, p.chain, p.marks = d.seq, d.chain, appendMark(p.marks, d.chain, d.id)
					stopped = nil
					done++
					continue
				}
				break
			}
			chain := event.Chain(p.chain, d.id, d.body)
			if (d.withheld || d.told.code != "") && len(d.chain) == len(chain) {
				// Its bytes are none of this service's business, or too large. The hash is
				// taken as told: the next event, or the next announcement, must continue it.
				chain = d.chain
			}
			if !bytes.Equal(chain, d.chain) {
				stopped = errDiffers.With("channel", r.channel)
				break
			}
			if err := r.one(ctx, tx, d, &p, cause); err != nil {
				return err
			}
			p.seq, p.chain = d.seq, chain
			p.marks = appendMark(p.marks, chain, d.id)
			if d.streamSeq > 0 {
				p.streamSeq = d.streamSeq
			} else {
				p.filled++
			}
			done++
		}
		if done == 0 {
			return stopped
		}
		p.saved = tx.Wrote()
		if !p.saved || fault.Broken("consume.cursor_apart") {
			return nil // nothing depends on it: the cursor is written with the next effect, or soon
		}
		fault.Point("consume.applied")
		return r.save(tx, p)
	})
	if err != nil {
		return 0, err
	}
	fault.Point("consume.committed")
	r.advance(p)
	for _, k := range p.parked {
		r.parkedKeys[k] = true
	}
	r.applied(ctx, p.applied+p.skipped)
	r.parked(ctx, int64(len(p.parked)))
	return done, stopped
}

// one applies, skips or parks a single delivery within tx.
func (r *reader) one(ctx context.Context, tx *sqldb.Tx, d delivery, p *progress, cause error) error {
	if d.withheld {
		p.skipped++
		return nil
	}
	e, err := event.Parse(d.body)
	if d.told.code != "" && len(d.body) == 0 {
		e, err = event.Event{ID: d.id, Type: d.told.kind, Aggregate: d.told.key}, nil
		if cause = event.ErrSetAside; !r.cfg.Router.uses(e.Type) {
			p.skipped++
			return nil
		}
	}
	if err != nil {
		return r.park(tx, d, event.Event{ID: d.id}, err, p)
	}
	e.TransportMeta = event.TransportMeta{Channel: r.channel, Epoch: d.epoch, Seq: d.seq}
	h, unknown := r.cfg.Router.route(e.Type, e.Beside)
	if h == nil && !unknown && !r.cfg.Router.hearsAll(e) {
		p.skipped++
		return nil
	}
	if r.parkedKeys[e.Key()] || slices.Contains(p.parked, e.Key()) { // of this transaction too
		return r.park(tx, d, e, errBehind, p)
	}
	if unknown {
		cause = event.ErrVersion
	}
	if cause != nil {
		return r.park(tx, d, e, cause, p)
	}
	if err := p.persons.whose(tx, &e); err != nil {
		return err
	}
	if err := r.handle(ctx, tx, e, h); err != nil {
		return err
	}
	p.applied++
	return nil
}

// handle runs the handlers as the platform itself, within the event's trace.
func (r *reader) handle(ctx context.Context, tx *sqldb.Tx, e event.Event, h Handler) (err error) {
	ctx = telemetry.WithTraceParent(ctx, e.TraceParent)
	ctx, span := r.cfg.Telemetry.Tracer.Start(ctx, "consume "+e.Type, trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(attribute.String("event.id", e.ID), attribute.Int64("event.seq", e.Seq)))
	defer func() {
		if err != nil {
			span.SetStatus(codes.Error, errs.CodeOf(err))
		}
		span.End()
	}()
	ctx = outbox.Inherit(ctx, outbox.Cause{Correlation: e.Correlation, Causation: e.ID})
	ctx = auth.NewContext(ctx, auth.Principal{Kind: auth.Service, Subject: r.cfg.Telemetry.Service, Via: auth.ViaSystem})
	if r.cfg.Router.hearsAll(e) {
		if err := r.cfg.Router.every(ctx, tx, e); err != nil {
			return err
		}
	}
	if h == nil {
		return nil
	}
	return h(ctx, tx, e)
}

func (r *reader) park(tx *sqldb.Tx, d delivery, e event.Event, cause error, p *progress) error {
	why := errs.From(cause)
	_, err := tx.Exec(`INSERT INTO parked (channel, seq, epoch, id, type, event_key, body, code, text, parked_at, attempts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)`,
		r.channel, d.seq, d.epoch, e.ID, e.Type, e.Key(), append([]byte{}, d.body...), why.Code, why.Text, r.cfg.Clock.Now().UnixMicro())
	p.parked = append(p.parked, e.Key())
	return err
}
