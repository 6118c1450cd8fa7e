package console_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console"
)

// fakeLanguages keeps approvals of texts as identity does. As in a demonstration, all texts
// are approved at first.
type fakeLanguages struct {
	none      bool // but those that a test enters
	approvals []*identityv1.Approval
	reads     map[string]string // languages, by who reads
}

var approvable = sync.OnceValues(console.Approvable)

func (i *fakeIdentity) ListApproved(context.Context, *identityv1.ListApprovedRequest) (*identityv1.ListApprovedResponse, error) {
	all, err := approvable()
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListApprovedResponse{}
	for _, t := range all {
		if !i.none {
			out.Texts = append(out.Texts, &identityv1.ApprovedTexts{Language: t.Language, TextFile: t.File, TextsVersion: t.Version})
		}
	}
	for _, a := range i.approvals {
		if a.GetWithdrawnAt() == 0 {
			out.Texts = append(out.Texts, &identityv1.ApprovedTexts{Language: a.GetLanguage(), TextFile: a.GetTextFile(), TextsVersion: a.GetTextsVersion()})
		}
	}
	return out, nil
}

func (i *fakeIdentity) ApproveTexts(ctx context.Context, r *identityv1.ApproveTextsRequest) (*identityv1.ApproveTextsResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if r.GetSpeakerName() == "" {
		return nil, errs.New(errs.Invalid, "identity.speaker", "Who?").With("field", "speaker_name")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	a := &identityv1.Approval{
		ApprovalId: ident.NewID(), Language: r.GetLanguage(), TextFile: r.GetTextFile(), TextsVersion: r.GetTextsVersion(), SpeakerName: r.GetSpeakerName(), Qualification: r.GetQualification(),
		EnteredByStaff: p.Subject, EnteredAt: time.Now().UnixMicro(),
	}
	i.approvals = append([]*identityv1.Approval{a}, i.approvals...)
	return &identityv1.ApproveTextsResponse{ApprovalId: a.GetApprovalId()}, nil
}

func (i *fakeIdentity) WithdrawApproval(ctx context.Context, r *identityv1.WithdrawApprovalRequest) (*identityv1.WithdrawApprovalResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if r.GetReasonCode() == "" {
		return nil, errs.New(errs.Invalid, "identity.withdrawal", "Why?").With("field", "reason_code")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, a := range i.approvals {
		if a.GetApprovalId() == r.GetApprovalId() {
			a.WithdrawnAt, a.WithdrawnByStaff, a.ReasonCode = time.Now().UnixMicro(), p.Subject, r.GetReasonCode()
		}
	}
	return &identityv1.WithdrawApprovalResponse{}, nil
}

func (i *fakeIdentity) ListApprovals(_ context.Context, r *identityv1.ListApprovalsRequest) (*identityv1.ListApprovalsResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListApprovalsResponse{}
	for _, a := range i.approvals {
		if a.GetLanguage() == r.GetLanguage() && (r.GetTextFile() == "" || r.GetTextFile() == a.GetTextFile()) && (len(r.GetTextsVersions()) == 0 || slices.Contains(r.GetTextsVersions(), a.GetTextsVersion())) {
			out.Approvals = append(out.Approvals, a)
		}
	}
	return out, nil
}

func (i *fakeIdentity) KeepLanguage(ctx context.Context, r *identityv1.KeepLanguageRequest) (*identityv1.KeepLanguageResponse, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.reads == nil {
		i.reads = map[string]string{}
	}
	i.reads[p.Subject] = r.GetLanguage()
	return &identityv1.KeepLanguageResponse{}, nil
}
