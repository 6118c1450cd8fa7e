package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/ident"
)

// Employer is a firm, an individual business or a cooperative that hires.
type Employer struct {
	ID              string
	USCC            string
	Name            string
	IndustrySection string
	County          string
	Phone           ident.Phone // of an individual business it may be a person's
	ManualCheck     bool        // the code is well formed, but its check character fails
	Version         int64
}

// NewEmployer records an employer. Its name must be 2 to 100 signs; codes are
// the caller's to check.
func NewEmployer(id string, code ident.USCC, manualCheck bool, name, section, county string, phone ident.Phone) (Employer, []Event, error) {
	name, err := line(name, 2, 100, ErrEmployerName)
	if err != nil {
		return Employer{}, nil, err
	}
	e := Employer{ID: id, USCC: code.String(), Name: name, IndustrySection: section, County: county, Phone: phone, ManualCheck: manualCheck}
	return e, []Event{EmployerRegistered{EmployerID: id, IndustrySection: section, ManualCheck: manualCheck}}, nil
}

// Is reports whether a principal's subject is this employer, by id or by code.
func (e Employer) Is(subject string) bool {
	return subject != "" && (subject == e.ID || subject == e.USCC)
}

// line trims a text of one line and checks its length in signs.
func line(s string, shortest, longest int, bad error) (string, error) {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	if n < shortest || n > longest || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", bad
	}
	return s, nil
}
