package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// KeepLanguage keeps in which language somebody reads, for the next sign-in elsewhere.
func (a *App) KeepLanguage(ctx context.Context, own domain.Session, language string) error {
	return a.Data.Change(ctx, func(s Store) error {
		who, err := s.Account(own.Account)
		if err != nil || who.Language == language {
			return err
		}
		if who, err = who.Read(language); err != nil {
			return err
		}
		return s.SaveAccount(ctx, who)
	})
}
