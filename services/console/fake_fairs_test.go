package console_test

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// fairWorld is the one fair of the stand-in, with one worker's application, and
// what is under way of start-up help.
type fairWorld struct {
	fair     *employmentv1.Fair
	mine     *employmentv1.FairApplication
	further  []*employmentv1.FairApplication // of who was registered twice
	officers []string                        // who called what is signed
	posts    []*employmentv1.FairPost
	order    []string
	help     *employmentv1.ListStartupHelpResponse
	loan     *employmentv1.HandOffLoanRequest
	sites    []*employmentv1.Premises
}

var (
	errFairTwice  = errs.New(errs.Conflict, "employment.fair.closed_twice", "The fair was closed already; its list is committed.")
	errFairWishes = errs.New(errs.Invalid, "employment.fair_application.wishes", "There are no wishes, or more than the fair allows.")
	errLate       = errs.New(errs.Conflict, "employment.fair_proposal.late", "The time to answer this proposal is over.")
	errConsent    = errs.New(errs.Invalid, "employment.loan.consent", "A request goes to a bank only with the worker's separate consent.")
	errDays       = errs.New(errs.Invalid, "employment.fair.days", "The days do not fit.")
)

// atFair opens a fair with two posts.
func (w *world) atFair() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fairs = fairWorld{
		fair: &employmentv1.Fair{
			FairId: "fair-1", Campaign: "spring_breeze", Division: "654300", StartsOn: "2099-12-08", EndsOn: "2099-12-09", ClosesOn: "2099-12-01", MatchOn: "2099-12-06",
			Tie: "single", FigureName: "双色球开奖号码", State: "open", WishesMax: 3,
		},
		posts: []*employmentv1.FairPost{
			{VacancyId: "vacancy-1", EmployerId: "employer-1", EmployerName: "金山建设", Title: "建筑施工人员", WageMinFen: 500_000, WageMaxFen: 600_000, County: "654301", Housing: true, Seats: 2, Applied: 1},
			{VacancyId: "vacancy-2", EmployerId: "employer-2", EmployerName: "喀纳斯酒店", Title: "餐饮服务人员", WageMinFen: 400_000, WageMaxFen: 500_000, County: "654321", Meals: true, Seats: 1},
		},
		help: &employmentv1.ListStartupHelpResponse{},
	}
}

// drawn gives the worker the second wish, with a reason for the first.
func (w *world) drawn() {
	f := w.fairs.fair
	f.State, f.Root, f.Seed, f.Figure, f.Pass, f.EntryCount = "matched", "0f1e", "seed", "05 08", 1, 9
	w.fairs.mine.Pass = 1
	w.fairs.mine.Proposal = &employmentv1.FairProposal{ProposalId: "proposal-1", VacancyId: "vacancy-2", Title: "餐饮服务人员", EmployerName: "喀纳斯酒店", Wish: 2, State: "open", Pass: 1}
	w.fairs.mine.Reasons = []*platformv1.Reason{
		{
			RuleId: "EM-FAIR-MATCH", Source: "project decision", ToBeConfirmed: true, Outcome: "not_met", DecidedOn: "2099-12-06",
			Facts:   []*platformv1.ReasonFact{{Name: "fair_wish", Value: "1", Origin: "declared"}, {Name: "fair_number", Value: "37", Origin: "lottery"}},
			Gaps:    []*platformv1.ReasonGap{{Name: "fair_number", Have: "37", Need: "12", Short: "25", Unit: "rank"}},
			Changes: []*platformv1.ReasonChange{{Code: "fair_number"}, {Code: "fair_second_pass"}}, Appeals: []*platformv1.ReasonAppeal{{Way: "officer_review", Body: "hrss", Until: "2099-12-11"}},
		},
		{RuleId: "EM-FAIR-MATCH", Source: "project decision", Outcome: "met", Facts: []*platformv1.ReasonFact{{Name: "fair_wish", Value: "2", Origin: "declared"}}},
	}
}

func (f fakeEmployment) signed(ctx context.Context) {
	p, _ := auth.FromContext(ctx)
	f.fairs.officers = append(f.fairs.officers, p.Subject)
}

func (f fakeEmployment) PlanFair(ctx context.Context, r *employmentv1.PlanFairRequest) (*employmentv1.PlanFairResponse, error) {
	f.signed(ctx)
	if r.GetClosesOn() == "" {
		return nil, errDays
	}
	return &employmentv1.PlanFairResponse{FairId: "fair-1"}, nil
}

func (f fakeEmployment) ListFairs(context.Context, *employmentv1.ListFairsRequest) (*employmentv1.ListFairsResponse, error) {
	out := &employmentv1.ListFairsResponse{}
	if f.fairs.fair != nil {
		out.Fairs = append(out.Fairs, f.fairs.fair)
	}
	return out, nil
}

// GetFair gives a post a page, so that the pages must be put together.
func (f fakeEmployment) GetFair(_ context.Context, r *employmentv1.GetFairRequest) (*employmentv1.GetFairResponse, error) {
	if f.fairs.fair == nil || r.GetFairId() != "fair-1" {
		return nil, errs.New(errs.NotFound, "employment.fair.unknown", "There is no such job fair.")
	}
	out := &employmentv1.GetFairResponse{Fair: f.fairs.fair}
	i := 1 + slices.IndexFunc(f.fairs.posts, func(p *employmentv1.FairPost) bool { return p.GetVacancyId() == r.GetAfter() })
	if i < len(f.fairs.posts) {
		out.Posts = f.fairs.posts[i : i+1]
		if i+1 < len(f.fairs.posts) {
			out.Next = f.fairs.posts[i].GetVacancyId()
		}
	}
	return out, nil
}

func (f fakeEmployment) EnterFairPost(_ context.Context, r *employmentv1.EnterFairPostRequest) (*employmentv1.EnterFairPostResponse, error) {
	f.fairs.posts = append(f.fairs.posts, &employmentv1.FairPost{VacancyId: r.GetVacancyId(), EmployerId: "employer-1", Title: "保洁人员", Seats: r.GetSeats()})
	return &employmentv1.EnterFairPostResponse{Outcome: "created"}, nil
}

// ofEmployers is what a search of whole pages gives, as an employer's page makes it.
func ofEmployers() *employmentv1.SearchVacanciesResponse {
	return &employmentv1.SearchVacanciesResponse{Vacancies: []*employmentv1.Vacancy{
		{VacancyId: "vacancy-1", EmployerId: "employer-1", Title: "建筑施工人员", Open: 2}, {VacancyId: "vacancy-3", EmployerId: "employer-1", Title: "保洁人员", Open: 4}, {VacancyId: "vacancy-9", EmployerId: "employer-9", Title: "别人的岗位"},
	}}
}

func (f fakeEmployment) ApplyToFair(ctx context.Context, r *employmentv1.ApplyToFairRequest) (*employmentv1.ApplyToFairResponse, error) {
	if _, err := f.own(ctx, r.GetWorker()); err != nil {
		return nil, err
	}
	if len(r.GetVacancyIds()) == 0 {
		return nil, errFairWishes
	}
	f.fairs.mine = &employmentv1.FairApplication{ApplicationId: "application-00000001", FairId: "fair-1", State: "submitted", Ticket: "TICKET0123456789"}
	for _, id := range r.GetVacancyIds() {
		for _, p := range f.fairs.posts {
			if p.GetVacancyId() == id {
				f.fairs.mine.Wishes = append(f.fairs.mine.Wishes, &employmentv1.FairWish{VacancyId: id, Title: p.GetTitle(), EmployerName: p.GetEmployerName()})
			}
		}
	}
	return &employmentv1.ApplyToFairResponse{ApplicationId: "application-00000001", Ticket: "TICKET0123456789", Nonce: "NONCE01234567890"}, nil
}

func (f fakeEmployment) WithdrawFromFair(context.Context, *employmentv1.WithdrawFromFairRequest) (*employmentv1.WithdrawFromFairResponse, error) {
	f.fairs.mine.State = "withdrawn"
	return &employmentv1.WithdrawFromFairResponse{}, nil
}

func (f fakeEmployment) ListAppliedFairs(ctx context.Context, r *employmentv1.ListAppliedFairsRequest) (*employmentv1.ListAppliedFairsResponse, error) {
	out := &employmentv1.ListAppliedFairsResponse{}
	if _, err := f.own(ctx, r.GetWorker()); err != nil || f.fairs.mine == nil {
		return out, err
	}
	all, err := f.ListFairs(ctx, &employmentv1.ListFairsRequest{})
	for _, one := range all.GetFairs() {
		out.FairIds = append(out.FairIds, one.GetFairId())
	}
	return out, err
}

func (f fakeEmployment) GetFairApplication(ctx context.Context, r *employmentv1.GetFairApplicationRequest) (*employmentv1.GetFairApplicationResponse, error) {
	if _, err := f.own(ctx, r.GetWorker()); err != nil {
		return nil, err
	}
	return &employmentv1.GetFairApplicationResponse{Application: f.fairs.mine, Further: f.fairs.further}, nil
}

func (f fakeEmployment) ProveFairEntry(context.Context, *employmentv1.ProveFairEntryRequest) (*employmentv1.ProveFairEntryResponse, error) {
	return &employmentv1.ProveFairEntryResponse{Root: "0f1e", Path: []string{"aa11", "bb22"}}, nil
}

func (f fakeEmployment) ListFairApplicants(_ context.Context, r *employmentv1.ListFairApplicantsRequest) (*employmentv1.ListFairApplicantsResponse, error) {
	out := &employmentv1.ListFairApplicantsResponse{}
	if r.GetVacancyId() == "vacancy-1" {
		out.Applicants = []*employmentv1.FairApplicant{
			{Number: "application-00000001", Occupation: "6-29", Certificates: []string{"6-29"}, AvailableFrom: "2099-12-01", Rank: 1, ProposalId: "proposal-1", ApplicationId: "job-1", State: "accepted"},
			{Number: "application-00000002", Occupation: "4-03"},
		}
	}
	return out, nil
}

func (f fakeEmployment) RankFairApplicants(_ context.Context, r *employmentv1.RankFairApplicantsRequest) (*employmentv1.RankFairApplicantsResponse, error) {
	f.fairs.order = r.GetApplicationIds()
	return &employmentv1.RankFairApplicantsResponse{}, nil
}

func (f fakeEmployment) ChangeFair(ctx context.Context, r *employmentv1.ChangeFairRequest) (*employmentv1.ChangeFairResponse, error) {
	f.signed(ctx)
	f.fairs.fair.Venue, f.fairs.fair.Hours, f.fairs.fair.ReasonCode = r.GetVenue(), r.GetHours(), r.GetReasonCode()
	return &employmentv1.ChangeFairResponse{}, nil
}

func (f fakeEmployment) CancelFair(ctx context.Context, r *employmentv1.CancelFairRequest) (*employmentv1.CancelFairResponse, error) {
	f.signed(ctx)
	f.fairs.fair.State, f.fairs.fair.ReasonCode = "cancelled", r.GetReasonCode()
	return &employmentv1.CancelFairResponse{}, nil
}

func (f fakeEmployment) CorrectFair(ctx context.Context, r *employmentv1.CorrectFairRequest) (*employmentv1.CorrectFairResponse, error) {
	f.signed(ctx)
	f.fairs.fair.Corrections = []*employmentv1.FairCorrection{{CorrectionId: "correction-1", Number: 1, ReasonCode: r.GetReasonCode(), State: "proposed", Wronged: int32(len(r.GetRanks())), Figure: "1 2", ProposedBy: "hrss-1", ProposedAt: 1_795_000_000_000_000}}
	return &employmentv1.CorrectFairResponse{}, nil
}

func (f fakeEmployment) DecideFairCorrection(ctx context.Context, r *employmentv1.DecideFairCorrectionRequest) (*employmentv1.DecideFairCorrectionResponse, error) {
	f.signed(ctx)
	f.fairs.fair.Corrections[0].State, f.fairs.fair.Corrections[0].DecidedBy = r.GetOutcome(), "hrss-2"
	return &employmentv1.DecideFairCorrectionResponse{}, nil
}

func (f fakeEmployment) CloseFair(ctx context.Context, _ *employmentv1.CloseFairRequest) (*employmentv1.CloseFairResponse, error) {
	f.signed(ctx)
	if f.fairs.fair.GetState() != "open" { // the days are the real service's to check
		return nil, errFairTwice
	}
	f.fairs.fair.State, f.fairs.fair.Root = "closed", "0f1e"
	return &employmentv1.CloseFairResponse{}, nil
}

func (f fakeEmployment) EnterFairFigure(ctx context.Context, _ *employmentv1.EnterFairFigureRequest) (*employmentv1.EnterFairFigureResponse, error) {
	f.signed(ctx)
	f.fairs.fair.FigureEntered = true
	return &employmentv1.EnterFairFigureResponse{}, nil
}

func (f fakeEmployment) DrawFair(ctx context.Context, _ *employmentv1.DrawFairRequest) (*employmentv1.DrawFairResponse, error) {
	f.signed(ctx)
	f.drawn()
	return &employmentv1.DrawFairResponse{}, nil
}

func (f fakeEmployment) RunSecondPass(ctx context.Context, _ *employmentv1.RunSecondPassRequest) (*employmentv1.RunSecondPassResponse, error) {
	f.signed(ctx)
	f.fairs.fair.Pass = 2
	return &employmentv1.RunSecondPassResponse{}, nil
}

func (f fakeEmployment) AcceptProposal(_ context.Context, r *employmentv1.AcceptProposalRequest) (*employmentv1.AcceptProposalResponse, error) {
	if r.GetProposalId() != "proposal-1" {
		return nil, errLate
	}
	f.fairs.mine.Proposal.State = "accepted"
	return &employmentv1.AcceptProposalResponse{ApplicationId: "job-1"}, nil
}

func (f fakeEmployment) DeclineProposal(context.Context, *employmentv1.DeclineProposalRequest) (*employmentv1.DeclineProposalResponse, error) {
	f.fairs.mine.Proposal.State = "declined"
	return &employmentv1.DeclineProposalResponse{}, nil
}

func (f fakeEmployment) PassOverProposal(_ context.Context, r *employmentv1.PassOverProposalRequest) (*employmentv1.PassOverProposalResponse, error) {
	f.fairs.mine.Proposal.State, f.fairs.mine.Proposal.ReasonCode = "passed_over", r.GetReasonCode()
	return &employmentv1.PassOverProposalResponse{}, nil
}

func (f fakeEmployment) ListFairResults(context.Context, *employmentv1.ListFairResultsRequest) (*employmentv1.ListFairResultsResponse, error) {
	return &employmentv1.ListFairResultsResponse{Results: []*employmentv1.FairResult{{Number: "application-00000001", VacancyId: "vacancy-2", Wish: 2, Pass: 1}}}, nil
}

func (f fakeEmployment) GetFairBundle(_ context.Context, r *employmentv1.GetFairBundleRequest) (*employmentv1.GetFairBundleResponse, error) {
	if r.GetOffset() == 0 {
		return &employmentv1.GetFairBundleResponse{Data: []byte("first "), NextOffset: 6}, nil
	}
	return &employmentv1.GetFairBundleResponse{Data: []byte("second")}, nil
}

func (f fakeEmployment) GetStartupGuide(_ context.Context, r *employmentv1.GetStartupGuideRequest) (*employmentv1.GetStartupGuideResponse, error) {
	steps := []string{"idea", "register"}
	if r.GetGuide() == "farm_stay" {
		steps = []string{"yard", "fire_safety"}
	}
	return &employmentv1.GetStartupGuideResponse{Steps: steps, LoanMaxFen: 30_000_000, LoanYears: 3, Banks: []string{"psbc"}, Topics: []string{"plan"}, Groups: []string{"out_of_poverty"}}, nil
}

func (f fakeEmployment) CheckTaxRelief(_ context.Context, r *employmentv1.CheckTaxReliefRequest) (*employmentv1.CheckTaxReliefResponse, error) {
	return &employmentv1.CheckTaxReliefResponse{Reasons: []*platformv1.Reason{{
		RuleId: "EM-TAX-VAT", Source: "财政部 税务总局公告2023年第19号", ToBeConfirmed: true, Outcome: "not_met",
		Facts:   []*platformv1.ReasonFact{{Name: "month_sales_fen", Value: "12000000", Origin: "declared"}},
		Gaps:    []*platformv1.ReasonGap{{Name: "month_sales_fen", Have: "12000000", Need: "10000000", Short: "2000000", Unit: "fen"}},
		Changes: []*platformv1.ReasonChange{{Code: "tax_sales_below"}}, Appeals: []*platformv1.ReasonAppeal{{Way: "tax_office", Body: "tax"}},
	}}}, nil
}

func (f fakeEmployment) OpenAdviserSlot(ctx context.Context, r *employmentv1.OpenAdviserSlotRequest) (*employmentv1.OpenAdviserSlotResponse, error) {
	f.signed(ctx)
	if r.GetMinute() != 9*60+30 {
		return nil, errs.New(errs.Invalid, "employment.adviser.slot", "The time cannot be.")
	}
	return &employmentv1.OpenAdviserSlotResponse{}, nil
}

func slotOne() *employmentv1.AdviserSlot {
	return &employmentv1.AdviserSlot{SlotId: "slot-1", County: "654301", Day: "2099-12-01", Minute: 570, Minutes: 30}
}

func (f fakeEmployment) ListAdviserSlots(context.Context, *employmentv1.ListAdviserSlotsRequest) (*employmentv1.ListAdviserSlotsResponse, error) {
	return &employmentv1.ListAdviserSlotsResponse{Slots: []*employmentv1.AdviserSlot{slotOne()}}, nil
}

func (f fakeEmployment) ApplyForAdviser(_ context.Context, r *employmentv1.ApplyForAdviserRequest) (*employmentv1.ApplyForAdviserResponse, error) {
	if r.GetSlotId() != "slot-1" {
		return nil, errs.New(errs.Conflict, "employment.adviser.taken", "Somebody else has booked that time.")
	}
	f.fairs.help.Bookings = append(f.fairs.help.Bookings, &employmentv1.AdviserBooking{BookingId: "booking-1", Slot: slotOne(), Topic: r.GetTopic(), State: "booked"})
	return &employmentv1.ApplyForAdviserResponse{}, nil
}

func (f fakeEmployment) WithdrawFromAdviser(context.Context, *employmentv1.WithdrawFromAdviserRequest) (*employmentv1.WithdrawFromAdviserResponse, error) {
	f.fairs.help.Bookings[0].State = "cancelled"
	return &employmentv1.WithdrawFromAdviserResponse{}, nil
}

func (f fakeEmployment) HandOffLoan(_ context.Context, r *employmentv1.HandOffLoanRequest) (*employmentv1.HandOffLoanResponse, error) {
	if r.GetNoticeVersion() == "" {
		return nil, errConsent
	}
	f.fairs.loan = r
	f.fairs.help.Loans = append(f.fairs.help.Loans, &employmentv1.LoanRequest{RequestId: "loan-1", BankCode: r.GetBankCode(), AmountFen: r.GetAmountFen(), Years: r.GetYears(), State: "handed_off", NoticeVersion: r.GetNoticeVersion()})
	return &employmentv1.HandOffLoanResponse{}, nil
}

func (f fakeEmployment) WithdrawLoanRequest(context.Context, *employmentv1.WithdrawLoanRequestRequest) (*employmentv1.WithdrawLoanRequestResponse, error) {
	f.fairs.help.Loans[0].State = "withdrawn"
	return &employmentv1.WithdrawLoanRequestResponse{}, nil
}

func (f fakeEmployment) AddPremises(ctx context.Context, r *employmentv1.AddPremisesRequest) (*employmentv1.AddPremisesResponse, error) {
	f.signed(ctx)
	f.fairs.sites = append(f.fairs.sites, &employmentv1.Premises{SiteId: "site-1", County: r.GetCounty(), Kind: r.GetKind(), Title: r.GetTitle(), AreaDm2: r.GetAreaDm2(), RentFen: r.GetRentFen()})
	return &employmentv1.AddPremisesResponse{}, nil
}

func (f fakeEmployment) ListPremises(context.Context, *employmentv1.ListPremisesRequest) (*employmentv1.ListPremisesResponse, error) {
	return &employmentv1.ListPremisesResponse{Premises: f.fairs.sites}, nil
}

func (f fakeEmployment) ApplyForPremises(context.Context, *employmentv1.ApplyForPremisesRequest) (*employmentv1.ApplyForPremisesResponse, error) {
	f.fairs.help.Requests = append(f.fairs.help.Requests, &employmentv1.PremisesRequest{RequestId: "request-1", Site: f.fairs.sites[0], State: "requested"})
	return &employmentv1.ApplyForPremisesResponse{}, nil
}

func (f fakeEmployment) WithdrawPremisesRequest(context.Context, *employmentv1.WithdrawPremisesRequestRequest) (*employmentv1.WithdrawPremisesRequestResponse, error) {
	f.fairs.help.Requests[0].State = "withdrawn"
	return &employmentv1.WithdrawPremisesRequestResponse{}, nil
}

func (f fakeEmployment) ListStartupHelp(context.Context, *employmentv1.ListStartupHelpRequest) (*employmentv1.ListStartupHelpResponse, error) {
	return f.fairs.help, nil
}
