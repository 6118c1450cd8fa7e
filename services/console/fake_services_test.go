package console_test

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

type fakeEmployment struct {
	employmentv1.EmploymentServer
	*world
}

func (f fakeEmployment) RegisterEmployer(context.Context, *employmentv1.RegisterEmployerRequest) (*employmentv1.RegisterEmployerResponse, error) {
	return &employmentv1.RegisterEmployerResponse{EmployerId: "employer-1", Outcome: "unchanged"}, nil
}

func (f fakeEmployment) PublishVacancy(ctx context.Context, r *employmentv1.PublishVacancyRequest) (*employmentv1.PublishVacancyResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := judged(r.GetRequirements()); err != nil {
		return nil, err
	}
	f.happen(ctx, "employment", "", &employmentv1.VacancyPublished{VacancyId: "vacancy-1", Occupation: r.GetOccupation(), County: r.GetCounty()})
	return &employmentv1.PublishVacancyResponse{VacancyId: "vacancy-1", Outcome: "created"}, nil
}

func (f fakeEmployment) Apply(ctx context.Context, r *employmentv1.ApplyRequest) (*employmentv1.ApplyResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	a := &employmentv1.Application{ApplicationId: ident.NewID(), VacancyId: r.GetVacancyId(), Title: "建筑施工人员", State: "submitted", SubmittedAt: time.Now().UnixMicro()}
	t.jobs = append(t.jobs, a)
	f.happen(ctx, "employment", r.GetWorker(), &employmentv1.ApplicationSubmitted{ApplicationId: a.GetApplicationId(), VacancyId: r.GetVacancyId()})
	return &employmentv1.ApplyResponse{ApplicationId: a.GetApplicationId()}, nil
}

func (f fakeEmployment) MakeOffer(ctx context.Context, r *employmentv1.MakeOfferRequest) (*employmentv1.MakeOfferResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ref, t := range f.workers {
		for _, a := range t.jobs {
			if a.GetApplicationId() == r.GetApplicationId() {
				a.OfferId, a.OfferState, a.WageFen, a.StartOn, a.State = ident.NewID(), "made", r.GetWageFen(), r.GetStartOn(), "offered"
				f.happen(ctx, "employment", ref, &employmentv1.OfferMade{OfferId: a.GetOfferId(), ApplicationId: a.GetApplicationId(), AnswerDays: 3})
				t.messages = append(t.messages, &registryv1.Message{MessageId: ident.NewID(), Template: "employment.offer.made.v1", About: a.GetOfferId(), AboutService: "employment", SentAt: time.Now().UnixMicro(), DeliveredAt: time.Now().UnixMicro(), Values: map[string]string{"answer_days": "3", "offer_id": a.GetOfferId()}})
				return &employmentv1.MakeOfferResponse{OfferId: a.GetOfferId()}, nil
			}
		}
	}
	return nil, errNoWorker
}

func (f fakeEmployment) AcceptOffer(ctx context.Context, r *employmentv1.AcceptOfferRequest) (*employmentv1.AcceptOfferResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, _ := auth.From(ctx)
	t, err := f.own(ctx, p.Subject)
	if err != nil {
		return nil, err
	}
	h := &employmentv1.Hire{HireId: ident.NewID(), EmployerName: "阿勒泰市金山建设有限公司", Occupation: "6-29", County: "654301", StartOn: time.Now().Format("2006-01-02"), State: "registered", WageFen: 620_000}
	t.hires = append(t.hires, h)
	t.jobs[0].OfferState, t.jobs[0].State, t.jobs[0].HireId = "accepted", "accepted", h.GetHireId()
	due := time.Now().AddDate(0, 0, 30).Format("2006-01-02")
	f.happen(ctx, "employment", p.Subject, &employmentv1.OfferAccepted{OfferId: r.GetOfferId(), HireId: h.GetHireId(), InPerson: true})
	f.happen(ctx, "employment", p.Subject, &employmentv1.HireRegistered{HireId: h.GetHireId(), EmployerId: "employer-1", Occupation: "6-29", County: "654301", Hazardous: true, StartOn: h.GetStartOn(), Basis: "offer"})
	t.duties = append(t.duties, &insurancev1.Duty{DutyId: ident.NewID(), HireId: h.GetHireId(), State: "open", DueOn: due})
	f.happen(ctx, "insurance", p.Subject, &insurancev1.DutyOpened{DutyId: t.duties[0].GetDutyId(), HireId: h.GetHireId(), DueOn: due})
	t.due = append(t.due, &trainingv1.DueTraining{DueId: ident.NewID(), HireId: h.GetHireId(), Occupation: "6-29", State: "due"})
	f.happen(ctx, "training", p.Subject, &trainingv1.SafetyTrainingDue{DueId: t.due[0].GetDueId(), HireId: h.GetHireId(), Occupation: "6-29"})
	f.happen(ctx, "education", p.Subject, &educationv1.EvidenceChanged{ApplicationId: "a", Kind: "job", What: "recorded"})
	f.happen(ctx, "housing", p.Subject, &housingv1.EvidenceChanged{ApplicationId: "a", Kind: "job", What: "recorded"})
	f.react(t)
	return &employmentv1.AcceptOfferResponse{HireId: h.GetHireId()}, nil
}

func (f fakeEmployment) ListApplications(ctx context.Context, r *employmentv1.ListApplicationsRequest) (*employmentv1.ListApplicationsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &employmentv1.ListApplicationsResponse{Applications: t.jobs}, nil
}

func (f fakeEmployment) ListHires(ctx context.Context, r *employmentv1.ListHiresRequest) (*employmentv1.ListHiresResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &employmentv1.ListHiresResponse{Hires: t.hires}, nil
}

type fakeTraining struct {
	trainingv1.TrainingServer
	*world
}

func (f fakeTraining) ListEnrolments(ctx context.Context, r *trainingv1.ListEnrolmentsRequest) (*trainingv1.ListEnrolmentsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &trainingv1.ListEnrolmentsResponse{Due: t.due}, nil
}

type fakeInsurance struct {
	insurancev1.InsuranceServer
	*world
}

func (f fakeInsurance) ListCover(ctx context.Context, r *insurancev1.ListCoverRequest) (*insurancev1.ListCoverResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &insurancev1.ListCoverResponse{Duties: t.duties, Covers: t.covers}, nil
}

func (f fakeInsurance) EnrolWorker(ctx context.Context, r *insurancev1.EnrolWorkerRequest) (*insurancev1.EnrolWorkerResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ref, t := range f.workers {
		for _, d := range t.duties {
			if d.GetDutyId() == r.GetDutyId() {
				d.State, d.EnrolmentId = "fulfilled", ident.NewID()
				t.covers = append(t.covers, &insurancev1.Cover{EnrolmentId: d.GetEnrolmentId(), HireId: d.GetHireId(), Schemes: r.GetSchemes(), FromMonth: r.GetFromMonth(), Months: 1, State: "active"})
				f.happen(ctx, "insurance", ref, &insurancev1.EnrolmentCompleted{EnrolmentId: d.GetEnrolmentId(), DutyId: d.GetDutyId(), HireId: d.GetHireId(), Schemes: r.GetSchemes(), FromMonth: r.GetFromMonth(), Months: 1})
				f.react(t)
				return &insurancev1.EnrolWorkerResponse{EnrolmentId: d.GetEnrolmentId()}, nil
			}
		}
	}
	return nil, errNoWorker
}

type fakeEducation struct {
	educationv1.EducationServer
	*world
}

func (f fakeEducation) AddSchool(context.Context, *educationv1.AddSchoolRequest) (*educationv1.AddSchoolResponse, error) {
	return &educationv1.AddSchoolResponse{SchoolId: "school-1", Outcome: "unchanged"}, nil
}

func (f fakeEducation) ApplyForPlace(ctx context.Context, r *educationv1.ApplyForPlaceRequest) (*educationv1.ApplyForPlaceResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	a := &educationv1.Application{ApplicationId: ident.NewID(), ChildId: r.GetChildId(), Stage: r.GetStage(), County: r.GetCounty(), State: "submitted", SubmittedAt: time.Now().UnixMicro()}
	t.schools = append(t.schools, a)
	f.happen(ctx, "education", r.GetWorker(), &educationv1.ApplicationSubmitted{ApplicationId: a.GetApplicationId(), ChildId: r.GetChildId(), Stage: r.GetStage()})
	return &educationv1.ApplyForPlaceResponse{ApplicationId: a.GetApplicationId()}, nil
}

func (f fakeEducation) GetApplication(_ context.Context, r *educationv1.GetApplicationRequest) (*educationv1.GetApplicationResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.workers {
		for _, a := range t.schools {
			if a.GetApplicationId() == r.GetApplicationId() {
				return &educationv1.GetApplicationResponse{Application: a}, nil
			}
		}
	}
	return nil, errNoWorker
}

func (f fakeEducation) ListApplications(ctx context.Context, r *educationv1.ListApplicationsRequest) (*educationv1.ListApplicationsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &educationv1.ListApplicationsResponse{Applications: t.schools}, nil
}

type fakeHousing struct {
	housingv1.HousingServer
	*world
}

func (f fakeHousing) AddHome(context.Context, *housingv1.AddHomeRequest) (*housingv1.AddHomeResponse, error) {
	return &housingv1.AddHomeResponse{HomeId: "home-1", Outcome: "unchanged"}, nil
}

func (f fakeHousing) ApplyForHome(ctx context.Context, r *housingv1.ApplyForHomeRequest) (*housingv1.ApplyForHomeResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	a := &housingv1.Application{ApplicationId: ident.NewID(), County: r.GetCounty(), Kind: r.GetKind(), HouseholdSize: r.GetHouseholdSize(), State: "submitted", SubmittedAt: time.Now().UnixMicro()}
	t.homes = append(t.homes, a)
	f.happen(ctx, "housing", r.GetWorker(), &housingv1.ApplicationSubmitted{ApplicationId: a.GetApplicationId(), Kind: r.GetKind(), HouseholdSize: r.GetHouseholdSize()})
	return &housingv1.ApplyForHomeResponse{ApplicationId: a.GetApplicationId()}, nil
}

func (f fakeHousing) DecideEligibility(ctx context.Context, r *housingv1.DecideEligibilityRequest) (*housingv1.DecideEligibilityResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ref, t := range f.workers {
		for _, a := range t.homes {
			if a.GetApplicationId() == r.GetApplicationId() {
				a.State = "refused"
				a.Why = []*platformv1.Reason{{
					RuleId: "HO-JOB-MONTHS", Source: "公共租赁住房管理办法(2012) 7", Outcome: "not_met", ToBeConfirmed: true,
					Gaps:    []*platformv1.ReasonGap{{Name: "months", Have: "0", Need: "6", Short: "6", Unit: "month"}},
					Changes: []*platformv1.ReasonChange{{Code: "job_goes_on", From: "2027-05-23"}},
					Appeals: []*platformv1.ReasonAppeal{{Way: "reconsideration", Days: 60}},
				}}
				f.happen(ctx, "housing", ref, &housingv1.EligibilityDecided{ApplicationId: a.GetApplicationId(), Outcome: "refused", RuleIds: []string{"HO-JOB-MONTHS"}})
				return &housingv1.DecideEligibilityResponse{Outcome: "refused", Reasons: a.GetReasons()}, nil
			}
		}
	}
	return nil, errNoWorker
}

func (f fakeHousing) GetApplication(_ context.Context, r *housingv1.GetApplicationRequest) (*housingv1.GetApplicationResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, t := range f.workers {
		for _, a := range t.homes {
			if a.GetApplicationId() == r.GetApplicationId() {
				return &housingv1.GetApplicationResponse{Application: a}, nil
			}
		}
	}
	return nil, errNoWorker
}

func (f fakeHousing) ListApplications(ctx context.Context, r *housingv1.ListApplicationsRequest) (*housingv1.ListApplicationsResponse, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &housingv1.ListApplicationsResponse{Applications: t.homes}, nil
}
