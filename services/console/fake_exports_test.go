package console_test

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

var (
	errFakeExport = errs.New(errs.NotFound, "identity.export", "None.")
	errFakeEnded  = errs.New(errs.Conflict, "identity.export_over", "Over.")
)

// fakeExports keeps exports as identity does.
type fakeExports struct {
	exported []*identityv1.Export
	reports  []string // the outcomes that were told
}

// export finds one; the caller holds the lock.
func (i *fakeIdentity) export(id string) (*identityv1.Export, error) {
	for _, e := range i.exported {
		if e.GetExportId() == id {
			return e, nil
		}
	}
	return nil, errFakeExport
}

func (i *fakeIdentity) BeginExport(ctx context.Context, r *identityv1.BeginExportRequest) (*identityv1.BeginExportResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	e := &identityv1.Export{ExportId: ident.NewID(), StaffNumber: p.Subject, FileKind: r.GetFileKind(), List: r.GetList(), AskedAt: time.Now().UnixMicro(), ChangedAt: time.Now().UnixMicro(), State: "ready"}
	i.exported = append(i.exported, e)
	return &identityv1.BeginExportResponse{ExportId: e.GetExportId()}, nil
}

func (i *fakeIdentity) ReportExport(_ context.Context, r *identityv1.ReportExportRequest) (*identityv1.ReportExportResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	e, err := i.export(r.GetExportId())
	if err != nil {
		return nil, err
	}
	from, to := "running", r.GetOutcome()
	if to == "begun" {
		from, to = "ready", "running"
	}
	if e.State != from {
		return nil, errFakeEnded
	}
	i.reports = append(i.reports, r.GetOutcome())
	e.State, e.Rows = to, r.GetRows()
	return &identityv1.ReportExportResponse{}, nil
}

func (i *fakeIdentity) CancelExport(_ context.Context, r *identityv1.CancelExportRequest) (*identityv1.CancelExportResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	e, err := i.export(r.GetExportId())
	if err != nil {
		return nil, err
	}
	if e.State != "ready" && e.State != "running" {
		return nil, errFakeEnded
	}
	e.State = "cancelled"
	return &identityv1.CancelExportResponse{}, nil
}

func (i *fakeIdentity) ReadExport(_ context.Context, r *identityv1.ReadExportRequest) (*identityv1.ReadExportResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	e, err := i.export(r.GetExportId())
	if err != nil {
		return nil, err
	}
	return &identityv1.ReadExportResponse{Export: proto.Clone(e).(*identityv1.Export)}, nil //nolint:errcheck,forcetypeassert // a clone is of its kind
}

func (i *fakeIdentity) ListExports(context.Context, *identityv1.ListExportsRequest) (*identityv1.ListExportsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListExportsResponse{}
	for n := len(i.exported) - 1; n >= 0; n-- {
		out.Exports = append(out.Exports, proto.Clone(i.exported[n]).(*identityv1.Export)) //nolint:errcheck,forcetypeassert // a clone is of its kind
	}
	return out, nil
}
