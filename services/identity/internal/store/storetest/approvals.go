package storetest

import (
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

func approvals(s suite) {
	one := domain.Approval{ID: "p-1", Language: "kk-Arab", File: "registry.alone", Version: "v1", Speaker: "古丽娜尔", Qualification: "县广播站翻译", By: "a", Staff: "s001", At: now}
	two := domain.Approval{ID: "p-2", Language: "kk-Arab", File: "housing.housing", Version: "v2", Speaker: "古丽娜尔", Qualification: "县广播站翻译", By: "a", Staff: "s001", At: now, Demonstration: true}
	other := domain.Approval{ID: "p-3", Language: "ug-Arab", File: "registry.alone", Version: "v1", Speaker: "古丽娜尔", Qualification: "县广播站翻译", By: "a", Staff: "s001", At: now}
	s.do(func(in app.Store) error {
		return errors.Join(in.SaveApproval(one), in.SaveApproval(two), in.SaveApproval(other))
	})
	again := one
	again.ID = "p-4"
	s.do(func(in app.Store) error {
		got, err := in.Approval("p-1")
		s.same("loaded", got, one)
		all, err2 := in.Approvals("kk-Arab", "", nil, "", 5)
		s.same("a language's, newest first", all, []domain.Approval{two, one})
		of, err3 := in.Approvals("kk-Arab", "registry.alone", []string{"v1", "v2"}, "", 5)
		s.same("a file's", of, []domain.Approval{one})
		rest, err4 := in.Approvals("kk-Arab", "", []string{"v1", "v2"}, "p-2", 1)
		s.same("those behind", rest, []domain.Approval{one})
		stand, err5 := in.Approved(false)
		s.same("those that count", stand, []domain.Approval{one, other})
		invented, err6 := in.Approved(true)
		s.same("those that count in a demonstration", invented, []domain.Approval{one, two, other})
		return errors.Join(err, err2, err3, err4, err5, err6)
	})
	gone := one
	gone.WithdrawnBy, gone.WithdrawnStaff, gone.WithdrawnAt, gone.Reason = "b", "s002", now.Add(time.Hour), "mistaken"
	s.do(func(in app.Store) error { return errors.Join(in.SaveApproval(gone), in.SaveApproval(again)) }) // the way back
	s.do(func(in app.Store) error {
		of, err := in.Approvals("kk-Arab", "registry.alone", nil, "", 5)
		s.same("both are kept", of, []domain.Approval{again, gone})
		return err
	})
	s.refused(domain.ErrApproval, func(in app.Store) error { _, err := in.Approval("p-9"); return err })
}
