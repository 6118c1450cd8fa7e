package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// SetProfile saves the worker's own wishes. With the first ones a job search
// opens, and what the worker's grants open for it is collected.
func (s *Server) SetProfile(ctx context.Context, req *employmentv1.SetProfileRequest) (*employmentv1.SetProfileResponse, error) {
	return outbox.CommandOrCheck(ctx, s.Log, req.GetCheckOnly(), func(tx *sqldb.Tx) (*employmentv1.SetProfileResponse, error) {
		said, err := s.App.SetProfile(ctx, s.In(tx), req.GetWorker(), Wished(req))
		if err == nil && said.Outcome == domain.Created {
			err = s.Holder.CaseOpened(ctx, tx, domain.ProfileCase(req.GetWorker()), req.GetWorker())
		}
		return &employmentv1.SetProfileResponse{Outcome: said.Outcome, Differs: said.Differs}, err
	})
}

// Wished reads a request's wishes.
func Wished(req *employmentv1.SetProfileRequest) app.Wished {
	return app.Wished{
		Wishes: domain.Wishes{
			Occupation: req.GetOccupation(), WageMinFen: req.GetWageMinFen(), Education: req.GetEducation(), NeedsHousing: req.GetNeedsHousing(), NeedsMeals: req.GetNeedsMeals(),
			County: req.GetCounty(), Township: req.GetTownship(), Skills: req.GetSkills(), Papers: req.GetPaperCertificates(),
		},
		From: req.GetAvailableFrom(), To: req.GetAvailableTo(), Only: req.GetOnly(),
	}
}

// GetProfile shows the worker the own wishes and shared qualifications.
func (s *Server) GetProfile(ctx context.Context, req *employmentv1.GetProfileRequest) (*employmentv1.GetProfileResponse, error) {
	out := &employmentv1.GetProfileResponse{}
	err := s.ownView(ctx, req.GetWorker(), func(st app.Store) error {
		p, err := st.PeekProfile(req.GetWorker())
		if err != nil {
			return err
		}
		held, err := st.HeldQualifications(req.GetWorker(), clock.Today(s.App.Clock))
		out.Profile = profile(p, held)
		return err
	})
	return out, err
}
