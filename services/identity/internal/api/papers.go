package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// PrintPapers records a block of forms.
func (s *Server) PrintPapers(ctx context.Context, req *identityv1.PrintPapersRequest) (*identityv1.PrintPapersResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.PrintPapersResponse, error) {
		id, err := s.App.PrintPapers(in, own, req.GetTask(), int(req.GetForms()))
		return &identityv1.PrintPapersResponse{BlockId: id}, err
	})
}

// ReadPapers shows a block with its numbers.
func (s *Server) ReadPapers(ctx context.Context, req *identityv1.ReadPapersRequest) (*identityv1.ReadPapersResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ReadPapersResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		b, all, err := s.App.Papers(in, own, req.GetBlockId())
		if err != nil {
			return err
		}
		out.Block = paperBlock(b)
		out.Papers, err = s.papers(own, all)
		return err
	})
	return out, err
}

// ListPapers lists a page of blocks, and what is to be done.
func (s *Server) ListPapers(ctx context.Context, req *identityv1.ListPapersRequest) (*identityv1.ListPapersResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListPapersResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		blocks, next, err := s.App.PaperBlocks(in, own, req.GetBeforeId())
		if err != nil {
			return err
		}
		out.NextBeforeId = next
		for _, b := range blocks {
			out.Blocks = append(out.Blocks, paperBlock(b))
		}
		if req.GetBeforeId() != "" {
			return nil
		}
		open, err := s.App.OpenPapers(in, own)
		if err != nil {
			return err
		}
		out.Open, err = s.papers(own, open)
		return err
	})
	return out, err
}

// VoidPapers says that a block is good for nothing any more.
func (s *Server) VoidPapers(ctx context.Context, req *identityv1.VoidPapersRequest) (*identityv1.VoidPapersResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.VoidPapersResponse, error) {
		return &identityv1.VoidPapersResponse{}, s.App.VoidPapers(in, own, req.GetBlockId(), req.GetReasonCode())
	})
}

// StatePaper says when a form was received.
func (s *Server) StatePaper(ctx context.Context, req *identityv1.StatePaperRequest) (*identityv1.StatePaperResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.StatePaperResponse, error) {
		return &identityv1.StatePaperResponse{}, s.App.StatePaper(ctx, in, own, req.GetPaperForm(), domain.PaperSaid{
			Worker: req.GetWorker(), Away: req.GetAwayCode(), ReceivedAt: sqldb.Time(req.GetReceivedAt()), AwaySince: sqldb.Time(req.GetAwaySince()),
		})
	})
}

// DecidePaper confirms that time, or refuses it.
func (s *Server) DecidePaper(ctx context.Context, req *identityv1.DecidePaperRequest) (*identityv1.DecidePaperResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.DecidePaperResponse, error) {
		return &identityv1.DecidePaperResponse{}, s.App.DecidePaper(in, own, req.GetPaperForm(), req.GetApprove(), sqldb.Time(req.GetReceivedAt()), req.GetRefusalReasonCode())
	})
}

// ListPapersOf lists a visitor's that can be entered.
func (s *Server) ListPapersOf(ctx context.Context, req *identityv1.ListPapersOfRequest) (*identityv1.ListPapersOfResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListPapersOfResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		all, err := s.App.PapersOf(ctx, in, own, req.GetWorker(), req.GetTask())
		if err != nil {
			return err
		}
		out.Papers, err = s.papers(own, all)
		return err
	})
	return out, err
}

func paperBlock(b domain.PaperBlock) *identityv1.PaperBlock {
	return &identityv1.PaperBlock{
		BlockId: b.ID, Task: b.Task, Department: b.Department, Division: b.Division, StaffNumber: b.Staff, PrintedAt: micros(b.PrintedAt),
		Forms: int32(b.Forms), Entered: int32(b.Entered), VoidedAt: micros(b.VoidedAt), VoidedByStaff: b.VoidedBy, ReasonCode: b.VoidReason,
	}
}

// papers are forms as they stand now.
func (s *Server) papers(own domain.Session, all []app.Paper) (out []*identityv1.PaperForm, err error) {
	now := s.App.Clock.Now()
	p, err := domain.PolicyOn(s.App.Rules, clock.DateOf(now), "")
	for _, f := range all {
		out = append(out, &identityv1.PaperForm{
			PaperForm: f.Number, BlockId: f.Block, Task: f.Task, State: f.StateOn(f.Of, p.Paper, now), Worker: f.Worker, ReceivedAt: micros(f.ReceivedAt),
			AwayCode: f.Away, AwaySince: micros(f.AwaySince), StatedByStaff: f.Staff, StatedAt: micros(f.StatedAt), DecidedByStaff: f.DecidedStaff, DecidedAt: micros(f.DecidedAt),
			RefusalReasonCode: f.Refusal, EnteredAt: micros(f.EnteredAt), EndsAt: micros(f.Ends(p.Paper)), Own: f.By == own.Account,
		})
	}
	return out, err
}
