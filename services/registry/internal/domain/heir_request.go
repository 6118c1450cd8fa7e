package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// HeirRequest is what a near relative of somebody who died asks for an own lawful
// interest, unless the person arranged otherwise (PIPL 49): to read one department's
// record, for nobody at a counter sees a whole life; to have a fact called wrong, as the
// person could; or to have the record erased, as by closing the account. How the two
// were related is not kept, only which paper was seen.
type HeirRequest struct {
	ID, Worker, County    string
	Asked                 string     // read, correct or delete
	FactKind, FactID      string     // of a correction: the fact, and
	Wrong                 string     // why it is wrong
	EraseOn               clock.Date // of an erasure that was granted
	Relative              []byte     // sealed name and telephone of who asks
	Paper, Reason, Source string
	Officer               string
	MadeAt                time.Time
	DecideBy              clock.Date
	State                 string
	DecidedBy             string
	DecidedAt             time.Time
	Refusal               string
	ShownAt               time.Time
}

// The states of a request, beside CaseOpen and CaseRefused. Of what was erased there is
// no request any more.
const (
	HeirGranted   = "granted" // and not shown, or erased, yet
	HeirShown     = "shown"
	HeirCorrected = "corrected" // every holder was told
	HeirTakenBack = "withdrawn" // by the relative
	HeirEnded     = "ended"     // the person lives
)

// What a relative asks.
const (
	HeirReads    = "read"
	HeirCorrects = "correct"
	HeirErases   = "delete"
)

var (
	heirPapers   = []string{"household_register", "notarised", "police_certificate", "court_paper"}
	heirReasons  = []string{"inheritance", "wages", "insurance", "home", otherReason}
	heirRefusals = []string{"no_kinship", "no_interest", "others_harmed", otherReason}
)

// Open judges a request; sources are the departments that hold records, and kinds the
// facts of which one can be wrong.
func (r HeirRequest) Open(sources []string, kinds FactKinds) (HeirRequest, error) {
	if r.Asked == "" {
		r.Asked = HeirReads
	}
	if r.Asked == HeirCorrects {
		r.Source = kinds[r.FactKind].Source
	}
	switch {
	case !slices.Contains(heirPapers, r.Paper):
		return r, ErrHeirReason.With("field", "paper")
	case !slices.Contains(heirReasons, r.Reason):
		return r, ErrHeirReason.With("field", "reason_code")
	case r.Asked != HeirReads && r.Asked != HeirCorrects && r.Asked != HeirErases:
		return r, ErrHeirReason.With("field", "asked")
	case r.Asked == HeirReads && !slices.Contains(sources, r.Source), r.Asked == HeirErases && r.Source != "":
		return r, ErrHeirReason.With("field", "source")
	case r.Asked == HeirCorrects && r.Source == "":
		return r, ErrHeirReason.With("field", "fact_kind")
	case r.Asked == HeirCorrects && CheckCode(r.FactID) != nil:
		return r, ErrHeirReason.With("field", "source_id")
	case r.Asked == HeirCorrects && !slices.Contains(Reasons(), r.Wrong):
		return r, ErrHeirReason.With("field", "wrong_reason_code")
	}
	if r.Asked != HeirCorrects {
		r.FactKind, r.FactID, r.Wrong = "", "", ""
	}
	r.State = CaseOpen
	return r, nil
}

// Decide grants or refuses; whoever entered the request does neither. What is to be
// erased is erased on a day.
func (r HeirRequest) Decide(officer string, approve bool, refusal string, eraseOn clock.Date, now time.Time) (HeirRequest, error) {
	switch {
	case r.State != CaseOpen:
		return r, ErrHeirDecided
	case ident.SameStaff(officer, r.Officer):
		return r, ErrHeirOwn
	case !approve && !slices.Contains(heirRefusals, refusal):
		return r, ErrHeirReason.With("field", "reason_code")
	}
	r.DecidedBy, r.DecidedAt = officer, now
	switch {
	case !approve:
		r.State, r.Refusal = CaseRefused, refusal
	case r.Asked == HeirCorrects:
		r.State = HeirCorrected
	case r.Asked == HeirErases:
		r.State, r.EraseOn = HeirGranted, eraseOn
	default:
		r.State = HeirGranted
	}
	return r, nil
}

// Correction is what a request that was granted has called wrong.
func (r HeirRequest) Correction() Correction {
	return Correction{Worker: r.Worker, Division: r.County, Source: r.Source, SourceID: r.FactID, Kind: r.FactKind, Reason: r.Wrong}
}

// Waits reports whether something is still to be decided, shown or erased.
func (r HeirRequest) Waits() bool { return r.State == CaseOpen || r.State == HeirGranted }

// TakeBack ends a request by the relative's word, as long as nothing came of it.
func (r HeirRequest) TakeBack() (HeirRequest, error) {
	if !r.Waits() {
		return r, ErrHeirDecided
	}
	r.State = HeirTakenBack
	return r, nil
}

// Ends ends a request where the person lives.
func (r HeirRequest) Ends() HeirRequest {
	r.State = HeirEnded
	return r
}

// Erases reports whether the day has come on which what was granted is erased.
func (r HeirRequest) Erases(today clock.Date) bool {
	return r.State == HeirGranted && r.Asked == HeirErases && !today.Before(r.EraseOn)
}

// Show notes that what was granted is shown: once.
func (r HeirRequest) Show(now time.Time) (HeirRequest, error) {
	if r.State != HeirGranted || r.Asked != HeirReads {
		return r, ErrHeirDecided
	}
	r.State, r.ShownAt = HeirShown, now
	return r, nil
}
