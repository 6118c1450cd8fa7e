package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

func (s *suite) concurrent() {
	a := application("application-1", "worker-1", domain.Submitted)
	s.do(func(ctx context.Context, tx app.Store) error { return tx.SaveApplication(ctx, a) })
	var wg sync.WaitGroup
	for range 24 {
		wg.Go(func() {
			s.do(func(ctx context.Context, tx app.Store) error {
				a, err := tx.Application("application-1")
				if err != nil {
					return err
				}
				a, events := a.EvidenceChanged(domain.ProofJob, "recorded")
				return tx.SaveApplication(ctx, a, events...)
			})
		})
	}
	wg.Wait()
	s.do(func(_ context.Context, tx app.Store) error {
		a, err := tx.Application("application-1")
		if a.Version != 25 {
			s.Errorf("version %d", a.Version)
		}
		return err
	})
	if n := len(testkit.Events(s, s.db)); n != 24 {
		s.Errorf("%d events", n)
	}
}

// lastHome has 64 officers offer one home to 64 who wait: one gets it, and a
// lock, not luck, decides.
func (s *suite) lastHome() {
	const contenders = 64
	rules, err := rule.Load()
	if err != nil {
		s.Fatal(err)
	}
	calendar, err := clock.LoadCalendar()
	if err != nil {
		s.Fatal(err)
	}
	tables, err := ident.LoadTables()
	if err != nil {
		s.Fatal(err)
	}
	cases := &app.App{Clock: clock.NewManual(noon), Rules: rules, Calendar: calendar, Codes: tables, NewID: ident.NewID}
	s.do(func(ctx context.Context, tx app.Store) error {
		_, _, err := tx.AddHome(ctx, home("home-1", "1"))
		return err
	})
	for i := range contenders {
		s.do(func(ctx context.Context, tx app.Store) error {
			return tx.SaveApplication(ctx, application(fmt.Sprintf("application-%d", i), fmt.Sprintf("worker-%d", i), domain.Eligible))
		})
	}
	officer := auth.With(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "hou", Division: auth.Everywhere})
	got := make([]error, contenders)
	var wg sync.WaitGroup
	for i := range contenders {
		wg.Go(func() {
			got[i] = s.db.Update(officer, func(tx *sqldb.Tx) error {
				_, err := cases.OfferHome(officer, s.store.In(tx), fmt.Sprintf("application-%d", i), "home-1")
				return err
			})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range got {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, domain.ErrHomeTaken):
			s.Errorf("a contender got %v", err)
		}
	}
	if events := testkit.Events(s, s.db); won != 1 || !slices.Equal(events, []string{"housing.offer.made.v1"}) {
		s.Errorf("%d offers of one home, events %v", won, events)
	}
}
