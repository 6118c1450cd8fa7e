package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
)

// Model is a read model that can be made anew from the publishers' event
// tables while it serves: a copy beside it is filled, and the two change places.
// While Rebuilding is true, the model's handlers write to both.
type Model struct {
	Name string
	// Apply writes one event into the copy. It may meet an event twice.
	Apply Handler
	// Swap makes the copy the model, and the model the copy.
	Swap func(tx *sqldb.Tx) error
	// Clear takes some rows out of the copy and reports whether there are more.
	Clear func(tx *sqldb.Tx) (more bool, err error)
}

// Rebuilding is a condition in SQL for statements that write to a model's copy
// only while it is being filled; its one argument is the model's name.
const Rebuilding = `EXISTS (SELECT 1 FROM rebuild WHERE model = %s AND state = 'filling')`

// Errors of rebuilds.
var (
	ErrNoModel    = errs.New(errs.NotFound, "consume.no_model", "This service has no such read model.")
	ErrRebuilding = errs.New(errs.Conflict, "consume.rebuilding", "This read model is being rebuilt already.")
)

// RebuildStatus is how far a rebuild is. Times are zero while it has not ended.
type RebuildStatus struct {
	Model, State       string
	Done, Total        int64 // events
	StartedAt, EndedAt time.Time
}

// rebuildPage is how many events a page has; ReadChannel gives no more.
const rebuildPage = 500

// StartRebuild lets a model be made anew, in the background and by whichever
// instance takes it. It returns ErrNoModel or ErrRebuilding.
func (c *Consumer) StartRebuild(ctx context.Context, model, officer, reason string) error {
	if _, ok := c.model(model); !ok {
		return ErrNoModel.With("model", model)
	}
	return c.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		n, err := tx.Exec(`INSERT INTO rebuild (model, state, officer, reason, started_at, ended_at, owner, lease_until) VALUES ($1, 'clearing', $2, $3, $4, 0, '', 0)
			ON CONFLICT (model) DO UPDATE SET state = excluded.state, officer = excluded.officer, reason = excluded.reason, started_at = excluded.started_at, ended_at = 0, lease_until = 0
			WHERE rebuild.state = 'done'`, model, officer, reason, c.cfg.Clock.Now().UnixMicro())
		if err == nil && n == 0 {
			return ErrRebuilding.With("model", model)
		}
		if err != nil {
			return err
		}
		_, err = tx.Exec(`DELETE FROM rebuild_channel WHERE model = $1`, model)
		return err
	})
}

// Rebuilds lists the rebuilds that a database knows, the last of each model.
func Rebuilds(tx *sqldb.Tx) ([]RebuildStatus, error) {
	return sqldb.Collect(tx, func(s sqldb.Scanner) (r RebuildStatus, err error) {
		var started, ended int64
		err = s.Scan(&r.Model, &r.State, &started, &ended, &r.Done, &r.Total)
		r.StartedAt, r.EndedAt = sqldb.Time(started), sqldb.Time(ended)
		return r, err
	}, `SELECT r.model, r.state, r.started_at, r.ended_at, coalesce(CAST(sum(c.seq) AS BIGINT), 0), coalesce(CAST(sum(c.upto) AS BIGINT), 0)
		FROM rebuild r LEFT JOIN rebuild_channel c ON c.model = r.model GROUP BY r.model, r.state, r.started_at, r.ended_at ORDER BY r.model`)
}

func (c *Consumer) model(name string) (Model, bool) {
	for _, m := range c.cfg.Router.models {
		if m.Name == name {
			return m, true
		}
	}
	return Model{}, false
}

// rebuilds works on rebuilds of a model until ctx ends.
func (c *Consumer) rebuilds(ctx context.Context, m Model) {
	for ctx.Err() == nil {
		b := &rebuild{Consumer: c, model: m}
		// It ends with the lease, or where nothing is left to do.
		if err := b.run(ctx); ctx.Err() == nil && !errors.Is(err, errDeposed) {
			c.log.WarnContext(ctx, "rebuild interrupted", "model", m.Name, "error", err)
		}
		pause(ctx, housekeep)
	}
}

// rebuild is one instance's work on a model.
type rebuild struct {
	*Consumer
	model Model
}

// run does the steps that are left, each as often as it takes; every
// transaction holds the lease, so that another instance goes on where this one died.
func (b *rebuild) run(ctx context.Context) error {
	for {
		state, err := b.acquire(ctx)
		if err != nil {
			return err
		}
		switch state {
		case "clearing":
			err = b.clear(ctx, "clearing", b.begin)
		case "filling":
			if err = b.fill(ctx); err == nil {
				err = b.step(ctx, "filling", "emptying", b.model.Swap)
			}
		case "emptying":
			err = b.clear(ctx, "emptying", func(ctx context.Context) error { return b.step(ctx, "emptying", "done", nil) })
		}
		if err != nil {
			return err
		}
		b.log.InfoContext(ctx, "rebuild went on", "model", b.model.Name, "from", state)
	}
}

// acquire takes the model's lease; errDeposed where there is nothing to do.
func (b *rebuild) acquire(ctx context.Context) (state string, err error) {
	err = b.cfg.DB.View(ctx, func(tx *sqldb.Tx) error { // most of the time there is none
		return tx.QueryRow(`SELECT state FROM rebuild WHERE model = $1 AND state <> 'done'`, b.model.Name).Scan(&state)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return "", errDeposed
	}
	if err != nil {
		return "", err
	}
	err = b.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		d := tx.Dialect()
		err := tx.QueryRow(`UPDATE rebuild SET owner = $1, lease_until = `+d.In(lease)+` WHERE model = $2 AND state <> 'done' AND (owner = $1 OR `+d.Over("lease_until", 2*lease)+`) RETURNING state`,
			b.cfg.Instance, b.model.Name).Scan(&state)
		if errors.Is(err, sql.ErrNoRows) {
			return errDeposed
		}
		return err
	})
	return state, err
}

// hold prolongs the lease within a transaction that needs it.
func (b *rebuild) hold(tx *sqldb.Tx, state string) error {
	n, err := tx.Exec(`UPDATE rebuild SET lease_until = `+tx.Dialect().In(lease)+` WHERE model = $1 AND owner = $2 AND state = $3`,
		b.model.Name, b.cfg.Instance, state)
	if err == nil && n == 0 {
		return errDeposed
	}
	return err
}

// step goes from one state to the next, together with what do does.
func (b *rebuild) step(ctx context.Context, from, to string, do func(*sqldb.Tx) error) error {
	return b.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		if err := b.hold(tx, from); err != nil {
			return err
		}
		if do != nil {
			if err := do(tx); err != nil {
				return err
			}
		}
		ended := int64(0)
		if to == "done" {
			ended = b.cfg.Clock.Now().UnixMicro()
		}
		_, err := tx.Exec(`UPDATE rebuild SET state = $1, ended_at = $2 WHERE model = $3`, to, ended, b.model.Name)
		return err
	})
}

// clear empties the copy, in transactions that are short.
func (b *rebuild) clear(ctx context.Context, state string, then func(context.Context) error) error {
	for more := true; more; {
		err := b.cfg.DB.Update(ctx, func(tx *sqldb.Tx) (err error) {
			if err := b.hold(tx, state); err != nil { // else another may be filling it
				return err
			}
			more, err = b.model.Clear(tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return then(ctx)
}

// begin notes where the cursors stand. What is applied from here on is written
// to both: the readers are interrupted, so that whatever they have under way
// begins again and sees it.
func (b *rebuild) begin(ctx context.Context) error {
	return b.step(ctx, "clearing", "filling", func(tx *sqldb.Tx) error {
		if err := Interrupt(tx); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO rebuild_channel (model, channel, seq, upto) SELECT $1, channel, 0, seq FROM cursor`, b.model.Name)
		return err
	})
}

// fill reads the channels again, page after page, the next one while the last is written.
func (b *rebuild) fill(ctx context.Context) error {
	type progress struct {
		channel    string
		seq, until int64
	}
	var all []progress
	err := b.cfg.DB.View(ctx, func(tx *sqldb.Tx) (err error) {
		all, err = sqldb.Collect(tx, func(s sqldb.Scanner) (p progress, err error) { return p, s.Scan(&p.channel, &p.seq, &p.until) },
			`SELECT channel, seq, upto FROM rebuild_channel WHERE model = $1 ORDER BY channel`, b.model.Name)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range all {
		pages := b.pages(ctx, p.channel, p.seq, p.until)
		for p.seq < p.until {
			next, ok := <-pages
			if !ok {
				return ctx.Err()
			}
			if next.err != nil {
				return next.err
			}
			if err := b.page(ctx, p.channel, next.events, next.last); err != nil {
				return err
			}
			p.seq = next.last
		}
	}
	return nil
}

// page is a run of events up to a number.
type page struct {
	events []event.Event
	last   int64
	err    error
}

// pages reads a channel ahead of who writes it. It ends after an error, or
// with what it is asked for.
func (b *rebuild) pages(ctx context.Context, channel string, seq, until int64) <-chan page {
	out := make(chan page, 2)
	go func() {
		defer close(out)
		for seq < until {
			p := b.read(ctx, channel, seq, until)
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
			if p.err != nil {
				return
			}
			seq = p.last
		}
	}()
	return out
}

func (b *rebuild) read(ctx context.Context, channel string, seq, until int64) page {
	reply, err := b.cfg.Fill(ctx, channel, 0, seq+1, rebuildPage)
	if err != nil {
		return page{err: fmt.Errorf("read %s again: %w", channel, err)}
	}
	p := page{last: until} // where nothing follows, the publisher lost the rest in a restore
	for _, s := range reply.GetEvents() {
		if s.GetSeq() > until {
			return p
		}
		e, err := event.Parse(s.GetBody())
		if err != nil {
			e = event.Event{} // it was parked as unreadable, and stays so
		}
		e.TransportMeta = event.TransportMeta{Channel: channel, Epoch: s.GetEpoch(), Seq: s.GetSeq()}
		p.events = append(p.events, e)
	}
	if n := len(p.events); n > 0 {
		p.last = p.events[n-1].Seq
	}
	return p
}

// page writes a run of events into the copy. What is parked, or was given up,
// is not in the model either.
func (b *rebuild) page(ctx context.Context, channel string, events []event.Event, last int64) error {
	return b.cfg.DB.Update(ctx, func(tx *sqldb.Tx) error {
		var p persons
		if err := p.stand(tx); err != nil { // before the row of the rebuild, which who closes an account waits for
			return err
		}
		if err := b.hold(tx, "filling"); err != nil {
			return err
		}
		first := last
		if len(events) > 0 {
			first = events[0].Seq
		}
		aside, err := sqldb.Collect(tx, func(s sqldb.Scanner) (n int64, err error) { return n, s.Scan(&n) },
			`SELECT seq FROM parked WHERE channel = $1 AND seq BETWEEN $2 AND $3 UNION ALL SELECT seq FROM parked_skipped WHERE channel = $1 AND seq BETWEEN $2 AND $3`, channel, first, last)
		if err != nil {
			return err
		}
		not := map[int64]bool{}
		for _, n := range aside {
			not[n] = true
		}
		for _, e := range events {
			if e.ID == "" || not[e.Seq] {
				continue
			}
			if err := p.whose(tx, &e); err != nil {
				return err
			}
			if err := b.model.Apply(ctx, tx, e); err != nil {
				return err
			}
		}
		_, err = tx.Exec(`UPDATE rebuild_channel SET seq = $1 WHERE model = $2 AND channel = $3`, last, b.model.Name, channel)
		return err
	})
}
