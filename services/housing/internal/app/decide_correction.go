package app

import (
	"context"
	"errors"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// DecideCorrection takes or drops a correction. Where another officer takes it,
// the corrected order is published beside the first, and who was wronged stands
// first for the next home, under a clock. Nothing that was offered, accepted or
// let is taken away.
func (a *App) DecideCorrection(ctx context.Context, s Store, id, outcome string) (domain.Correction, error) {
	seen, err := s.Correction(id)
	if err != nil {
		return seen, err
	}
	r, err := lockRound(ctx, s, seen.RoundID)
	if errors.Is(err, domain.ErrRoundUnknown) {
		err = domain.ErrCorrectionUnknown // of a round that the caller may not know of
	}
	if err != nil {
		return seen, err
	}
	p, err := officer(ctx, r.County)
	if err != nil {
		return seen, err
	}
	c, err := s.Correction(id)
	if err != nil {
		return c, err
	}
	if err := c.MayDecide(outcome, p.Subject); err != nil {
		return c, err
	}
	if outcome == domain.CorrectionDropped {
		c, events := c.Decided(outcome, p.Subject, 0, a.Clock.Now())
		return c, s.SaveCorrection(ctx, c, events...)
	}
	m, drawn, err := a.mended(s, r, c, p.Subject)
	if err != nil {
		return c, err
	}
	if err := s.SaveEntries(m.Entries...); err != nil {
		return c, err
	}
	for _, w := range m.Wronged {
		if err := a.relieve(ctx, s, r, w); err != nil {
			return c, err
		}
	}
	if m.Draw != nil {
		r.Bundle += string(m.Draw.Append([]byte(r.Bundle), drawn.Root))
		r.Seed = m.Draw.Seed // later offerings go by the figure that counts
	}
	if err := s.SaveRound(ctx, r); err != nil {
		return c, err
	}
	c, events := c.Decided(outcome, p.Subject, len(m.Wronged), a.Clock.Now())
	return c, s.SaveCorrection(ctx, c, events...)
}
