package storetest

import (
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

func exports(s suite) {
	e := domain.Export{
		ID: "x-1", By: "a", Staff: "a001", Kind: "csv", List: domain.ExportedList{Service: "housing", Matter: "repair", County: "654301", State: "asked", CaseEnd: "beef", Who: "me", Overdue: true},
		AskedAt: now, State: domain.ExportReady, ChangedAt: now,
	}
	other := domain.Export{ID: "x-2", By: "b", Staff: "b001", Kind: "xlsx", AskedAt: now, State: domain.ExportDone, Rows: 7, ChangedAt: now}
	s.do(func(in app.Store) error { return errors.Join(in.SaveExport(e), in.SaveExport(other)) })
	changed := e
	changed.State, changed.Rows, changed.ChangedAt = domain.ExportRunning, 2000, now.Add(time.Minute)
	s.do(func(in app.Store) error {
		got, err := in.Export("x-1")
		s.same("loaded", got, e)
		asked := domain.Export{ID: "x-0", By: "c", Staff: "c001", Kind: "csv", AskedAt: now, State: domain.ExportAsked, ChangedAt: now, Named: true, Department: "hou", Reason: "visits"}
		if err := in.SaveExport(asked); err != nil {
			return err
		}
		waits, err2 := in.ExportsAsked(5)
		s.same("those that wait", waits, []domain.Export{asked})
		decided := asked
		decided.State, decided.DecidedBy, decided.DecidedStaff, decided.DecidedAt, decided.Refusal = domain.ExportRunning, "d", "d001", now.Add(time.Hour), "other"
		if err := in.SaveExport(decided); err != nil {
			return err
		}
		written, err3 := in.ExportsWritten("c")
		s.same("those that are written", written, []domain.Export{decided})
		return errors.Join(err, in.SaveExport(changed), err2, err3)
	})
	s.do(func(in app.Store) error {
		own, err := in.Exports("a", "", 5)
		s.same("an account's", own, []domain.Export{changed})
		all, err2 := in.Exports("", "", 2)
		s.same("everybody's, newest first", all, []domain.Export{other, changed})
		rest, err3 := in.Exports("", "x-2", 1)
		s.same("those behind", rest, []domain.Export{changed})
		return errors.Join(err, err2, err3)
	})
	s.refused(domain.ErrExport, func(in app.Store) error { _, err := in.Export("x-3"); return err })
}
