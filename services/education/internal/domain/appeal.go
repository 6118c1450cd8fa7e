package domain

import (
	"slices"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// The grounds of an appeal.
const (
	GroundClass     = "class"     // a fact that gives a better class was overlooked
	GroundProcedure = "procedure" // the round was not run by its rules
	GroundHardship  = "hardship"  // the way to school, an illness, a disability
)

// The states of an appeal and what an upheld one gives.
const (
	AppealIsFiled    = "filed"
	AppealIsUpheld   = "upheld"
	AppealIsRejected = "rejected"

	RemedySeat     = "seat"      // one is added, and offered
	RemedyNextPass = "next_pass" // the child comes first there in the next pass
)

// Appeal is a guardian's appeal against an outcome. Its ground is a code; what
// the guardian shows is evidence of the application.
type Appeal struct {
	ID            string
	RoundID       string
	ApplicationID string
	Worker        string
	County        string
	SchoolID      string // that was wanted
	Ground        string
	State         string
	Remedy        string
	DueOn         clock.Date
	FiledAt       time.Time
	DecidedBy     string
	Why           string // the code of what the decision rests on
	Reasons       []rule.Trace
	Version       int64
}

// FileAppeal files an appeal against the outcome of an entry. until is the last
// day for it.
func FileAppeal(a Appeal, r Round, e Entry, until, today clock.Date) (Appeal, []Event, error) {
	i := slices.IndexFunc(e.Wishes, func(w Wish) bool { return w.SchoolID == a.SchoolID })
	switch {
	case !slices.Contains([]string{GroundClass, GroundProcedure, GroundHardship}, a.Ground):
		return a, nil, ErrAppealGround
	case r.Pass == 0 || e.Outcome == EntryFiled:
		return a, nil, ErrAppealEarly
	case i < 0 || e.Choice > 0 && i+1 >= e.Choice: // nothing that was wanted more
		return a, nil, ErrAppealSchool
	case today.After(until):
		return a, nil, ErrAppealLate
	}
	a.RoundID, a.ApplicationID, a.Worker, a.County, a.State = r.ID, e.ApplicationID, e.Worker, r.County, AppealIsFiled
	return a, []Event{AppealFiled{AppealID: a.ID, ApplicationID: a.ApplicationID, Ground: a.Ground, DueOn: a.DueOn}}, nil
}

// appealReasons is what a decision can rest on: something was shown, or it was
// not.
func appealReasons(outcome string) []string {
	if outcome == AppealIsUpheld {
		return []string{"fact_shown", "rule_broken", "need_shown"}
	}
	return []string{"fact_not_shown", "rule_kept", "need_not_shown"}
}

// Decide decides an appeal. now is the entry with its classes as they are by
// what is known today. Who took part in the draw does not decide.
func (a Appeal) Decide(outcome, remedy, why, who string, r Round, then, now Entry, x Explaining, today clock.Date) (Appeal, []Event, error) {
	switch {
	case a.State != AppealIsFiled:
		return a, nil, ErrAppealDecided
	case r.TookPart(who):
		return a, nil, ErrAppealOwn
	case outcome != AppealIsUpheld && outcome != AppealIsRejected,
		outcome == AppealIsUpheld && remedy != RemedySeat && remedy != RemedyNextPass,
		outcome == AppealIsRejected && remedy != "":
		return a, nil, ErrAppealOutcome
	case !slices.Contains(appealReasons(outcome), why):
		return a, nil, ErrAppealReason
	case remedy == RemedyNextPass && r.State != RoundIsDrawn:
		return a, nil, ErrRoundState.With("state", string(r.State))
	}
	i := slices.IndexFunc(then.Wishes, func(w Wish) bool { return w.SchoolID == a.SchoolID })
	if i < 0 || i >= len(now.Wishes) {
		return a, nil, ErrAppealSchool
	}
	t, err := x.wished(i+1, then.Wishes[i], today)
	if err != nil {
		return a, nil, err
	}
	t.Facts = append(t.Facts,
		rule.Fact{Name: "appeal_ground", Value: a.Ground, From: "declared", AsOf: clock.DateOf(a.FiledAt).String()},
		rule.Fact{Name: "class_now", Value: strconv.Itoa(now.Wishes[i].Class), From: now.Wishes[i].From, AsOf: today.String(), Proof: now.Wishes[i].Proof},
		rule.Fact{Name: "decision_reason", Value: why, From: "education", AsOf: today.String()},
		rule.Fact{Name: "last_position", Value: strconv.Itoa(then.Wishes[i].Last), From: "education", AsOf: today.String()})
	if t.Outcome = rule.Met; outcome == AppealIsRejected {
		t.Outcome = rule.NotMet
		t.Gaps = []rule.Gap{{Name: "order_place", Have: strconv.Itoa(then.Wishes[i].Position), Need: strconv.Itoa(then.Wishes[i].Last), Short: strconv.Itoa(max(0, then.Wishes[i].Position-then.Wishes[i].Last)), Unit: "place"}}
		t.Changes = []rule.Change{{Code: changeSeatFreed}, {Code: ChangePaper}}
	}
	t.Appeals = x.appeals()[1:] // it was reviewed; what is left is outside the department
	a.State, a.Remedy, a.Why, a.DecidedBy, a.Reasons = outcome, remedy, why, who, []rule.Trace{t}
	return a, []Event{AppealDecided{AppealID: a.ID, ApplicationID: a.ApplicationID, Outcome: outcome, Relief: remedy}}, nil
}
