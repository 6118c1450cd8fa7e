package storetest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	fairs "github.com/qiao-platform/qiao/services/employment/internal/app/fair"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// onePerson has two references do the same things, joins and parts them: of what a
// person has once the earlier is found by either, an employer learns nothing of the
// other reference, and each has its own again.
func (s *suite) onePerson() {
	s.atFair(jobFair("fair-1"), 1)
	later := application("application-1", "worker-1")
	later.SubmittedAt = noon.Add(time.Hour)
	s.do(func(ctx context.Context, tx app.Store) error {
		return errors.Join(
			tx.SaveApplication(ctx, later), tx.SaveApplication(ctx, application("application-2", "worker-2")),
			tx.SaveProfile(ctx, domain.Profile{Worker: "worker-1", Closed: true}), tx.SaveProfile(ctx, domain.Profile{Worker: "worker-2"}),
			tx.SaveHire(ctx, hire("hire-2", "worker-2")),
		)
	})
	s.atFairs(func(ctx context.Context, tx fairs.Store) error {
		first, second := fairApplication("f-1", "worker-1", "vacancy-1"), fairApplication("f-2", "worker-2", "vacancy-1")
		first.Withdrawn = true
		return errors.Join(tx.SaveApplication(ctx, first), tx.SaveApplication(ctx, second))
	})
	// finds is what each reference finds: the application that stands, the job search,
	// how many hires and searches there are, and the application to the fair.
	finds := func(worker, standing, profile, fair string, hires, profiles int, further ...string) {
		s.Helper()
		s.do(func(_ context.Context, tx app.Store) error {
			a, _, err1 := tx.PeekStanding(worker, "vacancy-1")
			p, err2 := tx.Profile(worker)
			h, err3 := tx.HiresOf(worker)
			all, err4 := tx.Profiles(worker)
			if a.ID != standing || p.Worker != profile || len(h) != hires || len(all) != profiles {
				s.Errorf("%s finds %s, the search of %s, %d hires and %d searches", worker, a.ID, p.Worker, len(h), len(all))
			}
			twice, err5 := tx.HasHire(worker, "employer-1", hire("", "").StartOn)
			if twice != (worker == "worker-2") {
				s.Errorf("an employer learns of %s: %v", worker, twice)
			}
			return errors.Join(err1, err2, err3, err4, err5)
		})
		s.atFairs(func(_ context.Context, tx fairs.Store) error {
			f, _, err := tx.PeekApplicationOf(worker, "fair-1")
			if f.ID != fair {
				s.Errorf("%s finds %s at the fair", worker, f.ID)
			}
			others, err2 := tx.FurtherApplicationsOf(worker, "fair-1")
			var ids []string
			for _, o := range others {
				ids = append(ids, o.ID)
			}
			if !slices.Equal(ids, further) {
				s.Errorf("%s finds %v beside it", worker, ids)
			}
			return errors.Join(err, err2)
		})
	}
	apart := func() {
		s.Helper()
		finds("worker-1", "application-1", "worker-1", "f-1", 0, 1)
		finds("worker-2", "application-2", "worker-2", "f-2", 1, 1)
	}
	apart()
	pair := person.Pair{JoinID: "join", Alias: "worker-1", Remains: "worker-2"}
	if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error { return person.Join(tx, pair) }); err != nil {
		s.Fatal(err)
	}
	finds("worker-1", "application-2", "worker-2", "f-2", 1, 2, "f-1")
	s.atFairs(func(ctx context.Context, tx fairs.Store) error { // a third, which stands, with its wishes
		if err := tx.Save(ctx, jobFair("fair-2")); err != nil {
			return err
		}
		third := fairApplication("f-3", "worker-1", "vacancy-1")
		third.FairID = "fair-2"
		if err := tx.SaveApplication(ctx, third); err != nil {
			return err
		}
		fourth := fairApplication("f-4", "worker-2", "vacancy-1")
		fourth.FairID, fourth.SubmittedAt = "fair-2", third.SubmittedAt.Add(time.Hour)
		if err := tx.SaveApplication(ctx, fourth); err != nil {
			return err
		}
		others, err := tx.FurtherApplicationsOf("worker-2", "fair-2")
		if len(others) != 1 || others[0].ID != "f-4" || !slices.Equal(others[0].Wishes, fourth.Wishes) {
			s.Errorf("beside the earlier one: %+v", others)
		}
		return err
	})
	finds("worker-2", "application-2", "worker-2", "f-2", 1, 2, "f-1")
	if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error { return person.Part(tx, person.Parting{Pair: pair, At: noon}) }); err != nil {
		s.Fatal(err)
	}
	apart()
}
