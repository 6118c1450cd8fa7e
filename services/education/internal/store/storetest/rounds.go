package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/education/internal/app"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
	"github.com/qiao-platform/qiao/services/education/internal/store"
)

var today = clock.DateOf(now)

func planned(id string) domain.Round {
	return domain.Round{
		ID: id, County: "654301", Stage: domain.Primary, State: domain.RoundIsOpen, OpensOn: today, ClosesOn: today, DrawOn: today, FigureOn: today,
		Tie: allocate.SingleTie, FigureSource: "双色球开奖号码", PlannedAt: now.Truncate(time.Microsecond),
	}
}

func reason() []rule.Trace {
	return []rule.Trace{{RuleID: "ED-PRIORITY", Source: "s", Outcome: rule.NotMet, EffectiveFrom: today, DecidedOn: today, Changes: []rule.Change{{Code: "ed_second_pass", From: today}}}}
}

func rounds(t *testing.T, fresh opener) {
	prepared := func(t *testing.T) (*sqldb.DB, *store.Store, domain.Round) {
		db, s := fresh(t)
		add(t, db, s, school("school-1", 9))
		other := school("school-2", 9)
		other.Name = "阿勒泰市第2小学"
		add(t, db, s, other)
		r := planned("round-Az.9_b")
		update(t, db, func(tx *sqldb.Tx) error {
			in := s.In(tx)
			if err := in.SaveRound(ctx, r, domain.RoundOpened{RoundID: r.ID}); err != nil {
				return err
			}
			return in.SaveSeated(ctx, domain.Seated{RoundID: r.ID, School: school("school-1", 9), Seats: 4, Reserved: 1}, domain.SeatsSet{RoundID: r.ID, SchoolID: "school-1", Seats: 4, Reserved: 1})
		})
		r.Version = 1
		return db, s, r
	}
	t.Run("survives the round trip", func(t *testing.T) {
		db, s, r := prepared(t)
		r.State, r.Root, r.Entries, r.Figure, r.CommittedBy, r.TypedBy, r.ConfirmedBy, r.Seed, r.Pass, r.Parts = domain.RoundIsDrawn, "aa", 3, "1 2", "edu-0", "edu-1", "edu-2", "bb", 1, 2
		r.Why, r.DoublesOn, r.OpensOn, r.ClosesOn, r.DrawOn, r.FigureOn, r.Tie, r.FigureSource = "dates", today, today.AddDays(1), today.AddDays(2), today.AddDays(4), today.AddDays(3), allocate.MultipleTie, "另一个数字"
		update(t, db, func(tx *sqldb.Tx) error {
			return s.In(tx).SaveRound(ctx, r, domain.RoundDrawn{RoundID: r.ID, Pass: 1})
		})
		r.Version = 2
		update(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).Round(r.ID)
			if err != nil || !reflect.DeepEqual(got, r) {
				t.Errorf("got %+v, %v; want %+v", got, err, r)
			}
			if _, err := s.In(tx).PeekRound("ROUND-Az.9_b"); !errors.Is(err, domain.ErrRoundUnknown) {
				t.Error(err)
			}
			all, err := s.In(tx).Rounds("654301", domain.Primary)
			if none, _ := s.In(tx).Rounds("654301", domain.Junior); len(all) != 1 || len(none) != 0 {
				t.Errorf("%v %v", all, none)
			}
			return err
		})
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { r.Version = 1; return s.In(tx).SaveRound(ctx, r) }); !errors.Is(err, outbox.ErrStale) {
			t.Error(err)
		}
		if got := testkit.Events(t, db); !slices.Equal(got[2:], []string{"education.round.opened.v1", "education.seats.set.v1", "education.round.drawn.v1"}) {
			t.Errorf("events %v", got)
		}
	})
	t.Run("is the only one of its county and stage until it ends", func(t *testing.T) {
		db, s, r := prepared(t)
		second := func(tx *sqldb.Tx) error { return s.In(tx).SaveRound(ctx, planned("round-2")) }
		if err := db.Update(ctx, second); !errors.Is(err, domain.ErrRoundTwice) {
			t.Fatal(err)
		}
		r.State = domain.RoundIsCancelled
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveRound(ctx, r) })
		update(t, db, second)
		r = planned("round-2")
		r.Version, r.State = 1, domain.RoundIsEnded
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveRound(ctx, r) })
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveRound(ctx, planned("round-3")) })
	})
	t.Run("holds its seats until it ends", func(t *testing.T) {
		db, s, r := prepared(t)
		save(t, db, s, submitted("application-1"), domain.Offer{})
		e := entry(r, "application-1", "B")
		e.Newcomer = true
		update(t, db, func(tx *sqldb.Tx) error {
			o := offer("offer-1", "application-1", answer.Accepted)
			o.RoundID, o.Way = r.ID, "added_place"
			if err := s.In(tx).SaveEntry(ctx, e); err != nil {
				return err
			}
			return s.In(tx).SaveOffer(ctx, o)
		})
		save(t, db, s, submitted("application-2"), offer("offer-2", "application-2", answer.Open)) // outside the round
		check := func(taken, inRound int) {
			t.Helper()
			view(t, db, func(tx *sqldb.Tx) error {
				n, err := s.In(tx).Taken("school-1")
				if err != nil {
					return err
				}
				all, err := s.In(tx).Seated(r.ID)
				if err != nil {
					return err
				}
				if n != taken || len(all) != 1 || all[0].Taken != inRound || all[0].Newcomer != inRound || all[0].Seats != 4 || all[0].Reserved != 1 {
					t.Errorf("%d taken, want %d; %+v", n, taken, all)
				}
				o, err := s.In(tx).PeekOffer("offer-1")
				if o.RoundID != r.ID || o.Way != "added_place" {
					t.Errorf("%+v", o)
				}
				return err
			})
		}
		check(4+1, 1)
		r.State = domain.RoundIsEnded
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveRound(ctx, r) })
		check(1+1, 1)
	})
	t.Run("holds no seats once it is cancelled", func(t *testing.T) {
		db, s, r := prepared(t)
		r.State = domain.RoundIsCancelled
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveRound(ctx, r) })
		view(t, db, func(tx *sqldb.Tx) error {
			if n, err := s.In(tx).Taken("school-1"); err != nil || n != 0 {
				t.Errorf("%d taken, %v", n, err)
			}
			return nil
		})
	})
	t.Run("keeps pairs and corrections", func(t *testing.T) {
		db, s, r := prepared(t)
		save(t, db, s, submitted("application-1"), domain.Offer{})
		save(t, db, s, submitted("application-2"), domain.Offer{})
		d := domain.Double{ID: "double-1", RoundID: r.ID, County: r.County, First: "application-1", Second: "application-2", Grounds: []string{"separators", "two_guardians"}, State: domain.DoubleOpen}
		c := domain.Correction{
			ID: "correction-1", RoundID: r.ID, County: r.County, Number: 1, Why: "class", State: domain.CorrectionIsProposed, Relief: "seat", Figure: "1 2", Wronged: 3, ProposedBy: "edu-1", ProposedAt: now.Truncate(time.Microsecond),
			Mends: domain.Mends{Seats: []domain.SeatsMend{{SchoolID: "school-1", Seats: 2, Reserved: 1}}, LeftOut: []string{"application-1"}},
		}
		update(t, db, func(tx *sqldb.Tx) error {
			if err := s.In(tx).SaveDouble(ctx, d); err != nil {
				return err
			}
			return s.In(tx).SaveCorrection(ctx, c, domain.CorrectionProposed{CorrectionID: c.ID, RoundID: r.ID, ReasonCode: c.Why})
		})
		d.State, d.Withdrawn, d.Why, d.DecidedBy, d.DecidedAt, d.Version = domain.DoubleSame, "application-2", "papers_shown", "edu-1", now.Truncate(time.Microsecond), 1
		c.State, c.DecidedBy, c.DecidedAt, c.Version = domain.CorrectionIsTaken, "edu-2", now.Truncate(time.Microsecond), 1
		update(t, db, func(tx *sqldb.Tx) error {
			if err := s.In(tx).SaveDouble(ctx, d); err != nil {
				return err
			}
			return s.In(tx).SaveCorrection(ctx, c)
		})
		update(t, db, func(tx *sqldb.Tx) error {
			d.Version, c.Version = 2, 2
			gotD, err := s.In(tx).Double(d.ID)
			if err != nil || !reflect.DeepEqual(gotD, d) {
				t.Errorf("got %+v, %v; want %+v", gotD, err, d)
			}
			gotC, err := s.In(tx).Correction(c.ID)
			if err != nil || !reflect.DeepEqual(gotC, c) {
				t.Errorf("got %+v, %v; want %+v", gotC, err, c)
			}
			all, err := s.In(tx).Doubles(r.ID)
			if err != nil || len(all) != 1 {
				t.Error(all, err)
			}
			corrections, err := s.In(tx).Corrections(r.ID)
			if err != nil || len(corrections) != 1 {
				t.Error(corrections, err)
			}
			if _, err := s.In(tx).PeekDouble("x"); !errors.Is(err, domain.ErrDoubleUnknown) {
				t.Error(err)
			}
			if _, err := s.In(tx).PeekCorrection("x"); !errors.Is(err, domain.ErrCorrectionUnknown) {
				t.Error(err)
			}
			return nil
		})
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { d.Version = 1; return s.In(tx).SaveDouble(ctx, d) }); !errors.Is(err, outbox.ErrStale) {
			t.Error(err)
		}
	})
	t.Run("keeps its entries by ticket", func(t *testing.T) {
		db, s, r := prepared(t)
		for i, ticket := range []string{"C", "A", "B"} {
			a := submitted(fmt.Sprint("application-", i))
			if i == 2 {
				a.State = domain.Withdrawn
			}
			save(t, db, s, a, domain.Offer{})
			update(t, db, func(tx *sqldb.Tx) error {
				return s.In(tx).SaveEntry(ctx, entry(r, a.ID, ticket), domain.ChoicesFiled{RoundID: r.ID, ApplicationID: a.ID, ChoicesCount: 2})
			})
		}
		want := entry(r, "application-1", "A")
		want.Word, want.Newcomer, want.FirstAt, want.Outcome, want.Choice, want.Pass = allocate.NewWord("白桦", "n"), true, "school-2", domain.EntryPlaced, 2, 1
		want.Reasons, want.ReviewBy, want.Version = reason(), today, 1
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveEntry(ctx, want, want.Decided()...) })
		want.Version = 2
		update(t, db, func(tx *sqldb.Tx) error {
			in := s.In(tx)
			got, err := in.Entry(r.ID, "application-1")
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v; want %+v", got, err, want)
			}
			if last, err := in.LastEntry("application-1"); err != nil || !reflect.DeepEqual(last, want) {
				t.Errorf("got %+v, %v", last, err)
			}
			if _, err := in.LastEntry("application-9"); !errors.Is(err, domain.ErrEntryUnknown) {
				t.Error(err)
			}
			waiting, err := in.Waiting(r.ID)
			if err != nil || len(waiting) != 2 || waiting[0].ID != "application-0" {
				t.Errorf("%v %v", waiting, err)
			}
			if err := in.DropSettled(r.ID); err != nil {
				return err
			}
			all, err := in.Entries(r.ID)
			if len(all) != 2 || all[0].Ticket != "A" || all[1].Ticket != "C" {
				t.Errorf("%+v", all)
			}
			page, err2 := in.Results(r.ID, "application-0", 10)
			if len(page) != 1 || page[0].ApplicationID != "application-1" {
				t.Errorf("%+v", page)
			}
			return errors.Join(err, err2)
		})
	})
	t.Run("knows who declined, and what its families have already", func(t *testing.T) {
		db, s, r := prepared(t)
		declined := offer("offer-1", "application-1", answer.Declined)
		declined.RoundID = r.ID
		save(t, db, s, submitted("application-1"), declined)
		there := submitted("application-2")
		there.State, there.OfferID = domain.Accepted, "offer-2"
		save(t, db, s, there, offer("offer-2", "application-2", answer.Accepted))
		nine := school("school-9", 3)
		nine.Stage = domain.Junior // the same school goes on
		add(t, db, s, nine)
		view(t, db, func(tx *sqldb.Tx) error {
			got, err := s.In(tx).Declined(r.ID)
			if !reflect.DeepEqual(got, map[string][]string{"application-1": {"school-1"}}) {
				t.Errorf("%v", got)
			}
			at, err2 := s.In(tx).Siblings("worker-1", "another child")
			none, err3 := s.In(tx).Siblings("worker-1", there.ChildID)
			if at["school-1"] != "application-2" || len(none) != 0 {
				t.Errorf("%v %v", at, none)
			}
			on, err4 := s.In(tx).Attended(there.ChildID, domain.Junior)
			if on["school-9"] != "application-2" || len(on) != 1 {
				t.Errorf("%v", on)
			}
			return errors.Join(err, err2, err3, err4)
		})
	})
	t.Run("publishes its bundle in parts", func(t *testing.T) {
		db, s, r := prepared(t)
		bundle := make([]byte, 1<<20+7)
		for i := range bundle {
			bundle[i] = byte(i * 7)
		}
		update(t, db, func(tx *sqldb.Tx) error {
			parts, err := s.In(tx).SaveBundle(r.ID, bundle)
			if parts != 3 {
				t.Errorf("%d parts", parts)
			}
			return err
		})
		view(t, db, func(tx *sqldb.Tx) error {
			var got []byte
			for i := range 3 {
				part, err := s.In(tx).BundlePart(r.ID, i)
				if err != nil || len(part) >= 1<<20 {
					t.Errorf("part %d: %d bytes, %v", i, len(part), err)
				}
				got = append(got, part...)
			}
			if !slices.Equal(got, bundle) {
				t.Error("the parts are not the whole")
			}
			if _, err := s.In(tx).BundlePart(r.ID, 3); !errors.Is(err, domain.ErrBundleUnknown) {
				t.Error(err)
			}
			return nil
		})
	})
	t.Run("has tasks and appeals", func(t *testing.T) {
		db, s, r := prepared(t)
		save(t, db, s, submitted("application-1"), domain.Offer{})
		task := domain.Task{ID: "task-1", ApplicationID: "application-1", Worker: "worker-1", County: "654301", Stage: domain.Primary, RoundID: r.ID, State: domain.TaskIsOpen, DueOn: today.AddDays(10), OpenedAt: now.Truncate(time.Microsecond), Reasons: reason()}
		appeal := domain.Appeal{ID: "appeal-1", RoundID: r.ID, ApplicationID: "application-1", Worker: "worker-1", County: "654301", SchoolID: "school-1", Ground: domain.GroundClass, State: domain.AppealIsFiled, DueOn: today.AddDays(10), FiledAt: now.Truncate(time.Microsecond)}
		update(t, db, func(tx *sqldb.Tx) error {
			return errors.Join(s.In(tx).SaveTask(ctx, task, domain.TaskOpened{TaskID: task.ID, ApplicationID: "application-1", DueOn: task.DueOn}),
				s.In(tx).SaveAppeal(ctx, appeal, domain.AppealFiled{AppealID: appeal.ID, ApplicationID: "application-1", Ground: appeal.Ground, DueOn: appeal.DueOn}))
		})
		task.Version, appeal.Version = 1, 1
		update(t, db, func(tx *sqldb.Tx) error {
			in := s.In(tx)
			for _, load := range []func() (domain.Task, error){func() (domain.Task, error) { return in.PeekTask("task-1") }, func() (domain.Task, error) { return in.TaskOf("application-1") }} {
				if got, err := load(); err != nil || !reflect.DeepEqual(got, task) {
					t.Errorf("got %+v, %v; want %+v", got, err, task)
				}
			}
			if got, err := in.Appeal("appeal-1"); err != nil || !reflect.DeepEqual(got, appeal) {
				t.Errorf("got %+v, %v; want %+v", got, err, appeal)
			}
			open, err := in.Tasks("654301")
			of, err2 := in.AppealsOf("application-1")
			all, err3 := in.Appeals("")
			if none, _ := in.Appeals("654321"); len(open) != 1 || len(of) != 1 || len(all) != 1 || len(none) != 0 {
				t.Errorf("%v %v %v %v", open, of, all, none)
			}
			return errors.Join(err, err2, err3)
		})
		second := appeal
		second.ID, second.Version = "appeal-2", 0
		if err := db.Update(ctx, func(tx *sqldb.Tx) error { return s.In(tx).SaveAppeal(ctx, second) }); !errors.Is(err, domain.ErrAppealTwice) {
			t.Error(err)
		}
		task.State, appeal.State, appeal.Remedy, appeal.DecidedBy, appeal.Reasons = domain.TaskIsDone, domain.AppealIsUpheld, domain.RemedySeat, "edu-3", reason()
		update(t, db, func(tx *sqldb.Tx) error {
			return errors.Join(s.In(tx).SaveTask(ctx, task, domain.TaskDone{TaskID: task.ID}), s.In(tx).SaveAppeal(ctx, appeal, domain.AppealDecided{AppealID: appeal.ID}))
		})
		view(t, db, func(tx *sqldb.Tx) error {
			open, err := s.In(tx).Tasks("654301")
			got, err2 := s.In(tx).PeekAppeal("appeal-1")
			if appeal.Version = 2; len(open) != 0 || !reflect.DeepEqual(got, appeal) {
				t.Errorf("%v %+v", open, got)
			}
			return errors.Join(err, err2)
		})
	})
	t.Run("that is not saved leaves nothing", func(t *testing.T) {
		db, s := fresh(t)
		testkit.RollsBack(t, db, func(tx *sqldb.Tx) error {
			return s.In(tx).SaveRound(ctx, planned("round-1"), domain.RoundOpened{RoundID: "round-1"})
		}, func(tx *sqldb.Tx) (int, error) { all, err := s.In(tx).Rounds("", ""); return len(all), err })
	})
}

func entry(r domain.Round, applicationID, ticket string) domain.Entry {
	return domain.Entry{
		RoundID: r.ID, ApplicationID: applicationID, Worker: "worker-1", County: r.County, Ticket: ticket, Township: "654301001", Outcome: domain.EntryFiled,
		Wishes: []domain.Wish{{SchoolID: "school-1", Class: 4, Ground: "none"}, {SchoolID: "school-2", Class: 3, Ground: "residence", From: "housing", Proof: "lease-1"}}, FiledAt: now.Truncate(time.Microsecond),
	}
}

// roundsAtOnce runs from many sides what a round may do only once.
func roundsAtOnce(t *testing.T, fresh opener, cases *app.App) {
	who := func(i int) context.Context {
		return auth.NewContext(ctx, auth.Principal{Kind: auth.Officer, Subject: fmt.Sprint("edu-", i), Department: "edu", Division: auth.Everywhere})
	}
	guardian := auth.NewContext(ctx, auth.Principal{Kind: auth.Worker, Subject: "worker-1"})
	t.Run("every place is declined while the round ends", func(t *testing.T) {
		db, s := fresh(t)
		v := school(ident.NewID(), contenders)
		add(t, db, s, v)
		r := planned(ident.NewID())
		r.State, r.Pass = domain.RoundIsDrawn, 1
		all := make([]domain.Offer, contenders)
		update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveRound(ctx, r) })
		for i := range all {
			a := submitted(ident.NewID())
			a.State, a.OfferID = domain.Offered, ident.NewID()
			all[i] = offer(a.OfferID, a.ID, answer.Open)
			all[i].SchoolID, all[i].RoundID = v.ID, r.ID
			if i%2 == 1 { // an officer's own, which declining must not lose either
				all[i].RoundID = ""
			}
			save(t, db, s, a, all[i])
			update(t, db, func(tx *sqldb.Tx) error { return s.In(tx).SaveEntry(ctx, entry(r, a.ID, ident.NewID())) })
		}
		atOnce(func(i int) {
			if i == contenders/2 {
				update(t, db, func(tx *sqldb.Tx) error { _, err := cases.EndRound(who(1), s.In(tx), r.ID); return err })
			}
			if err := patiently(db, func(tx *sqldb.Tx) error { return cases.DeclinePlace(guardian, s.In(tx), all[i].ID) }); err != nil {
				t.Error(err)
			}
		})
		view(t, db, func(tx *sqldb.Tx) error {
			tasks, err := s.In(tx).Tasks("")
			if len(tasks) != contenders {
				t.Errorf("%d tasks for %d children without a place", len(tasks), contenders)
			}
			return err
		})
	})
	t.Run("one round, planned, drawn, given again, answered and ended", func(t *testing.T) {
		db, s := fresh(t)
		v := school(ident.NewID(), 1)
		add(t, db, s, v)
		plan := app.Plan{County: "654301", Stage: "primary", OpensOn: today.String(), ClosesOn: today.String(), DrawOn: today.String(), FigureOn: today.String(), Tie: "multiple", FigureSource: "双色球开奖号码，中国福彩网"}
		once := func(name string, other []error, f func(i int, in app.Store) error) {
			t.Helper()
			var done atomic.Int64
			atOnce(func(i int) {
				err := patiently(db, func(tx *sqldb.Tx) error { return f(i, s.In(tx)) })
				if err == nil {
					done.Add(1)
				} else if !slices.ContainsFunc(other, func(o error) bool { return errors.Is(err, o) }) {
					t.Errorf("%s: %v", name, err)
				}
			})
			if done.Load() != 1 {
				t.Errorf("%s: done %d times", name, done.Load())
			}
		}
		once("planned", []error{domain.ErrRoundTwice}, func(i int, in app.Store) error {
			_, err := cases.PlanRound(who(i), in, plan)
			return err
		})
		var round string
		view(t, db, func(tx *sqldb.Tx) error {
			all, err := s.In(tx).Rounds("", "")
			round = all[0].ID
			return err
		})
		update(t, db, func(tx *sqldb.Tx) error { return cases.SetSeats(who(0), s.In(tx), round, v.ID, 1, 0) })
		once("opened", []error{domain.ErrRoundState}, func(i int, in app.Store) error { return cases.OpenRound(who(i), in, round) })
		all := make([]domain.Application, contenders)
		for i := range all {
			all[i] = submitted(ident.NewID())
			save(t, db, s, all[i], domain.Offer{})
		}
		atOnce(func(i int) {
			if err := patiently(db, func(tx *sqldb.Tx) error {
				_, err := cases.FileChoices(guardian, s.In(tx), app.Choices{RoundID: round, ApplicationID: all[i].ID, SchoolIDs: []string{v.ID}})
				return err
			}); err != nil {
				t.Error(err)
			}
		})
		once("closed", []error{domain.ErrRoundClosed}, func(i int, in app.Store) error { return cases.CloseRound(who(i), in, round) })
		once("committed", []error{domain.ErrRoundState}, func(i int, in app.Store) error {
			committing := *cases
			committing.Data, committing.Children = within{in}, strangers{}
			_, err := committing.CommitRound(who(i), onceIn[app.Committed](in), round, false)
			return err
		})
		update(t, db, func(tx *sqldb.Tx) error { return cases.TypeFigure(who(100), s.In(tx), round, "1 2 3") })
		once("drawn", []error{domain.ErrRoundState}, func(i int, in app.Store) error {
			d, err := cases.ConfirmFigure(who(i), in, round, "1 2 3")
			if err == nil && (d.Placed != 1 || len(d.Entries) != contenders) {
				t.Errorf("%d of %d placed", d.Placed, len(d.Entries))
			}
			return err
		})
		var o domain.Offer
		view(t, db, func(tx *sqldb.Tx) error {
			for _, a := range all {
				got, err := s.In(tx).PeekApplication(a.ID)
				if err != nil {
					return err
				}
				if got.State == domain.Offered {
					if o, err = s.In(tx).PeekOffer(got.OfferID); err != nil {
						return err
					}
				}
			}
			return nil
		})
		once("accepted", []error{domain.ErrOfferAccepted}, func(_ int, in app.Store) error { return cases.AcceptPlace(guardian, in, o.ID) })
		once("ended", []error{domain.ErrRoundState}, func(i int, in app.Store) error {
			tasks, err := cases.EndRound(who(i), in, round)
			if err == nil && tasks != contenders-1 {
				t.Errorf("%d tasks", tasks)
			}
			return err
		})
		// One place more for the first of those who are left.
		second := school(ident.NewID(), 1)
		second.Name = "阿勒泰市第2小学"
		add(t, db, s, second)
		var tasks []domain.Task
		view(t, db, func(tx *sqldb.Tx) (err error) {
			tasks, err = s.In(tx).Tasks("")
			return err
		})
		once("offered", []error{domain.ErrSchoolFull}, func(i int, in app.Store) error {
			_, err := cases.OfferWayOut(who(i), in, tasks[i%len(tasks)].ID, domain.WaySame, second.ID)
			if errors.Is(err, domain.ErrApplicationState) { // two of them for one task
				return domain.ErrSchoolFull
			}
			return err
		})
		view(t, db, func(tx *sqldb.Tx) error {
			for _, id := range []string{v.ID, second.ID} {
				if n, err := s.In(tx).Taken(id); err != nil || n != 1 {
					t.Errorf("%d taken of 1, %v", n, err)
				}
			}
			return nil
		})
	})
}

// within is the transaction of a use case that a test puts into one.
type within struct{ in app.Store }

func (w within) Look(_ context.Context, fn func(app.Store) error) error   { return fn(w.in) }
func (w within) Change(_ context.Context, fn func(app.Store) error) error { return fn(w.in) }

// onceIn is a command in such a transaction.
func onceIn[Answer any](in app.Store) app.Once[Answer] {
	return func(_ context.Context, fn func(app.Store) (Answer, error)) (Answer, error) { return fn(in) }
}

// strangers is a registry that finds nobody twice.
type strangers struct{ app.Children }

func (strangers) Doubles(context.Context, []string, string) ([]app.Likely, error) { return nil, nil }
