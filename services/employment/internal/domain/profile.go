package domain

import (
	"slices"
	"strings"
	"time"

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

// part is one wish: whether two say it alike, and how it is taken over.
type part struct {
	same func(a, b Wishes) bool
	take func(to *Wishes, from Wishes)
}

// parts gives the wishes by the names that the contract has for them.
func parts() map[string]part {
	return map[string]part{
		"occupation":         {func(a, b Wishes) bool { return a.Occupation == b.Occupation }, func(t *Wishes, f Wishes) { t.Occupation = f.Occupation }},
		"wage_min_fen":       {func(a, b Wishes) bool { return a.WageMinFen == b.WageMinFen }, func(t *Wishes, f Wishes) { t.WageMinFen = f.WageMinFen }},
		"education":          {func(a, b Wishes) bool { return a.Education == b.Education }, func(t *Wishes, f Wishes) { t.Education = f.Education }},
		"available_from":     {func(a, b Wishes) bool { return a.AvailableFrom == b.AvailableFrom }, func(t *Wishes, f Wishes) { t.AvailableFrom = f.AvailableFrom }},
		"available_to":       {func(a, b Wishes) bool { return a.AvailableTo == b.AvailableTo }, func(t *Wishes, f Wishes) { t.AvailableTo = f.AvailableTo }},
		"county":             {func(a, b Wishes) bool { return a.County == b.County }, func(t *Wishes, f Wishes) { t.County = f.County }},
		"township":           {func(a, b Wishes) bool { return a.Township == b.Township }, func(t *Wishes, f Wishes) { t.Township = f.Township }},
		"needs_housing":      {func(a, b Wishes) bool { return a.NeedsHousing == b.NeedsHousing }, func(t *Wishes, f Wishes) { t.NeedsHousing = f.NeedsHousing }},
		"needs_meals":        {func(a, b Wishes) bool { return a.NeedsMeals == b.NeedsMeals }, func(t *Wishes, f Wishes) { t.NeedsMeals = f.NeedsMeals }},
		"skills":             {func(a, b Wishes) bool { return slices.Equal(a.Skills, b.Skills) }, func(t *Wishes, f Wishes) { t.Skills = f.Skills }},
		"paper_certificates": {func(a, b Wishes) bool { return slices.Equal(a.Papers, b.Papers) }, func(t *Wishes, f Wishes) { t.Papers = f.Papers }},
	}
}

// Differ names the wishes that two say otherwise.
func (w Wishes) Differ(o Wishes) (names []string) {
	for name, p := range parts() {
		if !p.same(w, o) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Take returns the wishes with those of another that are named; none named is all.
func (w Wishes) Take(o Wishes, names []string) (Wishes, error) {
	if len(names) == 0 {
		return o, nil
	}
	all := parts()
	for _, name := range names {
		p, ok := all[name]
		if !ok {
			return w, ErrProfile
		}
		p.take(&w, o)
	}
	return w, nil
}

// same reports whether two wishes say the same.
func (w Wishes) same(o Wishes) bool { return len(w.Differ(o)) == 0 }

// Profile is a worker's own wishes. The employer of a post that the worker applied
// for sees skills, papers and free days of it, and nothing else.
type Profile struct {
	Wishes
	Worker  string
	SetVia  string    // through which channel the wishes were said last; "" where that is not known
	SetAt   time.Time // and when
	Closed  bool      // the account was closed; nothing of the wishes is left
	Version int64
}

// ProfileCase is the case under which the department holds evidence for a
// worker's job search.
func ProfileCase(worker string) string { return profileCase + worker }

const profileCase = "profile:"

// ProfileOf is the reference under which the profile of a case was made.
func ProfileOf(caseID string) string { return strings.TrimPrefix(caseID, profileCase) }

// The outcomes of saving a profile.
const (
	Created   = "created"
	Updated   = "updated"
	Unchanged = "unchanged"
	Applied   = "applied" // a sheet corrected the record
	Differs   = "differs" // a sheet says otherwise, and the record stays
)

// Save changes the wishes and tells what that did. A profile of version 0 is
// new. via is the channel: what a sheet says never takes the place of what was
// said since in another way, which is the worker's own later word.
func (p Profile) Save(w Wishes, via string, bySheet bool, at time.Time) (saved Profile, outcome string, events []Event) {
	switch {
	case p.Version == 0 || p.Closed:
		outcome = Created
	case p.Wishes.same(w):
		return p, Unchanged, nil
	case bySheet && p.SetVia != via:
		return p, Differs, nil
	default:
		outcome = Updated
	}
	p.Wishes, p.Closed, p.SetVia, p.SetAt = w, false, via, at
	return p, outcome, []Event{ProfileSaved{Occupation: w.Occupation}}
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
