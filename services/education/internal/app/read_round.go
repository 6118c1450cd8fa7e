package app

import (
	"context"
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

// ListRounds lists rounds, the newest first; a county and a stage are optional.
func (a *App) ListRounds(s Store, county, stage string) ([]ShownRound, error) {
	if err := a.CheckList(county, stage); err != nil {
		return nil, err
	}
	all, err := s.Rounds(county, domain.Stage(stage))
	if err != nil {
		return nil, err
	}
	shown := make([]ShownRound, len(all))
	for i, r := range all {
		if shown[i], err = a.showRound(s, r); err != nil {
			return nil, err
		}
	}
	return shown, nil
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

// mostResults bounds one page of results.
const mostResults = 200

// Result is an outcome by the application's number.
type Result struct {
	Entry domain.Entry
	State domain.ApplicationState
}

// ListResults lists a round's outcomes by application, for an officer of its
// county. It names nobody.
func (a *App) ListResults(ctx context.Context, s Store, roundID, after string, limit int) ([]Result, error) {
	r, err := s.PeekRound(roundID)
	if err != nil {
		return nil, err
	}
	if err := covers(ctx, r.County); err != nil {
		return nil, err
	}
	if r.Pass == 0 {
		return nil, nil
	}
	if limit <= 0 || limit > mostResults {
		limit = mostResults
	}
	entries, err := s.Results(roundID, after, limit)
	if err != nil {
		return nil, err
	}
	all := make([]Result, len(entries))
	for i, e := range entries {
		application, err := s.PeekApplication(e.ApplicationID)
		if err != nil {
			return nil, err
		}
		all[i] = Result{e, application.State}
	}
	return all, nil
}
