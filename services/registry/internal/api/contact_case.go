package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// ProposeContact opens a case to change a contact or county without the person.
func (s *Server) ProposeContact(ctx context.Context, req *registryv1.ProposeContactRequest) (*registryv1.ProposeContactResponse, error) {
	var known domain.Worker
	err := s.view(ctx, func(st app.Store) (err error) {
		known, err = st.PeekWorker(req.GetWorker())
		return err
	})
	if err != nil {
		return nil, err
	}
	c, err := s.App.SealProposal(ctx, known, app.ContactForm{Phone: req.GetPhone(), County: req.GetCounty(), Township: req.GetTownship(), Languages: req.GetLanguages()})
	if err != nil {
		return nil, err
	}
	return command(ctx, s, func(st app.Store) (*registryv1.ProposeContactResponse, error) {
		return &registryv1.ProposeContactResponse{CaseId: c.ID}, s.App.OpenCase(ctx, st, c)
	})
}

// ListContactCases lists what waits for a second officer.
func (s *Server) ListContactCases(ctx context.Context, _ *registryv1.ListContactCasesRequest) (*registryv1.ListContactCasesResponse, error) {
	out := &registryv1.ListContactCasesResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, decides, err := s.App.ContactCases(ctx, st)
		for _, c := range all {
			one := &registryv1.ContactCase{CaseId: c.ID, County: c.County, Officer: c.Officer, MadeAt: sqldb.Micros(c.MadeAt), Decidable: decides(c)}
			if one.GetDecidable() {
				one.Worker, one.NameDiffers = c.Worker, c.NameDiffers
			}
			out.Cases = append(out.Cases, one)
		}
		return err
	})
	return out, err
}

// DecideContact applies or refuses a case.
func (s *Server) DecideContact(ctx context.Context, req *registryv1.DecideContactRequest) (*registryv1.DecideContactResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.DecideContactResponse, error) {
		return &registryv1.DecideContactResponse{}, s.App.DecideContact(ctx, st, req.GetCaseId(), req.GetApprove())
	})
}
