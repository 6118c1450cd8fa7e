// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/cache"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
	"github.com/qiao-platform/qiao/services/education/internal/store"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 11, 2, 4, 0, 0, 123000, time.UTC)
)

// Run runs the suite; open gives a fresh database each time.
func Run(t *testing.T, open func(testing.TB) *sqldb.DB) {
	fresh := func(t *testing.T) (*sqldb.DB, *store.Store) {
		db := open(t)
		tasks := task.New(db, clock.System(), testkit.Telemetry(t).For("education"))
		s := store.New(testkit.Outbox(t, "education", db), tasks, cache.New("education", nil, slog.New(slog.DiscardHandler)))
		s.Evidence = evidence.NewHolder("education", db, noCases{}, tasks, nil, clock.System())
		return db, s
	}
	t.Run("a school", func(t *testing.T) { schools(t, fresh) })
	t.Run("an application", func(t *testing.T) { applications(t, fresh) })
	t.Run("an offer", func(t *testing.T) { offers(t, fresh) })
	t.Run("a family", func(t *testing.T) { families(t, fresh) })
	t.Run("what is hidden", func(t *testing.T) { hiddenFrom(t, fresh) })
	t.Run("a round", func(t *testing.T) { rounds(t, fresh) })
	t.Run("a life", func(t *testing.T) { lives(t, fresh) })
	t.Run("at once", func(t *testing.T) { contention(t, fresh) })
}

// noCases is a department whose cases hold nothing.
type noCases struct{}

func (noCases) OpenCases(*sqldb.Tx, string) ([]string, error)                     { return nil, nil }
func (noCases) EvidenceChanged(context.Context, *sqldb.Tx, evidence.Change) error { return nil }
func (noCases) FactEnded(context.Context, *sqldb.Tx, *platformv1.Fact) error      { return nil }

type opener func(t *testing.T) (*sqldb.DB, *store.Store)

func schools(t *testing.T, fresh opener) {
	t.Run("survives the round trip, once for each identity", func(t *testing.T) {
		db, s := fresh(t)
		want := school("school-Az.9_b", 9)
		want.Reference = "Ref-1"
		add(t, db, s, want)
		want.Version = 1
		update(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).School(want.ID)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
			if _, err := s.In(tx).School("SCHOOL-Az.9_b"); !errors.Is(err, domain.ErrSchoolUnknown) { // ids are case-sensitive
				t.Error(err)
			}
			return nil
		})
		for name, c := range map[string]struct {
			change func(*domain.School)
			added  bool
		}{
			"the same reference":               {func(v *domain.School) { v.Name = "another" }, false},
			"the same county, name and stage":  {func(v *domain.School) { v.Reference = "" }, false},
			"the same under another reference": {func(v *domain.School) { v.Reference = "Ref-2" }, false},
			"another stage":                    {func(v *domain.School) { v.Reference, v.Stage = "", domain.Junior }, true},
			"another county":                   {func(v *domain.School) { v.Reference, v.County = "ref-1", "654321" }, true},
		} {
			again := want
			again.ID = "other-" + strings.NewReplacer(" ", "-", ",", "").Replace(name)
			c.change(&again)
			update(t, db, func(tx *sqldb.Tx) error {
				id, added, err := s.In(tx).AddSchool(ctx, again, domain.SchoolOpened{SchoolID: again.ID})
				if added != c.added || !added && id != want.ID {
					t.Errorf("%s: %q, added %v", name, id, added)
				}
				return err
			})
		}
		if got := testkit.Events(t, db); len(got) != 3 {
			t.Errorf("events %v", got)
		}
	})
	t.Run("is listed with its free places", func(t *testing.T) {
		db, s := fresh(t)
		add(t, db, s, school("school-1", 2))
		other := school("school-2", 5)
		other.County, other.Stage = "654321", domain.Junior
		add(t, db, s, other)
		for i, state := range []answer.State{answer.Open, answer.Declined, answer.Lapsed} {
			save(t, db, s, submitted(fmt.Sprint("application-", i)), offer(fmt.Sprint("offer-", i), fmt.Sprint("application-", i), state))
		}
		view(t, db, func(tx *sqldb.Tx) error {
			for _, c := range []struct {
				county string
				stage  domain.Stage
				want   []string
			}{
				{"", "", []string{"school-1=1", "school-2=5"}},
				{"654301", "", []string{"school-1=1"}},
				{"654301", domain.Junior, nil},
				{"", domain.Junior, []string{"school-2=5"}},
			} {
				all, err := s.In(tx).Schools(c.county, c.stage)
				if err != nil {
					return err
				}
				var got []string
				for _, l := range all {
					got = append(got, fmt.Sprintf("%s=%d", l.ID, l.Free))
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%q %q: %v, want %v", c.county, c.stage, got, c.want)
				}
			}
			return nil
		})
	})
	t.Run("is corrected with what its sheet says", func(t *testing.T) {
		db, s := fresh(t)
		add(t, db, s, school("school-1", 2))
		var want domain.School
		update(t, db, func(tx *sqldb.Tx) error {
			v, err := s.In(tx).School("school-1")
			if err != nil {
				return err
			}
			v.Places, v.Kind, v.Township, v.Reference = 7, domain.Private, "654301101", "ref-new"
			want = v
			return s.In(tx).SaveSchool(ctx, v, domain.SchoolOpened{SchoolID: v.ID, Stage: v.Stage, Places: v.Places})
		})
		want.Version++
		view(t, db, func(tx *sqldb.Tx) error {
			if got, err := s.In(tx).PeekSchool("school-1"); err != nil || got != want {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
			return nil
		})
		if got := testkit.Events(t, db); len(got) != 2 {
			t.Errorf("events %v", got)
		}
	})
	t.Run("that is not saved leaves nothing", func(t *testing.T) {
		db, s := fresh(t)
		testkit.RollsBack(t, db, func(tx *sqldb.Tx) error {
			_, _, err := s.In(tx).AddSchool(ctx, school("school-1", 2), domain.SchoolOpened{SchoolID: "school-1"})
			return err
		}, func(tx *sqldb.Tx) (int, error) { all, err := s.In(tx).Schools("", ""); return len(all), err })
	})
}

func applications(t *testing.T, fresh opener) {
	t.Run("survives the round trip", func(t *testing.T) {
		db, s := fresh(t)
		want := submitted("application-Az.9_b")
		want.SchoolIDs = []string{"school-2", "school-1"}
		save(t, db, s, want, domain.Offer{})
		want.Version = 1
		update(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).Application(want.ID)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
			if _, err := s.In(tx).Application("APPLICATION-Az.9_b"); !errors.Is(err, domain.ErrApplicationUnknown) {
				t.Error(err)
			}
			all, err := s.In(tx).ApplicationsOf("worker-1")
			if err != nil || len(all) != 1 || !reflect.DeepEqual(all[0], want) {
				t.Errorf("%+v, %v", all, err)
			}
			return nil
		})
		if got := testkit.Events(t, db); !slices.Equal(got, []string{"education.application.submitted.v1"}) {
			t.Errorf("events %v", got)
		}
	})
	t.Run("is one for a child and stage", func(t *testing.T) {
		db, s := fresh(t)
		first := submitted("application-1")
		save(t, db, s, first, domain.Offer{})
		second := submitted("application-2")
		second.ChildID = first.ChildID
		err := db.Update(ctx, func(tx *sqldb.Tx) error { return s.In(tx).SaveApplication(ctx, second) })
		if !errors.Is(err, domain.ErrApplicationTwice) {
			t.Fatalf("twice: %v", err)
		}
		applied := func(ever, want bool) {
			t.Helper()
			view(t, db, func(tx *sqldb.Tx) error {
				got, err := s.In(tx).Applied(first.ChildID, first.Stage, ever)
				if got != want {
					t.Errorf("applied %v, want %v", got, want)
				}
				return err
			})
		}
		applied(false, true)
		first.Version = 1
		withdrawn, events, err := first.Withdraw()
		if err != nil {
			t.Fatal(err)
		}
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveApplication(ctx, withdrawn, events...) })
		applied(false, false)
		applied(true, true)
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveApplication(ctx, second) })
	})
	t.Run("of a stale version is refused", func(t *testing.T) {
		db, s := fresh(t)
		a := submitted("application-1")
		save(t, db, s, a, domain.Offer{}) // it is 1 now
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return s.In(tx).SaveApplication(ctx, a) }); !errors.Is(err, outbox.ErrStale) {
			t.Error(err)
		}
	})
	t.Run("that is not saved leaves nothing", func(t *testing.T) {
		db, s := fresh(t)
		testkit.RollsBack(t, db, func(tx *sqldb.Tx) error {
			return s.In(tx).SaveApplication(ctx, submitted("application-1"), domain.ApplicationSubmitted{ApplicationID: "application-1"})
		}, func(tx *sqldb.Tx) (int, error) { all, err := s.In(tx).ApplicationsOf("worker-1"); return len(all), err })
	})
	t.Run("wants evidence until a place is accepted", func(t *testing.T) {
		db, s := fresh(t)
		var want []string
		for _, state := range []domain.ApplicationState{domain.Submitted, domain.Offered, domain.Accepted, domain.Withdrawn} {
			a := submitted("application-" + string(state))
			a.State = state
			save(t, db, s, a, domain.Offer{})
			if a.WantsEvidence() {
				want = append(want, a.ID)
			}
		}
		slices.Sort(want)
		update(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).OpenCases("worker-1")
			if !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
			return err
		})
	})
}

func offers(t *testing.T, fresh opener) {
	prepared := func(t *testing.T) (*sqldb.DB, *store.Store) {
		db, s := fresh(t)
		add(t, db, s, school("school-1", 9))
		save(t, db, s, submitted("application-1"), domain.Offer{})
		return db, s
	}
	t.Run("survives the round trip", func(t *testing.T) {
		db, s := prepared(t)
		want := offer("offer-Az.9_b", "application-1", answer.Accepted)
		want.AnswerBy, want.AcceptedAt, want.InPerson = now.Add(time.Hour), now.Add(time.Minute), true
		update(t, db, func(tx *sqldb.Tx) error {
			return s.In(tx).SaveOffer(ctx, want, domain.PlaceAccepted{OfferID: want.ID})
		})
		want.Version = 1
		update(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).Offer(want.ID)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
			if _, err := s.In(tx).Offer("OFFER-Az.9_b"); !errors.Is(err, domain.ErrOfferUnknown) {
				t.Error(err)
			}
			return nil
		})
		want.Version = 0
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return s.In(tx).SaveOffer(ctx, want) }); !errors.Is(err, outbox.ErrStale) {
			t.Errorf("a stale version: %v", err)
		}
	})
	t.Run("is the only one that an application has", func(t *testing.T) {
		db, s := prepared(t)
		update(t, db, func(tx *sqldb.Tx) error {
			return s.In(tx).SaveOffer(ctx, offer("offer-1", "application-1", answer.Open))
		})
		second := func(tx *sqldb.Tx) error {
			return s.In(tx).SaveOffer(ctx, offer("offer-2", "application-1", answer.Open))
		}
		if err := db.Update(ctx, second); !errors.Is(err, domain.ErrApplicationState) {
			t.Fatalf("a second offer: %v", err)
		}
		declined := offer("offer-1", "application-1", answer.Declined)
		declined.Version = 1
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveOffer(ctx, declined) })
		update(t, db, second)
	})
	t.Run("takes a place while it is open or accepted", func(t *testing.T) {
		db, s := fresh(t)
		add(t, db, s, school("school-1", 9))
		want := 0
		for _, state := range []answer.State{answer.Open, answer.Better, answer.Accepted, answer.Declined, answer.Lapsed, answer.Undone, answer.Withdrawn} {
			o := offer("offer-"+string(state), "application-"+string(state), state)
			save(t, db, s, submitted(o.ApplicationID), o)
			if o.TakesPlace() {
				want++
			}
		}
		view(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).Taken("school-1")
			if got != want {
				t.Errorf("%d taken, want %d", got, want)
			}
			return err
		})
	})
}

func school(id string, places int) domain.School {
	return domain.School{ID: id, Name: "阿勒泰市第1小学", Kind: domain.Public, County: "654301", Township: "654301001", Stage: domain.Primary, Places: places}
}

func submitted(id string) domain.Application {
	return domain.Application{ID: id, ChildID: "child of " + id, Worker: "worker-1", Stage: domain.Primary, County: "654301", State: domain.Submitted, SubmittedAt: now.Truncate(time.Microsecond)}
}

func offer(id, applicationID string, state answer.State) domain.Offer {
	return domain.Offer{ID: id, ApplicationID: applicationID, SchoolID: "school-1", Worker: "worker-1", County: "654301", Clock: answer.Clock{State: state, AnswerDays: 5, MadeAt: now}}
}

func add(t testing.TB, db *sqldb.DB, s *store.Store, v domain.School) {
	t.Helper()
	update(t, db, func(tx *sqldb.Tx) error {
		_, added, err := s.In(tx).AddSchool(ctx, v, domain.SchoolOpened{SchoolID: v.ID, Stage: v.Stage, Places: v.Places})
		if err == nil && !added {
			t.Errorf("school %s was there", v.ID)
		}
		return err
	})
}

// save writes an application and, where it has an id, an offer to it.
func save(t testing.TB, db *sqldb.DB, s *store.Store, a domain.Application, o domain.Offer) {
	t.Helper()
	update(t, db, func(tx *sqldb.Tx) error {
		if err := s.In(tx).SaveApplication(ctx, a, domain.ApplicationSubmitted{ApplicationID: a.ID, ChildID: a.ChildID, Stage: a.Stage}); err != nil || o.ID == "" {
			return err
		}
		return s.In(tx).SaveOffer(ctx, o)
	})
}

func update(t testing.TB, db *sqldb.DB, f func(*sqldb.Tx) error) {
	t.Helper()
	if err := db.Update(ctx, f); err != nil {
		t.Error(err)
	}
}

func view(t testing.TB, db *sqldb.DB, f func(*sqldb.Tx) error) {
	t.Helper()
	if err := db.View(ctx, f); err != nil {
		t.Error(err)
	}
}
