package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// AddGuardian enters a guardian from a paper.
func (s *Server) AddGuardian(ctx context.Context, req *registryv1.AddGuardianRequest) (*registryv1.AddGuardianResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.AddGuardianResponse, error) {
		g, err := s.App.AddGuardian(ctx, st, app.GuardianForm{
			Child: req.GetChildId(), Worker: req.GetWorker(), Kind: req.GetGuardianKind(), Paper: req.GetPaper(), From: req.GetValidFrom(), Until: req.GetValidTo(),
		})
		return &registryv1.AddGuardianResponse{GuardianId: g.ID, State: g.State}, err
	})
}

// AnswerGuardian takes a guardian's word on one who is to be added.
func (s *Server) AnswerGuardian(ctx context.Context, req *registryv1.AnswerGuardianRequest) (*registryv1.AnswerGuardianResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.AnswerGuardianResponse, error) {
		state, err := s.App.AnswerGuardian(ctx, st, req.GetGuardianId(), req.GetAgree())
		return &registryv1.AnswerGuardianResponse{State: state}, err
	})
}

// HearGuardian notes that a side was heard.
func (s *Server) HearGuardian(ctx context.Context, req *registryv1.HearGuardianRequest) (*registryv1.HearGuardianResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.HearGuardianResponse, error) {
		return &registryv1.HearGuardianResponse{}, s.App.HearGuardian(ctx, st, req.GetGuardianId(), req.GetSide())
	})
}

// DecideGuardian ends a disagreement.
func (s *Server) DecideGuardian(ctx context.Context, req *registryv1.DecideGuardianRequest) (*registryv1.DecideGuardianResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.DecideGuardianResponse, error) {
		return &registryv1.DecideGuardianResponse{}, s.App.DecideGuardian(ctx, st, req.GetGuardianId(), req.GetApprove())
	})
}

// ListGuardians lists a child's guardians to an officer.
func (s *Server) ListGuardians(ctx context.Context, req *registryv1.ListGuardiansRequest) (*registryv1.ListGuardiansResponse, error) {
	c, err := s.App.Guardians(ctx, req.GetChildId(), req.GetCaseId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListGuardiansResponse{Name: c.Minor.Name.Reveal(), BirthDate: c.Minor.BirthDate.String(), County: c.Child.County, ChildIds: c.Circle.IDs}
	for _, g := range c.Circle.Guardians {
		one := guardianOf(g)
		one.Name = c.Names[g.Worker].Reveal()
		one.MayDecide, one.Hidden = c.Circle.Decides(g, c.Today), c.Circle.HiddenFrom(g.Person)
		one.Decidable = decidable(c.Reader, g, c.Today)
		for _, w := range c.Words[g.ID] {
			one.Words = append(one.Words, &registryv1.GuardianWord{Worker: w.Worker, Word: w.Word, SaidAt: sqldb.Micros(w.SaidAt)})
		}
		out.Guardians = append(out.Guardians, one)
	}
	return out, nil
}

// decidable reports whether a reader may end the disagreement about a guardian now.
func decidable(by auth.Principal, g domain.Guardian, on clock.Date) bool {
	return g.State == domain.GuardianDisputed && g.Heard(on) && by.MayCall("registry.GuardiansService.DecideGuardian", g.County) && !ident.SameStaff(g.Officer, by.Subject)
}

func guardianOf(g domain.Guardian) *registryv1.ChildGuardian {
	return &registryv1.ChildGuardian{
		GuardianId: g.ID, ChildId: g.Child, Worker: g.Worker, GuardianKind: g.Kind, State: g.State, Paper: g.Paper, ValidFrom: g.From.String(), ValidTo: g.Until.String(),
		AnswerBy: g.AnswerBy.String(), HeardPresentAt: micros(g.HeardPresent), HeardNewAt: micros(g.HeardNew), EndReasonCode: g.EndReason, Officer: g.Officer,
		MadeAt: micros(g.MadeAt),
	}
}

// ListChildrenOf lists somebody's children to an officer.
func (s *Server) ListChildrenOf(ctx context.Context, req *registryv1.ListChildrenOfRequest) (*registryv1.ListChildrenOfResponse, error) {
	all, elsewhere, err := s.App.ChildrenOf(ctx, req.GetWorker(), req.GetCaseId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListChildrenOfResponse{Elsewhere: int32(elsewhere)}
	for _, g := range all {
		out.Children = append(out.Children, &registryv1.GuardedChild{ChildId: g.Child, GuardianKind: g.Kind, State: g.State})
	}
	return out, nil
}

// ListMyChildren lists a guardian's own children.
func (s *Server) ListMyChildren(ctx context.Context, req *registryv1.ListMyChildrenRequest) (*registryv1.ListMyChildrenResponse, error) {
	all, err := s.App.MyChildren(ctx, req.GetWorker())
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListMyChildrenResponse{}
	for _, m := range all {
		one := &registryv1.MyChild{ChildId: m.Child.ID, Name: m.Minor.Name.Reveal(), BirthDate: m.Minor.BirthDate.String(), Own: &registryv1.ChildGuardian{
			GuardianId: m.Own.ID, ChildId: m.Own.Child, Worker: m.Own.Worker, GuardianKind: m.Own.Kind, State: m.Own.State, Paper: m.Own.Paper,
			ValidFrom: m.Own.From.String(), ValidTo: m.Own.Until.String(),
		}}
		for _, g := range m.Asked { // who it is by name, and no reference by which more could be asked
			one.Asked = append(one.Asked, &registryv1.ChildGuardian{
				GuardianId: g.ID, ChildId: m.Child.ID, GuardianKind: g.Kind, State: g.State, Paper: g.Paper, AnswerBy: g.AnswerBy.String(), Name: g.Name.Reveal(),
			})
		}
		out.Children = append(out.Children, one)
	}
	return out, nil
}

// OpenGuardianCase opens what a second officer decides.
func (s *Server) OpenGuardianCase(ctx context.Context, req *registryv1.OpenGuardianCaseRequest) (*registryv1.OpenGuardianCaseResponse, error) {
	id, err := s.App.OpenGuardianCase(ctx, once(s, guardianCaseID, (*registryv1.OpenGuardianCaseResponse).GetCaseId), app.CaseForm{
		Kind: req.GetCaseKind(), Child: req.GetChildId(), Guardian: req.GetGuardianId(), Other: req.GetOtherChildId(), Worker: req.GetWorker(),
		Hidden: req.GetHidden(), Until: req.GetValidTo(), Reason: req.GetReasonCode(), Paper: req.GetPaper(),
	})
	if err != nil {
		return nil, err
	}
	return guardianCaseID(id), nil
}

func guardianCaseID(id string) *registryv1.OpenGuardianCaseResponse {
	return &registryv1.OpenGuardianCaseResponse{CaseId: id}
}

// DecideGuardianCase takes the second officer's word.
func (s *Server) DecideGuardianCase(ctx context.Context, req *registryv1.DecideGuardianCaseRequest) (*registryv1.DecideGuardianCaseResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.DecideGuardianCaseResponse, error) {
		state, err := s.App.DecideGuardianCase(ctx, st, req.GetCaseId(), req.GetApprove(), req.GetReasonCode())
		return &registryv1.DecideGuardianCaseResponse{State: state}, err
	})
}

// ListGuardianMatters lists what waits for an officer.
func (s *Server) ListGuardianMatters(ctx context.Context, _ *registryv1.ListGuardianMattersRequest) (*registryv1.ListGuardianMattersResponse, error) {
	out := &registryv1.ListGuardianMattersResponse{}
	err := s.view(ctx, func(st app.Store) error {
		out.Reset()
		m, err := s.App.GuardianMatters(ctx, st)
		if err != nil {
			return err
		}
		for _, c := range m.Cases {
			out.Cases = append(out.Cases, &registryv1.GuardianCase{
				CaseId: c.ID, CaseKind: c.Kind, ChildId: c.Child, GuardianId: c.Guardian, OtherChildId: c.Other, Worker: c.Worker, Hidden: c.Hidden, ValidTo: c.Until.String(),
				ReasonCode: c.Reason, Paper: c.Paper, County: c.County, Officer: c.Officer, MadeAt: sqldb.Micros(c.MadeAt), State: c.State,
				Decidable: m.Reader.MayCall("registry.GuardiansService.DecideGuardianCase", c.County) && !ident.SameStaff(c.Officer, m.Reader.Subject),
			})
		}
		for _, g := range m.Disputes {
			one := guardianOf(g)
			one.Decidable = decidable(m.Reader, g, m.Today)
			out.Disputes = append(out.Disputes, one)
		}
		out.ChildIds = m.Unguarded
		return nil
	})
	return out, err
}

// FindLikeChildren tells which other children have a child's name and birth date.
func (s *Server) FindLikeChildren(ctx context.Context, req *registryv1.FindLikeChildrenRequest) (*registryv1.FindLikeChildrenResponse, error) {
	ids, err := s.App.LikeChildren(ctx, req.GetChildId(), req.GetCaseId())
	return &registryv1.FindLikeChildrenResponse{ChildIds: ids}, err
}

// IsGuardian says whether somebody is a guardian of any child now.
func (s *Server) IsGuardian(ctx context.Context, req *registryv1.IsGuardianRequest) (*registryv1.IsGuardianResponse, error) {
	out := &registryv1.IsGuardianResponse{}
	err := s.view(ctx, func(st app.Store) (err error) {
		out.Guardian, err = s.App.IsGuardian(st, req.GetWorker())
		return err
	})
	return out, err
}
