package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/app"
)

// ApproveTexts writes down that a speaker approved texts.
func (s *Server) ApproveTexts(ctx context.Context, req *identityv1.ApproveTextsRequest) (*identityv1.ApproveTextsResponse, error) {
	by, err := s.App.Enters(ctx)
	if err != nil {
		return nil, err
	}
	out, err := outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*identityv1.ApproveTextsResponse, error) {
		id, err := s.App.ApproveTexts(s.In(tx), by, req.GetLanguage(), req.GetTextFile(), req.GetTextsVersion(), req.GetSpeakerName(), req.GetQualification())
		return &identityv1.ApproveTextsResponse{ApprovalId: id}, err
	})
	return spoken(s, out, err)
}

// WithdrawApproval takes one back.
func (s *Server) WithdrawApproval(ctx context.Context, req *identityv1.WithdrawApprovalRequest) (*identityv1.WithdrawApprovalResponse, error) {
	by, err := s.App.Enters(ctx)
	if err != nil {
		return nil, err
	}
	out, err := outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*identityv1.WithdrawApprovalResponse, error) {
		return &identityv1.WithdrawApprovalResponse{}, s.App.WithdrawApproval(s.In(tx), by, req.GetApprovalId(), req.GetReasonCode())
	})
	return spoken(s, out, err)
}

// spoken tells the pages at once where a command changed which texts are approved.
func spoken[T any](s *Server, out T, err error) (T, error) {
	if err == nil && s.App.Approves != nil {
		s.App.Approves()
	}
	return out, err
}

// ListApprovals lists a page of a language's.
func (s *Server) ListApprovals(ctx context.Context, req *identityv1.ListApprovalsRequest) (*identityv1.ListApprovalsResponse, error) {
	out := &identityv1.ListApprovalsResponse{}
	return out, s.App.Data.Look(ctx, func(in app.Store) error {
		all, next, err := s.App.Approvals(in, req.GetLanguage(), req.GetTextFile(), req.GetTextsVersions(), req.GetBeforeId())
		out.Approvals, out.NextBeforeId = nil, next
		for _, a := range all {
			out.Approvals = append(out.Approvals, &identityv1.Approval{
				ApprovalId: a.ID, Language: a.Language, TextFile: a.File, TextsVersion: a.Version, SpeakerName: a.Speaker, Qualification: a.Qualification, EnteredByStaff: a.Staff, EnteredAt: micros(a.At),
				WithdrawnByStaff: a.WithdrawnStaff, WithdrawnAt: micros(a.WithdrawnAt), ReasonCode: a.Reason, Demonstration: a.Demonstration,
			})
		}
		return err
	})
}

// ListApproved lists the versions by which pages speak.
func (s *Server) ListApproved(ctx context.Context, _ *identityv1.ListApprovedRequest) (*identityv1.ListApprovedResponse, error) {
	out := &identityv1.ListApprovedResponse{}
	return out, s.App.Data.Look(ctx, func(in app.Store) error {
		all, err := s.App.Approved(in)
		out.Texts = nil
		for _, a := range all {
			out.Texts = append(out.Texts, &identityv1.ApprovedTexts{Language: a.Language, TextFile: a.File, TextsVersion: a.Version})
		}
		return err
	})
}

// KeepLanguage keeps in which language the caller reads.
func (s *Server) KeepLanguage(ctx context.Context, req *identityv1.KeepLanguageRequest) (*identityv1.KeepLanguageResponse, error) {
	own, _, err := s.App.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	return &identityv1.KeepLanguageResponse{}, s.App.KeepLanguage(ctx, own, req.GetLanguage())
}
