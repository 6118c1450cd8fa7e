package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/match"
)

// post reads a vacancy as a form or a sheet gives it.
func post(req *employmentv1.PublishVacancyRequest) app.Post {
	p := app.Post{
		USCC: req.GetUscc(), EmployerID: req.GetEmployerId(), SeasonFrom: req.GetSeasonFrom(), SeasonTo: req.GetSeasonTo(),
		Terms: domain.Terms{
			Title: req.GetTitle(), Occupation: req.GetOccupation(), Headcount: int(req.GetHeadcount()),
			WageMinFen: req.GetWageMinFen(), WageMaxFen: req.GetWageMaxFen(), WageUnit: domain.WageUnit(req.GetWageUnit()), County: req.GetCounty(), Township: req.GetTownship(),
			Shifts: req.GetShifts(), Housing: req.GetHousing(), Meals: req.GetMeals(), Hazards: req.GetHazards(), Schemes: req.GetSchemes(), Household: req.GetHouseholdService(),
			Requirements: req.GetRequirements(), Reference: req.GetReference(),
		},
	}
	for _, c := range req.GetCertificates() {
		p.Certificates = append(p.Certificates, domain.CertificateNeed{Occupation: c.GetOccupation(), Level: c.GetLevel()})
	}
	return p
}

// GetEmployer shows an employer its own record.
func (s *Server) GetEmployer(ctx context.Context, req *employmentv1.GetEmployerRequest) (*employmentv1.GetEmployerResponse, error) {
	out := &employmentv1.GetEmployerResponse{}
	err := s.view(ctx, func(st app.Store) error {
		e, err := s.App.SeeEmployer(ctx, st, req.GetEmployerId())
		if err == nil {
			out.EmployerId, out.Uscc, out.Name, out.County, out.Kind = e.ID, e.USCC, e.Name, e.County, string(e.Kind)
		}
		return err
	})
	return out, err
}

// ListEmployers names the firms among employers.
func (s *Server) ListEmployers(ctx context.Context, req *employmentv1.ListEmployersRequest) (*employmentv1.ListEmployersResponse, error) {
	out := &employmentv1.ListEmployersResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ListEmployers(st, req.GetEmployerIds())
		for _, e := range all {
			out.Named = append(out.Named, &employmentv1.NamedEmployer{EmployerId: e.ID, Name: e.Name, Kind: string(e.Kind)})
		}
		return err
	})
	return out, err
}

// ListEmployerVacancies lists an employer's own vacancies.
func (s *Server) ListEmployerVacancies(ctx context.Context, req *employmentv1.ListEmployerVacanciesRequest) (*employmentv1.ListEmployerVacanciesResponse, error) {
	out := &employmentv1.ListEmployerVacanciesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ListEmployerVacancies(ctx, st, req.GetEmployerId())
		for _, v := range all {
			out.Vacancies = append(out.Vacancies, s.vacancy(v))
		}
		return err
	})
	return out, err
}

// CheckVacancyText says beforehand what the rules would say of a text.
func (s *Server) CheckVacancyText(_ context.Context, req *employmentv1.CheckVacancyTextRequest) (*employmentv1.CheckVacancyTextResponse, error) {
	reasons, words, err := s.App.CheckText(req.GetCounty(), req.GetTitle(), req.GetRequirements())
	return &employmentv1.CheckVacancyTextResponse{Reasons: rpc.Reasons(reasons), Words: words}, err
}

// AskClerk brings a refused text before a clerk.
func (s *Server) AskClerk(ctx context.Context, req *employmentv1.AskClerkRequest) (*employmentv1.AskClerkResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.AskClerkResponse, error) {
		id, outcome, err := s.App.AskClerk(ctx, st, post(req.GetVacancy()))
		return &employmentv1.AskClerkResponse{ReviewId: id, Outcome: outcome}, err
	})
}

// ListReviews lists texts before the clerks.
func (s *Server) ListReviews(ctx context.Context, req *employmentv1.ListReviewsRequest) (*employmentv1.ListReviewsResponse, error) {
	out := &employmentv1.ListReviewsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ListReviews(ctx, st, app.ReviewQuery{EmployerID: req.GetEmployerId(), State: domain.ReviewState(req.GetState()), Limit: int(req.GetLimit())})
		for _, r := range all {
			out.Reviews = append(out.Reviews, s.review(r))
		}
		return err
	})
	return out, err
}

// GetReview shows a text before the clerks to its employer and its officer.
func (s *Server) GetReview(ctx context.Context, req *employmentv1.GetReviewRequest) (*employmentv1.GetReviewResponse, error) {
	out := &employmentv1.GetReviewResponse{}
	err := s.view(ctx, func(st app.Store) error {
		r, err := s.App.SeeReview(ctx, st, req.GetReviewId())
		if err == nil {
			out.Review = s.review(r)
		}
		return err
	})
	return out, err
}

// DecideReview is a clerk's decision.
func (s *Server) DecideReview(ctx context.Context, req *employmentv1.DecideReviewRequest) (*employmentv1.DecideReviewResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DecideReviewResponse, error) {
		id, err := s.App.DecideReview(ctx, st, req.GetReviewId(), domain.Verdict{Outcome: domain.ReviewState(req.GetOutcome()), ReasonCode: req.GetReasonCode(), Reason: req.GetReason()})
		return &employmentv1.DecideReviewResponse{VacancyId: id}, err
	})
}

func (s *Server) review(r domain.Review) *employmentv1.Review {
	return &employmentv1.Review{
		ReviewId: r.ID, EmployerId: r.EmployerID, EmployerName: r.EmployerName, Vacancy: s.vacancy(domain.Vacancy{Terms: r.Terms, EmployerID: r.EmployerID, EmployerName: r.EmployerName}),
		State: string(r.State), Words: r.Words, Reasons: rpc.Reasons(r.Reasons), ReasonCode: r.ReasonCode, Reason: r.Reason,
		AskedAt: sqldb.Micros(r.AskedAt), DecidedAt: sqldb.Micros(r.DecidedAt), VacancyId: r.VacancyID,
	}
}

// SuggestVacancies orders open vacancies by the worker's wishes. The registry
// is asked for the age only where a post with hazards would be among the best.
func (s *Server) SuggestVacancies(ctx context.Context, req *employmentv1.SuggestVacanciesRequest) (*employmentv1.SuggestVacanciesResponse, error) {
	var wanted app.Wanted
	var hits []match.Hit
	var question app.AgeQuestion
	limit := int(req.GetLimit())
	err := s.view(ctx, func(st app.Store) (err error) {
		wanted, hits, question, err = s.App.BeforeSuggesting(ctx, st, req.GetWorker(), limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	reached, err := ofAge(ctx, s.Caller, s.Outbox.Service(), req.GetWorker(), domain.ProfileCase(req.GetWorker()), question)
	if err != nil {
		return nil, err
	}
	var out *employmentv1.SuggestVacanciesResponse
	err = s.reading(ctx, req.GetWorker(), func(st app.Store) error {
		out = &employmentv1.SuggestVacanciesResponse{RuleId: wanted.Rule.ID, ToBeConfirmed: wanted.Rule.ToBeConfirmed()}
		all, err := s.App.Suggest(ctx, st, req.GetWorker(), wanted, hits, question, reached, limit)
		for _, one := range all {
			out.Suggestions = append(out.Suggestions, s.suggestion(one))
		}
		return err
	})
	return out, err
}

// ExplainVacancy says how one vacancy stands to the worker's wishes.
func (s *Server) ExplainVacancy(ctx context.Context, req *employmentv1.ExplainVacancyRequest) (*employmentv1.ExplainVacancyResponse, error) {
	var question app.AgeQuestion
	err := s.view(ctx, func(st app.Store) (err error) {
		question, err = s.App.BeforeApplying(ctx, st, req.GetWorker(), req.GetVacancyId())
		return err
	})
	if err != nil {
		return nil, err
	}
	reached, err := ofAge(ctx, s.Caller, s.Outbox.Service(), req.GetWorker(), domain.ProfileCase(req.GetWorker()), question)
	if err != nil {
		return nil, err
	}
	out := &employmentv1.ExplainVacancyResponse{}
	err = s.reading(ctx, req.GetWorker(), func(st app.Store) error {
		one, reasons, err := s.App.Explain(ctx, st, req.GetWorker(), req.GetVacancyId(), question, reached)
		out.Suggestion, out.Reasons = s.suggestion(one), rpc.Reasons(reasons)
		return err
	})
	return out, err
}

func (s *Server) suggestion(one app.Suggestion) *employmentv1.Suggestion {
	out := &employmentv1.Suggestion{Vacancy: s.vacancy(one.Vacancy), Points: int32(one.Points), Of: int32(one.Of)}
	for _, f := range one.Factors {
		out.Factors = append(out.Factors, &employmentv1.Factor{Name: f.Name, Code: f.Code, Points: int32(f.Points), Of: int32(f.Of)})
	}
	return out
}

// applicant is what an employer sees of an application: no name, and nothing
// that stands in one. Wishes are not shown either, only when the worker is free.
func applicant(x app.Applicant) *employmentv1.Applicant {
	return &employmentv1.Applicant{
		ApplicationId: x.ID, SubmittedAt: sqldb.Micros(x.SubmittedAt), State: string(x.State), Skills: x.Profile.Skills,
		Qualifications: qualifications(x.Qualifications), PaperCertificates: x.Profile.Papers,
		AvailableFrom: x.Profile.AvailableFrom.String(), AvailableTo: x.Profile.AvailableTo.String(),
		InterviewId: x.Interview.ID, InterviewState: string(x.Interview.State), MeetAt: sqldb.Micros(x.Interview.MeetAt), Way: x.Interview.Way,
	}
}

// InviteToInterview invites an applicant.
func (s *Server) InviteToInterview(ctx context.Context, req *employmentv1.InviteToInterviewRequest) (*employmentv1.InviteToInterviewResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.InviteToInterviewResponse, error) {
		id, err := s.App.InviteToInterview(ctx, st, req.GetApplicationId(), sqldb.Time(req.GetMeetAt()), req.GetWay(), domain.Meeting{Place: req.GetMeetPlace(), Contact: req.GetMeetContact(), Phone: req.GetMeetPhone()})
		return &employmentv1.InviteToInterviewResponse{InterviewId: id}, err
	})
}

// AcceptInterview is the worker's yes.
func (s *Server) AcceptInterview(ctx context.Context, req *employmentv1.AcceptInterviewRequest) (*employmentv1.AcceptInterviewResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.AcceptInterviewResponse, error) {
		return &employmentv1.AcceptInterviewResponse{}, s.App.AcceptInterview(ctx, st, req.GetInterviewId())
	})
}

// DeclineInterview is the worker's no.
func (s *Server) DeclineInterview(ctx context.Context, req *employmentv1.DeclineInterviewRequest) (*employmentv1.DeclineInterviewResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.DeclineInterviewResponse, error) {
		return &employmentv1.DeclineInterviewResponse{}, s.App.DeclineInterview(ctx, st, req.GetInterviewId())
	})
}

// GetApplicant tells an employer the name of who has accepted an interview.
// The registry hands it over and logs the read, under the application's number.
func (s *Server) GetApplicant(ctx context.Context, req *employmentv1.GetApplicantRequest) (*employmentv1.GetApplicantResponse, error) {
	out := &employmentv1.GetApplicantResponse{}
	var worker string
	err := s.update(ctx, func(st app.Store) error {
		x, err := s.App.SeeApplicant(ctx, st, req.GetApplicationId())
		worker, out.Applicant = x.Worker, applicant(x)
		return err
	})
	if err != nil {
		return nil, err
	}
	ctx = rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: s.Outbox.Service(), Purpose: "interview", LegalBasis: "PIPL 13(1): consent to this interview", Via: auth.ViaSystem})
	person, err := registryv1.RegistryClient{Caller: s.Caller, Target: "registry"}.GetWorker(ctx, &registryv1.GetWorkerRequest{Worker: worker, CaseId: req.GetApplicationId()})
	if err != nil {
		return nil, err
	}
	out.Name, out.Phone = person.GetPerson().GetName(), person.GetPerson().GetPhone()
	return out, nil
}

// ReportSeasonalNeed records how many workers an employer needs.
func (s *Server) ReportSeasonalNeed(ctx context.Context, req *employmentv1.ReportSeasonalNeedRequest) (*employmentv1.ReportSeasonalNeedResponse, error) {
	return command(ctx, s.Room, func(st app.Store) (*employmentv1.ReportSeasonalNeedResponse, error) {
		var lines []domain.Need
		for _, n := range req.GetNeeds() {
			lines = append(lines, domain.Need{Month: n.GetMonth(), Occupation: n.GetOccupation(), County: n.GetCounty(), Count: int(n.GetCount())})
		}
		changed, err := s.App.ReportSeasonalNeed(ctx, st, req.GetEmployerId(), lines)
		return &employmentv1.ReportSeasonalNeedResponse{Changed: int32(changed)}, err
	})
}

// ListSeasonalNeed gives the sums of what employers need.
func (s *Server) ListSeasonalNeed(ctx context.Context, req *employmentv1.ListSeasonalNeedRequest) (*employmentv1.ListSeasonalNeedResponse, error) {
	out := &employmentv1.ListSeasonalNeedResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.ListSeasonalNeed(ctx, st, app.NeedQuery{EmployerID: req.GetEmployerId(), FromMonth: req.GetFromMonth(), ToMonth: req.GetToMonth(), County: req.GetCounty()})
		for _, n := range all {
			out.Sums = append(out.Sums, &employmentv1.NeedSum{Month: n.Month, Occupation: n.Occupation, County: n.County, Count: int32(n.Count), Employers: int32(n.Employers)})
		}
		return err
	})
	return out, err
}
