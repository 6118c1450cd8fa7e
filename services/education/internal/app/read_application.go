package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// Shown is an application as it is shown, with its offer, its evidence and the
// papers that this replaces.
type Shown struct {
	Application domain.Application
	Offer       domain.Offer // zero where none is open or accepted
	Better      domain.Offer // beside an accepted place; zero where there is none
	Proofs      []domain.Proof
	NotAsked    []string
	UndoBy      time.Time    // until when an acceptance that another gave can be taken back; zero where none can
	Aid         []rule.Trace // what a vocational place brings
}

// ReadApplication shows an application to its guardian, or to an officer of
// its county. What anybody but the guardian reads, the guardian's access log
// tells.
func (a *App) ReadApplication(ctx context.Context, s Store, id string) (Shown, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return Shown{}, err
	}
	application, err := s.PeekApplication(id)
	if err != nil {
		return Shown{}, err
	}
	if p.Kind == auth.Officer {
		err = auth.Hide(p.CoversDivision(application.County), domain.ErrApplicationUnknown)
	} else {
		_, err = keeps(ctx, s, application, domain.ErrApplicationUnknown)
	}
	if err != nil {
		return Shown{}, err
	}
	return a.read(ctx, s, p, application)
}

func (a *App) read(ctx context.Context, s Store, p auth.Principal, application domain.Application) (sh Shown, err error) {
	sh.Application = application
	if application.OfferID != "" {
		if sh.Offer, err = s.PeekOffer(application.OfferID); err != nil {
			return sh, err
		}
		within, err := a.undoTime(application.County)
		if err != nil {
			return sh, err
		}
		if sh.Offer.Undoable(within, a.Clock.Now()) {
			sh.UndoBy = sh.Offer.UndoUntil(within)
		}
	}
	if sh.Better, err = s.PeekBetter(application.ID); err != nil && !errors.Is(err, domain.ErrOfferUnknown) {
		return sh, err
	}
	today := clock.Today(a.Clock)
	if sh.Proofs, err = s.Proofs(application.ID, today); err != nil {
		return sh, err
	}
	usual, err := a.Rules.Rule("SC-04", today, application.County)
	if err != nil {
		return sh, err
	}
	papers, err := usual.Strings("list")
	if err != nil {
		return sh, err
	}
	vocational, err := a.rule("SC-06", application.County)
	if err != nil {
		return sh, err
	}
	if sh.Aid, err = application.Aid(vocational, today); err != nil {
		return sh, err
	}
	sh.NotAsked = domain.PapersNotAsked(papers, sh.Proofs, today)
	if p.ActsHimself(application.Worker) {
		return sh, nil
	}
	return sh, s.LogRead(ctx, application, kindsOf(sh.Proofs))
}

// kindsOf names what is read with an application: it, and the kinds of its facts.
func kindsOf(proofs []domain.Proof) []string {
	kinds := []string{"school_application"}
	for _, proof := range proofs {
		kinds = append(kinds, proof.Kind)
	}
	return slices.Compact(kinds) // proofs come by kind
}
