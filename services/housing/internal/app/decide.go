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
// an earlier decision had brought. With falseStatement, the officer has found that a
// declaration was false (HO-06).
func (a *App) Decide(ctx context.Context, s Store, applicationID, refusalCode string, falseStatement bool) (domain.Decision, error) {
	application, err := lockApplication(ctx, s, applicationID)
	if err != nil {
		return domain.Decision{}, err
	}
	if err := application.MayBeDecided(); err != nil {
		return domain.Decision{}, err
	}
	today := a.today()
	policy, err := a.policy(s, today, application)
	if err != nil {
		return domain.Decision{}, err
	}
	proofs, err := s.Proofs(applicationID, today)
	if err != nil {
		return domain.Decision{}, err
	}
	decide := policy.Decide
	if falseStatement {
		decide = policy.DecideFalse
	}
	d, err := decide(application, proofs, today, refusalCode)
	if err != nil {
		return domain.Decision{}, err
	}
	offerID := application.OfferID
	application, events := application.Decided(d)
	if err := s.SaveApplication(ctx, application, events...); err != nil {
		return domain.Decision{}, err
	}
	if err := logProofs(ctx, s, application, proofs); err != nil {
		return domain.Decision{}, err
	}
	if application.Waits() {
		return d, a.keepPublishing(ctx, s, application.County, application.Kind)
	}
	if application.State != domain.Refused {
		return d, nil
	}
	return d, withdrawOffer(ctx, s, offerID)
}

// logProofs tells the worker's access log what a decision showed to who asked for
// it: its reasons say which facts of other departments it rests on.
func logProofs(ctx context.Context, s Store, application domain.Application, proofs []domain.Proof) error {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return err
	}
	return logRead(ctx, s, p, application.Worker, application.County, application.ID, kindsOf(proofs)...)
}

// policy is the rules in force on a day for an application.
func (a *App) policy(s Store, on clock.Date, application domain.Application) (p domain.Policy, err error) {
	eligibility := map[domain.Kind]string{domain.PublicRental: "HO-01", domain.AffordableRental: "HO-AFFORDABLE", domain.RentSubsidy: "HO-SUBSIDY"}[application.Kind]
	err = a.rules(on, application.County, map[string]*rule.Rule{eligibility: &p.Eligibility, "HO-JOB-MONTHS": &p.JobMonths, "HO-06": &p.False})
	if err != nil {
		return p, err
	}
	if p.Recourse, err = a.Rules.Recourse(on, a.Calendar); err != nil {
		return p, err
	}
	all, err := s.ApplicationsOf(application.Worker)
	for _, other := range all {
		if other.ID != application.ID && other.FalseUntil.After(p.Barred) {
			p.Barred = other.FalseUntil
		}
	}
	return p, err
}
