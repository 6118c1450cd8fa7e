package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// BeginExport gives an export its number.
func (s *Server) BeginExport(ctx context.Context, req *identityv1.BeginExportRequest) (*identityv1.BeginExportResponse, error) {
	list := narrowing(req.GetList())
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.BeginExportResponse, error) {
		id, err := s.App.BeginExport(ctx, in, own, req.GetFileKind(), list, app.Names{Wanted: req.GetNamed(), Reason: req.GetReasonCode()})
		return &identityv1.BeginExportResponse{ExportId: id}, err
	})
}

// ReportExport says how far a file is.
func (s *Server) ReportExport(ctx context.Context, req *identityv1.ReportExportRequest) (*identityv1.ReportExportResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	return &identityv1.ReportExportResponse{}, s.App.Data.Change(ctx, func(in app.Store) error {
		return s.App.ReportExport(in, own, req.GetExportId(), req.GetOutcome(), req.GetRows())
	})
}

// DecideExport lets the names of a list out, or refuses to.
func (s *Server) DecideExport(ctx context.Context, req *identityv1.DecideExportRequest) (*identityv1.DecideExportResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.DecideExportResponse, error) {
		return &identityv1.DecideExportResponse{}, s.App.DecideExport(in, own, req.GetExportId(), req.GetApprove(), req.GetRefusalReasonCode())
	})
}

// CancelExport ends one of the caller's own.
func (s *Server) CancelExport(ctx context.Context, req *identityv1.CancelExportRequest) (*identityv1.CancelExportResponse, error) {
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.CancelExportResponse, error) {
		return &identityv1.CancelExportResponse{}, s.App.CancelExport(in, own, req.GetExportId())
	})
}

// ReadExport shows one of the caller's own.
func (s *Server) ReadExport(ctx context.Context, req *identityv1.ReadExportRequest) (*identityv1.ReadExportResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ReadExportResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		e, err := s.App.OwnExport(in, own, req.GetExportId())
		if err != nil {
			return err
		}
		out.Export, err = s.exported(e)
		return err
	})
	return out, err
}

// ListExports lists a page of the caller's own, or of everybody's.
func (s *Server) ListExports(ctx context.Context, req *identityv1.ListExportsRequest) (*identityv1.ListExportsResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	out := &identityv1.ListExportsResponse{}
	err = s.App.Data.Look(ctx, func(in app.Store) error {
		all, next, err := s.App.Exports(ctx, in, own, req.GetBeforeId())
		if err != nil {
			return err
		}
		out.NextBeforeId = next
		if out.Exports, err = s.allExported(all); err != nil || req.GetBeforeId() != "" {
			return err
		}
		waiting, err := s.App.ExportsToDecide(in, own)
		if err != nil {
			return err
		}
		out.Waiting, err = s.allExported(waiting)
		return err
	})
	return out, err
}

func (s *Server) allExported(all []domain.Export) (out []*identityv1.Export, err error) {
	for _, e := range all {
		one, err := s.exported(e)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// exported is an export as it stands now.
func (s *Server) exported(e domain.Export) (*identityv1.Export, error) {
	now := s.App.Clock.Now()
	p, err := domain.PolicyOn(s.App.Rules, clock.DateOf(now), "")
	if err != nil {
		return nil, err
	}
	out := &identityv1.Export{
		ExportId: e.ID, StaffNumber: e.Staff, FileKind: e.Kind, AskedAt: micros(e.AskedAt), State: e.StateOn(p.Export, now), Rows: e.Rows, ChangedAt: micros(e.ChangedAt),
		List: narrowed(e.List), Named: e.Named, ReasonCode: e.Reason, DecidedByStaff: e.DecidedStaff, DecidedAt: micros(e.DecidedAt), RefusalReasonCode: e.Refusal, EndsAt: micros(e.Ends(p.Export)),
	}
	if e.Named {
		out.MostRows = int32(p.Export.Most)
	}
	return out, nil
}

// narrowing reads what a list of work is narrowed to, and narrowed writes it.
func narrowing(l *identityv1.ExportedList) domain.ExportedList {
	return domain.ExportedList{Service: l.GetService(), Matter: l.GetMatter(), County: l.GetCounty(), State: l.GetState(), CaseEnd: l.GetCaseEnd(), Who: l.GetWho(), Overdue: l.GetOverdue()}
}

func narrowed(l domain.ExportedList) *identityv1.ExportedList {
	return &identityv1.ExportedList{Service: l.Service, Matter: l.Matter, County: l.County, State: l.State, CaseEnd: l.CaseEnd, Who: l.Who, Overdue: l.Overdue}
}
