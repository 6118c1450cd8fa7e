package fair

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// DecideCorrection takes or drops a correction. Where another officer takes
// it, the corrected draw is published beside the first, and who was wronged is
// proposed an interview beyond the seats. Nothing that was proposed or accepted
// is withdrawn. At a large fair it is certain then, and is written in steps.
func (a *App) DecideCorrection(ctx context.Context, s Store, id, outcome string) (fair.Correction, error) {
	seen, err := s.Correction(id)
	if err != nil {
		return seen, err
	}
	f, err := s.Fair(seen.FairID)
	if err != nil {
		return seen, err
	}
	c, err := s.Correction(id)
	if err != nil {
		return c, err
	}
	p, err := fairOfficer(ctx, f)
	if err = auth.Hide(err, fair.ErrCorrectionUnknown); err != nil {
		return c, err
	}
	if err := errors.Join(f.Published(), c.MayDecide(outcome, p.Subject)); err != nil {
		return c, err
	}
	if outcome == fair.CorrectionDropped {
		c, events := c.Decided(outcome, p.Subject, 0, a.Clock.Now())
		return c, s.SaveCorrection(ctx, c, events...)
	}
	c = c.Takes(p.Subject, a.Clock.Now())
	if err := s.SaveCorrection(ctx, c); err != nil {
		return c, err
	}
	if f.InSteps() {
		return c, s.WriteCorrection(ctx, id)
	}
	k, err := a.ReadTaking(s, id)
	if err != nil {
		return c, err
	}
	if err := a.Take(k); err != nil {
		return c, err
	}
	for at := (Taken{}); !at.Done; {
		if at, err = a.StepCorrection(ctx, s, k, at); err != nil {
			return c, err
		}
	}
	return s.Correction(id)
}

// proposeMore proposes to who was wronged the interview that the draw should
// have given, on a seat more than the post has.
func (a *App) proposeMore(ctx context.Context, s Store, f fair.Fair, w wrongedWish) error {
	proposals, err := s.ProposalsOf(w.entry.ApplicationID)
	if err != nil || !w.entry.Owed(w.wish, proposals) {
		return err
	}
	rules, err := a.rules(a.today(), f.Division)
	if err != nil {
		return err
	}
	post, found, err := s.PostOf(f.ID, w.entry.Wishes[w.wish-1].VacancyID)
	if err != nil || !found {
		return err
	}
	post = post.MoreSeats()
	if err := s.SavePost(ctx, post); err != nil {
		return err
	}
	x, events := fair.Propose(a.NewID(), w.entry, post, w.wish, f.Pass, rules.AnswerDays, a.Clock.Now())
	return s.SaveProposal(ctx, x, events...)
}
