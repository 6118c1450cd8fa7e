package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

const (
	contenders = 64
	places     = 5
)

func (s *suite) uses() *app.App {
	rules, err := rule.Load()
	if err != nil {
		s.Fatal(err)
	}
	calendar, err := clock.LoadCalendar()
	if err != nil {
		s.Fatal(err)
	}
	codes, err := ident.LoadTables()
	if err != nil {
		s.Fatal(err)
	}
	return &app.App{Clock: clock.NewManual(noon), Rules: rules, Calendar: calendar, Codes: codes, NewID: ident.NewID}
}

func as(worker string) context.Context {
	return auth.NewContext(context.Background(), auth.Principal{Kind: auth.Worker, Subject: worker, Via: auth.ViaWeb})
}

// offered writes an application of a worker with an open offer.
func (s *suite) offered(i int) (worker, offerID string) {
	worker, offerID = fmt.Sprintf("worker-%d", i), fmt.Sprintf("offer-%d", i)
	a := application(fmt.Sprintf("application-%d", i), worker)
	a.State, a.OfferID = domain.ApplicationIsOffered, offerID
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveApplication(ctx, a), tx.SaveOffer(ctx, offer(offerID, a.ID, worker)))
	})
	return worker, offerID
}

// together runs f for each number at the same time and gives the results.
func together(n int, f func(i int) error) []error {
	got := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { got[i] = f(i) })
	}
	wg.Wait()
	return got
}

// lastPlaces has 64 workers accept at once for five places: five get one, and
// a lock, not luck, decides.
func (s *suite) lastPlaces() {
	uses := s.uses()
	s.published("vacancy-1", places)
	for i := range contenders {
		s.offered(i)
	}
	got := together(contenders, func(i int) error {
		ctx := as(fmt.Sprintf("worker-%d", i))
		return s.db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := uses.AcceptOffer(ctx, s.store.In(tx), fmt.Sprintf("offer-%d", i))
			return err
		})
	})
	won := 0
	for _, err := range got {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, domain.ErrVacancyFull):
			s.Errorf("a contender got %v", err)
		}
	}
	s.do(func(_ context.Context, tx app.Store) error {
		v, err := tx.Vacancy("vacancy-1")
		if won != places || v.Taken != places {
			s.Errorf("%d accepted, %d taken of %d places", won, v.Taken, places)
		}
		return err
	})
	if n := len(testkit.Events(s, s.db)); n != 2*places {
		s.Errorf("%d events", n)
	}
}

// oneAnswer has one offer accepted, declined and its application withdrawn at
// once: the offer is answered exactly once.
func (s *suite) oneAnswer() {
	uses := s.uses()
	s.published("vacancy-1", contenders)
	for round := range 8 {
		worker, offerID := s.offered(round)
		ctx := as(worker)
		got := together(9, func(i int) error {
			return s.db.Update(ctx, func(tx *sqldb.Tx) error {
				st := s.store.In(tx)
				switch i % 3 {
				case 0:
					_, err := uses.AcceptOffer(ctx, st, offerID)
					return err
				case 1:
					return uses.WithdrawApplication(ctx, st, fmt.Sprintf("application-%d", round))
				}
				return uses.DeclineOffer(ctx, st, offerID)
			})
		})
		answered, withdrawn := 0, 0
		for i, err := range got {
			switch {
			case err == nil && i%3 == 1:
				withdrawn++
			case err == nil:
				answered++
			case !errors.Is(err, domain.ErrOfferState) && !errors.Is(err, domain.ErrApplicationState):
				s.Errorf("an answer got %v", err)
			}
		}
		s.do(func(_ context.Context, tx app.Store) error {
			a, err := tx.Application(fmt.Sprintf("application-%d", round))
			o, err2 := tx.Offer(offerID)
			ends := fmt.Sprintf("%s/%s", a.State, o.State)
			switch {
			case ends == "accepted/accepted" && answered == 1 && withdrawn == 0, // who declined may still withdraw
				ends == "withdrawn/declined" && answered == 1 && withdrawn == 1,
				ends == "withdrawn/withdrawn" && answered == 0 && withdrawn == 1:
			default:
				s.Errorf("%s after %d answers and %d withdrawals", ends, answered, withdrawn)
			}
			return errors.Join(err, err2)
		})
	}
}

// concurrent has a vacancy's places taken and given back by many at once.
func (s *suite) concurrent() {
	s.published("vacancy-1", 24)
	together(24, func(int) error {
		s.do(func(ctx context.Context, tx app.Store) error {
			v, err := tx.Vacancy("vacancy-1")
			if err != nil {
				return err
			}
			if v, err = v.Take(); err != nil {
				return err
			}
			return tx.SaveVacancy(ctx, v)
		})
		return nil
	})
	s.do(func(_ context.Context, tx app.Store) error {
		v, err := tx.Vacancy("vacancy-1")
		if v.Taken != 24 || v.Version != 25 {
			s.Errorf("%d taken, version %d", v.Taken, v.Version)
		}
		return err
	})
}
