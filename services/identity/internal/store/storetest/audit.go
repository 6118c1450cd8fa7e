package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

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
