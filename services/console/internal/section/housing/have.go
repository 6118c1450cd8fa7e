package housing

import (
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// holdings is what the department has of a worker.
type holdings struct {
	Homes  []*housingv1.Application
	Leases []*housingv1.Lease
	Err    error
}

func (s *pages) holds(v *frame.Visit) any {
	ctx, who := v.As(frame.OwnRecord), v.Path("ref")
	homes, err := s.housing.ListApplications(ctx, &housingv1.ListApplicationsRequest{Worker: who})
	if err != nil {
		return holdings{Err: err}
	}
	leases, err := s.housing.ListLeases(ctx, &housingv1.ListLeasesRequest{Worker: who})
	return holdings{homes.GetApplications(), leases.GetLeases(), err}
}
