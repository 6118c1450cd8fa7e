package domain

// Likeness says how a field of two records compares, and never what it holds.
type Likeness struct{ Field, How string }

// How two fields compare.
const (
	likeSame     = "same"
	likeSimilar  = "similar"
	likeOneDigit = "one_digit"
	likeSwapped  = "swapped"
	likeDiffers  = "differs"
	likeMissing  = "missing"
)

// CompareRecords says how two records are alike, field by field, for a page on which one
// of them is another county's.
func CompareRecords(a, b Person, countyA, countyB string) []Likeness {
	name := likeDiffers
	switch alike(a.Name.Reveal(), b.Name.Reveal()) {
	case GroundSameName, GroundSeparators:
		name = likeSame
	case GroundSimilarName:
		name = likeSimilar
	}
	same := func(yes bool) string {
		if yes {
			return likeSame
		}
		return likeDiffers
	}
	birth := same(a.Document.BirthDate() == b.Document.BirthDate())
	if slip(a.Document.BirthDate(), b.Document.BirthDate()) {
		birth = likeSimilar
	}
	phone := same(a.Contact.Phone == b.Contact.Phone)
	if a.Contact.Phone.IsZero() || b.Contact.Phone.IsZero() {
		phone = likeMissing
	}
	return []Likeness{
		{"name", name}, {"birth_date", birth}, {"document", digits(a.Document.Reveal(), b.Document.Reveal())}, {"phone", phone}, {"county", same(countyA == countyB)},
	}
}

// digits says how two numbers differ, but for their last character, which follows
// from the others.
func digits(a, b string) string {
	if a == b {
		return likeSame
	}
	if a == "" || len(a) != len(b) {
		return likeDiffers
	}
	last := len(a) - 1
	slip, swapped := mistyped(a[:last], b[:last])
	switch {
	case swapped:
		return likeSwapped
	case slip, a[:last] == b[:last]:
		return likeOneDigit
	}
	return likeDiffers
}
