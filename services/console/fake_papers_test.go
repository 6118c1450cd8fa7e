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
	errFakePaper   = errs.New(errs.NotFound, "identity.paper", "None.")
	errFakeBlock   = errs.New(errs.NotFound, "identity.paper_block", "None.")
	errFakePaperNo = errs.New(errs.Invalid, "identity.paper_number", "No number.")
	errFakeBack    = errs.New(errs.Invalid, "identity.paper_back", "Too long ago.")
	errFakeDiffers = errs.New(errs.Invalid, "identity.paper_differs", "Another time.")
	errFakeVoids   = errs.New(errs.Invalid, "identity.paper_reason", "Why?")
)

// fakePapers keeps paper forms as identity does; whatever is said of one is another officer's.
type fakePapers struct {
	blocks []*identityv1.PaperBlock
	papers []*identityv1.PaperForm
}

// paper finds a form; the caller holds the lock.
func (i *fakeIdentity) paper(number string) (*identityv1.PaperForm, error) {
	if len(number) != 12 {
		return nil, errFakePaperNo
	}
	for _, f := range i.papers {
		if f.GetPaperForm() == number {
			return f, nil
		}
	}
	return nil, errFakePaper
}

// block finds a block; the caller holds the lock.
func (i *fakeIdentity) block(id string) (*identityv1.PaperBlock, error) {
	for _, b := range i.blocks {
		if b.GetBlockId() == id {
			return b, nil
		}
	}
	return nil, errFakeBlock
}

func (i *fakeIdentity) PrintPapers(ctx context.Context, r *identityv1.PrintPapersRequest) (*identityv1.PrintPapersResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if r.GetForms() < 1 || r.GetForms() > 100 {
		return nil, errs.New(errs.Invalid, "identity.paper_forms", "How many?").With("most", "100")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	b := &identityv1.PaperBlock{BlockId: ident.NewID(), Task: r.GetTask(), Department: "hou", Division: "654301", StaffNumber: p.Subject, PrintedAt: time.Now().UnixMicro(), Forms: r.GetForms()}
	i.blocks = append(i.blocks, b)
	for n := range r.GetForms() {
		i.papers = append(i.papers, &identityv1.PaperForm{PaperForm: "1234567890" + string([]byte{'0' + byte(n/10), '0' + byte(n%10)}), BlockId: b.GetBlockId(), Task: r.GetTask(), State: "free"})
	}
	return &identityv1.PrintPapersResponse{BlockId: b.GetBlockId()}, nil
}

func (i *fakeIdentity) ReadPapers(_ context.Context, r *identityv1.ReadPapersRequest) (*identityv1.ReadPapersResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	b, err := i.block(r.GetBlockId())
	if err != nil {
		return nil, err
	}
	out := &identityv1.ReadPapersResponse{Block: proto.Clone(b).(*identityv1.PaperBlock)} //nolint:forcetypeassert // a clone is of its kind
	for _, f := range i.papers {
		if f.GetBlockId() == b.GetBlockId() {
			out.Papers = append(out.Papers, proto.Clone(f).(*identityv1.PaperForm)) //nolint:forcetypeassert // a clone is of its kind
		}
	}
	return out, nil
}

func (i *fakeIdentity) ListPapers(context.Context, *identityv1.ListPapersRequest) (*identityv1.ListPapersResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListPapersResponse{}
	for _, b := range i.blocks {
		out.Blocks = append(out.Blocks, proto.Clone(b).(*identityv1.PaperBlock)) //nolint:forcetypeassert // a clone is of its kind
	}
	for _, f := range i.papers {
		if f.GetState() == "stated" || f.GetState() == "confirmed" {
			out.Open = append(out.Open, proto.Clone(f).(*identityv1.PaperForm)) //nolint:forcetypeassert // a clone is of its kind
		}
	}
	return out, nil
}

func (i *fakeIdentity) VoidPapers(ctx context.Context, r *identityv1.VoidPapersRequest) (*identityv1.VoidPapersResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	b, err := i.block(r.GetBlockId())
	if err == nil && r.GetReasonCode() == "" {
		err = errFakeVoids
	}
	if err != nil {
		return nil, err
	}
	b.VoidedAt, b.VoidedByStaff, b.ReasonCode = time.Now().UnixMicro(), p.Subject, r.GetReasonCode()
	return &identityv1.VoidPapersResponse{}, nil
}

func (i *fakeIdentity) StatePaper(_ context.Context, r *identityv1.StatePaperRequest) (*identityv1.StatePaperResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	f, err := i.paper(r.GetPaperForm())
	if err == nil && r.GetReceivedAt() < time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro() {
		err = errFakeBack.With("days", "15")
	}
	if err != nil {
		return nil, err
	}
	f.State, f.Worker, f.ReceivedAt, f.AwayCode, f.AwaySince = "stated", r.GetWorker(), r.GetReceivedAt(), r.GetAwayCode(), r.GetAwaySince()
	f.StatedByStaff, f.StatedAt, f.EndsAt = "another", time.Now().UnixMicro(), time.Now().Add(time.Hour).UnixMicro()
	return &identityv1.StatePaperResponse{}, nil
}

func (i *fakeIdentity) DecidePaper(ctx context.Context, r *identityv1.DecidePaperRequest) (*identityv1.DecidePaperResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	f, err := i.paper(r.GetPaperForm())
	switch {
	case err != nil:
		return nil, err
	case r.GetApprove() && r.GetReceivedAt() != f.GetReceivedAt():
		return nil, errFakeDiffers
	case !r.GetApprove() && r.GetRefusalReasonCode() == "":
		return nil, errFakeRefuse
	}
	f.State, f.DecidedByStaff, f.DecidedAt, f.RefusalReasonCode = "confirmed", p.Subject, time.Now().UnixMicro(), ""
	if !r.GetApprove() {
		f.State, f.RefusalReasonCode = "refused", r.GetRefusalReasonCode()
	}
	return &identityv1.DecidePaperResponse{}, nil
}

func (i *fakeIdentity) ListPapersOf(_ context.Context, r *identityv1.ListPapersOfRequest) (*identityv1.ListPapersOfResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListPapersOfResponse{}
	for _, f := range i.papers {
		if f.GetWorker() == r.GetWorker() && f.GetTask() == r.GetTask() && f.GetState() == "confirmed" {
			out.Papers = append(out.Papers, proto.Clone(f).(*identityv1.PaperForm)) //nolint:forcetypeassert // a clone is of its kind
		}
	}
	return out, nil
}
