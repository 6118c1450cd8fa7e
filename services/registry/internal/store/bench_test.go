package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/store"
)

// BenchmarkTimeline adds steps of 100,000 workers as a consumer does, 500 in a
// transaction, durably: in the order of an import, where steps of one worker
// come near each other, and of workers at random, where each step meets another
// page of the index.
func BenchmarkTimeline(b *testing.B) {
	b.Run("import", func(b *testing.B) { timeline(b, func(i, n int) int { return i / 3 % n }) })
	b.Run("random", func(b *testing.B) { timeline(b, func(i, n int) int { return i * 7919 % n }) })
}

func timeline(b *testing.B, which func(i, n int) int) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx, store.Migrations); err != nil {
		b.Fatal(err)
	}
	s := store.New(testkit.Outbox(b, "registry", db), task.New(db, clock.System(), testkit.Telemetry(b).For("registry")), clock.System(), nil)
	workers := make([]string, 100_000)
	for i := range workers {
		workers[i] = ident.NewID()
	}
	at := time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)
	b.ResetTimer()
	for done := 0; done < b.N; done += 500 {
		err := db.Update(ctx, func(tx *sqldb.Tx) error {
			for i := done; i < min(done+500, b.N); i++ {
				if err := s.In(tx).AddStep(domain.Step{
					EventID: ident.NewID(), Worker: workers[which(i, len(workers))], Type: "employment.application.submitted.v1", Aggregate: fmt.Sprintf("aggregate-%d", i),
					Division: "654301", At: at.Add(time.Duration(i) * time.Microsecond), Actor: "worker", Via: "web",
					Correlation: "0199f3a0-0000-7000-8000-000000000000", Causation: "0199f3a0-0000-7000-8000-000000000001",
					TraceID: "0123456789abcdef0123456789abcdef", Data: make([]byte, 80),
				}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
