package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// Revive has the proposals to a person go on whose death was recorded and who lives:
// they have their whole time to answer anew. A pass itself passes nobody over, since
// its list was committed and anybody can draw it again; what it gave was held.
func (a *App) Revive(ctx context.Context, s Store, worker string, stood answer.Pause) error {
	all, err := s.WaitingProposals(worker)
	if err != nil {
		return err
	}
	return answer.Revive(ctx, all, stood, func(x *fair.Proposal) *answer.Clock { return &x.Clock }, s.SaveProposal,
		func(x fair.Proposal) error { return s.LapseProposalAt(ctx, x.ID, x.AnswerBy) })
}
