package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ConfirmFigure takes the public figure from an officer; when a second one
// confirms it, the draw is made.
func (a *App) ConfirmFigure(ctx context.Context, s Store, id, figure string) (domain.Round, error) {
	r, err := lockRound(ctx, s, id)
	if err != nil {
		return r, err
	}
	p, err := officer(ctx, r.County)
	if err != nil {
		return r, err
	}
	today := a.today()
	if r, err = r.Confirm(figure, p.Subject, today); err != nil {
		return r, err
	}
	if r.State != domain.RoundIsDrawn {
		return r, s.SaveRound(ctx, r, domain.FigureEntered{RoundID: r.ID})
	}
	entries, err := s.Entries(id)
	if err != nil {
		return r, err
	}
	if r, entries, err = r.Draw(entries, p.Subject); err != nil {
		return r, err
	}
	if r.PublicUntil, err = a.publicUntil(r.County, today); err != nil {
		return r, err
	}
	if err := s.SaveEntries(entries...); err != nil {
		return r, err
	}
	return r, s.SaveRound(ctx, r, domain.RoundDrawn{RoundID: r.ID, Root: r.Root})
}
