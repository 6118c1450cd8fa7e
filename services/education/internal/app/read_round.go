package app

import "github.com/qiao-platform/qiao/services/education/internal/domain"

// ShownRound is a round as everybody may see it.
type ShownRound struct {
	Round      domain.Round
	Schools    []domain.Seated
	AnswerDays int
	Corrected  []domain.Correction // that were taken
}

// ReadRound shows a round. How many named a school is told once nobody can
// change a list any more.
func (a *App) ReadRound(s Store, roundID string) (ShownRound, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return ShownRound{}, err
	}
	all, err := a.showRounds(s, r)
	if err != nil {
		return ShownRound{}, err
	}
	shown := all[0]
	if r.State == domain.RoundIsPlanned || r.State == domain.RoundIsOpen {
		return shown, err
	}
	entries, err := s.Entries(roundID)
	named := map[string]int{}
	for _, e := range entries {
		for _, w := range e.Wishes {
			named[w.SchoolID]++
		}
	}
	for i := range shown.Schools {
		shown.Schools[i].Named = named[shown.Schools[i].School.ID]
	}
	return shown, err
}

// showRounds shows rounds, by as many queries as one.
func (a *App) showRounds(s Store, rounds ...domain.Round) ([]ShownRound, error) {
	ids, at := make([]string, len(rounds)), make(map[string]int, len(rounds))
	shown := make([]ShownRound, len(rounds))
	for i, r := range rounds {
		ids[i], at[r.ID], shown[i].Round = r.ID, i, r
		var err error
		if shown[i].AnswerDays, err = a.number("ED-OFFER", "days", r.County); err != nil {
			return nil, err
		}
	}
	schools, err := s.SeatedIn(ids)
	if err != nil {
		return nil, err
	}
	for _, v := range schools {
		r := &shown[at[v.RoundID]]
		r.Schools = append(r.Schools, v)
	}
	corrections, err := s.TakenCorrections(ids)
	for _, c := range corrections {
		r := &shown[at[c.RoundID]]
		r.Corrected = append(r.Corrected, c)
	}
	return shown, err
}
