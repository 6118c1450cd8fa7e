package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// RecordPaper records a paper or a witness's statement as evidence.
func (s *Server) RecordPaper(ctx context.Context, req *educationv1.RecordPaperRequest) (*educationv1.RecordPaperResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*educationv1.RecordPaperResponse, error) {
		id, err := s.App.RecordPaper(ctx, s.In(tx), req.GetApplicationId(), domain.Paper{
			Kind: req.GetKind(), Form: req.GetForm(), Since: req.GetSince(), Until: req.GetUntil(), Months: int(req.GetMonths()), Code: req.GetCode(),
		})
		return &educationv1.RecordPaperResponse{EvidenceId: id}, err
	})
}
