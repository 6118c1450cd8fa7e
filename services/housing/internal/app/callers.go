package app

import (
	"context"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

func mayActFor(ctx context.Context, worker string) error {
	_, err := auth.ActingFor(ctx, worker)
	return err
}

// officer returns the officer who calls, where the county is in his division.
func officer(ctx context.Context, county string) (auth.Principal, error) {
	return auth.Covering(ctx, county)
}

// mayRead lets the worker, who acts for him, and an officer of the county see.
func mayRead(ctx context.Context, worker, county string) (auth.Principal, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return p, err
	}
	if p.Kind == auth.Officer {
		return p, p.CoversDivision(county)
	}
	return p, p.MayActFor(worker)
}

func isEmployer(ctx context.Context, id string) error {
	p, err := auth.FromContext(ctx)
	if err == nil && (p.Kind != auth.Employer || p.Subject != id) {
		err = auth.ErrNotYours
	}
	return err
}

// logRead tells the worker's access log what anybody but the worker saw.
func logRead(ctx context.Context, s Store, p auth.Principal, worker, county, caseID string, kinds ...string) error {
	if p.ActsHimself(worker) {
		return nil
	}
	slices.Sort(kinds)
	return s.LogRead(ctx, worker, county, caseID, slices.Compact(kinds)...)
}

// kindsOf names what is read with an application: it, and the kinds of its facts.
func kindsOf(proofs []domain.Proof) []string {
	kinds := []string{"application"}
	for _, f := range proofs {
		kinds = append(kinds, f.Kind)
	}
	return kinds
}
