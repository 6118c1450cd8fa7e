package web

import (
	"net/http"
	"sync"

	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/console/internal/words"
)

// have is what each department holds for the worker. A department that does
// not answer leaves its error and the others their answers.
type have struct {
	Jobs       []*employmentv1.Application
	Hires      []*employmentv1.Hire
	JobsErr    error
	Cover      *insurancev1.ListCoverResponse
	CoverErr   error
	Training   *trainingv1.ListEnrolmentsResponse
	TrainErr   error
	Schools    []*educationv1.Application
	SchoolsErr error
	Homes      []*housingv1.Application
	Leases     []*housingv1.Lease
	HomesErr   error
}

func (s *Site) have(w http.ResponseWriter, r *http.Request, p *words.Printer) error {
	ctx, cancel := asWorker(r)
	defer cancel()
	who := r.PathValue("ref")
	h := &have{}
	var wg sync.WaitGroup
	wg.Go(func() {
		jobs, err := s.Clients.Employment.ListApplications(ctx, &employmentv1.ListApplicationsRequest{Worker: who})
		if h.Jobs, h.JobsErr = jobs.GetApplications(), err; err != nil {
			return
		}
		hires, err := s.Clients.Employment.ListHires(ctx, &employmentv1.ListHiresRequest{Worker: who})
		h.Hires, h.JobsErr = hires.GetHires(), err
	})
	wg.Go(func() {
		h.Cover, h.CoverErr = s.Clients.Insurance.ListCover(ctx, &insurancev1.ListCoverRequest{Worker: who})
	})
	wg.Go(func() {
		h.Training, h.TrainErr = s.Clients.Training.ListEnrolments(ctx, &trainingv1.ListEnrolmentsRequest{Worker: who})
	})
	wg.Go(func() {
		schools, err := s.Clients.Education.ListApplications(ctx, &educationv1.ListApplicationsRequest{Worker: who})
		h.Schools, h.SchoolsErr = schools.GetApplications(), err
	})
	wg.Go(func() {
		homes, err := s.Clients.Housing.ListApplications(ctx, &housingv1.ListApplicationsRequest{Worker: who})
		if h.Homes, h.HomesErr = homes.GetApplications(), err; err != nil {
			return
		}
		leases, err := s.Clients.Housing.ListLeases(ctx, &housingv1.ListLeasesRequest{Worker: who})
		h.Leases, h.HomesErr = leases.GetLeases(), err
	})
	wg.Wait()
	return s.worker(w, r, p, workerBody{Tab: "have", Have: h})
}
