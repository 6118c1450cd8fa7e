package fair

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// wrongedAStep is how many of those wronged a step proposes what they are owed.
const wrongedAStep = 50

// ReadTaking reads a correction that is certain, and nil where it is written.
func (a *App) ReadTaking(s Store, id string) (*Correcting, error) {
	c, err := s.Correction(id)
	if err != nil || c.State != fair.CorrectionTaking {
		return nil, err
	}
	f, err := s.Peek(c.FairID)
	if err != nil {
		return nil, err
	}
	return readCorrecting(s, f, c)
}

// Take makes what was read: the draw as it should have been, of the day on which it
// became certain. It needs no transaction.
func (a *App) Take(k *Correcting) error {
	if err := k.run(k.correction.DecidedBy, clock.DateOf(k.correction.DecidedAt)); err != nil {
		return err
	}
	k.published.add(k.out.Append(k.published.all, k.drawn.Root))
	return nil
}

// Taken is how far a correction is written.
type Taken struct {
	part  int
	whole bool // all of the bundle's parts are written

	Done bool
}

// StepCorrection writes the next part of a correction: what those who were wronged
// are owed, then what is published; at the end it counts.
func (a *App) StepCorrection(ctx context.Context, s Store, k *Correcting, at Taken) (Taken, error) {
	f, err := s.Fair(k.fair.ID)
	if err != nil {
		return at, err
	}
	c, err := s.Correction(k.correction.ID)
	switch {
	case err != nil:
	case c.State != fair.CorrectionTaking: // another has ended it
		at.Done = true
	case c.Looked < len(k.wronged):
		to := min(c.Looked+wrongedAStep, len(k.wronged))
		for _, w := range k.wronged[c.Looked:to] {
			if err := a.proposeMore(ctx, s, f, w); err != nil {
				return at, err
			}
		}
		c.Looked = to
		err = s.SaveCorrection(ctx, c)
	case !at.whole:
		at.part, at.whole, err = k.published.write(s, f, at.part)
	default:
		at.Done, err = true, a.endCorrection(ctx, s, k, f, c)
	}
	return at, err
}

// endCorrection lets a correction count: later passes go by its figure and its ranks.
func (a *App) endCorrection(ctx context.Context, s Store, k *Correcting, f fair.Fair, c fair.Correction) error {
	f, err := k.published.end(s, f)
	if err != nil {
		return err
	}
	f.Seed = k.out.Seed
	if err := s.Save(ctx, f); err != nil {
		return err
	}
	for _, m := range c.Mends.Ranks {
		if err := s.MendRank(m.ApplicationID, m.VacancyID, m.Rank); err != nil {
			return err
		}
	}
	c, events := c.Decided(fair.CorrectionTaken, c.DecidedBy, len(k.out.Wronged), c.DecidedAt)
	return s.SaveCorrection(ctx, c, events...)
}
