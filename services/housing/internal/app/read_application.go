package app

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Shown is an application as it is shown, with its offer and its evidence.
type Shown struct {
	Application domain.Application
	Offer       domain.Offer // zero where none is open or accepted
	Proofs      []domain.Proof
	SubsidyFen  int64     // a month, for a rent subsidy
	UndoBy      time.Time // until when what another accepted can be taken back; zero where it cannot
}

// ReadApplication shows an application to its worker, to who acts for him, or to
// an officer of its county.
func (a *App) ReadApplication(ctx context.Context, s Store, id string) (Shown, error) {
	application, err := s.PeekApplication(id)
	if err != nil {
		return Shown{}, err
	}
	p, err := mayRead(ctx, application.Worker, application.County)
	if err = auth.Hide(err, domain.ErrApplicationUnknown); err != nil {
		return Shown{}, err
	}
	return a.showLogged(ctx, s, p, application)
}

// showLogged shows an application to p, which the worker's access log tells.
func (a *App) showLogged(ctx context.Context, s Store, p auth.Principal, application domain.Application) (Shown, error) {
	v, err := a.show(s, application)
	if err != nil {
		return v, err
	}
	return v, logRead(ctx, s, p, application.Worker, application.County, application.ID, kindsOf(v.Proofs)...)
}

func (a *App) show(s Store, application domain.Application) (v Shown, err error) {
	v.Application = application
	if application.OfferID != "" {
		if v.Offer, err = s.PeekOffer(application.OfferID); err != nil {
			return v, err
		}
		within, err := a.undoTime(application.County)
		if err != nil {
			return v, err
		}
		v.UndoBy = v.Offer.UndoBy(within, a.Clock.Now())
	}
	if application.Kind == domain.RentSubsidy {
		r, err := a.Rules.Rule("HO-SUBSIDY", a.today(), application.County)
		if err != nil {
			return v, err
		}
		if v.SubsidyFen, err = domain.Subsidy(r, application.HouseholdSize); err != nil {
			return v, err
		}
	}
	v.Proofs, err = s.Proofs(application.ID, a.today())
	return v, err
}
