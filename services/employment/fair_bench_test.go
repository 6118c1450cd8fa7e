package employment_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
)

// BenchmarkFairOf100000 closes a fair of 100,000 applications, draws it and runs its
// second pass, while somebody else changes a profile again and again. It reports what
// each took, and how long the other waited at worst: a large fair is written in steps,
// so that nobody waits for all of it. The bound is 200 ms.
func BenchmarkFairOf100000(b *testing.B) {
	const workers, vacancies, seats = 100_000, 500, 100
	for b.Loop() {
		f := start(b)
		f.employer()
		fair := f.fair()
		ids := make([]string, vacancies)
		for i := range ids {
			one := post(fmt.Sprint("post-", i))
			one.Headcount = seats
			ids[i] = f.publish(one)
			f.seat(fair, ids[i], seats, "")
		}
		var g errgroup.Group
		g.SetLimit(64)
		for i := range workers {
			g.Go(func() error {
				w := fmt.Sprint("worker-", i)
				_, err := f.client.ApplyToFair(f.Worker(w), &employmentv1.ApplyToFairRequest{
					Worker: w, FairId: fair, Word: "桦树", VacancyIds: []string{ids[i%vacancies], ids[(i*7+1)%vacancies], ids[(i*13+2)%vacancies]},
				})
				return err
			})
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(rawCommit(b), "raw-commit-ms")
		f.clock.Advance(5 * 24 * time.Hour)
		f.beside(b, "closed", func() {
			f.closeFair(fair, "")
			f.Settle()
		})
		f.clock.Advance(3 * 24 * time.Hour)
		f.figure("officer-1", fair, "0817232629+05", "")
		f.beside(b, "drawn", func() {
			f.draw("officer-2", fair, "0817232629+05", "")
			f.Settle()
		})
		f.beside(b, "second-pass", func() {
			_, err := f.client.RunSecondPass(f.As(f.clerk("officer-1")), &employmentv1.RunSecondPassRequest{FairId: fair})
			refused(b, err, "")
			f.Settle()
		})
	}
}

// beside does something while another worker changes the own profile, and reports
// what it took and how long that worker waited at worst.
func (f *fixture) beside(b *testing.B, name string, do func()) {
	b.Helper()
	var worst time.Duration
	stop := make(chan struct{})
	var other sync.WaitGroup
	other.Go(func() {
		for i := int64(0); ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			begin := time.Now()
			_, err := f.client.SetProfile(f.Worker("somebody"), &employmentv1.SetProfileRequest{Worker: "somebody", Occupation: "4-03", WageMinFen: 300_000 + i, County: "654323"})
			worst = max(worst, time.Since(begin))
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	begin := time.Now()
	do()
	took := time.Since(begin)
	close(stop)
	other.Wait()
	b.ReportMetric(took.Seconds(), name+"-s")
	b.ReportMetric(float64(worst.Microseconds())/1000, name+"-another-waits-ms")
}

// rawCommit is what one durable commit of one row takes here, in milliseconds.
func rawCommit(b *testing.B) float64 {
	b.Helper()
	const commits = 500
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(b.TempDir(), "raw.db"))
	if err != nil {
		b.Fatal(err)
	}
	write := func(query string, args ...any) {
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(query, args...); return err }); err != nil {
			b.Fatal(err)
		}
	}
	write(`CREATE TABLE one (n INTEGER)`)
	begin := time.Now()
	for i := range commits {
		write(`INSERT INTO one (n) VALUES ($1)`, i)
	}
	took := time.Since(begin)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return float64(took.Microseconds()) / 1000 / commits
}
