package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Statement is what an employer states of a hire.
type Statement struct {
	Worker, USCC, Occupation, County, StartOn, EndOn string
	WageFen                                          int64
}

// MayStateHire returns the employer of a code where it is the caller; to whoever
// is not, there is no such employer.
func (a *App) MayStateHire(ctx context.Context, s Store, uscc string) (domain.Employer, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return domain.Employer{}, err
	}
	code, _ := ident.NormaliseUSCC(uscc)
	e, found, err := s.EmployerByUSCC(code)
	if err == nil && (!found || p.Kind != auth.Employer || !e.Is(p.Subject)) {
		err = domain.ErrEmployerUnknown
	}
	return e, err
}

// StateHire records a hire that only the employer states. It binds the
// employer; for the worker it waits for the worker.
func (a *App) StateHire(ctx context.Context, s Store, st Statement) (string, error) {
	e, err := a.MayStateHire(ctx, s, st.USCC)
	if err != nil {
		return "", err
	}
	if err := a.checkPost(st.County, st.Occupation); err != nil {
		return "", err
	}
	h := domain.Hire{ID: a.NewID(), Worker: st.Worker, EmployerID: e.ID, Occupation: st.Occupation, County: st.County, WageFen: st.WageFen}
	if h.StartOn, err = Date(st.StartOn, domain.ErrTerm); err != nil {
		return "", err
	}
	if h.EndOn, err = Date(st.EndOn, domain.ErrTerm); err != nil {
		return "", err
	}
	hazards, err := a.hazards(st.County)
	if err != nil {
		return "", err
	}
	h.Hazardous = hazards.In(st.Occupation)
	h, events, err := domain.StateHire(h)
	if err != nil {
		return "", err
	}
	twice, err := s.HasHire(h.Worker, e.ID, h.StartOn)
	if err != nil {
		return "", err
	}
	if twice {
		return "", domain.ErrHireTwice
	}
	return h.ID, s.SaveHire(ctx, h, events...)
}
