package domain

import (
	"slices"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Crowd is how many bear a name, and how many give a telephone.
type Crowd struct{ Name, Phone int }

const (
	// mostOfAName is how many may bear a name before it and a birth date are two
	// people's by chance: of so many, one pair in a thousand people is.
	mostOfAName = 20
	// mostOfAPhone is how many may give one telephone before it is an agent's or a
	// dormitory's, and says nothing of a household.
	mostOfAPhone = 10
	// fewestBones are how many consonants a name needs to be known in another script,
	// and known by it and the birth date alone.
	fewestBones, enoughBones = 3, 5
)

// nameLikeness says how alike two names are, growing.
type nameLikeness int

const (
	otherName nameLikeness = iota
	similarName
	sameSound
	sameName
)

// SamePerson tells on which grounds two entries are likely of one person; none
// where they are not. A name alone says nothing, nor does a birth date or a
// telephone: fathers and sons have one, twins have both and names that differ in a
// letter.
func SamePerson(a, b Likened, c Crowd) []string {
	nearly, _ := mistyped(a.Phone, b.Phone)
	e := evidence{
		name: likeNames(a.Name, b.Name), birth: a.Birth == b.Birth, date: slip(a.Birth, b.Birth), numbers: compareNumbers(a.Number, b.Number),
		phone: a.Phone != "" && a.Phone == b.Phone && c.Phone <= mostOfAPhone, crowd: c, bones: min(len(a.Name.bones()), len(b.Name.bones())),
	}
	e.nearly = nearly && a.Phone != "" && !e.phone
	if !e.likely() {
		return nil
	}
	return e.grounds(slices.Equal(a.Name.Parts, b.Name.Parts))
}

// evidence is how two entries compare.
type evidence struct {
	name          nameLikeness
	birth, date   bool // the same, or a slip of the pen apart
	phone, nearly bool // the same
	numbers       numbers
	crowd         Crowd
	bones         int // of the shorter name
}

// likely reports whether what is alike is enough.
func (e evidence) likely() bool {
	n := e.numbers
	elsewhere := n.slip && !n.sameDay               // a slip that is not in the sequence, by which brothers and sisters differ too
	other := !n.unlike && !n.otherSex && !n.sameDay // a number of another place or day
	switch {
	case e.name == sameName && e.birth:
		return e.phone || e.nearly || n.slip || e.crowd.Name <= mostOfAName && (n.unlike || !n.otherSex)
	case e.name == sameSound && e.birth:
		return e.phone || e.nearly || n.slip || n.unlike && e.bones >= enoughBones
	case e.name == similarName && e.birth:
		return elsewhere || e.phone && (other || n.slip && !n.twins)
	case e.birth: // another name
		return e.phone && other
	case e.name >= sameSound && e.date:
		return e.phone || elsewhere || e.nearly && e.name == sameName
	case e.name == sameName:
		return e.phone && n.ending
	}
	return false
}

// grounds puts it in codes; exact says that the names are written alike.
func (e evidence) grounds(exact bool) (all []string) {
	add := func(yes bool, ground string) {
		if yes {
			all = append(all, ground)
		}
	}
	add(e.name == sameName && exact, GroundSameName)
	add(e.name == sameName && !exact, GroundSeparators)
	add(e.name == sameSound, GroundSameSound)
	add(e.name == similarName, GroundSimilarName)
	add(e.name == otherName, GroundOtherName)
	add(e.birth, GroundSameBirth)
	add(!e.birth && e.date, GroundOtherDate)
	add(e.phone, GroundSamePhone)
	add(e.nearly, GroundSimilarPhone)
	add(e.numbers.slip && e.numbers.swapped, GroundSwappedNumber)
	add(e.numbers.slip && !e.numbers.swapped, GroundSimilarNumber)
	add(e.numbers.unlike, GroundOtherDocument)
	return all
}

// likeNames compares two names.
func likeNames(a, b Spelled) nameLikeness {
	switch {
	case len(a.Parts) == 0 || len(b.Parts) == 0:
		return otherName
	case a.letters() == b.letters() || written(a) == written(b):
		return sameName
	case a.Script != b.Script:
		return acrossScripts(a, b)
	case read(a) == read(b), len(a.Parts) != len(b.Parts) && within(a, b, func(x, y NamePart) bool { return x.Reading == y.Reading }):
		return sameSound
	case similar([]rune(written(a)), []rune(written(b))), len(a.bones()) >= fewestBones && a.bones() == b.bones(), within(a, b, likeParts):
		return similarName
	}
	return otherName
}

// acrossScripts compares names by their consonants.
func acrossScripts(a, b Spelled) nameLikeness {
	if a.Script == OtherScript || b.Script == OtherScript {
		return otherName
	}
	alike := a.bones() == b.bones() || within(a, b, func(x, y NamePart) bool { return x.Bones == y.Bones })
	switch {
	case !alike:
		return otherName
	case min(len(a.bones()), len(b.bones())) >= fewestBones:
		return sameSound
	}
	return similarName
}

// within reports whether each part of the shorter name has one of its own in the
// longer: the father's name is often left out.
func within(a, b Spelled, same func(x, y NamePart) bool) bool {
	short, long := a.Parts, slices.Clone(b.Parts)
	if len(short) > len(long) {
		short, long = b.Parts, slices.Clone(a.Parts)
	}
	for _, p := range short {
		at := slices.IndexFunc(long, func(o NamePart) bool { return same(p, o) })
		if at < 0 || at > 0 && len(short) == 1 && a.Script == Chinese && b.Script == Chinese { // there the given name comes first
			return false
		}
		long = slices.Delete(long, at, at+1)
	}
	return true
}

func likeParts(x, y NamePart) bool {
	return x.Reading == y.Reading || similar([]rune(x.Letters), []rune(y.Letters)) || len(x.Bones) >= fewestBones && x.Bones == y.Bones
}

// written is a name without what stands between its parts, read how it is read.
func written(s Spelled) string {
	return join(s, func(p NamePart) string { return p.Letters })
}

func read(s Spelled) string { return join(s, func(p NamePart) string { return p.Reading + " " }) }

func join(s Spelled, of func(NamePart) string) string {
	var b strings.Builder
	for _, p := range s.Parts {
		b.WriteString(of(p))
	}
	return b.String()
}

// slip reports whether two dates differ as one that was mistyped does: in one
// digit, with two digits exchanged, or with month and day exchanged.
func slip(a, b clock.Date) bool {
	x, y := a.String(), b.String()
	if x == y || len(x) != len("2020-05-14") || len(y) != len(x) {
		return false
	}
	if x[:5]+x[8:]+"-"+x[5:7] == y {
		return true
	}
	typed, _ := mistyped(strings.ReplaceAll(x, "-", ""), strings.ReplaceAll(y, "-", ""))
	return typed
}

// MostAlike is how many may share a likeness before it tells nobody apart.
const MostAlike = 50

// SamePersons compares all whom a likeness brings together.
func SamePersons(all []Likened) (likely []Likely) {
	shared := map[LikenessKey][]int{}
	keys := make([][]LikenessKey, len(all))
	for i, l := range all {
		keys[i] = l.Keys()
		for _, k := range keys[i] {
			shared[k] = append(shared[k], i)
		}
	}
	crowd := func(i int) (c Crowd) {
		for _, k := range keys[i] {
			switch k.Kind {
			case KeyName:
				c.Name = len(shared[k])
			case KeyPhone:
				c.Phone = len(shared[k])
			}
		}
		return c
	}
	seen := map[[2]int]bool{}
	for k, who := range shared {
		if !k.Kind.Finds() || len(who) > MostAlike {
			continue
		}
		for i, x := range who {
			for _, y := range who[i+1:] {
				if seen[[2]int{x, y}] {
					continue
				}
				seen[[2]int{x, y}] = true
				if pair, yes := LikelySame(all[x], all[y], crowd(x)); yes {
					likely = append(likely, pair)
				}
			}
		}
	}
	return inOrder(likely)
}

// LikelySame is SamePerson with the two named.
func LikelySame(a, b Likened, c Crowd) (Likely, bool) {
	grounds := SamePerson(a, b, c)
	return Likely{First: min(a.ID, b.ID), Second: max(a.ID, b.ID), Grounds: grounds}, grounds != nil
}
