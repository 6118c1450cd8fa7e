package startup

import (
	"context"
	"time"

	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
)

// ListLife says what of start-up help a worker asked for and has not taken back. What is
// asked about taxes is answered at once and not kept.
func (a *App) ListLife(_ context.Context, s Store, worker string) (all []life.Thing, err error) {
	booked, err := s.PeekBookings(worker, a.today())
	if err != nil {
		return nil, err
	}
	for _, b := range booked {
		all = append(all, meets(b, a.Clock.Now()))
	}
	loans, err := s.PeekStandingLoans(worker)
	if err != nil {
		return nil, err
	}
	for _, l := range loans {
		all = append(all, handed(l))
	}
	places, err := s.PeekStandingRequests(worker)
	for _, q := range places {
		all = append(all, requested(q))
	}
	return all, err
}

// meets is a time of an adviser's, until it is over.
func meets(b startup.Booking, now time.Time) life.Thing {
	t := life.Thing{Matter: "adviser", ID: b.ID, State: "booked", Code: b.Topic}
	if !b.Cancelled && !b.Slot.Over(now) {
		t.Part, t.Holder = life.Runs, life.Office
		t.Steps = life.Way(life.Was("booked", b.At), life.Step{Name: "meets", On: b.Slot.Day})
	}
	return t
}

// handed is a request that a bank can read, and answers by itself, until it is taken back.
func handed(l startup.LoanRequest) life.Thing {
	t := life.Thing{Matter: "loan", ID: l.ID, State: "handed", Code: l.BankCode}
	if !l.Withdrawn {
		t.Part = life.Runs
		t.Steps = life.Way(life.Was("handed", l.At), life.Step{Name: "answered"})
	}
	return t
}

// requested is a request for premises, until it is taken back.
func requested(q startup.PremisesRequest) life.Thing {
	t := life.Thing{Matter: "premises", ID: q.ID, State: "requested", Name: q.Site.Title, Code: q.Site.Kind}
	if !q.Withdrawn {
		t.Part, t.Holder = life.Runs, life.Office
		t.Steps = life.Way(life.Was("requested", q.At), life.Step{Name: "answered"})
	}
	return t
}
