package fair

import (
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/employment/internal/domain"
)

// Post is a vacancy at a fair.
type Post struct {
	ID         string
	FairID     string
	VacancyID  string
	EmployerID string
	County     string
	Seats      int
	Taken      int // seats of accepted proposals
	Version    int64
}

// EnterPost brings seats of a vacancy to a fair.
func EnterPost(id string, f Fair, v domain.Vacancy, seats int, today clock.Date) (Post, []domain.Event, error) {
	if err := f.TakesLists(today); err != nil {
		return Post{}, nil, err
	}
	if v.State != domain.VacancyIsOpen {
		return Post{}, nil, domain.ErrVacancyClosed
	}
	if !f.Has(v.County) {
		return Post{}, nil, ErrElsewhere
	}
	if seats < 1 || seats > v.Open() {
		return Post{}, nil, ErrSeats
	}
	p := Post{ID: id, FairID: f.ID, VacancyID: v.ID, EmployerID: v.EmployerID, County: v.County, Seats: seats}
	return p, []domain.Event{domain.FairPostEntered{FairID: f.ID, VacancyID: v.ID, Seats: seats}}, nil
}

// SetSeats changes the seats: while the lists are open, and again before a later
// pass. Between commitment and draw nothing of the list can change. proposed
// counts the proposals that are not answered.
func (p Post) SetSeats(f Fair, v domain.Vacancy, seats, proposed int, today clock.Date) (Post, []domain.Event, error) {
	if f.State != Matched {
		if err := f.TakesLists(today); err != nil {
			return p, nil, err
		}
	}
	if seats < 1 || seats > v.Headcount {
		return p, nil, ErrSeats
	}
	if seats < p.Taken+proposed {
		return p, nil, ErrSeatsTaken
	}
	if seats == p.Seats {
		return p, nil, nil
	}
	p.Seats = seats
	return p, []domain.Event{domain.FairPostEntered{FairID: f.ID, VacancyID: p.VacancyID, Seats: seats}}, nil
}

// Take takes a seat for an accepted proposal.
func (p Post) Take() (Post, error) {
	if p.Taken >= p.Seats {
		return p, ErrPostFull
	}
	p.Taken++
	return p, nil
}

// GiveBack frees the seat of an acceptance that led to nothing.
func (p Post) GiveBack() Post {
	p.Taken = max(0, p.Taken-1)
	return p
}

// Rank checks an employer's order of who applied to its post: by number alone,
// only who applied, nobody twice.
func (p Post) Rank(f Fair, order, applied []string) ([]domain.Event, error) {
	if err := f.TakesRanks(); err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(applied))
	for _, id := range applied {
		known[id] = true
	}
	seen := make(map[string]bool, len(order))
	for _, id := range order {
		if !known[id] {
			return nil, ErrRankUnknown
		}
		if seen[id] {
			return nil, ErrRankTwice
		}
		seen[id] = true
	}
	return []domain.Event{domain.FairPostRanked{FairID: p.FairID, VacancyID: p.VacancyID, Ranked: len(order)}}, nil
}
