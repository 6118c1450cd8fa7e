package app

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// wordMax bounds the word for the lottery, in signs.
const wordMax = 100

// FairReceipt is what only the applicant keeps: with the own word, ticket and
// nonce prove what the lottery was given.
type FairReceipt struct{ ApplicationID, Ticket, Nonce string }

// BeforeApplyingToFair tells what must be known of the worker's age for the
// posts that are wished for: once, where one of them has hazards.
func (a *App) BeforeApplyingToFair(ctx context.Context, s Store, worker string, wishes []string) (AgeQuestion, error) {
	if _, err := actingFor(ctx, worker); err != nil {
		return AgeQuestion{}, err
	}
	for _, id := range wishes[:min(len(wishes), wordMax)] {
		q, err := a.BeforeApplying(ctx, s, worker, id)
		if err != nil {
			return AgeQuestion{}, domain.ErrFairWishUnknown.Because(err)
		}
		if q.Age > 0 {
			return q, nil
		}
	}
	return AgeQuestion{}, nil
}

// ApplyToFair sends the worker's ranked wishes, or others instead of those sent
// before. id is the number of a first application; word is what the worker adds
// to the lottery, and is not kept.
func (a *App) ApplyToFair(ctx context.Context, s Store, id, worker, fairID string, wishes []string, word string, q AgeQuestion, reached bool) (FairReceipt, error) {
	if _, err := actingFor(ctx, worker); err != nil {
		return FairReceipt{}, err
	}
	f, err := s.ShareFair(fairID)
	if err != nil {
		return FairReceipt{}, err
	}
	if q.Age > 0 && !reached {
		return FairReceipt{}, a.tooYoung(q, f.Division)
	}
	if utf8.RuneCountInString(word) > wordMax || !utf8.ValidString(word) {
		return FairReceipt{}, domain.ErrFairWord
	}
	rules, err := a.fairRules(a.today(), f.Division)
	if err != nil {
		return FairReceipt{}, err
	}
	all, err := s.PeekFairPosts(fairID)
	if err != nil {
		return FairReceipt{}, err
	}
	posts := make(map[string]bool, len(all))
	for _, p := range all {
		posts[p.VacancyID] = true
	}
	application, found, err := s.FairApplicationOf(worker, fairID)
	if err != nil {
		return FairReceipt{}, err
	}
	if !found {
		application = domain.FairApplication{ID: id, FairID: fairID, Worker: worker, Division: f.Division, Ticket: allocate.NewTicket()}
	}
	var sealed allocate.Word
	var nonce string
	if word != "" {
		nonce = allocate.NewTicket()
		sealed = allocate.NewWord(word, nonce)
	}
	application, events, err := application.ApplyToFair(f, slices.Clone(wishes), sealed, posts, rules, a.Clock.Now())
	if err != nil {
		return FairReceipt{}, err
	}
	return FairReceipt{application.ID, application.Ticket, nonce}, s.SaveFairApplication(ctx, application, events...)
}
