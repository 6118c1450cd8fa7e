package app

import "context"

// CloseAccount ends, quietly, what is still open of a worker who closed the
// account; completed courses and certificates stay as they are.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	ids, err := s.OpenEnrolments(worker)
	if err != nil {
		return err
	}
	for _, id := range ids {
		c, e, err := s.Place(id)
		if err != nil {
			return err
		}
		if err := a.leave(ctx, s, c, e); err != nil {
			return err
		}
	}
	return nil
}
