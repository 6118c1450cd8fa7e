package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// DocumentCase is a change of the document or the name by which a person is
// registered. One officer opens it from a paper, another decides it, and the
// person's word against it counts more than both.
type DocumentCase struct {
	ID, Worker   string
	County       string // where the person was registered when it was opened
	Number, Name bool   // what it would change
	Sealed       []byte // what it would change, and to what, under the person's key; none once nothing could be put back
	Grounds      Grounds
	Officer      string
	MadeAt       time.Time
	State        string // as of a contact case
	DecidedBy    string
	DecidedAt    time.Time
	Refusal      string
	ObjectedAt   time.Time
	UnderAge     bool // the right number says that the person was too young for work
	SettledBy    string
	SettledAt    time.Time
	Outcome      string // what an officer found who looked at what rested on the age
}

// Known is by what and under which name a person is registered.
type Known struct {
	Document ident.Document
	Name     ident.Name
}

// What cases are reasoned with. There is none without a paper.
var (
	documentReasons  = []string{"newly_issued", "number_corrected", wrongEntry, "name_changed", "spelled_anew", otherReason}
	documentPapers   = []string{"resident_card", "household_register", "police_certificate", "residence_permit", "travel_permit", "permanent_residence_card", "passport"}
	documentRefusals = []string{"paper_missing", "person_says_no", wrongEntry, "held_by_another", otherReason}
	ageOutcomes      = []string{"nothing_rested", "reported", "ended_by_person", otherReason}
)

// wrongEntry is the reason that what was registered was never the person's.
const wrongEntry = "entered_wrong"

// putBack is why what an officer had changed is as it was before.
const putBack = "put_back"

// ProposeDocument opens a case where it would change something.
func ProposeDocument(c DocumentCase, from, to Known) (DocumentCase, error) {
	c.Number, c.Name = from.Document != to.Document, from.Name != to.Name
	switch {
	case !slices.Contains(documentReasons, c.Grounds.Reason):
		return c, ErrDocumentReason.With("field", "reason_code")
	case !slices.Contains(documentPapers, c.Grounds.Paper):
		return c, ErrDocumentReason.With("field", "paper")
	case !c.Number && !c.Name:
		return c, ErrDocumentSame.With("field", "document_number")
	}
	c.State = CaseOpen
	return c, nil
}

// Sealed is how a person is registered, in the account's own form.
type Sealed struct {
	Index, Document, Profile []byte
	AgeReached               bool
}

// DecideDocument ends a case; refusal says why where it is not approved. Whoever
// opened it never decides it. asOpened says that the record still says what it said
// then, held that another record has the number, tooYoung that the right number
// makes the person too young for work, now or when he registered.
func (c DocumentCase) DecideDocument(officer string, approve bool, refusal string, w Worker, to Sealed, asOpened, held, tooYoung bool, now time.Time) (DocumentCase, Worker, []Event, error) {
	switch {
	case c.State != CaseOpen:
		return c, w, nil, ErrDocumentCaseDecided
	case ident.SameStaff(officer, c.Officer):
		return c, w, nil, ErrDocumentCaseOwn
	}
	c.DecidedBy, c.DecidedAt = officer, now
	if !approve {
		if refusal == "" {
			refusal = otherReason
		}
		if !slices.Contains(documentRefusals, refusal) {
			return c, w, nil, ErrDocumentReason.With("field", "reason_code")
		}
		c.State, c.Refusal, c.Sealed = CaseRefused, refusal, []byte{}
		return c, w, nil, nil
	}
	switch {
	case held:
		return c, w, nil, ErrDocumentHeld
	case !asOpened || w.County != c.County:
		return c, w, nil, ErrDocumentCaseStale
	}
	c.State, c.UnderAge = CaseApplied, tooYoung
	w, events, err := w.ChangeDocument(to, clock.DateOf(now), c.ID, c.Grounds.Reason)
	return c, w, events, err
}

// Objectable reports whether the person's word still changes something.
func (c DocumentCase) Objectable() bool {
	return c.State == CaseOpen || c.State == CaseApplied && len(c.Sealed) > 0
}

// ObjectDocument is the person's word against a case. One that waits ends; what
// one changed is put back, unless it was changed again since. asChanged says that
// the record still says what the case made it say, held that another record has
// the former number meanwhile.
func (c DocumentCase) ObjectDocument(w Worker, to Sealed, asChanged, held bool, now time.Time) (DocumentCase, Worker, []Event, error) {
	c.ObjectedAt = now
	switch {
	case !c.Objectable():
		return c, w, nil, ErrDocumentCaseDecided
	case c.State == CaseOpen:
		c.State, c.Sealed = CaseObjected, []byte{}
		return c, w, nil, nil
	case !asChanged:
		return c, w, nil, ErrDocumentSince
	case held:
		return c, w, nil, ErrDocumentHeld
	}
	c.State, c.Sealed, c.UnderAge = CaseUndone, []byte{}, false
	w, events, err := w.ChangeDocument(to, clock.DateOf(now), c.ID, putBack)
	return c, w, events, err
}

// SettleAge notes what an officer found of what rested on a wrong age; nothing is
// undone by it.
func (c DocumentCase) SettleAge(officer, outcome string, now time.Time) (DocumentCase, error) {
	switch {
	case c.State != CaseApplied || !c.UnderAge:
		return c, ErrDocumentCaseUnknown
	case c.SettledBy != "":
		return c, ErrDocumentCaseDecided
	case !slices.Contains(ageOutcomes, outcome):
		return c, ErrDocumentReason.With("field", "outcome")
	}
	c.SettledBy, c.SettledAt, c.Outcome = officer, now, outcome
	return c, nil
}

// ChangeDocument has an account be of another document or name, which come
// sealed. What rested on the age is judged anew.
func (w Worker) ChangeDocument(to Sealed, on clock.Date, change, reason string) (Worker, []Event, error) {
	if err := w.Open(); err != nil {
		return w, nil, err
	}
	w.DocumentIndex, w.Document, w.Profile = to.Index, to.Document, to.Profile
	w.AgeReached, w.AgeCheckedOn = to.AgeReached, on
	return w, []Event{DocumentChanged{ChangeID: change, ReasonCode: reason}}, nil
}

// Former is a number or a name that was a person's, or was entered for the person
// by mistake. It finds the record and is shown to nobody.
type Former struct {
	Index  []byte // keyed hash
	Worker string
	Until  time.Time
	Change string // the case
}
