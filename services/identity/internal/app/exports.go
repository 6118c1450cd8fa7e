package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// exportsOnPage is how many exports a page lists.
const exportsOnPage = 50

// BeginExport gives an export its number.
func (a *App) BeginExport(s Store, own domain.Session, kind string, list domain.ExportedList) (id string, err error) {
	by, err := s.PeekAccount(own.Account)
	if err != nil {
		return "", err
	}
	e, err := domain.BeginExport(a.NewID(), by, kind, list, a.Clock.Now())
	if err != nil {
		return "", err
	}
	return e.ID, s.SaveExport(e)
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
	e, err := a.OwnExport(s, own, id)
	if err != nil {
		return err
	}
	if e, err = e.Report(outcome, rows, a.Clock.Now()); err != nil {
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
