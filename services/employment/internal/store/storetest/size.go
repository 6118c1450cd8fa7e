package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// BenchFair measures closing, drawing with all proposals, and the second pass
// of a fair of a size, as use uses on a database.
func BenchFair(b *testing.B, db *sqldb.DB, workers, wishes, posts int) {
	s := open(b, db)
	uses := s.fairUses()
	f := jobFair("fair-1")
	f.State, f.Root, f.Figure, f.First, f.Second, f.Seed, f.Pass, f.Entries = fair.Open, "", "", "", "", "", 0, 0
	s.atFair(f, 10)
	ids := []string{"vacancy-1"}
	s.atFairs(func(ctx context.Context, tx app.Store) error {
		for i := 2; i <= posts; i++ {
			v := vacancy(fmt.Sprintf("vacancy-%d", i), 10)
			ids = append(ids, v.ID)
			if err := errors.Join(tx.Jobs().SaveVacancy(ctx, v), tx.SavePost(ctx, fairPost(fmt.Sprintf("post-%d", i), v.ID, 10))); err != nil {
				return err
			}
		}
		return nil
	})
	r := rand.New(rand.NewPCG(1, 2))
	const page = 1000
	for from := 0; from < workers; from += page {
		s.atFairs(func(ctx context.Context, tx app.Store) error {
			for range min(workers-from, page) {
				a := fairApplication(ident.NewID(), ident.NewID())
				for _, p := range r.Perm(posts)[:wishes] {
					a.Wishes = append(a.Wishes, ids[p])
				}
				if err := tx.SaveApplication(ctx, a); err != nil {
					return err
				}
			}
			return nil
		})
	}
	manual, _ := uses.Clock.(*clock.Manual)
	step := func(name string, days int, number string, run func(ctx context.Context, st app.Store) error) {
		manual.Advance(time.Duration(days) * 24 * time.Hour)
		ctx := auth.With(context.Background(), auth.Principal{Kind: auth.Officer, Subject: number, Department: "hrss", Division: auth.Everywhere})
		start := time.Now()
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return run(ctx, s.fairs.In(tx)) }); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds()), name+"-ms")
	}
	b.ResetTimer()
	step("close", 5, "officer-1", func(ctx context.Context, st app.Store) error {
		_, err := uses.Close(ctx, st, "fair-1", "")
		return err
	})
	step("figure", 3, "officer-1", func(ctx context.Context, st app.Store) error { return uses.EnterFigure(ctx, st, "fair-1", "42") })
	two := auth.With(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "officer-2", Department: "hrss", Division: auth.Everywhere})
	start := time.Now()
	longest := s.drawInSteps(two, uses)
	b.ReportMetric(float64(time.Since(start).Milliseconds()), "draw-ms")
	b.ReportMetric(float64(longest.Milliseconds()), "draw-longest-ms")
	step("again", 0, "officer-2", func(ctx context.Context, st app.Store) error {
		_, err := uses.RunSecondPass(ctx, st, "fair-1")
		return err
	})
}

// drawInSteps draws a large fair as the service does, and returns how long the
// longest transaction took that writes.
func (s *suite) drawInSteps(ctx context.Context, uses *app.App) (longest time.Duration) {
	s.Helper()
	var d *app.Draw
	read := func(run func(st app.Store) error) {
		if err := s.db.View(ctx, func(tx *sqldb.Tx) error { return run(s.fairs.In(tx)) }); err != nil {
			s.Fatal(err)
		}
		if err := uses.Draw(d); err != nil {
			s.Fatal(err)
		}
	}
	write := func(run func(st app.Store) error) {
		start := time.Now()
		if err := s.db.Update(ctx, func(tx *sqldb.Tx) error { return run(s.fairs.In(tx)) }); err != nil {
			s.Fatal(err)
		}
		longest = max(longest, time.Since(start))
	}
	read(func(st app.Store) (err error) { d, err = uses.ReadLarge(ctx, st, "fair-1", "42"); return err })
	write(func(st app.Store) error { return uses.BeginDraw(ctx, st, "fair-1", "42") })
	read(func(st app.Store) (err error) { d, err = uses.ReadBegunDraw(st, "fair-1"); return err })
	for at := (app.Step{}); !at.Done; {
		write(func(st app.Store) (err error) { at, err = uses.StepDraw(ctx, st, d, at); return err })
	}
	return longest
}
