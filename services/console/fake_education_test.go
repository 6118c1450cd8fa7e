package console_test

import (
	"context"
	"fmt"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// schooling is what the stand-in education service knows beside applications.
type schooling struct {
	round   *educationv1.Round
	entry   *educationv1.Entry
	asked   []string // what was asked for, with the values that matter
	bundle  []string
	refuse  error
	staff   []string // who signed
	results int      // outcomes that are listed
	others  []*educationv1.OtherCase
	decided []bool // what officers decided about guardians
}

func (w *world) school() *schooling {
	if w.schooling == nil {
		w.schooling = &schooling{round: &educationv1.Round{
			RoundId: "round-1", County: "654301", Stage: "primary", State: "drawn", OpensOn: "2026-11-01", ClosesOn: "2026-11-10", DrawOn: "2026-11-20", FigureOn: "2026-11-20",
			Tie: "single", FigureSource: "双色球开奖号码", Root: "a91f", EntriesCount: 14, Figure: "03 11", Seed: "6b55", Pass: 1, Parts: 2, AnswerDays: 5,
			Schools: []*educationv1.RoundSchool{{SchoolId: "school-1", Name: "金山路小学", Seats: 3, Taken: 3, Named: 14}, {SchoolId: "school-2", Name: "解放路小学", Seats: 2, Reserved: 1, Named: 9}},
		}, bundle: []string{"first part\n", "second part\n"}}
	}
	return w.schooling
}

// fakeSchoolGuardians is what the stand-in education service says of guardians.
type fakeSchoolGuardians struct {
	educationv1.GuardiansServer // the other methods are not called
	*world
}

func (f fakeSchoolGuardians) ListDisagreements(context.Context, *educationv1.ListDisagreementsRequest) (*educationv1.ListDisagreementsResponse, error) {
	return &educationv1.ListDisagreementsResponse{Disagreements: []*educationv1.Disagreement{{
		DisagreementId: "disagreement-1", ApplicationId: "application-1", ChildId: "child-1", County: "654301", Stage: "primary",
		Keeper: "worker-keeper", Worker: "worker-other", DueOn: "2026-12-09", OtherApplicationId: "application-later",
	}}}, nil
}

func (f fakeSchoolGuardians) ListOtherCases(context.Context, *educationv1.ListOtherCasesRequest) (*educationv1.ListOtherCasesResponse, error) {
	return &educationv1.ListOtherCasesResponse{Cases: f.school().others}, nil
}

// fakeGuardians is what the stand-in registry says of a guardian's children.
type fakeGuardians struct {
	registryv1.GuardiansServer // the other methods are not called
	*world
}

func (fakeGuardians) ListGuardians(context.Context, *registryv1.ListGuardiansRequest) (*registryv1.ListGuardiansResponse, error) {
	return &registryv1.ListGuardiansResponse{Name: "叶尔肯", BirthDate: "2020-05-14", County: "654301", ChildIds: []string{"child-1"}}, nil
}

func (fakeGuardians) ListGuardianMatters(context.Context, *registryv1.ListGuardianMattersRequest) (*registryv1.ListGuardianMattersResponse, error) {
	return &registryv1.ListGuardianMattersResponse{}, nil
}

func (f fakeGuardians) DecideGuardian(_ context.Context, r *registryv1.DecideGuardianRequest) (*registryv1.DecideGuardianResponse, error) {
	s := f.school()
	s.decided = append(s.decided, r.GetApprove())
	return &registryv1.DecideGuardianResponse{}, nil
}

func (f fakeGuardians) DecideGuardianCase(_ context.Context, r *registryv1.DecideGuardianCaseRequest) (*registryv1.DecideGuardianCaseResponse, error) {
	s := f.school()
	s.decided = append(s.decided, r.GetApprove())
	return &registryv1.DecideGuardianCaseResponse{}, nil
}

func (fakeGuardians) ListChildrenOf(context.Context, *registryv1.ListChildrenOfRequest) (*registryv1.ListChildrenOfResponse, error) {
	return &registryv1.ListChildrenOfResponse{Children: []*registryv1.GuardedChild{{ChildId: "child-1", GuardianKind: "parent", State: "active"}}, Elsewhere: 2}, nil
}

func (fakeGuardians) ListMyChildren(context.Context, *registryv1.ListMyChildrenRequest) (*registryv1.ListMyChildrenResponse, error) {
	return &registryv1.ListMyChildrenResponse{Children: []*registryv1.MyChild{{ChildId: "child-1", Name: "叶尔肯"}}}, nil
}

// act notes what was asked for, and refuses where the test says so.
func (f fakeEducation) act(ctx context.Context, what string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	s := f.school()
	s.asked, s.staff = append(s.asked, what), append(s.staff, p.Subject)
	return s.refuse
}

func (f fakeEducation) PlanRound(ctx context.Context, r *educationv1.PlanRoundRequest) (*educationv1.PlanRoundResponse, error) {
	return &educationv1.PlanRoundResponse{RoundId: "round-1"}, f.act(ctx, "plan "+r.GetCounty()+" "+r.GetStage()+" "+r.GetTie())
}

func (f fakeEducation) ChangeRound(ctx context.Context, r *educationv1.ChangeRoundRequest) (*educationv1.ChangeRoundResponse, error) {
	return &educationv1.ChangeRoundResponse{}, f.act(ctx, "change "+r.GetClosesOn()+" "+r.GetReasonCode())
}

func (f fakeEducation) CancelRound(ctx context.Context, r *educationv1.CancelRoundRequest) (*educationv1.CancelRoundResponse, error) {
	return &educationv1.CancelRoundResponse{}, f.act(ctx, "cancel "+r.GetReasonCode())
}

func (f fakeEducation) FindDoubles(ctx context.Context, _ *educationv1.FindDoublesRequest) (*educationv1.FindDoublesResponse, error) {
	return &educationv1.FindDoublesResponse{}, f.act(ctx, "doubles")
}

func (f fakeEducation) ListDoubles(context.Context, *educationv1.ListDoublesRequest) (*educationv1.ListDoublesResponse, error) {
	return &educationv1.ListDoublesResponse{Doubles: []*educationv1.Double{
		{DoubleId: "double-1", ApplicationId: "application-42", OtherApplicationId: "application-43", Grounds: []string{"separators", "two_guardians"}, State: "open"},
		{DoubleId: "double-2", ApplicationId: "application-44", OtherApplicationId: "application-45", Grounds: []string{"same_name", "two_guardians"}, State: "same", WithdrawnId: "application-45", ReasonCode: "papers_shown", DecidedBy: "edu-7", DecidedAt: time.Now().UnixMicro()},
	}}, nil
}

func (f fakeEducation) DecideDouble(ctx context.Context, r *educationv1.DecideDoubleRequest) (*educationv1.DecideDoubleResponse, error) {
	return &educationv1.DecideDoubleResponse{}, f.act(ctx, "double "+r.GetDoubleId()+" "+r.GetOutcome()+" "+r.GetWithdrawnId()+" "+r.GetReasonCode())
}

func (f fakeEducation) CorrectRound(ctx context.Context, r *educationv1.CorrectRoundRequest) (*educationv1.CorrectRoundResponse, error) {
	return &educationv1.CorrectRoundResponse{}, f.act(ctx, fmt.Sprint("correct ", r.GetReasonCode(), " ", r.GetRelief(), " ", len(r.GetClasses()), len(r.GetSeats()), len(r.GetAdded()), len(r.GetLeftOut())))
}

func (f fakeEducation) DecideCorrection(ctx context.Context, r *educationv1.DecideCorrectionRequest) (*educationv1.DecideCorrectionResponse, error) {
	return &educationv1.DecideCorrectionResponse{}, f.act(ctx, r.GetOutcome()+" "+r.GetCorrectionId())
}

func (f fakeEducation) ListCorrections(context.Context, *educationv1.ListCorrectionsRequest) (*educationv1.ListCorrectionsResponse, error) {
	now := time.Now().UnixMicro()
	return &educationv1.ListCorrectionsResponse{Corrections: []*educationv1.Correction{
		{CorrectionId: "correction-2", Number: 2, ReasonCode: "seats", State: "proposed", Relief: "seat", Wronged: 3, Figure: "03 11", ProposedBy: "edu-7", ProposedAt: now},
		{CorrectionId: "correction-1", Number: 1, ReasonCode: "class", State: "taken", Relief: "task", Wronged: 1, Figure: "03 11", ProposedBy: "edu-7", DecidedBy: "edu-8", ProposedAt: now, DecidedAt: now},
	}}, nil
}

func (f fakeEducation) SetSeats(ctx context.Context, r *educationv1.SetSeatsRequest) (*educationv1.SetSeatsResponse, error) {
	return &educationv1.SetSeatsResponse{}, f.act(ctx, "seats "+r.GetSchoolId())
}

func (f fakeEducation) OpenRound(ctx context.Context, _ *educationv1.OpenRoundRequest) (*educationv1.OpenRoundResponse, error) {
	return &educationv1.OpenRoundResponse{}, f.act(ctx, "open")
}

func (f fakeEducation) CloseRound(ctx context.Context, _ *educationv1.CloseRoundRequest) (*educationv1.CloseRoundResponse, error) {
	return &educationv1.CloseRoundResponse{}, f.act(ctx, "close")
}

func (f fakeEducation) CommitRound(ctx context.Context, r *educationv1.CommitRoundRequest) (*educationv1.CommitRoundResponse, error) {
	return &educationv1.CommitRoundResponse{}, f.act(ctx, fmt.Sprint("commit ", r.GetAcceptUndecided()))
}

func (f fakeEducation) TypeFigure(ctx context.Context, r *educationv1.TypeFigureRequest) (*educationv1.TypeFigureResponse, error) {
	return &educationv1.TypeFigureResponse{}, f.act(ctx, "figure "+r.GetFigure())
}

func (f fakeEducation) ConfirmFigure(ctx context.Context, r *educationv1.ConfirmFigureRequest) (*educationv1.ConfirmFigureResponse, error) {
	return &educationv1.ConfirmFigureResponse{}, f.act(ctx, "confirm "+r.GetFigure())
}

func (f fakeEducation) RunSecondPass(ctx context.Context, _ *educationv1.RunSecondPassRequest) (*educationv1.RunSecondPassResponse, error) {
	return &educationv1.RunSecondPassResponse{}, f.act(ctx, "pass")
}

func (f fakeEducation) EndRound(ctx context.Context, _ *educationv1.EndRoundRequest) (*educationv1.EndRoundResponse, error) {
	return &educationv1.EndRoundResponse{}, f.act(ctx, "end")
}

func (f fakeEducation) ListRounds(context.Context, *educationv1.ListRoundsRequest) (*educationv1.ListRoundsResponse, error) {
	return &educationv1.ListRoundsResponse{Rounds: []*educationv1.Round{f.school().round}}, nil
}

func (f fakeEducation) GetRound(_ context.Context, r *educationv1.GetRoundRequest) (*educationv1.GetRoundResponse, error) {
	if r.GetRoundId() != "round-1" {
		return nil, errs.New(errs.NotFound, "education.round.unknown", "There is no such round.")
	}
	return &educationv1.GetRoundResponse{Round: f.school().round}, nil
}

func (f fakeEducation) ListSchools(context.Context, *educationv1.ListSchoolsRequest) (*educationv1.ListSchoolsResponse, error) {
	return &educationv1.ListSchoolsResponse{Schools: []*educationv1.School{{SchoolId: "school-1", Name: "金山路小学", County: "654301", Stage: "primary", Places: 9, Free: 4}}}, nil
}

func (f fakeEducation) ListResults(_ context.Context, r *educationv1.ListResultsRequest) (*educationv1.ListResultsResponse, error) {
	out := &educationv1.ListResultsResponse{}
	for range min(f.school().results, int(r.GetLimit())) {
		out.Results = append(out.Results, &educationv1.Result{ApplicationId: "application-42", Outcome: "placed", Choice: 2, SchoolId: "school-2", State: "offered"})
	}
	return out, nil
}

func (f fakeEducation) GetBundle(_ context.Context, r *educationv1.GetBundleRequest) (*educationv1.GetBundleResponse, error) {
	return &educationv1.GetBundleResponse{Data: []byte(f.school().bundle[r.GetPart()]), Parts: int32(len(f.school().bundle))}, nil
}

func (f fakeEducation) FileChoices(ctx context.Context, r *educationv1.FileChoicesRequest) (*educationv1.FileChoicesResponse, error) {
	what := "choices"
	for _, s := range r.GetSchoolIds() {
		what += " " + s
	}
	return &educationv1.FileChoicesResponse{}, f.act(ctx, what+" "+r.GetWord())
}

func (f fakeEducation) GetEntry(ctx context.Context, _ *educationv1.GetEntryRequest) (*educationv1.GetEntryResponse, error) {
	if p, err := auth.FromContext(ctx); err != nil || p.Kind == auth.Officer {
		return nil, auth.ErrDenied
	}
	if e := f.school().entry; e != nil {
		return &educationv1.GetEntryResponse{Entry: e}, nil
	}
	return &educationv1.GetEntryResponse{Entry: &educationv1.Entry{Documents: documents()}}, nil
}

func documents() []*educationv1.Document {
	return []*educationv1.Document{{Kind: "home_proof", State: "there", Form: "witness"}, {Kind: "household_register", State: "missing"}, {Kind: "vaccination_certificate", State: "missing", Later: true}}
}

func (f fakeEducation) ListTasks(context.Context, *educationv1.ListTasksRequest) (*educationv1.ListTasksResponse, error) {
	return &educationv1.ListTasksResponse{Tasks: []*educationv1.Task{bureauTask()}}, nil
}

func bureauTask() *educationv1.Task {
	return &educationv1.Task{
		TaskId: "task-1", ApplicationId: "application-42", County: "654301", Stage: "primary", State: "open", DueOn: "2026-12-10", ApplicationState: "submitted",
		Ways:    []*educationv1.WayOut{{Way: "boarding", SchoolId: "school-9", Name: "布尔津县第2小学", County: "654321", Free: 7}},
		Reasons: []*platformv1.Reason{{RuleId: "SC-01", Source: "义务教育法(2018) 2", Outcome: "unclear", Changes: []*platformv1.ReasonChange{{Code: "ed_bureau_finds", By: "2026-12-10"}}}},
	}
}

func (f fakeEducation) OfferWayOut(ctx context.Context, r *educationv1.OfferWayOutRequest) (*educationv1.OfferWayOutResponse, error) {
	return &educationv1.OfferWayOutResponse{}, f.act(ctx, "way "+r.GetTaskId()+" "+r.GetWay()+" "+r.GetSchoolId())
}

func (f fakeEducation) FileAppeal(ctx context.Context, r *educationv1.FileAppealRequest) (*educationv1.FileAppealResponse, error) {
	return &educationv1.FileAppealResponse{}, f.act(ctx, "appeal "+r.GetSchoolId()+" "+r.GetGround())
}

func (f fakeEducation) DecideAppeal(ctx context.Context, r *educationv1.DecideAppealRequest) (*educationv1.DecideAppealResponse, error) {
	return &educationv1.DecideAppealResponse{}, f.act(ctx, "decide "+r.GetOutcome()+" "+r.GetRelief()+" "+r.GetReasonCode())
}

func (f fakeEducation) ListAppeals(context.Context, *educationv1.ListAppealsRequest) (*educationv1.ListAppealsResponse, error) {
	return &educationv1.ListAppealsResponse{Appeals: []*educationv1.Appeal{
		{AppealId: "appeal-1", ApplicationId: "application-42", SchoolId: "school-1", Ground: "hardship", State: "filed", DueOn: "2026-12-10", FiledAt: time.Now().UnixMicro()},
		{AppealId: "appeal-2", ApplicationId: "application-43", SchoolId: "school-1", Ground: "class", State: "rejected", DueOn: "2026-12-10", FiledAt: time.Now().UnixMicro(), Reasons: []*platformv1.Reason{missed("school-1")}},
	}}, nil
}

func (f fakeEducation) AcceptPlace(ctx context.Context, r *educationv1.AcceptPlaceRequest) (*educationv1.AcceptPlaceResponse, error) {
	return &educationv1.AcceptPlaceResponse{}, f.act(ctx, "accept "+r.GetOfferId())
}

func (f fakeEducation) UndoAcceptance(ctx context.Context, r *educationv1.UndoAcceptanceRequest) (*educationv1.UndoAcceptanceResponse, error) {
	return &educationv1.UndoAcceptanceResponse{}, f.act(ctx, "undo "+r.GetOfferId())
}

func (f fakeEducation) WithdrawApplication(ctx context.Context, r *educationv1.WithdrawApplicationRequest) (*educationv1.WithdrawApplicationResponse, error) {
	return &educationv1.WithdrawApplicationResponse{}, f.act(ctx, "withdraw "+r.GetApplicationId())
}

func (f fakeEducation) DeclinePlace(ctx context.Context, r *educationv1.DeclinePlaceRequest) (*educationv1.DeclinePlaceResponse, error) {
	return &educationv1.DeclinePlaceResponse{}, f.act(ctx, "decline "+r.GetOfferId())
}

func (f fakeEducation) CheckExam(ctx context.Context, r *educationv1.CheckExamRequest) (*educationv1.CheckExamResponse, error) {
	if r.GetSchoolingYears() > 2 {
		return &educationv1.CheckExamResponse{Outcome: "met", Reasons: []*platformv1.Reason{{RuleId: "ED-EXAM", Source: "国办发〔2012〕46号", Outcome: "met"}}}, f.act(ctx, "exam")
	}
	return &educationv1.CheckExamResponse{Outcome: "not_met", Reasons: []*platformv1.Reason{{
		RuleId: "ED-EXAM", Source: "国办发〔2012〕46号", Outcome: "not_met", ToBeConfirmed: true,
		Gaps:    []*platformv1.ReasonGap{{Name: "schooling_years", Have: "1", Need: "3", Short: "2", Unit: "year"}},
		Changes: []*platformv1.ReasonChange{{Code: "ed_exam_schooling", From: "2028-11-26"}},
		Appeals: []*platformv1.ReasonAppeal{{Way: "officer_review", Body: "edu"}},
	}}}, f.act(ctx, "exam")
}

func (f fakeEducation) AskGrant(ctx context.Context, _ *educationv1.AskGrantRequest) (*educationv1.AskGrantResponse, error) {
	return &educationv1.AskGrantResponse{}, f.act(ctx, "grant")
}

func (f fakeEducation) RecordPaper(ctx context.Context, r *educationv1.RecordPaperRequest) (*educationv1.RecordPaperResponse, error) {
	return &educationv1.RecordPaperResponse{}, f.act(ctx, "paper "+r.GetApplicationId()+" "+r.GetKind()+" "+r.GetCode()+" "+r.GetForm())
}

func (f fakeEducation) ListGrants(context.Context, *educationv1.ListGrantsRequest) (*educationv1.ListGrantsResponse, error) {
	return &educationv1.ListGrantsResponse{Grants: []*educationv1.Grant{{ApplicationId: "application-1", County: "654301", ApplicationState: "accepted"}, {ApplicationId: "application-2", County: "654301", ApplicationState: "offered"}}}, nil
}

func (f fakeEducation) DecideGrant(ctx context.Context, r *educationv1.DecideGrantRequest) (*educationv1.DecideGrantResponse, error) {
	return &educationv1.DecideGrantResponse{}, f.act(ctx, "approve "+r.GetApplicationId())
}

func (f fakeRegistry) GetChild(context.Context, *registryv1.GetChildRequest) (*registryv1.GetChildResponse, error) {
	return &registryv1.GetChildResponse{Child: &registryv1.Child{Name: "叶尔肯"}}, nil
}

// missed is the reason why a child did not get a school.
func missed(school string) *platformv1.Reason {
	return &platformv1.Reason{
		RuleId: "ED-PRIORITY", Source: "project decision on 义务教育法(2018) 12", ToBeConfirmed: true, Outcome: "not_met", DecidedOn: "2026-11-20",
		Facts:   []*platformv1.ReasonFact{{Name: "school_id", Value: school, Origin: "declared"}, {Name: "priority_class", Value: "4", Origin: "education"}, {Name: "last_class", Value: "3", Origin: "education"}},
		Gaps:    []*platformv1.ReasonGap{{Name: "priority_class", Have: "4", Need: "3", Short: "1", Unit: "class"}, {Name: "order_place", Have: "8", Need: "3", Short: "5", Unit: "place"}},
		Changes: []*platformv1.ReasonChange{{Code: "ed_residence"}, {Code: "ed_second_pass", From: "2026-12-02"}},
		Appeals: []*platformv1.ReasonAppeal{{Way: "officer_review", Body: "edu", Until: "2026-12-11"}, {Way: "reconsideration", Body: "gov", Until: "2027-01-25"}},
	}
}
