// Package storetest is the conformance suite that both databases pass.
package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
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

func accounts(s suite) {
	admin := s.opened("a-1", domain.Administrator, "s001", "", domain.System)
	worker := s.opened("a-2", domain.Worker, "w-1", "", "")
	s.opened("a-3", domain.Employer, "e-1", "Boss", "")
	s.do(func(in app.Store) error {
		got, err := in.Account("a-1")
		s.same("loaded", got, admin)
		if ready, err := got.Ready(now); err != nil || in.SaveAccount(context.Background(), ready) != nil {
			s.t.Errorf("%v", err)
		}
		got, _ = in.PeekAccount("a-1")
		s.same("changed", got.PasswordAt, now)
		byLogin, found, err2 := in.AccountByLogin("boss")
		if !found || byLogin.ID != "a-3" || !byLogin.Responsible {
			s.t.Errorf("%+v", byLogin)
		}
		of, found, err3 := in.AccountOf("w-1")
		s.same("the worker's", of, worker)
		all, err4 := in.Administrators()
		if !found || len(all) != 1 {
			s.t.Errorf("%v %v", found, all)
		}
		_, none, err5 := in.AccountByLogin("")
		if none {
			s.t.Error("a worker is found by no name")
		}
		return errors.Join(err, err2, err3, err4, err5)
	})
	s.refused(domain.ErrAccount, func(in app.Store) error { _, err := in.Account("nobody"); return err })
	s.same("events", testkit.Events(s.t, s.db), []string{"identity.account.opened.v1", "identity.account.opened.v1", "identity.account.opened.v1"})
}

func sole(s suite) {
	first := s.opened("a-1", domain.Officer, "a001", "", "")
	for _, c := range []struct{ kind, subject, login, office string }{{domain.Officer, "A001", "", ""}, {domain.Administrator, "a001", "", domain.Audit}, {domain.Employer, "e-1", "a001", ""}} {
		a, events, err := domain.OpenAccount("a-2", c.kind, c.subject, c.login, c.office, false)
		if err != nil {
			s.t.Fatal(err)
		}
		s.refused(domain.ErrTaken, func(in app.Store) error { return in.SaveAccount(context.Background(), a, events...) })
	}
	s.opened("e-1", domain.Employer, "e-1", "one", "")
	s.opened("e-2", domain.Employer, "e-1", "two", "")
	closed, events, err := first.Close()
	if err != nil {
		s.t.Fatal(err)
	}
	s.do(func(in app.Store) error { return in.SaveAccount(context.Background(), closed, events...) })
	s.opened("a-3", domain.Officer, "a001", "", "") // the number is free again
	s.do(func(in app.Store) error {
		got, found, err := in.AccountByLogin("a001")
		if !found || got.ID != "a-3" {
			s.t.Errorf("%+v", got)
		}
		return err
	})
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

func credentials(s suite) {
	secret := "JBSWY3DPEHPK3PXP"
	s.do(func(in app.Store) error {
		return errors.Join(in.SetSecret("a", app.Password, "$argon2id$hash", now), in.SetTotp("a", secret), in.SetPaper("a", [][]byte{{1}, {2}}),
			in.SavePasskey("a", app.Passkey{ID: []byte{9}, Credential: "{}", Count: 3, Made: now}))
	})
	s.do(func(in app.Store) error {
		hash, found, err := in.Secret("a", app.Password)
		if !found || hash != "$argon2id$hash" {
			s.t.Errorf("%q", hash)
		}
		if _, found, _ := in.Secret("a", app.Pin); found {
			s.t.Error("a PIN that was never set")
		}
		got, found, err2 := in.Totp("a")
		if !found || got != secret {
			s.t.Errorf("%q", got)
		}
		for step, want := range [][2]any{{int64(10), true}, {int64(10), false}, {int64(9), false}, {int64(11), true}} {
			ok, err := in.UseStep("a", want[0].(int64))
			if err != nil || ok != want[1] {
				s.t.Errorf("step %d: %v %v", step, ok, err)
			}
		}
		for i, want := range []bool{true, false} {
			ok, err := in.UsePaper("a", []byte{1}, now)
			if err != nil || ok != want {
				s.t.Errorf("paper %d: %v %v", i, ok, err)
			}
		}
		if ok, err := in.UsePaper("b", []byte{2}, now); err != nil || ok {
			s.t.Errorf("somebody else's paper: %v %v", ok, err)
		}
		keys, err3 := in.Passkeys("a")
		if len(keys) != 1 || keys[0].Count != 3 || keys[0].Credential != "{}" || !keys[0].Made.Equal(now) {
			s.t.Errorf("%+v", keys)
		}
		owner, found, err4 := in.PasskeyOwner([]byte{9})
		if !found || owner != "a" {
			s.t.Errorf("%q", owner)
		}
		return errors.Join(err, err2, err3, err4)
	})
	s.refused(domain.ErrPasskey, func(in app.Store) error { return in.SavePasskey("b", app.Passkey{ID: []byte{9}, Credential: "{}"}) })
	for _, query := range []string{`SELECT hash FROM secret`, `SELECT secret FROM totp`} {
		var kept []byte
		if err := s.db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(query).Scan(&kept) }); err != nil {
			s.t.Fatal(err)
		}
		if strings.Contains(string(kept), secret) || strings.Contains(string(kept), "argon2id") {
			s.t.Errorf("%s: in the clear", query)
		}
	}
	s.do(func(in app.Store) error { return in.DropCredentials("a") })
	s.do(func(in app.Store) error {
		_, one, _ := in.Secret("a", app.Password)
		_, two, _ := in.Totp("a")
		keys, err := in.Passkeys("a")
		if one || two || len(keys) > 0 {
			s.t.Error("something is left to sign in with")
		}
		return err
	})
}

func counted(s suite) {
	key := sha256.New().Sum(nil)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if err := s.Change(context.Background(), func(in app.Store) error {
				t, err := in.Tries(key)
				if err != nil {
					return err
				}
				t.Failed++
				t.Last = now
				return in.SaveTries(t)
			}); err != nil {
				s.t.Error(err)
			}
		})
	}
	all.Wait()
	s.do(func(in app.Store) error {
		t, err := in.Tries(key)
		if t.Failed != 16 || !t.Last.Equal(now) {
			s.t.Errorf("%+v", t)
		}
		return err
	})
}

func flow(s suite) {
	f := domain.Flow{Hash: []byte{1, 2}, Kind: domain.FlowDevice, Account: "", Held: "held", Code: []byte{7}, Ends: now}
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveFlow(f), in.SaveFlow(domain.Flow{Hash: []byte{3}, Kind: domain.FlowSecond, Account: "a", Ends: now}), in.SaveFlow(domain.Flow{Hash: []byte{4}, Kind: domain.FlowSecond, Account: "a", Ends: now}))
	})
	s.do(func(in app.Store) error {
		got, err := in.Flow([]byte{1, 2})
		s.same("loaded", got, f)
		byCode, err2 := in.FlowByCode([]byte{7})
		s.same("by its code", byCode, f)
		return errors.Join(err, err2)
	})
	s.refused(domain.ErrDevice, func(in app.Store) error { _, err := in.FlowByCode([]byte{8}); return err })
	ended := 0
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := s.Change(context.Background(), func(in app.Store) error {
				there, err := in.DropFlow([]byte{1, 2})
				if there {
					mu.Lock()
					ended++
					mu.Unlock()
				}
				return err
			}); err != nil {
				s.t.Error(err)
			}
		})
	}
	all.Wait()
	s.same("how often it ended", ended, 1)
	s.refused(domain.ErrFlow, func(in app.Store) error { _, err := in.Flow([]byte{1, 2}); return err })
}

// began is a session in the database.
func (s suite) began(id, account string, seen time.Time) (made domain.Session) {
	s.t.Helper()
	hash := sha256.Sum256([]byte(id))
	s.do(func(in app.Store) (err error) {
		made, err = in.AddSession(domain.NewSession(id, account, "phone", "web", hash[:], domain.TwoFactors, domain.SessionPolicy{Idle: time.Hour, Whole: 10 * time.Hour}, seen))
		return err
	})
	return made
}

func sessions(s suite) {
	one, two := s.began("s-1", "a", now), s.began("s-2", "a", now.Add(time.Minute))
	s.began("s-3", "b", now)
	s.began("s-4", "a", now.Add(-2*time.Hour)) // idle
	s.do(func(in app.Store) error {
		got, err := in.Session("s-1")
		s.same("loaded", got, one)
		byHash, err2 := in.SessionByHash(one.Hash)
		byNumber, err3 := in.SessionByNumber(two.Number)
		s.same("by hash", byHash, one)
		s.same("by number", byNumber, two)
		live, err4 := in.LiveSessions("a", now.Add(time.Minute))
		s.same("live, the newest used first", live, []domain.Session{two, one})
		last, err5 := in.LastUsed("a")
		s.same("last used", last, two.Seen)
		return errors.Join(err, err2, err3, err4, err5)
	})
	ended, _ := one.End(domain.SignedOut, now)
	s.do(func(in app.Store) error { return in.SaveSession(ended) })
	s.refused(domain.ErrSession, func(in app.Store) error { return in.SaveSession(one) })
	s.do(func(in app.Store) error {
		got, err := in.Session("s-1")
		s.same("ended", got, ended)
		again, err2 := in.AddSession(two)
		if again.Number <= two.Number {
			s.t.Errorf("%d after %d", again.Number, two.Number)
		}
		live, err3 := in.LiveSessions("a", now.Add(time.Minute))
		s.same("under a new number", live, []domain.Session{again})
		return errors.Join(err, err2, err3)
	})
	s.refused(domain.ErrSession, func(in app.Store) error { _, err := in.SessionByNumber(two.Number); return err })
}

func numbers(s suite) {
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			if err := s.Change(context.Background(), func(in app.Store) error {
				return in.Revoke([]domain.Range{{First: int64(i), Last: int64(i)}, {First: int64(100 + i), Last: int64(100 + i)}}, now)
			}); err != nil {
				s.t.Error(err)
			}
		})
	}
	seen := map[int64]bool{}
	after := int64(0)
	look := func() {
		s.do(func(in app.Store) error {
			some, number, err := in.Revoked(after, now.Add(-time.Minute), 7)
			for _, r := range some {
				if r.Number <= after || seen[r.First] {
					s.t.Errorf("%+v after %d", r, after)
				}
				seen[r.First], after = true, r.Number
			}
			if len(some) == 0 && number != after {
				s.t.Errorf("number %d, nothing after %d", number, after)
			}
			return err
		})
	}
	for range 5 { // who reads meanwhile misses none
		look()
	}
	all.Wait()
	for range 6 {
		look()
	}
	s.same("what was read", len(seen), 32)
	s.do(func(in app.Store) error {
		some, _, err := in.Revoked(0, now.Add(time.Minute), 100)
		s.same("what was revoked long ago", len(some), 0)
		return errors.Join(err, in.Revoke(nil, now))
	})
}

func everybody(s suite) {
	var kept domain.Session
	for i := range 5 {
		one := s.began(fmt.Sprint("s-", i), "a", now)
		if i == 2 {
			kept = one
		}
	}
	s.do(func(in app.Store) error {
		n, ranges, err := in.EndAll(kept.Number, now)
		s.same("ended", n, 4)
		s.same("ranges", ranges, []domain.Range{{First: 1, Last: 5}})
		live, err2 := in.LiveSessions("a", now)
		if len(live) != 1 || live[0].ID != kept.ID || live[0].Number != 6 {
			s.t.Errorf("left: %+v", live)
		}
		return errors.Join(err, err2)
	})
	for _, find := range []func(app.Store) error{
		func(in app.Store) error { _, err := in.Session("s-1"); return err },
		func(in app.Store) error { _, err := in.SessionByNumber(1); return err },
		func(in app.Store) error {
			hash := sha256.Sum256([]byte("s-1"))
			_, err := in.SessionByHash(hash[:])
			return err
		},
	} {
		s.refused(domain.ErrSession, find)
	}
	// Who was read before everybody was shut out gets no number after it.
	s.refused(domain.ErrSession, func(in app.Store) error {
		hash := sha256.Sum256([]byte("s-1"))
		stale := domain.NewSession("s-1", "a", "phone", "web", hash[:], domain.TwoFactors, domain.SessionPolicy{Idle: time.Hour, Whole: time.Hour}, now)
		stale.Number = 2
		_, err := in.AddSession(stale)
		return err
	})
	next := s.began("s-9", "a", now)
	s.do(func(in app.Store) error {
		n, ranges, err := in.EndAll(0, now)
		s.same("and all", n, 2)
		s.same("up to the newest", ranges, []domain.Range{{First: 1, Last: next.Number}})
		return err
	})
}

func takenBack(s suite) {
	keep := func(id, kind, account string) []byte {
		hash := sha256.Sum256([]byte(id))
		s.do(func(in app.Store) error {
			return in.SaveFlow(domain.Flow{Hash: hash[:], Kind: kind, Account: account, Code: hash[:], Ends: now.Add(time.Hour)})
		})
		return hash[:]
	}
	approved, anothers, waiting, second := keep("1", domain.FlowDevice, "a"), keep("2", domain.FlowDevice, "b"), keep("3", domain.FlowDevice, ""), keep("4", domain.FlowSecond, "a")
	there := func(what string, want error, hash []byte) {
		s.t.Helper()
		s.do(func(in app.Store) error {
			if _, err := in.Flow(hash); !errors.Is(err, want) {
				s.t.Errorf("%s: %v, want %v", what, err, want)
			}
			return nil
		})
	}
	s.do(func(in app.Store) error { return in.DropDevices("a") })
	there("what the account approved", domain.ErrFlow, approved)
	there("what another approved", nil, anothers)
	s.do(func(in app.Store) error { return in.DropDevices("") })
	there("everybody's", domain.ErrFlow, anothers)
	there("what nobody approved yet", nil, waiting)
	there("a sign-in", nil, second)
	code := func(id, worker string) domain.Code {
		return domain.Code{ID: id, Kind: domain.Printed, Worker: worker, Index: []byte(id), Made: now, Ends: now.Add(time.Hour)}
	}
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveCode(code("c-1", "w-1")), in.SaveCode(code("c-2", "w-2")), in.DropCodes("w-1"))
	})
	s.refused(domain.ErrCode, func(in app.Store) error { _, err := in.CodeByIndex([]byte("c-1")); return err })
	s.do(func(in app.Store) error { _, err := in.CodeByIndex([]byte("c-2")); return err })
}

// renumbered shuts a screen while what was given out for it is renumbered, over and
// over: the number that was given last stays, and one that has ended gets none.
func renumbered(s suite) {
	one := s.began("s-1", "a", now)
	hash := sha256.Sum256([]byte("s-1"))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			s.do(func(in app.Store) error {
				got, err := in.SessionByHash(hash[:])
				if err != nil {
					return err
				}
				got.Locked = !got.Locked
				return in.SaveSession(got)
			})
		})
		all.Go(func() {
			s.do(func(in app.Store) error {
				got, err := in.Session(one.ID)
				if err == nil {
					_, err = in.AddSession(got)
				}
				return err
			})
		})
	}
	all.Wait()
	s.do(func(in app.Store) error {
		got, err := in.Session(one.ID)
		s.same("the number that was given last", got.Number, one.Number+20)
		ended, _ := got.End(domain.SignedOut, now)
		return errors.Join(err, in.SaveSession(ended))
	})
	s.refused(domain.ErrSession, func(in app.Store) error { _, err := in.AddSession(one); return err })
}

func restored(s suite) {
	one := s.began("s-1", "a", now)
	hash := sha256.Sum256([]byte("link"))
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveLink(domain.Link{Hash: hash[:], Account: "a", Secret: "x", Ends: now.Add(time.Hour)}), in.Revoke([]domain.Range{{First: 7, Last: 7}}, now))
	})
	if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error { return store.Restored(tx, now) }); err != nil {
		s.t.Fatal(err)
	}
	s.refused(domain.ErrSession, func(in app.Store) error { _, err := in.Session(one.ID); return err })
	s.refused(domain.ErrLink, func(in app.Store) error { _, err := in.Link(hash[:]); return err })
	given := one.Number + 1000 // between the copy and now, which the copy does not know
	s.do(func(in app.Store) error {
		all, number, err := in.Revoked(900, now, 10) // who follows knew more than the copy
		if len(all) != 1 || all[0].First > one.Number || all[0].Last < given || number < 900 {
			s.t.Errorf("%+v, %d", all, number)
		}
		return err
	})
	next := s.began("s-2", "a", now)
	if next.Number <= given {
		s.t.Errorf("the number %d may have been given before", next.Number)
	}
	s.do(func(in app.Store) error { _, err := in.Session(next.ID); return err })
}

// link is a chain's hash without a key.
func link(d domain.Denial, before []byte) []byte {
	sum := sha256.Sum256([]byte(string(before) + strings.Join(d.Signed(), "\x00")))
	return sum[:]
}

func audit(s suite) {
	check := func(what string, want int, whole bool, before int64) {
		s.t.Helper()
		s.do(func(in app.Store) error {
			all, ok, err := in.Denials(before, 3, link)
			if len(all) != want || ok != whole {
				s.t.Errorf("%s: %d lines, whole %v", what, len(all), ok)
			}
			return err
		})
	}
	check("none", 0, true, 0)
	for i := range 5 {
		s.do(func(in app.Store) error {
			return in.AddDenial(domain.Denial{Again: i % 2, At: now.Add(time.Duration(i) * time.Nanosecond), Kind: "officer", Subject: "a001", Session: 4, Service: "housing", Method: "X", Code: "auth.denied"}, link)
		})
	}
	check("the newest page", 3, true, 0)
	check("the page before", 2, true, 3)
	for _, change := range []string{`UPDATE denial SET subject = 'b001' WHERE seq = 2`, `DELETE FROM denial WHERE seq = 5`} {
		if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error { _, err := tx.Exec(change); return err }); err == nil {
			s.t.Errorf("%s went through", change)
		}
	}
	drop := []string{`DROP TRIGGER denial_stays`, `DROP TRIGGER denial_remains`}
	if s.db.Dialect() == sqldb.Postgres {
		drop = []string{`DROP TRIGGER denial_stays ON denial`, `DROP TRIGGER denial_remains ON denial`}
	}
	change := func(query string) {
		s.t.Helper()
		if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error { _, err := tx.Exec(query); return err }); err != nil {
			s.t.Fatal(err)
		}
	}
	for _, d := range drop { // who owns the database can; the chain tells
		change(d)
	}
	change(`UPDATE denial SET subject = 'b001' WHERE seq = 4`)
	check("a changed line", 3, false, 0)
	change(`UPDATE denial SET subject = 'a001' WHERE seq = 4`)
	check("put back", 3, true, 0)
	change(`UPDATE denial SET times = 7 WHERE seq = 4`)
	check("a changed count", 3, false, 0)
	change(`UPDATE denial SET times = 1 WHERE seq = 4`)
	change(`DELETE FROM denial WHERE seq = 5`)
	check("the newest taken out", 3, false, 0)
}

func acts(s suite) {
	a := domain.Act{ID: "x-1", Kind: domain.ActGrants, About: "a", Wanted: domain.Wanted{Kind: "officer", Grants: domain.Grants{{Role: "clerk", Department: "hrss", Division: "654301"}}}, AskedBy: "b", AskedAt: now, State: domain.Waiting}
	s.do(func(in app.Store) error { return in.SaveAct(a) })
	decided := a
	decided.State, decided.DecidedBy, decided.DecidedAt = domain.Approved, "c", now
	s.do(func(in app.Store) error {
		got, err := in.Act("x-1")
		s.same("loaded", got, a)
		return errors.Join(err, in.SaveAct(decided))
	})
	s.refused(domain.ErrActDecided, func(in app.Store) error { return in.SaveAct(a) })
	s.refused(domain.ErrAct, func(in app.Store) error { _, err := in.Act("x-2"); return err })
	officers := domain.Act{ID: "x-3", Kind: domain.ActReplacing, About: "e", Wanted: domain.Wanted{Kind: "employer", Subject: "firm", Login: "next@firm", County: "654301"}, AskedBy: "b", AskedAt: now, State: domain.Waiting}
	settled := officers
	settled.ID, settled.About, settled.AskedAt, settled.State, settled.Reason = "x-2", "f", now.Add(time.Hour), domain.Refused, "other"
	s.do(func(in app.Store) error { return errors.Join(in.SaveAct(settled), in.SaveAct(officers)) })
	s.do(func(in app.Store) error {
		all, err := in.Acts()
		s.same("listed", all, []domain.Act{decided})
		replacing, err2 := in.Replacings()
		s.same("what officers decide, what waits first", replacing, []domain.Act{officers, settled})
		about, err3 := in.ActsAbout("e")
		s.same("about an account", about, []domain.Act{officers})
		return errors.Join(err, err2, err3)
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

// rights holds the check and the condition of SQL equal, over every division that a
// right can be of.
func rights(s suite) {
	divisions := []string{"654301", "654302", "654300", "650100", "650000", "", "*", "6543", "abc"}
	departments := []string{"hrss", "edu"}
	roles := []string{domain.Clerk, domain.Reviewer, domain.Viewer}
	type row struct{ department, county string }
	var rows []row
	s.do(func(app.Store) error { return nil })
	if err := s.db.Update(context.Background(), func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`CREATE TABLE thing (department TEXT, county TEXT)`); err != nil {
			return err
		}
		for _, d := range departments {
			for _, c := range []string{"654301", "654302", "654321", "650100", ""} {
				rows = append(rows, row{d, c})
				if _, err := tx.Exec(`INSERT INTO thing (department, county) VALUES ($1, $2)`, d, c); err != nil {
					return err
				}
			}
		}
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
	compared := 0
	for mask := range 1 << 4 {
		for _, first := range divisions {
			for _, second := range divisions {
				held := domain.Grants{{Role: roles[mask%3], Department: departments[mask&1], Division: first}, {Role: roles[(mask>>2)%3], Department: departments[mask>>3&1], Division: second}}
				needed := roles[mask%2 : mask%2+2]
				where, args := held.Where(needed, "department", "county", 1)
				var listed []row
				if err := s.db.View(context.Background(), func(tx *sqldb.Tx) (err error) {
					listed, err = sqldb.Collect(tx, func(sc sqldb.Scanner) (r row, err error) { return r, sc.Scan(&r.department, &r.county) }, `SELECT department, county FROM thing WHERE `+where, args...)
					return err
				}); err != nil {
					s.t.Fatal(err)
				}
				for _, r := range rows {
					compared++
					if may := held.May(needed, r.department, r.county); may != slices.Contains(listed, r) {
						s.t.Fatalf("%v of %v as %v: may %v, listed %v", held, r, needed, may, !may)
					}
				}
			}
		}
	}
	if compared < 10_000 {
		s.t.Errorf("only %d were compared", compared)
	}
	s.opened("a-1", domain.Officer, "a001", "", "")
	s.opened("a-2", domain.Officer, "a002", "", "")
	s.do(func(in app.Store) error {
		set := errors.Join(in.SetGrants("a-1", domain.Grants{{Role: "clerk", Department: "edu", Division: "654301"}}), in.SetGrants("a-2", domain.Grants{{Role: "clerk", Department: "edu", Division: "654302"}}))
		for division, want := range map[string]int{"654301": 1, "654300": 2, "654321": 0, "": 0} {
			all, err := in.AccountsWithin(domain.Grants{{Role: domain.Administrator, Division: division}}, false, domain.Asked{}, 10)
			if err != nil || len(all) != want {
				s.t.Errorf("within %q: %v %v", division, all, err)
			}
		}
		return set
	})
}

var keep = domain.KeepPolicy{Sessions: 183 * 24 * time.Hour, Visits: 1096 * 24 * time.Hour}

// terms: sessions and visits are forgotten after their terms, but the newest of an account.
func terms(s suite) {
	long := now.Add(-200 * 24 * time.Hour)
	s.began("s-1", "a", long)
	s.began("s-2", "a", long.Add(time.Hour))
	s.began("s-3", "b", long)
	s.began("s-4", "a", now)
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveVisit(domain.Visit{ID: "v-1", Officer: "a", Worker: "w", Began: now.AddDate(-4, 0, 0), Ended: now}), in.SaveVisit(domain.Visit{ID: "v-2", Officer: "a", Worker: "w", Began: long, Ended: now}))
	})
	if err := s.Sweep(context.Background(), now, keep); err != nil {
		s.t.Fatal(err)
	}
	for id, there := range map[string]bool{"s-1": false, "s-2": false, "s-3": true, "s-4": true} {
		s.do(func(in app.Store) error {
			if _, err := in.Session(id); (err == nil) != there {
				s.t.Errorf("%s: %v", id, err)
			}
			return nil
		})
	}
	s.refused(domain.ErrVisit, func(in app.Store) error { _, err := in.Visit("v-1"); return err })
	s.do(func(in app.Store) error {
		used, err := in.LastUsed("b")
		s.same("still known", used, long)
		_, err2 := in.Visit("v-2")
		return errors.Join(err, err2)
	})
}

// again: the same within a minute is counted, and taken out once the minute is over.
func again(s suite) {
	d := domain.Denial{At: now, Kind: "officer", Subject: "a001", Service: "housing", Method: "X", Code: "auth.denied"}
	other := d
	other.Method = "Y"
	count := func(d domain.Denial, want bool) {
		s.t.Helper()
		s.do(func(in app.Store) error {
			got, err := in.Again(d)
			s.same("again", got, want)
			return err
		})
	}
	for _, want := range []bool{false, true, true} {
		count(d, want)
	}
	count(other, false)
	take := func(at time.Time) (all []domain.Denial) {
		s.do(func(in app.Store) (err error) { all, err = in.TakeAgain(at); return err })
		return all
	}
	s.same("while the minute lasts", len(take(now)), 0)
	count(d, true)
	all := take(now.Add(time.Minute))
	if len(all) != 1 || all[0].Again != 3 || all[0].Method != "X" || all[0].At.Unix()/60 != now.Unix()/60 {
		s.t.Errorf("%+v", all)
	}
	count(d, false)
}

func swept(s suite) {
	old := now.Add(-48 * time.Hour)
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveFlow(domain.Flow{Hash: []byte{1}, Kind: domain.FlowSecond, Ends: old}), in.SaveFlow(domain.Flow{Hash: []byte{2}, Kind: domain.FlowSecond, Ends: now}),
			in.SaveTries(domain.Tries{Key: []byte{1}, Failed: 3, Last: old}), in.Revoke([]domain.Range{{First: 1, Last: 1}}, old))
	})
	if err := s.Sweep(context.Background(), now, keep); err != nil {
		s.t.Fatal(err)
	}
	s.refused(domain.ErrFlow, func(in app.Store) error { _, err := in.Flow([]byte{1}); return err })
	s.do(func(in app.Store) error {
		_, err := in.Flow([]byte{2})
		t, err2 := in.Tries([]byte{1})
		all, number, err3 := in.Revoked(0, old.Add(-time.Hour), 10)
		if t.Failed != 0 || len(all) != 0 || number != 1 {
			s.t.Errorf("%+v %v %d", t, all, number)
		}
		return errors.Join(err, err2, err3)
	})
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
