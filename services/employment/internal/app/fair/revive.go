package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/answer"
)

// Revive has the proposals to a person go on whose death was recorded and who lives:
// they have their whole time to answer anew. A pass itself passes nobody over, since
// its list was committed and anybody can draw it again; what it gave was held.
func (a *App) Revive(ctx context.Context, s Store, worker string, stood answer.Pause) error {
	all, err := s.WaitingProposals(worker)
	if err != nil {
		return err
	}
	for _, x := range all {
		c, changed := x.Resume(stood)
		if !changed {
			continue
		}
		x.Clock = c
		if err := s.SaveProposal(ctx, x); err != nil {
			return err
		}
		if err := s.LapseProposalAt(ctx, x.ID, x.AnswerBy); err != nil {
			return err
		}
	}
	return nil
}
