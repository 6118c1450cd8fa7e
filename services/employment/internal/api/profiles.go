package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SetProfile saves the worker's own wishes. With the first ones a job search
// opens, and what the worker's grants open for it is collected.
func (s *Server) SetProfile(ctx context.Context, req *employmentv1.SetProfileRequest) (*employmentv1.SetProfileResponse, error) {
	return outbox.Command(ctx, s.Log, func(tx *sqldb.Tx) (*employmentv1.SetProfileResponse, error) {
		w := domain.Wishes{
			Occupation: req.GetOccupation(), WageMinFen: req.GetWageMinFen(), Education: req.GetEducation(), NeedsHousing: req.GetNeedsHousing(), NeedsMeals: req.GetNeedsMeals(),
			County: req.GetCounty(), Township: req.GetTownship(), Skills: req.GetSkills(), Papers: req.GetPaperCertificates(),
		}
		outcome, err := s.App.SetProfile(ctx, s.In(tx), req.GetWorker(), w, req.GetAvailableFrom(), req.GetAvailableTo())
		if err == nil && outcome == domain.Created {
			err = s.Holder.CaseOpened(ctx, tx, domain.ProfileCase(req.GetWorker()), req.GetWorker())
		}
		return &employmentv1.SetProfileResponse{Outcome: outcome}, err
	})
}

// GetProfile shows the worker the own wishes and shared qualifications.
func (s *Server) GetProfile(ctx context.Context, req *employmentv1.GetProfileRequest) (*employmentv1.GetProfileResponse, error) {
	out := &employmentv1.GetProfileResponse{}
	err := s.ownView(ctx, req.GetWorker(), func(st app.Store) error {
		p, err := st.PeekProfile(req.GetWorker())
		if err != nil {
			return err
		}
		held, err := st.HeldQualifications(req.GetWorker())
		out.Profile = profile(p, held)
		return err
	})
	return out, err
}
