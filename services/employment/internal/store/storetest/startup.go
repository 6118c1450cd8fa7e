package storetest

import (
	"context"
	"errors"
	"fmt"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/startup"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// help runs f in a transaction of start-up help that must succeed.
func (s *suite) help(f func(ctx context.Context, tx app.Store) error) {
	s.Helper()
	if err := try(s, s.startup.In, f); err != nil {
		s.Error(err)
	}
}

// lastSlot has 64 workers book one time of an adviser at once.
func (s *suite) lastSlot() {
	hires := s.uses()
	uses := &app.App{Clock: hires.Clock, Rules: hires.Rules, Codes: hires.Codes, NewID: hires.NewID}
	s.help(func(ctx context.Context, tx app.Store) error {
		for _, id := range []string{"slot-1", "slot-2"} {
			if err := tx.SaveSlot(ctx, startup.Slot{ID: id, County: "654323", Day: clock.NewDate(2026, 11, 3), Minute: 600, Minutes: 30, Adviser: "adviser-" + id}); err != nil {
				return err
			}
		}
		return nil
	})
	book := func(worker, slot string) error {
		ctx := as(worker)
		return s.db.Update(ctx, func(tx *sqldb.Tx) error {
			_, err := uses.BookAdviser(ctx, s.startup.In(tx), worker, slot, "plan")
			return err
		})
	}
	won := 0
	for _, err := range together(contenders, func(i int) error { return book(fmt.Sprintf("worker-%d", i), "slot-1") }) {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, startup.ErrSlotTaken):
			s.Errorf("a contender got %v", err)
		}
	}
	// One worker, many at once: one booking.
	mine := 0
	for _, err := range together(8, func(int) error { return book("worker-x", "slot-2") }) {
		if err == nil {
			mine++
		}
	}
	if won != 1 || mine != 1 {
		s.Errorf("%d bookings of one time, %d of one worker", won, mine)
	}
}

// slotsApart has one adviser's times opened at once that share minutes: one stands.
func (s *suite) slotsApart() {
	hires := s.uses()
	uses := &app.App{Clock: hires.Clock, Rules: hires.Rules, Codes: hires.Codes, NewID: hires.NewID}
	officer := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "clerk", Department: "hrss", Division: "654323"})
	opened := 0
	for _, err := range together(contenders, func(i int) error {
		return s.db.Update(officer, func(tx *sqldb.Tx) error {
			_, err := uses.OpenSlot(officer, s.startup.In(tx), "654323", "2026-11-03", 600+i, 120, "adviser-1")
			return err
		})
	}) {
		switch {
		case err == nil:
			opened++
		case !errors.Is(err, startup.ErrSlotTwice):
			s.Error(err)
		}
	}
	if opened != 1 {
		s.Errorf("%d times of one adviser share minutes", opened)
	}
}

func (s *suite) startupRoundTrips() {
	slot := startup.Slot{ID: "slot-1", County: "654323", Day: clock.NewDate(2026, 11, 3), Minute: 600, Minutes: 30, Adviser: "adviser-1"}
	l := startup.LoanRequest{ID: "loan-1", Worker: "worker-1", County: "654323", BankCode: "psbc", AmountFen: 5, Years: 2, NoticeVersion: "n1", Withdrawn: true, At: noon}
	p := startup.Premises{ID: "site-1", County: "654323", Kind: "startup_park", Title: "创业园", AreaDM2: 300, RentFen: 100}
	s.help(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveSlot(ctx, slot), tx.SaveLoan(ctx, l), tx.SavePremises(ctx, p))
	})
	slot.Version, l.Version, p.Version = 1, 1, 1
	b := startup.Booking{ID: "booking-1", Slot: slot, Worker: "worker-1", Topic: "plan", At: noon}
	q := startup.PremisesRequest{ID: "request-1", Worker: "worker-1", Site: p, At: noon}
	s.help(func(ctx context.Context, tx app.Store) error {
		return errors.Join(tx.SaveBooking(ctx, b), tx.SavePremisesRequest(ctx, q))
	})
	b.Version, q.Version = 1, 1
	s.help(func(_ context.Context, tx app.Store) error {
		same(s, slot, func() (startup.Slot, error) { return tx.Slot("slot-1") })
		same(s, []startup.Slot{slot}, func() ([]startup.Slot, error) { return tx.FreeSlots("654323", clock.NewDate(2026, 11, 3)) })
		same(s, b, func() (startup.Booking, error) { return tx.Booking("booking-1") })
		same(s, []startup.Booking{b}, func() ([]startup.Booking, error) { return tx.StandingBookings("worker-1") })
		same(s, []startup.Booking{b}, func() ([]startup.Booking, error) { return tx.BookingsOf("worker-1") })
		same(s, l, func() (startup.LoanRequest, error) { return tx.Loan("loan-1") })
		same(s, []startup.LoanRequest{l}, func() ([]startup.LoanRequest, error) { return tx.LoansOf("worker-1") })
		same(s, []startup.Premises{p}, func() ([]startup.Premises, error) { return tx.PremisesOf("654323") })
		same(s, q, func() (startup.PremisesRequest, error) { return tx.PremisesRequest("request-1") })
		same(s, []startup.PremisesRequest{q}, func() ([]startup.PremisesRequest, error) { return tx.PremisesRequestsOf("worker-1") })
		return nil
	})
	for name, c := range map[string]struct {
		want error
		save func(ctx context.Context, tx app.Store) error
	}{
		"the same time": {startup.ErrSlotTwice, func(ctx context.Context, tx app.Store) error {
			return tx.SaveSlot(ctx, startup.Slot{ID: "slot-2", County: "654323", Day: slot.Day, Minute: 600, Minutes: 20, Adviser: "adviser-1"})
		}},
		"a booked time": {startup.ErrSlotTaken, func(ctx context.Context, tx app.Store) error {
			return tx.SaveBooking(ctx, startup.Booking{ID: "booking-2", Slot: slot, Worker: "worker-2", Topic: "plan", At: noon})
		}},
		"the same premises": {startup.ErrPremisesTwice, func(ctx context.Context, tx app.Store) error {
			return tx.SavePremisesRequest(ctx, startup.PremisesRequest{ID: "request-2", Worker: "worker-1", Site: p, At: noon})
		}},
		"a stale loan": {outbox.ErrStale, func(ctx context.Context, tx app.Store) error {
			return tx.SaveLoan(ctx, startup.LoanRequest{ID: "loan-1", Worker: "worker-1", County: "654323"})
		}},
	} {
		if err := try(s, s.startup.In, c.save); !errors.Is(err, c.want) {
			s.Errorf("%s: %v", name, err)
		}
	}
}
