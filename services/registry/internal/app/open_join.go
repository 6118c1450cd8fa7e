package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The templates of what a person is told of a join and a parting: that an officer
// asks, that it was made, that it was not.
const (
	toldOfJoining   = "registry.join.asked"
	toldOfJoin      = "registry.join.made"
	toldOfNoJoin    = "registry.join.ended"
	toldOfParting   = "registry.part.asked"
	toldOfPart      = "registry.part.made"
	toldOfNoParting = "registry.part.ended"
)

// OpenJoin opens the case that two records are one person's. The person is told at
// both, for they may be two persons after all. other has the record remain that would
// not by itself.
func (a *App) OpenJoin(ctx context.Context, s Store, first, second string, other bool, g domain.Grounds) (string, error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return "", err
	}
	if err := s.LockJoins(); err != nil {
		return "", err
	}
	one, two, err := both(s, first, second)
	if err != nil {
		return "", err
	}
	c, err := domain.OpenJoin(a.NewID(), one, two, other, g, p.Subject, seenBy(p), a.Clock.Now())
	if err == nil {
		err = alive(s, c)
	}
	if err != nil {
		return "", err
	}
	return c.ID, a.openJoinCase(ctx, s, p, c, toldOfJoining)
}

// alive returns ErrJoinDied where a death is recorded at one of two records: a join
// would let it hold for both, and who lives could neither be told nor object.
func alive(s Store, c domain.JoinCase) error {
	for _, side := range []domain.Side{c.Into, c.Alias} {
		if died, err := s.Died(side.Worker); err != nil {
			return err
		} else if died {
			return domain.ErrJoinDied
		}
	}
	return nil
}

// openJoinCase saves a new case, unless one about the same two is open.
func (a *App) openJoinCase(ctx context.Context, s Store, p auth.Principal, c domain.JoinCase, template string) error {
	pair := []string{c.Into.Worker, c.Alias.Worker}
	all, err := s.JoinCasesOf(pair)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.State == domain.CaseOpen && slices.Contains(pair, o.Into.Worker) && slices.Contains(pair, o.Alias.Worker) {
			return domain.ErrJoinOpen
		}
	}
	if err := s.SaveJoinCase(ctx, c); err != nil {
		return err
	}
	for _, w := range pair {
		if err := a.logRead(s, p, w, c.ID, kindRegistered); err != nil {
			return err
		}
	}
	return a.tellBoth(ctx, s, c, template)
}

// tellBoth writes to both references of a case: where they are two persons after
// all, each is to know.
func (a *App) tellBoth(ctx context.Context, s Store, c domain.JoinCase, template string) error {
	for _, side := range []domain.Side{c.Into, c.Alias} {
		if err := a.Tell(ctx, s, domain.Message{ID: a.NewID(), Worker: side.Worker, Division: side.County, Template: template, About: c.ID, AboutService: service}); err != nil {
			return err
		}
	}
	return nil
}

// askedArrived starts the time in which the person can object, once the message
// that asks is known to have arrived (rule RG-JOIN).
func (a *App) askedArrived(ctx context.Context, s Store, m domain.Message) error {
	if m.Template != toldOfJoining {
		return nil
	}
	c, err := s.JoinCase(m.About)
	if err != nil {
		return err
	}
	today := clock.Today(a.Clock)
	r, err := a.Rules.Rule("RG-JOIN", today, "")
	if err != nil {
		return err
	}
	days, err := r.Int("object_working_days")
	if err != nil {
		return err
	}
	until, err := a.Calendar.AddWorkingDays(today, days)
	if errors.Is(err, clock.ErrCalendarRange) { // a year whose days off are not announced: surely not less
		until, err = today.AddDays(2*days), nil
	}
	if err != nil {
		return err
	}
	c, changed := c.Arrive(m.Worker, a.Clock.Now(), until)
	if !changed {
		return nil
	}
	return s.SaveJoinCase(ctx, c)
}
