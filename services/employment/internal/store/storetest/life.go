package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	fairs "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	helps "github.com/qiao-platform/qiao/services/employment/internal/app/startup"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// life reads what of a worker's is not over, and nobody else's.
func (s *suite) life() {
	s.lifeOfJobs()
	s.lifeOfFairs()
	s.lifeOfStartup()
}

func (s *suite) lifeOfJobs() {
	s.published("vacancy-1", 9)
	s.do(func(ctx context.Context, tx app.Store) error {
		for i, state := range []domain.ApplicationState{domain.ApplicationIsWithdrawn, domain.ApplicationIsWithdrawn, domain.ApplicationIsSubmitted} {
			a := application("worker-1-"+string(rune('a'+i)), "worker-1")
			if a.State = state; state == domain.ApplicationIsSubmitted {
				a.State, a.OfferID = domain.ApplicationIsOffered, "offer-1"
			}
			if err := tx.SaveApplication(ctx, a); err != nil {
				return err
			}
		}
		for i, state := range []domain.HireState{domain.HireIsStated, domain.HireIsRegistered, domain.HireIsDisputed, domain.HireIsUndone, domain.HireIsEndStated, domain.HireIsEnded} {
			h := hire("hire-"+string(rune('a'+i)), "worker-1")
			h.State = state
			if err := tx.SaveHire(ctx, h); err != nil {
				return err
			}
		}
		return errors.Join(tx.SaveApplication(ctx, application("worker-2-a", "worker-2")), tx.SaveHire(ctx, hire("hire-2", "worker-2")),
			tx.SaveOffer(ctx, offer("offer-1", "worker-1-c", "worker-1")), tx.SaveOffer(ctx, offer("offer-2", "worker-2-a", "worker-2")))
	})
	s.do(func(_ context.Context, tx app.Store) error {
		pending, err := tx.PeekPending("worker-1")
		if len(pending) != 1 || pending[0].ID != "worker-1-c" {
			s.Errorf("applications %+v", pending)
		}
		var ids []string
		lasting, err2 := tx.PeekLasting("worker-1")
		for _, h := range lasting {
			ids = append(ids, h.ID)
		}
		if want := []string{"hire-e", "hire-c", "hire-b", "hire-a"}; !slices.Equal(ids, want) {
			s.Errorf("jobs %v, want %v", ids, want)
		}
		made, err3 := tx.PeekOffers([]string{"offer-1", "no-offer"})
		if len(made) != 1 || made["offer-1"].Worker != "worker-1" {
			s.Errorf("offers %+v", made)
		}
		return errors.Join(err, err2, err3)
	})
}

func (s *suite) lifeOfFairs() {
	since := clock.NewDate(2026, 11, 15)
	s.atFairs(func(ctx context.Context, tx fairs.Store) error {
		for i, c := range []struct {
			state     fair.State
			match     clock.Date
			withdrawn bool
			proposed  answer.State
		}{
			{fair.Open, since.AddDays(-9), false, ""}, {fair.Closing, since.AddDays(-9), false, ""}, {fair.Closed, since.AddDays(-9), false, ""},
			{fair.Drawing, since.AddDays(-9), false, ""}, {fair.Matched, since, false, ""}, // of which something is to come
			{fair.Matched, since.AddDays(-9), false, answer.Open}, // and what waits for an answer
			{fair.Matched, since.AddDays(-1), false, answer.Declined}, {fair.Cancelled, since, false, ""}, {fair.Open, since, true, ""},
		} {
			n := string(rune('a' + i))
			f, a := jobFair("life-"+n), fairApplication("life-"+n, "worker-1", "vacancy-1")
			f.State, f.MatchOn, f.EndsOn, a.FairID, a.Withdrawn = c.state, c.match, since.AddDays(-9), "life-"+n, c.withdrawn
			if err := errors.Join(tx.Save(ctx, f), tx.SaveApplication(ctx, a)); err != nil {
				return err
			}
			if c.proposed == "" {
				continue
			}
			old, x := proposal("life-old-"+n, a.ID, "worker-1"), proposal("life-"+n, a.ID, "worker-1")
			old.FairID, old.State, x.FairID, x.State, x.Pass = f.ID, answer.Lapsed, f.ID, c.proposed, 2
			if err := errors.Join(tx.SaveProposal(ctx, x), tx.SaveProposal(ctx, old)); err != nil {
				return err
			}
		}
		other := fairApplication("life-other", "worker-2", "vacancy-1")
		other.FairID = "life-a"
		return tx.SaveApplication(ctx, other)
	})
	s.atFairs(func(_ context.Context, tx fairs.Store) error {
		var ids []string
		own, err := tx.Underway("worker-1", since)
		for _, a := range own {
			ids = append(ids, a.ID)
		}
		if want := []string{"life-a", "life-b", "life-c", "life-d", "life-e", "life-f"}; !slices.Equal(ids, want) {
			s.Errorf("at fairs %v, want %v", ids, want)
		}
		at, err2 := tx.PeekFairs([]string{"life-a", "no-fair"})
		if len(at) != 1 || at["life-a"].State != fair.Open {
			s.Errorf("fairs %+v", at)
		}
		newest, err3 := tx.Newest([]string{"life-a", "life-f"})
		if len(newest) != 1 || newest["life-f"].ID != "life-f" {
			s.Errorf("proposals %+v", newest)
		}
		return errors.Join(err, err2, err3)
	})
}

func (s *suite) lifeOfStartup() {
	day := clock.NewDate(2026, 11, 3)
	s.help(func(ctx context.Context, tx helps.Store) error {
		site := startup.Premises{ID: "life", County: "654323", Kind: "stall", Title: "摊位", AreaDM2: 1}
		if err := tx.SavePremises(ctx, site); err != nil {
			return err
		}
		for i, c := range []struct {
			worker string
			day    clock.Date
			over   bool
		}{{"worker-1", day, false}, {"worker-1", day.AddDays(-1), false}, {"worker-1", day, true}, {"worker-2", day, false}} {
			n := string(rune('a' + i))
			slot := startup.Slot{ID: n, County: "654323", Day: c.day, Minute: 60 * i, Minutes: 30, Adviser: "adviser"}
			q := startup.PremisesRequest{ID: n, Worker: c.worker, Site: site, At: noon, Withdrawn: c.over || i == 1}
			if err := errors.Join(
				tx.SaveSlot(ctx, slot), tx.SaveBooking(ctx, startup.Booking{ID: n, Worker: c.worker, Topic: "plan", Slot: slot, At: noon, Cancelled: c.over}),
				tx.SaveLoan(ctx, startup.LoanRequest{ID: n, Worker: c.worker, County: "654323", BankCode: "bank", AmountFen: 1, Years: 1, At: noon.Add(time.Duration(i)), Withdrawn: c.over}),
				tx.SavePremisesRequest(ctx, q),
			); err != nil {
				return err
			}
		}
		return nil
	})
	s.help(func(_ context.Context, tx helps.Store) error {
		booked, err := tx.PeekBookings("worker-1", day)
		loans, err2 := tx.PeekStandingLoans("worker-1")
		places, err3 := tx.PeekStandingRequests("worker-1")
		if len(booked) != 1 || booked[0].ID != "a" || booked[0].Slot.Day != day {
			s.Errorf("bookings %+v", booked)
		}
		if len(loans) != 2 || loans[0].ID != "b" || loans[1].ID != "a" {
			s.Errorf("loans %+v", loans)
		}
		if len(places) != 1 || places[0].ID != "a" || places[0].Site.Title != "摊位" {
			s.Errorf("premises %+v", places)
		}
		return errors.Join(err, err2, err3)
	})
}
