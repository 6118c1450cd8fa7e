package app

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// DecideCorrection takes or drops a proposed correction. Where another officer
// takes it, the corrected draw is published beside the first and who was wronged
// gets a place more, or a task of the bureau. Nobody loses a place.
func (a *App) DecideCorrection(ctx context.Context, s Store, correctionID, outcome string) (domain.Correction, error) {
	seen, err := s.PeekCorrection(correctionID)
	if err != nil {
		return seen, err
	}
	p, r, err := round(ctx, s, seen.RoundID)
	if err = auth.Hide(err, domain.ErrCorrectionUnknown); err != nil {
		return seen, err
	}
	c, err := s.Correction(correctionID)
	if err != nil {
		return c, err
	}
	if err := c.MayDecide(outcome, p.Subject); err != nil {
		return c, err
	}
	if outcome == domain.CorrectionIsDropped {
		c, events := c.Dropped(p.Subject, a.Clock.Now())
		return c, s.SaveCorrection(ctx, c, events...)
	}
	return a.take(ctx, s, p, r, c)
}

// take publishes a correction and gives what it owes.
func (a *App) take(ctx context.Context, s Store, p auth.Principal, r domain.Round, c domain.Correction) (domain.Correction, error) {
	drawn, err := published(s, r)
	if err != nil {
		return c, err
	}
	out, wronged, err := a.corrected(s, c, drawn, p.Subject)
	if err != nil {
		return c, err
	}
	if err := a.mendEntries(ctx, s, c, drawn); err != nil {
		return c, err
	}
	slices.SortFunc(wronged, func(x, y domain.Wronged) int { return strings.Compare(x.Entry.ApplicationID, y.Entry.ApplicationID) })
	for _, w := range wronged {
		if err := a.mendWrong(ctx, s, c, w); err != nil {
			return c, err
		}
	}
	if r.Parts, err = a.publish(s, r, func(before []byte) []byte { return out.Append(before, drawn.Root) }); err != nil {
		return c, err
	}
	r.Seed = out.Seed // later passes go by the figure that counts
	if err := s.SaveRound(ctx, r); err != nil {
		return c, err
	}
	c, events := c.Taken(p.Subject, len(out.Wronged), a.Clock.Now())
	return c, s.SaveCorrection(ctx, c, events...)
}

// mendEntries writes the priorities as they should have been, and the entries
// that were forgotten, so that later passes go by them.
func (a *App) mendEntries(ctx context.Context, s Store, c domain.Correction, drawn *allocate.Published) error {
	for _, m := range c.Mends.Classes {
		e, err := s.Entry(c.RoundID, m.ApplicationID)
		if err != nil {
			return err
		}
		for i := range e.Wishes {
			if e.Wishes[i].SchoolID == m.SchoolID {
				e.Wishes[i].Class = m.Class
			}
		}
		if err := s.SaveEntry(ctx, e); err != nil {
			return err
		}
	}
	for _, m := range c.Mends.Added {
		e, err := a.late(s, c, drawn, m)
		if err != nil {
			return err
		}
		if err := s.SaveEntry(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// mendWrong gives a child what a fault of the draw kept from it, unless its
// family has a place as good by now or wants none any more.
func (a *App) mendWrong(ctx context.Context, s Store, c domain.Correction, w domain.Wronged) error {
	application, err := s.Application(w.Entry.ApplicationID)
	if err != nil || application.State == domain.Withdrawn {
		return err
	}
	has, err := a.best(s, application)
	if err != nil || slices.ContainsFunc(has, w.Stands) {
		return err
	}
	relief := c.Relief
	if application.State != domain.Submitted { // a task would be done with the place that it has
		relief = domain.ReliefSeat
	}
	var due clock.Date
	if relief == domain.ReliefTask { // of the bureau, until the child has a place
		if due, err = a.due(domain.UnplacedDeadline); err != nil {
			return err
		}
		if _, err := a.openTask(ctx, s, application, c.RoundID); err != nil {
			return err
		}
	} else if err := a.placeMore(ctx, s, application, w.Entry.Wishes[w.Choice-1].SchoolID); err != nil {
		return err
	}
	x, err := a.explaining(c.County, 0)
	if err != nil {
		return err
	}
	if w.Entry, err = s.Entry(c.RoundID, w.Entry.ApplicationID); err != nil {
		return err
	}
	e, events, err := c.Explain(w, relief, due, x, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	e.ReviewBy = x.ReviewBy // what is decided now can be appealed against from now
	return s.SaveEntry(ctx, e, events...)
}

// best lists the schools of the offers that a family has, open or accepted.
func (a *App) best(s Store, application domain.Application) (schools []string, err error) {
	if application.OfferID != "" {
		o, err := s.PeekOffer(application.OfferID)
		if err != nil {
			return nil, err
		}
		schools = append(schools, o.SchoolID)
	}
	better, err := s.PeekBetter(application.ID)
	if errors.Is(err, domain.ErrOfferUnknown) {
		return schools, nil
	}
	return append(schools, better.SchoolID), err
}
