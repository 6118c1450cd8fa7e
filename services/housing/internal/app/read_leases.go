package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// ShownLease is a lease with its address, which is told to the worker alone: a
// helper sees "".
type ShownLease struct {
	domain.Lease
	Address string
	Status  string
}

// ReadLeases shows a worker's leases to him or to who acts for him.
func (a *App) ReadLeases(ctx context.Context, s Store, worker string) ([]ShownLease, error) {
	p, err := auth.ActingFor(ctx, worker)
	if err != nil {
		return nil, err
	}
	leases, err := s.LeasesOf(worker)
	if err != nil {
		return nil, err
	}
	shown := make([]ShownLease, len(leases))
	for i, l := range leases {
		shown[i] = ShownLease{Lease: l, Status: l.State(a.today())}
		if !p.ActsHimself(worker) {
			if err := logRead(ctx, s, p, worker, l.County, l.ID, "lease"); err != nil {
				return nil, err
			}
			continue
		}
		h, err := s.PeekHome(l.HomeID)
		if err != nil {
			return nil, err
		}
		shown[i].Address = h.Estate + " " + h.Number
	}
	return shown, nil
}
