package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// RecordPaper records a paper or a witness's statement as evidence.
func (s *Server) RecordPaper(ctx context.Context, req *housingv1.RecordPaperRequest) (*housingv1.RecordPaperResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.RecordPaperResponse, error) {
		id, err := s.App.RecordPaper(ctx, s.In(tx), req.GetApplicationId(), domain.Paper{
			Kind: req.GetKind(), Form: req.GetForm(), Since: req.GetSince(), Until: req.GetUntil(), Months: int(req.GetMonths()),
		})
		return &housingv1.RecordPaperResponse{EvidenceId: id}, err
	})
}
