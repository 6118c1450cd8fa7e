package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Errors of what a household says of its priority.
var (
	ErrPriorityKind    = errs.New(errs.Conflict, "housing.priority.kind", "The law puts relief households first for public rental homes and the rent subsidy alone.")
	ErrPriorityOutcome = errs.New(errs.Invalid, "housing.priority.outcome", "Say whether it is confirmed or not found, and whether a certificate or the civil-affairs office says so.")
	ErrPriorityDay     = errs.New(errs.Invalid, "housing.priority.day", "The day of the certificate or of the answer is missing, or lies in the future.")
	ErrPriorityAsked   = errs.New(errs.Conflict, "housing.priority.not_said", "The household has not said that it is a relief household; without its word the civil-affairs office is not asked.")
	ErrPriorityOpen    = errs.New(errs.Conflict, "housing.priority.open", "Some say that they are relief households, and nobody has looked. Look first, or say that they count as they say.")
)

// PriorityState is where a household's word stands that it is a relief household.
type PriorityState string

// The states. Nothing is kept of why a household is one.
const (
	PriorityUnsaid    PriorityState = ""
	PriorityDeclared  PriorityState = "declared"
	PriorityConfirmed PriorityState = "confirmed"
	PriorityNotFound  PriorityState = "not_found"
)

// What a confirmation rests on.
const (
	BasisPaper        = "paper"
	BasisCivilAffairs = "civil_affairs"
)

// Priority is whether a household is a relief household: yes or no, since when
// and on whose word.
type Priority struct {
	State PriorityState
	On    clock.Date // of the certificate or the answer
	Basis string
}

// counts reports whether the household stands first: its word counts, like its
// other declarations, until somebody who looked found otherwise.
func (p Priority) counts() bool { return p.State == PriorityDeclared || p.State == PriorityConfirmed }

// PutsFirst reports whether the law puts relief households first for a kind.
func (k Kind) PutsFirst() bool { return k == PublicRental || k == RentSubsidy }

// SayPriority takes the household's own word, or takes it back. After "not
// found", saying it again asks for another look.
func (a Application) SayPriority(says bool) (Application, []Event, error) {
	if err := a.mayHavePriority(); err != nil {
		return a, nil, err
	}
	state := PriorityUnsaid
	if says {
		state = PriorityDeclared
	}
	if a.Priority.State == state || says && a.Priority.State == PriorityConfirmed {
		return a, nil, nil
	}
	a.Priority = Priority{State: state}
	return a, []Event{PrioritySaid{ApplicationID: a.ID}}, nil
}

func (a Application) mayHavePriority() error {
	switch {
	case !a.Kind.PutsFirst():
		return ErrPriorityKind
	case !a.Open():
		return ErrApplicationState.With("state", string(a.State))
	}
	return nil
}

// ConfirmPriority takes what an officer found: on a certificate that was shown,
// or as the civil-affairs office answered, which is asked only where the
// household said so itself.
func (a Application) ConfirmPriority(found Priority, today clock.Date) (Application, []Event, error) {
	if err := a.mayHavePriority(); err != nil {
		return a, nil, err
	}
	switch {
	case found.State != PriorityConfirmed && found.State != PriorityNotFound, found.Basis != BasisPaper && found.Basis != BasisCivilAffairs:
		return a, nil, ErrPriorityOutcome
	case found.On.IsZero() || found.On.After(today):
		return a, nil, ErrPriorityDay
	case a.Priority.State == PriorityUnsaid && (found.Basis == BasisCivilAffairs || found.State == PriorityNotFound):
		return a, nil, ErrPriorityAsked
	}
	a.Priority = found
	return a, []Event{PriorityLookedAt{ApplicationID: a.ID, Outcome: found.State}}, nil
}

// Unseen counts those on a list who say that they are relief households, and
// whom nobody looked at.
func (s Scoring) Unseen(ranked []Standing) (n int) {
	for _, st := range ranked {
		if st.AheadBy == s.Relief.ID && st.Candidate.Application.Priority.State == PriorityDeclared && s.Relief.ID != "" {
			n++
		}
	}
	return n
}

// ruleRedress is the rule by which whom a fault wronged stands first.
const ruleRedress = "HO-REDRESS"

// class is where a candidate stands before any points are counted, and the rule
// that says so: who was wronged by a fault, then relief households, then all others.
func (s Scoring) class(a Application, owed map[string]bool) (class int, by string) {
	switch {
	case owed[a.ID]:
		return 0, ruleRedress
	case s.Relief.ID != "" && a.Kind.PutsFirst() && a.Priority.counts():
		return 1, s.Relief.ID
	}
	return 2, ""
}

// aheads names, for what is published of a draw, the rules by which entries stand
// ahead of the rest, and up to which class.
func aheads(entries []RoundEntry) (all []allocate.Ahead) {
	for _, e := range entries {
		if e.AheadBy == "" {
			continue
		}
		i := slices.IndexFunc(all, func(a allocate.Ahead) bool { return a.Rule == e.AheadBy })
		if i < 0 {
			i, all = len(all), append(all, allocate.Ahead{Rule: e.AheadBy})
		}
		all[i].Below = max(all[i].Below, e.Class+1)
	}
	slices.SortFunc(all, func(a, b allocate.Ahead) int { return a.Below - b.Below })
	return all
}

// The codes of what would change a household's priority.
const (
	ChangeSayPriority     = "say_relief_household"
	ChangeShowCertificate = "show_relief_certificate"
)

// First says whether the law puts a household first, on what that rests, and
// what would change it; false where no rule does.
func (s Scoring) First(a Application, today clock.Date) (t rule.Trace, asked bool, err error) {
	if s.Relief.ID == "" || !a.Kind.PutsFirst() {
		return t, false, nil
	}
	if t, err = s.Relief.Trace(today); err != nil {
		return t, false, err
	}
	f := rule.Fact{Name: "relief_household", Value: "yes", From: FormDeclared, AsOf: today.String()}
	switch a.Priority.State {
	case PriorityConfirmed:
		t.Outcome, f.From, f.AsOf = rule.Met, a.Priority.Basis, a.Priority.On.String()
	case PriorityDeclared:
		t.Outcome = rule.Met
	case PriorityNotFound:
		t.Outcome, f.Value, f.From, f.AsOf = rule.NotMet, "no", a.Priority.Basis, a.Priority.On.String()
		t.Gaps = []rule.Gap{{Name: "relief_household", Have: "no", Need: "yes"}}
		t.Changes = []rule.Change{{Code: ChangeShowCertificate}, {Code: ChangeSayPriority}}
	default:
		t.Outcome, f.Value = rule.Unclear, "not_said"
		t.Changes = []rule.Change{{Code: ChangeSayPriority}, {Code: ChangeShowCertificate}}
	}
	t.Facts = []rule.Fact{f}
	all := []rule.Trace{t}
	Appealable(all, s.Recourse)
	return all[0], true, nil
}
