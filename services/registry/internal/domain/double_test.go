package domain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/sounds"
)

func child(t *testing.T, id, guardians, name, birth string) domain.Opened {
	t.Helper()
	d, err := clock.ParseDate(birth)
	if err != nil {
		t.Fatal(err)
	}
	return domain.Opened{ID: id, Remains: id, Name: sounds.Of(name), Birth: d, Guardians: strings.Fields(guardians)}
}

// K7: one child that was entered twice is found, however it was written; twins and
// who only bears the name are not.
func TestLikelyDoubles(t *testing.T) {
	type entry struct{ guardians, name, birth, phone string }
	const day, tel = "2020-05-01", "15000018190"
	for name, c := range map[string]struct {
		a, b entry
		want string
	}{
		"by both parents":             {entry{"g1", "王小甲", day, ""}, entry{"g2", "王小甲", day, ""}, "same_name same_birth two_guardians"},
		"by two, one of whom is both": {entry{"g1 g3", "王小甲", day, ""}, entry{"g2 g3", "王小申", day, ""}, ""},
		"with a middle dot":           {entry{"g1", "阿·甲", day, ""}, entry{"g1", "阿甲", day, ""}, "separators same_birth one_guardian"},
		"with a space":                {entry{"g1", "Aigul Bek", day, ""}, entry{"g2", "aigul-bek", day, ""}, "same_name same_birth two_guardians"},
		"the father's name":           {entry{"g1", "叶尔肯", day, ""}, entry{"g1", "叶尔肯·巴合提", day, ""}, "same_sound same_birth one_guardian"},
		"the father's, by both":       {entry{"g1", "叶尔肯", day, ""}, entry{"g2", "叶尔肯·巴合提", day, ""}, "same_sound same_birth two_guardians"},
		"in two scripts":              {entry{"g1", "努尔兰·巴合提", day, ""}, entry{"g2", "Nurlan Bakhyt", day, ""}, "same_sound same_birth two_guardians"},
		"in two scripts, one phone":   {entry{"g1", "努尔兰", day, tel}, entry{"g2", "نۇرلان", day, tel}, "same_sound same_birth same_phone two_guardians"},
		"read the same":               {entry{"g1", "王晓甲", day, ""}, entry{"g2", "王小甲", day, ""}, "same_sound same_birth two_guardians"},
		"one letter":                  {entry{"g1", "王小甲", day, ""}, entry{"g2", "王小申", day, ""}, "similar_name same_birth two_guardians"},
		"day and month":               {entry{"g1", "王小甲", day, ""}, entry{"g2", "王小甲", "2020-01-05", ""}, "same_name other_date two_guardians"},
		"one digit of the date":       {entry{"g1", "王小甲", day, ""}, entry{"g2", "王小甲", "2020-05-07", ""}, "same_name other_date two_guardians"},
		"a date and a dot, one phone": {entry{"g1", "阿·甲", day, tel}, entry{"g2", "阿甲", "2020-05-07", tel}, "separators other_date same_phone two_guardians"},
		"another year, one guardian":  {entry{"g1", "王小甲", day, ""}, entry{"g1", "王小甲", "2018-11-30", ""}, "same_name other_date one_guardian"},

		"twins":                     {entry{"g1", "王小龙", day, ""}, entry{"g1", "王小虎", day, ""}, ""},
		"twins, one by each parent": {entry{"g1", "王小龙", day, tel}, entry{"g2", "王小虎", day, tel}, ""},
		"Hesen and Husen":           {entry{"g1", "艾山·买买提", day, tel}, entry{"g1", "玉山·买买提", day, tel}, ""},
		"in Latin letters":          {entry{"g1", "Hesen Memet", day, ""}, entry{"g1", "Hüsen Memet", day, ""}, ""},
		"two children":              {entry{"g1", "王小甲", day, ""}, entry{"g2", "李大乙", day, ""}, ""},
		"two of one name":           {entry{"g1", "王小甲", day, ""}, entry{"g2", "王小甲", "2018-11-30", ""}, ""},
		"two short names":           {entry{"g1", "王甲", day, ""}, entry{"g1", "王乙", day, ""}, ""},
		"a short name, two scripts": {entry{"g1", "古丽", day, ""}, entry{"g2", "Gul", day, ""}, ""},
		"a father's name is shared": {entry{"g1", "艾力·买买提", day, ""}, entry{"g2", "吐尔逊·买买提", day, ""}, ""},
	} {
		both := []domain.Opened{child(t, "c2", c.a.guardians, c.a.name, c.a.birth), child(t, "c1", c.b.guardians, c.b.name, c.b.birth)}
		for i, phone := range []string{c.a.phone, c.b.phone} {
			if phone != "" {
				both[i].Phones = []string{phone}
			}
		}
		for range 2 {
			got := domain.LikelyDoubles(both)
			switch {
			case c.want == "" && len(got) != 0:
				t.Errorf("%s: %+v", name, got)
			case c.want != "" && (len(got) != 1 || got[0].First != "c1" || got[0].Second != "c2" || strings.Join(got[0].Grounds, " ") != c.want):
				t.Errorf("%s: %+v, not %s", name, got, c.want)
			}
			slices.Reverse(both)
		}
	}
}

// Who is known to be one child is no question any more.
func TestOneChildIsNoDoubleOfItself(t *testing.T) {
	a, b := child(t, "c1", "g1 g2", "王小甲", "2020-05-01"), child(t, "c2", "g1 g2", "王小甲", "2020-05-01")
	b.Remains = a.ID
	if got := domain.LikelyDoubles([]domain.Opened{a, b, a}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// What many have in common says nothing: a common name, the one who is guardian of
// an orphanage's children, the telephone of a school.
func TestACrowdOfChildrenIsNoPair(t *testing.T) {
	var namesakes, orphans []domain.Opened
	for i := range 22 {
		day := clock.NewDate(2020, 1, 1).AddDays(i).String() // a slip apart each from some
		if i == 21 {
			day = clock.NewDate(2020, 1, 1).String()
		}
		namesakes = append(namesakes, child(t, fmt.Sprint("c", i), fmt.Sprint("g", i), "买买提", day))
		o := child(t, fmt.Sprint("o", i), "orphanage", string([]rune{'王', '小', '一' + rune(i*97)}), "2020-05-01")
		o.Phones = []string{"13900012345"}
		orphans = append(orphans, o, child(t, fmt.Sprint("p", i), "orphanage", string([]rune{'王', '小', '一' + rune(i*97)}), clock.NewDate(2015, 5, 1).AddDays(i*31).String()))
	}
	if got := domain.LikelyDoubles(namesakes); len(got) != 0 {
		t.Errorf("a common name: %+v", got)
	}
	if got := domain.LikelyDoubles(orphans); len(got) != 0 {
		t.Errorf("an orphanage's: %+v", got)
	}
}

// Ten thousand children of a round are compared, and few of them are pairs.
func TestLikelyDoublesOfARound(t *testing.T) {
	var all []domain.Opened
	for i := range 10_000 {
		all = append(all, child(t, fmt.Sprint("c", i), fmt.Sprint("g", i), string([]rune{rune('一' + i%7), rune('一' + i%7000), rune('一' + i*31%5000)}), clock.NewDate(2014+i%6, 1, 1).AddDays(i%365).String()))
	}
	if got := domain.LikelyDoubles(all); len(got) > len(all)/100 {
		t.Errorf("%d pairs", len(got))
	}
}
