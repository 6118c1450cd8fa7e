package app

import (
	"context"
	"errors"
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// visitor is the person of an open visit of the officer's own, with the accounts.
func (a *App) visitor(s Store, own domain.Session, visit string) (v domain.Visit, accounts []domain.Account, err error) {
	p, err := a.policy()
	if err != nil {
		return v, nil, err
	}
	if v, err = s.Visit(visit); err != nil {
		return v, nil, err
	}
	if v.Officer != own.Account || !v.Open(p, a.Clock.Now()) {
		return v, nil, domain.ErrNoVisit
	}
	accounts, err = s.AccountsOf(v.Worker)
	return v, accounts, err
}

// StopSignIns ends everything that signs the visitor in, by the word of the visitor, whose
// telephone or other device was lost, and the powers that were given since a day: whoever
// had the device may have given them. A printed code, and what the visitor does with it,
// is the way back.
func (a *App) StopSignIns(ctx context.Context, s Store, own domain.Session, visit string) (ended int, err error) {
	v, accounts, err := a.visitor(s, own, visit)
	if err != nil {
		return 0, err
	}
	for _, who := range accounts {
		if err := errors.Join(s.DropCredentials(who.ID), s.SaveAccount(ctx, who.Stop(a.Clock.Now()))); err != nil {
			return 0, err
		}
		n, err := a.endAll(s, who.ID, 0, domain.Renewed)
		if err != nil {
			return 0, err
		}
		ended += n
	}
	if err := a.endPowers(ctx, s, v.Worker, clock.Today(a.Clock).AddDays(-1)); err != nil {
		return 0, err
	}
	return ended, errors.Join(s.DropCodes(v.Worker), s.Happened(ctx, a.NewID(), v.Worker, domain.SignInsStopped{VisitID: v.ID, Receipt: v.Receipt}))
}

// endPowers takes back the powers that a worker gave since a day, however many.
func (a *App) endPowers(ctx context.Context, s Store, worker string, since clock.Date) error {
	for {
		newest, err := s.Delegations(worker)
		if err != nil {
			return err
		}
		newest = slices.DeleteFunc(newest, func(d domain.Delegation) bool { return d.Begins.Before(since) })
		if len(newest) == 0 {
			return nil
		}
		for _, d := range newest {
			if err := a.endPower(ctx, s, d); err != nil {
				return err
			}
		}
	}
}

// ResumePhone lets the visitor's number open the account again.
func (a *App) ResumePhone(ctx context.Context, s Store, own domain.Session, visit string) error {
	v, accounts, err := a.visitor(s, own, visit)
	if err != nil {
		return err
	}
	for _, who := range accounts {
		if err := s.SaveAccount(ctx, who.Resume()); err != nil {
			return err
		}
	}
	return s.Happened(ctx, a.NewID(), v.Worker, domain.PhoneResumed{VisitID: v.ID, Receipt: v.Receipt})
}

// PhoneStopped reports whether a person's number opens nothing.
func (a *App) PhoneStopped(s Store, worker string) (bool, error) {
	who, _, err := s.AccountOf(worker)
	return !who.Stopped.IsZero(), err
}
