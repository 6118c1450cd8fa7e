package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/training/internal/domain"
)

// ownPlace loads an enrolment and its course for the worker, or for who acts for
// the worker.
func ownPlace(ctx context.Context, s Store, enrolmentID string) (p auth.Principal, c domain.Course, e domain.Enrolment, err error) {
	if c, e, err = s.Place(enrolmentID); err != nil {
		return p, c, e, err
	}
	p, err = auth.ActingFor(ctx, e.Worker)
	return p, c, e, auth.Hide(err, domain.ErrEnrolmentUnknown)
}

// offered loads the enrolment that an offer was the last for. There is none where
// the worker was offered another place since.
func offered(s Store, offerID string) (c domain.Course, e domain.Enrolment, found bool, err error) {
	id, err := s.OfferedTo(offerID)
	if err != nil || id == "" {
		return c, e, false, err
	}
	c, e, err = s.Place(id)
	return c, e, err == nil && e.OfferID == offerID, err
}

// passOn saves an enrolment whose place came back, and offers the place to who
// waits next behind it: who let it pass before is not asked for it again.
func (a *App) passOn(ctx context.Context, s Store, c domain.Course, e domain.Enrolment, events []domain.Event) error {
	if err := s.SaveEnrolment(ctx, e, events...); err != nil {
		return err
	}
	c, err := a.offerNext(ctx, s, c, e.Number)
	if err != nil {
		return err
	}
	return s.SaveCourse(ctx, c)
}

// offerNext offers a free place to who waits first behind a number.
func (a *App) offerNext(ctx context.Context, s Store, c domain.Course, behind int) (domain.Course, error) {
	if !c.OwesOffer(a.today()) {
		return c, nil
	}
	next, found, err := s.FirstWaiting(c.ID, behind)
	if err != nil || !found {
		return c, err
	}
	return a.offer(ctx, s, c, next)
}

// offerFree offers every free place to who waits.
func (a *App) offerFree(ctx context.Context, s Store, c domain.Course) (domain.Course, error) {
	for c.OwesOffer(a.today()) {
		next, err := a.offerNext(ctx, s, c, 0)
		if err != nil || next.Waiting == c.Waiting {
			return next, err
		}
		c = next
	}
	return c, nil
}

func (a *App) offer(ctx context.Context, s Store, c domain.Course, to domain.Enrolment) (domain.Course, error) {
	days, err := a.number("TR-OFFER", "days", c.County)
	if err != nil {
		return c, err
	}
	c, to, events := c.Offer(a.NewID(), to, days, a.Clock.Now())
	if err := s.SaveEnrolment(ctx, to, events...); err != nil {
		return c, err
	}
	return c, s.Later(ctx, TaskLapse, to.OfferID, c.OffersEnd())
}

// number reads a whole number of a rule in force today in a county.
func (a *App) number(id, parameter, county string) (int, error) {
	r, err := a.Rules.Rule(id, a.today(), county)
	if err != nil {
		return 0, err
	}
	return r.Int(parameter)
}
