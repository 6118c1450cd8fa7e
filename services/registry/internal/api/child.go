package api

import (
	"context"

	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// RegisterChild links a child to its guardian, once, in the order that
// RegisterWorker keeps.
func (s *Server) RegisterChild(ctx context.Context, req *registryv1.RegisterChildRequest) (reply *registryv1.RegisterChildResponse, err error) {
	f := app.ChildForm{Guardian: req.GetWorker(), Name: req.GetName(), BirthDate: req.GetBirthDate(), County: req.GetCounty(), Township: req.GetTownship(), AsOf: req.GetAsOf(),
		CheckOnly: req.GetCheckOnly(), GuardianDocument: req.GetGuardianDocument()}
	for range attempts {
		if reply, err = s.registerChild(ctx, f); !raced(err) {
			break
		}
	}
	return reply, err
}

func (s *Server) registerChild(ctx context.Context, f app.ChildForm) (*registryv1.RegisterChildResponse, error) {
	var e app.ChildEntry
	var known domain.Child
	var found, likely bool
	var differs []string
	err := s.view(ctx, func(st app.Store) (err error) {
		if e, err = s.App.CheckChild(ctx, st, f); err != nil {
			return err
		}
		if known, found, err = st.ChildByIdentity(e.Identity); err != nil || found {
			return err
		}
		if known, found, likely, err = s.App.SameChild(ctx, st, e); found {
			differs = []string{"name"}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if f.CheckOnly {
		return &registryv1.RegisterChildResponse{Outcome: outcome(found, differs), Differs: differs, LikelyDouble: likely}, nil
	}
	if found {
		return command(ctx, s, func(app.Store) (*registryv1.RegisterChildResponse, error) {
			return &registryv1.RegisterChildResponse{ChildId: known.ID, Outcome: outcome(true, differs), Differs: differs, LikelyDouble: likely}, nil
		})
	}
	before, err := s.App.WhoBefore(ctx, e.Identity, s.reading(ctx))
	if err != nil {
		return nil, err
	}
	c, events, err := s.App.NewChild(ctx, e, before)
	if err != nil {
		return nil, err
	}
	reply, err := command(ctx, s, func(st app.Store) (*registryv1.RegisterChildResponse, error) {
		return &registryv1.RegisterChildResponse{ChildId: c.ID, Outcome: created, LikelyDouble: likely}, s.App.RegisterChild(ctx, st, c, events)
	})
	if err == nil && reply.GetChildId() == c.ID { // and no stored answer
		s.App.Vault.File(c.ID, e.Identity)
	}
	return reply, err
}

// outcome says what a form of a child means beside what is registered.
func outcome(found bool, differs []string) string {
	switch {
	case !found:
		return created
	case len(differs) > 0:
		return domain.Differs
	}
	return unchanged
}

// GetChild reads who a child is.
func (s *Server) GetChild(ctx context.Context, req *registryv1.GetChildRequest) (*registryv1.GetChildResponse, error) {
	var c domain.Child
	err := s.update(ctx, func(st app.Store) (err error) {
		c, err = s.App.ReadChild(ctx, st, req.GetChildId(), req.GetCaseId())
		return err
	})
	if err != nil {
		return nil, err
	}
	m, err := s.App.OpenChild(ctx, c)
	if err != nil {
		return nil, err
	}
	return &registryv1.GetChildResponse{Child: &registryv1.Child{
		ChildId: c.ID, Worker: c.Guardian, Name: m.Name.Reveal(), BirthDate: m.BirthDate.String(), County: c.County, Township: m.Township,
	}}, nil
}
