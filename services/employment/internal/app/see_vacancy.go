package app

import "github.com/qiao-platform/qiao/services/employment/internal/domain"

// SeeVacancy reads one vacancy, open or closed; everybody may.
func (a *App) SeeVacancy(s Store, id string) (domain.Vacancy, error) { return s.PeekVacancy(id) }
