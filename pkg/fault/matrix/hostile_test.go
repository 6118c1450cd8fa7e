//go:build chaos

package matrix

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// poison writes an event as a version without a limit did: with a request id
// of a megabyte. The thing's state goes with it.
func (r *rig) poison() {
	r.t.Helper()
	e := event.Event{ID: ident.NewID(), Type: "employment.hire.registered.v1", Aggregate: "poisoned", Version: 1, Worker: "poisoned", Correlation: strings.Repeat("x", 1<<20)}
	body, err := e.Marshal()
	if err != nil {
		r.t.Fatal(err)
	}
	r.exec(r.pub, `INSERT INTO thing (id, version) VALUES ('poisoned', 1)`)
	r.exec(r.pub, `INSERT INTO event (id, aggregate, version, channel, audience, type, worker, body, created_at) VALUES ($1, $2, 1, $3, 'shared', $4, $5, $6, 0)`,
		e.ID, e.Aggregate, r.channel, e.Type, e.Worker, body)
}

func poisoned(t *testing.T, r *rig, env ...string) {
	t.Helper()
	n := start(t, r.publisher(100), env...)
	r.published(100)
	n.kill()
	r.poison()
	start(t, r.publisher(200), env...)
	start(t, r.reader())
}

// TestAPoisonedEventHoldsNothingUp: its number goes on, it is parked, and
// everything else arrives.
func TestAPoisonedEventHoldsNothingUp(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		poisoned(t, r)
		r.until("everything but it has arrived", func() error { return r.settled(200) })
		if n := r.number(r.sub, `SELECT count(*) FROM heard`); n != 199 {
			t.Errorf("%d effects, not 199", n)
		}
		if n := r.number(r.sub, `SELECT count(*) FROM parked WHERE code = 'event.set_aside'`); n != 1 {
			t.Errorf("%d are parked", n)
		}
		if n := r.number(r.pub, `SELECT count(*) FROM set_aside`); n != 1 {
			t.Errorf("%d are set aside", n)
		}
	})
}

// TestControlOfPoison lets the relay carry whatever there is.
func TestControlOfPoison(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		poisoned(t, r, "QIAO_TEST_BROKEN=relay.sets_nothing_aside")
		r.foundOut(200, false)
	})
}

// forge writes a message that no publisher wrote: the next number with the hash
// that anybody can reckon.
func (r *rig) forge(epoch, seq int64) {
	r.t.Helper()
	var chain []byte
	if err := r.pub.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(`SELECT chain FROM channel`).Scan(&chain) }); err != nil {
		r.t.Fatal(err)
	}
	e := event.Event{ID: ident.NewID(), Type: "employment.hire.registered.v1", Aggregate: "forged", Version: 1, Worker: "forged"}
	body, err := e.Marshal()
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := r.js.PublishMsg(context.Background(), &nats.Msg{Subject: event.Subject(r.channel, "", e.Type), Data: body, Header: nats.Header{
		event.HeaderID: {e.ID}, event.HeaderEpoch: {strconv.FormatInt(epoch, 10)}, event.HeaderSeq: {strconv.FormatInt(seq, 10)},
		event.HeaderChain: {hex.EncodeToString(event.Chain(chain, e.ID, body))},
	}}); err != nil {
		r.t.Fatal(err)
	}
}

func forged(t *testing.T, r *rig, env ...string) {
	t.Helper()
	n := start(t, r.publisher(100))
	start(t, r.reader(), env...)
	r.until("the first hundred", func() error { return r.settled(100) })
	n.kill()
	r.forge(1, 101)
	r.forge(9, 101)
	r.forge(1, 1_000_000)
	if len(env) > 0 { // the control takes it before its number is another's
		r.until("it was taken", func() error {
			if r.number(r.sub, `SELECT coalesce(max(seq), 0) FROM cursor`) <= 100 {
				return errors.New("not yet")
			}
			return nil
		})
	}
	start(t, r.publisher(200))
}

// TestForgedMessages are never applied, and the channel goes on.
func TestForgedMessages(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		forged(t, r)
		r.holds(200, true)
		if n := r.number(r.sub, `SELECT count(*) FROM heard WHERE aggregate = 'forged'`); n != 0 {
			t.Errorf("%d were applied", n)
		}
		if n := r.number(r.pub, `SELECT count(*) FROM forged`); n != 3 {
			t.Errorf("%d are known, not 3", n)
		}
	})
}

// TestControlOfForgedMessages has a reader that takes what is not signed.
func TestControlOfForgedMessages(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		forged(t, r, "QIAO_TEST_BROKEN=consume.takes_unsigned")
		r.foundOut(200, true)
	})
}

// ahead leaves the leases as a machine does whose clock was six hours ahead
// and that died; then the clock is right.
func ahead(t *testing.T, r *rig, env ...string) {
	t.Helper()
	p, s := start(t, r.publisher(100)), start(t, r.reader())
	r.until("the first hundred", func() error { return r.settled(100) })
	p.kill()
	s.kill()
	r.exec(r.pub, `UPDATE channel SET lease_until = lease_until + 21600000000`)
	r.exec(r.sub, `UPDATE cursor SET lease_until = lease_until + 21600000000`)
	start(t, r.publisher(200), env...)
	start(t, r.reader(), env...)
}

// TestClocksThatJump hold nothing up, whether a lease lies hours ahead or back.
func TestClocksThatJump(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		ahead(t, r)
		r.holds(200, false)
		r.exec(r.pub, `UPDATE channel SET lease_until = lease_until - 21600000000`)
		r.exec(r.sub, `UPDATE cursor SET lease_until = lease_until - 21600000000`)
		start(t, r.publisher(300))
		r.holds(300, false)
	})
}

// TestControlOfClocks believes every lease, however far ahead it lies.
func TestControlOfClocks(t *testing.T) {
	onEach(t, func(t *testing.T, r *rig) {
		ahead(t, r, "QIAO_TEST_BROKEN=sqldb.trusts_clocks")
		r.foundOut(200, false)
	})
}
