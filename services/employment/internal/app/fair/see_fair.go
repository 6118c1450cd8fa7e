package fair

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// page is how many posts or results one answer lists.
const page = 500

// SeeFair reads a fair, a page of its posts and the mark of the next page, "" after
// the last; everybody may.
func (a *App) SeeFair(ctx context.Context, s Store, id, after string) (f Shown, posts []PostShown, next string, err error) {
	plain, err := s.Peek(id)
	if err != nil {
		return f, nil, "", err
	}
	if f, err = a.shown(plain); err != nil {
		return f, nil, "", err
	}
	if f.Corrections, err = a.corrections(ctx, s, plain); err != nil {
		return f, nil, "", err
	}
	posts, err = s.PostPage(id, after, page)
	if len(posts) == page {
		next = posts[page-1].VacancyID
	}
	return f, posts, next, err
}

// corrections lists a fair's corrections: those that were taken to
// everybody, a proposal to the officers of the fair alone.
func (a *App) corrections(ctx context.Context, s Store, f fair.Fair) ([]fair.Correction, error) {
	if f.State != fair.Matched {
		return nil, nil
	}
	all, err := s.Corrections(f.ID)
	if err != nil {
		return nil, err
	}
	if _, err := fairOfficer(ctx, f); err != nil {
		all = slices.DeleteFunc(all, func(c fair.Correction) bool { return c.State != fair.CorrectionTaken })
	}
	return all, nil
}
