package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// The kinds of what two officers do about a child's guardians.
const (
	CaseEnd   = "end"
	CaseHide  = "hide"
	CaseShow  = "show"
	CaseSame  = "same"  // two records are one child
	CaseTwo   = "two"   // they are two children after all
	CaseGrown = "grown" // the child's own account is linked
)

// caseGrounds is what each kind of case is reasoned with, and the papers for it.
func caseGrounds(kind string) (reasons, papers []string) {
	switch kind {
	case CaseEnd:
		return []string{EndCustodyLost, EndPowerEnded, EndEnteredWrong}, []string{"court_paper", "household_register", "power_of_attorney"}
	case CaseHide:
		return []string{"protection_order", "court_decision", "danger"}, []string{"protection_order", "court_paper", "police_record"}
	case CaseShow:
		return []string{"lifted", "both_agree", EndEnteredWrong}, []string{"protection_order", "court_paper", "police_record"}
	case CaseSame:
		return []string{"entered_twice"}, []string{"birth_certificate", "household_register"}
	case CaseTwo:
		return []string{EndEnteredWrong}, []string{"birth_certificate", "household_register"}
	case CaseGrown:
		return []string{"grew_up"}, []string{"resident_card"}
	}
	return nil, nil
}

// Hideable is what can be hidden from a guardian.
func hideable() []string { return []string{"address", "school", "telephone"} }

var guardianRefusals = []string{"paper_missing", "person_says_no", "entered_wrong", otherReason}

// GuardianCase is what two officers do about a child's guardians.
type GuardianCase struct {
	ID, Kind  string
	Child     string // the record that remains
	Guardian  string // of end, hide and show
	Other     string // of same and two
	Worker    string // whom it is about: the guardian, or of grown the child's own account
	Person    string // the reference that answers for the worker; not kept
	Hidden    []string
	Until     clock.Date // the last day of hiding
	Reason    string
	Paper     string
	County    string
	Officer   string
	MadeAt    time.Time
	State     string // open, applied, refused, or undone: shown again
	Refusal   string
	DecidedBy string
	DecidedAt time.Time
}

// Check judges a case as it is opened.
func (c GuardianCase) Check(today clock.Date) error {
	reasons, papers := caseGrounds(c.Kind)
	switch {
	case reasons == nil:
		return ErrGuardianReason.With("field", "case_kind")
	case !slices.Contains(reasons, c.Reason):
		return ErrGuardianReason.With("field", "reason_code")
	case !slices.Contains(papers, c.Paper):
		return ErrGuardianReason.With("field", "paper")
	case c.Kind == CaseHide && (c.Until.IsZero() || c.Until.Before(today)):
		return ErrGuardianReason.With("field", "valid_to")
	case c.Kind == CaseHide && (len(c.Hidden) == 0 || slices.ContainsFunc(c.Hidden, func(w string) bool { return !slices.Contains(hideable(), w) })),
		c.Kind != CaseHide && len(c.Hidden) > 0:
		return ErrGuardianReason.With("field", "hidden")
	}
	return nil
}

// Decide ends a case by another officer's word.
func (c GuardianCase) Decide(officer string, approve bool, refusal string, now time.Time) (GuardianCase, error) {
	switch {
	case c.State != CaseOpen:
		return c, ErrCaseDecided
	case ident.SameStaff(officer, c.Officer):
		return c, ErrCaseOwn
	}
	c.DecidedBy, c.DecidedAt, c.State = officer, now, CaseApplied
	if approve {
		return c, nil
	}
	if refusal == "" {
		refusal = otherReason
	}
	if !slices.Contains(guardianRefusals, refusal) {
		return c, ErrGuardianReason.With("field", "reason_code")
	}
	c.State, c.Refusal = CaseRefused, refusal
	return c, nil
}

// Hides reports whether a case hides something on a day.
func (c GuardianCase) Hides(on clock.Date) bool {
	return c.Kind == CaseHide && c.State == CaseApplied && !on.After(c.Until)
}

// Circle is who a child's guardians are, over all references of the child, and what
// is hidden from whom.
type Circle struct {
	IDs       []string // that which remains first
	Guardians []Guardian
	Hidings   []GuardianCase // those that hide something now
}

// Acting are the guardians on a day, those who were entered first before others.
func (c Circle) Acting(on clock.Date) (all []Guardian) {
	for _, g := range c.Guardians {
		if g.Acts(on) && !slices.ContainsFunc(all, func(o Guardian) bool { return o.Person == g.Person }) {
			all = append(all, g)
		}
	}
	return all
}

// HiddenFrom is what is hidden from a person.
func (c Circle) HiddenFrom(person string) (what []string) {
	for _, h := range c.Hidings {
		if h.Person == person {
			what = append(what, h.Hidden...)
		}
	}
	slices.Sort(what)
	return slices.Compact(what)
}

// HiddenApart is what hides once a reference stands for a child of its own again: what
// is hidden from a person who is a guardian at both hides at each of them. It comes
// with the reference at which it is to hide beside the one where it was noted.
func (c Circle) HiddenApart(other string) (all []GuardianCase) {
	for _, h := range c.Hidings {
		for _, g := range c.Guardians {
			if g.Person != h.Person || !g.Stands() && !g.Dead() || (g.Child == other) == (h.Child == other) {
				continue
			}
			further := h
			further.Guardian, further.Child = g.ID, c.IDs[0]
			if g.Child == other {
				further.Child = other
			}
			all = append(all, further)
			break
		}
	}
	return all
}

// Alone reports whether the word of a guardian on one who is asked for is the only
// one: of who may decide, where nobody else is there to object.
func (c Circle) Alone(me, asked Guardian, on clock.Date) bool {
	return c.Decides(me, on) && !slices.ContainsFunc(c.Acting(on), func(g Guardian) bool { return g.Person != me.Person && g.Person != asked.Person })
}

// Decides reports whether a guardian may decide in the child's name on a day: not
// one from whom anything of the child is hidden, who could not choose knowingly and
// would learn by deciding.
func (c Circle) Decides(g Guardian, on clock.Date) bool {
	return g.Acts(on) && len(c.HiddenFrom(g.Person)) == 0
}
