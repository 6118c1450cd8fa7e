// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/crypt"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/task"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
	"github.com/qiao-platform/qiao/services/identity/internal/store"
)

// suite is a fresh database and the store on it.
type suite struct {
	t  *testing.T
	db *sqldb.DB
	*store.Store
}

var now = time.Date(2026, 11, 30, 2, 0, 0, 123456000, time.UTC)

// Run runs the suite; open gives a fresh database each time.
func Run(t *testing.T, open func(testing.TB) *sqldb.DB) {
	for name, test := range map[string]func(suite){
		"accounts survive the round trip":                       accounts,
		"no two accounts are one person":                        sole,
		"a rollback leaves neither row nor event":               rollback,
		"what proves is sealed, and works once":                 credentials,
		"tries at the same time are all counted":                counted,
		"a flow ends once":                                      flow,
		"an outside identity is one account's":                  outside,
		"what was changed of ways to sign in is listed":         proofChanges,
		"passkeys are named and taken away":                     passkeys,
		"what an officer had printed is counted":                prints,
		"sessions end, and stay ended":                          sessions,
		"numbers are given in the order of commits":             numbers,
		"everybody but one is shut out":                         everybody,
		"what was approved or printed is taken back":            takenBack,
		"a lock keeps a number that was given meanwhile":        renumbered,
		"a copy that was brought back opens to nobody":          restored,
		"the audit is never changed, and a change is found":     audit,
		"what is decided stays so":                              acts,
		"a code and a link":                                     once,
		"visits and powers of attorney":                         counter,
		"a list is what the check lets pass":                    rights,
		"sessions and visits are forgotten after terms":         terms,
		"what is refused again is counted":                      again,
		"what is over is forgotten":                             swept,
		"a look locks nothing":                                  look,
		"codes that were sent are counted":                      sentCodes,
		"what was accepted is held against visits":              accepted,
		"who may be played is said anew":                        players,
		"an export is kept, and its list":                       exports,
		"an officer's views are kept in their order":            views,
		"approvals of texts are kept, and taken back":           approvals,
		"paper forms are an office's, and each number one form": papers,
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			master, err := crypt.NewMaster(crypt.Standard())
			if err != nil {
				t.Fatal(err)
			}
			test(suite{t, db, store.New(testkit.Outbox(t, "identity", db), task.New(db, clock.System(), testkit.Telemetry(t).For("identity")), master)})
		})
	}
}

// do runs a transaction that must succeed.
func (s suite) do(f func(app.Store) error) {
	s.t.Helper()
	if err := s.Change(context.Background(), f); err != nil {
		s.t.Fatal(err)
	}
}

func (s suite) refused(want error, f func(app.Store) error) {
	s.t.Helper()
	if err := s.Change(context.Background(), f); !errors.Is(err, want) {
		s.t.Errorf("%v, want %v", err, want)
	}
}

func (s suite) same(what string, got, want any) {
	s.t.Helper()
	if !reflect.DeepEqual(got, want) {
		s.t.Errorf("%s: %+v, want %+v", what, got, want)
	}
}

// opened is an account as the domain opens it.
func (s suite) opened(id, kind, subject, login, office string) domain.Account {
	s.t.Helper()
	a, events, err := domain.OpenAccount(id, kind, subject, login, office, kind == domain.Employer)
	if err != nil {
		s.t.Fatal(err)
	}
	s.do(func(in app.Store) error { return in.SaveAccount(context.Background(), a, events...) })
	a.Version = 1
	return a
}

func rollback(s suite) {
	a, events, err := domain.OpenAccount("a-1", domain.Officer, "a001", "", "", false)
	if err != nil {
		s.t.Fatal(err)
	}
	testkit.RollsBack(s.t, s.db, func(tx *sqldb.Tx) error {
		return s.In(tx).SaveAccount(context.Background(), a, events...)
	}, func(tx *sqldb.Tx) (int, error) {
		_, found, err := s.In(tx).AccountByLogin("a001")
		if found {
			return 1, err
		}
		return 0, err
	})
}

func once(s suite) {
	c := domain.Code{ID: "c-1", Kind: domain.Printed, Worker: "w-1", Index: []byte{1}, Made: now, Ends: now.Add(time.Hour)}
	used, err := c.Use(now)
	if err != nil {
		s.t.Fatal(err)
	}
	l := domain.Link{Hash: []byte{5}, Account: "a", Secret: "ABC", Ends: now}
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveCode(c), in.SaveLink(l))
	})
	s.do(func(in app.Store) error {
		got, err := in.CodeByIndex([]byte{1})
		s.same("code", got, c)
		linked, err2 := in.Link([]byte{5})
		s.same("link", linked, l)
		return errors.Join(err, err2, in.SaveCode(used), in.DropLinks("a"))
	})
	s.refused(domain.ErrCode, func(in app.Store) error { return in.SaveCode(used) })
	s.refused(domain.ErrLink, func(in app.Store) error { _, err := in.Link([]byte{5}); return err })
}

func counter(s suite) {
	v := domain.Visit{
		ID: "v-1", Officer: "a", Worker: "w-1", Receipt: "2026-11-30-AAAA", Began: now,
		Tasks: []domain.VisitTask{{Task: "employment.Apply", At: now.UnixMicro()}}, Papers: []string{"resident_card"}, Until: clock.NewDate(2026, 12, 15),
	}
	helper := s.opened("a-2", domain.Worker, "w-2", "", "")
	book := domain.Policy{Helper: 12}
	d, events, err := domain.NameHelper("d-1", "w-1", helper, clock.NewDate(2026, 12, 31), clock.NewDate(2026, 11, 30), "written", "a", book)
	if err != nil {
		s.t.Fatal(err)
	}
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveVisit(v), in.SaveDelegation(context.Background(), d, events...))
	})
	d.Version = 1
	s.do(func(in app.Store) error {
		got, err := in.Visit("v-1")
		s.same("visit", got, v)
		open, found, err2 := in.OpenVisit("a", "w-1")
		s.same("open", open, v)
		if _, other, _ := in.OpenVisit("b", "w-1"); !found || other {
			s.t.Error("another officer's visit")
		}
		held, err3 := in.HelpsNow("w-2", "w-1")
		s.same("powers", held, []domain.Delegation{d})
		none, err4 := in.HelpsNow("w-1", "w-2")
		s.same("the other way round", len(none), 0)
		v.Tasks, v.Papers, v.Until = append(v.Tasks, domain.VisitTask{Task: "training.Enrol", At: now.UnixMicro()}), nil, clock.Date{}
		return errors.Join(err, err2, err3, err4, in.SaveVisit(v.End(now.Add(time.Minute))))
	})
	ended, events, err := d.End(now)
	if err != nil {
		s.t.Fatal(err)
	}
	s.do(func(in app.Store) error {
		if err := in.SaveDelegation(context.Background(), ended, events...); err != nil {
			return err
		}
		held, err := in.HelpsNow("w-2", "w-1")
		all, err2 := in.Delegations("w-1")
		s.same("what is left", len(held)+len(all), 0)
		_, found, err3 := in.OpenVisit("a", "w-1")
		visits, err4 := in.VisitsOf("a", now.Add(-time.Hour), now.Add(time.Hour))
		if found || len(visits) != 1 || visits[0].Ended.IsZero() || len(visits[0].Tasks) != 2 || visits[0].Papers != nil || !visits[0].Until.IsZero() {
			s.t.Errorf("%v %v", found, visits)
		}
		return errors.Join(err, err2, err3, err4)
	})
	s.same("events", testkit.Events(s.t, s.db), []string{"identity.account.opened.v1", "identity.helper.named.v1", "identity.helper.ended.v1"})
}

func look(s suite) {
	s.began("s-1", "a", now)
	err := s.Look(context.Background(), func(in app.Store) error {
		_, err := in.Session("s-1")
		_, err2 := in.LiveSessions("a", now)
		_, err3 := in.Administrators()
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		s.t.Error(err)
	}
}
