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
	AvailableTo   clock.Date // zero: open
	County        string     // where the worker wants to work; "" is anywhere
	Township      string
	NeedsHousing  bool
	NeedsMeals    bool
	Skills        []string // occupation groups that the worker says to be good at
	Papers        []string // occupation groups of which the worker has a certificate on paper
}

// maxSkills bounds what a profile lists.
const maxSkills = 12

// Check refuses wishes that cannot be; codes are the caller's to check.
func (w Wishes) Check() error {
	if !w.AvailableTo.IsZero() && w.AvailableTo.Before(w.AvailableFrom) {
		return ErrProfile
	}
	if len(w.Skills) > maxSkills || len(w.Papers) > maxSkills || twice(w.Skills) || twice(w.Papers) {
		return ErrSkills
	}
	return nil
}

func twice(all []string) bool {
	for i, s := range all {
		if slices.Contains(all[:i], s) {
			return true
		}
	}
	return false
}

// same reports whether two wishes say the same.
func (w Wishes) same(o Wishes) bool {
	return slices.Equal(w.Skills, o.Skills) && slices.Equal(w.Papers, o.Papers) &&
		w.Occupation == o.Occupation && w.WageMinFen == o.WageMinFen && w.Education == o.Education && w.AvailableFrom == o.AvailableFrom &&
		w.AvailableTo == o.AvailableTo && w.County == o.County && w.Township == o.Township && w.NeedsHousing == o.NeedsHousing && w.NeedsMeals == o.NeedsMeals
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
	case p.Wishes.same(w):
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
