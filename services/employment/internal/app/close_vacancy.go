package app

import "context"

// CloseVacancy takes a vacancy from search; offers that were made stand.
func (a *App) CloseVacancy(ctx context.Context, s Store, id string) error {
	v, err := s.Vacancy(id)
	if err != nil {
		return err
	}
	e, err := s.Employer(v.EmployerID)
	if err != nil {
		return err
	}
	if err := MayManage(ctx, e, v.County); err != nil {
		return err
	}
	v, events, err := v.Close()
	if err != nil {
		return err
	}
	return s.SaveVacancy(ctx, v, events...)
}
