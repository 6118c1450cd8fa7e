package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// BeginVisit says that a person stands at the officer's counter. An officer serves
// one at a time: the visit before ends.
func (a *App) BeginVisit(ctx context.Context, s Store, own domain.Session, worker string) (domain.Visit, error) {
	now := a.Clock.Now()
	if _, err := s.Account(own.Account); err != nil { // of two who begin at once, one ends the other's
		return domain.Visit{}, err
	}
	before, err := s.OpenVisits(own.Account)
	if err != nil {
		return domain.Visit{}, err
	}
	for _, v := range before {
		if err := s.SaveVisit(v.End(now)); err != nil {
			return domain.Visit{}, err
		}
	}
	if len(before) > 0 { // what was given out to act for the visitor before
		if err := a.renumber(s, own.Account); err != nil {
			return domain.Visit{}, err
		}
	}
	v := domain.Visit{ID: a.NewID(), Officer: own.Account, Worker: worker, Receipt: clock.Today(a.Clock).String() + "-" + a.newCode(5)[:4], Began: now}
	return v, errors.Join(s.SaveVisit(v), s.Happened(ctx, v.ID, worker, domain.VisitBegun{VisitID: v.ID, Receipt: v.Receipt}))
}

// Serves refuses an officer whose division does not cover where a worker is registered:
// there is no visit to him. Who is not signed in learns nothing of where a worker is.
func (a *App) Serves(ctx context.Context, worker string) error {
	if _, _, err := a.Sessions(ctx); err != nil {
		return err
	}
	p, err := auth.FromContext(ctx)
	if err != nil || a.Covers == nil || slices.Contains(p.Divisions(), auth.Everywhere) {
		return err
	}
	for _, division := range p.Divisions() {
		if covered, err := a.Covers(ctx, worker, division); err != nil || covered {
			return err
		}
	}
	return auth.ErrNotYours
}

// EndVisit ends a visit of the officer's own, and with it all that was given out to
// act for the visitor: the officer's sessions go on under new numbers.
func (a *App) EndVisit(s Store, own domain.Session, id string) error {
	v, err := s.Visit(id)
	if err != nil {
		return err
	}
	if v.Officer != own.Account {
		return domain.ErrVisit
	}
	if err := s.SaveVisit(v.End(a.Clock.Now())); err != nil {
		return err
	}
	return a.renumber(s, own.Account)
}

// Visits lists the officer's own of a day.
func (a *App) Visits(s Store, own domain.Session, day clock.Date) ([]domain.Visit, error) {
	return s.VisitsOf(own.Account, day.Start(), day.AddDays(1).Start())
}

// NoteTasks keeps what the officer did for a person with the person's visit under way,
// and reports whether there is one.
func (a *App) NoteTasks(s Store, own domain.Session, worker string, tasks []string) (bool, error) {
	v, found, err := s.OpenVisit(own.Account, worker)
	if err != nil || !found {
		return false, err
	}
	if v, err = a.underWay(s, own, v.ID); err != nil {
		return false, nil //nolint:nilerr // it ended meanwhile
	}
	if v, err = v.Note(tasks, a.Clock.Now()); err != nil {
		return false, err
	}
	return true, s.SaveVisit(v)
}

// NotePapers says which papers are missing over all that was done in a visit under way.
func (a *App) NotePapers(s Store, own domain.Session, id string, papers []string, until clock.Date) error {
	v, err := a.underWay(s, own, id)
	if err != nil {
		return err
	}
	if v, err = v.Missing(papers, until, clock.Today(a.Clock)); err != nil {
		return err
	}
	return s.SaveVisit(v)
}

// underWay loads and locks a visit of the officer's own that has not ended.
func (a *App) underWay(s Store, own domain.Session, id string) (domain.Visit, error) {
	p, err := a.policy()
	if err != nil {
		return domain.Visit{}, err
	}
	v, err := s.Visit(id)
	if err == nil && (v.Officer != own.Account || !v.Open(p, a.Clock.Now())) {
		err = domain.ErrVisit
	}
	return v, err
}

// Receipt is a visit as its receipt says it: to the officer whose it was, and to the
// visitor. Whether there is another is nobody else's business.
func (a *App) Receipt(ctx context.Context, s Store, own domain.Session, id string) (domain.Visit, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return domain.Visit{}, err
	}
	v, err := s.Visit(id)
	if err == nil && v.Officer != own.Account && !p.Is(v.Worker) {
		err = domain.ErrVisit
	}
	return v, err
}

// NameHelper enters a written power of attorney: by the person, or by an officer whom the
// person visits. Either showed just before who it is: a power outlives the session, as a
// way to sign in does, and a visit is begun by whoever has the officer's cookie.
func (a *App) NameHelper(ctx context.Context, s Store, own domain.Session, worker, helper string, ends clock.Date, paper string) (string, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return "", err
	}
	policy, err := a.policy()
	if err != nil {
		return "", err
	}
	if err := givesPower(p, worker); err != nil {
		return "", err
	}
	by, one, err := a.signedIn(s, own)
	if err != nil {
		return "", err
	}
	if err := one.MaySetUp(by.Kind, policy.Proof, a.Clock.Now()); err != nil {
		return "", err
	}
	who, found, err := s.AccountOf(helper)
	if err != nil {
		return "", err
	}
	if !found {
		return "", domain.ErrHelperKind
	}
	d, events, err := domain.NameHelper(a.NewID(), worker, who, ends, clock.Today(a.Clock), paper, p.Subject, policy)
	if err != nil {
		return "", err
	}
	return d.ID, s.SaveDelegation(ctx, d, events...)
}

// givesPower refuses a helper, who cannot pass on the power.
func givesPower(p auth.Principal, worker string) error {
	if p.Via == auth.ViaHelper {
		return auth.ErrNotYours
	}
	return p.MayActFor(worker)
}

// EndHelper takes a power back, for which nobody needs a reason.
func (a *App) EndHelper(ctx context.Context, s Store, id string) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	d, err := s.Delegation(id)
	if err != nil {
		return err
	}
	if err := givesPower(p, d.Worker); err != nil {
		return domain.ErrDelegation // whether there is one is nobody else's business
	}
	return a.endPower(ctx, s, d)
}

// endPower takes a power back, and what the helper holds for the worker is over at once.
func (a *App) endPower(ctx context.Context, s Store, d domain.Delegation) error {
	d, events, err := d.End(a.Clock.Now())
	if err != nil {
		return err
	}
	if err := s.SaveDelegation(ctx, d, events...); err != nil {
		return err
	}
	helper, found, err := s.AccountOf(d.Helper)
	if err != nil || !found {
		return err
	}
	return a.renumber(s, helper.ID)
}

// renumber gives the live sessions of an account new numbers: nobody is signed out,
// and what was given out under the old ones is refused. A program's stays as it is: it
// acts for no visitor and no principal.
func (a *App) renumber(s Store, account string) error {
	live, err := s.LiveSessions(account, a.Clock.Now())
	if err != nil {
		return err
	}
	var old []int64
	for _, one := range live {
		if one.Via == viaImport {
			continue
		}
		old = append(old, one.Number)
		if _, err := s.AddSession(one); err != nil {
			return err
		}
	}
	return s.Revoke(domain.Ranges(old), a.Clock.Now())
}

// Helpers lists who may act for a worker: to the worker, and at a counter to whom the
// worker visits. A helper does not learn of others.
func (a *App) Helpers(ctx context.Context, s Store, worker string) ([]domain.Delegation, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	if err := givesPower(p, worker); err != nil {
		return nil, err
	}
	return s.Delegations(worker)
}

// Helped lists for whom the caller may act now, whose own power does so.
func (a *App) Helped(s Store, own domain.Session) (all []domain.Delegation, err error) {
	who, err := s.PeekAccount(own.Account)
	if err != nil {
		return nil, err
	}
	given, err := s.HelpedBy(who.Subject)
	for _, d := range given {
		if d.Holds(clock.Today(a.Clock)) {
			all = append(all, d)
		}
	}
	return all, err
}
