package storetest

import (
	"errors"
	"time"

	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

func papers(s suite) {
	b := domain.PaperBlock{ID: "p-1", Task: "housing.ApplyForHome", Department: "hou", Division: "654301", By: "a", Staff: "a001", PrintedAt: now, Forms: 2}
	wide := domain.PaperBlock{ID: "p-2", Task: "housing.ApplyForHome", Department: "hou", Division: "654300", By: "b", Staff: "b001", PrintedAt: now, Forms: 1}
	one, two, three := b.Form("100000000001"), b.Form("100000000002"), wide.Form("100000000003")
	s.do(func(in app.Store) error {
		for _, f := range []domain.PaperForm{two, one, three} {
			if added, err := in.AddPaper(f); err != nil || !added {
				return errors.Join(err, errors.New("a new form is not added"))
			}
		}
		again := one
		again.State = domain.PaperStated
		added, err := in.AddPaper(again)
		s.same("a number that is there is added", added, false)
		return errors.Join(err, in.SavePaperBlock(b), in.SavePaperBlock(wide))
	})
	county := domain.Grants{{Role: domain.Clerk, Department: "hou", Division: "654301"}}
	prefecture := domain.Grants{{Role: domain.Reviewer, Department: "hou", Division: "654300"}}
	other := domain.Grants{{Role: domain.Clerk, Department: "hou", Division: "654321"}, {Role: domain.Clerk, Department: "edu", Division: "654301"}, {Role: domain.Operator, Department: "hou", Division: "654301"}}
	said := two
	said.State, said.Worker, said.ReceivedAt, said.Away, said.AwaySince, said.By, said.Staff, said.StatedAt = domain.PaperStated, "worker-1", now.Add(time.Minute), "power", now, "a", "a001", now.Add(time.Hour)
	confirmed := three
	confirmed.State, confirmed.Worker, confirmed.ReceivedAt, confirmed.Away, confirmed.AwaySince, confirmed.By, confirmed.Staff, confirmed.StatedAt = domain.PaperConfirmed, "worker-1", now, "network", now, "b", "b001", now
	confirmed.DecidedBy, confirmed.DecidedStaff, confirmed.DecidedAt = "c", "c001", now.Add(time.Hour)
	s.do(func(in app.Store) error {
		got, err := in.Paper(one.Number)
		s.same("a form", got, one)
		in1, err2 := in.PapersIn("p-1")
		s.same("a block's", in1, []domain.PaperForm{one, two})
		return errors.Join(err, err2, in.SavePaper(said), in.SavePaper(confirmed))
	})
	voided := b
	voided.Entered, voided.VoidedAt, voided.VoidedBy, voided.VoidReason = 1, now.Add(time.Hour), "b001", "lost"
	s.do(func(in app.Store) error {
		open, err := in.PapersOpen(prefecture, 5)
		s.same("what is open in a prefecture, oldest first", open, []domain.PaperForm{confirmed, said})
		open, err2 := in.PapersOpen(county, 5)
		s.same("in a county", open, []domain.PaperForm{said})
		open, err3 := in.PapersOpen(other, 5)
		s.same("in another county, another department and in another role", open, []domain.PaperForm(nil))
		of, err4 := in.PapersOf("worker-1")
		s.same("a worker's, received first", of, []domain.PaperForm{confirmed, said})
		return errors.Join(err, err2, err3, err4, in.SavePaperBlock(voided))
	})
	entered := confirmed
	entered.State, entered.EnteredAt = domain.PaperEntered, now.Add(2*time.Hour)
	s.do(func(in app.Store) error {
		got, err := in.PaperBlock("p-1")
		s.same("a block that was lost", got, voided)
		peeked, err2 := in.PeekPaperBlock("p-1")
		s.same("looked at", peeked, voided)
		all, err3 := in.PaperBlocks(prefecture, "", 5)
		s.same("a prefecture's blocks", all, []domain.PaperBlock{wide, voided})
		all, err4 := in.PaperBlocks(prefecture, "p-2", 5)
		s.same("those behind", all, []domain.PaperBlock{voided})
		all, err5 := in.PaperBlocks(county, "", 5)
		s.same("a county's", all, []domain.PaperBlock{voided})
		all, err6 := in.PaperBlocks(other, "", 5)
		s.same("nobody's", all, []domain.PaperBlock(nil))
		return errors.Join(err, err2, err3, err4, err5, err6, in.SavePaper(entered))
	})
	s.do(func(in app.Store) error {
		of, err := in.PapersOf("worker-1")
		s.same("what was entered is done", of, []domain.PaperForm{said})
		return err
	})
	s.refused(domain.ErrPaper, func(in app.Store) error { _, err := in.Paper("100000000009"); return err })
	s.refused(domain.ErrPaperBlock, func(in app.Store) error { _, err := in.PaperBlock("p-9"); return err })
}
