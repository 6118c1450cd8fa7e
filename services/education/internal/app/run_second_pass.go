package app

import (
	"bytes"
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// RunSecondPass gives what is left or was freed, by the same lottery numbers.
func (a *App) RunSecondPass(ctx context.Context, s Store, roundID string) (domain.Drawn, error) {
	_, r, err := round(ctx, s, roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	waiting, err := s.Waiting(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	waits := map[string]bool{}
	for _, w := range waiting {
		waits[w.ID] = true
	}
	schools, err := s.Seated(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	entries, err := s.Entries(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	declined, err := s.Declined(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	x, err := a.explaining(r.County, r.Pass+1)
	if err != nil {
		return domain.Drawn{}, err
	}
	today := clock.Today(a.Clock)
	d, err := r.DrawAgain(schools, entries, waits, declined, x, today)
	if err != nil {
		return d, err
	}
	if d.Round.Parts, err = a.publishPass(s, d, today); err != nil {
		return d, err
	}
	return d, a.give(ctx, s, d, waiting)
}

// publishPass adds a pass to what is published of its round: whoever recomputes
// the draw recomputes every pass. It returns ErrRoundTampered where the pass by
// what is published gives anything else.
func (a *App) publishPass(s Store, d domain.Drawn, on clock.Date) (int, error) {
	bundle, err := s.Bundle(d.Round.ID)
	if err != nil {
		return 0, err
	}
	v, err := allocate.VerifyBundle(bytes.NewReader(bundle))
	if err != nil {
		return 0, domain.ErrRoundTampered.Because(err)
	}
	given, err := d.Again.Published(d.Round.Pass, on).Run(v.List, d.Round.Seed, v.Corrections...)
	if err != nil {
		return 0, domain.ErrRoundTampered.Because(err)
	}
	if !d.Again.Gave(given.Outcome) {
		return 0, domain.ErrRoundTampered
	}
	return a.publish(s, d.Round, func(before []byte) []byte { return given.Append(before, v.Root) })
}
