package ident

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

var asOf = clock.NewDate(2026, 11, 1)

type vectors struct {
	ResidentID struct {
		Published []string `json:"published_examples"`
		Synthetic []string `json:"synthetic_valid"`
		Invalid   []struct{ Value, Why string }
	} `json:"resident_id"`
	USCC struct {
		Published []string `json:"published_examples"`
		Synthetic []string `json:"synthetic_valid"`
		Odd       []string `json:"known_nonconforming_but_real"`
	}
}

func readVectors(t *testing.T) vectors {
	t.Helper()
	b, err := os.ReadFile("testdata/id_test_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVectorsOfResidentIDs(t *testing.T) {
	v := readVectors(t).ResidentID
	valid := slices.Concat(v.Published, v.Synthetic)
	if len(valid) != 7 || len(v.Invalid) != 4 {
		t.Fatalf("the vectors changed: %d valid, %d invalid", len(valid), len(v.Invalid))
	}
	for _, s := range valid {
		id, err := ParseResidentID(s, asOf)
		if err != nil || id.Reveal() != s || id.Last4() != s[14:] || strings.ReplaceAll(id.BirthDate().String(), "-", "") != s[6:14] {
			t.Errorf("%s: %v", s, err)
		}
	}
	want := map[string]error{"wrong check digit (correct: 2)": ErrIDChecksum, "17 characters": ErrIDFormat, "month 13, checksum correct": ErrIDBirthdate, "29 Feb 1999, checksum correct": ErrIDBirthdate}
	for _, x := range v.Invalid {
		if _, err := ParseResidentID(x.Value, asOf); want[x.Why] == nil || !errors.Is(err, want[x.Why]) {
			t.Errorf("%s: %v", x.Why, err)
		}
	}
}

// number completes 17 digits with their check character.
func number(s string) string { return s + string(residentCheck(s)) }

func TestResidentIDReasons(t *testing.T) {
	for _, c := range []struct {
		name, s string
		want    *errs.Error
	}{
		{"15 digits of the first generation", "654399850312001", ErrIDFormat},
		{"blank", "", ErrIDFormat},
		{"letter inside", "65439919850312A012", ErrIDFormat},
		{"small x is normalised by the caller", strings.ToLower(number("65439919840830063")), ErrIDFormat},
		{"full width is normalised by the caller", "\uff16" + number("65439919850312001")[1:], ErrIDFormat},
		{"before 1900", number("65439918991231001"), ErrIDBirthdate},
		{"born tomorrow", number("65439920261102001"), ErrIDBirthdate},
		{"born today", number("65439920261101001"), nil},
		{"date comes before checksum", "654399199902290010", ErrIDBirthdate},
		{"code of before 1983", number("65262119580101001"), nil},
		{"address code nobody knows", number("00000019850312001"), nil},
		{"Taiwan", number("71000019850312001"), nil},
	} {
		_, err := ParseResidentID(c.s, asOf)
		if c.want == nil && err != nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestNormaliseID(t *testing.T) {
	for s, want := range map[string]string{
		"65439919881216211x":               "65439919881216211X",
		" 654399 198408056753 ":            "654399198408056753",
		"654399-19840805-6753":             "654399198408056753",
		"\uff16\uff1543991984080567\uff38": "6543991984080567X",
		"\u0666\u0665\u06f4399":            "654399",
		"\u200f654399\u200e":               "654399",
		"654399198408056753":               "654399198408056753",
	} {
		got, changed := NormaliseID(s)
		if got != want || changed != (s != want) {
			t.Errorf("%q: %q %v", s, got, changed)
		}
	}
}

func TestAgeIsJudgedOnTheDay(t *testing.T) {
	id, err := ParseResidentID(number("65439920101101001"), asOf)
	if err != nil || id.AgeOn(asOf) != 16 || id.AgeOn(asOf.AddDays(-1)) != 15 {
		t.Errorf("%d, %v", id.AgeOn(asOf), err)
	}
}

func TestVectorsOfUSCC(t *testing.T) {
	v := readVectors(t).USCC
	for _, s := range slices.Concat(v.Published, v.Synthetic) {
		if u, manual, err := ParseUSCC(s); err != nil || manual || u.String() != s || u.Division() != s[2:8] {
			t.Errorf("%s: %v %v", s, manual, err)
		}
	}
	for _, s := range v.Odd {
		if _, manual, err := ParseUSCC(s); err != nil || !manual {
			t.Errorf("%s must go to a person: %v %v", s, manual, err)
		}
	}
	for _, s := range []string{"", "9165432619NM1J96L", "91654399MA0000015j", "91654399MA0O00015J", "9165439AMA0000015J", "91654399MA0000015JJ"} {
		if _, _, err := ParseUSCC(s); !errors.Is(err, ErrUSCCFormat) {
			t.Errorf("%s: %v", s, err)
		}
	}
}

// TestAPersonIsNoFirm: an identity number has the form of a code, and where the
// code may travel the number may not.
func TestAPersonIsNoFirm(t *testing.T) {
	for n := range 100 {
		if _, _, err := ParseUSCC(Invented(clock.NewDate(1985, 11, 29).AddDays(n), n)); !errors.Is(err, ErrUSCCPerson) {
			t.Errorf("%d: %v", n, err)
		}
	}
}

func TestPhones(t *testing.T) {
	for s, ok := range map[string]bool{
		"13000031860": true, "19000061956": true, "12000031860": false, "12345": false, "": false, "1300003186": false,
		"09062123456": true, "01012345678": true, "02112345678": true, "090621234567": true, "0906212345": false, "0106212345": false, "062123456": false,
	} {
		if _, err := ParsePhone(s); (err == nil) != ok || !ok && !errors.Is(err, ErrPhoneFormat) {
			t.Errorf("%q: %v", s, err)
		}
	}
	for s, want := range map[string]string{
		"+86 130-0003-1860": "13000031860", "008613000031860": "13000031860", "+86 906 2123456": "09062123456",
		"\uff080906\uff092123456": "09062123456", "\uff11\uff1300\u0660031860": "13000031860", "13000031860": "13000031860",
	} {
		if got, changed := NormalisePhone(s); got != want || changed != (s != want) {
			t.Errorf("%q: %q %v", s, got, changed)
		}
	}
}

func TestNames(t *testing.T) {
	for s, want := range map[string]*errs.Error{
		"杨杰": nil, "叶尔肯·努尔兰": nil, "ەركىن نۇرلان": nil, "Erkin O'Neil": nil, "𠮷野": nil, "䶮": ErrNameShort, "王䶮": nil, "刘〇": nil, "〇〇": nil,
		"John A. Smith": nil, "J.R. Smith": nil, "Smith Jr.": nil, "Jean-Luc": nil, "བསྟན་འཛིན": nil, "བསྟན་འཛིན་": nil, "ئەر\u200cكىن": nil,
		"𫖯𬱖": nil, "\U00030edd王": nil, "佐々木": nil, "Ли Вэй": nil,
		"": ErrNameMissing, " \u3000": ErrNameMissing, "杨": ErrNameShort, "X": ErrNameShort, " 杨杰": ErrNameSign, "杨杰1": ErrNameSign,
		"·杨": ErrNameSign, "杨·": ErrNameSign, "杨··杰": ErrNameSign, "杨.杰": ErrNameSign, "杨\n杰": ErrNameSign, "a  b": ErrNameSign, "\xff\xfe": ErrNameSign,
		"#N/A": ErrNameSign, "张*三": ErrNameSign, "张○明": ErrNameSign, "张三（男）": ErrNameSign, "\u0301a": ErrNameSign, "王\x00明": ErrNameSign, ".王": ErrNameSign,
		"王\ue863": ErrNamePrivate, "王\U000f0001": ErrNamePrivate,
		strings.Repeat("杨", 50): nil, strings.Repeat("杨", 51): ErrNameLong, strings.Repeat("1", 51): ErrNameLong,
	} {
		n, err := ParseName(s)
		if want == nil && (err != nil || n.Reveal() != s) || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %v", s, err)
		}
	}
	for s, want := range map[string]string{
		" 罗杰 ": "罗杰", "张　三": "张三", "张 三": "张三", "a \u3000b": "a b", "杨杰": "杨杰", "": "", "刘〇": "刘〇", "刘 〇": "刘〇",
		"叶尔肯 · 努尔兰": "叶尔肯·努尔兰", "叶尔肯··努尔兰": "叶尔肯·努尔兰", "叶尔肯·.努尔兰": "叶尔肯·努尔兰", "叶尔肯་努尔兰": "叶尔肯·努尔兰",
		"ەركىن.نۇرلان": "ەركىن·نۇرلان", "Ерлан.Нур": "Ерлан·Нур", "བསྟན་འཛིན": "བསྟན་འཛིན",
		"Ｅｒｋｉｎ　Ｎｕｒ": "Erkin Nur", "J．R． Smith": "J.R. Smith", "John A. Smith": "John A. Smith", "Smith Ⅲ": "Smith III", "Jean–Luc": "Jean-Luc",
		"王\ufeff明\u200b": "王明", "\u202e王明": "王明", "ئەر\u200cكىن": "ئەر\u200cكىن", "杨.": "杨.", ".杨": ".杨",
	} {
		if got, changed := NormaliseName(s); got != want || changed != (s != want) {
			t.Errorf("%q: %q %v", s, got, changed)
		}
	}
	for _, dot := range "•・･‧∙．﹒⋅˙.。｡ㆍ․·" {
		if got, _ := NormaliseName("阿不都" + string(dot) + "买买提"); got != "阿不都·买买提" {
			t.Errorf("%U: %q", dot, got)
		}
	}
}

func TestNormalisedNamesAreStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"张", "〇", " ", "　", "·", ".", "．", "。", "་", "a", "Ж", "ن", "Ⅲ", "-", "—", "\u200b", "1"})).Draw(t, "parts")
		s := strings.Join(parts, "")
		once, _ := NormaliseName(s)
		if again, changed := NormaliseName(once); changed {
			t.Fatalf("%q becomes %q and then %q", s, once, again)
		}
	})
}

func TestResidentNumbersWithWhatLooksLikeX(t *testing.T) {
	for _, x := range "xXｘＸⅩⅹХхΧ×" {
		if got, _ := NormaliseID("65439919990106019" + string(x)); got != "65439919990106019X" {
			t.Errorf("%U: %q", x, got)
		}
	}
}

func TestPersonalValuesPrintMasked(t *testing.T) {
	id, _ := ParseResidentID("654399198503120012", asOf)
	phone, _ := ParsePhone("13000031860")
	name, _ := ParseName("叶尔肯·努尔兰")
	type person struct {
		ID    ResidentID
		Phone Phone
		Name  Name
	}
	p := person{id, phone, name}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		fmt.Fprintf(&out, verb, p)
		fmt.Fprintf(&out, verb, &p)
		fmt.Fprintf(&out, verb, []any{id, phone, name, &id, map[ResidentID]Name{id: name}})
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("seen", "id", id, "phone", phone, "name", name, "person", p, "pointer", &p)
	}
	if err := json.NewEncoder(&out).Encode(p); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"19850312", "654399198503120012", "1300003", "尔肯", "努尔兰", fmt.Sprintf("%x", "19850312"), fmt.Sprintf("%X", "尔肯")} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q leaked", secret)
		}
	}
	if id.String() != "**************0012" || phone.String() != "*******1860" || name.String() != "叶**" {
		t.Errorf("masked as %s %s %s", id, phone, name)
	}
	if (ResidentID{}).String()+(Phone{}).String()+(Name{}).String() != "" {
		t.Error("zero values must print as nothing")
	}
}

func TestUUIDs(t *testing.T) {
	a, b := NewID(), NewID()
	if a >= b || a[14] != '7' {
		t.Errorf("%s then %s", a, b)
	}
	for s, ok := range map[string]bool{a: true, "": false, strings.ToUpper(a): false, "{" + a + "}": false, "urn:uuid:" + a: false, strings.ReplaceAll(a, "-", ""): false, a[:35]: false} {
		if s == strings.ToUpper(a) && s == a {
			continue
		}
		if err := ParseUUID(s); (err == nil) != ok || !ok && !errors.Is(err, ErrIDMalformed) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestOneWrongDigitIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		born := clock.NewDate(1900, 1, 1).AddDays(rapid.IntRange(0, 46000).Draw(t, "born"))
		s := number(fmt.Sprintf("%06d%s%03d", rapid.IntRange(0, 999999).Draw(t, "place"), strings.ReplaceAll(born.String(), "-", ""), rapid.IntRange(0, 999).Draw(t, "seq")))
		id, err := ParseResidentID(s, asOf)
		if err != nil || id.BirthDate() != born {
			t.Fatalf("%s: %v", s, err)
		}
		i := rapid.IntRange(0, 16).Draw(t, "at")
		wrong := []byte(s)
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, err := ParseResidentID(string(wrong), asOf); err == nil {
			t.Fatalf("%s passed for %s", wrong, s)
		}
	})
}

func FuzzParseResidentID(f *testing.F) {
	for _, s := range []string{"654399198503120012", "65439919881216211x", " 654399 198408056753 ", "654399199913010013", "", "\uff16"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, _ := NormaliseID(s)
		if again, changed := NormaliseID(n); changed {
			t.Fatalf("%q normalises to %q and that to %q", s, n, again)
		}
		id, err := ParseResidentID(n, asOf)
		if (err == nil) == id.IsZero() {
			t.Fatalf("%q: %v", s, err)
		}
		if err == nil && (id.Reveal() != n || id.BirthDate().IsZero() || strings.Contains(id.String(), n[:14])) {
			t.Fatalf("%q", s)
		}
	})
}

func FuzzParseUSCC(f *testing.F) {
	for _, s := range []string{"91350100M000100Y43", "91350100M0001TGQXM", "91654326JUQRL2EJ4", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, _ := NormaliseUSCC(s)
		u, manual, err := ParseUSCC(n)
		if err != nil && (manual || !u.IsZero()) || err == nil && u.String() != n {
			t.Fatalf("%q: %v %v", s, manual, err)
		}
	})
}

func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"13000031860", "+86 906 2123456", "12345", "0086", "+86+86"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, _ := NormalisePhone(s)
		if p, err := ParsePhone(n); err == nil {
			if again, changed := NormalisePhone(p.Reveal()); changed {
				t.Fatalf("%q normalises to %q and that to %q", s, n, again)
			}
		}
	})
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"杨杰", "叶尔肯•努尔兰", " ", "a\u200fb", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, _ := NormaliseName(s)
		name, err := ParseName(n)
		if err == nil && (name.Reveal() != n || len([]rune(name.String())) != 3) {
			t.Fatalf("%q", s)
		}
	})
}

func TestInventedNumbersAreWellFormedAndNobodys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		born := clock.NewDate(1940, 1, 1).AddDays(rapid.IntRange(0, 30_000).Draw(t, "days"))
		id, err := ParseResidentID(Invented(born, rapid.IntRange(0, 100_000).Draw(t, "sequence")), clock.NewDate(2026, 11, 23))
		if err != nil || id.BirthDate() != born || id.Reveal()[:6] != "654399" {
			t.Fatalf("%s: %v", id.Reveal(), err)
		}
	})
}
