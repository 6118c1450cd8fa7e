package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/services/housing/internal/domain"
)

// Apply opens an application of the worker, who applies in person or at a
// counter, and collects what the worker's grants open for it. One that is entered
// from a paper form counts from when that was received, as the caller's principal
// proves.
func (a *App) Apply(ctx context.Context, s Store, wanted domain.Application) (domain.Application, error) {
	if err := mayActFor(ctx, wanted.Worker); err != nil {
		return domain.Application{}, err
	}
	if err := a.county(wanted.County); err != nil {
		return domain.Application{}, err
	}
	wanted.ID, wanted.SubmittedAt = a.NewID(), a.Clock.Now()
	onPaper := wanted.Paper.Form != ""
	if onPaper {
		var err error
		if wanted, err = received(ctx, s, wanted); err != nil {
			return domain.Application{}, err
		}
	}
	opened, events, err := domain.Apply(wanted)
	if err != nil {
		return domain.Application{}, err
	}
	if onPaper {
		if opened, events, err = entered(s, opened, events); err != nil {
			return domain.Application{}, err
		}
	}
	if wanted.RequestID != "" {
		r, err := s.PlaceRequest(wanted.RequestID)
		if err != nil {
			return domain.Application{}, err
		}
		if r.County != wanted.County {
			return domain.Application{}, domain.ErrPlacesMismatch
		}
	}
	if err := s.SaveApplication(ctx, opened, events...); err != nil {
		return domain.Application{}, err
	}
	return opened, collect(ctx, s, opened)
}

// collect asks for the facts of an application that wants evidence.
func collect(ctx context.Context, s Store, a domain.Application) error {
	if !a.WantsEvidence() {
		return nil
	}
	return s.CollectEvidence(ctx, a)
}

// received is an application as its paper form was received; each form is entered once.
func received(ctx context.Context, s Store, wanted domain.Application) (domain.Application, error) {
	p, err := auth.FromContext(ctx)
	if err != nil {
		return wanted, err
	}
	paper, err := p.OnPaper(wanted.Paper.Form)
	if err != nil {
		return wanted, err
	}
	if used, err := s.PaperEntered(paper.Form); err != nil {
		return wanted, err
	} else if used {
		return wanted, domain.ErrPaperEntered
	}
	wanted.Paper = domain.OnPaper{Form: paper.Form, EnteredAt: wanted.SubmittedAt, ConfirmedBy: paper.ConfirmedBy}
	wanted.SubmittedAt = time.UnixMicro(paper.ReceivedAt).UTC()
	return wanted, nil
}

// entered finds out whether a list was fixed between receipt and entry. The list's lock
// keeps who fixes one at the same time from passing by.
func entered(s Store, opened domain.Application, events []domain.Event) (domain.Application, []domain.Event, error) {
	if err := s.LockList(opened.County, opened.Kind); err != nil {
		return opened, nil, err
	}
	rounds, err := s.RoundsOf(opened.County)
	if err != nil {
		return opened, nil, err
	}
	slices.SortStableFunc(rounds, func(a, b domain.Round) int { return strings.Compare(a.OpenedOn.String(), b.OpenedOn.String()) })
	opened, event := opened.Entered(rounds)
	return opened, append(events, event), nil
}
