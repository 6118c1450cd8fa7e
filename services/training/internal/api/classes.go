package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/training/internal/app"
)

// GetCourse reads one course.
func (s *Server) GetCourse(ctx context.Context, req *trainingv1.GetCourseRequest) (*trainingv1.GetCourseResponse, error) {
	out := &trainingv1.GetCourseResponse{}
	err := s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		c, err := s.App.SeeCourse(s.In(tx), req.GetCourseId())
		if err == nil {
			out.Course = course(c)
		}
		return err
	})
	return out, err
}

// ChangeCourse changes what a course says.
func (s *Server) ChangeCourse(ctx context.Context, req *trainingv1.ChangeCourseRequest) (*trainingv1.ChangeCourseResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.ChangeCourseResponse, error) {
		return &trainingv1.ChangeCourseResponse{}, s.App.ChangeCourse(ctx, s.In(tx), req.GetCourseId(), app.Plan{
			Hours: int(req.GetHours()), Places: int(req.GetPlaces()), StartsOn: req.GetStartsOn(), EndsOn: req.GetEndsOn(), Venue: req.GetVenue(), Contact: req.GetContact(),
		}, req.GetReasonCode())
	})
}

// CancelCourse ends a course.
func (s *Server) CancelCourse(ctx context.Context, req *trainingv1.CancelCourseRequest) (*trainingv1.CancelCourseResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.CancelCourseResponse, error) {
		n, err := s.App.CancelCourse(ctx, s.In(tx), req.GetCourseId(), req.GetReasonCode())
		return &trainingv1.CancelCourseResponse{Enrolments: int32(n)}, err
	})
}

// ListCourseEnrolments lists who is in a course and who waits.
func (s *Server) ListCourseEnrolments(ctx context.Context, req *trainingv1.ListCourseEnrolmentsRequest) (*trainingv1.ListCourseEnrolmentsResponse, error) {
	out := &trainingv1.ListCourseEnrolmentsResponse{}
	err := s.Outbox.DB().View(ctx, func(tx *sqldb.Tx) error {
		page, next, err := s.App.ListClass(ctx, s.In(tx), req.GetCourseId(), req.GetAfter(), int(req.GetLimit()))
		for _, l := range page {
			out.Enrolments = append(out.Enrolments, classLine(l))
		}
		out.Next = next
		return err
	})
	return out, err
}

// RecordResults records the results of a class at once.
func (s *Server) RecordResults(ctx context.Context, req *trainingv1.RecordResultsRequest) (*trainingv1.RecordResultsResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.RecordResultsResponse, error) {
		return &trainingv1.RecordResultsResponse{}, s.App.RecordResults(ctx, s.In(tx), req.GetCourseId(), req.GetCompletedIds(), req.GetFailedIds())
	})
}

// TakeBackResult takes back a result that was recorded by mistake.
func (s *Server) TakeBackResult(ctx context.Context, req *trainingv1.TakeBackResultRequest) (*trainingv1.TakeBackResultResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.TakeBackResultResponse, error) {
		return &trainingv1.TakeBackResultResponse{}, s.App.TakeBackResult(ctx, s.In(tx), req.GetEnrolmentId(), req.GetReasonCode())
	})
}

// RevokeCertificate takes back a certificate.
func (s *Server) RevokeCertificate(ctx context.Context, req *trainingv1.RevokeCertificateRequest) (*trainingv1.RevokeCertificateResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*trainingv1.RevokeCertificateResponse, error) {
		return &trainingv1.RevokeCertificateResponse{}, s.App.RevokeCertificate(ctx, s.In(tx), req.GetCertificateId(), req.GetReasonCode())
	})
}
