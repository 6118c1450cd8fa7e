package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// RecordUnseen keeps what somebody says whom no counter saw.
func (s *Server) RecordUnseen(ctx context.Context, req *registryv1.RecordUnseenRequest) (*registryv1.RecordUnseenResponse, error) {
	worker, err := s.App.RecordUnseen(ctx, domain.Form{
		Document: ident.DocumentForm{Kind: req.GetDocumentKind(), Number: req.GetDocumentNumber(), Country: req.GetDocumentCountry(), BirthDate: req.GetBirthDate()},
		Name:     req.GetName(), Phone: req.GetPhone(), County: req.GetCounty(),
	})
	if err != nil {
		return nil, err
	}
	return &registryv1.RecordUnseenResponse{Worker: worker}, nil
}

// GetOwnUnseen tells who is not yet seen the last day.
func (s *Server) GetOwnUnseen(ctx context.Context, req *registryv1.GetOwnUnseenRequest) (*registryv1.GetOwnUnseenResponse, error) {
	name, until, err := s.App.OwnUnseen(ctx, req.GetWorker())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetOwnUnseenResponse{EndsOn: until.String(), Name: name}, nil
}

// ListUnseen lists who says to have a person's number.
func (s *Server) ListUnseen(ctx context.Context, req *registryv1.ListUnseenRequest) (*registryv1.ListUnseenResponse, error) {
	all, err := s.App.Unseen(ctx, req.GetWorker())
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListUnseenResponse{}
	for _, c := range all {
		out.Unseen = append(out.Unseen, &registryv1.UnseenRecord{
			UnseenId: c.Worker.ID, Name: c.Person.Name.Reveal(), Phone: c.Person.Contact.Phone.Reveal(), County: c.Worker.County,
			MadeAt: micros(c.Worker.ContactAt), EndsOn: c.Worker.UnseenUntil.String(), SameName: c.SameName,
		})
	}
	return out, nil
}

// DecideUnseen makes one of them the person's, or ends it.
func (s *Server) DecideUnseen(ctx context.Context, req *registryv1.DecideUnseenRequest) (*registryv1.DecideUnseenResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.DecideUnseenResponse, error) {
		return &registryv1.DecideUnseenResponse{}, s.App.DecideUnseen(ctx, st, req.GetWorker(), req.GetUnseenId(), req.GetRecognise(), req.GetPaper())
	})
}
