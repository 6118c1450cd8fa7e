package domain

import (
	"errors"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// A list that was fixed on the day of receipt or after it is given to an officer: the first
// one of the kind, but none that was cancelled; no list is changed by it.
func TestWhatAPaperApplicationMayHaveMissed(t *testing.T) {
	received := time.Date(2026, 11, 10, 16, 30, 0, 0, time.UTC) // the 11th in Beijing
	a := Application{ID: "a", Kind: PublicRental, SubmittedAt: received, Paper: OnPaper{Form: "1", EnteredAt: received.Add(72 * time.Hour), ConfirmedBy: "h002"}}
	round := func(id string, kind Kind, day int, why string) Round {
		return Round{ID: id, Kind: kind, OpenedOn: clock.NewDate(2026, 11, day), Why: why}
	}
	for name, c := range map[string]struct {
		rounds []Round
		want   string
	}{
		"no round":              {nil, ""},
		"the day before":        {[]Round{round("r", PublicRental, 10, "")}, ""},
		"on the same day":       {[]Round{round("r", PublicRental, 11, "")}, "r"},
		"after it":              {[]Round{round("r", PublicRental, 12, "")}, "r"},
		"of another kind":       {[]Round{round("r", RentSubsidy, 12, "")}, ""},
		"cancelled":             {[]Round{round("r", PublicRental, 12, "law")}, ""},
		"the first of those":    {[]Round{round("q", PublicRental, 9, ""), round("r", PublicRental, 12, ""), round("s", PublicRental, 13, "")}, "r"},
		"one after a cancelled": {[]Round{round("r", PublicRental, 11, "law"), round("s", PublicRental, 12, "")}, "s"},
	} {
		got, e := a.Entered(c.rounds)
		want := PaperEntered{ApplicationID: "a", PaperForm: "1", ReceivedAt: received.UnixMicro(), RoundID: c.want}
		if got.Paper.LateRound != c.want || (got.Paper.Late == LateOpen) != (c.want != "") || e != Event(want) || !got.SubmittedAt.Equal(received) {
			t.Errorf("%s: %+v, %+v", name, got.Paper, e)
		}
	}
}

// What is said to have come of it is held against the round.
func TestALateEntryIsSettledByWhatHappened(t *testing.T) {
	late := Application{ID: "a", Paper: OnPaper{Form: "1", LateRound: "r", Late: LateOpen}}
	names := func(state string) []Correction {
		return []Correction{{State: state, Mends: Mends{Levels: []LevelMend{{ApplicationID: "a", With: "b"}}}}}
	}
	for name, c := range map[string]struct {
		of          Application
		outcome     string
		round       Round
		corrections []Correction
		want        error
	}{
		"it changes nothing":             {late, LateNoChange, Round{ID: "r"}, nil, nil},
		"corrected":                      {late, LateCorrected, Round{ID: "r"}, names(CorrectionTaken), nil},
		"only proposed":                  {late, LateCorrected, Round{ID: "r"}, names(CorrectionProposed), ErrLateUncorrect},
		"corrected, of another":          {Application{ID: "c", Paper: late.Paper}, LateCorrected, Round{ID: "r"}, names(CorrectionTaken), ErrLateUncorrect},
		"not corrected":                  {late, LateCorrected, Round{ID: "r"}, nil, ErrLateUncorrect},
		"cancelled":                      {late, LateCancelled, Round{ID: "r", Why: "law"}, nil, nil},
		"not cancelled":                  {late, LateCancelled, Round{ID: "r"}, nil, ErrLateStands},
		"what is no outcome":             {late, LateOpen, Round{ID: "r"}, nil, ErrLateOutcome},
		"one that missed nothing":        {Application{ID: "a"}, LateNoChange, Round{}, nil, ErrLateNone},
		"one that was settled before it": {Application{ID: "a", Paper: OnPaper{LateRound: "r", Late: LateNoChange}}, LateNoChange, Round{ID: "r"}, nil, ErrLateNone},
	} {
		got, events, err := c.of.SettleLate(c.outcome, c.round, c.corrections)
		if !errors.Is(err, c.want) || err == nil && (got.Paper.Late != c.outcome || len(events) != 1 || events[0] != Event(LatePaperSettled{ApplicationID: "a", RoundID: "r", Outcome: c.outcome})) {
			t.Errorf("%s: %+v, %v, %v", name, got.Paper, events, err)
		}
	}
}
