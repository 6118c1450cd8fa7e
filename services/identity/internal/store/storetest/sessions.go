package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
	"github.com/qiao-platform/qiao/services/identity/internal/store"
)

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
