package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/ident"
)

// EmployerKind says whether an employer has a credit code.
type EmployerKind string

// The kinds of employers.
const (
	Firm      EmployerKind = "firm"
	Household EmployerKind = "household" // a person who hires for the own home; without a credit code
)

// Employer is a firm, an individual business, a cooperative or a household that hires.
type Employer struct {
	ID              string
	Kind            EmployerKind
	USCC            string // empty for a household
	Name            string // of a household, a person's: sealed where it is kept, on no vacancy
	IndustrySection string
	County          string
	Phone           ident.Phone // of an individual business it may be a person's
	ManualCheck     bool        // the code is well formed, but its check character fails
	Version         int64
}

// NewEmployer records an employer. Its name must be 2 to 100 signs; codes are
// the caller's to check.
func NewEmployer(id string, code ident.USCC, manualCheck bool, name, section, county string, phone ident.Phone) (Employer, []Event, error) {
	name, err := Line(name, 2, 100, ErrEmployerName)
	if err != nil {
		return Employer{}, nil, err
	}
	e := Employer{ID: id, Kind: Firm, USCC: code.String(), Name: name, IndustrySection: section, County: county, Phone: phone, ManualCheck: manualCheck}
	return e, []Event{EmployerRegistered{EmployerID: id, IndustrySection: section, ManualCheck: manualCheck}}, nil
}

// Correct brings an employer to what a corrected sheet says. Its name and its
// county say who it is and whose office looks after it: those an office looks
// at, and they stay. It names the fields that do.
func (e Employer) Correct(name, section, county string, phone ident.Phone) (c Employer, differs []string, events []Event) {
	c = e
	if section != "" {
		c.IndustrySection = section
	}
	if !phone.IsZero() {
		c.Phone = phone
	}
	if strings.TrimSpace(name) != e.Name {
		differs = append(differs, "name")
	}
	if county != e.County {
		differs = append(differs, "county")
	}
	if c == e {
		return e, differs, nil
	}
	return c, differs, []Event{EmployerRegistered{EmployerID: c.ID, IndustrySection: c.IndustrySection, ManualCheck: c.ManualCheck}}
}

// householdSection is the section of the classification of industries that
// households belong to: services to residents.
const householdSection = "O"

// NewHousehold records a person who hires for the own home. A phone is needed,
// since nothing else tells a worker where to turn.
func NewHousehold(id, name, county string, phone ident.Phone) (Employer, []Event, error) {
	name, err := Line(name, 2, 50, ErrEmployerName)
	if err != nil {
		return Employer{}, nil, err
	}
	if phone.IsZero() {
		return Employer{}, nil, ErrHouseholdPhone
	}
	e := Employer{ID: id, Kind: Household, Name: name, IndustrySection: householdSection, County: county, Phone: phone}
	return e, []Event{EmployerRegistered{EmployerID: id, IndustrySection: householdSection}}, nil
}

// PublicName is what a vacancy says of its employer: nothing of a household.
func (e Employer) PublicName() string {
	if e.Kind == Household {
		return ""
	}
	return e.Name
}

// Is reports whether a principal's subject is this employer, by id or by code.
func (e Employer) Is(subject string) bool {
	return subject != "" && (subject == e.ID || subject == e.USCC)
}

// Line trims a text of one line and checks its length in signs.
func Line(s string, shortest, longest int, bad error) (string, error) {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	if n < shortest || n > longest || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", bad
	}
	return s, nil
}

// Shown is a line that is published with the draw: up to 100 signs, all of which
// can be printed.
func Shown(s string, shortest int, bad error) (string, error) {
	s, err := Line(s, shortest, 100, bad)
	if err != nil || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", bad
	}
	return s, nil
}
