package app

import (
	"bytes"
	"context"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

// TypeFigure takes the published figure from one officer.
func (a *App) TypeFigure(ctx context.Context, s Store, roundID, figure string) error {
	p, r, err := round(ctx, s, roundID)
	if err != nil {
		return err
	}
	r, events, err := r.TypeFigure(figure, p.Subject, clock.Today(a.Clock))
	if err != nil {
		return err
	}
	return s.SaveRound(ctx, r, events...)
}

// ConfirmFigure takes the figure again from another officer and draws: each
// child gets its outcome with reasons, and who is placed an offer.
func (a *App) ConfirmFigure(ctx context.Context, s Store, roundID, figure string) (domain.Drawn, error) {
	p, r, err := round(ctx, s, roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	today := clock.Today(a.Clock)
	if err := r.Confirm(figure, p.Subject, today); err != nil {
		return domain.Drawn{}, err
	}
	waiting, err := s.Waiting(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	schools, err := s.Seated(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	entries, err := s.Entries(roundID)
	if err != nil {
		return domain.Drawn{}, err
	}
	x, err := a.explaining(r.County, 1)
	if err != nil {
		return domain.Drawn{}, err
	}
	d, err := r.Draw(schools, entries, p.Subject, x, today)
	if err != nil {
		return d, err
	}
	if d.Round.Parts, err = s.SaveBundle(roundID, d.Bundle); err != nil {
		return d, err
	}
	return d, a.give(ctx, s, d, waiting)
}

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

// give saves what a pass gave and offers the places. Who withdrew since the list
// was committed gets no offer; the seat is left for the next pass.
func (a *App) give(ctx context.Context, s Store, d domain.Drawn, waiting []domain.Application) error {
	days, err := a.number("ED-OFFER", "days", d.Round.County)
	if err != nil {
		return err
	}
	waits := make(map[string]domain.Application, len(waiting))
	for _, w := range waiting {
		waits[w.ID] = w
	}
	schools := map[string]domain.School{} // as they count for the round
	taken := map[string]int{}
	seated, err := s.Seated(d.Round.ID)
	if err != nil {
		return err
	}
	for _, v := range seated { // in the order of ids, as all who lock schools
		school, err := s.School(v.School.ID)
		if err != nil {
			return err
		}
		school.Places = v.Seats
		schools[school.ID], taken[school.ID] = school, v.Taken
	}
	for _, e := range d.Entries {
		if err := s.SaveEntry(ctx, e, e.Decided()...); err != nil {
			return err
		}
		waiter, ok := waits[e.ApplicationID]
		if e.Outcome != domain.EntryPlaced || !ok {
			continue
		}
		at := e.Wishes[e.Choice-1].SchoolID
		o, application, events, err := domain.MakeOffer(a.NewID(), waiter, schools[at], taken[at], days, a.Clock.Now())
		if err != nil {
			return err
		}
		o.RoundID = d.Round.ID
		taken[at]++
		if err := s.SaveApplication(ctx, application); err != nil {
			return err
		}
		if err := s.SaveOffer(ctx, o, events...); err != nil {
			return err
		}
	}
	return s.SaveRound(ctx, d.Round, d.Events...)
}

// explaining is what the reasons of a pass rest on.
func (a *App) explaining(county string, pass int) (x domain.Explaining, err error) {
	today := clock.Today(a.Clock)
	if x.Order, err = a.Rules.Rule("ED-PRIORITY", today, county); err != nil {
		return x, err
	}
	if x.Compulsory, err = a.Rules.Rule("SC-01", today, county); err != nil {
		return x, err
	}
	if x.Recourse, err = a.Rules.Recourse(today, a.Calendar); err != nil {
		return x, err
	}
	if pass == 1 {
		days, err := a.number("ED-OFFER", "days", county)
		if err != nil {
			return x, err
		}
		x.NextPass = today.AddDays(days + 1) // when the first answers are in
	}
	x.ReviewBy, err = a.due(domain.ReviewDeadline)
	return x, err
}

// due is the last day of a time limit that begins today.
func (a *App) due(id string) (clock.Date, error) {
	today := clock.Today(a.Clock)
	d, err := a.Rules.Deadline(id, today)
	if err != nil {
		return clock.Date{}, err
	}
	return d.From(today, a.Calendar)
}
