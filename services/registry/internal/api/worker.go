package api

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// RegisterWorker records a person once.
func (s *Server) RegisterWorker(ctx context.Context, req *registryv1.RegisterWorkerRequest) (*registryv1.RegisterWorkerResponse, error) {
	r, err := s.App.RegisterWorker(ctx, once(s, registered, registeredOf), domain.Form{
		Document: ident.DocumentForm{Kind: req.GetDocumentKind(), Number: req.GetDocumentNumber(), Country: req.GetDocumentCountry(), BirthDate: req.GetBirthDate()},
		Name:     req.GetName(), Phone: req.GetPhone(), County: req.GetCounty(), Township: req.GetTownship(),
		Languages: req.GetLanguages(), RegisteredOn: req.GetRegisteredOn(), NoticeVersion: req.GetNoticeVersion(), Signed: req.GetSigned(),
	}, req.GetAsOf(), req.GetCheckOnly())
	if err != nil {
		return nil, err
	}
	return registered(r), nil
}

func registered(r app.Registered) *registryv1.RegisterWorkerResponse {
	return &registryv1.RegisterWorkerResponse{Worker: r.Worker, Outcome: r.Outcome, Differs: r.Differs, LikelyDouble: r.Likely}
}

func registeredOf(m *registryv1.RegisterWorkerResponse) app.Registered {
	return app.Registered{Worker: m.GetWorker(), Outcome: m.GetOutcome(), Differs: m.GetDiffers(), Likely: m.GetLikelyDouble()}
}

// FindWorker finds a person by document number.
func (s *Server) FindWorker(ctx context.Context, req *registryv1.FindWorkerRequest) (*registryv1.FindWorkerResponse, error) {
	var id string
	var former bool
	var answer error
	err := s.App.Data.Change(ctx, func(st app.Store) (err error) {
		f := ident.DocumentForm{Kind: req.GetDocumentKind(), Number: req.GetDocumentNumber(), Country: req.GetDocumentCountry()}
		id, former, answer, err = s.App.FindWorker(ctx, st, f, req.GetCaseId())
		return err
	})
	if err = errors.Join(err, answer); err != nil {
		return nil, err
	}
	return &registryv1.FindWorkerResponse{Worker: id, Former: former}, nil
}

// GetWorker reads who a worker is.
func (s *Server) GetWorker(ctx context.Context, req *registryv1.GetWorkerRequest) (*registryv1.GetWorkerResponse, error) {
	w, p, err := s.App.ReadWorker(ctx, req.GetWorker(), req.GetCaseId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetWorkerResponse{Person: &registryv1.Worker{
		Worker: w.ID, Name: p.Name.Reveal(), DocumentLast4: p.Document.Last4(), Phone: p.Contact.Phone.Reveal(), County: w.County,
		Township: p.Contact.Township, Languages: w.Languages, RegisteredOn: w.RegisteredOn.String(),
		DocumentKind: string(p.Document.Kind()), DocumentCountry: p.Document.Country(),
	}}, nil
}

// NameWorkers reads the names of workers for a list that two officers let out.
func (s *Server) NameWorkers(ctx context.Context, req *registryv1.NameWorkersRequest) (*registryv1.NameWorkersResponse, error) {
	all, err := s.App.NameWorkers(ctx, req.GetWorkerIds(), req.GetCaseId())
	out := &registryv1.NameWorkersResponse{}
	for _, w := range all {
		out.Workers = append(out.Workers, &registryv1.NamedWorker{Worker: w.Worker, Name: w.Name})
	}
	return out, err
}

// GetIdentity reads name and full document number, to be typed into another system.
func (s *Server) GetIdentity(ctx context.Context, req *registryv1.GetIdentityRequest) (*registryv1.GetIdentityResponse, error) {
	name, d, err := s.App.ReadIdentity(ctx, req.GetWorker(), req.GetCaseId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetIdentityResponse{
		Name: name.Reveal(), DocumentKind: string(d.Kind()), DocumentNumber: d.Reveal(), DocumentCountry: d.Country(), BirthDate: d.BirthDate().String(),
	}, nil
}

// UpdateContact changes phone, place and languages.
func (s *Server) UpdateContact(ctx context.Context, req *registryv1.UpdateContactRequest) (*registryv1.UpdateContactResponse, error) {
	err := s.App.UpdateContact(ctx, done[registryv1.UpdateContactResponse](s), req.GetWorker(),
		app.ContactForm{Phone: req.GetPhone(), County: req.GetCounty(), Township: req.GetTownship(), Languages: req.GetLanguages()})
	if err != nil {
		return nil, err
	}
	return &registryv1.UpdateContactResponse{}, nil
}

// CheckAge answers only whether an age is reached.
func (s *Server) CheckAge(ctx context.Context, req *registryv1.CheckAgeRequest) (*registryv1.CheckAgeResponse, error) {
	reached, err := s.App.HasReached(ctx, req.GetWorker(), req.GetCaseId(), int(req.GetMinAge()), req.GetOn())
	return &registryv1.CheckAgeResponse{Reached: reached}, err
}

// CloseAccount ends the account for good.
func (s *Server) CloseAccount(ctx context.Context, req *registryv1.CloseAccountRequest) (*registryv1.CloseAccountResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.CloseAccountResponse, error) {
		return &registryv1.CloseAccountResponse{}, s.App.CloseAccount(ctx, st, req.GetWorker())
	})
}

// GetStanding answers whether there are accounts.
func (s *Server) GetStanding(ctx context.Context, req *registryv1.GetStandingRequest) (*registryv1.GetStandingResponse, error) {
	var out *registryv1.GetStandingResponse
	err := s.view(ctx, func(st app.Store) (err error) {
		out = &registryv1.GetStandingResponse{}
		for _, id := range req.GetWorkerIds() {
			known, closed, err := s.App.Standing(st, id)
			if err != nil {
				return err
			}
			if known {
				out.Standings = append(out.Standings, &registryv1.Standing{Worker: id, Closed: closed})
			}
		}
		if req.GetWorker() != "" {
			if out.Known, out.Closed, err = s.App.Standing(st, req.GetWorker()); err != nil {
				return err
			}
		}
		if req.GetDivision() != "" {
			out.Covered, err = s.App.Covers(st, req.GetWorker(), req.GetDivision())
		}
		return err
	})
	return out, err
}

// Covers tells the registry's own edge whether a division covers a worker's county.
func (s *Server) Covers(ctx context.Context, worker, division string) (covered bool, err error) {
	err = s.view(ctx, func(st app.Store) (err error) {
		covered, err = s.App.Covers(st, worker, division)
		return err
	})
	return covered, err
}
