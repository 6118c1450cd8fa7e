package domain

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/clock"
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
	ID, Remains string // the reference, and that which answers for the child
	Name        Spelled
	Birth       clock.Date
	Guardians   []string // who may act for it
	Phones      []string // theirs
}

// Family is a child among its guardians.
type Family struct {
	Remains   string   // the reference that answers for the child
	Guardians []string // the references that answer for them
}

// fewOfAName is how many children of a round may bear a name before it and a birth
// date that a slip of the pen tells apart are two children's by chance.
const fewOfAName = 3

// LikelyDoubles tells which children may be one, entered twice: by both parents, in
// two spellings or with a slip in the date. They are compared as people are. A child
// has no number and no telephone; what stands for a telephone is a guardian, or the
// telephone of one. So twins are none, who have one guardian and names that differ in
// a letter. What only children have in common is asked beside: one guardian has no two
// of one name, and two families have children of one day and nearly one name seldom.
func LikelyDoubles(all []Opened) (likely []Likely) {
	var c children
	c.group(all)
	seen := map[[2]int]bool{}
	for k, who := range c.groups {
		if len(who) > c.most(k) {
			continue
		}
		for i, x := range who {
			for _, y := range who[i+1:] {
				if a, b := all[x], all[y]; a.ID != b.ID && a.Remains != b.Remains && !seen[[2]int{x, y}] {
					seen[[2]int{x, y}] = true
					if grounds := c.grounds(a, b); grounds != nil {
						likely = append(likely, Likely{First: min(a.ID, b.ID), Second: max(a.ID, b.ID), Grounds: grounds})
					}
				}
			}
		}
	}
	return inOrder(likely)
}

// children are those of a round by what some of them have in common.
type children struct{ groups map[LikenessKey][]int }

// What children have in common, beside the likenesses of people.
const (
	keyGuardian KeyKind = "guardian"
	keyBirth    KeyKind = "birth"
)

func (c *children) group(all []Opened) {
	c.groups = map[LikenessKey][]int{}
	for i, o := range all {
		keys := append(Likened{Name: o.Name, Birth: o.Birth}.Keys(), LikenessKey{keyBirth, o.Birth.String()})
		for _, g := range o.Guardians {
			keys = append(keys, LikenessKey{keyGuardian, g})
		}
		for _, phone := range o.Phones {
			keys = append(keys, LikenessKey{KeyPhone, phone})
		}
		slices.SortFunc(keys, func(a, b LikenessKey) int {
			return cmp.Or(strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Text, b.Text))
		})
		for _, k := range slices.Compact(keys) {
			c.groups[k] = append(c.groups[k], i)
		}
	}
}

// most is how many may have something in common before it tells nobody apart: an
// orphanage is the guardian of many.
func (c *children) most(k LikenessKey) int {
	switch k.Kind {
	case keyGuardian, KeyPhone:
		return mostOfAPhone
	case KeyName:
		return fewOfAName
	}
	return MostAlike
}

// shared reports whether two have one of some things in common, and whether it is
// one that few have.
func (c *children) shared(kind KeyKind, a, b []string) (yes, few bool) {
	for _, one := range a {
		if slices.Contains(b, one) {
			yes, few = true, few || len(c.groups[LikenessKey{kind, one}]) <= mostOfAPhone
		}
	}
	return yes, few
}

// grounds are those on which two children may be one; nil where they are not.
func (c *children) grounds(a, b Opened) []string {
	bearers := func(o Opened) int { return len(c.groups[LikenessKey{KeyName, o.Name.letters()}]) }
	guardian, family := c.shared(keyGuardian, a.Guardians, b.Guardians)
	telephone, phone := c.shared(KeyPhone, a.Phones, b.Phones)
	strangers := !guardian && !telephone
	e := evidence{
		name: likeNames(a.Name, b.Name), birth: a.Birth == b.Birth, date: slip(a.Birth, b.Birth), phone: family || phone,
		numbers: numbers{unlike: true}, crowd: Crowd{Name: max(bearers(a), bearers(b))}, bones: min(len(a.Name.bones()), len(b.Name.bones())),
	}
	nearly := e.name == sameSound || e.name == similarName && similar([]rune(written(a.Name)), []rune(written(b.Name)))
	switch {
	case e.likely(),
		family && e.name == sameName && !e.birth,
		strangers && e.birth && nearly && e.crowd.Name <= mostOfAName,
		strangers && e.date && e.name == sameName && e.crowd.Name <= fewOfAName:
	default:
		return nil
	}
	e.phone, e.date, e.numbers = phone, !e.birth, numbers{}
	who := GroundTwoGuardians
	if guardian {
		who = GroundOneGuardian
	}
	return append(e.grounds(slices.Equal(a.Name.Parts, b.Name.Parts)), who)
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
		for _, ground := range append(l.Grounds, GroundSamePerson) {
			add(l.First, l.Second, ground)
		}
	}
	for pair, grounds := range found {
		slices.Sort(grounds)
		likely = append(likely, Likely{First: pair[0], Second: pair[1], Grounds: grounds})
	}
	return inOrder(likely)
}
