package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/pkg/work"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/store"
)

// BenchmarkWork lists the first page of 50,000 applications that wait, with the counts,
// for an officer of the prefecture and for one of a county that has none.
func BenchmarkWork(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { waits(b, "sqlite:"+filepath.Join(b.TempDir(), "bench.db")) })
	b.Run("postgres", func(b *testing.B) { waits(b, testkit.Postgres(b)(b)) })
}

func waits(b *testing.B, address string) {
	ctx := context.Background()
	db, err := sqldb.Open(ctx, address)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.Migrate(ctx, store.Migrations); err != nil {
		b.Fatal(err)
	}
	rules, err := rule.Load()
	if err != nil {
		b.Fatal(err)
	}
	calendar, err := clock.LoadCalendar()
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(50, 1))
	if err := db.Update(ctx, func(tx *sqldb.Tx) error {
		for i := range 50_000 {
			if _, err := tx.Exec(`INSERT INTO application (id, worker, county, kind, household_size, declares_no_home, declares_income_below, state, reopened, refusal_code, reasons, offer_id, submitted_at, version)
				VALUES ($1, $2, $3, 'public_rental', 2, 1, 1, 'submitted', 0, '', '[]', '', $4, 1)`, fmt.Sprintf("0198c0de-%04x-7000-8000-%012x", r.IntN(1<<16), i), fmt.Sprint("worker-", i),
				[]string{"654301", "654321", "654322", "654323", "654324", "654325"}[r.IntN(6)], now.Add(-time.Duration(r.IntN(40*24))*time.Hour).UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	if err := db.Update(ctx, func(tx *sqldb.Tx) error { _, err := tx.Exec(`ANALYZE`); return err }); err != nil {
		b.Fatal(err)
	}
	s := &work.Server{Department: "housing", DB: db, Clock: clock.NewManual(now), Rules: rules, Calendar: calendar, Kinds: store.Work()}
	work.Methods(s, []contract.Method{{Service: "qiao.housing.v1.HousingService", Name: "DecideEligibility", Callers: []string{"officer:hou"}}})
	for _, division := range []string{"654300", "654325", "654326"} {
		as := auth.NewContext(ctx, auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hou", Role: "reviewer", Division: division})
		b.Run(division, func(b *testing.B) {
			for range b.N {
				if _, err := s.ListWork(as, &platformv1.ListWorkRequest{Counted: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
