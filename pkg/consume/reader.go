package consume

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

const (
	batchLimit = 500             // events to a transaction
	lease      = 3 * time.Second // a dead instance is replaced within this time
	retake     = lease / 6       // how often who does not read looks whether it may
	housekeep  = time.Second     // lease and announcement checks
	buffer     = 2 * batchLimit
	gather     = 3 * time.Millisecond   // what arrives meanwhile is applied in the same commit
	writeDown  = 200 * time.Millisecond // for a cursor that moved without an effect
	unsigned   = 300 * time.Millisecond // before the publisher is asked for what it did not sign
)

var (
	errDeposed = errors.New("another instance reads this channel")
	errRestart = errors.New("the stream must be read anew")
	errGap     = errors.New("events are missing before the next one")
)

// errDiffers is an event whose bytes do not continue the channel's chain.
var errDiffers = errs.New(errs.Internal, "consume.differs", "The event's bytes differ from what its publisher chained.")

// delivery is an event on its way to be applied, from the stream or from the
// publisher's event table.
type delivery struct {
	id        string
	epoch     int64
	seq       int64
	chain     []byte
	body      []byte
	streamSeq uint64    // 0 when it came from the event table
	withheld  bool      // it does not concern this service: its publisher gives the hash alone
	sign      string    // the publisher's signature, on the last of those that were sent together
	at        time.Time // when the bus received it
	marker    bool      // it stands for an event that is too large to be carried
	told      told      // what the publisher says of an event that it set aside
}

// told is what a publisher says in place of an event that it set aside.
type told struct{ code, kind, key string }

// reader applies one channel while it holds the lease.
type reader struct {
	*Consumer
	channel string

	mu         sync.Mutex // held while events are applied or retried
	parkedKeys map[string]bool

	term          int64
	epoch         int64
	seq           int64
	chain         []byte
	streamSeq     uint64
	streamCreated int64
	leased        time.Time // when the lease was last prolonged
	savedSeq      int64     // as the cursor's row says
	unsaved       progress  // counts since then

	announced atomic.Pointer[relay.Position]
	position  atomic.Pointer[relay.Position] // of the cursor, for an objection
	lagging   time.Time                      // since when an announcement is ahead of the cursor
	alarmed   string                         // as the cursor's row says
	waits     bool                           // the gauge says that something is parked
}

func (r *reader) run(ctx context.Context) {
	sub, err := r.cfg.Conn.Subscribe(event.Announce(r.channel), r.heard)
	if err == nil {
		defer func() { _ = sub.Unsubscribe() }()
		// Whoever has the lease is heard: a restored publisher asks the moment that it
		// starts, and takes it for granted that nobody listens where nobody answers.
		arrived, cancel := context.WithTimeout(ctx, 2*time.Second)
		_ = r.cfg.Conn.FlushWithContext(arrived) // without the bus nobody asks either
		cancel()
	}
	for ctx.Err() == nil {
		err := r.acquire(ctx)
		held := err == nil
		if held {
			err = r.read(ctx)
			if r.waits { // whoever reads on tells how many are parked
				r.waiting(ctx, 0, r.channel)
				r.waits = false
			}
		}
		switch {
		case ctx.Err() != nil:
		case !errors.Is(err, errDeposed) && !errors.Is(err, errRestart):
			r.broken(ctx, 1)
			if r.quiet.News(r.channel, err) {
				r.log.WarnContext(ctx, "consumer interrupted", "channel", r.channel, "error", err)
			}
			if fault.Broken("consume.ends_when_refused") && strings.HasPrefix(errs.CodeOf(err), "storage.") {
				return
			}
		}
		switch {
		case held && errors.Is(err, errDeposed): // mostly by an Interrupt: whether it may read on is asked at once
		case errors.Is(err, errDeposed):
			pause(ctx, retake)
		default:
			pause(ctx, housekeep)
		}
	}
	r.release()
}

// heard keeps the publisher's newest announcement, and objects where the
// cursor is farther or stands on another hash: its publisher may have been
// restored to the past.
func (r *reader) heard(m *nats.Msg) {
	a, ok := relay.ParsePosition(m.Data)
	if !ok || !r.signed(a, m.Header.Get(event.HeaderSign), time.Now()) {
		return // anybody may have said so
	}
	r.announced.Store(&a)
	at := r.position.Load()
	if m.Reply == "" || at == nil || at.Epoch < a.Epoch || at.Epoch == a.Epoch && at.Seq < a.Seq || *at == a {
		return
	}
	_ = m.Respond(at.Marshal()) // the next announcement asks again
}

// acquire takes the channel's lease and loads the cursor.
func (r *reader) acquire(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		now, wrong := time.Now(), false
		d := tx.Dialect()
		if err := tx.QueryRow(`SELECT coalesce(max(lease_until), 0) > `+d.In(2*lease)+` FROM cursor WHERE channel = $1`, r.channel).Scan(&wrong); err != nil {
			return err
		}
		err := tx.QueryRow(`UPDATE cursor SET owner = $1, term = term + 1, lease_until = `+d.In(lease)+`
			WHERE channel = $2 AND (owner = $1 OR `+d.Over("lease_until", 2*lease)+`)
			RETURNING term, epoch, seq, chain, stream_seq, stream_created, alarm`,
			r.cfg.Instance, r.channel).
			Scan(&r.term, &r.epoch, &r.seq, &r.chain, &r.streamSeq, &r.streamCreated, &r.alarmed)
		if errors.Is(err, sql.ErrNoRows) {
			return errDeposed
		}
		if err != nil {
			return err
		}
		if wrong {
			tx.OnCommit(func() {
				r.log.ErrorContext(ctx, "a lease lay too far ahead and was taken: a machine's clock was wrong", "channel", r.channel)
			})
		}
		r.leased, r.chain = now, append([]byte{}, r.chain...) // an empty hash must not become NULL
		r.savedSeq, r.unsaved = r.seq, progress{}
		r.position.Store(&relay.Position{Epoch: r.epoch, Seq: r.seq, Chain: hex.EncodeToString(r.chain)})
		clear(r.parkedKeys)
		keys, err := sqldb.Collect(tx, func(s sqldb.Scanner) (k string, err error) { return k, s.Scan(&k) },
			`SELECT DISTINCT event_key FROM parked WHERE channel = $1`, r.channel)
		for _, k := range keys {
			r.parkedKeys[k] = true
		}
		return err
	})
}

func (r *reader) release() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = r.flush(ctx)                                    // at worst it is read again
	_ = r.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error { // at worst the lease runs out
		_, err := tx.Exec(`UPDATE cursor SET lease_until = 0 WHERE channel = $1 AND term = $2`, r.channel, r.term)
		return err
	})
}

// read follows the stream from the cursor and applies what comes, in batches.
func (r *reader) read(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, info, err := r.stream(ctx)
	if err != nil {
		return r.beside(ctx, err)
	}
	created := info.Created.UnixMicro()
	start := r.streamSeq + 1
	if created != r.streamCreated || r.streamSeq > info.State.LastSeq {
		start = 1 // another stream, or one that lost its tail
	}
	r.streamCreated = created
	cons, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: start})
	if err != nil {
		return fmt.Errorf("ordered consumer: %w", err)
	}
	arrived := make(chan delivery, buffer)
	failed := make(chan error, 1)
	cc, err := cons.Consume(func(m jetstream.Msg) {
		d, err := parseDelivery(m)
		if err != nil {
			select {
			case failed <- err:
			default:
			}
			return
		}
		select {
		case arrived <- d:
		case <-ctx.Done():
		}
	}, jetstream.PullMaxMessages(buffer), jetstream.ConsumeErrHandler(func(_ jetstream.ConsumeContext, err error) {
		if errors.Is(err, jetstream.ErrNoHeartbeat) {
			return // the ordered consumer resets itself
		}
		select {
		case failed <- err:
		default:
		}
	}))
	if err != nil {
		return fmt.Errorf("consume: %w", err)
	}
	defer cc.Stop()
	tick := time.NewTicker(housekeep)
	defer tick.Stop()
	write := time.NewTicker(writeDown)
	defer write.Stop()
	batch := make([]delivery, 0, batchLimit)
	since := time.Now() // when the first of the batch arrived
	for {
		if len(batch) == 0 {
			since = time.Now()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			return err
		case d := <-arrived:
			batch = append(batch, d)
		case <-write.C:
			if err := r.flush(ctx); err != nil {
				return err
			}
			if len(batch) == 0 {
				continue
			}
		case <-tick.C:
			if err := r.housekeep(ctx, len(arrived) > 0); err != nil {
				return err
			}
			continue
		}
		window := time.NewTimer(gather)
	fill:
		for len(batch) < 2*batchLimit {
			select {
			case d := <-arrived:
				batch = append(batch, d)
			case <-window.C:
				break fill
			case <-ctx.Done():
				break fill
			}
		}
		window.Stop()
		if batch, err = r.settle(ctx, batch, len(batch) < 2*batchLimit && time.Since(since) < unsigned); err != nil {
			return err
		}
	}
}

// stream asks for the channel's stream as it is now.
func (r *reader) stream(ctx context.Context) (jetstream.Stream, *jetstream.StreamInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, lease/2)
	defer cancel()
	s, err := r.js.Stream(ctx, event.Stream(r.channel))
	if err != nil {
		return nil, nil, fmt.Errorf("stream: %w", err)
	}
	return s, s.CachedInfo(), nil
}

// beside goes on for a while where the stream cannot be had: announcements say
// what is missing, and it is filled from the publisher's event table.
func (r *reader) beside(ctx context.Context, cause error) error {
	tick := time.NewTicker(housekeep)
	defer tick.Stop()
	for range 3 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if err := r.housekeep(ctx, false); err != nil && !errors.Is(err, errRestart) {
				return err
			}
		}
	}
	return cause
}

// parseDelivery reads the headers. Those that cannot be read mean damage, or
// another author than the channel's: the event is asked for from its publisher.
func parseDelivery(m jetstream.Msg) (delivery, error) {
	meta, err := m.Metadata()
	if err != nil {
		return delivery{}, err
	}
	h := m.Headers()
	d := delivery{id: h.Get(event.HeaderID), body: m.Data(), streamSeq: meta.Sequence.Stream, at: meta.Timestamp}
	d.epoch, _ = strconv.ParseInt(h.Get(event.HeaderEpoch), 10, 64)
	d.seq, _ = strconv.ParseInt(h.Get(event.HeaderSeq), 10, 64)
	d.chain, _ = hex.DecodeString(h.Get(event.HeaderChain))
	d.sign, d.marker = h.Get(event.HeaderSign), h.Get(event.HeaderAside) != ""
	return d, nil
}

// apply applies deliveries in order, filling gaps as it meets them.
func (r *reader) apply(ctx context.Context, batch []delivery) error {
	for len(batch) > 0 {
		done, err := r.commit(ctx, batch)
		batch = batch[done:]
		switch {
		case err == nil:
		case errors.Is(err, errGap), errors.Is(err, errDiffers):
			if err := r.fill(ctx, batch[0].epoch, batch[0].seq); err != nil {
				return err
			}
			if batch[0].seq > r.seq || batch[0].epoch > r.epoch {
				if r.genuine(batch[0]) { // what fill could not reach is not there yet
					return errRestart
				}
				r.strange(ctx, 1) // nobody knows it but who wrote it
				batch = batch[1:]
			}
		default:
			return err
		}
	}
	return nil
}

// fill applies everything after the cursor up to a position from the
// publisher's event table, and follows the publisher into a new epoch.
func (r *reader) fill(ctx context.Context, epoch, upTo int64) error {
	for r.epoch < epoch || r.epoch == epoch && r.seq < upTo {
		reply, err := r.cfg.Fill(ctx, r.channel, r.epoch, r.seq+1, batchLimit)
		if err != nil {
			return fmt.Errorf("fill a gap: %w", err)
		}
		var next *platformv1.EpochStart // of the epoch after ours
		if all := reply.GetEpochs(); len(all) > 0 {
			next = all[0]
		}
		if next != nil && r.seq >= next.GetSeq() {
			if err := r.enter(ctx, next); err != nil {
				return err
			}
			continue
		}
		var batch []delivery
		for _, s := range reply.GetEvents() {
			if next != nil && s.GetSeq() > next.GetSeq() {
				break
			}
			d := delivery{id: s.GetId(), epoch: r.epoch, seq: s.GetSeq(), chain: s.GetChain(), body: s.GetBody(), withheld: s.GetWithheld()}
			if e, err := event.Parse(d.body); err == nil {
				d.id = e.ID
			} else {
				d.id = s.GetId()
			}
			if d.told = (told{s.GetAside(), s.GetType(), s.GetKey()}); d.told.code != "" {
				d.id = s.GetId()
			}
			batch = append(batch, d)
		}
		if len(batch) == 0 {
			return nil
		}
		n, err := r.commit(ctx, batch)
		if errors.Is(err, errDiffers) {
			r.alarm(ctx, errDiffers.Code)
		}
		if err != nil {
			return err
		}
		r.gaps(ctx, int64(n))
	}
	return nil
}

// housekeep prolongs the lease, and fills what an announcement says is missing
// though nothing arrives.
func (r *reader) housekeep(ctx context.Context, arriving bool) error {
	now := time.Now()
	if now.Sub(r.leased) > lease/2 {
		err := r.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
			n, err := tx.Exec(`UPDATE cursor SET lease_until = `+tx.Dialect().In(lease)+` WHERE channel = $1 AND term = $2`, r.channel, r.term)
			if err == nil && n == 0 {
				return errDeposed
			}
			return err
		})
		if err != nil {
			return err
		}
		r.leased = now
	}
	if r.waits || len(r.parkedKeys) > 0 {
		if err := r.gauge(ctx); err != nil {
			return err
		}
	}
	a := r.announced.Load()
	if a == nil || arriving || a.Epoch == r.epoch && a.Seq < r.seq {
		r.lagging = time.Time{}
		return nil
	}
	if a.Epoch == r.epoch && a.Seq == r.seq {
		r.lagging = time.Time{}
		code := ""
		if a.Chain != hex.EncodeToString(r.chain) && a.Seq > 0 {
			code = errDiffers.Code
		}
		r.alarm(ctx, code)
		return nil
	}
	if r.lagging.IsZero() {
		r.lagging = now
		return nil
	}
	if now.Sub(r.lagging) < 2*housekeep || fault.Broken("consume.heeds_no_announcement") {
		return nil
	}
	if a.Epoch < r.epoch {
		// A relay that was just replaced says so too, but not for long: the
		// publisher's database went back to before an epoch.
		if now.Sub(r.lagging) > 2*lease {
			r.alarm(ctx, errDiffers.Code)
		}
		return nil
	}
	r.lagging = time.Time{}
	if err := r.fill(ctx, a.Epoch, a.Seq); err != nil {
		return err
	}
	return errRestart // what should have brought these may be another stream now
}

// alarm writes down why the channel is not read on, or that it is.
func (r *reader) alarm(ctx context.Context, code string) {
	if r.alarmed == code {
		return
	}
	if code != "" {
		r.alarms(ctx, 1)
		r.log.ErrorContext(ctx, "the channel's bytes differ from what its publisher chained", "channel", r.channel, "seq", r.seq)
	}
	err := r.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`UPDATE cursor SET alarm = $1 WHERE channel = $2`, code, r.channel)
		return err
	})
	if err == nil { // else the next round writes it
		r.alarmed = code
	}
}

// gauge tells how many of the channel's events are parked.
func (r *reader) gauge(ctx context.Context) error {
	var n int64
	err := r.cfg.DB.View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM parked WHERE channel = $1`, r.channel).Scan(&n)
	})
	if err == nil {
		r.waiting(ctx, n, r.channel)
		r.waits = n > 0
	}
	return err
}
