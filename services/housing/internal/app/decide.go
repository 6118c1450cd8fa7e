package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Decide applies the rules in force today to an application, as the officer
// asks; a refusal bears the officer's reason code and withdraws an offer that
// an earlier decision had brought.
func (a *App) Decide(ctx context.Context, s Store, applicationID, refusalCode string) (domain.Decision, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return domain.Decision{}, err
	}
	application, err := s.Application(applicationID)
	if err != nil {
		return domain.Decision{}, err
	}
	if err := p.CoversDivision(application.County); err != nil {
		return domain.Decision{}, err
	}
	if err := application.MayBeDecided(); err != nil {
		return domain.Decision{}, err
	}
	today := clock.Today(a.Clock)
	policy, err := a.policy(today, application.County)
	if err != nil {
		return domain.Decision{}, err
	}
	proofs, err := s.Proofs(applicationID)
	if err != nil {
		return domain.Decision{}, err
	}
	d, err := policy.Decide(application, proofs, today, refusalCode)
	if err != nil {
		return domain.Decision{}, err
	}
	offerID := application.OfferID
	application, events := application.Decided(d)
	if err := s.SaveApplication(ctx, application, events...); err != nil {
		return domain.Decision{}, err
	}
	if application.State != domain.Refused {
		return d, nil
	}
	return d, withdrawOffer(ctx, s, offerID)
}

// policy is the rules in force on a day in a county.
func (a *App) policy(on clock.Date, county string) (p domain.Policy, err error) {
	for id, r := range map[string]*rule.Rule{"HO-01": &p.Eligibility, "HO-JOB-MONTHS": &p.JobMonths, "GV-04": &p.Appeal} {
		if *r, err = a.Rules.Rule(id, on, county); err != nil {
			return p, err
		}
	}
	return p, nil
}

// number reads a whole number of a rule in force today in a county.
func (a *App) number(id, parameter, county string) (int, error) {
	r, err := a.Rules.Rule(id, clock.Today(a.Clock), county)
	if err != nil {
		return 0, err
	}
	return r.Int(parameter)
}
