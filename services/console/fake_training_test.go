package console_test

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// taught is what the stand-in for training knows: one course that an officer opened, and
// its class.
type taught struct {
	course *trainingv1.Course
	class  []*trainingv1.CourseEnrolment
	mine   string // the state of the worker's enrolment in it
}

func (f fakeTraining) PublishCourse(_ context.Context, r *trainingv1.PublishCourseRequest) (*trainingv1.PublishCourseResponse, error) {
	if r.GetVenue() == "" {
		return nil, errs.New(errs.Invalid, "training.course.venue", "Where?")
	}
	f.taught.course = &trainingv1.Course{
		CourseId: "course-9", Provider: r.GetProvider(), Title: r.GetTitle(), Occupation: r.GetOccupation(), Level: r.GetLevel(), Hours: r.GetHours(), Places: r.GetPlaces(), Free: r.GetPlaces(),
		StartsOn: r.GetStartsOn(), EndsOn: r.GetEndsOn(), Kind: r.GetKind(), County: r.GetCounty(), Venue: r.GetVenue(), Contact: r.GetContact(), State: "open", SubsidyFen: r.GetSubsidyFen(), Reference: r.GetReference(),
	}
	f.taught.class = []*trainingv1.CourseEnrolment{{EnrolmentId: "enrolment-1", State: "confirmed"}, {EnrolmentId: "enrolment-2", State: "confirmed"}, {EnrolmentId: "enrolment-3", State: "offered", OfferedAt: 1_780_000_000_000_000}, {EnrolmentId: "enrolment-4", State: "waiting", Position: 1}}
	return &trainingv1.PublishCourseResponse{CourseId: "course-9", Outcome: "created"}, nil
}

func (f fakeTraining) GetCourse(_ context.Context, r *trainingv1.GetCourseRequest) (*trainingv1.GetCourseResponse, error) {
	if f.taught.course == nil || r.GetCourseId() != "course-9" {
		return nil, errs.New(errs.NotFound, "training.course.unknown", "None.")
	}
	return &trainingv1.GetCourseResponse{Course: f.taught.course}, nil
}

func (f fakeTraining) ListCourseEnrolments(context.Context, *trainingv1.ListCourseEnrolmentsRequest) (*trainingv1.ListCourseEnrolmentsResponse, error) {
	return &trainingv1.ListCourseEnrolmentsResponse{Enrolments: f.taught.class, Next: "3/1/enrolment-4"}, nil
}

func (f fakeTraining) in(id string) *trainingv1.CourseEnrolment {
	return f.taught.class[slices.IndexFunc(f.taught.class, func(e *trainingv1.CourseEnrolment) bool { return e.GetEnrolmentId() == id })]
}

func (f fakeTraining) ChangeCourse(_ context.Context, r *trainingv1.ChangeCourseRequest) (*trainingv1.ChangeCourseResponse, error) {
	if r.GetPlaces() < 3 {
		return nil, errs.New(errs.Conflict, "training.course.places_taken", "Taken.")
	}
	f.taught.course.Venue, f.taught.course.ReasonCode = r.GetVenue(), r.GetReasonCode()
	return &trainingv1.ChangeCourseResponse{}, nil
}

func (f fakeTraining) CancelCourse(_ context.Context, r *trainingv1.CancelCourseRequest) (*trainingv1.CancelCourseResponse, error) {
	f.taught.course.State, f.taught.course.ReasonCode = "cancelled", r.GetReasonCode()
	return &trainingv1.CancelCourseResponse{}, nil
}

func (f fakeTraining) RecordResults(_ context.Context, r *trainingv1.RecordResultsRequest) (*trainingv1.RecordResultsResponse, error) {
	if len(r.GetCompletedIds())+len(r.GetFailedIds()) == 0 {
		return nil, errs.New(errs.Invalid, "training.results.none", "None.")
	}
	for _, id := range r.GetCompletedIds() {
		f.in(id).State = "completed"
	}
	for _, id := range r.GetFailedIds() {
		f.in(id).State = "failed"
	}
	return &trainingv1.RecordResultsResponse{}, nil
}

func (f fakeTraining) TakeBackResult(_ context.Context, r *trainingv1.TakeBackResultRequest) (*trainingv1.TakeBackResultResponse, error) {
	if r.GetReasonCode() == "" {
		return nil, errs.New(errs.Invalid, "training.reason", "Why?")
	}
	f.in(r.GetEnrolmentId()).State = "confirmed"
	return &trainingv1.TakeBackResultResponse{}, nil
}

func (f fakeTraining) IssueCertificate(_ context.Context, r *trainingv1.IssueCertificateRequest) (*trainingv1.IssueCertificateResponse, error) {
	if r.GetNumber() == "taken" {
		return nil, errs.New(errs.Conflict, "training.certificate.number_taken", "Taken.")
	}
	f.in(r.GetEnrolmentId()).Certificate = &trainingv1.Certificate{CertificateId: "certificate-" + r.GetEnrolmentId(), Kind: r.GetKind(), Number: r.GetNumber(), IssuedOn: r.GetIssuedOn()}
	return &trainingv1.IssueCertificateResponse{CertificateId: "certificate-" + r.GetEnrolmentId()}, nil
}

func (f fakeTraining) RevokeCertificate(_ context.Context, r *trainingv1.RevokeCertificateRequest) (*trainingv1.RevokeCertificateResponse, error) {
	for _, e := range f.taught.class {
		if e.GetCertificate().GetCertificateId() == r.GetCertificateId() {
			e.Certificate = nil
		}
	}
	return &trainingv1.RevokeCertificateResponse{}, nil
}

func (f fakeTraining) Enrol(_ context.Context, r *trainingv1.EnrolRequest) (*trainingv1.EnrolResponse, error) {
	if r.GetCourseId() != "course-1" {
		return nil, errs.New(errs.Conflict, "training.course.started", "Too late.")
	}
	f.taught.mine = "waiting"
	return &trainingv1.EnrolResponse{EnrolmentId: "mine-1", State: "waiting", Position: 1}, nil
}

func (f fakeTraining) AcceptPlace(context.Context, *trainingv1.AcceptPlaceRequest) (*trainingv1.AcceptPlaceResponse, error) {
	f.taught.mine = "confirmed"
	return &trainingv1.AcceptPlaceResponse{}, nil
}

func (f fakeTraining) DeclinePlace(context.Context, *trainingv1.DeclinePlaceRequest) (*trainingv1.DeclinePlaceResponse, error) {
	return &trainingv1.DeclinePlaceResponse{}, nil
}

func (f fakeTraining) UndoAcceptance(context.Context, *trainingv1.UndoAcceptanceRequest) (*trainingv1.UndoAcceptanceResponse, error) {
	return &trainingv1.UndoAcceptanceResponse{}, nil
}

func (f fakeTraining) DropEnrolment(context.Context, *trainingv1.DropEnrolmentRequest) (*trainingv1.DropEnrolmentResponse, error) {
	f.taught.mine = ""
	return &trainingv1.DropEnrolmentResponse{}, nil
}

// own adds the worker's enrolment in the course that can be chosen.
func (t taught) own() (all []*trainingv1.Enrolment) {
	if t.mine == "" {
		return nil
	}
	return []*trainingv1.Enrolment{{EnrolmentId: "mine-1", CourseId: "course-1", Title: "采掘工培训班", State: t.mine, StartsOn: clock.Today(clock.System()).AddDays(9).String(), Venue: "团结路 5 号", UndoBy: 1_990_000_000_000_000}}
}
