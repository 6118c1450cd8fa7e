package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	"github.com/qiao-platform/qiao/services/insurance/internal/app"
)

func (s *Server) view(ctx context.Context, f func(app.Store) error) error {
	return s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error { return f(s.In(tx)) })
}

// ListDuties lists the duties of the officer's counties.
func (s *Server) ListDuties(ctx context.Context, req *insurancev1.ListDutiesRequest) (*insurancev1.ListDutiesResponse, error) {
	out := &insurancev1.ListDutiesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		page, next, err := s.App.ListDuties(ctx, st, app.DutyQuery{County: req.GetCounty(), State: req.GetState(), EmployerID: req.GetEmployerId(), Limit: int(req.GetLimit())}, req.GetAfter())
		for _, d := range page {
			out.Duties = append(out.Duties, duty(d))
		}
		out.Next = next
		return err
	})
	return out, err
}

// ListDebtors sums by employer what is owed in the officer's counties.
func (s *Server) ListDebtors(ctx context.Context, req *insurancev1.ListDebtorsRequest) (*insurancev1.ListDebtorsResponse, error) {
	out := &insurancev1.ListDebtorsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		page, next, err := s.App.ListDebtors(ctx, st, app.DutyQuery{County: req.GetCounty(), Limit: int(req.GetLimit())}, req.GetAfter())
		for _, d := range page {
			out.Debtors = append(out.Debtors, &insurancev1.Debtor{EmployerId: d.EmployerID, Owed: int32(d.Owed), Overdue: int32(d.Overdue), DueOn: d.DueOn.String()})
		}
		out.Next = next
		return err
	})
	return out, err
}

// ListEnrolments lists the enrolments of the officer's counties.
func (s *Server) ListEnrolments(ctx context.Context, req *insurancev1.ListEnrolmentsRequest) (*insurancev1.ListEnrolmentsResponse, error) {
	out := &insurancev1.ListEnrolmentsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		page, next, err := s.App.ListEnrolments(ctx, st, app.EnrolmentQuery{County: req.GetCounty(), EmployerID: req.GetEmployerId(), State: req.GetState(), Before: req.GetAfter(), Limit: int(req.GetLimit())})
		for _, e := range page {
			out.Covers = append(out.Covers, enrolment(e))
		}
		out.Next = next
		return err
	})
	return out, err
}

// GetEnrolment reads one enrolment with its credited months.
func (s *Server) GetEnrolment(ctx context.Context, req *insurancev1.GetEnrolmentRequest) (*insurancev1.GetEnrolmentResponse, error) {
	out := &insurancev1.GetEnrolmentResponse{}
	err := s.view(ctx, func(st app.Store) error {
		e, months, err := s.App.SeeEnrolment(ctx, st, req.GetEnrolmentId())
		if err != nil {
			return err
		}
		out.Cover = enrolment(e)
		for _, m := range months {
			out.Credited = append(out.Credited, string(m))
		}
		return nil
	})
	return out, err
}

// TakeBackMonth takes back a month that was credited by mistake.
func (s *Server) TakeBackMonth(ctx context.Context, req *insurancev1.TakeBackMonthRequest) (*insurancev1.TakeBackMonthResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*insurancev1.TakeBackMonthResponse, error) {
		n, err := s.App.TakeBackMonth(ctx, s.In(tx), req.GetEnrolmentId(), req.GetMonth(), req.GetReasonCode())
		return &insurancev1.TakeBackMonthResponse{Months: int32(n)}, err
	})
}

// CorrectEnrolment corrects the schemes or the first month.
func (s *Server) CorrectEnrolment(ctx context.Context, req *insurancev1.CorrectEnrolmentRequest) (*insurancev1.CorrectEnrolmentResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*insurancev1.CorrectEnrolmentResponse, error) {
		return &insurancev1.CorrectEnrolmentResponse{}, s.App.CorrectEnrolment(ctx, s.In(tx), req.GetEnrolmentId(), req.GetSchemes(), req.GetFromMonth(), req.GetReasonCode())
	})
}

// EndEnrolment ends a cover before its hire ends.
func (s *Server) EndEnrolment(ctx context.Context, req *insurancev1.EndEnrolmentRequest) (*insurancev1.EndEnrolmentResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*insurancev1.EndEnrolmentResponse, error) {
		return &insurancev1.EndEnrolmentResponse{}, s.App.EndEnrolment(ctx, s.In(tx), req.GetEnrolmentId(), req.GetMonth(), req.GetReasonCode())
	})
}

// ResumeEnrolment lets a cover go on that was ended by mistake.
func (s *Server) ResumeEnrolment(ctx context.Context, req *insurancev1.ResumeEnrolmentRequest) (*insurancev1.ResumeEnrolmentResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*insurancev1.ResumeEnrolmentResponse, error) {
		return &insurancev1.ResumeEnrolmentResponse{}, s.App.ResumeEnrolment(ctx, s.In(tx), req.GetEnrolmentId(), req.GetReasonCode())
	})
}
