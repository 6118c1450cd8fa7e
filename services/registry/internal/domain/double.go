package domain

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// The grounds on which two references may be one child, one person or one
// household.
const (
	GroundSameName     = "same_name"
	GroundSeparators   = "separators"   // the names differ in dots, spaces or hyphens alone
	GroundSimilarName  = "similar_name" // one letter differs, or one name is a part of the other
	GroundOtherDate    = "other_date"   // one name, and birth dates that a slip of the pen tells apart
	GroundTwoGuardians = "two_guardians"
	GroundOneGuardian  = "one_guardian"
	GroundSameChild    = "same_child" // both are guardians of what is likely one child
	GroundSamePhone    = "same_phone"
	GroundSamePerson   = "same_person" // likely one person, by the grounds below

	GroundSameSound     = "same_sound" // the names are read alike, or one is the other in another script, or without the father's
	GroundOtherName     = "other_name"
	GroundSameBirth     = "same_birth"
	GroundSimilarPhone  = "similar_phone"  // a slip of the pen tells them apart
	GroundSimilarNumber = "similar_number" // one digit differs
	GroundSwappedNumber = "swapped_number" // two digits changed places
	GroundOtherDocument = "other_document" // of another kind
)

// Likely is two references that may be one, and why. It holds nothing of who
// they are.
type Likely struct {
	First, Second string
	Grounds       []string
}

// Opened is a child whose entry was opened to be compared, and nothing else.
type Opened struct {
	ID, Guardian string
	Minor        Minor
}

// LikelyDoubles compares children of one birth date by name, and of one name by
// birth date: the same child may have been entered by both parents, under two
// spellings or with a slip in the date. Twins are among them, so that a person
// decides.
func LikelyDoubles(all []Opened) (likely []Likely) {
	byBirth, byName := map[string][]Opened{}, map[string][]Opened{}
	for _, o := range all {
		day := o.Minor.BirthDate.String()
		byBirth[day] = append(byBirth[day], o)
		name := string(bare(o.Minor.Name.Reveal()))
		byName[name] = append(byName[name], o)
	}
	add := func(a, b Opened, ground string) {
		if a.ID > b.ID {
			a, b = b, a
		}
		who := GroundTwoGuardians
		if a.Guardian == b.Guardian {
			who = GroundOneGuardian
		}
		likely = append(likely, Likely{First: a.ID, Second: b.ID, Grounds: []string{ground, who}})
	}
	for _, same := range byBirth {
		for i, a := range same {
			for _, b := range same[i+1:] {
				if ground := alike(a.Minor.Name.Reveal(), b.Minor.Name.Reveal()); ground != "" {
					add(a, b, ground)
				}
			}
		}
	}
	for _, same := range byName {
		for i, a := range same {
			for _, b := range same[i+1:] {
				if slip(a.Minor.BirthDate, b.Minor.BirthDate) || a.Guardian == b.Guardian && a.Minor.BirthDate != b.Minor.BirthDate {
					add(a, b, GroundOtherDate)
				}
			}
		}
	}
	return inOrder(likely)
}

func inOrder(likely []Likely) []Likely {
	slices.SortFunc(likely, func(a, b Likely) int {
		return cmp.Or(strings.Compare(a.First, b.First), strings.Compare(a.Second, b.Second))
	})
	return likely
}

// bare is a name by its letters alone: no dots, spaces, hyphens or marks, and
// small.
func bare(name string) []rune {
	var out []rune
	for _, r := range name {
		if unicode.IsLetter(r) {
			out = append(out, unicode.ToLower(r))
		}
	}
	return out
}

// alike says why two names may be one, or "".
func alike(a, b string) string {
	x, y := bare(a), bare(b)
	switch {
	case a == b:
		return GroundSameName
	case slices.Equal(x, y):
		return GroundSeparators
	case similar(x, y):
		return GroundSimilarName
	}
	return ""
}

// The lengths from which a name is compared loosely: two letters that share one
// are two names.
const (
	shortestSimilar = 3
	shortestPart    = 2
)

// similar reports whether one letter was exchanged, left out or added, or one
// name is the beginning of the other, as a given name is of a name with the
// father's.
func similar(x, y []rune) bool {
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) >= shortestPart && len(y) > len(x) && slices.Equal(x, y[:len(x)]) {
		return true
	}
	if len(x) < shortestSimilar || len(y)-len(x) > 1 {
		return false
	}
	head := 0
	for head < len(x) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	return len(y)-head-tail <= 1
}

// Applicant is a worker whose entry was opened to be compared, and nothing else.
type Applicant struct {
	Likened
	Children []string // references
}

// LikelyHouseholds compares workers: two may be one household where what is
// likely one child is both's, or where they gave one telephone, and one person
// where the finder of doubles says so.
func LikelyHouseholds(all []Applicant, children []Likely) (likely []Likely) {
	found := map[[2]string][]string{}
	add := func(a, b, ground string) {
		if a > b {
			a, b = b, a
		}
		if pair := [2]string{a, b}; a != b && !slices.Contains(found[pair], ground) {
			found[pair] = append(found[pair], ground)
		}
	}
	guardian := map[string]string{}
	telephones := map[string][]string{}
	people := make([]Likened, len(all))
	for i, p := range all {
		people[i] = p.Likened
		for _, c := range p.Children {
			guardian[c] = p.ID
		}
		if p.Phone != "" {
			telephones[p.Phone] = append(telephones[p.Phone], p.ID)
		}
	}
	for _, c := range children {
		if a, b := guardian[c.First], guardian[c.Second]; a != "" && b != "" {
			add(a, b, GroundSameChild)
		}
	}
	for _, ids := range telephones {
		if len(ids) > mostOfAPhone {
			continue
		}
		for i, a := range ids {
			for _, b := range ids[i+1:] {
				add(a, b, GroundSamePhone)
			}
		}
	}
	for _, l := range SamePersons(people) {
		add(l.First, l.Second, GroundSamePerson)
	}
	for pair, grounds := range found {
		slices.Sort(grounds)
		likely = append(likely, Likely{First: pair[0], Second: pair[1], Grounds: grounds})
	}
	return inOrder(likely)
}
