package domain_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/registry/internal/domain"
	"github.com/qiao-platform/qiao/services/registry/internal/sounds"
)

// seen is a person as an entry says it; number is area and sequence.
func seen(t *testing.T, id, name, birth, phone, area, sequence string) domain.Likened {
	t.Helper()
	d, err := clock.ParseDate(birth)
	if err != nil {
		t.Fatal(err)
	}
	l := domain.Likened{ID: id, Name: sounds.Of(name), Birth: d, Phone: phone}
	if area != "" {
		l.Number = area + fmt.Sprintf("%04d%02d%02d", d.Year(), d.Month(), d.Day()) + sequence + "0"
	}
	return l
}

const altay, burqin = "654301", "654321"

// Two entries are one person's, or are not, whatever is written first, and where
// they are one's a key brings them together.
func TestSamePerson(t *testing.T) {
	type entry [5]string // name, birth date, telephone, area and sequence of the number
	const tel, other = "15000018190", "13900012345"
	for name, c := range map[string]struct {
		a, b  entry
		crowd domain.Crowd
		want  bool
	}{
		"two digits of the number swapped":   {entry{"王建国", "1985-03-12", tel, altay, "013"}, entry{"王建国", "1985-03-12", tel, altay, "031"}, domain.Crowd{}, true},
		"one digit of the place":             {entry{"王建国", "1985-03-12", tel, altay, "013"}, entry{"王建国", "1985-03-12", other, burqin, "013"}, domain.Crowd{Name: 500}, true},
		"one digit of the birth date":        {entry{"王建国", "1985-03-12", "", altay, "013"}, entry{"王建国", "1985-03-17", "", altay, "013"}, domain.Crowd{Name: 500}, true},
		"two digits of the year":             {entry{"王建国", "1958-03-12", tel, altay, "013"}, entry{"王建国", "1985-03-12", tel, altay, "013"}, domain.Crowd{}, true},
		"a new document":                     {entry{"古丽娜尔·阿曼古丽", "1985-03-12", tel, altay, "013"}, entry{"古丽娜尔·阿曼古丽", "1985-03-12", tel, "", ""}, domain.Crowd{Name: 500}, true},
		"a new document and telephone":       {entry{"古丽娜尔·阿曼古丽", "1985-03-12", tel, altay, "013"}, entry{"古丽娜尔·阿曼古丽", "1985-03-12", other, "650102", "228"}, domain.Crowd{Name: 3}, false}, // a woman's and a man's
		"a new number and telephone":         {entry{"古丽娜尔·阿曼古丽", "1985-03-12", tel, altay, "024"}, entry{"古丽娜尔·阿曼古丽", "1985-03-12", other, "650102", "228"}, domain.Crowd{Name: 3}, true},
		"of a common name":                   {entry{"买买提", "1985-03-12", tel, altay, "013"}, entry{"买买提", "1985-03-12", other, "650102", "227"}, domain.Crowd{Name: 21}, false},
		"a common name and the telephone":    {entry{"买买提", "1985-03-12", tel, altay, "013"}, entry{"买买提", "1985-03-12", tel, "650102", "227"}, domain.Crowd{Name: 500}, true},
		"without the dot":                    {entry{"古丽娜尔·阿曼古丽", "1985-03-12", tel, altay, "024"}, entry{"古丽娜尔阿曼古丽", "1985-03-12", tel, altay, "026"}, domain.Crowd{}, true},
		"without the father's name":          {entry{"叶尔肯·巴合提", "1985-03-12", tel, altay, "013"}, entry{"叶尔肯", "1985-03-12", tel, altay, "031"}, domain.Crowd{}, true},
		"in Latin letters":                   {entry{"努尔兰·巴合提", "1985-03-12", tel, altay, "013"}, entry{"Nurlan Bakhyt", "1985-03-12", tel, "", ""}, domain.Crowd{}, true},
		"with the family's name first":       {entry{"努尔兰·巴合提", "1985-03-12", tel, altay, "013"}, entry{"BAKHYT NURLAN", "1985-03-12", tel, "", ""}, domain.Crowd{}, true},
		"in Arabic letters":                  {entry{"مۇھەممەت ئىبراھىم", "1985-03-12", tel, altay, "013"}, entry{"买买提·依不拉音", "1985-03-12", tel, altay, "031"}, domain.Crowd{}, true},
		"in Cyrillic letters":                {entry{"Нұрлан Бақытұлы", "1985-03-12", tel, "", ""}, entry{"Nurlan Baqytuly", "1985-03-12", tel, "", ""}, domain.Crowd{}, true},
		"read the same":                      {entry{"王晓明", "1985-03-12", tel, altay, "013"}, entry{"王小明", "1985-03-12", tel, altay, "113"}, domain.Crowd{}, true},
		"read the same, of another place":    {entry{"王晓明", "1985-03-12", tel, altay, "013"}, entry{"王小明", "1985-03-12", other, "110101", "557"}, domain.Crowd{}, false},
		"pinyin on a passport":               {entry{"王小明", "1985-03-12", tel, altay, "013"}, entry{"Wang Xiaoming", "1985-03-12", tel, "", ""}, domain.Crowd{}, true},
		"with the transliteration of before": {entry{"阿不都拉·卡里木", "1985-03-12", tel, altay, "013"}, entry{"阿卜杜拉·克里木", "1985-03-12", tel, "653101", "227"}, domain.Crowd{}, true},
		"one consonant and one digit":        {entry{"卡里木·巴合提", "1985-03-12", tel, altay, "013"}, entry{"克里木·巴合提", "1985-03-12", tel, altay, "413"}, domain.Crowd{}, true},
		"without the father's name, a slip":  {entry{"叶尔肯·巴合提", "1985-03-12", tel, altay, "013"}, entry{"叶尔肯", "1985-03-17", tel, altay, "013"}, domain.Crowd{}, true},
		"a telephone's digit":                {entry{"努尔兰·巴合提", "1985-03-12", tel, altay, "013"}, entry{"努尔兰·巴合提", "1985-03-12", "15000018191", "653101", "227"}, domain.Crowd{Name: 500}, true},

		"twins":                        {entry{"王小龙", "2001-03-12", tel, altay, "013"}, entry{"王小虎", "2001-03-12", tel, altay, "015"}, domain.Crowd{}, false},
		"twins, a digit apart":         {entry{"王小龙", "2001-03-12", tel, altay, "013"}, entry{"王小虎", "2001-03-12", tel, altay, "033"}, domain.Crowd{}, false},
		"Hesen and Husen":              {entry{"艾山·买买提", "2001-03-12", tel, altay, "013"}, entry{"玉山·买买提", "2001-03-12", tel, altay, "015"}, domain.Crowd{}, false},
		"the same in Latin letters":    {entry{"Hesen Memet", "2001-03-12", tel, altay, "013"}, entry{"Hüsen Memet", "2001-03-12", tel, altay, "015"}, domain.Crowd{}, false},
		"twins with passports":         {entry{"Hesen Memet", "2001-03-12", tel, "", ""}, entry{"Hüsen Memet", "2001-03-12", tel, "", ""}, domain.Crowd{}, false},
		"brother and sister, twins":    {entry{"帕提古丽·买买提", "2001-03-12", tel, altay, "014"}, entry{"祖拉古丽·买买提", "2001-03-12", tel, altay, "016"}, domain.Crowd{}, false},
		"brothers, a year apart":       {entry{"王小龙", "1990-05-01", tel, altay, "013"}, entry{"王小虎", "1991-05-01", tel, altay, "013"}, domain.Crowd{}, false},
		"sisters of like names":        {entry{"Gulnar", "1990-05-01", tel, altay, "024"}, entry{"Gulnur", "1991-05-01", tel, altay, "046"}, domain.Crowd{}, false},
		"father and son":               {entry{"巴合提·努尔兰", "1960-05-01", tel, altay, "013"}, entry{"叶尔肯·巴合提", "1990-05-01", tel, altay, "015"}, domain.Crowd{}, false},
		"a son of the father's name":   {entry{"巴合提", "1960-05-01", tel, altay, "013"}, entry{"叶尔肯·巴合提", "1990-05-01", tel, altay, "015"}, domain.Crowd{}, false},
		"husband and wife":             {entry{"王建国", "1985-03-12", tel, altay, "013"}, entry{"李秀英", "1985-03-12", tel, "654322", "024"}, domain.Crowd{}, false},
		"one name":                     {entry{"买买提", "1985-03-12", tel, altay, "013"}, entry{"买买提", "1991-11-02", other, altay, "015"}, domain.Crowd{}, false},
		"one name, in two scripts":     {entry{"古丽", "1985-03-12", tel, altay, "014"}, entry{"Gul", "1985-03-12", other, "", ""}, domain.Crowd{}, false},
		"one birth date":               {entry{"王建国", "1985-03-12", tel, altay, "013"}, entry{"李大乙", "1985-03-12", other, altay, "015"}, domain.Crowd{}, false},
		"of an agent's telephone":      {entry{"王建国", "1985-03-12", tel, altay, "013"}, entry{"李大乙", "1985-03-12", tel, "110101", "557"}, domain.Crowd{Phone: 11}, false},
		"neighbours in the register":   {entry{"王建国", "1985-03-12", "", altay, "013"}, entry{"李大乙", "1985-03-12", "", burqin, "013"}, domain.Crowd{}, false},
		"a father's name is shared":    {entry{"艾力·买买提", "1985-03-12", "", altay, "013"}, entry{"吐尔逊·买买提", "1985-03-12", "", altay, "017"}, domain.Crowd{}, false},
		"given names are one, no more": {entry{"努尔兰·巴合提", "1985-03-12", "", altay, "013"}, entry{"努尔兰·叶尔肯", "1985-03-12", "", altay, "017"}, domain.Crowd{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := seen(t, "a", c.a[0], c.a[1], c.a[2], c.a[3], c.a[4])
			b := seen(t, "b", c.b[0], c.b[1], c.b[2], c.b[3], c.b[4])
			one, two := domain.SamePerson(a, b, c.crowd), domain.SamePerson(b, a, c.crowd)
			if (one != nil) != c.want || !slices.Equal(one, two) {
				t.Fatalf("%v and %v, want %v; %+v, %+v", one, two, c.want, a, b)
			}
			if c.want && !slices.ContainsFunc(a.Keys(), func(k domain.LikenessKey) bool { return k.Kind.Finds() && slices.Contains(b.Keys(), k) }) {
				t.Errorf("no key brings them together: %q, %q", a.Keys(), b.Keys())
			}
		})
	}
}

func TestGroundsOfSamePerson(t *testing.T) {
	a := seen(t, "a", "王建国", "1985-03-12", "15000018190", altay, "013")
	b := seen(t, "b", "王建国", "1985-03-12", "15000018190", altay, "031")
	got := domain.SamePerson(a, b, domain.Crowd{})
	if want := []string{domain.GroundSameName, domain.GroundSameBirth, domain.GroundSamePhone, domain.GroundSwappedNumber}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// One name in the scripts that people here write.
func TestNamesSoundAlikeInEveryScript(t *testing.T) {
	for _, same := range [][]string{
		{"努尔兰", "Nurlan", "Нурлан", "نۇرلان"},
		{"古丽娜尔", "Gulnar", "Gülnar", "گۈلنار", "Гульнар"},
		{"买买提", "Memet", "Muhammat", "Muhammed", "مۇھەممەت"},
		{"依不拉音", "Ibrahim", "İbrahim", "ئىبراھىم"},
		{"阿不都热合曼", "阿卜杜热合曼", "Abdurahman", "Abdurakhman", "ئابدۇراخمان", "Абдурахман"},
		{"吐尔逊", "Tursun", "تۇرسۇن", "Турсун"},
		{"热依汗", "Reyhan", "رەيھان"},
		{"叶尔肯", "Erkin", "Yerken", "ئەركىن", "Еркен"},
		{"艾山", "Hesen", "Hasan", "ھەسەن"},
		{"库尔班", "Qurban", "Kurban", "قۇربان"},
		{"阿依古丽", "Aygul", "Aygül", "ئايگۈل", "Айгүл"},
		{"巴合提亚尔", "Bakhtiyar", "Baxtiyar", "Bahtiyar", "باختىيار"},
		{"王小明", "Wang Xiaoming", "王晓明"},
	} {
		bones := func(name string) (all string) {
			for _, p := range sounds.Of(name).Parts {
				all += p.Bones
			}
			return all
		}
		for _, name := range same[1:] {
			if name != "Baxtiyar" && bones(name) != bones(same[0]) { // x stands for sh as often
				t.Errorf("%s is %s, %s is %s", same[0], bones(same[0]), name, bones(name))
			}
		}
	}
}

func TestLikelyHouseholds(t *testing.T) {
	people := []domain.Applicant{
		{Likened: seen(t, "w1", "王大", "1986-01-01", "13000010001", "", ""), Children: []string{"c1"}},
		{Likened: seen(t, "w2", "李妈", "1986-01-02", "13000010001", "", ""), Children: []string{"c2"}},
		{Likened: seen(t, "w3", "阿·甲", "1990-05-05", "13000010003", "", "")},
		{Likened: seen(t, "w4", "阿甲", "1990-05-05", "", "", "")},
		{Likened: seen(t, "w5", "王大", "1991-01-01", "", "", "")},
	}
	got := domain.LikelyHouseholds(people, []domain.Likely{{First: "c1", Second: "c2"}})
	want := []domain.Likely{{First: "w1", Second: "w2", Grounds: []string{domain.GroundSameChild, domain.GroundSamePhone}}, {First: "w3", Second: "w4", Grounds: []string{domain.GroundOtherDocument, domain.GroundSameBirth, domain.GroundSamePerson, domain.GroundSeparators}}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v, not %+v", got, want)
	}
}

// One telephone of many is an agent's or a dormitory's: it pairs nobody.
func TestATelephoneOfManyPairsNobody(t *testing.T) {
	for n, pairs := range map[int]int{2: 1, 10: 45, 11: 0, 5_000: 0} {
		all := make([]domain.Applicant, n)
		for i := range all {
			all[i].Likened = domain.Likened{ID: fmt.Sprint("w-", i), Name: sounds.Of("甲乙"), Birth: clock.NewDate(1930, 1, 1).AddDays(97 * i), Phone: "15000018191"}
		}
		if got := domain.LikelyHouseholds(all, nil); len(got) != pairs {
			t.Errorf("%d with one telephone are %d pairs, want %d", n, len(got), pairs)
		}
	}
}
