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
	"github.com/qiao-platform/qiao/pkg/task"
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
	officer := func(number string) context.Context {
		return auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: number, Department: "hrss", Division: auth.Everywhere})
	}
	one, two := officer("officer-1"), officer("officer-2")
	// step measures a command with the task that it leaves, and the longest that
	// somebody else waited to write meanwhile.
	step := func(name string, days int, command func(st app.Store) error, rest task.Handler) {
		manual.Advance(time.Duration(days) * 24 * time.Hour)
		start := time.Now()
		waited := s.waits(func() {
			if err := db.Update(one, func(tx *sqldb.Tx) error { return command(s.fairs.In(tx)) }); err != nil {
				b.Fatal(err)
			}
			if err := rest(one, []byte("fair-1")); err != nil {
				b.Fatal(err)
			}
		})
		b.ReportMetric(float64(time.Since(start).Milliseconds()), name+"-ms")
		b.ReportMetric(float64(waited.Milliseconds()), name+"-waited-ms")
	}
	draws := s.fairs.DrawFair(uses)
	b.ResetTimer()
	step("close", 5, func(st app.Store) error { _, err := uses.Close(one, st, "fair-1", ""); return err }, s.fairs.CloseFair(uses))
	manual.Advance(3 * 24 * time.Hour)
	s.atFairs(func(_ context.Context, st app.Store) error { return uses.EnterFigure(one, st, "fair-1", "42") })
	step("draw", 0, func(st app.Store) error { return uses.BeginDraw(two, st, "fair-1", "42") }, draws)
	step("again", 0, func(st app.Store) error { _, err := uses.RunSecondPass(two, st, "fair-1"); return err }, draws)
}

// waits writes again and again while something is done, and returns how long the
// longest of it took.
func (s *suite) waits(meanwhile func()) (longest time.Duration) {
	s.Helper()
	stop, done := make(chan struct{}), make(chan time.Duration)
	go func() {
		longest := time.Duration(0)
		for {
			select {
			case <-stop:
				done <- longest
				return
			default:
			}
			start := time.Now()
			if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error {
				_, err := tx.Exec(`UPDATE task SET attempts = 0 WHERE id = ''`)
				return err
			}); err != nil {
				s.Error(err)
			}
			longest = max(longest, time.Since(start))
		}
	}()
	meanwhile()
	close(stop)
	return <-done
}
