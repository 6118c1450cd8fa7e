package fair

import (
	"context"
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/services/employment/internal/app"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// entriesPage is how many entries are read at a time.
const entriesPage = 5_000

// Close closes the lists and commits the fair to them, while the figure that
// will decide cannot exist. matchOn is a later day than planned, or "". Those of a
// large fair are committed in steps, and the fair has no root until then.
func (a *App) Close(ctx context.Context, s Store, fairID, matchOn string) (fair.Fair, error) {
	f, err := s.Fair(fairID)
	if err != nil {
		return f, err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		return f, err
	}
	day, err := app.Date(matchOn, fair.ErrDays)
	if err != nil {
		return f, err
	}
	if day.IsZero() {
		day = f.MatchOn
	}
	rules, err := a.rules(a.today(), f.Division)
	if err != nil {
		return f, err
	}
	if err := f.Closable(day, rules, a.today()); err != nil {
		return f, err
	}
	f.MatchOn = day
	standing, err := s.CountStanding(fairID, fair.AtOnce+1)
	if err != nil {
		return f, err
	}
	if fair.Large(standing) {
		f = f.Closes()
		if err := s.Save(ctx, f); err != nil {
			return f, err
		}
		return f, s.WriteList(ctx, fairID)
	}
	for after, more := "", true; more; {
		if after, more, err = s.Commit(fairID, after, entriesPage); err != nil {
			return f, err
		}
	}
	lists, err := readLists(s, f)
	if err != nil {
		return f, err
	}
	c, err := lists.Commit()
	if err != nil {
		return f, err
	}
	if c.Entries == 0 {
		return f, fair.ErrEmpty
	}
	f, events := f.Close(c, day, a.Clock.Now())
	return f, s.Save(ctx, f, events...)
}

// readLists reads posts, entries in pages, and which proposals there are.
func readLists(s Store, f fair.Fair) (*fair.Lists, error) {
	l := &fair.Lists{Fair: f}
	var err error
	if l.Posts, err = s.PeekPosts(f.ID); err != nil {
		return nil, err
	}
	for after := ""; ; after = l.Entries[len(l.Entries)-1].Ticket {
		page, err := s.Entries(f.ID, after, entriesPage)
		if err != nil {
			return nil, err
		}
		l.Entries = append(l.Entries, page...)
		if len(page) < entriesPage {
			break
		}
	}
	// By bytes, as they are committed, whatever the database takes for the order of letters.
	slices.SortFunc(l.Entries, func(a, b fair.Entry) int { return strings.Compare(a.Ticket, b.Ticket) })
	l.Proposed, err = s.Unanswered(f.ID)
	return l, err
}
