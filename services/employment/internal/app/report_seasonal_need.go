package app

import (
	"cmp"
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ReportSeasonalNeed records how many workers an employer needs, and returns
// how many lines said something new.
func (a *App) ReportSeasonalNeed(ctx context.Context, s Store, employerID string, lines []domain.Need) (changed int, err error) {
	e, err := s.Employer(employerID)
	if err != nil {
		return 0, err
	}
	if err := auth.Hide(MayManage(ctx, e, e.County), domain.ErrEmployerUnknown); err != nil {
		return 0, err
	}
	if err := domain.CheckNeeds(lines, a.today()); err != nil {
		return 0, err
	}
	for _, l := range lines {
		if err := a.checkPost(l.County, l.Occupation); err != nil {
			return 0, err
		}
	}
	lines = slices.SortedFunc(slices.Values(lines), func(a, b domain.Need) int { // one order of locks for all reports
		return cmp.Or(cmp.Compare(a.Month, b.Month), cmp.Compare(a.Occupation, b.Occupation), cmp.Compare(a.County, b.County))
	})
	for _, l := range lines {
		n, err := s.Need(e.ID, l.Month, l.Occupation, l.County)
		if err != nil {
			return 0, err
		}
		if n.Version == 0 {
			n.ID = a.NewID()
		}
		n, events := n.Report(l.Count, a.Clock.Now())
		if len(events) == 0 {
			continue
		}
		if err := s.SaveNeed(ctx, n, events...); err != nil {
			return 0, err
		}
		changed++
	}
	return changed, nil
}
