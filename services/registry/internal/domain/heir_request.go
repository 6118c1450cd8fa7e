package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// HeirRequest is what a near relative of somebody who died asks to read for an own
// lawful interest, unless the person arranged otherwise (PIPL 49). It is one
// department's record: nobody at a counter sees a whole life. How the two were related
// is not kept, only which paper was seen.
type HeirRequest struct {
	ID, Worker, County    string
	Relative              []byte // sealed name and telephone of who asks
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

// The states of a request, beside CaseOpen and CaseRefused.
const (
	HeirGranted = "granted"
	HeirShown   = "shown"
)

var (
	heirPapers   = []string{"household_register", "notarised", "police_certificate", "court_paper"}
	heirReasons  = []string{"inheritance", "wages", "insurance", "home", otherReason}
	heirRefusals = []string{"no_kinship", "no_interest", "others_harmed", otherReason}
)

// Open judges a request; sources are the departments that hold records.
func (r HeirRequest) Open(sources []string) (HeirRequest, error) {
	switch {
	case !slices.Contains(heirPapers, r.Paper):
		return r, ErrHeirReason.With("field", "paper")
	case !slices.Contains(heirReasons, r.Reason):
		return r, ErrHeirReason.With("field", "reason_code")
	case !slices.Contains(sources, r.Source):
		return r, ErrHeirReason.With("field", "source")
	}
	r.State = CaseOpen
	return r, nil
}

// Decide grants or refuses; whoever entered the request does neither.
func (r HeirRequest) Decide(officer string, approve bool, refusal string, now time.Time) (HeirRequest, error) {
	switch {
	case r.State != CaseOpen:
		return r, ErrHeirDecided
	case ident.SameStaff(officer, r.Officer):
		return r, ErrHeirOwn
	case !approve && !slices.Contains(heirRefusals, refusal):
		return r, ErrHeirReason.With("field", "reason_code")
	}
	r.DecidedBy, r.DecidedAt = officer, now
	if r.State = HeirGranted; !approve {
		r.State, r.Refusal = CaseRefused, refusal
	}
	return r, nil
}

// Show notes that what was granted is shown: once.
func (r HeirRequest) Show(now time.Time) (HeirRequest, error) {
	if r.State != HeirGranted {
		return r, ErrHeirDecided
	}
	r.State, r.ShownAt = HeirShown, now
	return r, nil
}
