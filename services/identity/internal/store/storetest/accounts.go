package storetest

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

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
