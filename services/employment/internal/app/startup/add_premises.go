package startup

import (
	"context"

	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// AddPremises lists premises of a county.
func (a *App) AddPremises(ctx context.Context, s Store, p startup.Premises) (string, error) {
	if err := a.manages(ctx, p.County); err != nil {
		return "", err
	}
	rules, err := a.rules(p.County)
	if err != nil {
		return "", err
	}
	p.ID = a.NewID()
	p, events, err := startup.AddPremises(p, rules)
	if err != nil {
		return "", err
	}
	return p.ID, s.SavePremises(ctx, p, events...)
}
