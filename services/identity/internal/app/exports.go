package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// exportsOnPage is how many exports a page lists, and exportsAsked how many that wait are
// looked through.
const exportsOnPage, exportsAsked = 50, 500

// Names is what is asked for beside a list's case numbers; the zero value is nothing.
type Names struct {
	Wanted bool
	Reason string
}

// BeginExport gives an export its number; one with names waits for another officer.
func (a *App) BeginExport(ctx context.Context, s Store, own domain.Session, kind string, list domain.ExportedList, names Names) (id string, err error) {
	by, err := s.PeekAccount(own.Account)
	if err != nil {
		return "", err
	}
	e, err := domain.BeginExport(a.NewID(), by, kind, list, a.Clock.Now())
	if err != nil {
		return "", err
	}
	if names.Wanted {
		p, err := auth.FromContext(ctx)
		if err != nil {
			return "", err
		}
		held, err := s.Grants(own.Account)
		if err != nil {
			return "", err
		}
		if e, err = e.AskNames(p.Department, names.Reason, held); err != nil {
			return "", err
		}
	}
	return e.ID, s.SaveExport(e)
}

// DecideExport lets the names of a list out that another officer asked for, or refuses to.
func (a *App) DecideExport(s Store, own domain.Session, id string, approve bool, refusal string) error {
	p, err := a.policy()
	if err != nil {
		return err
	}
	by, err := s.PeekAccount(own.Account)
	if err != nil {
		return err
	}
	held, err := s.Grants(own.Account)
	if err != nil {
		return err
	}
	e, err := s.Export(id)
	if err != nil {
		return err
	}
	if e, err = e.Decide(by, held, approve, refusal, p.Export, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveExport(e)
}

// OwnExport loads an export of the caller's own.
func (a *App) OwnExport(s Store, own domain.Session, id string) (domain.Export, error) {
	e, err := s.Export(id)
	if err == nil && e.By != own.Account {
		err = domain.ErrExport
	}
	return e, err
}

// ReportExport says how far the caller's file is, or how it ended.
func (a *App) ReportExport(s Store, own domain.Session, id, outcome string, rows int64) error {
	p, err := a.policy()
	if err != nil {
		return err
	}
	e, err := a.OwnExport(s, own, id)
	if err != nil {
		return err
	}
	if e, err = e.Report(outcome, rows, p.Export, a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveExport(e)
}

// CancelExport ends an export of the caller's own.
func (a *App) CancelExport(s Store, own domain.Session, id string) error {
	e, err := a.OwnExport(s, own, id)
	if err != nil {
		return err
	}
	if e, err = e.Cancel(a.Clock.Now()); err != nil {
		return err
	}
	return s.SaveExport(e)
}

// Exports lists a page: an officer's own, to an administrator everybody's. next is where
// the next page begins, or "".
func (a *App) Exports(ctx context.Context, s Store, own domain.Session, before string) (all []domain.Export, next string, err error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return nil, "", err
	}
	of := own.Account
	if p.Kind == auth.Administrator {
		of = ""
	}
	all, err = s.Exports(of, before, exportsOnPage+1)
	if len(all) > exportsOnPage {
		all = all[:exportsOnPage]
		next = all[exportsOnPage-1].ID
	}
	return all, next, err
}

// ExportsToDecide lists the lists with names that wait for the caller, oldest first.
func (a *App) ExportsToDecide(s Store, own domain.Session) ([]domain.Export, error) {
	p, err := a.policy()
	if err != nil {
		return nil, err
	}
	by, err := s.PeekAccount(own.Account)
	if err != nil || by.Kind != domain.Officer {
		return nil, err
	}
	held, err := s.Grants(own.Account)
	if err != nil {
		return nil, err
	}
	all, err := s.ExportsAsked(exportsAsked)
	now := a.Clock.Now()
	return slices.DeleteFunc(all, func(e domain.Export) bool {
		return !e.DecidableBy(by, held) || e.StateOn(p.Export, now) != domain.ExportAsked
	}), err
}

// writesNames reports whether an account may read names into a file now.
func (a *App) writesNames(s Store, account string) (bool, error) {
	all, err := s.ExportsWritten(account)
	now := a.Clock.Now()
	return slices.ContainsFunc(all, func(e domain.Export) bool { return e.Writes(now) }), err
}
