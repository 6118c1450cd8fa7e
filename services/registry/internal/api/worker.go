package api

import (
	"context"
	"errors"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// RegisterWorker records a person once. It looks first, then makes the person's
// key, then writes the row, so that the row's transaction does no cryptography
// and the key is durable before anything is sealed under it.
func (s *Server) RegisterWorker(ctx context.Context, req *registryv1.RegisterWorkerRequest) (*registryv1.RegisterWorkerResponse, error) {
	e, err := s.App.CheckRegistration(ctx, domain.Form{
		Document: req.GetDocumentNumber(), Name: req.GetName(), Phone: req.GetPhone(), County: req.GetCounty(), Township: req.GetTownship(),
		Languages: req.GetLanguages(), RegisteredOn: req.GetRegisteredOn(), NoticeVersion: req.GetNoticeVersion(), Signed: req.GetSigned(),
	}, req.GetAsOf(), req.GetCheckOnly())
	if err != nil {
		return nil, err
	}
	var reply *registryv1.RegisterWorkerResponse
	for range attempts {
		if reply, err = s.registerWorker(ctx, e, req.GetCheckOnly()); !raced(err) {
			break
		}
	}
	return reply, err
}

func (s *Server) registerWorker(ctx context.Context, e app.Entry, checkOnly bool) (*registryv1.RegisterWorkerResponse, error) {
	var known domain.Worker
	var found bool
	err := s.look(ctx, func(st app.Store) (err error) {
		known, found, err = st.WorkerByDocument(e.Index)
		return err
	})
	if err != nil {
		return nil, err
	}
	if found && s.App.Elsewhere(ctx, known) {
		if checkOnly {
			return &registryv1.RegisterWorkerResponse{Outcome: requested}, nil
		}
		c, err := s.App.CaseOfRegistration(ctx, known, e)
		if err != nil {
			return nil, err
		}
		return command(ctx, s, func(st app.Store) (*registryv1.RegisterWorkerResponse, error) {
			return &registryv1.RegisterWorkerResponse{Outcome: requested}, s.App.OpenCase(ctx, st, c)
		})
	}
	if found {
		said, err := s.App.SamePerson(ctx, known, e)
		if err != nil {
			return nil, err
		}
		reply := &registryv1.RegisterWorkerResponse{Worker: known.ID, Outcome: said.Outcome, Differs: said.Differs}
		if checkOnly {
			return reply, nil
		}
		return command(ctx, s, func(st app.Store) (*registryv1.RegisterWorkerResponse, error) {
			return reply, s.App.Recognise(ctx, st, known, said)
		})
	}
	if checkOnly {
		return &registryv1.RegisterWorkerResponse{Outcome: created}, nil
	}
	before, err := s.App.WhoBefore(ctx, e.Index, s.reading(ctx))
	if err != nil {
		return nil, err
	}
	w, events, err := s.App.NewWorker(ctx, e, before)
	if err != nil {
		return nil, err
	}
	reply, err := command(ctx, s, func(st app.Store) (*registryv1.RegisterWorkerResponse, error) {
		return &registryv1.RegisterWorkerResponse{Worker: w.ID, Outcome: created}, s.App.RegisterWorker(ctx, st, w, events)
	})
	if err == nil && reply.GetWorker() == w.ID { // and no stored answer
		s.App.Vault.File(w.ID, e.Index)
	}
	return reply, err
}

// FindWorker finds a person by document number.
func (s *Server) FindWorker(ctx context.Context, req *registryv1.FindWorkerRequest) (*registryv1.FindWorkerResponse, error) {
	var id string
	var answer error
	err := s.update(ctx, func(st app.Store) (err error) {
		id, answer, err = s.App.FindWorker(ctx, st, req.GetDocumentNumber(), req.GetCaseId())
		return err
	})
	if err = errors.Join(err, answer); err != nil {
		return nil, err
	}
	return &registryv1.FindWorkerResponse{Worker: id}, nil
}

// GetWorker reads who a worker is.
func (s *Server) GetWorker(ctx context.Context, req *registryv1.GetWorkerRequest) (*registryv1.GetWorkerResponse, error) {
	var w domain.Worker
	err := s.update(ctx, func(st app.Store) (err error) {
		w, err = s.App.ReadWorker(ctx, st, req.GetWorker(), req.GetCaseId())
		return err
	})
	if err != nil {
		return nil, err
	}
	p, err := s.App.OpenWorker(ctx, w)
	if err != nil {
		return nil, err
	}
	return &registryv1.GetWorkerResponse{Person: &registryv1.Worker{
		Worker: w.ID, Name: p.Name.Reveal(), DocumentLast4: p.Document.Last4(), Phone: p.Contact.Phone.Reveal(), County: w.County,
		Township: p.Contact.Township, Languages: w.Languages, RegisteredOn: w.RegisteredOn.String(),
	}}, nil
}

// UpdateContact changes phone, place and languages.
func (s *Server) UpdateContact(ctx context.Context, req *registryv1.UpdateContactRequest) (*registryv1.UpdateContactResponse, error) {
	var known domain.Worker
	err := s.view(ctx, func(st app.Store) (err error) {
		known, err = st.PeekWorker(req.GetWorker())
		return err
	})
	if err != nil {
		return nil, s.App.Hidden(ctx, req.GetWorker(), err)
	}
	f := app.ContactForm{Phone: req.GetPhone(), County: req.GetCounty(), Township: req.GetTownship(), Languages: req.GetLanguages()}
	sealed, err := s.App.SealContact(ctx, known, f)
	if err != nil {
		return nil, err
	}
	return command(ctx, s, func(st app.Store) (*registryv1.UpdateContactResponse, error) {
		return &registryv1.UpdateContactResponse{}, s.App.UpdateContact(ctx, st, known, sealed, f)
	})
}

// CheckAge answers only whether an age is reached.
func (s *Server) CheckAge(ctx context.Context, req *registryv1.CheckAgeRequest) (*registryv1.CheckAgeResponse, error) {
	var w domain.Worker
	err := s.update(ctx, func(st app.Store) (err error) {
		w, err = s.App.AskAge(ctx, st, req.GetWorker(), req.GetCaseId(), int(req.GetMinAge()))
		return err
	})
	if err != nil {
		return nil, err
	}
	reached, err := s.App.HasReached(ctx, w, int(req.GetMinAge()), req.GetOn())
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
