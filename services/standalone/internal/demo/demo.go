// Package demo makes a believable prefecture of invented people and lets it
// live, through the same methods that everybody uses. Ages, sectors and counties
// follow the published surveys (statistics.json); numbers use address code
// 654399, which is not assigned, so that no number can belong to a person.
// Nothing about origin is generated. The same seed makes the same prefecture.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/proto/contract"
)

const (
	makers     = 32 // people made beside each other
	employers  = 90
	vacancies  = 300
	courseRuns = 40
	homes      = 120
	// fewHomes is how many homes the county has whose round is lived through: fewer than
	// the households that wait for them, as everywhere.
	fewHomes = 8
	// fullCourse is the course that has fewer places than people who want one.
	fullCourse = 1
)

// Config says what prefecture to make.
type Config struct {
	Caller   contract.Caller
	Services []string
	People   int
	Seed     uint64
	Pace     float64 // steps of life a second; 0 stands still
	Tell     func(string)
}

// Run makes the prefecture, or finds it made, and lives until ctx ends.
func Run(ctx context.Context, cfg Config) error {
	w, err := newWorld(cfg)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := w.fill(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	settle := rpc.As(ctx, auth.Principal{Kind: auth.Officer, Subject: "demo", Department: "ops", Division: auth.Everywhere, Purpose: "platform_operation", LegalBasis: "platform operation", Via: auth.ViaSystem})
	if err := ops.WaitSettled(settle, cfg.Caller, cfg.Services); err != nil {
		return nil // stopped meanwhile
	}
	if err := w.enrolments(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	cfg.Tell(fmt.Sprintf("the prefecture has %d invented workers (made in %.1f s) and lives at %g steps a second; -pace changes it", len(w.lives), time.Since(start).Seconds(), cfg.Pace))
	return w.live(ctx)
}

// Populate makes the prefecture, or finds it made, and offers as whom it may be tried.
func Populate(ctx context.Context, cfg Config) error {
	w, err := newWorld(cfg)
	if err != nil {
		return err
	}
	return w.fill(ctx)
}

// fill makes the prefecture. Who works in it may be played meanwhile, its people after.
func (w *world) fill(ctx context.Context) error {
	for _, step := range []func(context.Context) error{w.offer, w.approve, w.populate, w.offer} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demonstration: %w", err)
		}
	}
	return nil
}

// world is the prefecture as its maker knows it.
type world struct {
	cfg    Config
	tables *ident.Tables
	stats  statistics

	employers []employer
	vacancies []vacancy
	courses   []string
	schools   map[string][]string // county and stage → schools
	homes     map[string][]string // county → public homes
	lives     []*life
	mother    string // of the family about which matters are under way
}

// employer is a firm, and of which trade it is.
type employer struct{ id, uscc, county, sector string }

type vacancy struct {
	id, county, occupation string
	employer               employer
	wageFen                int64
}

func newWorld(cfg Config) (*world, error) {
	t, err := ident.LoadTables()
	if err != nil {
		return nil, err
	}
	s, err := loadStatistics()
	return &world{cfg: cfg, tables: t, stats: s, schools: map[string][]string{}, homes: map[string][]string{}}, err
}

// random gives each maker its own numbers, so that the order in which makers
// run does not change what they make.
func (w *world) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(w.cfg.Seed, stream)) }

// each runs make for 0…n-1, many beside each other, and returns the first failure.
func each(ctx context.Context, n int, create func(context.Context, int) error) error {
	var (
		wg    sync.WaitGroup
		next  atomic.Int64
		once  sync.Once
		first error
	)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range makers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := create(ctx, i); err != nil {
					once.Do(func() { first = err; cancel() })
				}
			}
		})
	}
	wg.Wait()
	return first
}

// live takes one step of somebody's life at a time until ctx ends.
func (w *world) live(ctx context.Context) error {
	if w.cfg.Pace <= 0 || len(w.lives) == 0 {
		<-ctx.Done()
		return nil
	}
	r := w.random(1 << 40)
	tick := time.NewTicker(time.Duration(float64(time.Second) / w.cfg.Pace))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		// Most steps go on with a life that is under way, so that something
		// comes of it while a person watches.
		among := len(w.lives)
		if r.IntN(4) > 0 {
			among = min(among, 40)
		}
		err := w.step(ctx, r, w.lives[r.IntN(among)])
		if ctx.Err() != nil {
			return nil
		}
		if k := errs.KindOf(err); err != nil && k != errs.Conflict && k != errs.NotFound {
			w.cfg.Tell("a step of the demonstration was refused: " + errs.CodeOf(err))
		}
	}
}
