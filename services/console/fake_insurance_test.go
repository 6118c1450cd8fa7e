package console_test

import (
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
)

// insured is what the stand-in for insurance knows: one duty, and its enrolment.
type insured struct {
	cover  *insurancev1.Cover
	months []string
}

func (f fakeInsurance) duty() *insurancev1.Duty {
	d := &insurancev1.Duty{DutyId: "duty-1", HireId: "hire-1", State: "overdue", DueOn: "2026-11-20", EmployerId: "employer-1", County: "654301", StartOn: "2026-10-21", Schemes: []string{"pension", "work_injury"}}
	if f.insured.cover != nil {
		d.State, d.EnrolmentId = "fulfilled", "cover-1"
	}
	return d
}

func (f fakeInsurance) ListDebtors(_ context.Context, r *insurancev1.ListDebtorsRequest) (*insurancev1.ListDebtorsResponse, error) {
	if r.GetAfter() != "" || r.GetCounty() == "654321" {
		return &insurancev1.ListDebtorsResponse{}, nil
	}
	return &insurancev1.ListDebtorsResponse{Debtors: []*insurancev1.Debtor{{EmployerId: "employer-1", Owed: 3, Overdue: 1, DueOn: "2026-11-20"}, {EmployerId: "employer-unnamed", Owed: 1, DueOn: "2026-12-01"}}, Next: "2026-12-01/employer-unnamed"}, nil
}

func (f fakeInsurance) ListDuties(_ context.Context, r *insurancev1.ListDutiesRequest) (*insurancev1.ListDutiesResponse, error) {
	if d := f.duty(); r.GetState() != "" && r.GetState() != "owed" && r.GetState() != d.GetState() {
		return &insurancev1.ListDutiesResponse{}, nil
	}
	return &insurancev1.ListDutiesResponse{Duties: []*insurancev1.Duty{f.duty()}, Next: "2026-11-20/duty-1"}, nil
}

func (f fakeInsurance) GetDuty(_ context.Context, r *insurancev1.GetDutyRequest) (*insurancev1.GetDutyResponse, error) {
	if r.GetDutyId() != "duty-1" {
		return nil, errs.New(errs.NotFound, "insurance.duty.unknown", "None.")
	}
	return &insurancev1.GetDutyResponse{Duty: f.duty()}, nil
}

func (f fakeInsurance) EnrolWorker(_ context.Context, r *insurancev1.EnrolWorkerRequest) (*insurancev1.EnrolWorkerResponse, error) {
	switch {
	case len(r.GetSchemes()) == 0:
		return nil, errs.New(errs.Invalid, "insurance.scheme", "None.")
	case r.GetFromMonth() > "2026-11":
		return nil, errs.New(errs.Invalid, "insurance.month_ahead", "Ahead.")
	}
	f.insured.cover = &insurancev1.Cover{EnrolmentId: "cover-1", DutyId: "duty-1", HireId: "hire-1", Schemes: r.GetSchemes(), FromMonth: r.GetFromMonth(), State: "active", County: "654301", EmployerId: "employer-1"}
	return &insurancev1.EnrolWorkerResponse{EnrolmentId: "cover-1"}, nil
}

func (f fakeInsurance) ListEnrolments(context.Context, *insurancev1.ListEnrolmentsRequest) (*insurancev1.ListEnrolmentsResponse, error) {
	if f.insured.cover == nil {
		return &insurancev1.ListEnrolmentsResponse{}, nil
	}
	return &insurancev1.ListEnrolmentsResponse{Covers: []*insurancev1.Cover{f.insured.cover}}, nil
}

func (f fakeInsurance) GetEnrolment(context.Context, *insurancev1.GetEnrolmentRequest) (*insurancev1.GetEnrolmentResponse, error) {
	f.insured.cover.Months = int32(len(f.insured.months))
	return &insurancev1.GetEnrolmentResponse{Cover: f.insured.cover, Credited: f.insured.months}, nil
}

// change does something to the enrolment.
func (f fakeInsurance) change(do func(*insurancev1.Cover) error) error { return do(f.insured.cover) }

func (f fakeInsurance) RecordMonth(_ context.Context, r *insurancev1.RecordMonthRequest) (*insurancev1.RecordMonthResponse, error) {
	return &insurancev1.RecordMonthResponse{}, f.change(func(*insurancev1.Cover) error {
		if slices.Contains(f.insured.months, r.GetMonth()) {
			return errs.New(errs.Conflict, "insurance.month_twice", "Twice.")
		}
		f.insured.months = append(f.insured.months, r.GetMonth())
		return nil
	})
}

func (f fakeInsurance) TakeBackMonth(_ context.Context, r *insurancev1.TakeBackMonthRequest) (*insurancev1.TakeBackMonthResponse, error) {
	return &insurancev1.TakeBackMonthResponse{}, f.change(func(*insurancev1.Cover) error {
		if r.GetReasonCode() == "" {
			return errs.New(errs.Invalid, "insurance.reason", "Why?")
		}
		f.insured.months = slices.DeleteFunc(f.insured.months, func(m string) bool { return m == r.GetMonth() })
		return nil
	})
}

func (f fakeInsurance) CorrectEnrolment(_ context.Context, r *insurancev1.CorrectEnrolmentRequest) (*insurancev1.CorrectEnrolmentResponse, error) {
	return &insurancev1.CorrectEnrolmentResponse{}, f.change(func(c *insurancev1.Cover) error {
		c.Schemes, c.FromMonth = r.GetSchemes(), r.GetFromMonth()
		return nil
	})
}

func (f fakeInsurance) EndEnrolment(_ context.Context, r *insurancev1.EndEnrolmentRequest) (*insurancev1.EndEnrolmentResponse, error) {
	return &insurancev1.EndEnrolmentResponse{}, f.change(func(c *insurancev1.Cover) error {
		c.State, c.LastMonth, c.CanResume = "stopped", r.GetMonth(), true
		return nil
	})
}

func (f fakeInsurance) ResumeEnrolment(context.Context, *insurancev1.ResumeEnrolmentRequest) (*insurancev1.ResumeEnrolmentResponse, error) {
	return &insurancev1.ResumeEnrolmentResponse{}, f.change(func(c *insurancev1.Cover) error {
		c.State, c.LastMonth, c.CanResume = "active", "", false
		return nil
	})
}

func (f fakeEmployment) ListEmployers(_ context.Context, r *employmentv1.ListEmployersRequest) (*employmentv1.ListEmployersResponse, error) {
	out := &employmentv1.ListEmployersResponse{}
	for _, id := range r.GetEmployerIds() {
		if !strings.HasSuffix(id, "unnamed") {
			out.Named = append(out.Named, &employmentv1.NamedEmployer{EmployerId: id, Name: "富蕴县金山矿业有限公司", Kind: "firm"})
		}
	}
	return out, nil
}
