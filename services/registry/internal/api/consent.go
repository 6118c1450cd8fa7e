package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/sqldb"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/registry/internal/app"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// GrantConsent records what a worker agrees to.
func (s *Server) GrantConsent(ctx context.Context, req *registryv1.GrantConsentRequest) (*registryv1.GrantConsentResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.GrantConsentResponse, error) {
		id, err := s.App.GrantConsent(ctx, st, req.GetWorker(), domain.ConsentForm{
			Purpose: req.GetPurpose(), Kinds: req.GetKinds(), Recipient: req.GetRecipient(), From: req.GetValidFrom(), To: req.GetValidTo(),
			NoticeVersion: req.GetNoticeVersion(), Language: req.GetLanguage(),
		})
		return &registryv1.GrantConsentResponse{GrantId: id}, err
	})
}

// WithdrawConsent ends a grant.
func (s *Server) WithdrawConsent(ctx context.Context, req *registryv1.WithdrawConsentRequest) (*registryv1.WithdrawConsentResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.WithdrawConsentResponse, error) {
		return &registryv1.WithdrawConsentResponse{}, s.App.WithdrawConsent(ctx, st, req.GetGrantId())
	})
}

// ListConsents shows what the worker agreed to.
func (s *Server) ListConsents(ctx context.Context, req *registryv1.ListConsentsRequest) (*registryv1.ListConsentsResponse, error) {
	out := &registryv1.ListConsentsResponse{}
	err := s.view(ctx, func(st app.Store) error {
		all, err := s.App.Consents(ctx, st, req.GetWorker())
		for _, c := range all {
			out.Consents = append(out.Consents, &registryv1.Consent{
				GrantId: c.ID, Purpose: c.Purpose, Kinds: c.Kinds, Recipient: c.Recipient, ValidFrom: c.From.String(), ValidTo: c.To.String(),
				NoticeVersion: c.NoticeVersion, WithdrawnAt: sqldb.Micros(c.WithdrawnAt),
			})
		}
		return err
	})
	return out, err
}

// CorrectFact says that a department's fact is wrong.
func (s *Server) CorrectFact(ctx context.Context, req *registryv1.CorrectFactRequest) (*registryv1.CorrectFactResponse, error) {
	return command(ctx, s, func(st app.Store) (*registryv1.CorrectFactResponse, error) {
		id, err := s.App.CorrectFact(ctx, st, domain.Correction{
			Worker: req.GetWorker(), Source: req.GetSource(), SourceID: req.GetSourceId(), Kind: req.GetKind(), Reason: req.GetReasonCode(),
		})
		return &registryv1.CorrectFactResponse{CorrectionId: id}, err
	})
}
