package bench

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	"github.com/qiao-platform/qiao/services/standalone"
)

// whole runs the whole platform on a folder while do works on it.
func whole(ctx context.Context, dir string, do func(context.Context, *standalone.Platform, contract.Caller) error, change ...func(*standalone.Config)) (err error) {
	cfg := standalone.Config{Dir: filepath.Join(dir, "data"), KeyFile: filepath.Join(dir, "key"), Purpose: standalone.PurposeDemo, LogTo: io.Discard}
	for _, c := range change {
		c(&cfg)
	}
	p, err := standalone.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	caller, err := p.Caller("demo")
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	g, running := errgroup.WithContext(running)
	g.Go(func() error { return p.Run(running) })
	g.Go(func() error {
		defer stop()
		if err := p.WaitReady(running); err != nil {
			return err
		}
		return do(running, p, caller)
	})
	return g.Wait()
}

// settle waits until every reaction has ended.
func settle(ctx context.Context, caller contract.Caller) error {
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: "bench", Department: "ops", Division: auth.Everywhere, Purpose: "platform_operation", LegalBasis: "platform operation", Via: auth.ViaSystem})
	return ops.WaitSettled(ctx, caller, standalone.Names())
}

// attached measures a backlog of one publisher that all six services read: the
// registry builds the timeline from it, the others pass over it.
func attached(ctx context.Context, b *bench) error {
	dir, err := b.dir("attached")
	if err != nil {
		return err
	}
	if err := whole(ctx, dir, func(context.Context, *standalone.Platform, contract.Caller) error { return nil }); err != nil {
		return err
	}
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(dir, "data", "employment.db"))
	if err != nil {
		return err
	}
	master, err := crypt.LoadMaster(filepath.Join(dir, "key"))
	if err != nil {
		return err
	}
	if err := errors.Join(appendBacklog(ctx, outbox.New("employment", db, clock.System(), master, 1), backlog/2), db.Close()); err != nil {
		return err
	}
	var took time.Duration
	err = whole(ctx, dir, func(ctx context.Context, _ *standalone.Platform, caller contract.Caller) error {
		start := time.Now()
		err := settle(ctx, caller)
		took = time.Since(start)
		return err
	})
	if err != nil {
		return err
	}
	b.atLeast("events relayed and applied, all services attached", backlog/2/took.Seconds(), "/s", 10_000)
	return nil
}
