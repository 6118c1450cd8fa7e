package domain

import (
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Wishes is what a worker looks for; every part may be left out.
type Wishes struct {
	Occupation    string
	WageMinFen    int64 // 0 is negotiable
	Education     string
	AvailableFrom clock.Date
	NeedsHousing  bool
}

// Profile is a worker's own wishes. No employer sees it.
type Profile struct {
	Wishes
	Worker  string
	Closed  bool // the account was closed; nothing of the wishes is left
	Version int64
}

// ProfileCase is the case under which the department holds evidence for a
// worker's job search.
func ProfileCase(worker string) string { return "profile:" + worker }

// CaseWorker is the inverse of ProfileCase.
func CaseWorker(caseID string) string { return strings.TrimPrefix(caseID, "profile:") }

// The outcomes of saving a profile.
const (
	Created   = "created"
	Updated   = "updated"
	Unchanged = "unchanged"
)

// Save changes the wishes and tells what that did. A profile of version 0 is new.
func (p Profile) Save(w Wishes) (saved Profile, outcome string, events []Event) {
	switch {
	case p.Version == 0 || p.Closed:
		outcome = Created
	case p.Wishes == w:
		return p, Unchanged, nil
	default:
		outcome = Updated
	}
	p.Wishes, p.Closed = w, false
	return p, outcome, []Event{ProfileSaved{w.Occupation}}
}

// Close empties the profile of a closed account.
func (p Profile) Close() (Profile, []Event) {
	if p.Closed {
		return p, nil
	}
	p.Wishes, p.Closed = Wishes{}, true
	return p, []Event{ProfileSaved{}}
}

// Qualification is a certificate that the worker shares for job search.
type Qualification struct {
	CertificateID string
	Occupation    string
	Since         string // civil date
	Flagged       bool   // its issuer corrected it since
}

// Compare tells what happened between the qualifications that were noted and
// those held now; what names why one left or came back flagged.
func Compare(noted, held []Qualification, what string) []Event {
	var events []Event
	find := func(all []Qualification, id string) (Qualification, bool) {
		i := slices.IndexFunc(all, func(q Qualification) bool { return q.CertificateID == id })
		if i < 0 {
			return Qualification{}, false
		}
		return all[i], true
	}
	for _, q := range held {
		if before, ok := find(noted, q.CertificateID); !ok || before != q {
			events = append(events, QualificationRecorded{CertificateID: q.CertificateID, Occupation: q.Occupation, What: what})
		}
	}
	for _, q := range noted {
		if _, ok := find(held, q.CertificateID); !ok {
			events = append(events, QualificationRecorded{CertificateID: q.CertificateID, Occupation: q.Occupation, What: what})
		}
	}
	return events
}
