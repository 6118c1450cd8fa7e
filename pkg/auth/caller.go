package auth

import "context"

// ActingFor returns the caller, where it may act for a worker.
func ActingFor(ctx context.Context, worker string) (Principal, error) {
	p, err := FromContext(ctx)
	if err != nil {
		return p, err
	}
	return p, p.MayActFor(worker)
}

// Covering returns the caller, where it is an officer whose division a division lies in.
func Covering(ctx context.Context, division string) (Principal, error) {
	p, err := FromContext(ctx)
	if err != nil {
		return p, err
	}
	return p, p.CoversDivision(division)
}
