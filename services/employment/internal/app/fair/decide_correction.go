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
// is withdrawn.
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
	drawn, _, err := drawBefore(s, f)
	if err != nil {
		return c, err
	}
	out, wronged, err := a.corrected(s, f, c, drawn, p.Subject)
	if err != nil {
		return c, err
	}
	for _, w := range wronged {
		if err := a.proposeMore(ctx, s, f, w); err != nil {
			return c, err
		}
	}
	bundle, err := s.WholeBundle(f.ID)
	if err != nil {
		return c, err
	}
	if err := s.AddToBundle(f.ID, len(bundle), out.Append(bundle, drawn.Root)); err != nil {
		return c, err
	}
	f.Seed = out.Seed // later passes go by the figure that counts
	if err := s.Save(ctx, f); err != nil {
		return c, err
	}
	for _, m := range c.Mends.Ranks {
		if err := s.MendRank(m.ApplicationID, m.VacancyID, m.Rank); err != nil {
			return c, err
		}
	}
	c, events := c.Decided(outcome, p.Subject, len(out.Wronged), a.Clock.Now())
	return c, s.SaveCorrection(ctx, c, events...)
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
