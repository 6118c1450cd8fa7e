package domain

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// maxText bounds a vacancy's requirements, in signs.
const maxText = 2000

// VacancyState is where a vacancy stands.
type VacancyState string

// The states of a vacancy.
const (
	VacancyOpen        VacancyState = "open"
	VacancyClosedState VacancyState = "closed"
)

// Terms is what an employer publishes.
type Terms struct {
	Title        string
	Occupation   string
	Headcount    int
	WageMinFen   int64
	WageMaxFen   int64
	County       string
	SeasonFrom   clock.Date // zero: no such limit
	SeasonTo     clock.Date
	Housing      bool
	Meals        bool
	Requirements string
	Reference    string // the employer's own; the same again changes nothing
}

// Check returns the terms with their texts trimmed, or what is wrong with
// them. Occupation and county are the caller's to check.
func (t Terms) Check() (Terms, error) {
	if t.Headcount < 1 {
		return t, ErrHeadcount
	}
	if t.WageMinFen <= 0 || t.WageMaxFen < t.WageMinFen {
		return t, ErrWageRange
	}
	if !t.SeasonFrom.IsZero() && !t.SeasonTo.IsZero() && t.SeasonTo.Before(t.SeasonFrom) {
		return t, ErrSeason
	}
	var err error
	if t.Title, err = line(t.Title, 1, 100, ErrVacancyTitle); err != nil {
		return t, err
	}
	if t.Reference, err = line(t.Reference, 0, 100, ErrVacancyText); err != nil {
		return t, err
	}
	t.Requirements = strings.TrimSpace(t.Requirements)
	unprintable := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
	if utf8.RuneCountInString(t.Requirements) > maxText || !utf8.ValidString(t.Requirements) || strings.ContainsFunc(t.Requirements, unprintable) {
		return t, ErrVacancyText
	}
	return t, nil
}

// Vacancy is a published post with a number of places.
type Vacancy struct {
	Terms
	ID           string
	EmployerID   string
	EmployerName string // for display; not written with the vacancy
	Hazardous    bool   // TR-HAZARD
	Taken        int    // places whose offer was accepted
	State        VacancyState
	PublishedAt  time.Time
	Version      int64
}

// Publish opens a vacancy on checked terms.
func Publish(id string, e Employer, t Terms, hazardous bool, at time.Time) (Vacancy, []Event) {
	v := Vacancy{Terms: t, ID: id, EmployerID: e.ID, EmployerName: e.Name, Hazardous: hazardous, State: VacancyOpen, PublishedAt: at}
	return v, []Event{VacancyPublished{v}}
}

// Open is how many places are still open.
func (v Vacancy) Open() int {
	if v.State != VacancyOpen {
		return 0
	}
	return max(0, v.Headcount-v.Taken)
}

// Close takes the vacancy from search. Offers that were made stand.
func (v Vacancy) Close() (Vacancy, []Event, error) {
	if v.State != VacancyOpen {
		return v, nil, ErrVacancyClosed
	}
	v.State = VacancyClosedState
	return v, []Event{VacancyClosed{v.ID}}, nil
}

// Take takes a place, also of a vacancy that was closed after the offer.
func (v Vacancy) Take() (Vacancy, error) {
	if v.Taken >= v.Headcount {
		return v, ErrVacancyFull
	}
	v.Taken++
	return v, nil
}

// GiveBack frees a place whose acceptance was taken back.
func (v Vacancy) GiveBack() Vacancy {
	v.Taken = max(0, v.Taken-1)
	return v
}
