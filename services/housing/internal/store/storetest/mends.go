package storetest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// mended saves two applications and a round, which what mends them belongs to.
func (s *suite) mended() {
	s.Helper()
	s.do(func(ctx context.Context, tx app.Store) error {
		for _, one := range []domain.Application{application("application-1", "worker-1", domain.Eligible), application("application-2", "worker-2", domain.Eligible)} {
			if err := tx.SaveApplication(ctx, one); err != nil {
				return err
			}
		}
		return tx.SaveRound(ctx, domain.Round{ID: "round-1", County: "654301", Kind: domain.PublicRental, State: domain.RoundIsDrawn, OpenedOn: day, PublicUntil: day})
	})
}

func (s *suite) doublesRoundTrip() {
	s.mended()
	d := domain.Double{ID: "double-Az.9", County: "654301", Kind: domain.PublicRental, First: "application-1", Second: "application-2", Grounds: []string{"same_child", "same_phone"}, State: domain.DoubleOpen}
	s.do(func(ctx context.Context, tx app.Store) error { return tx.SaveDouble(ctx, d) })
	if err := s.try(func(ctx context.Context, tx app.Store) error {
		again := d
		again.ID = "double-2"
		return tx.SaveDouble(ctx, again)
	}); err == nil {
		s.Error("one pair is kept twice")
	}
	d.Version = 1
	decided, err := d.Decide(domain.DoubleSame, "application-2", "papers_shown", "officer-1", noon)
	if err != nil {
		s.Fatal(err)
	}
	s.do(func(ctx context.Context, tx app.Store) error {
		got, err := tx.Double(d.ID)
		got.DecidedAt = d.DecidedAt // the zero time has its own form
		if err != nil || !reflect.DeepEqual(got, d) {
			s.Errorf("got %+v, %v; want %+v", got, err, d)
		}
		return tx.SaveDouble(ctx, decided)
	})
	decided.Version = 2
	s.do(func(_ context.Context, tx app.Store) error {
		all, err := tx.Doubles("654301", domain.PublicRental)
		if err != nil || len(all) != 1 || !all[0].DecidedAt.Equal(noon) {
			s.Fatalf("%+v, %v", all, err)
		}
		all[0].DecidedAt = decided.DecidedAt
		if !reflect.DeepEqual(all[0], decided) {
			s.Errorf("got %+v; want %+v", all[0], decided)
		}
		if other, err := tx.Doubles("654301", domain.RentSubsidy); err != nil || len(other) != 0 {
			s.Errorf("of another list: %v, %v", other, err)
		}
		if _, err := tx.Double("double-az.9"); !errors.Is(err, domain.ErrDoubleUnknown) { // ids are case-sensitive
			s.Error(err)
		}
		return nil
	})
	if err := s.try(func(ctx context.Context, tx app.Store) error { return tx.SaveDouble(ctx, d) }); !errors.Is(err, outbox.ErrStale) {
		s.Errorf("a stale pair: %v", err)
	}
}

func (s *suite) correctionsRoundTrip() {
	s.mended()
	c := domain.Correction{
		ID: "correction-1", RoundID: "round-1", County: "654301", Number: 1, Why: "points", State: domain.CorrectionProposed, Figure: "3210.55",
		Mends:   domain.Mends{Homes: 2, Levels: []domain.LevelMend{{ApplicationID: "application-1", With: "application-2"}}},
		Wronged: 1, ProposedBy: "officer-1", ProposedAt: noon,
	}
	f := domain.Relief{ID: "relief-1", RoundID: "round-1", ApplicationID: "application-1", Worker: "worker-1", County: "654301", Kind: domain.PublicRental, State: domain.ReliefOpen, DueOn: day.AddDays(30)}
	s.do(func(ctx context.Context, tx app.Store) error {
		if err := tx.SaveCorrection(ctx, c); err != nil {
			return err
		}
		return tx.SaveRelief(ctx, f, f.Told()...)
	})
	c.Version, f.Version = 1, 1
	taken, events := c.Decided(domain.CorrectionTaken, "officer-2", 1, noon)
	s.do(func(ctx context.Context, tx app.Store) error {
		got, err := tx.Correction(c.ID)
		if err != nil || !got.ProposedAt.Equal(noon) || !reflect.DeepEqual(got.Mends, c.Mends) || got.Figure != c.Figure || got.Version != 1 {
			s.Errorf("got %+v, %v", got, err)
		}
		return tx.SaveCorrection(ctx, taken, events...)
	})
	s.do(func(ctx context.Context, tx app.Store) error {
		all, err := tx.Corrections("round-1")
		if err != nil || len(all) != 1 || all[0].State != domain.CorrectionTaken || all[0].DecidedBy != "officer-2" || !all[0].DecidedAt.Equal(noon) {
			s.Errorf("got %+v, %v", all, err)
		}
		if _, err := tx.Correction("none"); !errors.Is(err, domain.ErrCorrectionUnknown) {
			s.Error(err)
		}
		open, err := tx.Reliefs("654301")
		if err != nil || len(open) != 1 || open[0] != f {
			s.Errorf("got %+v, %v; want %+v", open, err, f)
		}
		among, err := tx.ReliefsAmong([]string{"application-1", "none"})
		if err != nil || len(among) != 1 || among["application-1"].DueOn != open[0].DueOn {
			s.Errorf("%+v, %v", among, err)
		}
		own, err := tx.ReliefsOf("application-1")
		if err != nil || len(own) != 1 {
			s.Errorf("got %+v, %v", own, err)
		}
		f.State = domain.ReliefDone
		return tx.SaveRelief(ctx, f)
	})
	s.do(func(_ context.Context, tx app.Store) error {
		open, err := tx.Reliefs("654301")
		if own, err2 := tx.ReliefsOf("application-1"); len(open)+len(own) != 0 || err2 != nil {
			s.Errorf("what is done stands first: %v, %v, %v", open, own, err2)
		}
		return err
	})
	again := c
	again.ID, again.Version = "correction-2", 0
	if err := s.try(func(ctx context.Context, tx app.Store) error { return tx.SaveCorrection(ctx, again) }); !errors.Is(err, outbox.ErrStale) {
		s.Errorf("a number twice: %v", err)
	}
}

// mends runs the cases of doubles, corrections and who stands first.
func mends(t *testing.T, fresh func(*testing.T) *suite) {
	t.Run("a pair of applications survives the round trip", func(t *testing.T) { fresh(t).doublesRoundTrip() })
	t.Run("a correction and a relief survive the round trip", func(t *testing.T) { fresh(t).correctionsRoundTrip() })
}

// longList is a store whose list is longer than the registry is asked about.
type longList struct{ app.Store }

func (longList) Candidates(string, domain.Kind, clock.Date) ([]domain.Candidate, error) {
	return make([]domain.Candidate, 20_001), nil
}

// looking is transactions that only look.
type looking struct {
	look func(func(app.Store) error) error
}

func (l looking) Look(_ context.Context, f func(app.Store) error) error { return l.look(f) }

func (looking) Change(context.Context, func(app.Store) error) error {
	return errors.New("nothing changes")
}

// manyHouseholds are refused: a part of a list says nothing about the rest.
func (s *suite) manyHouseholds() {
	cases := s.useCases()
	cases.Data = looking{func(f func(app.Store) error) error {
		return s.try(func(_ context.Context, tx app.Store) error { return f(longList{tx}) })
	}}
	if _, err := cases.FindHouseholds(anOfficer(), "654301", domain.PublicRental); !errors.Is(err, domain.ErrDoublesMany) {
		s.Errorf("a list of 20,001: %v", err)
	}
}
