package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	app "github.com/qiao-platform/qiao/services/employment/internal/app/startup"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// Startup serves the methods of start-up help.
type Startup struct {
	Room[app.Store]
	App *app.App
}

// GetStartupGuide gives the steps of a guide.
func (s *Startup) GetStartupGuide(_ context.Context, req *employmentv1.GetStartupGuideRequest) (*employmentv1.GetStartupGuideResponse, error) {
	steps, r, err := s.App.Guide(req.GetCounty(), req.GetGuide())
	return &employmentv1.GetStartupGuideResponse{
		Steps: steps, LoanMaxFen: r.LoanMaxFen, LoanYears: int32(r.LoanYears), Banks: r.Banks, Topics: r.Topics, Groups: r.Groups, NotAnnounced: rpc.Reasons(r.Ended),
	}, err
}

// CheckTaxRelief says which tax reliefs fit what is declared.
func (s *Startup) CheckTaxRelief(_ context.Context, req *employmentv1.CheckTaxReliefRequest) (*employmentv1.CheckTaxReliefResponse, error) {
	reasons, err := s.App.CheckTax(req.GetCounty(), startup.TaxQuestion{
		Group: req.GetGroup(), MonthSalesFen: req.GetMonthSalesFen(), YearIncomeFen: req.GetYearIncomeFen(), Individual: req.GetIndividual(),
	})
	return &employmentv1.CheckTaxReliefResponse{Reasons: rpc.Reasons(reasons)}, err
}

// OpenAdviserSlot opens a time of an adviser.
func (s *Startup) OpenAdviserSlot(ctx context.Context, req *employmentv1.OpenAdviserSlotRequest) (*employmentv1.OpenAdviserSlotResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.OpenAdviserSlotResponse, error) {
		id, err := s.App.OpenSlot(ctx, st, req.GetCounty(), req.GetDay(), int(req.GetMinute()), int(req.GetMinutes()), req.GetAdviser())
		return &employmentv1.OpenAdviserSlotResponse{SlotId: id}, err
	})
}

// ListAdviserSlots lists the free times of a county.
func (s *Startup) ListAdviserSlots(ctx context.Context, req *employmentv1.ListAdviserSlotsRequest) (*employmentv1.ListAdviserSlotsResponse, error) {
	out := &employmentv1.ListAdviserSlotsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ListSlots(st, req.GetCounty())
		for _, x := range all {
			out.Slots = append(out.Slots, slot(x))
		}
		return err
	})
	return out, err
}

// ApplyForAdviser books a time.
func (s *Startup) ApplyForAdviser(ctx context.Context, req *employmentv1.ApplyForAdviserRequest) (*employmentv1.ApplyForAdviserResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ApplyForAdviserResponse, error) {
		id, err := s.App.BookAdviser(ctx, st, req.GetWorker(), req.GetSlotId(), req.GetTopic())
		return &employmentv1.ApplyForAdviserResponse{BookingId: id}, err
	})
}

// WithdrawFromAdviser cancels a booking.
func (s *Startup) WithdrawFromAdviser(ctx context.Context, req *employmentv1.WithdrawFromAdviserRequest) (*employmentv1.WithdrawFromAdviserResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.WithdrawFromAdviserResponse, error) {
		return &employmentv1.WithdrawFromAdviserResponse{}, s.App.CancelBooking(ctx, st, req.GetBookingId())
	})
}

// HandOffLoan hands a loan request to the chosen bank.
func (s *Startup) HandOffLoan(ctx context.Context, req *employmentv1.HandOffLoanRequest) (*employmentv1.HandOffLoanResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.HandOffLoanResponse, error) {
		id, err := s.App.HandOffLoan(ctx, st, startup.LoanRequest{
			Worker: req.GetWorker(), County: req.GetCounty(), BankCode: req.GetBankCode(), AmountFen: req.GetAmountFen(), Years: int(req.GetYears()), NoticeVersion: req.GetNoticeVersion(),
		})
		return &employmentv1.HandOffLoanResponse{RequestId: id}, err
	})
}

// WithdrawLoanRequest takes a loan request back.
func (s *Startup) WithdrawLoanRequest(ctx context.Context, req *employmentv1.WithdrawLoanRequestRequest) (*employmentv1.WithdrawLoanRequestResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.WithdrawLoanRequestResponse, error) {
		return &employmentv1.WithdrawLoanRequestResponse{}, s.App.WithdrawLoan(ctx, st, req.GetRequestId())
	})
}

// ReadLoanRequest reads a loan request: for its worker, or for the chosen bank.
func (s *Startup) ReadLoanRequest(ctx context.Context, req *employmentv1.ReadLoanRequestRequest) (*employmentv1.ReadLoanRequestResponse, error) {
	out := &employmentv1.ReadLoanRequestResponse{}
	err := s.update(ctx, func(st app.Store) error {
		l, err := s.App.ReadLoan(ctx, st, req.GetRequestId())
		out.Loan = loan(l)
		return err
	})
	return out, err
}

// AddPremises lists premises.
func (s *Startup) AddPremises(ctx context.Context, req *employmentv1.AddPremisesRequest) (*employmentv1.AddPremisesResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.AddPremisesResponse, error) {
		id, err := s.App.AddPremises(ctx, st, startup.Premises{
			County: req.GetCounty(), Kind: req.GetKind(), Title: req.GetTitle(), AreaDM2: int(req.GetAreaDm2()), RentFen: req.GetRentFen(),
		})
		return &employmentv1.AddPremisesResponse{SiteId: id}, err
	})
}

// ListPremises lists premises of a county.
func (s *Startup) ListPremises(ctx context.Context, req *employmentv1.ListPremisesRequest) (*employmentv1.ListPremisesResponse, error) {
	out := &employmentv1.ListPremisesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ListPremises(st, req.GetCounty())
		for _, p := range all {
			out.Premises = append(out.Premises, premises(p))
		}
		return err
	})
	return out, err
}

// ApplyForPremises asks for premises.
func (s *Startup) ApplyForPremises(ctx context.Context, req *employmentv1.ApplyForPremisesRequest) (*employmentv1.ApplyForPremisesResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ApplyForPremisesResponse, error) {
		id, err := s.App.RequestPremises(ctx, st, req.GetWorker(), req.GetSiteId())
		return &employmentv1.ApplyForPremisesResponse{RequestId: id}, err
	})
}

// WithdrawPremisesRequest takes a request for premises back.
func (s *Startup) WithdrawPremisesRequest(ctx context.Context, req *employmentv1.WithdrawPremisesRequestRequest) (*employmentv1.WithdrawPremisesRequestResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.WithdrawPremisesRequestResponse, error) {
		return &employmentv1.WithdrawPremisesRequestResponse{}, s.App.WithdrawPremises(ctx, st, req.GetRequestId())
	})
}

// ListStartupHelp shows the worker what is under way.
func (s *Startup) ListStartupHelp(ctx context.Context, req *employmentv1.ListStartupHelpRequest) (*employmentv1.ListStartupHelpResponse, error) {
	out := &employmentv1.ListStartupHelpResponse{}
	err := s.view(ctx, func(st app.Store) error {
		h, err := s.App.ListHelp(ctx, st, req.GetWorker())
		for _, b := range h.Bookings {
			out.Bookings = append(out.Bookings, &employmentv1.AdviserBooking{BookingId: b.ID, Slot: slot(b.Slot), Topic: b.Topic, State: stateOf(b.Cancelled, "booked", "cancelled")})
		}
		for _, l := range h.Loans {
			out.Loans = append(out.Loans, loan(l))
		}
		for _, q := range h.Requests {
			out.Requests = append(out.Requests, &employmentv1.PremisesRequest{RequestId: q.ID, Site: premises(q.Site), State: stateOf(q.Withdrawn, "requested", "withdrawn"), At: sqldb.Micros(q.At)})
		}
		return err
	})
	return out, err
}

func stateOf(over bool, stands, ended string) string {
	if over {
		return ended
	}
	return stands
}

func slot(s startup.Slot) *employmentv1.AdviserSlot {
	return &employmentv1.AdviserSlot{SlotId: s.ID, County: s.County, Day: s.Day.String(), Minute: int32(s.Minute), Minutes: int32(s.Minutes)}
}

func loan(l startup.LoanRequest) *employmentv1.LoanRequest {
	return &employmentv1.LoanRequest{
		RequestId: l.ID, BankCode: l.BankCode, AmountFen: l.AmountFen, Years: int32(l.Years), State: stateOf(l.Withdrawn, "handed_off", "withdrawn"),
		At: sqldb.Micros(l.At), NoticeVersion: l.NoticeVersion,
	}
}

func premises(p startup.Premises) *employmentv1.Premises {
	return &employmentv1.Premises{SiteId: p.ID, County: p.County, Kind: p.Kind, Title: p.Title, AreaDm2: int32(p.AreaDM2), RentFen: p.RentFen}
}
