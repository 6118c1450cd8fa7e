// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
	"github.com/qiao-platform/qiao/services/housing/internal/store"
)

var noon = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)

// Run runs the suite; open gives a fresh database each time.
func Run(t *testing.T, open func(testing.TB) *sqldb.DB) {
	fresh := func(t *testing.T) *suite { return newSuite(t, open(t)) }
	t.Run("a home survives the round trip", func(t *testing.T) { fresh(t).homeRoundTrip() })
	t.Run("the same home again changes nothing", func(t *testing.T) { fresh(t).sameHome() })
	t.Run("pages stay in order while homes are listed", func(t *testing.T) { fresh(t).paging() })
	t.Run("an application survives the round trip", func(t *testing.T) { fresh(t).applicationRoundTrip() })
	t.Run("an offer and a lease survive the round trip", func(t *testing.T) { fresh(t).leaseRoundTrip() })
	t.Run("what is not there", func(t *testing.T) { fresh(t).unknown() })
	t.Run("a rollback leaves neither row nor event", func(t *testing.T) { fresh(t).rollback() })
	t.Run("one open application of a kind in a county", func(t *testing.T) { fresh(t).twice() })
	t.Run("open cases are those that want evidence", func(t *testing.T) { fresh(t).cases() })
	t.Run("the end of a fact reaches who holds it", func(t *testing.T) { fresh(t).endHeld() })
	t.Run("concurrent changes lose nothing", func(t *testing.T) { fresh(t).concurrent() })
	t.Run("64 contenders for the last home", func(t *testing.T) { fresh(t).lastHome() })
	t.Run("a home that a round takes is offered to nobody", func(t *testing.T) { fresh(t).homeOfARound() })
	t.Run("an offer made while a place is read", func(t *testing.T) { fresh(t).offeredMeanwhile() })
	t.Run("a round survives the round trip", func(t *testing.T) { fresh(t).roundRoundTrip() })
	t.Run("a list survives the round trip", func(t *testing.T) { fresh(t).listRoundTrip() })
	t.Run("what belongs to a lease survives the round trip", func(t *testing.T) { fresh(t).tenancyRoundTrip() })
	t.Run("a list that is too long to be looked through", func(t *testing.T) { fresh(t).manyHouseholds() })
	mends(t, fresh)
	t.Run("64 contenders for a list's last home", func(t *testing.T) { fresh(t).lastRound() })
	t.Run("64 contenders for three places", func(t *testing.T) { fresh(t).lastPlaces() })
}

type suite struct {
	*testing.T
	db    *sqldb.DB
	store *store.Store
}

func newSuite(t *testing.T, db *sqldb.DB) *suite {
	scope := testkit.Telemetry(t).For("housing")
	return &suite{t, db, store.New(testkit.Outbox(t, "housing", db), task.New(db, clock.System(), scope), cache.New("housing", nil, scope.Log))}
}

// do runs f in a transaction that must succeed.
func (s *suite) do(f func(ctx context.Context, tx app.Store) error) {
	s.Helper()
	if err := s.try(f); err != nil {
		s.Error(err)
	}
}

func (s *suite) try(f func(ctx context.Context, tx app.Store) error) error {
	return s.db.Update(context.Background(), func(tx *sqldb.Tx) error { return f(context.Background(), s.store.In(tx)) })
}

func home(id, number string) domain.Home {
	return domain.Home{ID: id, County: "654301", Estate: "阿勒泰市安居苑", Number: number, Layout: "两室一厅", AreaDM2: 5980, RentFen: 34000, Kind: domain.PublicRental, State: domain.HomeFree}
}

func application(id, worker string, state domain.ApplicationState) domain.Application {
	return domain.Application{ID: id, Worker: worker, County: "654301", Kind: domain.PublicRental, HouseholdSize: 3, DeclaresNoHome: true, State: state, SubmittedAt: noon}
}

func (s *suite) homeRoundTrip() {
	h := home("Home-Az.9_b", "7-4-257")
	h.Reference = "安居苑 #1"
	listed, events, err := domain.ListHome(h)
	if err != nil {
		s.Fatal(err)
	}
	s.do(func(ctx context.Context, tx app.Store) error {
		id, added, err := tx.AddHome(ctx, listed, events...)
		if id != h.ID || !added {
			s.Errorf("added %q, %v", id, added)
		}
		return err
	})
	listed.Version = 1
	s.do(func(ctx context.Context, tx app.Store) error {
		got, err := tx.Home(h.ID)
		if err != nil || !reflect.DeepEqual(got, listed) {
			s.Errorf("got %+v, %v; want %+v", got, err, listed)
		}
		if _, err := tx.Home("home-Az.9_b"); !errors.Is(err, domain.ErrHomeUnknown) { // ids are case-sensitive
			s.Errorf("found in another case: %v", err)
		}
		got.State = domain.HomeOffered
		return tx.SaveHome(ctx, got)
	})
	s.do(func(_ context.Context, tx app.Store) error {
		got, err := tx.PeekHome(h.ID)
		if got.State != domain.HomeOffered || got.Version != 2 {
			s.Errorf("got %+v", got)
		}
		return err
	})
	if got := testkit.Events(s, s.db); !slices.Equal(got, []string{"housing.home.listed.v1"}) {
		s.Errorf("events %v", got)
	}
	var want domain.Home
	s.do(func(ctx context.Context, tx app.Store) error { // a sheet corrects it
		got, err := tx.Home(h.ID)
		if err != nil {
			return err
		}
		got.Reference, got.Layout, got.AreaDM2, got.RentFen, got.Kind = "", "一室", 4000, 1<<40, domain.Dormitory
		want = got
		return tx.SaveHome(ctx, got, domain.HomeListed{HomeID: got.ID, Kind: got.Kind, RentFen: got.RentFen})
	})
	want.Version++
	s.do(func(_ context.Context, tx app.Store) error {
		if got, err := tx.PeekHome(h.ID); err != nil || got != want {
			s.Errorf("got %+v, %v; want %+v", got, err, want)
		}
		return nil
	})
	if got := testkit.Events(s, s.db); len(got) != 2 {
		s.Errorf("events %v", got)
	}
}

func (s *suite) sameHome() {
	first := home("home-1", "1-1-1")
	first.Reference = "ref-1"
	_, events, _ := domain.ListHome(first)
	moved := home("home-2", "9-9-9")
	moved.Reference = "ref-1"
	noReference := home("home-3", "1-1-1")
	other := home("home-4", "1-1-2")
	otherCounty := home("home-5", "1-1-1")
	otherCounty.County = "654322"
	for _, c := range []struct {
		home  domain.Home
		id    string
		added bool
	}{{first, "home-1", true}, {first, "home-1", false}, {moved, "home-1", false}, {noReference, "home-1", false}, {other, "home-4", true}, {otherCounty, "home-5", true}} {
		s.do(func(ctx context.Context, tx app.Store) error {
			id, added, err := tx.AddHome(ctx, c.home, events...)
			if id != c.id || added != c.added {
				s.Errorf("%s: %q, %v; want %q, %v", c.home.ID, id, added, c.id, c.added)
			}
			return err
		})
	}
	if n := len(testkit.Events(s, s.db)); n != 3 {
		s.Errorf("%d events, want one a new home", n)
	}
}

func (s *suite) paging() {
	add := func(id string) {
		h := home(id, id)
		s.do(func(ctx context.Context, tx app.Store) error { _, _, err := tx.AddHome(ctx, h); return err })
	}
	page := func(after string) (ids []string) {
		s.do(func(_ context.Context, tx app.Store) error {
			homes, err := tx.FreeHomes("654301", domain.PublicRental, after, 2)
			for _, h := range homes {
				ids = append(ids, h.ID)
			}
			return err
		})
		return ids
	}
	for _, id := range []string{"h1", "h2", "h3", "h5"} {
		add(id)
	}
	if got := page(""); !slices.Equal(got, []string{"h1", "h2"}) {
		s.Fatalf("first page %v", got)
	}
	add("h0") // an id before the page seen never shows twice
	add("h6")
	s.do(func(ctx context.Context, tx app.Store) error { // and one that is taken meanwhile is left out
		h, err := tx.Home("h3")
		if err != nil {
			return err
		}
		h.State = domain.HomeOffered
		return tx.SaveHome(ctx, h)
	})
	if got := page("h2"); !slices.Equal(got, []string{"h5", "h6"}) {
		s.Errorf("second page %v", got)
	}
	s.do(func(_ context.Context, tx app.Store) error {
		for _, c := range []struct {
			county string
			kind   domain.Kind
			want   int
		}{{"", "", 5}, {"", domain.PublicRental, 5}, {"", domain.Dormitory, 0}, {"654301", "", 5}, {"654322", "", 0}} {
			got, err := tx.FreeHomes(c.county, c.kind, "", 9)
			if err != nil || len(got) != c.want {
				s.Errorf("%q %q: %d homes, %v; want %d", c.county, c.kind, len(got), err, c.want)
			}
		}
		return nil
	})
}

func (s *suite) applicationRoundTrip() {
	a, events, err := domain.Apply(application("application-Az.9", "Worker-1", domain.Submitted))
	if err != nil {
		s.Fatal(err)
	}
	a.Paper = domain.OnPaper{Form: "123456789018", EnteredAt: noon.Add(time.Hour), ConfirmedBy: "h002", LateRound: "round-1", Late: domain.LateOpen}
	a.Reasons = []rule.Trace{{RuleID: "HO-01", Source: "公共租赁住房管理办法(2012) 7", DecidedOn: clock.NewDate(2026, 11, 2), Outcome: rule.NotMet,
		Facts: []rule.Fact{{Name: "job_months", Value: "2", From: "housing"}}, Gaps: []rule.Gap{{Name: "job_months", Have: "2", Need: "6"}},
		Changes: []rule.Change{{Code: "paper_or_witness"}}, Appeals: []rule.Appeal{{Way: "reconsideration", Until: clock.NewDate(2027, 1, 1)}}}}
	s.do(func(ctx context.Context, tx app.Store) error { return tx.SaveApplication(ctx, a, events...) })
	a.Version = 1
	s.do(func(ctx context.Context, tx app.Store) error {
		got, err := tx.Application(a.ID)
		if err != nil || !reflect.DeepEqual(got, a) {
			s.Errorf("got %+v, %v; want %+v", got, err, a)
		}
		if all, err := tx.ApplicationsOf("worker-1"); err != nil || len(all) != 0 {
			s.Errorf("another worker's: %d, %v", len(all), err)
		}
		got.Reopened, got.RefusalCode, got.OfferID = true, "job", "offer-1"
		got.Priority = domain.Priority{State: domain.PriorityConfirmed, On: clock.NewDate(2026, 10, 1), Basis: domain.BasisPaper}
		got.Paper.Late = domain.LateNoChange
		for form, want := range map[string]bool{"123456789018": true, "123456789019": false, "": false} {
			if entered, err := tx.PaperEntered(form); err != nil || entered != want {
				s.Errorf("form %q is entered: %v, %v", form, entered, err)
			}
		}
		return tx.SaveApplication(ctx, got)
	})
	a.Version, a.Reopened, a.RefusalCode, a.OfferID = 2, true, "job", "offer-1"
	a.Priority = domain.Priority{State: domain.PriorityConfirmed, On: clock.NewDate(2026, 10, 1), Basis: domain.BasisPaper}
	a.Paper.Late = domain.LateNoChange
	s.do(func(_ context.Context, tx app.Store) error {
		got, err := tx.PeekApplication(a.ID)
		if !reflect.DeepEqual(got, a) {
			s.Errorf("got %+v; want %+v", got, a)
		}
		return err
	})
}

func (s *suite) leaseRoundTrip() {
	o, _, _, events, err := domain.MakeOffer("offer-1", application("application-1", "worker-1", domain.Eligible), home("home-1", "1"), 5, noon)
	if err != nil {
		s.Fatal(err)
	}
	l := domain.Lease{ID: "lease-1", OfferID: o.ID, ApplicationID: "application-1", HomeID: "home-1", Worker: "worker-1", County: "654301",
		StartsOn: clock.NewDate(2026, 12, 1), EndsOn: clock.NewDate(2028, 11, 30), RentFen: 34000}
	s.do(func(ctx context.Context, tx app.Store) error {
		if _, _, err := tx.AddHome(ctx, home("home-1", "1")); err != nil {
			return err
		}
		if err := tx.SaveApplication(ctx, application("application-1", "worker-1", domain.Eligible)); err != nil {
			return err
		}
		if err := tx.SaveOffer(ctx, o, events...); err != nil {
			return err
		}
		return tx.SaveLease(ctx, l, domain.LeaseSigned{LeaseID: l.ID, StartsOn: l.StartsOn, EndsOn: l.EndsOn})
	})
	o.Version, l.Version = 1, 1
	s.do(func(ctx context.Context, tx app.Store) error {
		got, err := tx.Offer(o.ID)
		if err != nil || !reflect.DeepEqual(got, o) {
			s.Errorf("got %+v, %v; want %+v", got, err, o)
		}
		leases, err := tx.LeasesOf("worker-1")
		if err != nil || !reflect.DeepEqual(leases, []domain.Lease{l}) {
			s.Errorf("got %+v, %v; want %+v", leases, err, l)
		}
		got, _ = got.Delivered(noon)
		got, _, err = got.Accept(true, noon)
		if err != nil {
			return err
		}
		o = got
		return tx.SaveOffer(ctx, got)
	})
	o.Version = 2
	s.do(func(_ context.Context, tx app.Store) error {
		got, err := tx.PeekOffer(o.ID)
		if !reflect.DeepEqual(got, o) {
			s.Errorf("got %+v; want %+v", got, o)
		}
		return err
	})
	l.ID = "lease-2"
	if err := s.try(func(ctx context.Context, tx app.Store) error { return tx.SaveLease(ctx, l) }); !errors.Is(err, outbox.ErrStale) {
		s.Errorf("a second lease of one offer: %v", err)
	}
}

func (s *suite) unknown() {
	s.do(func(_ context.Context, tx app.Store) error {
		_, home := tx.Home("none")
		_, application := tx.Application("none")
		_, offer := tx.Offer("none")
		if !errors.Is(home, domain.ErrHomeUnknown) || !errors.Is(application, domain.ErrApplicationUnknown) || !errors.Is(offer, domain.ErrOfferUnknown) {
			s.Errorf("%v, %v, %v", home, application, offer)
		}
		return nil
	})
}

func (s *suite) rollback() {
	a, events, err := domain.Apply(application("application-1", "worker-1", domain.Submitted))
	if err != nil {
		s.Fatal(err)
	}
	testkit.RollsBack(s, s.db, func(tx *sqldb.Tx) error { return s.store.In(tx).SaveApplication(context.Background(), a, events...) },
		func(tx *sqldb.Tx) (int, error) {
			all, err := s.store.In(tx).ApplicationsOf("worker-1")
			return len(all), err
		})
}

func (s *suite) twice() {
	save := func(a domain.Application) error {
		return s.try(func(ctx context.Context, tx app.Store) error { return tx.SaveApplication(ctx, a) })
	}
	for i, state := range domain.OpenStates() {
		worker := fmt.Sprintf("worker-%d", i)
		if err := save(application(fmt.Sprintf("first-%d", i), worker, state)); err != nil {
			s.Fatal(err)
		}
		if err := save(application(fmt.Sprintf("second-%d", i), worker, domain.Submitted)); !errors.Is(err, domain.ErrApplicationTwice) {
			s.Errorf("beside one that is %s: %v", state, err)
		}
		dormitory := application(fmt.Sprintf("dormitory-%d", i), worker, domain.Submitted)
		dormitory.Kind = domain.Dormitory
		if err := save(dormitory); err != nil {
			s.Errorf("of another kind: %v", err)
		}
	}
	for i, state := range []domain.ApplicationState{domain.Leased, domain.Withdrawn} {
		worker := fmt.Sprintf("over-%d", i)
		if err := errors.Join(save(application("a-"+worker, worker, state)), save(application("b-"+worker, worker, domain.Submitted))); err != nil {
			s.Errorf("beside one that is %s: %v", state, err)
		}
	}
}
