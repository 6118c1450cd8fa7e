package domain

import (
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
	County   string
	Version  int64
}

// CheckChild reads a child's form as of a day.
func CheckChild(t *ident.Tables, name, birthDate, county, township string, on clock.Date) (m Minor, err error) {
	if m.Name, err = parseName(name); err != nil {
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

// RegisterChild links a child, which comes sealed, to its guardian.
func RegisterChild(id, guardian string, identity, sealed []byte, county string) (Child, []Event) {
	return Child{ID: id, Guardian: guardian, Identity: identity, Sealed: sealed, County: county}, []Event{ChildRegistered{ChildID: id}}
}
