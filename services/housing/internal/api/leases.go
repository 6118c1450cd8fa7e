package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/app"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// GetLease shows a lease.
func (s *Server) GetLease(ctx context.Context, req *housingv1.GetLeaseRequest) (*housingv1.GetLeaseResponse, error) {
	return view(ctx, s.logged, func(st app.Store, out *housingv1.GetLeaseResponse) error {
		f, err := s.App.ReadLease(ctx, st, req.GetLeaseId())
		out.File = leaseFile(f)
		return err
	})
}

// ListCountyLeases shows the leases of a county, without names.
func (s *Server) ListCountyLeases(ctx context.Context, req *housingv1.ListCountyLeasesRequest) (*housingv1.ListCountyLeasesResponse, error) {
	return view(ctx, s.App.Data.Look, func(st app.Store, out *housingv1.ListCountyLeasesResponse) error {
		c, err := s.App.ReadCounty(ctx, st, req.GetCounty())
		if err != nil {
			return err
		}
		for _, f := range c.Leases {
			one := leaseFile(f)
			one.Months = nil // the sums are enough for a list
			out.Leases = append(out.Leases, one)
		}
		out.Repairs, out.Exits, out.Reviews = each(c.Repairs, repair), each(c.Exits, exit), each(c.Reviews, review)
		return nil
	})
}

func each[A, B any](all []A, f func(A) B) []B {
	var out []B
	for _, a := range all {
		out = append(out, f(a))
	}
	return out
}

func leaseFile(f app.LeaseFile) *housingv1.LeaseFile {
	l := f.Lease
	out := &housingv1.LeaseFile{
		LeaseId: l.ID, HomeId: l.HomeID, Address: f.Address, Kind: string(l.Kind), County: l.County, StartsOn: l.StartsOn.String(), EndsOn: l.EndsOn.String(),
		EndedOn: l.LeftOn.String(), State: f.Status, RentFen: l.RentFen, ArrearsFen: f.Ledger.ArrearsFen, ArrearsMonths: int32(f.Ledger.ArrearsMonths),
		VacantSince: l.VacantSince.String(), RenewFrom: f.RenewFrom.String(),
		Repairs: each(f.Repairs, repair), Exits: each(f.Exits, exit), Reviews: each(f.Reviews, review),
	}
	for _, m := range f.Ledger.Months {
		out.Months = append(out.Months, &housingv1.RentMonth{Month: m.Month, DueOn: m.DueOn.String(), DueFen: m.DueFen, PaidFen: m.PaidFen, PaidOn: m.PaidOn.String()})
	}
	if len(f.Renewals) > 0 {
		r := f.Renewals[0]
		out.Renewal = &housingv1.Renewal{RenewalId: r.ID, State: string(r.State), AskedOn: r.AskedOn.String(), EndsOn: r.EndsOn.String(), Why: rpc.Reasons(r.Reasons)}
	}
	return out
}

func repair(r domain.Repair) *housingv1.Repair {
	return &housingv1.Repair{
		RepairId: r.ID, LeaseId: r.LeaseID, What: r.What, State: string(r.State), ReportedOn: r.ReportedOn.String(), PlannedOn: r.PlannedOn.String(), DoneOn: r.DoneOn.String(),
	}
}

func exit(e domain.Exit) *housingv1.Exit {
	return &housingv1.Exit{
		ExitId: e.ID, LeaseId: e.LeaseID, Ground: e.Ground, State: string(e.State), NoticedOn: e.NoticedOn.String(), AnswerBy: sqldb.Micros(e.AnswerBy),
		AnswerCode: e.Answer, LeaveBy: e.LeaveBy.String(), AppealUntil: e.AppealUntil.String(), AppealDays: int32(e.AppealDays), Why: rpc.Reasons(e.Reasons),
	}
}

func review(r domain.Review) *housingv1.Review {
	state := "open"
	if r.Outcome != "" {
		state = "closed"
	}
	return &housingv1.Review{ReviewId: r.ID, LeaseId: r.LeaseID, Ground: r.Ground, State: state, OpenedOn: r.OpenedOn.String(), Outcome: r.Outcome}
}

// RecordRent records a payment.
func (s *Server) RecordRent(ctx context.Context, req *housingv1.RecordRentRequest) (*housingv1.RecordRentResponse, error) {
	paid, err := clock.ParseDate(req.GetPaidOn())
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.RecordRentResponse, error) {
		id, err := s.App.RecordRent(ctx, s.In(tx), domain.Payment{LeaseID: req.GetLeaseId(), Month: req.GetMonth(), AmountFen: req.GetAmountFen(), PaidOn: paid, Reference: req.GetReference()})
		return &housingv1.RecordRentResponse{PaymentId: id}, err
	})
}

// NoteVacancy notes that a home stands empty, or that it does not.
func (s *Server) NoteVacancy(ctx context.Context, req *housingv1.NoteVacancyRequest) (*housingv1.NoteVacancyResponse, error) {
	since, err := optionalDay(req.GetSince())
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.NoteVacancyResponse, error) {
		return &housingv1.NoteVacancyResponse{}, s.App.NoteVacancy(ctx, s.In(tx), req.GetLeaseId(), since)
	})
}

// CloseReview ends what a clock had opened.
func (s *Server) CloseReview(ctx context.Context, req *housingv1.CloseReviewRequest) (*housingv1.CloseReviewResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.CloseReviewResponse, error) {
		return &housingv1.CloseReviewResponse{}, s.App.CloseReview(ctx, s.In(tx), req.GetReviewId(), req.GetOutcome())
	})
}

// AskRenewal asks for another term.
func (s *Server) AskRenewal(ctx context.Context, req *housingv1.AskRenewalRequest) (*housingv1.AskRenewalResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.AskRenewalResponse, error) {
		id, err := s.App.AskRenewal(ctx, s.In(tx), req.GetLeaseId())
		return &housingv1.AskRenewalResponse{RenewalId: id}, err
	})
}

// DecideRenewal grants or refuses another term.
func (s *Server) DecideRenewal(ctx context.Context, req *housingv1.DecideRenewalRequest) (*housingv1.DecideRenewalResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.DecideRenewalResponse, error) {
		r, err := s.App.DecideRenewal(ctx, s.In(tx), req.GetRenewalId(), req.GetEndsOn(), req.GetRefusalReasonCode())
		return &housingv1.DecideRenewalResponse{Why: rpc.Reasons(r.Reasons)}, err
	})
}

// LeaveHome ends a lease by the tenant's own wish.
func (s *Server) LeaveHome(ctx context.Context, req *housingv1.LeaveHomeRequest) (*housingv1.LeaveHomeResponse, error) {
	on, err := clock.ParseDate(req.GetOn())
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.LeaveHomeResponse, error) {
		return &housingv1.LeaveHomeResponse{}, s.App.LeaveHome(ctx, s.In(tx), req.GetLeaseId(), on)
	})
}

// ReportRepair tells what is broken.
func (s *Server) ReportRepair(ctx context.Context, req *housingv1.ReportRepairRequest) (*housingv1.ReportRepairResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.ReportRepairResponse, error) {
		id, err := s.App.ReportRepair(ctx, s.In(tx), req.GetLeaseId(), req.GetWhat())
		return &housingv1.ReportRepairResponse{RepairId: id}, err
	})
}

// PlanRepair says when somebody comes.
func (s *Server) PlanRepair(ctx context.Context, req *housingv1.PlanRepairRequest) (*housingv1.PlanRepairResponse, error) {
	on, err := clock.ParseDate(req.GetPlannedOn())
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.PlanRepairResponse, error) {
		return &housingv1.PlanRepairResponse{}, s.App.PlanRepair(ctx, s.In(tx), req.GetRepairId(), on)
	})
}

// FinishRepair says that it was mended.
func (s *Server) FinishRepair(ctx context.Context, req *housingv1.FinishRepairRequest) (*housingv1.FinishRepairResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.FinishRepairResponse, error) {
		return &housingv1.FinishRepairResponse{}, s.App.FinishRepair(ctx, s.In(tx), req.GetRepairId())
	})
}

// ConfirmRepair takes the tenant's word.
func (s *Server) ConfirmRepair(ctx context.Context, req *housingv1.ConfirmRepairRequest) (*housingv1.ConfirmRepairResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.ConfirmRepairResponse, error) {
		return &housingv1.ConfirmRepairResponse{}, s.App.ConfirmRepair(ctx, s.In(tx), req.GetRepairId(), req.GetWorks())
	})
}

// GiveNotice notices a tenant.
func (s *Server) GiveNotice(ctx context.Context, req *housingv1.GiveNoticeRequest) (*housingv1.GiveNoticeResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.GiveNoticeResponse, error) {
		e, err := s.App.GiveNotice(ctx, s.In(tx), req.GetLeaseId(), req.GetGround())
		return &housingv1.GiveNoticeResponse{ExitId: e.ID, Why: rpc.Reasons(e.Reasons)}, err
	})
}

// AnswerNotice records the tenant's answer.
func (s *Server) AnswerNotice(ctx context.Context, req *housingv1.AnswerNoticeRequest) (*housingv1.AnswerNoticeResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.AnswerNoticeResponse, error) {
		return &housingv1.AnswerNoticeResponse{}, s.App.AnswerNotice(ctx, s.In(tx), req.GetExitId(), req.GetAnswerCode())
	})
}

// DecideExit decides on a notice.
func (s *Server) DecideExit(ctx context.Context, req *housingv1.DecideExitRequest) (*housingv1.DecideExitResponse, error) {
	by, err := optionalDay(req.GetLeaveBy())
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.DecideExitResponse, error) {
		e, err := s.App.DecideExit(ctx, s.In(tx), req.GetExitId(), req.GetLeave(), by)
		return &housingv1.DecideExitResponse{Why: rpc.Reasons(e.Reasons)}, err
	})
}

// AppealExit takes a decision to a third officer.
func (s *Server) AppealExit(ctx context.Context, req *housingv1.AppealExitRequest) (*housingv1.AppealExitResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.AppealExitResponse, error) {
		return &housingv1.AppealExitResponse{}, s.App.AppealExit(ctx, s.In(tx), req.GetExitId())
	})
}

// DecideExitAppeal decides on an appeal.
func (s *Server) DecideExitAppeal(ctx context.Context, req *housingv1.DecideExitAppealRequest) (*housingv1.DecideExitAppealResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.DecideExitAppealResponse, error) {
		return &housingv1.DecideExitAppealResponse{}, s.App.DecideExitAppeal(ctx, s.In(tx), req.GetExitId(), req.GetStays())
	})
}

// RecordLeft records that a tenant left by a decision that stands.
func (s *Server) RecordLeft(ctx context.Context, req *housingv1.RecordLeftRequest) (*housingv1.RecordLeftResponse, error) {
	on, err := clock.ParseDate(req.GetOn())
	if err != nil {
		return nil, err
	}
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.RecordLeftResponse, error) {
		return &housingv1.RecordLeftResponse{}, s.App.RecordLeft(ctx, s.In(tx), req.GetExitId(), on)
	})
}
