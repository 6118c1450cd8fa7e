package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

var day = clock.NewDate(2026, 11, 2)

func why() []rule.Trace {
	return []rule.Trace{{RuleID: "HO-04", Source: "x", DecidedOn: day, Outcome: rule.NotMet, Facts: []rule.Fact{{Name: "ground", Value: "arrears", From: "housing"}},
		Changes: []rule.Change{{Code: "pay_arrears"}}, Appeals: []rule.Appeal{{Way: "officer_review", Until: day.AddDays(15)}}}}
}

func (s *suite) roundRoundTrip() {
	r := domain.Round{ID: "round-1", County: "654301", Kind: domain.PublicRental, State: domain.RoundIsConfirming, HomeIDs: []string{"home-1", "home-2"}, Total: 2,
		FigureName: "上证指数", FigureDue: day.AddDays(2), Figure: "3210.55", First: "officer-1", Root: "ab", Seed: "cd", Bundle: "line\nline\n", OpenedOn: day, PublicUntil: day.AddDays(7)}
	entries := []domain.RoundEntry{
		{RoundID: r.ID, ApplicationID: "application-2", Worker: "worker-2", Points: 31, AheadBy: "HO-14", Ticket: "TICKET2", Word: "abcd", Number: 1<<64 - 1, Position: 1, OfferID: "offer-1"},
		{RoundID: r.ID, ApplicationID: "application-1", Worker: "worker-1", Points: 20, Class: 1, Ticket: "TICKET1", Position: 2, Reasons: why()},
	}
	s.do(func(ctx context.Context, tx app.Store) error {
		for _, e := range entries {
			if err := tx.SaveApplication(ctx, application(e.ApplicationID, e.Worker, domain.Eligible)); err != nil {
				return err
			}
		}
		if err := tx.SaveRound(ctx, r, domain.RoundOpened{RoundID: r.ID, Kind: r.Kind, Places: 2, Headcount: 2, Root: r.Root}); err != nil {
			return err
		}
		return tx.SaveEntries(entries...)
	})
	r.Version = 1
	s.do(func(_ context.Context, tx app.Store) error {
		got, err := tx.Round(r.ID)
		if err != nil || !reflect.DeepEqual(got, r) {
			s.Errorf("got %+v, %v; want %+v", got, err, r)
		}
		all, err := tx.Entries(r.ID)
		if err != nil || !reflect.DeepEqual(all, entries) {
			s.Errorf("got %+v, %v; want %+v", all, err, entries)
		}
		own, err := tx.EntriesOf("application-1")
		if err != nil || len(own) != 1 || own[0].Ticket != "TICKET1" {
			s.Errorf("got %+v, %v", own, err)
		}
		due, err := tx.DrawsAmong([]string{"application-1", "application-3"})
		if err != nil || len(due) != 1 || due["application-1"] != r.FigureDue {
			s.Errorf("draws %v, %v", due, err)
		}
		homes, err := tx.HomesInRounds("654301")
		if !slices.Equal(homes, r.HomeIDs) {
			s.Errorf("homes %v", homes)
		}
		return err
	})
	second := r
	second.ID, second.Version = "round-2", 0
	if err := s.try(func(ctx context.Context, tx app.Store) error { return tx.SaveRound(ctx, second) }); !errors.Is(err, domain.ErrRoundOpen) {
		s.Errorf("a second open round: %v", err)
	}
	if err := s.try(func(_ context.Context, tx app.Store) error { _, err := tx.Round("none"); return err }); !errors.Is(err, domain.ErrRoundUnknown) {
		s.Error(err)
	}
}

func (s *suite) listRoundTrip() {
	s.do(func(ctx context.Context, tx app.Store) error {
		for i, state := range []domain.ApplicationState{domain.Eligible, domain.Eligible, domain.Offered, domain.Submitted} {
			a := application(fmt.Sprintf("application-%d", i), fmt.Sprintf("worker-%d", i), state)
			a.DeclaredAreaDM2, a.FalseUntil, a.Word = 1200, day, "ab"
			if err := tx.SaveApplication(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
	s.do(func(ctx context.Context, tx app.Store) error {
		all, err := tx.Candidates("654301", domain.PublicRental, day)
		if err != nil || len(all) != 2 || all[0].Application.DeclaredAreaDM2 != 1200 || all[0].Application.FalseUntil != day || all[0].Application.Word != "ab" {
			s.Errorf("%+v, %v", all, err)
		}
		undecided, err := tx.Undecided("654301", domain.PublicRental, 9)
		if err != nil || len(undecided) != 1 || undecided[0].ID != "application-3" {
			s.Errorf("%+v, %v", undecided, err)
		}
		var ranked []domain.Standing
		for i, c := range all {
			st := domain.Standing{Candidate: c}
			st.Place.Position = i + 1
			ranked = append(ranked, st)
		}
		return tx.Publish(ctx, "list-1", "654301", domain.PublicRental, day, ranked)
	})
	s.do(func(_ context.Context, tx app.Store) error {
		places, err := tx.PublishedAmong([]string{"application-1", "application-3"})
		if err != nil || len(places) != 1 || places["application-1"] != 2 {
			s.Errorf("places %v, %v", places, err)
		}
		was, on, err := tx.Published("654301", domain.PublicRental)
		if on != day || was["application-1"] != 2 || len(was) != 2 {
			s.Errorf("%v on %v", was, on)
		}
		return err
	})
	if got := testkit.Events(s, s.db); !slices.Equal(got, []string{"housing.list.published.v1"}) {
		s.Errorf("events %v", got)
	}
}

func (s *suite) tenancyRoundTrip() {
	l := domain.Lease{ID: "lease-1", OfferID: "offer-1", ApplicationID: "application-1", HomeID: "home-1", Worker: "worker-1", County: "654301", StartsOn: day, EndsOn: day.AddYears(1),
		RentFen: 34000, Kind: domain.PublicRental, VacantSince: day, RenewalTold: day, LookedOn: day}
	renewal := domain.Renewal{ID: "renewal-1", LeaseID: l.ID, Worker: l.Worker, County: l.County, State: domain.RenewalIsAsked, AskedOn: day, Reasons: why()}
	repair := domain.Repair{ID: "repair-1", LeaseID: l.ID, Worker: l.Worker, County: l.County, What: "roof", State: domain.RepairIsPlanned, ReportedOn: day, PlannedOn: day}
	review := domain.Review{ID: "review-1", LeaseID: l.ID, Worker: l.Worker, County: l.County, Ground: domain.GroundArrears, OpenedOn: day}
	exit := domain.Exit{ID: "exit-1", LeaseID: l.ID, Worker: l.Worker, County: l.County, Ground: "arrears", State: domain.ExitIsAnswered, NoticedBy: "officer-1", DecidedBy: "officer-2",
		NoticedOn: day, AnswerDays: 15, AnswerBy: noon, Answer: "paid", LeaveBy: day, AppealDays: 15, AppealUntil: day, Reasons: why()}
	request := domain.PlaceRequest{ID: "request-1", Employer: "employer-1", County: "654301", Asked: 3, Granted: 2, AskedOn: day}
	pay := domain.Payment{ID: "payment-1", LeaseID: l.ID, Month: "2026-11", AmountFen: 34000, PaidOn: day, Reference: "r"}
	s.do(func(ctx context.Context, tx app.Store) error {
		o := domain.Offer{ID: "offer-1", ApplicationID: "application-1", HomeID: "home-1", Clock: answer.Clock{State: domain.OfferSigned}}
		_, _, err := tx.AddHome(ctx, home("home-1", "1"))
		return errors.Join(err, tx.SaveApplication(ctx, application("application-1", "worker-1", domain.Leased)), tx.SaveOffer(ctx, o), tx.SaveLease(ctx, l),
			tx.SaveRenewal(ctx, renewal), tx.SaveRepair(ctx, repair), tx.SaveReview(ctx, review), tx.SaveExit(ctx, exit), tx.SavePlaceRequest(ctx, request))
	})
	for _, added := range []bool{true, false} {
		s.do(func(ctx context.Context, tx app.Store) error {
			again := pay
			if !added {
				again.ID = "payment-2"
			}
			id, is, err := tx.AddPayment(ctx, again)
			if id != pay.ID || is != added {
				s.Errorf("%q, %v", id, is)
			}
			return err
		})
	}
	l.Version, renewal.Version, repair.Version, review.Version, exit.Version, request.Version = 1, 1, 1, 1, 1, 1
	same := func(got, want any, err error) {
		s.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			s.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	s.do(func(_ context.Context, tx app.Store) error {
		gotLease, err := tx.Lease(l.ID)
		same(gotLease, l, err)
		gotRenewal, err := tx.Renewal(renewal.ID)
		same(gotRenewal, renewal, err)
		gotRepair, err := tx.Repair(repair.ID)
		same(gotRepair, repair, err)
		gotReview, err := tx.Review(review.ID)
		same(gotReview, review, err)
		gotExit, err := tx.Exit(exit.ID)
		same(gotExit, exit, err)
		gotRequest, err := tx.PlaceRequest(request.ID)
		same(gotRequest, request, err)
		payments, err := tx.PaymentsIn(l.County)
		same(payments, map[string][]domain.Payment{l.ID: {pay}}, err)
		leases, err := tx.LeasesIn(l.County)
		same(leases, []domain.Lease{l}, err)
		renewals, err := tx.RenewalsIn(l.County)
		same(renewals, []domain.Renewal{renewal}, err)
		repairs, err := tx.RepairsIn(l.County)
		same(repairs, []domain.Repair{repair}, err)
		reviews, err := tx.ReviewsIn(l.County)
		same(reviews, []domain.Review{review}, err)
		exits, err := tx.ExitsIn(l.County)
		same(exits, []domain.Exit{exit}, err)
		requests, err := tx.PlaceRequests("employer-1", "")
		same(requests, []domain.PlaceRequest{request}, err)
		return nil
	})
	s.lives(l, renewal, repair, review, exit)
	for name, c := range map[string]struct {
		write func(context.Context, app.Store) error
		want  error
	}{
		"a second wish": {func(ctx context.Context, tx app.Store) error {
			r := renewal
			r.ID, r.Version = "renewal-2", 0
			return tx.SaveRenewal(ctx, r)
		}, domain.ErrRenewalTwice},
		"a second notice": {func(ctx context.Context, tx app.Store) error {
			e := exit
			e.ID, e.Version = "exit-2", 0
			return tx.SaveExit(ctx, e)
		}, domain.ErrExitTwice},
	} {
		if err := s.try(c.write); !errors.Is(err, c.want) {
			s.Errorf("%s: %v", name, err)
		}
	}
}

// lives reads what is not over of a worker: what is over is left out.
func (s *suite) lives(l domain.Lease, renewal domain.Renewal, repair domain.Repair, review domain.Review, exit domain.Exit) {
	granted, mended, looked, stays := renewal, repair, review, exit
	granted.ID, granted.State, granted.Version = "renewal-0", domain.RenewalIsGranted, 0
	mended.ID, mended.State, mended.Version = "repair-0", domain.RepairIsConfirmed, 0
	looked.ID, looked.Outcome, looked.Version = "review-0", "settled", 0
	stays.ID, stays.State, stays.Version = "exit-0", domain.ExitIsStaying, 0
	left := l
	left.ID, left.OfferID, left.LeftOn, left.Version = "lease-0", "offer-0", day, 0
	s.do(func(ctx context.Context, tx app.Store) error {
		open := application("application-2", l.Worker, domain.Refused)
		o := domain.Offer{ID: "offer-0", ApplicationID: "application-1", HomeID: "home-1", Clock: answer.Clock{State: domain.OfferSigned}}
		return errors.Join(tx.SaveApplication(ctx, open), tx.SaveOffer(ctx, o), tx.SaveLease(ctx, left), tx.SaveRenewal(ctx, granted), tx.SaveRepair(ctx, mended), tx.SaveReview(ctx, looked), tx.SaveExit(ctx, stays))
	})
	granted.Version = 1
	s.do(func(_ context.Context, tx app.Store) error {
		of := []string{l.ID, "none"}
		if open, err := tx.OpenApplicationsOf(l.Worker); err != nil || len(open) != 1 || open[0].ID != "application-2" {
			s.Errorf("applications %+v, %v", open, err)
		}
		if offers, err := tx.OffersAmong([]string{"offer-1", "none"}); err != nil || len(offers) != 1 || offers["offer-1"].HomeID != "home-1" {
			s.Errorf("offers %+v, %v", offers, err)
		}
		if homes, err := tx.HomesAmong([]string{"home-1", "none"}); err != nil || len(homes) != 1 || homes["home-1"].Number != "1" {
			s.Errorf("homes %+v, %v", homes, err)
		}
		leases, err := tx.LiveLeasesOf(l.Worker)
		if err != nil || !reflect.DeepEqual(leases, []domain.Lease{l}) {
			s.Errorf("leases %+v, %v", leases, err)
		}
		renewals, err := tx.RenewalsAmong(of)
		if err != nil || !reflect.DeepEqual(renewals, []domain.Renewal{renewal, granted}) {
			s.Errorf("renewals %+v, %v", renewals, err)
		}
		repairs, err := tx.RepairsAmong(of)
		if err != nil || !reflect.DeepEqual(repairs, []domain.Repair{repair}) {
			s.Errorf("repairs %+v, %v", repairs, err)
		}
		reviews, err := tx.ReviewsAmong(of)
		if err != nil || !reflect.DeepEqual(reviews, []domain.Review{review}) {
			s.Errorf("reviews %+v, %v", reviews, err)
		}
		exits, err := tx.ExitsAmong(of)
		if err != nil || !reflect.DeepEqual(exits, []domain.Exit{exit}) {
			s.Errorf("exits %+v, %v", exits, err)
		}
		return nil
	})
}

// contend has 64 callers do the same at once and returns what each got.
func (s *suite) contend(act func(ctx context.Context, cases *app.App, tx app.Store, i int) error) []error {
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
	got := make([]error, contenders)
	var wg sync.WaitGroup
	for i := range contenders {
		wg.Go(func() {
			ctx := auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: fmt.Sprintf("officer-%d", i), Department: "hou", Division: auth.Everywhere})
			got[i] = s.db.Update(ctx, func(tx *sqldb.Tx) error { return act(ctx, cases, s.store.In(tx), i) })
		})
	}
	wg.Wait()
	return got
}

// won counts who succeeded; all others must have got an error that is named.
func (s *suite) won(got []error, otherwise ...error) (n int) {
	s.Helper()
	for _, err := range got {
		switch {
		case err == nil:
			n++
		case !slices.ContainsFunc(otherwise, func(want error) bool { return errors.Is(err, want) }):
			s.Errorf("a contender got %v", err)
		}
	}
	return n
}

// lastRound has 64 officers open a round of one list for its last home, and
// then 64 run its pass: there is one round and one offer.
func (s *suite) lastRound() {
	s.do(func(ctx context.Context, tx app.Store) error {
		_, _, err := tx.AddHome(ctx, home("home-1", "1"))
		return err
	})
	for i := range 64 {
		s.do(func(ctx context.Context, tx app.Store) error {
			a := application(fmt.Sprintf("application-%02d", i), fmt.Sprintf("worker-%d", i), domain.Eligible)
			a.SubmittedAt = noon.AddDate(0, 0, -i)
			return tx.SaveApplication(ctx, a)
		})
	}
	got := s.contend(func(ctx context.Context, cases *app.App, tx app.Store, _ int) error {
		_, err := cases.OpenRound(ctx, tx, domain.Round{County: "654301", Kind: domain.PublicRental, HomeIDs: []string{"home-1"}}, app.Accepted{})
		return err
	})
	if n := s.won(got, domain.ErrRoundOpen); n != 1 {
		s.Fatalf("%d rounds of one list", n)
	}
	var round string
	s.do(func(_ context.Context, tx app.Store) error {
		all, err := tx.RoundsOf("654301")
		round = all[0].ID
		return err
	})
	got = s.contend(func(ctx context.Context, cases *app.App, tx app.Store, _ int) error {
		_, err := cases.OfferRound(ctx, tx, round)
		return err
	})
	if n := s.won(got, domain.ErrRoundNobody); n != 1 {
		s.Errorf("%d passes for one home", n)
	}
	if events := testkit.Events(s, s.db); !slices.Equal(events, []string{"housing.round.opened.v1", "housing.offer.made.v1"}) {
		s.Errorf("events %v", events)
	}
	s.do(func(_ context.Context, tx app.Store) error {
		entries, err := tx.Entries(round)
		if len(entries) != 64 || entries[0].ApplicationID != "application-63" || entries[0].OfferID == "" {
			s.Errorf("%d entries, first %+v", len(entries), entries[0])
		}
		for _, e := range entries[1:] {
			if e.OfferID != "" || len(e.Reasons) != 1 || e.Reasons[0].Check() != nil {
				s.Errorf("%+v", e)
			}
		}
		return err
	})
}

// lastPlaces has 64 offers of 64 dormitory homes compete for three places of an
// employer's request.
func (s *suite) lastPlaces() {
	s.do(func(ctx context.Context, tx app.Store) error {
		return tx.SavePlaceRequest(ctx, domain.PlaceRequest{ID: "request-1", Employer: "employer-1", County: "654301", Asked: 9, Granted: 3, AskedOn: day})
	})
	for i := range 64 {
		s.do(func(ctx context.Context, tx app.Store) error {
			h := home(fmt.Sprintf("home-%d", i), fmt.Sprint(i))
			h.Kind = domain.Dormitory
			_, _, err := tx.AddHome(ctx, h)
			a := application(fmt.Sprintf("application-%d", i), fmt.Sprintf("worker-%d", i), domain.Submitted)
			a.Kind, a.RequestID = domain.Dormitory, "request-1"
			return errors.Join(err, tx.SaveApplication(ctx, a))
		})
	}
	got := s.contend(func(ctx context.Context, cases *app.App, tx app.Store, i int) error {
		_, err := cases.OfferHome(ctx, tx, fmt.Sprintf("application-%d", i), fmt.Sprintf("home-%d", i))
		return err
	})
	if n := s.won(got, domain.ErrPlacesTaken); n != 3 {
		s.Errorf("%d of three places taken", n)
	}
}
