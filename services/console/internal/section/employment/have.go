package employment

import (
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// holdings is what the department has of a worker.
type holdings struct {
	Jobs  []*employmentv1.Application
	Hires []*employmentv1.Hire
	Err   error
}

func (s *pages) holds(v *frame.Visit) any {
	ctx, who := v.As(frame.OwnRecord), v.Path("ref")
	jobs, err := s.employment.ListApplications(ctx, &employmentv1.ListApplicationsRequest{Worker: who})
	if err != nil {
		return holdings{Err: err}
	}
	hires, err := s.employment.ListHires(ctx, &employmentv1.ListHiresRequest{Worker: who})
	return holdings{jobs.GetApplications(), hires.GetHires(), err}
}
