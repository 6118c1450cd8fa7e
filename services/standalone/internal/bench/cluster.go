package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of the bare loop
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
)

// onCluster measures what runs on PostgreSQL, each figure with its raw limit.
func onCluster(ctx context.Context, b *bench) error {
	for _, f := range []func(context.Context, *bench, func(string) (string, error)) error{postgresCommands, postgresPipeline, postgresRebuild, outage} {
		dir, err := b.dir("postgres")
		if err != nil {
			return err
		}
		engine, err := cluster.Databases(ctx, dir)
		if err != nil {
			return err
		}
		err = f(ctx, b, engine.Database)
		if err := errors.Join(err, engine.Down(context.WithoutCancel(ctx))); err != nil {
			return err
		}
	}
	return nil
}

// connections is what a service's pool has, and the bare loop too.
const connections = 16

// postgresCommands holds durable commands through RPC against a bare loop of
// the same statements over as many connections.
func postgresCommands(ctx context.Context, b *bench, database func(string) (string, error)) error {
	dir, err := b.dir("commands")
	if err != nil {
		return err
	}
	r, err := newRig(ctx, dir, database)
	if err != nil {
		return err
	}
	defer r.close()
	d, err := r.deps("education")
	if err != nil {
		return err
	}
	k, err := run.Open(ctx, "education", nil, d)
	if err != nil {
		return err
	}
	defer func() { _ = k.Close() }()
	ids, err := fill(ctx, k.Outbox.DB())
	if err != nil {
		return err
	}
	bare, err := bareLoop(ctx, d.Database, ids)
	if err != nil {
		return err
	}
	direct, through, err := r.commandRates(ctx, d, &counter{k.Outbox}, ids)
	if err != nil {
		return err
	}
	b.raw("PostgreSQL: bare loop of a command's statements, 16 connections", bare, "/s")
	b.raw("PostgreSQL: commands, the use case called directly", direct, "/s")
	b.raw("PostgreSQL: commands through RPC, 64 callers", through, "/s")
	b.atLeast("PostgreSQL: commands through RPC over the bare loop", through/bare, "×", 0.75)
	return nil
}

// bareLoop runs a command's statements and nothing else: no service, no
// contract, no event to marshal.
func bareLoop(ctx context.Context, database string, ids []string) (float64, error) {
	db, err := sql.Open("pgx", database)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	body := make([]byte, 330) // as long as the command's event
	m := rate(ctx, func(ctx context.Context, id string) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		var n, version int64
		if err := tx.QueryRowContext(ctx, `SELECT n, version FROM aggregate WHERE id = $1`, id).Scan(&n, &version); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE aggregate SET n = $1, version = $2 WHERE id = $3 AND version = $4`, n+1, version+1, id, version); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO event (id, aggregate, version, channel, audience, type, worker, body, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, ident.NewID(), id, version+1, "education-0", "own", "education.access.recorded.v1", id, body, time.Now().UnixMicro()); err != nil {
			return err
		}
		return tx.Commit()
	}, ids)
	return m.perSecond, m.err
}

// postgresPipeline measures relay and consumer on PostgreSQL, beside what
// JetStream alone carries: the same messages, published and read without any database.
func postgresPipeline(ctx context.Context, b *bench, database func(string) (string, error)) error {
	dir, err := b.dir("pipeline")
	if err != nil {
		return err
	}
	r, err := newRig(ctx, dir, database)
	if err != nil {
		return err
	}
	defer r.close()
	raw, err := r.rawStream(ctx)
	if err != nil {
		return err
	}
	b.raw("JetStream alone: published and read, no database", raw, "/s")
	perSecond, err := r.endToEnd(ctx)
	if err != nil {
		return err
	}
	b.atLeast("PostgreSQL: events relayed and applied, one publisher, one consumer", perSecond, "/s", 15_000)
	b.raw("PostgreSQL: relayed and applied over JetStream alone", perSecond/raw, "×")
	return nil
}

// rawStream publishes messages of an event's size in windows of 500 and reads
// them with an ordered consumer at the same time.
func (r *rig) rawStream(ctx context.Context) (float64, error) {
	const messages = backlog
	nc, err := nats.Connect("", nats.InProcessServer(r.natsd))
	if err != nil {
		return 0, err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return 0, err
	}
	s, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "raw", Subjects: []string{"raw"}, Storage: jetstream.FileStorage})
	if err != nil {
		return 0, err
	}
	cons, err := s.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		return 0, err
	}
	var read atomic.Int64
	done := make(chan struct{})
	cc, err := cons.Consume(func(jetstream.Msg) {
		if read.Add(1) == messages {
			close(done)
		}
	})
	if err != nil {
		return 0, err
	}
	defer cc.Stop()
	body := make([]byte, 330)
	start := time.Now()
	for i := 0; i < messages; i += 500 {
		acks := make([]jetstream.PubAckFuture, 500)
		for k := range acks {
			if acks[k], err = js.PublishAsync("raw", body); err != nil {
				return 0, err
			}
		}
		for _, a := range acks {
			select {
			case <-a.Ok():
			case err := <-a.Err():
				return 0, err
			}
		}
	}
	select {
	case <-done:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	perSecond := messages / time.Since(start).Seconds()
	return perSecond, js.DeleteStream(ctx, "raw")
}

// postgresRebuild measures the rebuild of the timeline on PostgreSQL.
func postgresRebuild(ctx context.Context, b *bench, database func(string) (string, error)) error {
	dir, err := b.dir("rebuild")
	if err != nil {
		return err
	}
	r, err := newRig(ctx, dir, database)
	if err != nil {
		return err
	}
	defer r.close()
	perSecond, err := r.rebuilt(ctx)
	if err != nil {
		return err
	}
	b.atLeast("PostgreSQL: timeline rebuilt while it serves, events", perSecond, "/s", 20_000)
	return nil
}

const (
	outageFor = time.Minute
	loadRate  = 1000 // commands a second
)

// outage takes the bus away for a minute while commands go on, and measures
// how soon everything that waited has been applied.
func outage(ctx context.Context, b *bench, database func(string) (string, error)) error {
	dir, err := b.dir("outage")
	if err != nil {
		return err
	}
	r, err := newRig(ctx, filepath.Join(dir, "unused"), database)
	if err != nil {
		return err
	}
	r.close()
	o := &server.Options{ServerName: "outage", Host: "127.0.0.1", Port: server.RANDOM_PORT, JetStream: true, StoreDir: filepath.Join(dir, "nats"), NoLog: true, NoSigs: true}
	if r.natsd, err = startBus(o); err != nil {
		return err
	}
	defer func() { r.close() }()
	at, err := url.Parse(r.natsd.ClientURL())
	if err != nil {
		return err
	}
	if o.Port, err = strconv.Atoi(at.Port()); err != nil {
		return err
	}
	services := map[string]run.Deps{}
	for _, name := range []string{"employment", "insurance"} {
		nc, err := nats.Connect(at.String(), nats.MaxReconnects(-1))
		if err != nil {
			return err
		}
		defer nc.Close()
		if services[name], err = r.over(nc, name); err != nil {
			return err
		}
	}
	publisher, log, err := r.publisher(ctx, services["employment"])
	if err != nil {
		return err
	}
	defer func() { _ = publisher.Close() }()
	consumer, own, err := r.consumer(ctx, services["insurance"])
	if err != nil {
		return err
	}
	defer func() { _ = consumer.Close() }()
	running, stop := context.WithCancel(ctx)
	defer stop()
	g, running := errgroup.WithContext(running)
	g.Go(func() error { return publisher.Run(running) })
	g.Go(func() error { return consumer.Run(running) })

	var done atomic.Int64
	loading, endLoad := context.WithCancel(running)
	defer endLoad()
	load := make(chan error, 1)
	go func() { load <- pace(loading, log, &done) }()
	if err := reach(running, own.DB(), "employment-0", 2*loadRate); err != nil {
		return err
	}
	r.close()
	before := done.Load()
	select {
	case <-time.After(outageFor):
	case err := <-load:
		return fmt.Errorf("the load ended: %w", err)
	}
	waiting := done.Load() - before
	if r.natsd, err = startBus(o); err != nil {
		return err
	}
	back := time.Now()
	// Caught up: what had been done at that moment is applied, while the load goes on.
	if err := reach(running, own.DB(), "employment-0", before+waiting); err != nil {
		return err
	}
	took := time.Since(back)
	endLoad()
	if err := <-load; err != nil {
		return err
	}
	total := done.Load()
	if err := reach(running, own.DB(), "employment-0", total); err != nil {
		return err
	}
	var effects int64
	if err := own.DB().View(ctx, func(tx *sqldb.Tx) error {
		return tx.QueryRow(`SELECT count(*) FROM effect`).Scan(&effects)
	}); err != nil {
		return err
	}
	stop()
	if err := g.Wait(); err != nil {
		return err
	}
	b.atLeast("broker outage of 60 s: commands done meanwhile", float64(waiting)/outageFor.Seconds(), "/s", 0.95*loadRate)
	b.atMost("broker outage of 60 s: caught up after", took.Seconds(), "s", 30)
	b.note("broker outage of 60 s: effects less commands", float64(effects-total), "", "0", effects == total)
	return nil
}

// pace does commands at a steady rate until ctx ends.
func pace(ctx context.Context, log *outbox.Outbox, done *atomic.Int64) error {
	const every = 10 * time.Millisecond
	tick := time.NewTicker(every)
	defer tick.Stop()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(connections)
	for {
		select {
		case <-ctx.Done():
			return g.Wait()
		case <-tick.C:
		}
		for range int(loadRate * every / time.Second) {
			g.Go(func() error {
				err := log.DB().Update(context.WithoutCancel(ctx), func(tx *sqldb.Tx) error {
					id := ident.NewID()
					return log.Append(ctx, tx, outbox.Subject{Aggregate: id, Worker: ident.NewID(), Division: "654301"}, &employmentv1.HireUndone{HireId: id})
				})
				if err == nil {
					done.Add(1)
				}
				return err
			})
		}
	}
}
