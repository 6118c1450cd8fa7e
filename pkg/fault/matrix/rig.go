//go:build chaos

package matrix

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

const patience = 60 * time.Second

// several is how many channels a publisher has that has more than one.
const several = 3

// rig is a broker and two databases, seen from outside of the nodes.
type rig struct {
	t        testing.TB
	store    string // the broker's files
	options  server.Options
	natsd    *server.Server
	js       jetstream.JetStream
	conn     *nats.Conn
	pub, sub *sqldb.DB
	pubAt    string
	subAt    string
	channels int    // of the publisher
	channel  string // the one that a fault is done to
	roles    [2]string
	further  func() []string // what does not hold beside what is said of every pipeline
}

func newRig(t testing.TB, pub, sub string, channels int) *rig {
	t.Helper()
	r := &rig{t: t, pubAt: pub, subAt: sub, store: t.TempDir(), channels: channels, channel: event.Channel(publisher, 0), roles: [2]string{"publisher", "reader"}}
	r.options = server.Options{ServerName: "faults", Host: "127.0.0.1", Port: testkit.FreePort(t), JetStream: true, StoreDir: r.store, NoLog: true, NoSigs: true}
	r.startBroker()
	r.connect()
	t.Cleanup(func() { r.conn.Close(); r.stopBroker() })
	r.pub, r.sub = open(t, pub), open(t, sub)
	r.exec(r.pub, `CREATE TABLE thing (id TEXT PRIMARY KEY, version BIGINT NOT NULL)`)
	for i := range workers {
		r.exec(r.pub, fmt.Sprintf(`INSERT INTO thing (id, version) VALUES ('thing-%d', 0)`, i))
	}
	n := "n INTEGER PRIMARY KEY"
	if r.sub.Dialect() == sqldb.Postgres {
		n = "n BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
	}
	r.exec(r.sub, `CREATE TABLE heard (`+n+`, id TEXT NOT NULL, aggregate TEXT NOT NULL, version BIGINT NOT NULL)`)
	return r
}

func open(t testing.TB, at string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	return db
}

func (r *rig) exec(db *sqldb.DB, query string, args ...any) {
	r.t.Helper()
	if err := db.Update(context.Background(), func(tx *sqldb.Tx) error { _, err := tx.Exec(query, args...); return err }); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
}

// number runs a query for one number.
func (r *rig) number(db *sqldb.DB, query string, args ...any) (n int64) {
	r.t.Helper()
	if err := db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(query, args...).Scan(&n) }); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func (r *rig) startBroker() {
	r.t.Helper()
	o := r.options
	s, err := server.NewServer(&o)
	if err != nil {
		r.t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		r.t.Fatal("the broker does not start")
	}
	r.natsd = s
}

func (r *rig) stopBroker() { r.natsd.Shutdown(); r.natsd.WaitForShutdown() }

func (r *rig) connect() {
	r.t.Helper()
	nc, err := nats.Connect(r.natsd.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	if err != nil {
		r.t.Fatal(err)
	}
	r.conn = nc
	if r.js, err = jetstream.New(nc); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) publisher(events int) config {
	return config{Role: r.roles[0], NATS: r.natsd.ClientURL(), Database: r.pubAt, Events: events, Channels: r.channels}
}

func (r *rig) reader() config {
	return config{Role: r.roles[1], NATS: r.natsd.ClientURL(), Database: r.subAt, Channels: r.channels}
}

// stream is that of the channel to which a fault is done.
func (r *rig) stream() jetstream.Stream { return r.streamOf(r.channel) }

func (r *rig) streamOf(channel string) jetstream.Stream {
	r.t.Helper()
	var s jetstream.Stream
	r.until("there is a stream", func() (err error) {
		s, err = r.js.Stream(context.Background(), event.Stream(channel))
		return err
	})
	return s
}

// until waits for a condition; its last error is the failure.
func (r *rig) until(what string, condition func() error) {
	r.t.Helper()
	if err := within(patience, condition); err != nil {
		r.t.Fatalf("still not: %s: %v", what, err)
	}
}

func within(d time.Duration, condition func() error) error {
	deadline := time.After(d)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := condition()
		if err == nil {
			return nil
		}
		select {
		case <-deadline:
			return err
		case <-tick.C:
		}
	}
}

// published waits until the relay has marked so many as published.
func (r *rig) published(n int64) {
	r.t.Helper()
	r.until(fmt.Sprintf("%d events are published", n), func() error {
		if got := r.number(r.pub, `SELECT coalesce(sum(published_seq), 0) FROM channel`); got < n {
			return fmt.Errorf("%d", got)
		}
		return nil
	})
}

// settled is nil once every event of the load is numbered, published and
// applied, and the reader stands on each channel's hash: invariant I8.
func (r *rig) settled(events int64) error {
	all, err := relay.State(context.Background(), r.pub, false)
	if err != nil {
		return err
	}
	if len(all) != r.channels {
		return fmt.Errorf("there are %d of %d channels", len(all), r.channels)
	}
	if made := r.number(r.pub, `SELECT sum(version) FROM thing`); made < events {
		return fmt.Errorf("%d of %d commands are done", made, events)
	}
	for _, c := range all {
		if err := r.follows(c); err != nil {
			return fmt.Errorf("%s: %w", c.Channel, err)
		}
	}
	if n := r.number(r.sub, `SELECT count(*) FROM task`); n > 0 {
		return fmt.Errorf("%d tasks are not done", n)
	}
	return nil
}

// follows is nil once a channel is numbered, published and applied.
func (r *rig) follows(c relay.ChannelState) error {
	if c.Unsequenced > 0 || c.PublishedSeq != c.LastSeq {
		return fmt.Errorf("%d unnumbered, %d of %d published, alarm %q", c.Unsequenced, c.PublishedSeq, c.LastSeq, c.Alarm)
	}
	var (
		epoch, seq int64
		chain      []byte
	)
	err := r.sub.View(context.Background(), func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT epoch, seq, chain FROM cursor WHERE channel = $1`, c.Channel).Scan(&epoch, &seq, &chain)
	})
	if err != nil {
		return err
	}
	if epoch != c.Epoch || seq != c.LastSeq || !bytes.Equal(chain, c.Chain) {
		return fmt.Errorf("I8: the reader stands at %d of %d in epoch %d of %d", seq, c.LastSeq, epoch, c.Epoch)
	}
	return nil
}

// wrong lists what does not hold of I1, I2, I3, I4 (where the broker lost
// nothing), I6 and I9 once the faults have stopped.
func (r *rig) wrong(brokerLost bool) (failures []string) {
	fail := func(format string, args ...any) { failures = append(failures, fmt.Sprintf(format, args...)) }
	ctx := context.Background()
	states := r.number(r.pub, `SELECT sum(version) FROM thing`)
	rows := r.number(r.pub, `SELECT count(*) FROM event`)
	if states != rows {
		fail("I1: %d changes of state, %d events", states, rows)
	}
	if n := r.number(r.pub, `SELECT count(*) FROM thing t WHERE t.version <> (SELECT count(*) FROM event e WHERE e.aggregate = t.id)`); n > 0 {
		fail("I1: %d things have other events than changes", n)
	}
	all, err := relay.State(ctx, r.pub, true)
	if err != nil || len(all) != r.channels {
		fail("the publisher's state: %d channels, %v", len(all), err)
		return failures
	}
	numbered := int64(0)
	for _, c := range all {
		numbered += c.LastSeq
		if !c.GapFree {
			fail("I2, I9: %s: the numbers are not 1…%d", c.Channel, c.LastSeq)
		}
		if !c.ChainHold {
			fail("I9: %s: the stored events do not give the stored hashes", c.Channel)
		}
		if c.LastSeq == 0 {
			fail("%s: the load left the channel empty", c.Channel)
		}
		if !brokerLost {
			failures = append(failures, r.broker(c)...)
		}
	}
	if numbered != rows {
		fail("I2, I9: %d numbers of %d events", numbered, rows)
	}
	if n := r.number(r.pub, `SELECT count(*) FROM (SELECT seq, lag(seq) OVER (PARTITION BY aggregate ORDER BY version) AS before FROM event) x WHERE before >= seq`); n > 0 {
		fail("I2: %d pairs are not in the order of their versions", n)
	}
	heard := r.number(r.sub, `SELECT count(*) FROM heard`)
	once := r.number(r.sub, `SELECT count(DISTINCT id) FROM heard`)
	if heard != rows || once != rows {
		fail("I6: %d events, %d effects of %d events", rows, heard, once)
	}
	if n := r.number(r.sub, `SELECT count(*) FROM (SELECT version, lag(version) OVER (PARTITION BY aggregate ORDER BY n) AS before FROM heard) x WHERE before >= version`); n > 0 {
		fail("I6: %d effects are out of order", n)
	}
	if n := r.number(r.sub, `SELECT sum(applied + skipped - orphaned - seq) + (SELECT count(*) FROM parked) FROM cursor`); n != 0 {
		fail("I6: the cursor counts %d too many", n)
	}
	if r.further != nil {
		failures = append(failures, r.further()...)
	}
	return failures
}

// broker compares the stream with the event table: what is marked published is
// there with that id and hash, and the numbers are 1…n without a hole.
func (r *rig) broker(c relay.ChannelState) (failures []string) {
	ctx := context.Background()
	stored, err := relay.ReadSequenced(ctx, r.pub, c.Channel, 1, int(c.LastSeq)+1)
	if err != nil {
		return []string{err.Error()}
	}
	s := r.streamOf(c.Channel)
	info, err := s.Info(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	next := int64(1)
	for at := info.State.FirstSeq; at <= info.State.LastSeq; at++ {
		m, err := s.GetMsg(ctx, at)
		if err != nil {
			return append(failures, fmt.Sprintf("I4: message %d: %v", at, err))
		}
		seq, _ := strconv.ParseInt(m.Header.Get(event.HeaderSeq), 10, 64)
		switch {
		case seq > next || seq > int64(len(stored)):
			return append(failures, fmt.Sprintf("I4: the stream goes from %d to %d", next-1, seq))
		case hex.EncodeToString(stored[seq-1].Chain) != m.Header.Get(event.HeaderChain) || !bytes.Equal(stored[seq-1].Body, m.Data):
			return append(failures, fmt.Sprintf("I3: the stream's %d is not the event table's", seq))
		case seq == next:
			next++
		}
	}
	if next-1 < c.PublishedSeq {
		failures = append(failures, fmt.Sprintf("I3: %d marked published, %d on the broker", c.PublishedSeq, next-1))
	}
	return failures
}

// holds waits until all is settled and fails where an invariant does not hold.
func (r *rig) holds(events int64, brokerLost bool) {
	r.t.Helper()
	r.until("everything has arrived", func() error { return r.settled(events) })
	for _, f := range r.wrong(brokerLost) {
		r.t.Error(f)
	}
}

// foundOut fails where a broken mechanism is not noticed: neither does the
// pipeline come to rest unsettled nor does an invariant fail. It is at rest
// when nothing has moved for longer than any lease, repair or new attempt takes,
// so that a slow machine is not taken for a fault that was found.
func (r *rig) foundOut(events int64, brokerLost bool) {
	r.t.Helper()
	const rest = 8 * time.Second
	var (
		was   [5]int64
		since time.Time
	)
	err := within(patience, func() error {
		err := r.settled(events)
		now := [5]int64{r.number(r.pub, `SELECT sum(version) FROM thing`), r.number(r.pub, `SELECT coalesce(sum(last_seq), 0) FROM channel`),
			r.number(r.pub, `SELECT coalesce(sum(published_seq), 0) FROM channel`), r.number(r.sub, `SELECT coalesce(sum(seq), 0) FROM cursor`), r.number(r.sub, `SELECT count(*) FROM heard`)}
		if now != was {
			was, since = now, time.Now()
		}
		if err != nil && time.Since(since) > rest {
			return nil
		}
		return err
	})
	if err != nil {
		r.t.Fatalf("it neither settles nor comes to rest: %v", err)
	}
	if err := r.settled(events); err != nil {
		r.t.Logf("found out: %v", err)
		return
	}
	failures := r.wrong(brokerLost)
	if len(failures) == 0 {
		r.t.Error("the mechanism is broken and no invariant shows it")
	}
	r.t.Logf("found out: %v", failures)
}

// blockFiles is the pattern of the stream's message block files.
func (r *rig) blockFiles() string {
	return filepath.Join(r.store, "jetstream", "$G", "streams", event.Stream(r.channel), "msgs", "*.blk")
}

// blocks lists the stream's message block files, oldest first.
func (r *rig) blocks() []string {
	r.t.Helper()
	all, err := filepath.Glob(r.blockFiles())
	if err != nil || len(all) == 0 {
		r.t.Fatalf("no block files: %v", err)
	}
	return all
}

// forgetIndex removes what would let the broker skip reading its blocks.
func (r *rig) forgetIndex() {
	r.t.Helper()
	all, _ := filepath.Glob(filepath.Join(r.store, "jetstream", "$G", "streams", event.Stream(r.channel), "msgs", "index.db"))
	for _, f := range all {
		if err := os.Remove(f); err != nil {
			r.t.Fatal(err)
		}
	}
}
