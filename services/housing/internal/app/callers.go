package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
)

func mayActFor(ctx context.Context, worker string) error {
	p, err := auth.From(ctx)
	if err != nil {
		return err
	}
	return p.MayActFor(worker)
}

// officer returns the officer who calls, where the county is in his division.
func officer(ctx context.Context, county string) (auth.Principal, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return p, err
	}
	return p, p.CoversDivision(county)
}

// mayRead lets the worker, who acts for him, and an officer of the county see.
func mayRead(ctx context.Context, worker, county string) (auth.Principal, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return p, err
	}
	if p.Kind == auth.Officer {
		return p, p.CoversDivision(county)
	}
	return p, p.MayActFor(worker)
}

func isEmployer(ctx context.Context, id string) error {
	p, err := auth.From(ctx)
	if err == nil && (p.Kind != auth.Employer || p.Subject != id) {
		err = auth.ErrNotYours
	}
	return err
}
