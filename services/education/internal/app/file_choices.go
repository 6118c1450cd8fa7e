package app

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// longestWord bounds the guardian's word for the lottery, in characters.
const longestWord = 100

// Choices is a list as it was filled in.
type Choices struct {
	RoundID, ApplicationID string
	SchoolIDs              []string
	Township               string // where the family lives, "" where it does not say
	Word                   string // joins the seed; "" leaves an earlier one
}

// FileChoices files a child's ranked schools, or changes them, and returns the
// entry with the guardian's receipt. The word itself is not kept, only what
// proves it.
func (a *App) FileChoices(ctx context.Context, s Store, f Choices) (domain.Entry, error) {
	if _, err := a.guarded(ctx, s, f.ApplicationID); err != nil {
		return domain.Entry{}, err
	}
	r, err := s.Round(f.RoundID)
	if err != nil {
		return domain.Entry{}, err
	}
	application, err := s.Application(f.ApplicationID)
	if err != nil {
		return domain.Entry{}, err
	}
	if f.Township != "" {
		if _, ok := a.Tables.Township(f.Township); !ok {
			return domain.Entry{}, domain.ErrTownship
		}
	}
	if utf8.RuneCountInString(f.Word) > longestWord || !utf8.ValidString(f.Word) {
		return domain.Entry{}, domain.ErrWord
	}
	schools, err := s.Seated(f.RoundID)
	if err != nil {
		return domain.Entry{}, err
	}
	e, err := s.Entry(f.RoundID, f.ApplicationID)
	if errors.Is(err, domain.ErrEntryUnknown) {
		e, err = domain.Entry{Ticket: allocate.NewTicket()}, nil
	}
	if err != nil {
		return domain.Entry{}, err
	}
	if e.Township = f.Township; f.Word != "" {
		e.Nonce = allocate.NewTicket()
		e.Word = allocate.NewWord(f.Word, e.Nonce)
	}
	e, events, err := domain.FileChoices(r, schools, application, e, f.SchoolIDs, clock.Today(a.Clock), a.Clock.Now())
	if err != nil {
		return domain.Entry{}, err
	}
	return e, s.SaveEntry(ctx, e, events...)
}

// guarded reads an application for who may act for the guardian who keeps it.
func (a *App) guarded(ctx context.Context, s Store, applicationID string) (domain.Application, error) {
	application, err := s.PeekApplication(applicationID)
	if err != nil {
		return application, err
	}
	_, err = keeps(ctx, s, application, domain.ErrApplicationUnknown)
	return application, err
}
