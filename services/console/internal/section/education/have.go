package education

import (
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// holdings is what the department has of a worker.
type holdings struct {
	Schools []*educationv1.Application
	Err     error
}

func (s *pages) holds(v *frame.Visit) any {
	reply, err := s.education.ListApplications(v.As(frame.OwnRecord), &educationv1.ListApplicationsRequest{Worker: v.Path("ref")})
	return holdings{reply.GetApplications(), err}
}
