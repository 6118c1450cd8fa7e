// Package relay carries a service's shared events from its event table to the
// bus: one leader per channel gives gap-free sequence numbers and a chain hash
// in a transaction of its own, then publishes messages that state the expected
// last sequence of the stream. The event table is the truth; the broker may
// lose anything and is repaired from it.
package relay

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/fault"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
)

// Errors of this package.
var (
	// ErrDiverged is invariant I10: the broker holds what the database does not.
	ErrDiverged = errs.New(errs.Internal, "relay.diverged", "The broker holds events that the database does not know; the database may have been restored to the past. Publishing has stopped.")
	// ErrStreamFull is a stream that takes no more: what was numbered stays in the
	// event table, where readers fill from it, until there is room.
	ErrStreamFull = errs.New(errs.Unavailable, "relay.stream_full", "The channel's stream is full. Events reach their readers from the event table, later than usual, until there is room.")
	// ErrPartitions means that the service was started with another number of
	// channels than its database has.
	ErrPartitions = errs.New(errs.Invalid, "relay.partitions", "The database holds other channels than the service was started with. The number of partitions is fixed for a platform's life.")

	// ErrNoStream is a channel without a stream: streams are made by the operator alone.
	ErrNoStream = errs.New(errs.Unavailable, "relay.no_stream", "The channel has no stream on the bus. Events reach their readers from the event table, later than usual; let the operator make it (qiao streams).")
	// ErrBusSick is a bus that answers, and takes no events.
	ErrBusSick = errs.New(errs.Unavailable, "relay.bus_sick", "The bus takes no events. They reach their readers from the event table, later than usual; look after its disk.")

	errDeposed = errors.New("another relay leads this channel")
)

const (
	batchLimit = 500                    // events to a transaction and to a publish; the broker takes 1000
	lease      = 3 * time.Second        // a dead leader is replaced within this time
	retake     = lease / 6              // how often who does not lead looks whether it may
	poll       = 200 * time.Millisecond // finds what another instance committed
	gather     = 3 * time.Millisecond   // what commits meanwhile is numbered and published together
	calm       = 20 * time.Millisecond  // what was acknowledged is written down with the next numbers, or after this
	announce   = 2 * time.Second
	ackTimeout = 5 * time.Second
	// streamAttempts are made before the bus is said not to answer: 20 seconds.
	streamAttempts = 10
	objecting      = 500 * time.Millisecond // for readers to object where the broker cannot vouch for the database
)

// Config is what a relay works with.
type Config struct {
	Outbox    *outbox.Outbox
	Conn      *nats.Conn
	Instance  string // unique per process
	Replicas  int    // of the streams; 1 on a single server
	MaxBytes  int64  // of each stream; a full stream pauses the relay
	Clock     clock.Clock
	Telemetry *telemetry.Scope
	Signer    *auth.Signer    // signs as the publisher what it sends
	Keys      auth.RecordKeys // by which the publisher signed what it sent
	// Operator makes the streams, on a connection that may; nil where that is done apart.
	Operator jetstream.JetStream
}

// Relay publishes the channels of one service.
type Relay struct {
	cfg       Config
	js        jetstream.JetStream
	log       *slog.Logger
	published func(context.Context, int64)
	alarms    func(context.Context, int64)
	broken    func(context.Context, int64)
	quiet     telemetry.Quiet
	sent      sync.Map // by channel, the stream's number of what was acknowledged last
	vouched   sync.Map // channels whose stream and table were found to agree since the start
}

// New returns a relay; Prepare and Run start it.
func New(cfg Config) (*Relay, error) {
	js, err := jetstream.New(cfg.Conn)
	if err != nil {
		return nil, err
	}
	return &Relay{
		cfg: cfg, js: js, log: cfg.Telemetry.Log,
		published: cfg.Telemetry.Counter("relay_published", "Events published and acknowledged."),
		alarms:    cfg.Telemetry.Counter("relay_alarms", "Times that a relay stopped, or went on beside the bus."),
		broken:    cfg.Telemetry.Counter("relay_interrupted", "Times that a relay's work was interrupted."),
	}, nil
}

// Prepare makes the channels' rows where they are missing, and their streams
// where the relay may.
func (r *Relay) Prepare(ctx context.Context) error {
	for _, ch := range r.cfg.Outbox.Channels() {
		err := r.cfg.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
			_, err := tx.Exec(`INSERT INTO channel (channel, epoch, last_seq, chain, published_seq, owner, term, lease_until)
				VALUES ($1, 1, 0, $2, 0, '', 0, 0) ON CONFLICT (channel) DO NOTHING`, ch, []byte{})
			return err
		})
		if err != nil {
			return err
		}
		if _, err := r.stream(ctx, ch); err != nil && !errors.Is(err, ErrNoStream) {
			return err
		}
	}
	var n int
	err := r.cfg.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT count(*) FROM channel`).Scan(&n) })
	if err == nil && n != len(r.cfg.Outbox.Channels()) {
		return ErrPartitions.With("channels", strconv.Itoa(n))
	}
	return err
}

// Run relays until ctx ends.
func (r *Relay) Run(ctx context.Context) error {
	channels := r.cfg.Outbox.Channels()
	wakes := make([]chan struct{}, len(channels))
	var wg sync.WaitGroup
	for i, ch := range channels {
		wakes[i] = make(chan struct{}, 1)
		wg.Go(func() { r.channel(ctx, ch, wakes[i]) })
	}
	for {
		select {
		case <-ctx.Done():
			wg.Wait()
			return nil
		case <-r.cfg.Outbox.Wake():
			for _, w := range wakes {
				select {
				case w <- struct{}{}:
				default:
				}
			}
		}
	}
}

// channel leads one channel whenever it can.
func (r *Relay) channel(ctx context.Context, name string, wake <-chan struct{}) {
	for ctx.Err() == nil {
		c := &leader{Relay: r, name: name, wake: wake, acknowledged: make(chan struct{}, 1)}
		err := c.acquire(ctx)
		if err == nil {
			err = c.lead(ctx)
		}
		switch {
		case ctx.Err() != nil:
			c.release()
			return
		case errors.Is(err, ErrDiverged):
			r.alarms(ctx, 1)
			r.log.ErrorContext(ctx, "relay stopped", "channel", name, "error", err)
			c.alarm(ctx, ErrDiverged.Code)
		case errors.Is(err, errDeposed):
			pause(ctx, retake)
			continue
		case err != nil:
			r.broken(ctx, 1)
			if r.quiet.News(name, err) {
				r.log.WarnContext(ctx, "relay interrupted", "channel", name, "error", err)
			}
			// Another instance may have a better link to the bus.
			c.release()
		}
		pause(ctx, time.Second)
	}
}

// leader is a relay's work on one channel for one term of leadership.
type leader struct {
	*Relay
	name   string
	wake   <-chan struct{}
	term   int64
	leased time.Time // when the lease was last prolonged

	epoch     int64
	lastSeq   int64        // assigned
	chain     []byte       // at lastSeq
	marked    int64        // acknowledged and written down
	pubSeq    atomic.Int64 // acknowledged
	streamSeq uint64       // of the stream's last message
	announced time.Time
	looked    time.Time // whether others wrote
	alarmed   string    // as the channel's row says

	acknowledged chan struct{} // something was, since it was written down last
	objections   *nats.Subscription
	objected     chan *nats.Msg
}

// acquire takes the channel's lease, or returns errDeposed while another holds it.
func (c *leader) acquire(ctx context.Context) error {
	return c.cfg.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		now, wrong := time.Now(), false
		d := tx.Dialect()
		if err := tx.QueryRow(`SELECT coalesce(max(lease_until), 0) > `+d.In(2*lease)+` FROM channel WHERE channel = $1`, c.name).Scan(&wrong); err != nil {
			return err
		}
		err := tx.QueryRow(`UPDATE channel SET owner = $1, term = term + 1, lease_until = `+d.In(lease)+`
			WHERE channel = $2 AND (owner = $1 OR `+d.Over("lease_until", 2*lease)+`)
			RETURNING term, epoch, last_seq, chain, published_seq, alarm`,
			c.cfg.Instance, c.name).
			Scan(&c.term, &c.epoch, &c.lastSeq, &c.chain, &c.marked, &c.alarmed)
		if errors.Is(err, sql.ErrNoRows) {
			return errDeposed
		}
		if wrong {
			tx.OnCommit(func() {
				c.log.ErrorContext(ctx, "a lease lay too far ahead and was taken: a machine's clock was wrong", "channel", c.name)
			})
		}
		c.leased, c.chain = now, append([]byte{}, c.chain...) // an empty hash must not become NULL
		c.pubSeq.Store(c.marked)
		return err
	})
}

// release lets another instance lead at once.
func (c *leader) release() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.cfg.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error { // at worst the lease runs out
		_, err := tx.Exec(`UPDATE channel SET lease_until = 0, published_seq = $1 WHERE channel = $2 AND term = $3`, c.pubSeq.Load(), c.name, c.term)
		return err
	})
}

// lead reconciles with the broker and then sequences and publishes, the one
// beside the other, until an error or the end of ctx.
func (c *leader) lead(ctx context.Context) error {
	if err := c.listen(); err != nil {
		return err
	}
	defer func() { _ = c.objections.Unsubscribe() }()
	vouched, err := c.reconcile(ctx)
	if err != nil {
		return c.instead(ctx, err)
	}
	// A relay that was stopped stays so until an officer lifted the alarm, or
	// until no reader objects any more: the stream's tail may by now be its own.
	if !vouched || c.alarmed != "" {
		if err := c.hear(ctx); err != nil {
			return err
		}
	}
	c.Relay.vouched.Store(c.name, true)
	if err := c.backlog(ctx); err != nil {
		return c.instead(ctx, err)
	}
	c.alarm(ctx, "")
	c.quiet.Well(c.name)
	batches := make(chan []row, 2)
	chain := c.chain // after the backlog, all that is numbered is published
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.number(ctx, batches) })
	g.Go(func() error { return c.send(ctx, batches, chain) })
	return g.Wait()
}

// instead goes on from the event table where the bus takes nothing, if all
// else is well: the two have agreed, so that no number can be given twice.
func (c *leader) instead(ctx context.Context, cause error) error {
	missing := errors.Is(cause, ErrNoStream)
	if _, ok := c.Relay.vouched.Load(c.name); !ok && missing {
		// Like a stream that was wiped: only a reader can say how far this database once was.
		if err := c.hear(ctx); err != nil {
			return err
		}
		c.Relay.vouched.Store(c.name, true)
	}
	if _, ok := c.Relay.vouched.Load(c.name); !ok || ctx.Err() != nil || !c.cfg.Conn.IsConnected() || errors.Is(cause, ErrDiverged) || errors.Is(cause, errDeposed) {
		return cause
	}
	if k := errs.KindOf(cause); k != errs.Internal && !missing { // the database's
		return cause
	}
	return c.aside(ctx, cause)
}

// number sequences what comes and hands it on.
func (c *leader) number(ctx context.Context, batches chan<- []row) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		rows, err := c.sequence(ctx)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			select {
			case batches <- rows:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if full(rows) {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.wake:
			pause(ctx, gather)
		case <-c.acknowledged:
			select {
			case <-c.wake:
				pause(ctx, gather)
			case <-time.After(calm):
			case <-ctx.Done():
			}
		case <-tick.C:
		}
	}
}

// pause waits d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// send publishes batches in order and announces how far the channel is.
func (c *leader) send(ctx context.Context, batches <-chan []row, chain []byte) error {
	tick := time.NewTicker(announce)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case rows := <-batches:
			if err := c.publish(ctx, rows); err != nil {
				return err
			}
			chain = rows[len(rows)-1].chain
		case m := <-c.objected:
			if err := c.judge(ctx, m); err != nil {
				return err
			}
		case <-tick.C:
		}
		if now := time.Now(); now.Sub(c.announced) >= announce {
			c.announced = now
			if err := c.announce(c.pubSeq.Load(), chain); err != nil {
				return err
			}
			if err := c.strangers(ctx, now); err != nil {
				return err
			}
		}
	}
}

// row is a sequenced event on its way to the broker.
type row struct {
	ord   int64
	id    string
	body  []byte
	seq   int64
	chain []byte
}

// full reports whether rows may not be all that wait: there are as many, or
// their bytes are.
func full(rows []row) bool {
	size := 0
	for _, r := range rows {
		size += len(r.body)
	}
	return len(rows) == batchLimit || size >= budget
}

// sequence gives the next numbers to rows that have none, oldest first, marks
// what was acknowledged since, and prolongs the lease; all in one transaction
// that a deposed leader cannot commit.
func (c *leader) sequence(ctx context.Context) ([]row, error) {
	now := time.Now()
	var (
		rows  []row
		seq   int64
		chain []byte
	)
	pending, published := false, c.pubSeq.Load()
	err := c.cfg.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM event WHERE channel = $1 AND seq IS NULL AND audience = 'shared')`, c.name).Scan(&pending)
	})
	if err != nil {
		return nil, err
	}
	if !pending && c.marked == published && now.Sub(c.leased) < lease/2 {
		return nil, nil
	}
	err = c.cfg.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		seq, chain = c.lastSeq, c.chain
		var epoch, last int64
		err := tx.QueryRow(`SELECT epoch, last_seq FROM channel WHERE channel = $1 AND term = $2`+tx.Dialect().ForUpdate(), c.name, c.term).Scan(&epoch, &last)
		if errors.Is(err, sql.ErrNoRows) || err == nil && (epoch != c.epoch || last != c.lastSeq) {
			return errDeposed
		}
		if err != nil {
			return err
		}
		rows, err = page(tx, func(s sqldb.Scanner) (r row, size int, err error) {
			err = s.Scan(&r.ord, &r.id, &r.body)
			return r, len(r.body), err
		}, `SELECT ord, id, body FROM event WHERE channel = $1 AND seq IS NULL AND audience = 'shared' ORDER BY ord LIMIT `+strconv.Itoa(batchLimit), c.name)
		if err != nil {
			return err
		}
		for i := range rows {
			seq++
			chain = event.Chain(chain, rows[i].id, rows[i].body)
			rows[i].seq, rows[i].chain = seq, chain
			if err := tx.Queue(`UPDATE event SET epoch = $1, seq = $2, chain = $3 WHERE ord = $4`, c.epoch, seq, chain, rows[i].ord); err != nil {
				return err
			}
		}
		last = seq
		if fault.Broken("relay.number_not_kept") {
			last = c.lastSeq
		}
		_, err = tx.Exec(`UPDATE channel SET last_seq = $1, chain = $2, published_seq = $3, lease_until = `+tx.Dialect().In(lease)+` WHERE channel = $4 AND term = $5`,
			last, chain, published, c.name, c.term)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(rows) > 0 {
		fault.Point("relay.sequenced")
	}
	c.lastSeq, c.chain, c.marked, c.leased = seq, chain, published, now
	return rows, nil
}

// publish sends rows, each stating the sequence that it must follow in the
// stream, and takes them as published only after the last acknowledgement: a
// row that is refused makes all after it refused, so that what the broker
// holds stays a prefix of what was numbered. An atomic batch would say the
// same, but costs the server a store of its own on disk each time.
func (c *leader) publish(ctx context.Context, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, ackTimeout)
	defer cancel()
	fault.Point("relay.sends")
	acks := make([]jetstream.PubAckFuture, len(rows))
	for i, r := range rows {
		m, err := c.message(ctx, r)
		if err != nil {
			return err
		}
		if i == len(rows)-1 {
			c.sign(m, r)
		}
		follows := []jetstream.PublishOpt{jetstream.WithExpectLastSequence(c.streamSeq + uint64(i))}
		if fault.Broken("relay.expects_nothing") {
			follows = nil
		}
		if acks[i], err = c.js.PublishMsgAsync(m, follows...); err != nil {
			return fmt.Errorf("publish: %w", err)
		}
		if fault.Broken("relay.marks_before_acknowledgement") {
			c.pubSeq.Store(r.seq)
		}
	}
	for i, a := range acks {
		select {
		case <-a.Ok():
			c.streamSeq++
			c.pubSeq.Store(rows[i].seq)
		case err := <-a.Err():
			return fmt.Errorf("publish: %w", err)
		case <-ctx.Done():
			return fmt.Errorf("publish: %w", ctx.Err())
		}
	}
	c.Relay.sent.Store(c.name, c.streamSeq)
	select {
	case c.acknowledged <- struct{}{}:
	default:
	}
	c.published(ctx, int64(len(rows)))
	fault.Point("relay.published")
	return nil
}

// backlog publishes what was sequenced but not acknowledged.
func (c *leader) backlog(ctx context.Context) error {
	for c.pubSeq.Load() < c.lastSeq {
		rows, err := ReadSequenced(ctx, c.cfg.Outbox.DB(), c.name, c.pubSeq.Load()+1, batchLimit)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return ErrDiverged.With("channel", c.name).With("seq", strconv.FormatInt(c.pubSeq.Load()+1, 10))
		}
		out := make([]row, len(rows))
		for i, s := range rows {
			out[i] = row{id: s.ID, body: s.Body, seq: s.Seq, chain: s.Chain}
		}
		if err := c.publish(ctx, out); err != nil {
			return err
		}
	}
	return nil
}
