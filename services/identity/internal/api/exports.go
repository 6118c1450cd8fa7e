package api

import (
	"context"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// BeginExport gives an export its number.
func (s *Server) BeginExport(ctx context.Context, req *identityv1.BeginExportRequest) (*identityv1.BeginExportResponse, error) {
	l := req.GetList()
	list := domain.ExportedList{Service: l.GetService(), Matter: l.GetMatter(), County: l.GetCounty(), State: l.GetState(), CaseEnd: l.GetCaseEnd(), Who: l.GetWho(), Overdue: l.GetOverdue()}
	return command(ctx, s, func(in app.Store, own domain.Session) (*identityv1.BeginExportResponse, error) {
		id, err := s.App.BeginExport(in, own, req.GetFileKind(), list)
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
		out.Export = exported(e)
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
		out.Exports, out.NextBeforeId = nil, next
		for _, e := range all {
			out.Exports = append(out.Exports, exported(e))
		}
		return err
	})
	return out, err
}

func exported(e domain.Export) *identityv1.Export {
	l := e.List
	return &identityv1.Export{
		ExportId: e.ID, StaffNumber: e.Staff, FileKind: e.Kind, AskedAt: micros(e.AskedAt), State: e.State, Rows: e.Rows, ChangedAt: micros(e.ChangedAt),
		List: &identityv1.ExportedList{Service: l.Service, Matter: l.Matter, County: l.County, State: l.State, CaseEnd: l.CaseEnd, Who: l.Who, Overdue: l.Overdue},
	}
}
