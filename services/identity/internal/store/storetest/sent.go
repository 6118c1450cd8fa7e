package storetest

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// count reads one value.
func (s suite) count(into any, query string) {
	s.t.Helper()
	if err := s.db.View(context.Background(), func(tx *sqldb.Tx) error { return tx.QueryRow(query).Scan(into) }); err != nil {
		s.t.Error(err)
	}
}

// What was asked for is counted by number and address, and what was sent by the day.
func sentCodes(s suite) {
	day := clock.DateOf(now)
	c := func(hash, number, address byte, asked time.Time) domain.SentCode {
		return domain.SentCode{Hash: []byte{hash}, Number: []byte{number}, Address: []byte{address}, Phone: "13800018190", Code: []byte{}, Asked: asked, Ends: asked.Add(10 * time.Minute)}
	}
	first, second, old := c(1, 1, 1, now.Add(-2*time.Hour)), c(2, 1, 2, now.Add(-time.Hour)), c(3, 1, 1, now.Add(-25*time.Hour))
	s.do(func(in app.Store) error {
		return errors.Join(in.AskCode(context.Background(), first), in.AskCode(context.Background(), second), in.AskCode(context.Background(), old))
	})
	sent := first.Send([]byte{9}, now)
	sent.Tried = 2
	s.do(func(in app.Store) error { return in.SaveSentCode(sent) })
	s.do(func(in app.Store) error {
		got, err := in.SentCode([]byte{1})
		s.same("a code", got, sent)
		none, err2 := in.SentCode([]byte{2})
		none.Code = []byte{} // a database may give nothing where nothing was sent
		s.same("what was not sent", none, second)
		b, err3 := in.Budget([]byte{1}, []byte{1}, domain.Counted(now), day, false)
		s.same("the budget", b, domain.Budget{Number: 2, Address: 1, Day: 1, Last: second.Asked, NumberFrom: first.Asked, AddressFrom: first.Asked, Tomorrow: day.AddDays(1).Start()})
		n, err4 := in.SentOn(day.AddDays(1), false)
		if n != 0 {
			s.t.Errorf("%d sent tomorrow", n)
		}
		return errors.Join(err, err2, err3, err4)
	})
	alone := c(4, 2, 1, now.Add(-90*time.Minute))
	alone.ForNew = true
	s.do(func(in app.Store) error {
		err := errors.Join(in.AskCode(context.Background(), alone), in.SaveSentCode(alone.Send([]byte{8}, now)))
		a, err2 := in.SentOn(day, true)
		b, err3 := in.SentOn(day, false)
		if a != 1 || b != 1 {
			s.t.Errorf("%d sent for new accounts and %d others", a, b)
		}
		return errors.Join(err, err2, err3)
	})
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveMadeAlone("a-1", []byte{1}, now.Add(-25*time.Hour)), in.SaveMadeAlone("a-2", []byte{1}, now.Add(-time.Hour)), in.SaveMadeAlone("a-3", []byte{2}, now))
	})
	s.do(func(in app.Store) error {
		m, err := in.MadeAlone([]byte{1}, domain.Counted(now), day)
		s.same("what was made alone", m, domain.Made{Address: 1, Day: 2, AddressFrom: now.Add(-time.Hour), Tomorrow: day.AddDays(1).Start()})
		return err
	})
	s.refused(domain.ErrCode, func(in app.Store) error { _, err := in.SentCode([]byte{7}); return err })
	var n int
	var kept []byte
	s.count(&kept, `SELECT phone FROM sent_code ORDER BY asked_at LIMIT 1`)
	if len(kept) == 0 || bytes.Contains(kept, []byte("138")) {
		s.t.Errorf("a number is kept in the clear: %q", kept)
	}
	s.count(&n, `SELECT count(*) FROM task`)
	if n != 4 {
		s.t.Errorf("%d tasks", n)
	}
	if err := s.Sweep(context.Background(), now.Add(24*time.Hour), keep); err != nil {
		s.t.Error(err)
	}
	s.count(&n, `SELECT count(*) FROM sent_code`)
	if n != 0 {
		s.t.Errorf("%d are left", n)
	}
}

// What was accepted is kept once for a person and a day, and held against visits.
func accepted(s suite) {
	day := clock.DateOf(now)
	a := func(worker string) domain.Accepted {
		return domain.Accepted{Day: day, Kind: domain.Officer, Actor: "a001", Worker: worker, At: now}
	}
	officer := s.opened("o-1", domain.Officer, "a001", "a001", "")
	reviewer := s.opened("o-2", domain.Officer, "r001", "r001", "")
	reviewer.State = domain.Open
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveAccount(context.Background(), reviewer), in.SaveVisit(domain.Visit{ID: "v-1", Officer: officer.ID, Worker: "w-1", Receipt: "r", Began: now.Add(-time.Minute), Ended: now.Add(time.Minute)}),
			in.SetGrants(reviewer.ID, domain.Grants{{Role: domain.Reviewer, Department: "hrss", Division: "654300"}, {Role: domain.Clerk, Department: "edu", Division: "654300"}}))
	})
	s.do(func(in app.Store) error {
		for at, want := range map[time.Duration]bool{0: true, -2 * time.Minute: false, 2 * time.Minute: false} {
			got, err := in.VisitedAt(officer.ID, "w-1", now.Add(at), now.Add(at-time.Hour))
			if err != nil || got != want {
				s.t.Errorf("%s: %v, %v", at, got, err)
			}
		}
		if got, err := in.VisitedAt(reviewer.ID, "w-1", now, now.Add(-time.Hour)); err != nil || got {
			s.t.Errorf("another officer's: %v, %v", got, err)
		}
		return nil
	})
	came, not := a("w-1"), a("w-2")
	came.Visited = true
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveAccepted(came), in.SaveAccepted(not), in.SaveAccepted(a("w-1")), in.SaveAccepted(not))
	})
	suspicious := func(want ...string) {
		s.t.Helper()
		s.do(func(in app.Store) error {
			got, err := in.Suspicious(day, domain.Officer, "a001")
			s.same("suspicious", got, want)
			return err
		})
	}
	suspicious("w-2")
	s.do(func(in app.Store) error {
		all, err := in.AcceptedFor("w-1", now.Add(-time.Hour))
		if err != nil || len(all) != 1 || !all[0].Visited {
			s.t.Errorf("%v, %v", all, err)
		}
		none, err2 := in.AcceptedFor("w-1", now.Add(time.Hour))
		if len(none) != 0 {
			s.t.Errorf("%v", none)
		}
		came.TakenBack = true
		return errors.Join(err, err2, in.SaveAccepted(came))
	})
	suspicious("w-1", "w-2")
	alarm := domain.Alarm{ID: "l-1", Day: day, Kind: domain.Officer, Actor: "a001", State: domain.AlarmOpen}
	s.do(func(in app.Store) error {
		had, err := in.HasAlarm(day, domain.Officer, "a001")
		if had {
			s.t.Error("an alarm before there is one")
		}
		return errors.Join(err, in.SaveAlarm(alarm))
	})
	s.do(func(in app.Store) error {
		had, err := in.HasAlarm(day, domain.Officer, "a001")
		waiting, err2 := in.Unreviewed()
		who, err3 := in.Reviewers("hrss")
		nobody, err4 := in.Reviewers("edu")
		if !had || len(waiting) != 1 || len(who) != 1 || who[0] != (app.Reviewer{Account: reviewer.ID, Division: "654300"}) || len(nobody) != 0 {
			s.t.Errorf("%v, %v, %v, %v", had, waiting, who, nobody)
		}
		alarm.Reviewer = reviewer.ID
		return errors.Join(err, err2, err3, err4, in.SaveAlarm(alarm))
	})
	s.do(func(in app.Store) error {
		all, err := in.Alarms(reviewer.ID)
		s.same("an alarm", all, []domain.Alarm{alarm})
		settled, err2 := alarm.Settle(domain.AlarmExplained, now)
		return errors.Join(err, err2, in.SaveAlarm(settled))
	})
	s.do(func(in app.Store) error {
		all, err := in.Alarms(reviewer.ID)
		if len(all) != 0 {
			s.t.Errorf("%v", all)
		}
		return err
	})
	s.do(func(in app.Store) error {
		had, err := in.StaffHad("a001")
		none, err2 := in.StaffHad("a009")
		if !had || none {
			s.t.Errorf("%v, %v", had, none)
		}
		return errors.Join(err, err2)
	})
}
