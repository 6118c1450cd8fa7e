package domain

import (
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// Minor is who a child is, opened. It is never stored and never logged.
type Minor struct {
	Name      ident.Name
	BirthDate clock.Date
	Township  string
}

// Child is a child as it is stored, linked to its guardian and sealed under a
// key of its own.
type Child struct {
	ID       string
	Guardian string
	Identity []byte // keyed hash of guardian, name and birth date
	Sealed   []byte // name, birth date and township
	Likeness []byte // keyed hash of name, however it is spelled, and birth date; nil where it was not noted yet
	County   string
	Version  int64
}

// CheckChild reads a child's form as of a day.
func CheckChild(t *ident.Tables, name, birthDate, county, township string, on clock.Date) (m Minor, err error) {
	if m.Name, err = ParseName(name); err != nil {
		return m, err
	}
	if m.BirthDate, err = clock.ParseDate(birthDate); err != nil {
		return m, err
	}
	if m.BirthDate.After(on) {
		return m, ErrBirthdateFuture
	}
	m.Township = township
	return m, checkPlace(t, county, township)
}

// Identity is what makes two forms of a guardian's child the same child.
func (m Minor) Identity(guardian string) string {
	return guardian + "\x00" + m.Name.Reveal() + "\x00" + m.BirthDate.String()
}

// Likeness is what makes two forms likely the same child, by whichever guardian
// and with or without signs between the parts of the name.
func (m Minor) Likeness() string { return plain(m.Name) + "\x00" + m.BirthDate.String() }

// SameChild reports whether two children of one guardian are one: born on the
// same day, and of the same name but for the signs between its parts.
func (m Minor) SameChild(o Minor) bool { return m.Likeness() == o.Likeness() }

// plain is a name's letters alone.
func plain(n ident.Name) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || r == '〇' {
			return unicode.ToLower(r)
		}
		return -1
	}, n.Reveal())
}

// GuardianAge refuses a child who is not younger than the guardian by some years;
// of a guardian whose document does not tell the birth date it judges nothing.
func (m Minor) GuardianAge(guardian clock.Date, years int) error {
	if !guardian.IsZero() && m.BirthDate.Before(guardian.AddYears(years)) {
		return ErrGuardianAge
	}
	return nil
}

// RegisterChild links a child, which comes sealed, to its guardian.
func RegisterChild(id, guardian string, identity, sealed []byte, county string) (Child, []Event) {
	return Child{ID: id, Guardian: guardian, Identity: identity, Sealed: sealed, County: county}, []Event{ChildRegistered{ChildID: id}}
}
