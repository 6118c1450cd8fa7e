package app

import (
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// entriesPage is how many entries are read at a time.
const entriesPage = 5_000

// CloseFair closes the lists and commits the fair to them, while the figure that
// will decide cannot exist. matchOn is a later day than planned, or "".
func (a *App) CloseFair(ctx context.Context, s Store, fairID, matchOn string) (domain.Fair, error) {
	f, err := s.Fair(fairID)
	if err != nil {
		return f, err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return f, err
	}
	day, err := date(matchOn, domain.ErrFairDays)
	if err != nil {
		return f, err
	}
	if day.IsZero() {
		day = f.MatchOn
	}
	rules, err := a.fairRules(a.today(), f.Division)
	if err != nil {
		return f, err
	}
	if err := f.Closable(day, rules, a.today()); err != nil {
		return f, err
	}
	if err := s.CommitFair(fairID); err != nil {
		return f, err
	}
	f.MatchOn = day
	lists, err := readFairLists(s, f)
	if err != nil {
		return f, err
	}
	if len(lists.Entries) == 0 {
		return f, domain.ErrFairEmpty
	}
	c, err := lists.List().Commit()
	if err != nil {
		return f, err
	}
	f, events := f.Close(c, day, a.Clock.Now())
	return f, s.SaveFair(ctx, f, events...)
}

// readFairLists reads posts, entries in pages, and which proposals there are.
func readFairLists(s Store, f domain.Fair) (*domain.FairLists, error) {
	l := &domain.FairLists{Fair: f}
	var err error
	if l.Posts, err = s.PeekFairPosts(f.ID); err != nil {
		return nil, err
	}
	for after := ""; ; after = l.Entries[len(l.Entries)-1].Ticket {
		page, err := s.FairEntries(f.ID, after, entriesPage)
		if err != nil {
			return nil, err
		}
		l.Entries = append(l.Entries, page...)
		if len(page) < entriesPage {
			break
		}
	}
	// By bytes, as they are committed, whatever the database takes for the order of letters.
	slices.SortFunc(l.Entries, func(a, b domain.FairEntry) int { return strings.Compare(a.Ticket, b.Ticket) })
	l.Proposed, err = s.Unanswered(f.ID)
	return l, err
}
