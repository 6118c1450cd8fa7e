package fair

import "context"

// EnterFigure is one officer's reading of the figure that decides.
func (a *App) EnterFigure(ctx context.Context, s Store, fairID, figure string) error {
	f, err := s.Fair(fairID)
	if err != nil {
		return err
	}
	p, err := fairOfficer(ctx, f)
	if err != nil {
		return err
	}
	f, events, err := f.EnterFigure(figure, p.Subject, a.today())
	if err != nil {
		return err
	}
	return s.Save(ctx, f, events...)
}
