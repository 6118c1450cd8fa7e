package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// County is what the officers of a county have before them: leases without
// names, and what waits for a person.
type County struct {
	Leases  []LeaseFile
	Repairs []domain.Repair
	Exits   []domain.Exit
	Reviews []domain.Review
}

// ReadCounty shows the leases of a county and what waits.
func (a *App) ReadCounty(ctx context.Context, s Store, county string) (c County, err error) {
	if err := a.county(county); err != nil {
		return c, err
	}
	if _, err := officer(ctx, county); err != nil {
		return c, err
	}
	leases, err := s.LeasesIn(county)
	if err != nil {
		return c, err
	}
	payments, err := s.PaymentsIn(county)
	if err != nil {
		return c, err
	}
	asked, err := s.RenewalsIn(county)
	if err != nil {
		return c, err
	}
	for _, l := range leases {
		f := LeaseFile{Lease: l}
		if err := a.open(&f, payments[l.ID]); err != nil {
			return c, err
		}
		for _, r := range asked {
			if r.LeaseID == l.ID {
				f.Renewals = append(f.Renewals, r)
			}
		}
		c.Leases = append(c.Leases, f)
	}
	if c.Repairs, err = s.RepairsIn(county); err != nil {
		return c, err
	}
	if c.Exits, err = s.ExitsIn(county); err != nil {
		return c, err
	}
	c.Reviews, err = s.ReviewsIn(county)
	return c, err
}
