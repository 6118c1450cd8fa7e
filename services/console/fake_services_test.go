package console_test

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/ident"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

type fakeEmployment struct {
	employmentv1.EmploymentServer
	*world
}

func (f fakeEmployment) PublishVacancy(ctx context.Context, r *employmentv1.PublishVacancyRequest) (*employmentv1.PublishVacancyResponse, error) {
	if err := judged(r.GetRequirements()); err != nil {
		return nil, err
	}
	f.happen(ctx, "employment", "", &employmentv1.VacancyPublished{VacancyId: "vacancy-1", Occupation: r.GetOccupation(), County: r.GetCounty()})
	return &employmentv1.PublishVacancyResponse{VacancyId: "vacancy-1", Outcome: "created"}, nil
}

func (f fakeEmployment) Apply(ctx context.Context, r *employmentv1.ApplyRequest) (*employmentv1.ApplyResponse, error) {
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	a := &employmentv1.Application{ApplicationId: ident.NewID(), VacancyId: r.GetVacancyId(), Title: "建筑施工人员", State: "submitted", SubmittedAt: time.Now().UnixMicro()}
	t.jobs = append(t.jobs, a)
	f.happen(ctx, "employment", r.GetWorker(), &employmentv1.ApplicationSubmitted{ApplicationId: a.GetApplicationId(), VacancyId: r.GetVacancyId()})
	return &employmentv1.ApplyResponse{ApplicationId: a.GetApplicationId()}, nil
}

func (f fakeEmployment) MakeOffer(context.Context, *employmentv1.MakeOfferRequest) (*employmentv1.MakeOfferResponse, error) {
	return &employmentv1.MakeOfferResponse{OfferId: "offer-1"}, nil
}

func (f fakeEmployment) ListApplications(ctx context.Context, r *employmentv1.ListApplicationsRequest) (*employmentv1.ListApplicationsResponse, error) {
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &employmentv1.ListApplicationsResponse{Applications: t.jobs}, nil
}

func (f fakeEmployment) ListHires(context.Context, *employmentv1.ListHiresRequest) (*employmentv1.ListHiresResponse, error) {
	return &employmentv1.ListHiresResponse{Hires: f.hiring.hires}, nil
}

type fakeTraining struct {
	trainingv1.TrainingServer
	*world
}

func (f fakeTraining) ListEnrolments(context.Context, *trainingv1.ListEnrolmentsRequest) (*trainingv1.ListEnrolmentsResponse, error) {
	return &trainingv1.ListEnrolmentsResponse{Enrolments: append(f.taught.own(), []*trainingv1.Enrolment{
		{Title: "建筑施工", State: "offered", StartsOn: "2026-12-20", AnswerBy: time.Date(2026, 12, 3, 16, 0, 0, 0, time.UTC).UnixMicro()},
		{Title: "中式烹调", State: "offered", StartsOn: "2026-12-21"},
		{Title: "家政服务", State: "waiting", StartsOn: "2026-12-22", Position: 2, PlaceFree: true},
	}...), Certificates: []*trainingv1.Certificate{{CertificateId: "certificate-0", Kind: "completion", Occupation: "6-29", IssuedOn: "2026-10-01", Number: "AK-0", RevokedOn: "2026-11-02", ReasonCode: "wrong_level"}}}, nil
}

type fakeInsurance struct {
	insurancev1.InsuranceServer
	*world
}

func (f fakeInsurance) ListCover(context.Context, *insurancev1.ListCoverRequest) (*insurancev1.ListCoverResponse, error) {
	return &insurancev1.ListCoverResponse{}, nil
}

type fakeEducation struct {
	educationv1.EducationServer
	*world
}

func (f fakeEducation) ApplyForPlace(ctx context.Context, r *educationv1.ApplyForPlaceRequest) (*educationv1.ApplyForPlaceResponse, error) {
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

func (f fakeHousing) ApplyForHome(ctx context.Context, r *housingv1.ApplyForHomeRequest) (*housingv1.ApplyForHomeResponse, error) {
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	a := &housingv1.Application{ApplicationId: ident.NewID(), County: r.GetCounty(), Kind: r.GetKind(), HouseholdSize: r.GetHouseholdSize(), State: "submitted", SubmittedAt: time.Now().UnixMicro()}
	t.homes = append(t.homes, a)
	f.happen(ctx, "housing", r.GetWorker(), &housingv1.ApplicationSubmitted{ApplicationId: a.GetApplicationId(), Kind: r.GetKind(), HouseholdSize: r.GetHouseholdSize()})
	return &housingv1.ApplyForHomeResponse{ApplicationId: a.GetApplicationId()}, nil
}

func (f fakeHousing) DecideEligibility(_ context.Context, r *housingv1.DecideEligibilityRequest) (*housingv1.DecideEligibilityResponse, error) {
	for _, t := range f.workers {
		for _, a := range t.homes {
			if a.GetApplicationId() == r.GetApplicationId() {
				a.State = "refused"
				a.Why = []*platformv1.Reason{{
					RuleId: "HO-JOB-MONTHS", Source: "公共租赁住房管理办法(2012) 7", Outcome: "not_met", ToBeConfirmed: true,
					Gaps:    []*platformv1.ReasonGap{{Name: "months", Have: "0", Need: "6", Short: "6", Unit: "month"}},
					Changes: []*platformv1.ReasonChange{{Code: "job_goes_on", From: "2027-05-23"}},
					Appeals: []*platformv1.ReasonAppeal{{Way: "reconsideration", Days: 60}},
				}}
				return &housingv1.DecideEligibilityResponse{Outcome: "refused"}, nil
			}
		}
	}
	return nil, errNoWorker
}

func (f fakeHousing) GetApplication(_ context.Context, r *housingv1.GetApplicationRequest) (*housingv1.GetApplicationResponse, error) {
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
	t, err := f.own(ctx, r.GetWorker())
	if err != nil {
		return nil, err
	}
	return &housingv1.ListApplicationsResponse{Applications: t.homes}, nil
}
