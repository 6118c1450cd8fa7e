// Package domain is what the education department knows: schools with places
// for children who come with their parents, a guardian's application for a
// child, and the offer of a place that the guardian accepts or not.
package domain

import (
	"strings"
	"unicode/utf8"
)

// Stage is a stage of schooling.
type Stage string

// The stages that places are given for.
const (
	Preschool Stage = "preschool"
	Primary   Stage = "primary"
	Junior    Stage = "junior"
	// Vocational is for school leavers, after compulsory schooling.
	Vocational Stage = "vocational"
)

// ParseStage reads a stage, or returns ErrStage.
func ParseStage(s string) (Stage, error) {
	switch stage := Stage(s); stage {
	case Preschool, Primary, Junior, Vocational:
		return stage, nil
	}
	return "", ErrStage
}

// Kind says who runs a school.
type Kind string

// The kinds of schools.
const (
	Public  Kind = "public"
	Private Kind = "private"
)

// ParseKind reads a kind, or returns ErrKind.
func ParseKind(s string) (Kind, error) {
	if k := Kind(s); k == Public || k == Private {
		return k, nil
	}
	return "", ErrKind
}

// The longest texts of a school, in characters.
const (
	longestName      = 100
	longestReference = 200
)

// School is a school with the places that it has for newcomers. County, name
// and stage make its identity: a nine-year school is there once for each stage.
type School struct {
	ID        string
	Reference string // the importer's own key, "" where it has none
	Name      string
	Kind      Kind
	County    string
	Township  string // "" where it is not known
	Stage     Stage
	Places    int
	Version   int64
}

// OpenSchool checks a school and opens it.
func OpenSchool(s School) (School, []Event, error) {
	s.Name = strings.TrimSpace(s.Name)
	switch {
	case s.Name == "" || !fits(s.Name, longestName):
		return s, nil, ErrName
	case !fits(s.Reference, longestReference):
		return s, nil, ErrReference
	case s.Places < 0:
		return s, nil, ErrPlaces
	}
	return s, []Event{SchoolOpened{SchoolID: s.ID, Stage: s.Stage, Places: s.Places}}, nil
}

// The outcomes of what a form or a sheet says of a thing.
const (
	Created   = "created"
	Unchanged = "unchanged"
	Applied   = "applied" // it corrected the record
	Differs   = "differs" // it says otherwise, and the record stays
)

// Correct brings a school to what a corrected sheet says, as far as nobody's
// place rests on it: places may fall to what is taken, the rest changes while
// nothing is. It names the fields that stay as they are.
func (s School) Correct(said School, taken int) (c School, differs []string, events []Event) {
	c = s
	if said.Places != s.Places {
		if said.Places >= taken {
			c.Places = said.Places
		} else {
			differs = append(differs, "places")
		}
	}
	if said.Kind != s.Kind {
		if taken == 0 {
			c.Kind = said.Kind
		} else {
			differs = append(differs, "kind")
		}
	}
	if said.Township != s.Township && said.Township != "" {
		if taken == 0 {
			c.Township = said.Township
		} else {
			differs = append(differs, "township")
		}
	}
	if c == s {
		return s, differs, nil
	}
	if len(differs) == 0 {
		c.Reference = said.Reference
	}
	return c, differs, []Event{SchoolOpened{SchoolID: c.ID, Stage: c.Stage, Places: c.Places}}
}

// Outcome says what a correction did.
func Outcome(changed bool, differs []string) string {
	switch {
	case changed:
		return Applied
	case len(differs) > 0:
		return Differs
	}
	return Unchanged
}

// Free is how many places are left where some are offered or accepted.
func (s School) Free(taken int) int { return max(0, s.Places-taken) }

func fits(s string, longest int) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= longest
}
