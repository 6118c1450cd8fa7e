package app

import (
	"context"
	"fmt"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// MayImportHere says in whose name who holds the folder's key brings in sheets: an
// officer's with an open account, by the staff number; while there is no administrator,
// nobody's but the operator's own.
func (a *App) MayImportHere(ctx context.Context, staff string) error {
	return a.Data.Look(ctx, func(s Store) error {
		if staff == "" {
			all, err := s.Administrators()
			if err == nil && len(all) > 0 {
				err = domain.ErrImporter
			}
			return err
		}
		who, found, err := s.AccountByLogin(domain.LoginName(staff))
		if err == nil && (!found || who.Kind != domain.Officer || who.State != domain.Open) {
			err = domain.ErrImporter
		}
		return err
	})
}

// ImportedHere writes down in the audit that the key holder began to bring in sheets, or
// how many sheets and rows that were when it ended.
func (a *App) ImportedHere(ctx context.Context, staff string, ended bool, sheets, rows int) error {
	d := domain.Denial{At: a.Clock.Now(), Kind: "operator", Subject: domain.LoginName(staff), Service: service, Method: "ImportBegun", Code: domain.Imported}
	if ended {
		d.Method = fmt.Sprintf("ImportEnded sheets=%d rows=%d", sheets, rows)
	}
	return a.Data.Change(ctx, func(s Store) error { return s.AddDenial(d, a.link) }) // none is folded
}
