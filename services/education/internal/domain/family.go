package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Keeper is one who is or was a child's guardian, as the registry says it.
type Keeper struct {
	Worker  string
	Person  string // the reference that answers for the worker; not said by the registry
	Acts    bool   // is a guardian now
	Decides bool   // and may decide: from whom nothing of the child is hidden
	Ended   string // why the rights ended
}

// Family is a child, by all its references, that which remains first, and its guardians in the
// order in which they were entered.
type Family struct {
	IDs     []string
	Keepers []Keeper
}

// keeper is what there is of a person, the best of several.
func (f Family) keeper(person string) (best Keeper, found bool) {
	for _, k := range f.Keepers {
		if k.Person == person && (!found || k.Decides && !best.Decides || k.Acts && !best.Acts) {
			best, found = k, true
		}
	}
	return best, found
}

// Acting are the guardians, each person once.
func (f Family) Acting() (all []Keeper) {
	for _, k := range f.Keepers {
		if k.Acts && !slices.ContainsFunc(all, func(o Keeper) bool { return o.Person == k.Person }) {
			all = append(all, k)
		}
	}
	return all
}

// May returns nil where a person may apply for the child: one who is no guardian
// learns nothing, one who may not decide what every other guardian is told.
func (f Family) May(person string) error {
	k, _ := f.keeper(person)
	switch {
	case !k.Acts:
		return ErrChildUnknown
	case !k.Decides:
		return ErrApplicationOther
	}
	return nil
}

// Decides reports whether a person may decide for the child.
func (f Family) Decides(person string) bool {
	k, _ := f.keeper(person)
	return k.Decides
}

// The reasons for which an application goes over that no guardian's end gives.
const (
	handedHidden = "hidden"

	handedBack   = "back"
	handedClosed = "account_closed"
	endedByDeath = "died"
)

// HandedDecided is the reason for which an officer hands an application over.
const HandedDecided = "decided"

// Keeps says who is to keep an application: who does, as long as that one may; the
// one of before, whose death was recorded and who lives; else the first of those who
// may. "" is nobody. person and former are the references that answer for the
// application's guardian and the one of before.
func (f Family) Keeps(a Application, person, former string) (to, why string) {
	if a.HandedWhy == endedByDeath && former != "" && former != person {
		if k, _ := f.keeper(former); k.Decides {
			return k.Worker, handedBack
		}
	}
	now, known := f.keeper(person)
	if now.Decides {
		return a.Worker, ""
	}
	switch {
	case now.Acts:
		why = handedHidden
	case known && now.Ended != "":
		why = now.Ended
	default:
		why = handedClosed
	}
	for _, k := range f.Keepers {
		if k.Decides {
			return k.Worker, why
		}
	}
	return "", why
}

// HandOver gives an application to another guardian: nothing of it changes but who
// decides. Who had it first is remembered until it is given back. That something was
// hidden from who had it is nobody's to know: it is told as an officer's decision.
func (a Application) HandOver(to, why string) (Application, []Event) {
	a.Former, a.HandedWhy, a.Worker = a.Worker, why, to
	if why == handedBack {
		a.Former, a.HandedWhy = "", ""
	}
	if why == handedHidden {
		why = HandedDecided
	}
	return a, []Event{ApplicationHandedOver{ApplicationID: a.ID, ChildID: a.ChildID, ReasonCode: why}}
}

// HandOver has another guardian answer an offer. The time to answer begins anew
// where it had begun.
func (o Offer) HandOver(to string) (Offer, []Event) {
	o.Worker = to
	if !o.Waits() {
		return o, nil
	}
	o.AnswerBy = time.Time{}
	return o, []Event{OfferHandedOver{OfferID: o.ID, ApplicationID: o.ApplicationID, SchoolID: o.SchoolID, AnswerDays: o.AnswerDays}}
}

// Stop stops an offer's clock while nobody could answer it.
func (o Offer) Stop() Offer {
	if o.Waits() {
		o.AnswerBy = time.Time{}
	}
	return o
}

// The kinds of what an officer decides about an application's guardians.
const (
	MatterDisagree = "disagree"
	MatterTwice    = "twice"  // two applications of one child
	MatterNobody   = "nobody" // no guardian is left
)

// The states of a matter and the outcomes of one.
const (
	MatterOpen    = "open"
	MatterDecided = "decided"
	OutcomeKeep   = "keep"
	OutcomeMove   = "move"
	OutcomeVoid   = "void" // taken back, or there is nothing to decide any more
)

// The two sides of a disagreement.
const (
	SideKeeper = "keeper"
	SideOther  = "other"
)

func disagreeReasons() []string {
	return []string{"lives_with_me", "other_school", "not_agreed", "other"}
}

func disagreeGrounds() []string {
	return []string{"court_paper", "lives_there", "agreed", "not_shown", "other"}
}

// Disagreement is an application about whose guardian an officer decides.
type Disagreement struct {
	ID, Kind      string
	ApplicationID string
	OtherID       string // of twice: the later application
	ChildID       string
	County        string
	Stage         Stage
	Worker        string // who disagrees
	Why           string
	State         string
	DueOn         clock.Date // the last day to be heard
	FiledAt       time.Time
	HeardKeeper   time.Time
	HeardOther    time.Time
	Outcome       string
	Ground        string
	DecidedBy     string
	DecidedAt     time.Time
	Version       int64
}

// StandIn is what a guardian who may not decide was told of another one's application,
// though nobody has applied: the application has no keeper and no state.
type StandIn struct {
	Application
	Told string // the guardian
}

// Disagree files a disagreement.
func Disagree(d Disagreement, a Application) (Disagreement, error) {
	if !slices.Contains(disagreeReasons(), d.Why) {
		return d, ErrDisagreement.With("field", "reason_code")
	}
	d.Kind, d.ApplicationID, d.ChildID, d.County, d.Stage, d.State = MatterDisagree, a.ID, a.ChildID, a.County, a.Stage, MatterOpen
	return d, nil
}

// Filed is what both guardians are told.
func (d Disagreement) Filed(child string) Event {
	return DisagreementFiled{DisagreementID: d.ID, ChildID: child, Stage: d.Stage, DueOn: d.DueOn}
}

// Ended is what both guardians are told at the end.
func (d Disagreement) Ended(child string) Event {
	return DisagreementDecided{DisagreementID: d.ID, ChildID: child, Outcome: d.Outcome, ReasonCode: d.Ground}
}

// Hear notes that a side was heard.
func (d Disagreement) Hear(side string, now time.Time) (Disagreement, error) {
	switch {
	case d.State != MatterOpen || d.Kind == MatterNobody:
		return d, ErrDisagreementDecided
	case side == SideKeeper:
		d.HeardKeeper = now
	case side == SideOther:
		d.HeardOther = now
	default:
		return d, ErrDisagreement.With("field", "side")
	}
	return d, nil
}

// Heard reports whether it may be decided: both were heard, or the last day on which
// they could be is over.
func (d Disagreement) Heard(today clock.Date) bool {
	return !d.HeardKeeper.IsZero() && !d.HeardOther.IsZero() || today.After(d.DueOn)
}

// Decide takes an officer's word.
func (d Disagreement) Decide(outcome, ground, officer string, today clock.Date, now time.Time) (Disagreement, error) {
	switch {
	case d.State != MatterOpen:
		return d, ErrDisagreementDecided
	case d.Kind == MatterNobody, outcome != OutcomeKeep && outcome != OutcomeMove:
		return d, ErrDisagreement.With("field", "outcome")
	case !slices.Contains(disagreeGrounds(), ground):
		return d, ErrDisagreement.With("field", "reason_code")
	case !d.Heard(today):
		return d, ErrDisagreementHear
	}
	d.State, d.Outcome, d.Ground, d.DecidedBy, d.DecidedAt = MatterDecided, outcome, ground, officer, now
	return d, nil
}

// Void ends a matter about which nothing is left to decide.
func (d Disagreement) Void(now time.Time) Disagreement {
	d.State, d.Outcome, d.DecidedAt = MatterDecided, OutcomeVoid, now
	return d
}
