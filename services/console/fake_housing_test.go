package console_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// homes is what the fake housing department was told to do, and by whom.
type homes struct {
	calls []string
}

func (f fakeHousing) told(ctx context.Context, what string) {
	p, _ := auth.FromContext(ctx)
	f.done.calls = append(f.done.calls, what+" by "+p.Subject)
}

func (f fakeHousing) didIt(what string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Contains(f.done.calls, what)
}

func short() []*platformv1.Reason {
	return []*platformv1.Reason{{
		RuleId: "HO-07", Source: "project decision", ToBeConfirmed: true, Outcome: "not_met", DecidedOn: "2026-11-26",
		Facts:   []*platformv1.ReasonFact{{Name: "position", Value: "2", Origin: "housing"}},
		Gaps:    []*platformv1.ReasonGap{{Name: "points", Have: "16", Need: "19", Short: "3", Unit: "point"}},
		Changes: []*platformv1.ReasonChange{{Code: "points_waiting", From: "2026-12-26"}, {Code: "next_round"}},
		Appeals: []*platformv1.ReasonAppeal{{Way: "reconsideration", Body: "gov", Until: "2027-01-25"}},
	}}
}

func (f fakeHousing) GetPlace(_ context.Context, r *housingv1.GetPlaceRequest) (*housingv1.GetPlaceResponse, error) {
	return &housingv1.GetPlaceResponse{Place: &housingv1.Place{
		ApplicationId: r.GetApplicationId(), CaseNo: "ABCDEF123456", County: "654301", Kind: "public_rental", Position: 2, Total: 9, Points: 16, DecidedBy: "points", Need: 3, Was: 4, PublishedOn: "2026-11-25",
		Lines: []*housingv1.PointLine{{RuleId: "HO-PT-WORK", Name: "work_months", Form: "witness", Have: 10, Points: 10, Most: 24, ToBeConfirmed: true}, {RuleId: "HO-PT-INSURANCE", Name: "insurance_months", Most: 12}},
		Why:   short(), RoundWhy: short(), RoundId: "round-1", Ticket: "TICKET7",
	}}, nil
}

func (f fakeHousing) ListWaiting(context.Context, *housingv1.ListWaitingRequest) (*housingv1.ListWaitingResponse, error) {
	return &housingv1.ListWaitingResponse{
		Waiting:   []*housingv1.Waiting{{CaseNo: "ABCDEF123456", Position: 1, Points: 20, Was: 3, WaitingSince: "2026-01-02"}, {CaseNo: "FEDCBA654321", Position: 2, Points: 16, Was: 1, WaitingSince: "2026-01-03", Priority: "declared"}},
		Undecided: []*housingv1.Waiting{{ApplicationId: "application-9", CaseNo: "999999999999", State: "submitted", WaitingSince: "2026-11-20"}},
		Total:     2, HomesFree: 1, PublishedOn: "2026-11-25", Rates: []*housingv1.FormRate{{RuleId: "HO-PT-WORK", Form: "witness", Count: 2, Points: 30}},
	}, nil
}

func (f fakeHousing) ListHomes(context.Context, *housingv1.ListHomesRequest) (*housingv1.ListHomesResponse, error) {
	return &housingv1.ListHomesResponse{Homes: []*housingv1.Home{{HomeId: "home-1", Estate: "安居苑", Layout: "单间", AreaDm2: 4550, RentFen: 41000}}}, nil
}

func (f fakeHousing) ListRounds(context.Context, *housingv1.ListRoundsRequest) (*housingv1.ListRoundsResponse, error) {
	return &housingv1.ListRoundsResponse{Rounds: []*housingv1.Round{aRound("closed")}}, nil
}

func aRound(state string) *housingv1.Round {
	return &housingv1.Round{RoundId: "round-1", County: "654301", Kind: "public_rental", State: state, Homes: 3, HomesFree: 1, Total: 9, OpenedOn: "2026-11-20", FigureName: "上证指数收盘价", FigureDue: "2026-11-24", Root: "abcd", PublicUntil: "2026-11-27"}
}

func (f fakeHousing) GetRound(_ context.Context, r *housingv1.GetRoundRequest) (*housingv1.GetRoundResponse, error) {
	round := aRound(r.GetRoundId())
	round.RoundId = r.GetRoundId()
	return &housingv1.GetRoundResponse{Round: round, Entries: []*housingv1.RoundEntry{{CaseNo: "ABCDEF123456", Position: 1, Points: 20, Outcome: "open"}}}, nil
}

func (f fakeHousing) GetPublicList(_ context.Context, r *housingv1.GetPublicListRequest) (*housingv1.GetPublicListResponse, error) {
	round := aRound("drawn")
	round.Figure = "3210.55"
	if r.GetRoundId() == "old" {
		return &housingv1.GetPublicListResponse{Round: round, Over: true}, nil
	}
	return &housingv1.GetPublicListResponse{Round: round, Entries: []*housingv1.RoundEntry{{CaseNo: "ABCDEF123456", Position: 1, Points: 20, Outcome: "reached"}}}, nil
}

func (f fakeHousing) GetRoundBundle(_ context.Context, r *housingv1.GetRoundBundleRequest) (*housingv1.GetRoundBundleResponse, error) {
	if r.GetRoundId() != "round-1" {
		return nil, errs.New(errs.NotFound, "housing.round.no_draw", "Nothing was drawn in this round.")
	}
	return &housingv1.GetRoundBundleResponse{Bundle: "qiao-lottery-1\n"}, nil
}

func aLease() *housingv1.LeaseFile {
	return &housingv1.LeaseFile{
		LeaseId: "lease-1", Address: "安居苑 7-4", Kind: "public_rental", County: "654301", StartsOn: "2026-01-01", EndsOn: "2027-01-31", State: "running", RentFen: 41000,
		Months: []*housingv1.RentMonth{{Month: "2026-10", DueOn: "2026-10-10", DueFen: 41000, PaidFen: 41000, PaidOn: "2026-10-08"}, {Month: "2026-11", DueOn: "2026-11-10", DueFen: 41000}}, ArrearsFen: 41000, ArrearsMonths: 1, RenewFrom: "2026-10-31",
		Renewal: &housingv1.Renewal{RenewalId: "renewal-1", State: "asked", AskedOn: "2026-11-20"}, Repairs: []*housingv1.Repair{{RepairId: "repair-1", LeaseId: "lease-1", What: "heating", State: "done", ReportedOn: "2026-11-20"}},
		Exits: []*housingv1.Exit{
			{ExitId: "exit-1", LeaseId: "lease-1", Ground: "arrears", State: "noticed", NoticedOn: "2026-11-20", Why: short()}, {ExitId: "exit-2", LeaseId: "lease-1", Ground: "change_of_use", State: "leaves", AnswerCode: "disputes", LeaveBy: "2027-01-01", AppealUntil: "2026-12-01", Why: short()},
			{ExitId: "exit-4", LeaseId: "lease-1", Ground: "change_of_use", State: "leaves", LeaveBy: "2027-01-01", AppealDays: 15, Why: short()},
			{ExitId: "exit-3", LeaseId: "lease-1", Ground: "illegal_activity", State: "appealed"},
		},
		Reviews: []*housingv1.Review{{ReviewId: "review-1", LeaseId: "lease-1", Ground: "arrears", State: "open", OpenedOn: "2026-11-20"}},
	}
}

func (f fakeHousing) ListLeases(ctx context.Context, r *housingv1.ListLeasesRequest) (*housingv1.ListLeasesResponse, error) {
	if _, err := f.own(ctx, r.GetWorker()); err != nil {
		return nil, err
	}
	if !f.lets {
		return &housingv1.ListLeasesResponse{}, nil
	}
	return &housingv1.ListLeasesResponse{Leases: []*housingv1.Lease{{LeaseId: "lease-1"}}}, nil
}

func (f fakeHousing) GetLease(context.Context, *housingv1.GetLeaseRequest) (*housingv1.GetLeaseResponse, error) {
	return &housingv1.GetLeaseResponse{File: aLease()}, nil
}

func (f fakeHousing) ListCountyLeases(context.Context, *housingv1.ListCountyLeasesRequest) (*housingv1.ListCountyLeasesResponse, error) {
	l := aLease()
	open := &housingv1.Repair{RepairId: "repair-2", LeaseId: "lease-1", What: "roof", State: "open", ReportedOn: "2026-11-20"}
	return &housingv1.ListCountyLeasesResponse{Leases: []*housingv1.LeaseFile{l}, Repairs: append(l.GetRepairs(), open), Exits: l.GetExits(), Reviews: l.GetReviews()}, nil
}

func (f fakeHousing) AskPlaces(ctx context.Context, r *housingv1.AskPlacesRequest) (*housingv1.AskPlacesResponse, error) {
	who, _ := auth.FromContext(ctx)
	if who.Kind != auth.Employer || who.Subject != r.GetEmployerId() {
		return nil, errs.New(errs.Denied, "auth.denied", "Denied.")
	}
	if r.GetPlaces() < 1 {
		return nil, errs.New(errs.Invalid, "housing.places.count", "At least one place.")
	}
	return &housingv1.AskPlacesResponse{RequestId: "request-2"}, nil
}

func (f fakeHousing) ListPlaceRequests(context.Context, *housingv1.ListPlaceRequestsRequest) (*housingv1.ListPlaceRequestsResponse, error) {
	return &housingv1.ListPlaceRequestsResponse{Requests: []*housingv1.PlaceRequest{{RequestId: "request-1", EmployerId: "employer-1", Asked: 12, Granted: 8, Taken: 3, AskedOn: "2026-11-20"}}}, nil
}

func (f fakeHousing) GetFundChecklist(_ context.Context, r *housingv1.GetFundChecklistRequest) (*housingv1.GetFundChecklistResponse, error) {
	out := &housingv1.GetFundChecklistResponse{Grounds: []string{"rent", "retired"}, Ground: r.GetGround(), DecideDays: 3, LoanDays: 15, Source: "住房公积金管理条例", ToBeConfirmed: true,
		Rules: []*housingv1.FundRule{{RuleId: "HP-02", Source: "住房公积金管理条例(2019) 25,26", Numbers: map[string]string{"withdrawal_days": "3"}}}}
	if r.GetGround() != "" {
		out.Papers, out.Substitutes = []string{"lease", "rent_receipt"}, []string{"landlord_statement"}
	}
	return out, nil
}

func (f fakeHousing) OpenRound(ctx context.Context, r *housingv1.OpenRoundRequest) (*housingv1.OpenRoundResponse, error) {
	if len(r.GetHomeIds()) == 0 {
		return nil, errs.New(errs.Invalid, "housing.round.homes", "A round needs at least one home.")
	}
	f.told(ctx, "open")
	return &housingv1.OpenRoundResponse{RoundId: "committed"}, nil
}

func (f fakeHousing) ConfirmFigure(ctx context.Context, r *housingv1.ConfirmFigureRequest) (*housingv1.ConfirmFigureResponse, error) {
	f.told(ctx, "figure "+r.GetFigure())
	return &housingv1.ConfirmFigureResponse{}, nil
}

func (f fakeHousing) OfferRound(ctx context.Context, _ *housingv1.OfferRoundRequest) (*housingv1.OfferRoundResponse, error) {
	f.told(ctx, "offer")
	return &housingv1.OfferRoundResponse{Offered: 1}, nil
}

func (f fakeHousing) CloseRound(ctx context.Context, _ *housingv1.CloseRoundRequest) (*housingv1.CloseRoundResponse, error) {
	f.told(ctx, "close")
	return &housingv1.CloseRoundResponse{}, nil
}

func (f fakeHousing) ListMends(context.Context, *housingv1.ListMendsRequest) (*housingv1.ListMendsResponse, error) {
	return &housingv1.ListMendsResponse{
		Corrections: []*housingv1.Correction{{CorrectionId: "correction-1", Number: 1, ReasonCode: "points", State: "proposed", Wronged: 2, ProposedBy: "hou-1", ProposedAt: 1_795_000_000_000_000}},
		Reliefs:     []*housingv1.Relief{{ApplicationId: "application-9", CaseNo: "ABCDEF999999", Kind: "public_rental", State: "open", DueOn: "2026-12-20"}},
	}, nil
}

func (f fakeHousing) CancelRound(ctx context.Context, r *housingv1.CancelRoundRequest) (*housingv1.CancelRoundResponse, error) {
	f.told(ctx, "cancel "+r.GetReasonCode())
	return &housingv1.CancelRoundResponse{}, nil
}

func (f fakeHousing) CorrectRound(ctx context.Context, r *housingv1.CorrectRoundRequest) (*housingv1.CorrectRoundResponse, error) {
	f.told(ctx, fmt.Sprint("correct ", r.GetReasonCode(), " ", r.GetHomes(), " ", len(r.GetLevels())))
	return &housingv1.CorrectRoundResponse{}, nil
}

func (f fakeHousing) DecideCorrection(ctx context.Context, r *housingv1.DecideCorrectionRequest) (*housingv1.DecideCorrectionResponse, error) {
	f.told(ctx, r.GetOutcome()+" "+r.GetCorrectionId())
	return &housingv1.DecideCorrectionResponse{}, nil
}

func (f fakeHousing) FindHouseholds(ctx context.Context, r *housingv1.FindHouseholdsRequest) (*housingv1.FindHouseholdsResponse, error) {
	f.told(ctx, "households "+r.GetKind())
	return &housingv1.FindHouseholdsResponse{}, nil
}

func (f fakeHousing) ListHouseholds(context.Context, *housingv1.ListHouseholdsRequest) (*housingv1.ListHouseholdsResponse, error) {
	return &housingv1.ListHouseholdsResponse{Households: []*housingv1.Household{{DoubleId: "double-1", ApplicationId: "application-42", OtherApplicationId: "application-43", Grounds: []string{"same_phone"}, State: "open"}}}, nil
}

func (f fakeHousing) DecideHousehold(ctx context.Context, r *housingv1.DecideHouseholdRequest) (*housingv1.DecideHouseholdResponse, error) {
	f.told(ctx, "household "+r.GetOutcome()+" "+r.GetWithdrawnId()+" "+r.GetReasonCode())
	return &housingv1.DecideHouseholdResponse{}, nil
}

func (f fakeHousing) RecordRent(ctx context.Context, r *housingv1.RecordRentRequest) (*housingv1.RecordRentResponse, error) {
	f.told(ctx, "rent "+r.GetMonth())
	if r.GetAmountFen() != 41050 {
		return nil, errs.New(errs.Invalid, "housing.rent.amount", "A payment is more than nothing.")
	}
	return &housingv1.RecordRentResponse{}, nil
}

func (f fakeHousing) NoteVacancy(ctx context.Context, _ *housingv1.NoteVacancyRequest) (*housingv1.NoteVacancyResponse, error) {
	f.told(ctx, "vacant")
	return &housingv1.NoteVacancyResponse{}, nil
}

func (f fakeHousing) CloseReview(ctx context.Context, r *housingv1.CloseReviewRequest) (*housingv1.CloseReviewResponse, error) {
	f.told(ctx, "review "+r.GetOutcome())
	return &housingv1.CloseReviewResponse{}, nil
}

func (f fakeHousing) AskRenewal(ctx context.Context, _ *housingv1.AskRenewalRequest) (*housingv1.AskRenewalResponse, error) {
	f.told(ctx, "renew")
	return &housingv1.AskRenewalResponse{}, nil
}

func (f fakeHousing) DecideRenewal(ctx context.Context, r *housingv1.DecideRenewalRequest) (*housingv1.DecideRenewalResponse, error) {
	f.told(ctx, "renewal "+r.GetEndsOn()+r.GetRefusalReasonCode())
	return &housingv1.DecideRenewalResponse{}, nil
}

func (f fakeHousing) LeaveHome(ctx context.Context, r *housingv1.LeaveHomeRequest) (*housingv1.LeaveHomeResponse, error) {
	f.told(ctx, "leave "+r.GetOn())
	return &housingv1.LeaveHomeResponse{}, nil
}

func (f fakeHousing) ReportRepair(ctx context.Context, r *housingv1.ReportRepairRequest) (*housingv1.ReportRepairResponse, error) {
	f.told(ctx, "repair "+r.GetWhat())
	return &housingv1.ReportRepairResponse{}, nil
}

func (f fakeHousing) PlanRepair(ctx context.Context, r *housingv1.PlanRepairRequest) (*housingv1.PlanRepairResponse, error) {
	f.told(ctx, "plan "+r.GetPlannedOn())
	return &housingv1.PlanRepairResponse{}, nil
}

func (f fakeHousing) FinishRepair(ctx context.Context, _ *housingv1.FinishRepairRequest) (*housingv1.FinishRepairResponse, error) {
	f.told(ctx, "finish")
	return &housingv1.FinishRepairResponse{}, nil
}

func (f fakeHousing) ConfirmRepair(ctx context.Context, r *housingv1.ConfirmRepairRequest) (*housingv1.ConfirmRepairResponse, error) {
	f.told(ctx, map[bool]string{true: "works", false: "broken"}[r.GetWorks()])
	return &housingv1.ConfirmRepairResponse{}, nil
}

func (f fakeHousing) GiveNotice(ctx context.Context, r *housingv1.GiveNoticeRequest) (*housingv1.GiveNoticeResponse, error) {
	f.told(ctx, "notice "+r.GetGround())
	return &housingv1.GiveNoticeResponse{}, nil
}

func (f fakeHousing) AnswerNotice(ctx context.Context, r *housingv1.AnswerNoticeRequest) (*housingv1.AnswerNoticeResponse, error) {
	f.told(ctx, "answer "+r.GetAnswerCode())
	return &housingv1.AnswerNoticeResponse{}, nil
}

func (f fakeHousing) DecideExit(ctx context.Context, r *housingv1.DecideExitRequest) (*housingv1.DecideExitResponse, error) {
	f.told(ctx, "decide "+map[bool]string{true: "leave", false: "stay"}[r.GetLeave()])
	return &housingv1.DecideExitResponse{}, nil
}

func (f fakeHousing) AppealExit(ctx context.Context, _ *housingv1.AppealExitRequest) (*housingv1.AppealExitResponse, error) {
	f.told(ctx, "appeal")
	return &housingv1.AppealExitResponse{}, nil
}

func (f fakeHousing) DecideExitAppeal(ctx context.Context, r *housingv1.DecideExitAppealRequest) (*housingv1.DecideExitAppealResponse, error) {
	f.told(ctx, "hear "+map[bool]string{true: "stay", false: "leave"}[r.GetStays()])
	return &housingv1.DecideExitAppealResponse{}, nil
}

func (f fakeHousing) RecordLeft(ctx context.Context, r *housingv1.RecordLeftRequest) (*housingv1.RecordLeftResponse, error) {
	f.told(ctx, "left "+r.GetOn())
	return &housingv1.RecordLeftResponse{}, nil
}

func (f fakeHousing) GrantPlaces(ctx context.Context, r *housingv1.GrantPlacesRequest) (*housingv1.GrantPlacesResponse, error) {
	f.told(ctx, map[int32]string{9: "nine places"}[r.GetPlaces()])
	return &housingv1.GrantPlacesResponse{}, nil
}

func (f fakeHousing) AcceptOffer(ctx context.Context, _ *housingv1.AcceptOfferRequest) (*housingv1.AcceptOfferResponse, error) {
	f.told(ctx, "accept")
	return &housingv1.AcceptOfferResponse{}, nil
}

func (f fakeHousing) DeclineOffer(ctx context.Context, _ *housingv1.DeclineOfferRequest) (*housingv1.DeclineOfferResponse, error) {
	f.told(ctx, "decline")
	return &housingv1.DeclineOfferResponse{}, nil
}

func (f fakeHousing) SignLease(ctx context.Context, r *housingv1.SignLeaseRequest) (*housingv1.SignLeaseResponse, error) {
	f.told(ctx, "sign "+r.GetStartsOn())
	return &housingv1.SignLeaseResponse{}, nil
}

func (f fakeHousing) WithdrawApplication(ctx context.Context, _ *housingv1.WithdrawApplicationRequest) (*housingv1.WithdrawApplicationResponse, error) {
	f.told(ctx, "withdraw")
	return &housingv1.WithdrawApplicationResponse{}, nil
}

func (f fakeHousing) RecordPaper(ctx context.Context, r *housingv1.RecordPaperRequest) (*housingv1.RecordPaperResponse, error) {
	f.told(ctx, "paper "+r.GetForm())
	return &housingv1.RecordPaperResponse{}, nil
}

func (f fakeHousing) SetDrawWord(ctx context.Context, r *housingv1.SetDrawWordRequest) (*housingv1.SetDrawWordResponse, error) {
	f.told(ctx, "word "+r.GetWord())
	return &housingv1.SetDrawWordResponse{Nonce: "NONCE8", Word: "aabb"}, nil
}

func (f fakeHousing) SayPriority(ctx context.Context, r *housingv1.SayPriorityRequest) (*housingv1.SayPriorityResponse, error) {
	f.told(ctx, fmt.Sprint("relief household ", r.GetDeclaresRelief()))
	return &housingv1.SayPriorityResponse{}, nil
}

func (f fakeHousing) ConfirmPriority(ctx context.Context, r *housingv1.ConfirmPriorityRequest) (*housingv1.ConfirmPriorityResponse, error) {
	f.told(ctx, fmt.Sprintf("priority %s %s %s", r.GetOutcome(), r.GetBasis(), r.GetOn()))
	return &housingv1.ConfirmPriorityResponse{}, nil
}
