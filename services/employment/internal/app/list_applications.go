package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// ApplicationLine is an application as its worker sees it, with the newest offer
// and the newest invitation, zero ones where there is none.
type ApplicationLine struct {
	domain.Application
	Title     string
	Offer     domain.Offer
	Interview domain.Interview
}

// ListApplications shows the worker the own applications, newest first.
func (a *App) ListApplications(ctx context.Context, s Store, worker string) ([]ApplicationLine, error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return nil, err
	}
	own, err := s.ApplicationsOf(worker)
	if err != nil {
		return nil, err
	}
	offers, err := s.OffersOf(worker)
	if err != nil {
		return nil, err
	}
	interviews, err := s.InterviewsOf(worker)
	if err != nil {
		return nil, err
	}
	titles, err := s.Titles(worker)
	all := make([]ApplicationLine, len(own))
	for i, x := range own {
		all[i] = ApplicationLine{x, titles[x.VacancyID], offers[x.OfferID], interviews[x.ID].At(a.Clock.Now())}
		if err == nil && !p.ActsHimself(worker) { // a counter or a helper looks: the worker is told of it
			err = s.Read(ctx, x.Worker, x.County, x.ID, "application")
		}
	}
	return all, err
}
