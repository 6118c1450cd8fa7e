package domain

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Script is what a name is written in.
type Script string

// The scripts whose spellings of one name are known to each other.
const (
	Chinese     Script = "chinese"
	Arabic      Script = "arabic"
	Latin       Script = "latin"
	Cyrillic    Script = "cyrillic"
	OtherScript Script = ""
)

// Spelled is a name with how it is read, part by part.
type Spelled struct {
	Script Script
	Parts  []NamePart
}

// NamePart is one part of a name: as it is written, as it is read in its own
// script, and the kinds of its consonants, which the scripts have in common.
type NamePart struct{ Letters, Reading, Bones string }

// Likened is what of a person is compared, and nothing else.
type Likened struct {
	ID     string
	Name   Spelled
	Birth  clock.Date
	Phone  string // "" where there is none
	Number string // of eighteen signs, with area, birth date and sequence; "" for other documents
}

// Likening is what of a person is compared.
func Likening(id string, p Person, spell func(string) Spelled) Likened {
	return Likened{ID: id, Name: spell(p.Name.Reveal()), Birth: p.Document.BirthDate(), Phone: p.Contact.Phone.Reveal(), Number: p.Document.Reveal()}
}

// KeyKind is a kind of likeness.
type KeyKind string

// The kinds of likeness. Who shares one that finds is compared; a name alone only
// tells how many bear it, since what many share says little. So do telephones,
// which find too: few share one.
const (
	KeyNameBirth  KeyKind = "name_birth"
	KeyNumberName KeyKind = "number_name" // all of the number but the birth date
	KeyName       KeyKind = "name"
	KeyPhone      KeyKind = "phone"
)

// Finds reports whether people who share a likeness of this kind are compared.
func (k KeyKind) Finds() bool { return k != KeyName }

// LikenessSize is how many bytes of a likeness's keyed hash are kept: enough that no
// two are one by chance among all people.
const LikenessSize = 16

// LikenessKey is one likeness, in the clear: it is stored as a keyed hash.
type LikenessKey struct {
	Kind KeyKind
	Text string
}

// Keys are the likenesses of a person: of two entries of one person, whatever
// went wrong once, one is the same.
func (l Likened) Keys() (all []LikenessKey) {
	add := func(kind KeyKind, parts ...string) {
		k := LikenessKey{kind, strings.Join(parts, "\x00")}
		if !slices.Contains(all, k) {
			all = append(all, k)
		}
	}
	birth, whole := l.Birth.String(), cmp.Or(l.Name.bones(), l.Name.letters())
	forms := []string{whole}
	for i, p := range l.Name.Parts {
		if i == 0 || i == 1 && l.Name.Script != Chinese { // in other scripts the father's or the family's name may come first
			forms = append(forms, cmp.Or(strings.TrimPrefix(p.Bones, openBone), p.Letters))
		}
	}
	n, numbered := numberOf(l.Number)
	add(KeyName, l.Name.letters())
	for _, form := range forms {
		add(KeyNameBirth, form, birth)
		if numbered { // only who is also named alike may have mistyped the date alone
			add(KeyNumberName, n.area, n.sequence, form)
		}
	}
	if l.Phone != "" {
		add(KeyPhone, l.Phone)
	}
	return all
}

// Locks are what two entries of one person that are made at once have in common,
// and strangers do not, who would only wait for each other.
func (l Likened) Locks() (all []LikenessKey) {
	for _, k := range l.Keys() {
		switch k.Kind {
		case KeyNameBirth:
			all = append(all, k)
		case KeyPhone: // an agent gives one for many
			all = append(all, LikenessKey{KeyPhone, k.Text + "\x00" + l.Birth.String()})
		}
	}
	return all
}

// letters are the letters of a name in their parts' order of the alphabet, so that
// a name whose parts changed places is the same.
func (s Spelled) letters() string {
	all := make([]string, len(s.Parts))
	for i, p := range s.Parts {
		all[i] = p.Letters
	}
	slices.Sort(all)
	return strings.Join(all, "")
}

// bones are the kinds of consonants of the whole name, without what marks the
// beginning of parts, which signs between them may leave out.
func (s Spelled) bones() string {
	var b strings.Builder
	for _, p := range s.Parts {
		b.WriteString(strings.TrimPrefix(p.Bones, openBone))
	}
	return b.String()
}

const openBone = "A"

// numbers compares the documents of two.
type numbers struct {
	unlike   bool // one of them is no resident number
	slip     bool // one digit is another, or two beside each other changed places
	swapped  bool // the latter
	sameDay  bool // of one place and day, but of another sequence
	twins    bool // the same, and one entered soon after the other
	ending   bool // all but the birth date is the same
	otherSex bool // one is a man's and one a woman's
}

func compareNumbers(a, b string) (n numbers) {
	x, ok := numberOf(a)
	y, both := numberOf(b)
	if n.unlike = !ok || !both; n.unlike {
		return n
	}
	n.slip, n.swapped = mistyped(a[:17], b[:17]) // the last sign follows from the others
	n.sameDay = x.area == y.area && x.birth == y.birth && x.sequence != y.sequence
	n.twins = n.sameDay && x.near(y)
	n.ending = x.area == y.area && x.sequence == y.sequence
	n.otherSex = (x.sequence[2]-y.sequence[2])%2 != 0
	return n
}

// mistyped reports whether two texts differ as one that was mistyped does: in one
// sign, or with two beside each other exchanged.
func mistyped(a, b string) (slip, swapped bool) {
	if a == b || len(a) != len(b) {
		return false, false
	}
	first, differ := -1, 0
	for i := range len(a) {
		if a[i] != b[i] {
			if differ++; first < 0 {
				first = i
			}
		}
	}
	swapped = differ == 2 && a[first+1] == b[first] && a[first] == b[first+1]
	return differ == 1 || swapped, swapped
}

// parted is what a resident number is made of.
type parted struct{ area, birth, sequence string }

// near reports whether two sequences may have been given to twins, one soon after
// the other.
func (p parted) near(o parted) bool {
	value := func(s string) int { return int(s[0]-'0')*100 + int(s[1]-'0')*10 + int(s[2]-'0') }
	apart := value(p.sequence) - value(o.sequence)
	return max(apart, -apart) <= twinsApart
}

// twinsApart is how far the sequences of twins may lie apart.
const twinsApart = 20

// numberOf takes a number apart; other documents have no such parts.
func numberOf(s string) (n parted, ok bool) {
	if len(s) != 18 || strings.ContainsFunc(s[:17], func(r rune) bool { return !unicode.IsDigit(r) }) {
		return n, false
	}
	return parted{s[:6], s[6:14], s[14:17]}, true
}
