package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// The kinds of guardians. Self is the child, grown up, with its own account.
const (
	KindParent      = "parent"
	KindGrandparent = "grandparent"
	KindCourt       = "court"
	KindInstitution = "institution"
	KindSelf        = "self"
)

// The states of a guardian.
const (
	GuardianAsked    = "asked"    // the others may object
	GuardianDisputed = "disputed" // one did: an officer hears both
	GuardianActive   = "active"
	GuardianRefused  = "refused"
	GuardianIsEnded  = "ended"
)

// Why a guardian's rights ended.
const (
	EndDied          = "died"
	EndCustodyLost   = "custody_lost"
	EndGrownUp       = "grown_up"
	EndPowerEnded    = "power_ended"
	EndAccountClosed = "account_closed"
	EndEnteredWrong  = "entered_wrong"
)

// The two sides of a disagreement.
const (
	SidePresent = "present"
	SideNew     = "new"
)

// OwnWord is the ground of the guardian who registered the child: no paper was seen.
const OwnWord = "own_word"

// guardianPapers are the papers from which a guardian of a kind is entered.
func guardianPapers(kind string) []string {
	switch kind {
	case KindParent:
		return []string{"birth_certificate", "household_register", "court_paper"}
	case KindGrandparent:
		return []string{"power_of_attorney", "court_paper"}
	case KindCourt, KindInstitution:
		return []string{"court_paper"}
	}
	return nil
}

// Guardian is somebody's part in a child: that one may act for it, since and until
// when, and on which paper that rests.
type Guardian struct {
	ID, Child, Worker    string
	Person               string // the reference that answers for the worker; not kept
	Kind, Paper          string
	County               string // the child's
	State                string
	From, Until          clock.Date // Until is zero without an end
	Officer              string     // who entered it; "" where the guardian registered the child
	MadeAt               time.Time
	AnswerBy             clock.Date // the last day to object, then the last to be heard
	ObjectedBy           string
	HeardPresent         time.Time
	HeardNew             time.Time
	DecidedBy, EndReason string
	EndedOn              clock.Date
	Version              int64
}

// FirstGuardian is the one who registers a child. The registration tells of it.
func FirstGuardian(id string, c Child, now time.Time) Guardian {
	return Guardian{ID: id, Child: c.ID, Worker: c.Guardian, Kind: KindParent, Paper: OwnWord, County: c.County, State: GuardianActive, MadeAt: now}
}

// Check judges what an officer enters: a kind, a paper of that kind, and an end
// where a power has one.
func (g Guardian) Check(today clock.Date) (Guardian, error) {
	if g.From.IsZero() {
		g.From = today
	}
	switch {
	case guardianPapers(g.Kind) == nil:
		return g, ErrGuardianForm.With("field", "guardian_kind")
	case !slices.Contains(guardianPapers(g.Kind), g.Paper):
		return g, ErrGuardianForm.With("field", "paper")
	case g.Kind == KindGrandparent && g.Until.IsZero(),
		!g.Until.IsZero() && (g.Until.Before(g.From) || g.Until.Before(today)):
		return g, ErrGuardianForm.With("field", "valid_to")
	}
	return g, nil
}

// Acts reports whether the guardian may act for the child on a day.
func (g Guardian) Acts(on clock.Date) bool {
	return g.State == GuardianActive && !on.Before(g.From) && (g.Until.IsZero() || !on.After(g.Until))
}

// Stands reports whether there is a guardian or is to be one, so that nobody enters
// the same person twice.
func (g Guardian) Stands() bool {
	return g.State == GuardianAsked || g.State == GuardianDisputed || g.State == GuardianActive
}

// Add enters the guardian: at once where nobody is there to object, else once the
// others agree or have let the last day pass.
func (g Guardian) Add(others bool, answerBy clock.Date) (Guardian, []Event) {
	if others {
		g.State, g.AnswerBy = GuardianAsked, answerBy
		return g, nil
	}
	return g.begin()
}

func (g Guardian) begin() (Guardian, []Event) {
	g.State = GuardianActive
	return g, []Event{GuardianAdded{ChildID: g.Child, GuardianKind: g.Kind}}
}

// Answer is another guardian's word on one who is asked for. It begins by it at once
// where that guardian's word is the only one (alone); else the others have their days.
// Where it is an objection both are heard until a day.
func (g Guardian) Answer(agree, alone bool, who string, hearBy, today clock.Date) (Guardian, []Event, error) {
	if g.State != GuardianAsked || g.Kind == KindSelf || today.After(g.AnswerBy) {
		return g, nil, ErrGuardianState.With("state", g.State)
	}
	if agree && !alone {
		return g, nil, nil
	}
	if agree {
		g, events := g.begin()
		return g, events, nil
	}
	g.State, g.ObjectedBy, g.AnswerBy = GuardianDisputed, who, hearBy
	return g, nil, nil
}

// The words of a guardian on another one.
const (
	WordAgrees  = "agrees"
	WordObjects = "objects"
)

// GuardianWord is what one guardian said about one who is to be added. Each stands for
// itself: who takes an agreement back says another word, and nothing of another's ends.
type GuardianWord struct {
	ID, Guardian, Worker string // Guardian is who is to be added, Worker who said it
	Word                 string
	SaidAt               time.Time
}

// Word is a guardian's word on g.
func (g Guardian) Word(id, who string, agree bool, now time.Time) GuardianWord {
	w := GuardianWord{ID: id, Guardian: g.ID, Worker: who, Word: WordObjects, SaidAt: now}
	if agree {
		w.Word = WordAgrees
	}
	return w
}

// AskAgain gives the others their days anew, where they passed while a death was
// recorded of who is asked for.
func (g Guardian) AskAgain(answerBy, today clock.Date) (Guardian, bool) {
	if g.State != GuardianAsked || g.Kind == KindSelf || !today.After(g.AnswerBy) {
		return g, false
	}
	g.AnswerBy = answerBy
	return g, true
}

// Silent adds a guardian to whom nobody objected in time.
func (g Guardian) Silent(today clock.Date) (Guardian, []Event) {
	if g.State != GuardianAsked || g.Kind == KindSelf || !today.After(g.AnswerBy) {
		return g, nil
	}
	return g.begin()
}

// Hear notes that a side was heard.
func (g Guardian) Hear(side string, now time.Time) (Guardian, error) {
	switch {
	case g.State != GuardianDisputed:
		return g, ErrGuardianState.With("state", g.State)
	case side == SidePresent:
		g.HeardPresent = now
	case side == SideNew:
		g.HeardNew = now
	default:
		return g, ErrGuardianForm.With("field", "side")
	}
	return g, nil
}

// Heard reports whether a disagreement may be decided: both were heard, or the last
// day on which they could be is over.
func (g Guardian) Heard(today clock.Date) bool {
	return !g.HeardPresent.IsZero() && !g.HeardNew.IsZero() || today.After(g.AnswerBy)
}

// Decide ends a disagreement by the word of another officer than the one who
// entered the guardian.
func (g Guardian) Decide(officer string, approve bool, today clock.Date) (Guardian, []Event, error) {
	switch {
	case g.State != GuardianDisputed:
		return g, nil, ErrGuardianState.With("state", g.State)
	case ident.SameStaff(officer, g.Officer):
		return g, nil, ErrCaseOwn
	case !g.Heard(today):
		return g, nil, ErrGuardianHear
	}
	g.DecidedBy = officer
	if !approve {
		g.State = GuardianRefused
		return g, nil, nil
	}
	g, events := g.begin()
	return g, events, nil
}

// Dead reports whether the rights ended with a death, which may be reversed.
func (g Guardian) Dead() bool { return g.State == GuardianIsEnded && g.EndReason == EndDied }

// End ends a guardian's rights, or the asking for them. Of who is recorded as dead it
// says why they would not come back if that were reversed.
func (g Guardian) End(reason string, on clock.Date) (Guardian, []Event) {
	if g.Dead() {
		g.EndReason = reason
		return g, nil
	}
	if !g.Stands() {
		return g, nil
	}
	acted := g.State == GuardianActive
	g.State, g.EndReason, g.EndedOn = GuardianIsEnded, reason, on
	if !acted {
		return g, nil
	}
	return g, []Event{GuardianEnded{ChildID: g.Child, ReasonCode: reason}}
}

// Over reports whether the last day of a power is over.
func (g Guardian) Over(today clock.Date) bool { return !g.Until.IsZero() && today.After(g.Until) }

// Lapse ends a power whose last day is over.
func (g Guardian) Lapse(today clock.Date) (Guardian, []Event) {
	if g.State != GuardianActive || !g.Over(today) {
		return g, nil
	}
	return g.End(EndPowerEnded, today)
}

// Dies ends the rights of a guardian whose death was recorded. Who is only asked for
// has none, and waits: a reversal is not to make a guardian of who never was one.
func (g Guardian) Dies(on clock.Date) (Guardian, []Event) {
	if g.State != GuardianActive {
		return g, nil
	}
	return g.End(EndDied, on)
}

// Lives brings a guardian back whose death was recorded and is reversed, as far as
// nothing else ended the rights meanwhile.
func (g Guardian) Lives() (Guardian, []Event) {
	if !g.Dead() {
		return g, nil
	}
	g.EndReason, g.EndedOn = "", clock.Date{}
	return g.begin()
}

// GrowsUp lets the child's own account act for it, from when it has grown up.
func (g Guardian) GrowsUp() (Guardian, []Event) {
	if g.State != GuardianAsked || g.Kind != KindSelf {
		return g, nil
	}
	return g.begin()
}

// Ages are the ages at which a child may work and has grown up, and how long before
// that is told (RG-GROW).
type Ages struct{ Work, Adult, Before int }

// The steps of growing up, each taken once.
const (
	StepWork  = "work"  // told that it may soon register for work
	StepAdult = "adult" // told that the guardians' rights will end
	StepGrown = "grown" // they ended
)

// Steps are those that a child born on a day has come to.
func (a Ages) Steps(born, today clock.Date) (all []string) {
	if a.Grown(born, today) {
		return []string{StepGrown}
	}
	if !today.Before(born.AddYears(a.Adult).AddDays(-a.Before)) {
		return []string{StepAdult}
	}
	if work := born.AddYears(a.Work); !today.Before(work.AddDays(-a.Before)) {
		return []string{StepWork}
	}
	return nil
}

// Grown reports whether a child born on a day has no guardians any more.
func (a Ages) Grown(born, today clock.Date) bool { return born.AgeOn(today) >= a.Adult }

// MayWork reports whether a child born on a day may have an account of its own.
func (a Ages) MayWork(born, today clock.Date) bool { return born.AgeOn(today) >= a.Work }
