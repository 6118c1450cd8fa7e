package app

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// The number of homes on a page.
const (
	usualPage   = 50
	longestPage = 200
)

// ListHomes lists free homes after an id; next is "" on the last page. A county
// and a kind are optional.
func (a *App) ListHomes(s Store, county, kind, after string, limit int) (homes []domain.Home, next string, err error) {
	if county != "" {
		if err := a.county(county); err != nil {
			return nil, "", err
		}
	}
	if kind != "" {
		if _, err := domain.ParseKind(kind); err != nil {
			return nil, "", err
		}
	}
	if limit < 0 || after != "" && ident.ParseUUID(after) != nil {
		return nil, "", domain.ErrPage
	}
	if limit == 0 {
		limit = usualPage
	}
	limit = min(limit, longestPage)
	homes, err = s.FreeHomes(county, domain.Kind(kind), after, limit)
	if err == nil && len(homes) == limit {
		next = homes[limit-1].ID
	}
	return homes, next, err
}

// Shown is an application as it is shown, with its offer and its evidence.
type Shown struct {
	Application domain.Application
	Offer       domain.Offer // zero where none is open or accepted
	Proofs      []domain.Proof
	SubsidyFen  int64 // a month, for a rent subsidy
}

// ReadApplication shows an application to its worker, or to an officer of its county.
func (a *App) ReadApplication(ctx context.Context, s Store, id string) (Shown, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return Shown{}, err
	}
	application, err := s.PeekApplication(id)
	if err != nil {
		return Shown{}, err
	}
	if p.Kind == auth.Officer {
		err = p.CoversDivision(application.County)
	} else {
		err = p.MayActFor(application.Worker)
	}
	if err = auth.Hide(err, domain.ErrApplicationUnknown); err != nil {
		return Shown{}, err
	}
	return a.show(s, application)
}

// ReadApplications shows the worker's own applications.
func (a *App) ReadApplications(ctx context.Context, s Store, worker string) ([]Shown, error) {
	if err := mayActFor(ctx, worker); err != nil {
		return nil, err
	}
	all, err := s.ApplicationsOf(worker)
	if err != nil {
		return nil, err
	}
	shown := make([]Shown, len(all))
	for i := range all {
		if shown[i], err = a.show(s, all[i]); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

func (a *App) show(s Store, application domain.Application) (v Shown, err error) {
	v.Application = application
	if application.OfferID != "" {
		if v.Offer, err = s.PeekOffer(application.OfferID); err != nil {
			return v, err
		}
	}
	if application.Kind == domain.RentSubsidy {
		r, err := a.Rules.Rule("HO-SUBSIDY", clock.Today(a.Clock), application.County)
		if err != nil {
			return v, err
		}
		if v.SubsidyFen, err = domain.Subsidy(r, application.HouseholdSize); err != nil {
			return v, err
		}
	}
	v.Proofs, err = s.Proofs(application.ID, clock.Today(a.Clock))
	return v, err
}

// ShownLease is a lease with its address, which is told to the worker alone: a
// helper sees "".
type ShownLease struct {
	domain.Lease
	Address string
	Status  string
}

// ReadLeases shows the worker's own leases.
func (a *App) ReadLeases(ctx context.Context, s Store, worker string) ([]ShownLease, error) {
	p, err := auth.From(ctx)
	if err != nil {
		return nil, err
	}
	if err := p.MayActFor(worker); err != nil {
		return nil, err
	}
	leases, err := s.LeasesOf(worker)
	if err != nil {
		return nil, err
	}
	shown := make([]ShownLease, len(leases))
	for i, l := range leases {
		shown[i] = ShownLease{Lease: l, Status: l.State(clock.Today(a.Clock))}
		if !p.ActsHimself(worker) {
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
