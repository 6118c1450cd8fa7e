package console_test

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

var (
	errFakeExport = errs.New(errs.NotFound, "identity.export", "None.")
	errFakeReason = errs.New(errs.Invalid, "identity.export_reason", "What for?")
	errFakeRefuse = errs.New(errs.Invalid, "identity.refusal", "Why?")
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
	state := "ready"
	if r.GetNamed() {
		if state = "asked"; r.GetReasonCode() != "visits" {
			return nil, errFakeReason
		}
	}
	e := &identityv1.Export{Named: r.GetNamed(), ReasonCode: r.GetReasonCode(), MostRows: 50, ExportId: ident.NewID(), StaffNumber: p.Subject, FileKind: r.GetFileKind(), List: r.GetList(), AskedAt: time.Now().UnixMicro(), ChangedAt: time.Now().UnixMicro(), State: state}
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

func (i *fakeIdentity) DecideExport(ctx context.Context, r *identityv1.DecideExportRequest) (*identityv1.DecideExportResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	e, err := i.export(r.GetExportId())
	if err != nil {
		return nil, err
	}
	if !r.GetApprove() && r.GetRefusalReasonCode() == "" {
		return nil, errFakeRefuse
	}
	e.State, e.DecidedByStaff, e.DecidedAt, e.RefusalReasonCode = "ready", p.Subject, time.Now().UnixMicro(), ""
	if !r.GetApprove() {
		e.State, e.RefusalReasonCode = "refused", r.GetRefusalReasonCode()
	}
	return &identityv1.DecideExportResponse{}, nil
}

func (i *fakeIdentity) CancelExport(_ context.Context, r *identityv1.CancelExportRequest) (*identityv1.CancelExportResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	e, err := i.export(r.GetExportId())
	if err != nil {
		return nil, err
	}
	if e.State != "asked" && e.State != "ready" && e.State != "running" {
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
	return &identityv1.ReadExportResponse{Export: proto.Clone(e).(*identityv1.Export)}, nil //nolint:forcetypeassert // a clone is of its kind
}

func (i *fakeIdentity) ListExports(context.Context, *identityv1.ListExportsRequest) (*identityv1.ListExportsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListExportsResponse{}
	for n := len(i.exported) - 1; n >= 0; n-- {
		if i.exported[n].GetState() == "asked" {
			out.Waiting = append(out.Waiting, proto.Clone(i.exported[n]).(*identityv1.Export)) //nolint:forcetypeassert // a clone is of its kind
		}
		out.Exports = append(out.Exports, proto.Clone(i.exported[n]).(*identityv1.Export)) //nolint:forcetypeassert // a clone is of its kind
	}
	return out, nil
}

// NameWorkers names everybody by the reference, and keeps who was asked for.
func (f fakeRegistry) NameWorkers(ctx context.Context, r *registryv1.NameWorkersRequest) (*registryv1.NameWorkersResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	out := &registryv1.NameWorkersResponse{}
	for _, ref := range r.GetWorkerIds() {
		f.named = append(f.named, p.Purpose+" "+r.GetCaseId()+" "+ref)
		out.Workers = append(out.Workers, &registryv1.NamedWorker{Worker: ref, Name: "=姓名" + ref[len(ref)-2:]})
	}
	return out, nil
}
