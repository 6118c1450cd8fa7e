package domain

import (
	"slices"
	"testing"
)

// What is hidden from a person hides on at each record of a child where that person
// is a guardian, once they are two children again.
func TestWhatIsHiddenHidesOnWhenRecordsPart(t *testing.T) {
	both := []Guardian{
		{ID: "g-1", Child: "a", Person: "mother", State: GuardianActive}, {ID: "g-2", Child: "b", Person: "father", State: GuardianActive},
		{ID: "g-3", Child: "c", Person: "father", State: GuardianIsEnded, EndReason: EndCustodyLost},
	}
	for name, c := range map[string]struct {
		at, person, other string
		want              []GuardianCase
	}{
		"noted at the record that remains":  {"a", "father", "b", []GuardianCase{{ID: "h", Child: "b", Person: "father", Guardian: "g-2"}}},
		"noted at the record that parts":    {"b", "father", "b", nil},
		"where he is no guardian any more":  {"a", "father", "c", nil},
		"of who is guardian at one":         {"a", "mother", "b", nil},
		"noted at what parts, and he stays": {"c", "father", "c", []GuardianCase{{ID: "h", Child: "a", Person: "father", Guardian: "g-2"}}},
	} {
		circle := Circle{IDs: []string{"a", "b", "c"}, Guardians: both, Hidings: []GuardianCase{{ID: "h", Child: c.at, Person: c.person}}}
		if got := circle.HiddenApart(c.other); !slices.EqualFunc(got, c.want, func(a, b GuardianCase) bool {
			return a.ID == b.ID && a.Child == b.Child && a.Guardian == b.Guardian && a.Person == b.Person
		}) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
