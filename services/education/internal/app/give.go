package app

import (
	"context"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

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
