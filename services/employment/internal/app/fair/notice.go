package fair

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/fair"
)

// noticesAStep is how many applicants a step tells.
const noticesAStep = 100

// tell saves a fair that was changed or cancelled, and has who applied told: at
// once, or at a large fair in steps.
func (a *App) tell(ctx context.Context, s Store, f fair.Fair, events []domain.Event) error {
	if err := s.Save(ctx, f.Tells(a.Clock.Now()), events...); err != nil {
		return err
	}
	standing, err := s.CountStanding(f.ID, fair.AtOnce+1)
	if err != nil {
		return err
	}
	if fair.Large(standing) {
		return s.WriteNotices(ctx, f.ID)
	}
	for more := true; more && err == nil; {
		more, err = a.Notice(ctx, s, f.ID)
	}
	return err
}

// Notice tells the next of who applied, each once, and reports whether there are
// more. Who is told what is the fair's newest: of a change that another followed
// meanwhile nobody is told any more.
func (a *App) Notice(ctx context.Context, s Store, fairID string) (more bool, err error) {
	f, err := s.Fair(fairID)
	if err != nil || f.NoticeAt.IsZero() {
		return false, err
	}
	page, err := s.ToNotice(f, noticesAStep)
	if err != nil {
		return false, err
	}
	for _, x := range page {
		if err := s.Notice(ctx, x, f.Notice(x.ID)); err != nil {
			return false, err
		}
	}
	last := ""
	if more = len(page) == noticesAStep; more {
		last = page[len(page)-1].ID
	}
	return more, s.Save(ctx, f.Told(last))
}
