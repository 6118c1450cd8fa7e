package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/registry"
	"github.com/qiao-platform/qiao/services/standalone/internal/keys"
)

// backlog is how many events wait when a pipeline measurement begins.
const backlog = 200_000

// pipeline measures one publisher and one consumer on SQLite: sequenced,
// published, and applied into an SQL effect with the cursor as inbox.
func pipeline(ctx context.Context, b *bench) error {
	dir, err := b.dir("pipeline")
	if err != nil {
		return err
	}
	r, err := onSQLite(ctx, dir)
	if err != nil {
		return err
	}
	defer r.close()
	perSecond, err := r.endToEnd(ctx)
	if err != nil {
		return err
	}
	b.atLeast("events relayed and applied, one publisher, one consumer", perSecond, "/s", 30_000)
	return nil
}

// rebuilding measures the rebuild of the timeline on SQLite.
func rebuilding(ctx context.Context, b *bench) error {
	dir, err := b.dir("rebuild")
	if err != nil {
		return err
	}
	r, err := onSQLite(ctx, dir)
	if err != nil {
		return err
	}
	defer r.close()
	perSecond, err := r.rebuilt(ctx)
	if err != nil {
		return err
	}
	b.atLeast("timeline rebuilt while it serves, events", perSecond, "/s", 20_000)
	return nil
}

// endToEnd is how many waiting events a second are numbered, published and applied.
func (r *rig) endToEnd(ctx context.Context) (perSecond float64, err error) {
	from, err := r.deps("employment")
	if err != nil {
		return 0, err
	}
	to, err := r.deps("insurance")
	if err != nil {
		return 0, err
	}
	publisher, log, err := r.publisher(ctx, from)
	if err != nil {
		return 0, err
	}
	defer func() { _ = publisher.Close() }()
	if err := appendBacklog(ctx, log, backlog); err != nil {
		return 0, err
	}
	consumer, own, err := r.consumer(ctx, to)
	if err != nil {
		return 0, err
	}
	defer func() { _ = consumer.Close() }()
	running, stop := context.WithCancel(ctx)
	g, running := errgroup.WithContext(running)
	start := time.Now()
	g.Go(func() error { return publisher.Run(running) })
	g.Go(func() error { return consumer.Run(running) })
	err = reach(running, own.DB(), "employment-0", backlog)
	took := time.Since(start)
	stop()
	return backlog / took.Seconds(), errors.Join(err, g.Wait())
}

func (r *rig) publisher(ctx context.Context, d run.Deps) (run.Service, *outbox.Outbox, error) {
	k, err := run.Open(ctx, "employment", nil, d)
	if err != nil {
		return nil, nil, err
	}
	s, err := k.Assemble(ctx, run.Parts{})
	return s, k.Outbox, err
}

// consumer is a service that writes a row for every event, which can be there once.
func (r *rig) consumer(ctx context.Context, d run.Deps) (run.Service, *outbox.Outbox, error) {
	k, err := run.Open(ctx, "insurance", nil, d)
	if err != nil {
		return nil, nil, err
	}
	if err := k.Outbox.DB().Update(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`CREATE TABLE IF NOT EXISTS effect (thing TEXT PRIMARY KEY, worker TEXT NOT NULL, at BIGINT NOT NULL)`)
		return err
	}); err != nil {
		return nil, nil, err
	}
	router := consume.NewRouter()
	heard := func(tx *sqldb.Tx, e event.Event) error {
		return tx.Queue(`INSERT INTO effect (thing, worker, at) VALUES ($1, $2, $3)`, e.Aggregate, e.Worker, e.OccurredAt.UnixMicro())
	}
	// A backlog is of what no department but the registry acts on, so that all of
	// them can be attached to it; in an outage there may be gaps, and a fill tells a
	// reader only what the contract lets it hear.
	consume.On(router, "employment", func(_ context.Context, tx *sqldb.Tx, e event.Event, _ *employmentv1.ApplicationSubmitted) error {
		return heard(tx, e)
	})
	consume.On(router, "employment", func(_ context.Context, tx *sqldb.Tx, e event.Event, _ *employmentv1.HireUndone) error {
		return heard(tx, e)
	})
	s, err := k.Assemble(ctx, run.Parts{Router: router})
	return s, k.Outbox, err
}

// appendBacklog writes events that wait to be relayed.
func appendBacklog(ctx context.Context, log *outbox.Outbox, n int) error {
	const page = 5000
	for i := 0; i < n; i += page {
		err := log.DB().Update(ctx, func(tx *sqldb.Tx) error {
			for range page {
				id := ident.NewID()
				if err := log.Append(ctx, tx, outbox.Subject{Aggregate: id, Worker: ident.NewID(), Division: "654301"}, &employmentv1.ApplicationSubmitted{ApplicationId: id, VacancyId: id}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// reach waits until a database's cursor on a channel is at seq.
func reach(ctx context.Context, db *sqldb.DB, channel string, seq int64) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		var at int64
		err := db.View(ctx, func(tx *sqldb.Tx) error {
			return tx.QueryRow(`SELECT coalesce(max(seq), 0) FROM cursor WHERE channel = $1`, channel).Scan(&at)
		})
		if err != nil {
			return err
		}
		if at >= seq {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the cursor stands at %d of %d: %w", at, seq, ctx.Err())
		case <-tick.C:
		}
	}
}

// rebuilt is how many events a second the registry reads again when it rebuilds
// its timeline: the real service, over the bus, beside a publisher that serves.
func (r *rig) rebuilt(ctx context.Context) (perSecond float64, err error) {
	from, err := r.deps("employment")
	if err != nil {
		return 0, err
	}
	to, err := r.deps(registry.Name)
	if err != nil {
		return 0, err
	}
	if to.PersonKeys, err = r.database(keys.PersonKeys); err != nil {
		return 0, err
	}
	publisher, log, err := r.publisher(ctx, from)
	if err != nil {
		return 0, err
	}
	defer func() { _ = publisher.Close() }()
	if err := appendBacklog(ctx, log, backlog); err != nil {
		return 0, err
	}
	reader, err := registry.New(ctx, to)
	if err != nil {
		return 0, err
	}
	defer func() { _ = reader.Close() }()
	db, err := sqldb.Open(ctx, to.Database)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	running, stop := context.WithCancel(ctx)
	g, running := errgroup.WithContext(running)
	g.Go(func() error { return publisher.Run(running) })
	g.Go(func() error { return reader.Run(running) })
	err = func() error {
		if err := reach(running, db, "employment-0", backlog); err != nil {
			return err
		}
		operator := rpc.As(running, auth.Principal{Kind: auth.Officer, Subject: "bench", Department: "ops", Division: auth.Everywhere, Purpose: "platform_operation", LegalBasis: "bench", Via: auth.ViaSystem})
		client := platformv1.OpsClient{Caller: rpc.NewClient(from.Conn, r.signer), Target: registry.Name}
		if _, err := client.Rebuild(operator, &platformv1.RebuildRequest{Model: "timeline", Reason: "measured"}); err != nil {
			return err
		}
		// From its first event to its last; to empty the old copy afterwards takes as long as it takes.
		start := time.Time{}
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			s, err := rebuildOf(running, db)
			switch {
			case err != nil:
				return err
			case s.State == "filling" && start.IsZero():
				start = time.Now()
			case s.State == "emptying" || s.State == "done":
				perSecond = float64(s.Total) / time.Since(start).Seconds()
				return nil
			}
			select {
			case <-running.Done():
				return running.Err()
			case <-tick.C:
			}
		}
	}()
	stop()
	return perSecond, errors.Join(err, g.Wait())
}

func rebuildOf(ctx context.Context, db *sqldb.DB) (s consume.RebuildStatus, err error) {
	err = db.View(ctx, func(tx *sqldb.Tx) error {
		all, err := consume.Rebuilds(tx)
		if len(all) > 0 {
			s = all[0]
		}
		return err
	})
	return s, err
}
