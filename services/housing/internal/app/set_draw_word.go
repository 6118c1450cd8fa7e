package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// SetDrawWord takes a word of the applicant's own for the next draw and returns
// the nonce, which the applicant keeps beside it, and the hash, which is kept here.
func (a *App) SetDrawWord(ctx context.Context, s Store, id, word string) (nonce, hash string, err error) {
	seen, err := s.PeekApplication(id)
	if err != nil {
		return "", "", err
	}
	if err := auth.Hide(mayActFor(ctx, seen.Worker), domain.ErrApplicationUnknown); err != nil {
		return "", "", err
	}
	application, err := s.Application(id)
	if err != nil {
		return "", "", err
	}
	nonce = allocate.NewTicket()
	application, events, err := application.GiveWord(word, nonce)
	if err != nil {
		return "", "", err
	}
	return nonce, application.Word, s.SaveApplication(ctx, application, events...)
}
