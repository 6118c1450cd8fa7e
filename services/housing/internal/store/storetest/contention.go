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
	cases := s.useCases()
	s.do(func(ctx context.Context, tx app.Store) error {
		_, _, err := tx.AddHome(ctx, home("home-1", "1"))
		return err
	})
	for i := range contenders {
		s.do(func(ctx context.Context, tx app.Store) error {
			return tx.SaveApplication(ctx, application(fmt.Sprintf("application-%d", i), fmt.Sprintf("worker-%d", i), domain.Eligible))
		})
	}
	officer := anOfficer()
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

// useCases are the department's, at noon.
func (s *suite) useCases() *app.App {
	s.Helper()
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
	return &app.App{Clock: clock.NewManual(noon), Rules: rules, Calendar: calendar, Codes: tables, NewID: ident.NewID}
}

func anOfficer() context.Context {
	return auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: "hou", Division: auth.Everywhere})
}

// homeOfARound opens a round for a home while officers offer it past the list: the
// round has it or one of those who wait, never both.
func (s *suite) homeOfARound() {
	const contenders = 8
	cases, officer := s.useCases(), anOfficer()
	for _, county := range []string{"654301", "654321", "654322", "654323", "654324", "654325", "654326"} {
		h := home("home-"+county, "1")
		h.County = county
		s.do(func(ctx context.Context, tx app.Store) error {
			_, _, err := tx.AddHome(ctx, h)
			return err
		})
		for i := range contenders {
			a := application(fmt.Sprintf("application-%s-%d", county, i), fmt.Sprintf("worker-%s-%d", county, i), domain.Eligible)
			a.County = county
			s.do(func(ctx context.Context, tx app.Store) error { return tx.SaveApplication(ctx, a) })
		}
		var wg sync.WaitGroup
		for i := range contenders {
			wg.Go(func() {
				if err := s.db.Update(officer, func(tx *sqldb.Tx) error {
					_, err := cases.OfferHome(officer, s.store.In(tx), fmt.Sprintf("application-%s-%d", county, i), h.ID)
					return err
				}); err != nil && !errors.Is(err, domain.ErrHomeTaken) && !errors.Is(err, domain.ErrRoundHomeTaken) {
					s.Errorf("an offer: %v", err)
				}
			})
		}
		opened := s.db.Update(officer, func(tx *sqldb.Tx) error {
			r := domain.Round{County: county, Kind: domain.PublicRental, HomeIDs: []string{h.ID}, FigureName: "上证指数收盘价，上海证券交易所网站", FigureDue: clock.DateOf(noon).AddDays(3)}
			_, err := cases.OpenRound(officer, s.store.In(tx), r, app.Accepted{Undecided: true, Declared: true})
			return err
		})
		wg.Wait()
		s.do(func(_ context.Context, tx app.Store) error {
			got, err := tx.PeekHome(h.ID)
			if (opened == nil) != (got.State == domain.HomeFree) {
				s.Errorf("%s: the round was opened with %v, its home is %s", county, opened, got.State)
			}
			return err
		})
	}
}

// lateOffer is a store whose list lacks who waited a moment ago.
type lateOffer struct{ app.Store }

func (lateOffer) Candidates(string, domain.Kind, clock.Date) ([]domain.Candidate, error) {
	return nil, nil
}

// offeredMeanwhile reads a place whose application got an offer between two
// statements of the transaction.
func (s *suite) offeredMeanwhile() {
	cases, officer := s.useCases(), anOfficer()
	s.do(func(ctx context.Context, tx app.Store) error {
		return tx.SaveApplication(ctx, application("application-1", "worker-1", domain.Eligible))
	})
	s.do(func(_ context.Context, tx app.Store) error {
		v, err := cases.ReadPlace(officer, lateOffer{tx}, "application-1")
		if v.Application.ID != "application-1" || v.Standing.Place.Position != 0 {
			s.Errorf("%+v", v)
		}
		return err
	})
}
