// Package api serves the training contract: each method opens the transaction,
// runs one use case and answers in the contract's form.
package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/training/internal/app"
)

// Server implements trainingv1.TrainingServer.
type Server struct {
	App    *app.App
	Outbox *outbox.Outbox
	In     func(*sqldb.Tx) app.Store // the store within a transaction
}

// PublishCourse opens a course.
func (s *Server) PublishCourse(ctx context.Context, req *trainingv1.PublishCourseRequest) (*trainingv1.PublishCourseResponse, error) {
	return outbox.CommandOrCheck(ctx, s.Outbox, req.GetCheckOnly(), func(tx *sqldb.Tx) (*trainingv1.PublishCourseResponse, error) {
		said, err := s.App.PublishCourse(ctx, s.In(tx), app.Announcement{
			Provider: req.GetProvider(), Reference: req.GetReference(), Title: req.GetTitle(), Occupation: req.GetOccupation(), Level: req.GetLevel(),
			Hours: int(req.GetHours()), Places: int(req.GetPlaces()), StartsOn: req.GetStartsOn(), Kind: req.GetKind(),
			EmployerUSCC: req.GetEmployerUscc(), SubsidyFen: req.GetSubsidyFen(), County: req.GetCounty(),
			Venue: req.GetVenue(), EndsOn: req.GetEndsOn(), Contact: req.GetContact(),
		})
		return &trainingv1.PublishCourseResponse{CourseId: said.ID, Outcome: said.Outcome, Differs: said.Differs}, err
	})
}

// ListCourses lists courses to come.
func (s *Server) ListCourses(ctx context.Context, req *trainingv1.ListCoursesRequest) (*trainingv1.ListCoursesResponse, error) {
	out := &trainingv1.ListCoursesResponse{}
	err := s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		page, next, err := s.App.ListCourses(s.In(tx), app.CourseQuery{Occupation: req.GetOccupation(), County: req.GetCounty(), Find: req.GetFind(), Cancelled: req.GetCancelled(), Limit: int(req.GetLimit())}, req.GetOn(), req.GetAfter())
		for _, c := range page {
			out.Courses = append(out.Courses, course(c))
		}
		out.Next = next
		return err
	})
	return out, err
}

// Enrol gives a place or a number on the waiting list.
func (s *Server) Enrol(ctx context.Context, req *trainingv1.EnrolRequest) (*trainingv1.EnrolResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.EnrolResponse, error) {
		e, position, err := s.App.Enrol(ctx, s.In(tx), req.GetWorker(), req.GetCourseId())
		return &trainingv1.EnrolResponse{EnrolmentId: e.ID, State: string(e.State), Position: int32(position)}, err
	})
}

// DropEnrolment leaves a course.
func (s *Server) DropEnrolment(ctx context.Context, req *trainingv1.DropEnrolmentRequest) (*trainingv1.DropEnrolmentResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.DropEnrolmentResponse, error) {
		return &trainingv1.DropEnrolmentResponse{}, s.App.DropEnrolment(ctx, s.In(tx), req.GetEnrolmentId())
	})
}

// AcceptPlace takes an offered place.
func (s *Server) AcceptPlace(ctx context.Context, req *trainingv1.AcceptPlaceRequest) (*trainingv1.AcceptPlaceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.AcceptPlaceResponse, error) {
		return &trainingv1.AcceptPlaceResponse{}, s.App.AcceptPlace(ctx, s.In(tx), req.GetEnrolmentId())
	})
}

// DeclinePlace gives an offered place to the next who waits.
func (s *Server) DeclinePlace(ctx context.Context, req *trainingv1.DeclinePlaceRequest) (*trainingv1.DeclinePlaceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.DeclinePlaceResponse, error) {
		return &trainingv1.DeclinePlaceResponse{}, s.App.DeclinePlace(ctx, s.In(tx), req.GetEnrolmentId())
	})
}

// UndoAcceptance takes back an acceptance that another gave.
func (s *Server) UndoAcceptance(ctx context.Context, req *trainingv1.UndoAcceptanceRequest) (*trainingv1.UndoAcceptanceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.UndoAcceptanceResponse, error) {
		return &trainingv1.UndoAcceptanceResponse{}, s.App.UndoAcceptance(ctx, s.In(tx), req.GetEnrolmentId())
	})
}

// RecordAttendance records the result of a course.
func (s *Server) RecordAttendance(ctx context.Context, req *trainingv1.RecordAttendanceRequest) (*trainingv1.RecordAttendanceResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.RecordAttendanceResponse, error) {
		return &trainingv1.RecordAttendanceResponse{}, s.App.RecordAttendance(ctx, s.In(tx), req.GetEnrolmentId(), req.GetCompleted())
	})
}

// IssueCertificate issues a certificate.
func (s *Server) IssueCertificate(ctx context.Context, req *trainingv1.IssueCertificateRequest) (*trainingv1.IssueCertificateResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.IssueCertificateResponse, error) {
		id, err := s.App.IssueCertificate(ctx, s.In(tx), req.GetEnrolmentId(), req.GetKind(), req.GetNumber(), req.GetIssuedOn())
		return &trainingv1.IssueCertificateResponse{CertificateId: id}, err
	})
}

// ListEnrolments shows a worker's own courses, certificates and due trainings.
func (s *Server) ListEnrolments(ctx context.Context, req *trainingv1.ListEnrolmentsRequest) (*trainingv1.ListEnrolmentsResponse, error) {
	out := &trainingv1.ListEnrolmentsResponse{}
	see := s.Outbox.DB().View
	if p, err := auth.FromContext(ctx); err == nil && !p.ActsHimself(req.GetWorker()) {
		see = s.Outbox.DB().Update // what a counter or a helper sees is logged
	}
	err := see(ctx, func(tx *sqldb.Tx) error {
		out.Reset()
		all, err := s.App.ListEnrolments(ctx, s.In(tx), req.GetWorker())
		for _, l := range all.Enrolments {
			out.Enrolments = append(out.Enrolments, enrolment(l))
		}
		for _, c := range all.Certificates {
			out.Certificates = append(out.Certificates, certificate(c))
		}
		for _, d := range all.Dues {
			out.Due = append(out.Due, due(d))
		}
		return err
	})
	return out, err
}

// Certificates gives a worker's certificates as evidence for other departments.
func (s *Server) Certificates(tx *sqldb.Tx, worker string) (facts []*platformv1.Fact, err error) {
	all, err := s.App.Certificates(s.In(tx), worker)
	for _, c := range all {
		facts = append(facts, fact(c))
	}
	return facts, err
}
