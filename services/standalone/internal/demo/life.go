package demo

import (
	"context"
	"math/rand/v2"

	"github.com/qiao-platform/qiao/pkg/clock"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// life is one invented worker. What stands where is asked from the services;
// only which step comes next is kept here.
type life struct {
	ref, county, stage string
	next               int
	job                vacancy
}

// step takes a life one step on. A step that finds nothing to do is passed over.
func (w *world) step(ctx context.Context, r *rand.Rand, l *life) error {
	steps := []func(context.Context, *rand.Rand, *life) error{
		w.apply, w.offerJob, w.answerJob, w.insure, w.offerSchool, w.answerSchool, w.month, w.enrol, w.decideHome, w.offerHome, w.answerHome, w.sign, w.month, w.month, w.finishJob,
	}
	s := steps[l.next%len(steps)]
	l.next++
	return s(ctx, r, l)
}

func (w *world) apply(ctx context.Context, r *rand.Rand, l *life) error {
	l.job = w.vacancies[r.IntN(len(w.vacancies))]
	for range 20 { // people look near home first
		if l.job.county == l.county {
			break
		}
		l.job = w.vacancies[r.IntN(len(w.vacancies))]
	}
	_, err := w.employment().Apply(worker(ctx, l.ref), &employmentv1.ApplyRequest{Worker: l.ref, VacancyId: l.job.id})
	return err
}

// application finds the worker's application for the job in mind.
func (w *world) application(ctx context.Context, l *life) (*employmentv1.Application, error) {
	reply, err := w.employment().ListApplications(worker(ctx, l.ref), &employmentv1.ListApplicationsRequest{Worker: l.ref})
	for _, a := range reply.GetApplications() {
		if a.GetVacancyId() == l.job.id {
			return a, err
		}
	}
	return nil, err
}

func (w *world) offerJob(ctx context.Context, r *rand.Rand, l *life) error {
	a, err := w.application(ctx, l)
	if err != nil || a == nil || a.GetOfferId() != "" {
		return err
	}
	start := clock.Today(clock.System()).AddDays(1 + r.IntN(10))
	_, err = w.employment().MakeOffer(boss(ctx, l.job.employer.id), &employmentv1.MakeOfferRequest{ApplicationId: a.GetApplicationId(), WageFen: l.job.wageFen, StartOn: start.String(), EndOn: start.AddMonths(12).String()})
	return err
}

func (w *world) answerJob(ctx context.Context, r *rand.Rand, l *life) error {
	a, err := w.application(ctx, l)
	if err != nil || a.GetOfferId() == "" {
		return err
	}
	if r.IntN(6) == 0 {
		_, err = w.employment().DeclineOffer(worker(ctx, l.ref), &employmentv1.DeclineOfferRequest{OfferId: a.GetOfferId()})
		return err
	}
	_, err = w.employment().AcceptOffer(worker(ctx, l.ref), &employmentv1.AcceptOfferRequest{OfferId: a.GetOfferId()})
	return err
}

func (w *world) insurance() insurancev1.InsuranceClient {
	return insurancev1.InsuranceClient{Caller: w.cfg.Caller, Target: "insurance"}
}

func (w *world) insure(ctx context.Context, r *rand.Rand, l *life) error {
	reply, err := w.insurance().ListCover(worker(ctx, l.ref), &insurancev1.ListCoverRequest{Worker: l.ref})
	for _, d := range reply.GetDuties() {
		if d.GetState() == "open" && r.IntN(5) > 0 { // from two months ago, since a life is told in minutes
			_, err = w.insurance().EnrolWorker(officer(ctx, "hrss", ""), &insurancev1.EnrolWorkerRequest{DutyId: d.GetDutyId(), Schemes: d.GetSchemes(), FromMonth: clock.Today(clock.System()).AddMonths(-2).String()[:7]})
		}
	}
	return err
}

func (w *world) month(ctx context.Context, _ *rand.Rand, l *life) error {
	reply, err := w.insurance().ListCover(worker(ctx, l.ref), &insurancev1.ListCoverRequest{Worker: l.ref})
	for _, c := range reply.GetCovers() {
		if c.GetState() != "active" {
			continue
		}
		from, parseErr := clock.ParseDate(c.GetFromMonth() + "-01")
		if parseErr != nil {
			return parseErr
		}
		if next := from.AddMonths(int(c.GetMonths())); !next.After(clock.Today(clock.System())) {
			_, err = w.insurance().RecordMonth(officer(ctx, "hrss", ""), &insurancev1.RecordMonthRequest{EnrolmentId: c.GetEnrolmentId(), Month: next.String()[:7]})
		}
	}
	return err
}

func (w *world) enrol(ctx context.Context, r *rand.Rand, l *life) error {
	if r.IntN(3) > 0 {
		return nil
	}
	reply, err := w.training().Enrol(worker(ctx, l.ref), &trainingv1.EnrolRequest{Worker: l.ref, CourseId: w.courses[r.IntN(len(w.courses))]})
	if err != nil || reply.GetState() != "confirmed" || r.IntN(2) == 0 {
		return err
	}
	hrss := officer(ctx, "hrss", "")
	if _, err := w.training().RecordAttendance(hrss, &trainingv1.RecordAttendanceRequest{EnrolmentId: reply.GetEnrolmentId(), Completed: true}); err != nil {
		return err
	}
	_, err = w.training().IssueCertificate(hrss, &trainingv1.IssueCertificateRequest{EnrolmentId: reply.GetEnrolmentId(), Kind: "skill_level", IssuedOn: clock.Today(clock.System()).String()})
	return err
}

// pupil finds the open application of the worker's child.
func (w *world) pupil(ctx context.Context, l *life, state string) (*educationv1.Application, error) {
	reply, err := w.education().ListApplications(worker(ctx, l.ref), &educationv1.ListApplicationsRequest{Worker: l.ref})
	for _, a := range reply.GetApplications() {
		if a.GetState() == state {
			return a, err
		}
	}
	return nil, err
}

func (w *world) offerSchool(ctx context.Context, r *rand.Rand, l *life) error {
	a, err := w.pupil(ctx, l, "submitted")
	if err != nil || a == nil {
		return err
	}
	choice := w.schools[a.GetCounty()+a.GetStage()]
	if len(choice) == 0 {
		return nil
	}
	_, err = w.education().OfferPlace(officer(ctx, "edu", ""), &educationv1.OfferPlaceRequest{ApplicationId: a.GetApplicationId(), SchoolId: choice[r.IntN(len(choice))]})
	return err
}

func (w *world) answerSchool(ctx context.Context, _ *rand.Rand, l *life) error {
	a, err := w.pupil(ctx, l, "offered")
	if err != nil || a == nil {
		return err
	}
	_, err = w.education().AcceptPlace(worker(ctx, l.ref), &educationv1.AcceptPlaceRequest{OfferId: a.GetOfferId()})
	return err
}

// tenancy finds the worker's application for a home in a state.
func (w *world) tenancy(ctx context.Context, l *life, state string) (*housingv1.Application, error) {
	reply, err := w.housing().ListApplications(worker(ctx, l.ref), &housingv1.ListApplicationsRequest{Worker: l.ref})
	for _, a := range reply.GetApplications() {
		if a.GetState() == state {
			return a, err
		}
	}
	return nil, err
}

func (w *world) decideHome(ctx context.Context, _ *rand.Rand, l *life) error {
	a, err := w.tenancy(ctx, l, "submitted")
	if err != nil || a == nil {
		return err
	}
	_, err = w.housing().DecideEligibility(officer(ctx, "hou", ""), &housingv1.DecideEligibilityRequest{ApplicationId: a.GetApplicationId()})
	return err
}

func (w *world) offerHome(ctx context.Context, r *rand.Rand, l *life) error {
	a, err := w.tenancy(ctx, l, "eligible")
	if err != nil || a == nil {
		return err
	}
	choice := w.homes[a.GetCounty()]
	_, err = w.housing().OfferHome(officer(ctx, "hou", ""), &housingv1.OfferHomeRequest{ApplicationId: a.GetApplicationId(), HomeId: choice[r.IntN(len(choice))]})
	return err
}

func (w *world) answerHome(ctx context.Context, _ *rand.Rand, l *life) error {
	a, err := w.tenancy(ctx, l, "offered")
	if err != nil || a == nil {
		return err
	}
	_, err = w.housing().AcceptOffer(worker(ctx, l.ref), &housingv1.AcceptOfferRequest{OfferId: a.GetOfferId()})
	return err
}

func (w *world) sign(ctx context.Context, _ *rand.Rand, l *life) error {
	a, err := w.tenancy(ctx, l, "accepted")
	if err != nil || a == nil {
		return err
	}
	from := clock.Today(clock.System())
	_, err = w.housing().SignLease(worker(ctx, l.ref), &housingv1.SignLeaseRequest{OfferId: a.GetOfferId(), StartsOn: from.String(), EndsOn: from.AddYears(3).String()})
	return err
}

func (w *world) finishJob(ctx context.Context, r *rand.Rand, l *life) error {
	reply, err := w.employment().ListHires(worker(ctx, l.ref), &employmentv1.ListHiresRequest{Worker: l.ref})
	for _, h := range reply.GetHires() {
		if h.GetState() == "registered" && r.IntN(2) == 0 {
			_, err = w.employment().EndHire(worker(ctx, l.ref), &employmentv1.EndHireRequest{HireId: h.GetHireId(), EndedOn: h.GetStartOn(), GroundCode: "resigned"})
		}
	}
	return err
}
