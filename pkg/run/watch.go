package run

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/relay"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/telemetry"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Errors that say that a pipeline stands still.
var (
	ErrNotSent = errs.New(errs.Unavailable, "pipeline.not_sent", "Events wait to be sent, and none has been for a while. Look after the bus and this service's log.")
	ErrNotRead = errs.New(errs.Unavailable, "pipeline.not_read", "A channel's publisher is ahead, and nothing of it has been read for a while. Look after the bus, the publisher and this service's log.")
)

const (
	look        = time.Second
	standsStill = 30 * time.Second
	noStorage   = 5 * time.Second // a database is restarted in less
)

// watch looks whether a service's pipeline moves. It measures time by how long
// it has itself seen the same, whatever clocks say.
type watch struct {
	db       *sqldb.DB
	storages []func() (code string, since time.Time) // the database, and what is kept apart from it
	consumer *consume.Consumer                       // nil: reads no channel
	tel      *telemetry.Scope
	bound    time.Duration
	seen     map[string]sight
	codes    map[string]bool // that were ever told: their gauge is written at each look
	found    atomic.Pointer[[]*platformv1.Trouble]
	count    func(context.Context, int64, string)
}

// sight is how something looked, and since when it has looked so.
type sight struct {
	state, code string
	since       time.Time
	told        bool
}

func newWatch(db *sqldb.DB, apart []func() (string, time.Time), c *consume.Consumer, t *telemetry.Scope, bound time.Duration) *watch {
	if bound <= 0 {
		bound = standsStill
	}
	return &watch{db: db, storages: append([]func() (string, time.Time){db.Trouble}, apart...), consumer: c, tel: t, bound: bound, seen: map[string]sight{}, codes: map[string]bool{}, count: t.Gauge("troubles", "Reasons for which the service is not well.", "code")}
}

func (w *watch) run(ctx context.Context) error {
	tick := time.NewTicker(min(look, w.bound/4))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			found := w.look(ctx)
			w.found.Store(&found)
		}
	}
}

// look lists what is not well now.
func (w *watch) look(ctx context.Context) (found []*platformv1.Trouble) {
	counts := map[string]int64{}
	for code := range w.codes {
		counts[code] = 0
	}
	defer func(ctx context.Context) {
		for code, n := range counts {
			w.count(ctx, n, code)
		}
	}(ctx)
	// still reports a thing whose state has been bad and the same for a bound.
	still := func(thing, state string, bad bool, code, channel string, bound time.Duration) {
		if !bad {
			if s := w.seen[thing]; s.told {
				w.tel.Log.WarnContext(ctx, "it is well again", "trouble", s.code, "channel", channel)
			}
			delete(w.seen, thing)
			return
		}
		s, ok := w.seen[thing]
		if !ok || s.state != state {
			s = sight{state: state, code: code, since: time.Now()}
		}
		if time.Since(s.since) >= bound {
			if !s.told {
				w.tel.Log.ErrorContext(ctx, "the service is not well", "trouble", code, "channel", channel)
			}
			s.told = true
			counts[code]++
			w.codes[code] = true
			found = append(found, &platformv1.Trouble{Code: code, Channel: channel, Since: s.since.UnixMicro()})
		}
		w.seen[thing] = s
	}
	for i, trouble := range w.storages {
		code, since := trouble()
		lasts := code == sqldb.ErrFull.Code || code == AuditBroken || time.Since(since) >= noStorage // a full disk is told at once
		still(fmt.Sprint("storage ", i), code, code != "" && lasts, code, "", 0)
	}
	ctx, cancel := context.WithTimeout(ctx, w.bound)
	defer cancel()
	all, err := w.channels(ctx)
	if err != nil {
		return found // the storage's trouble says so
	}
	for _, c := range all {
		still("send "+c.name, fmt.Sprint(c.last, c.published), c.waiting, ErrNotSent.Code, c.name, w.bound)
		still("alarm "+c.name, c.alarm, c.alarm != "", c.alarm, c.name, 0)
	}
	if w.consumer == nil {
		return found
	}
	cursors, err := w.cursors(ctx)
	if err != nil {
		return found
	}
	for _, c := range cursors {
		a, ok := w.consumer.Announced(c.name)
		behind := ok && (a.Epoch > c.epoch || a.Epoch == c.epoch && a.Seq > c.seq)
		still("read "+c.name, fmt.Sprint(c.epoch, c.seq), behind, ErrNotRead.Code, c.name, w.bound)
		still("halt "+c.name, c.alarm, c.alarm != "", c.alarm, c.name, 0)
	}
	return found
}

type sent struct {
	name, alarm     string
	last, published int64
	waiting         bool
}

func (w *watch) channels(ctx context.Context) (all []sent, err error) {
	err = w.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (c sent, err error) {
			err = s.Scan(&c.name, &c.alarm, &c.last, &c.published, &c.waiting)
			c.waiting = c.waiting || c.published < c.last
			return c, err
		}, `SELECT c.channel, c.alarm, c.last_seq, c.published_seq,
			EXISTS (SELECT 1 FROM event e WHERE e.channel = c.channel AND e.seq IS NULL AND e.audience = 'shared') FROM channel c ORDER BY c.channel`)
		return err
	})
	return all, err
}

type cursor struct {
	name, alarm string
	epoch, seq  int64
}

func (w *watch) cursors(ctx context.Context) (all []cursor, err error) {
	err = w.db.View(ctx, func(tx *sqldb.Tx) error {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (c cursor, err error) { return c, s.Scan(&c.name, &c.alarm, &c.epoch, &c.seq) },
			`SELECT channel, alarm, epoch, seq FROM cursor ORDER BY channel`)
		return err
	})
	return all, err
}

// AuditBroken is the trouble of an audit that is not what was sealed: nothing stands still.
const AuditBroken = "identity.audit"

// stops reports whether a trouble keeps events from their readers, or commands
// from being saved; the others are alarms beside which all goes on.
func stops(t *platformv1.Trouble) bool {
	switch t.GetCode() {
	case AuditBroken, relay.ErrStreamFull.Code, relay.ErrNoStream.Code, relay.ErrBusSick.Code:
		return false
	}
	return true
}

// troubles are the service's, as they were last seen.
func (s *service) troubles() []*platformv1.Trouble {
	if all := s.watch.found.Load(); all != nil {
		return *all
	}
	return nil
}

// Unwell says in a line each why events or commands of the service stand still.
func (s *service) Unwell() (lines []string) {
	for _, t := range s.troubles() {
		if stops(t) {
			lines = append(lines, fmt.Sprintf("%s: %s %s since %s", s.name, t.GetCode(), t.GetChannel(), sqldb.Time(t.GetSince()).Format(time.RFC3339)))
		}
	}
	return lines
}

// Refused lists the service's channels that the bus does not take.
func (s *service) Refused() (channels []string) {
	for _, t := range s.troubles() {
		if code := t.GetCode(); code == relay.ErrBusSick.Code || code == relay.ErrStreamFull.Code {
			channels = append(channels, t.GetChannel())
		}
	}
	return channels
}
