package fair

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// wordMax bounds the word for the lottery, in signs.
const wordMax = 100

// Receipt is what only the applicant keeps: with the own word, ticket and
// nonce prove what the lottery was given.
type Receipt struct{ ApplicationID, Ticket, Nonce string }

// BeforeApplying tells what must be known of the worker's age for the
// posts that are wished for: once, where one of them has hazards.
func (a *App) BeforeApplying(ctx context.Context, s Store, worker string, wishes []string) (app.AgeQuestion, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return app.AgeQuestion{}, err
	}
	for _, id := range wishes[:min(len(wishes), wordMax)] {
		q, err := a.Jobs.BeforeApplying(ctx, s.Jobs(), worker, id)
		if errors.Is(err, domain.ErrVacancyUnknown) {
			err = fair.ErrWishUnknown.Because(err)
		}
		if err != nil {
			return app.AgeQuestion{}, err
		}
		if q.Age > 0 {
			return q, nil
		}
	}
	return app.AgeQuestion{}, nil
}

// Apply sends the worker's ranked wishes, or others instead of those sent
// before. id is the number of a first application; word is what the worker adds
// to the lottery, and is not kept.
func (a *App) Apply(ctx context.Context, s Store, id, worker, fairID string, wishes []string, word string, q app.AgeQuestion, reached bool) (Receipt, error) {
	if _, err := auth.ActingFor(ctx, worker); err != nil {
		return Receipt{}, err
	}
	f, err := s.Share(fairID)
	if err != nil {
		return Receipt{}, err
	}
	if q.Age > 0 && !reached {
		return Receipt{}, a.Jobs.TooYoung(q, f.Division)
	}
	if utf8.RuneCountInString(word) > wordMax || !utf8.ValidString(word) {
		return Receipt{}, fair.ErrWord
	}
	rules, err := a.rules(a.today(), f.Division)
	if err != nil {
		return Receipt{}, err
	}
	all, err := s.PeekPosts(fairID)
	if err != nil {
		return Receipt{}, err
	}
	posts := make(map[string]bool, len(all))
	for _, p := range all {
		posts[p.VacancyID] = true
	}
	application, found, err := s.ApplicationOf(worker, fairID)
	if err != nil {
		return Receipt{}, err
	}
	if !found {
		application = fair.Application{ID: id, FairID: fairID, Worker: worker, Division: f.Division, Ticket: allocate.NewTicket()}
	}
	var sealed allocate.Word
	var nonce string
	if word != "" {
		nonce = allocate.NewTicket()
		sealed = allocate.NewWord(word, nonce)
	}
	application, events, err := application.Apply(f, slices.Clone(wishes), sealed, posts, rules, a.Clock.Now())
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{application.ID, application.Ticket, nonce}, s.SaveApplication(ctx, application, events...)
}
