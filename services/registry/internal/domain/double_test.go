package domain

import (
	"fmt"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

func child(t *testing.T, id, guardian, name, birth string) Opened {
	t.Helper()
	n, err := ident.ParseName(name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := clock.ParseDate(birth)
	if err != nil {
		t.Fatal(err)
	}
	return Opened{ID: id, Guardian: guardian, Minor: Minor{Name: n, BirthDate: d}}
}

// K7: one child that was entered twice is found, however it was written.
func TestLikelyDoubles(t *testing.T) {
	for name, c := range map[string]struct {
		a, b [3]string // guardian, name, birth date
		want []string
	}{
		"by both parents":            {[3]string{"g1", "王小甲", "2020-05-01"}, [3]string{"g2", "王小甲", "2020-05-01"}, []string{GroundSameName, GroundTwoGuardians}},
		"with a middle dot":          {[3]string{"g1", "阿·甲", "2020-06-01"}, [3]string{"g1", "阿甲", "2020-06-01"}, []string{GroundSeparators, GroundOneGuardian}},
		"with a space":               {[3]string{"g1", "Aigul Bek", "2020-06-01"}, [3]string{"g2", "aigul-bek", "2020-06-01"}, []string{GroundSeparators, GroundTwoGuardians}},
		"the father's name":          {[3]string{"g1", "叶尔肯", "2020-06-01"}, [3]string{"g1", "叶尔肯·巴合提", "2020-06-01"}, []string{GroundSimilarName, GroundOneGuardian}},
		"one letter":                 {[3]string{"g1", "努尔兰", "2020-06-01"}, [3]string{"g2", "努尓兰", "2020-06-01"}, []string{GroundSimilarName, GroundTwoGuardians}},
		"day and month":              {[3]string{"g1", "王小甲", "2020-05-01"}, [3]string{"g2", "王小甲", "2020-01-05"}, []string{GroundOtherDate, GroundTwoGuardians}},
		"one digit of the date":      {[3]string{"g1", "王小甲", "2020-05-01"}, [3]string{"g2", "王小甲", "2020-05-07"}, []string{GroundOtherDate, GroundTwoGuardians}},
		"another year, one guardian": {[3]string{"g1", "王小甲", "2020-05-01"}, [3]string{"g1", "王小甲", "2018-11-30"}, []string{GroundOtherDate, GroundOneGuardian}},
		"two children":               {[3]string{"g1", "王小甲", "2020-05-01"}, [3]string{"g2", "李大乙", "2020-05-01"}, nil},
		"two of one name":            {[3]string{"g1", "王小甲", "2020-05-01"}, [3]string{"g2", "王小甲", "2018-11-30"}, nil},
		"two short names":            {[3]string{"g1", "王甲", "2020-05-01"}, [3]string{"g1", "王乙", "2020-05-01"}, nil},
	} {
		got := LikelyDoubles([]Opened{child(t, "c2", c.a[0], c.a[1], c.a[2]), child(t, "c1", c.b[0], c.b[1], c.b[2])})
		if c.want == nil {
			if len(got) != 0 {
				t.Errorf("%s: %+v", name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].First != "c1" || got[0].Second != "c2" || !slices.Equal(got[0].Grounds, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// Ten thousand children of a round are compared in no time that anybody notices.
func TestLikelyDoublesOfARound(t *testing.T) {
	var all []Opened
	for i := range 10_000 {
		all = append(all, child(t, fmt.Sprint("c", i), fmt.Sprint("g", i), string([]rune{rune('一' + i%7), rune('一' + i%7000), rune('一' + i*31%5000)}), clock.NewDate(2014+i%6, 1, 1).AddDays(i%365).String()))
	}
	if got := LikelyDoubles(all); len(got) > len(all)/100 {
		t.Errorf("%d pairs", len(got))
	}
}
