package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/ident"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// RegisterChild links a child to its guardian, once.
func (s *Server) RegisterChild(ctx context.Context, req *registryv1.RegisterChildRequest) (*registryv1.RegisterChildResponse, error) {
	r, err := s.App.RegisterChild(ctx, once(s, registeredChild, registeredChildOf), app.ChildForm{
		Guardian: req.GetWorker(), Name: req.GetName(), BirthDate: req.GetBirthDate(), County: req.GetCounty(), Township: req.GetTownship(), AsOf: req.GetAsOf(),
		CheckOnly: req.GetCheckOnly(), GuardianDocument: ident.DocumentForm{Kind: req.GetDocumentKind(), Number: req.GetGuardianDocument(), Country: req.GetDocumentCountry()},
	})
	if err != nil {
		return nil, err
	}
	return registeredChild(r), nil
}

func registeredChild(r app.RegisteredChild) *registryv1.RegisterChildResponse {
	return &registryv1.RegisterChildResponse{ChildId: r.ChildID, Outcome: r.Outcome, Differs: r.Differs, LikelyDouble: r.Likely}
}

func registeredChildOf(m *registryv1.RegisterChildResponse) app.RegisteredChild {
	return app.RegisteredChild{ChildID: m.GetChildId(), Outcome: m.GetOutcome(), Differs: m.GetDiffers(), Likely: m.GetLikelyDouble()}
}

// GetChild reads who a child is.
func (s *Server) GetChild(ctx context.Context, req *registryv1.GetChildRequest) (*registryv1.GetChildResponse, error) {
	c, err := s.App.ReadChild(ctx, req.GetChildId(), req.GetCaseId(), req.GetWorker())
	if err != nil {
		return nil, err
	}
	out := &registryv1.GetChildResponse{Child: &registryv1.Child{
		ChildId: c.ID, Worker: c.Worker, Name: c.Name.Reveal(), BirthDate: c.BirthDate.String(), County: c.County, Township: c.Township,
	}, ChildIds: c.Circle.IDs}
	for _, g := range c.Circle.Guardians {
		if g.EndReason == domain.EndAccountClosed {
			continue
		}
		out.Guardians = append(out.Guardians, &registryv1.ChildGuardian{
			GuardianId: g.ID, ChildId: g.Child, Worker: g.Worker, GuardianKind: g.Kind, State: g.State, EndReasonCode: g.EndReason,
			MayDecide: c.Circle.Decides(g, c.Today) && (!c.Grown || g.Kind == domain.KindSelf), Hidden: c.Circle.HiddenFrom(g.Person),
		})
	}
	return out, nil
}
