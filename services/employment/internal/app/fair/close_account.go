package fair

import "context"

// CloseAccount takes who closed the account, quietly, out of the fairs.
func (a *App) CloseAccount(ctx context.Context, s Store, worker string) error {
	all, err := s.PeekApplications(worker)
	if err != nil {
		return err
	}
	for _, application := range all {
		if err := withdraw(ctx, s, application); err != nil {
			return err
		}
	}
	return nil
}
