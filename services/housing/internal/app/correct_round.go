package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// CorrectRound proposes a round's order as it should have been. It says how many
// were wronged, and changes nothing; a proposal that waits gives way to it.
func (a *App) CorrectRound(ctx context.Context, s Store, c domain.Correction) (domain.Correction, error) {
	r, err := lockRound(ctx, s, c.RoundID)
	if err != nil {
		return c, err
	}
	p, err := officer(ctx, r.County)
	if err != nil {
		return c, err
	}
	before, err := s.Corrections(r.ID)
	if err != nil {
		return c, err
	}
	offers, err := s.OffersOf(r.ID)
	if err != nil {
		return c, err
	}
	now := a.Clock.Now()
	c.ID, c.Number, c.ProposedBy = a.NewID(), len(before)+1, p.Subject
	if c, err = domain.ProposeCorrection(c, r, len(offers), now); err != nil {
		return c, err
	}
	for _, b := range before {
		if b.State == domain.CorrectionProposed {
			b, events := b.Decided(domain.CorrectionDropped, p.Subject, 0, now)
			if err := s.SaveCorrection(ctx, b, events...); err != nil {
				return c, err
			}
		}
	}
	m, _, err := a.mended(s, r, c, "second-officer")
	if err != nil {
		return c, err
	}
	c.Wronged = len(m.Wronged)
	return c, s.SaveCorrection(ctx, c)
}
