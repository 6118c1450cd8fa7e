package app

import (
	"cmp"
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// ChangeRound mends a plan until its list is fixed; what is empty in the form
// stays. The families that filed are told.
func (a *App) ChangeRound(ctx context.Context, s Store, roundID string, f Plan, why string) error {
	_, r, err := round(ctx, s, roundID)
	if err != nil {
		return err
	}
	to := r
	to.Tie, to.FigureSource = allocate.Tie(cmp.Or(f.Tie, string(r.Tie))), cmp.Or(f.FigureSource, r.FigureSource)
	for _, d := range []struct {
		text string
		day  *clock.Date
	}{{f.OpensOn, &to.OpensOn}, {f.ClosesOn, &to.ClosesOn}, {f.DrawOn, &to.DrawOn}, {f.FigureOn, &to.FigureOn}} {
		if d.text == "" {
			continue
		}
		if *d.day, err = clock.ParseDate(d.text); err != nil {
			return domain.ErrRoundDates.Because(err)
		}
	}
	r, events, err := r.Change(to, why, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	if err := s.SaveRound(ctx, r, events...); err != nil {
		return err
	}
	return notice(ctx, s, r, domain.NoticeChanged)
}

// notice tells each family that filed in a round.
func notice(ctx context.Context, s Store, r domain.Round, what string) error {
	entries, err := s.Entries(r.ID)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := s.SaveEntry(ctx, e, e.Noticed(what, r.Why)...); err != nil {
			return err
		}
	}
	return nil
}
