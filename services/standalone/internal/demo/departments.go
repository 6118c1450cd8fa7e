package demo

import (
	"context"
	"fmt"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// How many people are in a class from the beginning, and how many work.
const (
	classPeople = 24
	hirePeople  = 24
)

// done forgets that something was done on another day: the prefecture is found as it is.
func done(err error) error {
	if k := errs.KindOf(err); err != nil && (k == errs.Conflict || k == errs.NotFound) {
		return nil
	}
	return err
}

// classes has people in the courses that begin today, in one that is full and in one to
// come. Of the first, the class has its results and most have a certificate.
func (w *world) classes(ctx context.Context, today clock.Date) error {
	people := w.lives[:min(classPeople, len(w.lives))]
	hrss := officer(ctx, "hrss", "")
	for i, l := range people {
		course := w.courses[[]int{0, 3, fullCourse}[i%3]] // the first two begin today
		reply, err := w.training().Enrol(worker(ctx, l.ref), &trainingv1.EnrolRequest{Worker: l.ref, CourseId: course})
		if err != nil {
			if err = done(err); err != nil {
				return err
			}
			continue
		}
		if i%3 != 0 || reply.GetState() != "confirmed" {
			continue
		}
		if i%12 == 9 { // one in four did not pass
			if _, err := w.training().RecordResults(hrss, &trainingv1.RecordResultsRequest{CourseId: course, FailedIds: []string{reply.GetEnrolmentId()}}); err != nil {
				return done(err)
			}
			continue
		}
		if _, err := w.training().RecordResults(hrss, &trainingv1.RecordResultsRequest{CourseId: course, CompletedIds: []string{reply.GetEnrolmentId()}}); err != nil {
			return done(err)
		}
		if _, err := w.training().IssueCertificate(hrss, &trainingv1.IssueCertificateRequest{
			EnrolmentId: reply.GetEnrolmentId(), Kind: "skill_level", IssuedOn: today.String(), Number: fmt.Sprintf("DEMO-%d-%03d", w.cfg.Seed, i),
		}); done(err) != nil {
			return err
		}
	}
	return nil
}

// hires has people at work: some began this week, some some weeks ago, and the time to
// enrol one or the other is over.
func (w *world) hires(ctx context.Context, today clock.Date) error {
	if len(w.vacancies) == 0 {
		return nil
	}
	for i, l := range w.lives[:min(hirePeople, len(w.lives))] {
		near := w.vacancies[i%len(w.vacancies)]
		for _, v := range w.vacancies[i*len(w.vacancies)/hirePeople:] { // the next one near home
			if v.county == l.county {
				near = v
				break
			}
		}
		days := []int{3, 12, 24, 29, 40, 65}[i%6]
		_, err := w.employment().StateHire(boss(ctx, near.employer.id), &employmentv1.StateHireRequest{
			Worker: l.ref, Uscc: near.employer.uscc, Occupation: near.occupation, County: near.county, StartOn: today.AddDays(-days).String(),
		})
		if done(err) != nil {
			return err
		}
	}
	return nil
}

// enrolments fulfils two of three duties that the hires brought, with the months that are
// credited; the others are owed, some of them for too long.
func (w *world) enrolments(ctx context.Context) error {
	hrss, today := officer(ctx, "hrss", ""), clock.Today(clock.System())
	known, err := w.insurance().ListEnrolments(hrss, &insurancev1.ListEnrolmentsRequest{Limit: 1})
	if err != nil || len(known.GetCovers()) > 0 {
		return err
	}
	duties, err := w.insurance().ListDuties(hrss, &insurancev1.ListDutiesRequest{State: "owed", Limit: 200})
	if err != nil {
		return err
	}
	for i, d := range duties.GetDuties() {
		if i%3 == 0 || len(d.GetSchemes()) == 0 || len(d.GetStartOn()) < len("2006-01") {
			continue
		}
		from := d.GetStartOn()[:len("2006-01")]
		made, err := w.insurance().EnrolWorker(hrss, &insurancev1.EnrolWorkerRequest{DutyId: d.GetDutyId(), Schemes: d.GetSchemes(), FromMonth: from})
		if err != nil {
			return done(err)
		}
		for month := from; month <= today.String()[:len("2006-01")]; {
			if _, err := w.insurance().RecordMonth(hrss, &insurancev1.RecordMonthRequest{EnrolmentId: made.GetEnrolmentId(), Month: month}); err != nil {
				return done(err)
			}
			first, err := clock.ParseDate(month + "-01")
			if err != nil {
				return err
			}
			month = first.AddMonths(1).String()[:len("2006-01")]
		}
	}
	return nil
}

// elsewhere writes down the form of a province's system for hires, and has some workers
// confirm theirs, so that there is something to type there.
func (w *world) elsewhere(ctx context.Context, today clock.Date) error {
	form := &platformv1.SaveEntryFormRequest{Matter: "hire", System: "自治区就业登记系统（示例）", Since: today.AddDays(-30).String()}
	for _, f := range [][3]string{
		{"person_name", "姓名"}, {"person_document_number", "证件号码"}, {"employer_code", "用人单位代码"}, {"employer_name", "用人单位名称"},
		{"occupation", "职业（工种）代码"}, {"start_on", "就业日期", "digits"}, {"end_on", "合同终止日期", "digits"}, {"county", "就业地区划"},
	} {
		form.Fields = append(form.Fields, &platformv1.EntryField{Field: f[0], Label: f[1], Format: f[2]})
	}
	_, err := platformv1.ElsewhereClient{Caller: w.cfg.Caller, Target: "employment"}.SaveEntryForm(officer(ctx, "hrss", ""), form)
	if done(err) != nil {
		return err
	}
	for i, l := range w.lives[:min(hirePeople, len(w.lives))] {
		if i%4 != 0 {
			continue
		}
		own, err := w.employment().ListHires(worker(ctx, l.ref), &employmentv1.ListHiresRequest{Worker: l.ref})
		if err != nil {
			return done(err)
		}
		for _, h := range own.GetHires() {
			if h.GetState() != "employer_says" {
				continue
			}
			if _, err := w.employment().ConfirmHire(worker(ctx, l.ref), &employmentv1.ConfirmHireRequest{HireId: h.GetHireId()}); done(err) != nil {
				return err
			}
		}
	}
	return nil
}
