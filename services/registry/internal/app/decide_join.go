package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// Waits says what a case waits for today.
func (a *App) Waits(c domain.JoinCase) string { return c.Waits(clock.Today(a.Clock)) }

// Decision is a second officer's word on a case. Revision is of the parting that the
// officer saw, whose parts may have been assigned anew since.
type Decision struct {
	Approve  bool
	Refusal  string
	Revision int64
}

// DecideJoin ends a case by the word of a second officer.
func (a *App) DecideJoin(ctx context.Context, once Once[string], id string, d Decision) (string, error) {
	if d.Approve {
		if err := a.keysStand(ctx, id); err != nil {
			return "", err
		}
	}
	return once(ctx, func(s Store) (string, error) { return a.decideJoin(ctx, s, id, d) })
}

// keysStand returns ErrWorkerClosed where the key of one of the two persons of a
// case was erased: then there is nothing that could be joined. Whoever may not
// decide is refused where it is decided.
func (a *App) keysStand(ctx context.Context, id string) error {
	p, err := a.reader(ctx, "")
	if err != nil {
		return err
	}
	var all []string
	err = a.Data.View(ctx, func(s Store) error {
		all = nil
		c, v, err := knownCase(s, p, id, s.PeekJoinCase)
		if err != nil || c.MayDecide(p.Subject, v.Into, v.Alias) != nil {
			return err
		}
		for _, side := range []domain.Side{c.Into, c.Alias} {
			w, err := s.PeekWorker(side.Worker)
			if err != nil {
				return err
			}
			all = append(all, w.ID)
		}
		return nil
	})
	for _, w := range all {
		if _, err := a.Vault.Key(ctx, w); err != nil {
			return err
		}
	}
	return err
}

func (a *App) decideJoin(ctx context.Context, s Store, id string, d Decision) (string, error) {
	p, err := a.reader(ctx, "")
	if err != nil {
		return "", err
	}
	if err := s.LockPersons(); err != nil {
		return "", err
	}
	if err := s.LockJoins(); err != nil {
		return "", err
	}
	c, v, err := knownCase(s, p, id, s.JoinCase)
	if err != nil {
		return "", err
	}
	if err := c.MayDecide(p.Subject, v.Into, v.Alias); err != nil {
		return "", err
	}
	for _, side := range []domain.Side{c.Into, c.Alias} {
		if err := a.logRead(s, p, side.Worker, c.ID, kindRegistered); err != nil {
			return "", err
		}
	}
	switch {
	case !d.Approve:
		if c, err = c.Refuse(p.Subject, d.Refusal, a.Clock.Now()); err != nil {
			return "", err
		}
		return c.State, a.saveEnded(ctx, s, c)
	case c.Kind == domain.KindJoin:
		return a.join(ctx, s, p, c)
	case d.Revision != c.Version:
		return "", domain.ErrJoinChanged
	}
	return a.part(ctx, s, p, c)
}

// join makes one person of the two that answer today for the references of a case.
func (a *App) join(ctx context.Context, s Store, p auth.Principal, c domain.JoinCase) (string, error) {
	alias, into, err := lockBoth(s, c, s.Worker)
	if err != nil {
		return "", err
	}
	if err := alive(s, c); err != nil {
		return "", err
	}
	c, into, alias, events, err := c.Join(p.Subject, into, alias, a.Clock.Now())
	if err != nil {
		return "", err
	}
	if err := s.SaveWorker(ctx, alias); err != nil {
		return "", err
	}
	if err := s.SaveWorker(ctx, into, events...); err != nil {
		return "", err
	}
	if err := s.Join(c); err != nil {
		return "", err
	}
	if err := s.SaveJoinCase(ctx, c); err != nil {
		return "", err
	}
	return c.State, a.tellBoth(ctx, s, c, toldOfJoin)
}

// lockBoth locks the records of the two persons of a case, that of the one with the
// lesser reference first: whoever locks several persons goes in this order. Of one
// person an alias comes before the record that it was joined to.
func lockBoth(s Store, c domain.JoinCase, load func(string) (domain.Worker, error)) (alias, into domain.Worker, err error) {
	one, two, err := both(s, c.Alias.Worker, c.Into.Worker)
	if err != nil {
		return alias, into, err
	}
	if two.ID < one.ID {
		if into, err = load(c.Into.Worker); err == nil {
			alias, err = load(c.Alias.Worker)
		}
		return alias, into, err
	}
	if alias, err = load(c.Alias.Worker); err == nil {
		into, err = load(c.Into.Worker)
	}
	return alias, into, err
}
