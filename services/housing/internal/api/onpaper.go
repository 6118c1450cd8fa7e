package api

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

// SettleLatePaper says what came of an application that a round's list should have had.
func (s *Server) SettleLatePaper(ctx context.Context, req *housingv1.SettleLatePaperRequest) (*housingv1.SettleLatePaperResponse, error) {
	return outbox.Command(ctx, s.Outbox, func(tx *sqldb.Tx) (*housingv1.SettleLatePaperResponse, error) {
		return &housingv1.SettleLatePaperResponse{}, s.App.SettleLatePaper(ctx, s.In(tx), req.GetApplicationId(), req.GetOutcome())
	})
}
