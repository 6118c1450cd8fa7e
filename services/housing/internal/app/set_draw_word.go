package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
)

// SetDrawWord takes a word of the applicant's own for the next draw and returns
// the nonce, which the applicant keeps beside it, and the hash, which is kept here.
func (a *App) SetDrawWord(ctx context.Context, s Store, id, word string) (nonce, hash string, err error) {
	application, err := ownApplication(ctx, s, id)
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
