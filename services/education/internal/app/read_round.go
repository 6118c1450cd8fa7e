package app

import (
	"slices"

	"github.com/qiao-platform/qiao/services/education/internal/domain"
)

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
	shown, err := a.showRound(s, r)
	if err != nil || r.State == domain.RoundIsPlanned || r.State == domain.RoundIsOpen {
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

func (a *App) showRound(s Store, r domain.Round) (shown ShownRound, err error) {
	shown.Round = r
	if shown.Schools, err = s.Seated(r.ID); err != nil {
		return shown, err
	}
	if r.Pass > 0 {
		all, err := s.Corrections(r.ID)
		if err != nil {
			return shown, err
		}
		shown.Corrected = slices.DeleteFunc(all, func(c domain.Correction) bool { return c.State != domain.CorrectionIsTaken })
	}
	shown.AnswerDays, err = a.number("ED-OFFER", "days", r.County)
	return shown, err
}
