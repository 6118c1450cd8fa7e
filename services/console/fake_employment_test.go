package console_test

import (
	"context"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// hiring is what the stand-in of employment keeps beside the story.
type hiring struct {
	searched  *employmentv1.SearchVacanciesRequest
	profile   *employmentv1.Profile
	published *employmentv1.PublishVacancyRequest
	review    *employmentv1.Review
	clerk     auth.Principal
	invited   *employmentv1.InviteToInterviewRequest
	accepted  bool // the invitation was
	names     int  // how often a name was asked for
	need      *employmentv1.Need
	closed    bool
	hires     []*employmentv1.Hire
}

// answers sets how the stand-in's one job stands, or refuses where it is another's.
func (f fakeEmployment) answers(id, state string) error {
	if len(f.hiring.hires) == 0 || f.hiring.hires[0].GetHireId() != id {
		return errNotYours
	}
	f.hiring.hires[0].State = state
	return nil
}

func (f fakeEmployment) ConfirmHire(_ context.Context, r *employmentv1.ConfirmHireRequest) (*employmentv1.ConfirmHireResponse, error) {
	return &employmentv1.ConfirmHireResponse{}, f.answers(r.GetHireId(), "registered")
}

func (f fakeEmployment) DisputeHire(_ context.Context, r *employmentv1.DisputeHireRequest) (*employmentv1.DisputeHireResponse, error) {
	return &employmentv1.DisputeHireResponse{}, f.answers(r.GetHireId(), "disputed")
}

func (f fakeEmployment) ConfirmEnd(_ context.Context, r *employmentv1.ConfirmEndRequest) (*employmentv1.ConfirmEndResponse, error) {
	return &employmentv1.ConfirmEndResponse{}, f.answers(r.GetHireId(), "ended")
}

func (f fakeEmployment) DisputeEnd(_ context.Context, r *employmentv1.DisputeEndRequest) (*employmentv1.DisputeEndResponse, error) {
	return &employmentv1.DisputeEndResponse{}, f.answers(r.GetHireId(), "registered")
}

// judged refuses a text that asks for a deposit, as the service does.
func judged(text string) error {
	if strings.Contains(text, "押金") {
		return errs.New(errs.Invalid, "fee_or_deposit", "The text asks the worker for money.").With("rule", "EM-03")
	}
	return nil
}

func against() []*platformv1.Reason {
	return []*platformv1.Reason{{
		RuleId: "EM-03", Source: "劳动合同法(2012) 9", Outcome: "not_met", DecidedOn: "2026-11-26", Facts: []*platformv1.ReasonFact{{Name: "phrase_id", Value: "F-01", Origin: "employment"}},
		Changes: []*platformv1.ReasonChange{{Code: "reword_vacancy"}, {Code: "ask_clerk"}}, Appeals: []*platformv1.ReasonAppeal{{Way: "officer_review", Body: "hrss"}},
	}}
}

// miner is a vacancy that says everything a vacancy can say.
func miner() *employmentv1.Vacancy {
	return &employmentv1.Vacancy{
		VacancyId: "vacancy-7", EmployerId: "employer-1", EmployerName: "富蕴县金山矿业有限公司", EmployerKind: "firm", Title: "井下采掘工", Occupation: "6-16", Headcount: 5, Open: 3,
		WageMinFen: 30_000, WageMaxFen: 40_000, WageUnit: "day", County: "654322", Township: "654322101", SeasonFrom: "2026-12-01", SeasonTo: "2027-04-30", Shifts: []string{"rotating"},
		Hazards: []string{"underground", "dust"}, Certificates: []*employmentv1.CertificateNeed{{Occupation: "6-16", Level: "五级"}}, Schemes: []string{"work_injury"}, Housing: true,
		Hazardous: true, Limits: []string{"underground_mining"}, State: "open", Requirements: "先培训后上岗",
	}
}

func nanny() *employmentv1.Vacancy {
	return &employmentv1.Vacancy{VacancyId: "vacancy-8", EmployerId: "employer-2", EmployerKind: "household", Title: "住家保姆", Occupation: "4-10", Headcount: 1, Open: 1, WageMinFen: 450_000, WageMaxFen: 450_000, County: "654301", HouseholdService: true, State: "open"}
}

func fits() *employmentv1.Suggestion {
	return &employmentv1.Suggestion{Vacancy: miner(), Points: 54, Of: 60, Factors: []*employmentv1.Factor{
		{Name: "occupation", Code: "same_group", Points: 40, Of: 40}, {Name: "place", Code: "same_county", Points: 14, Of: 20},
	}}
}

func (f fakeEmployment) SearchVacancies(_ context.Context, r *employmentv1.SearchVacanciesRequest) (*employmentv1.SearchVacanciesResponse, error) {
	if r.GetLimit() == 100 {
		return ofEmployers(), nil
	}
	f.hiring.searched = r
	if r.GetCounty() == "654321" {
		return &employmentv1.SearchVacanciesResponse{}, nil
	}
	return &employmentv1.SearchVacanciesResponse{Vacancies: []*employmentv1.Vacancy{nanny(), miner()}, Next: "vacancy-7"}, nil
}

func (f fakeEmployment) GetVacancy(_ context.Context, r *employmentv1.GetVacancyRequest) (*employmentv1.GetVacancyResponse, error) {
	if r.GetVacancyId() == "vacancy-8" {
		return &employmentv1.GetVacancyResponse{Vacancy: nanny()}, nil
	}
	return &employmentv1.GetVacancyResponse{Vacancy: miner()}, nil
}

func (f fakeEmployment) SuggestVacancies(ctx context.Context, r *employmentv1.SuggestVacanciesRequest) (*employmentv1.SuggestVacanciesResponse, error) {
	if _, err := f.own(ctx, r.GetWorker()); err != nil {
		return nil, err
	}
	if f.hiring.profile == nil {
		return nil, errs.New(errs.NotFound, "employment.profile.unknown", "There is no such profile.")
	}
	return &employmentv1.SuggestVacanciesResponse{RuleId: "EM-SUGGEST", ToBeConfirmed: true, Suggestions: []*employmentv1.Suggestion{fits()}}, nil
}

func (f fakeEmployment) ExplainVacancy(ctx context.Context, r *employmentv1.ExplainVacancyRequest) (*employmentv1.ExplainVacancyResponse, error) {
	if _, err := f.own(ctx, r.GetWorker()); err != nil {
		return nil, err
	}
	if f.hiring.profile == nil {
		return nil, errs.New(errs.NotFound, "employment.profile.unknown", "There is no such profile.")
	}
	return &employmentv1.ExplainVacancyResponse{Suggestion: fits(), Reasons: []*platformv1.Reason{{
		RuleId: "EM-CERT", Source: "project decision", Outcome: "not_met", DecidedOn: "2026-11-26", ToBeConfirmed: true,
		Facts: []*platformv1.ReasonFact{{Name: "certificate_needed", Value: "6-16", Origin: "employer"}}, Gaps: []*platformv1.ReasonGap{{Name: "certificates", Have: "0", Need: "1", Short: "1"}},
		Changes: []*platformv1.ReasonChange{{Code: "paper_or_witness"}, {Code: "course_for_certificate"}}, Appeals: []*platformv1.ReasonAppeal{{Way: "officer_review", Body: "hrss"}},
	}}}, nil
}

func (f fakeEmployment) GetProfile(ctx context.Context, r *employmentv1.GetProfileRequest) (*employmentv1.GetProfileResponse, error) {
	if _, err := f.own(ctx, r.GetWorker()); err != nil {
		return nil, err
	}
	if f.hiring.profile == nil {
		return nil, errs.New(errs.NotFound, "employment.profile.unknown", "There is no such profile.")
	}
	return &employmentv1.GetProfileResponse{Profile: f.hiring.profile}, nil
}

func (f fakeEmployment) SetProfile(ctx context.Context, r *employmentv1.SetProfileRequest) (*employmentv1.SetProfileResponse, error) {
	if _, err := f.own(ctx, r.GetWorker()); err != nil {
		return nil, err
	}
	if r.GetAvailableTo() != "" && r.GetAvailableTo() < r.GetAvailableFrom() {
		return nil, errs.New(errs.Invalid, "employment.profile", "A day cannot be read.")
	}
	f.hiring.profile = &employmentv1.Profile{
		Worker: r.GetWorker(), Occupation: r.GetOccupation(), WageMinFen: r.GetWageMinFen(), County: r.GetCounty(), Township: r.GetTownship(), AvailableFrom: r.GetAvailableFrom(),
		NeedsHousing: r.GetNeedsHousing(), Skills: r.GetSkills(), PaperCertificates: r.GetPaperCertificates(),
	}
	return &employmentv1.SetProfileResponse{Outcome: "created"}, nil
}

// answer changes the invitation of the caller's first application.
func (f fakeEmployment) answer(ctx context.Context, state string) error {
	p, _ := auth.FromContext(ctx)
	t, err := f.own(ctx, p.Subject)
	if err == nil {
		t.jobs[0].InterviewState, f.hiring.accepted = state, state == "accepted"
	}
	return err
}

func (f fakeEmployment) AcceptInterview(ctx context.Context, _ *employmentv1.AcceptInterviewRequest) (*employmentv1.AcceptInterviewResponse, error) {
	return &employmentv1.AcceptInterviewResponse{}, f.answer(ctx, "accepted")
}

func (f fakeEmployment) DeclineInterview(ctx context.Context, _ *employmentv1.DeclineInterviewRequest) (*employmentv1.DeclineInterviewResponse, error) {
	return &employmentv1.DeclineInterviewResponse{}, f.answer(ctx, "declined")
}

func (f fakeEmployment) WithdrawApplication(ctx context.Context, _ *employmentv1.WithdrawApplicationRequest) (*employmentv1.WithdrawApplicationResponse, error) {
	p, _ := auth.FromContext(ctx)
	t, err := f.own(ctx, p.Subject)
	if err == nil {
		t.jobs[0].State = "withdrawn"
	}
	return &employmentv1.WithdrawApplicationResponse{}, err
}

func (f fakeEmployment) GetEmployer(ctx context.Context, r *employmentv1.GetEmployerRequest) (*employmentv1.GetEmployerResponse, error) {
	if p, _ := auth.FromContext(ctx); p.Kind != auth.Employer || r.GetEmployerId() != "employer-1" {
		return nil, errNotYours
	}
	return &employmentv1.GetEmployerResponse{EmployerId: "employer-1", Uscc: "91654323UK8F0HLA1P", Name: "富蕴县金山矿业有限公司", County: "654322", Kind: "firm"}, nil
}

func (f fakeEmployment) ListEmployerVacancies(context.Context, *employmentv1.ListEmployerVacanciesRequest) (*employmentv1.ListEmployerVacanciesResponse, error) {
	return &employmentv1.ListEmployerVacanciesResponse{Vacancies: []*employmentv1.Vacancy{miner()}}, nil
}

func (f fakeEmployment) CheckVacancyText(_ context.Context, r *employmentv1.CheckVacancyTextRequest) (*employmentv1.CheckVacancyTextResponse, error) {
	if judged(r.GetRequirements()) == nil {
		return &employmentv1.CheckVacancyTextResponse{}, nil
	}
	return &employmentv1.CheckVacancyTextResponse{Reasons: against(), Words: []string{"押金"}}, nil
}

func (f fakeEmployment) AskClerk(_ context.Context, r *employmentv1.AskClerkRequest) (*employmentv1.AskClerkResponse, error) {
	v := r.GetVacancy()
	f.hiring.published = v
	f.hiring.review = &employmentv1.Review{
		ReviewId: "review-1", EmployerId: "employer-1", EmployerName: "富蕴县金山矿业有限公司", State: "waiting", Words: []string{"押金"}, Reasons: against(), AskedAt: 1_795_000_000_000_000,
		Vacancy: &employmentv1.Vacancy{Title: v.GetTitle(), Occupation: v.GetOccupation(), County: v.GetCounty(), Headcount: v.GetHeadcount(), WageMinFen: v.GetWageMinFen(), WageMaxFen: v.GetWageMaxFen(), Requirements: v.GetRequirements()},
	}
	return &employmentv1.AskClerkResponse{ReviewId: "review-1", Outcome: "created"}, nil
}

func (f fakeEmployment) ListReviews(_ context.Context, r *employmentv1.ListReviewsRequest) (*employmentv1.ListReviewsResponse, error) {
	out := &employmentv1.ListReviewsResponse{}
	if v := f.hiring.review; v != nil && (r.GetState() == "" || r.GetState() == v.GetState()) {
		out.Reviews = append(out.Reviews, v)
	}
	return out, nil
}

func (f fakeEmployment) GetReview(context.Context, *employmentv1.GetReviewRequest) (*employmentv1.GetReviewResponse, error) {
	if f.hiring.review == nil {
		return nil, errs.New(errs.NotFound, "employment.review.unknown", "There is no such text before a clerk.")
	}
	return &employmentv1.GetReviewResponse{Review: f.hiring.review}, nil
}

func (f fakeEmployment) DecideReview(ctx context.Context, r *employmentv1.DecideReviewRequest) (*employmentv1.DecideReviewResponse, error) {
	if r.GetReasonCode() == "" {
		return nil, errs.New(errs.Invalid, "employment.review.outcome", "No outcome.")
	}
	f.hiring.clerk, _ = auth.FromContext(ctx)
	v := f.hiring.review
	v.State, v.ReasonCode, v.Reason, v.DecidedAt, v.VacancyId = r.GetOutcome(), r.GetReasonCode(), r.GetReason(), v.GetAskedAt(), "vacancy-9"
	return &employmentv1.DecideReviewResponse{VacancyId: "vacancy-9"}, nil
}

func (f fakeEmployment) ListApplicants(context.Context, *employmentv1.ListApplicantsRequest) (*employmentv1.ListApplicantsResponse, error) {
	a := &employmentv1.Applicant{ApplicationId: "application-12345678", State: "submitted", Skills: []string{"6-16"}, PaperCertificates: []string{"6-30"}, AvailableFrom: "2026-12-01", SubmittedAt: 1_795_000_000_000_000}
	if f.hiring.accepted {
		a.InterviewState = "accepted"
	}
	return &employmentv1.ListApplicantsResponse{Applicants: []*employmentv1.Applicant{a}}, nil
}

func (f fakeEmployment) GetApplicant(context.Context, *employmentv1.GetApplicantRequest) (*employmentv1.GetApplicantResponse, error) {
	if !f.hiring.accepted {
		return nil, errs.New(errs.Denied, "employment.interview.name_hidden", "The name is told after the applicant has accepted.")
	}
	f.hiring.names++
	return &employmentv1.GetApplicantResponse{Name: "某某", Phone: "19000001234"}, nil
}

func (f fakeEmployment) InviteToInterview(_ context.Context, r *employmentv1.InviteToInterviewRequest) (*employmentv1.InviteToInterviewResponse, error) {
	f.hiring.invited = r
	for _, t := range f.workers {
		for _, a := range t.jobs {
			a.InterviewId, a.InterviewState, a.MeetAt, a.Way = "interview-1", "invited", r.GetMeetAt(), r.GetWay()
		}
	}
	return &employmentv1.InviteToInterviewResponse{InterviewId: "interview-1"}, nil
}

func (f fakeEmployment) CloseVacancy(context.Context, *employmentv1.CloseVacancyRequest) (*employmentv1.CloseVacancyResponse, error) {
	f.hiring.closed = true
	return &employmentv1.CloseVacancyResponse{}, nil
}

func (f fakeEmployment) ReportSeasonalNeed(_ context.Context, r *employmentv1.ReportSeasonalNeedRequest) (*employmentv1.ReportSeasonalNeedResponse, error) {
	if r.GetNeeds()[0].GetMonth() < "2026-11" {
		return nil, errs.New(errs.Invalid, "employment.need.month", "That month is over.")
	}
	f.hiring.need = r.GetNeeds()[0]
	return &employmentv1.ReportSeasonalNeedResponse{Changed: 1}, nil
}

func (f fakeEmployment) ListSeasonalNeed(_ context.Context, r *employmentv1.ListSeasonalNeedRequest) (*employmentv1.ListSeasonalNeedResponse, error) {
	out := &employmentv1.ListSeasonalNeedResponse{}
	if n := f.hiring.need; n != nil && (r.GetCounty() == "" || r.GetCounty() == n.GetCounty()) {
		out.Sums = []*employmentv1.NeedSum{
			{Month: n.GetMonth(), Occupation: n.GetOccupation(), County: n.GetCounty(), Count: n.GetCount(), Employers: 1},
			{Month: "2027-12", Occupation: "4-03", County: n.GetCounty(), Count: 5, Employers: 2},
		}
	}
	return out, nil
}

func (f fakeTraining) ListCourses(_ context.Context, r *trainingv1.ListCoursesRequest) (*trainingv1.ListCoursesResponse, error) {
	if o := r.GetOccupation(); o != "" && o != "6-16" {
		return &trainingv1.ListCoursesResponse{}, nil
	}
	return &trainingv1.ListCoursesResponse{Courses: []*trainingv1.Course{{CourseId: "course-1", Title: "采掘工培训班", Level: "五级", Provider: "富蕴县职业技能培训中心", StartsOn: "2026-12-10", Free: 12}}}, nil
}
