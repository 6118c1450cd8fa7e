package ident

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/errs"
)

func permit(kind DocumentKind, n string) DocumentForm {
	return DocumentForm{Kind: string(kind), Number: n, BirthDate: "1990-05-06"}
}

func pass(country, n string) DocumentForm {
	return DocumentForm{Kind: string(Passport), Number: n, Country: country, BirthDate: "1990-05-06"}
}

func TestDocuments(t *testing.T) {
	for name, c := range map[string]struct {
		form DocumentForm
		same string // what it is found by
		want *errs.Error
	}{
		"a resident number":                     {DocumentForm{Number: "654399198503120012"}, "654399198503120012", nil},
		"the same, said to be one":              {DocumentForm{Kind: "resident_number", Number: " 654399-19850312-0012"}, "654399198503120012", nil},
		"with its birth date beside it":         {DocumentForm{Number: "654399198503120012", BirthDate: "1985-03-12"}, "654399198503120012", nil},
		"with another":                          {DocumentForm{Number: "654399198503120012", BirthDate: "1985-03-13"}, "", ErrBirthDateDiffers},
		"a residence permit of Hong Kong":       {DocumentForm{Number: "810000199408230021"}, "810000199408230021", nil},
		"of Macao":                              {DocumentForm{Number: number("82000019900506003")}, number("82000019900506003"), nil},
		"of Taiwan":                             {DocumentForm{Number: number("83000019920130002")}, number("83000019920130002"), nil},
		"of Taiwan, mistyped":                   {DocumentForm{Number: "830000199201300023"}, "", ErrIDChecksum},
		"H and eight digits":                    {permit(HongKongMacaoPermit, "H12345678"), "hk_macao_permit\x00\x00H12345678", nil},
		"H and ten: renewed":                    {permit(HongKongMacaoPermit, "H1234567802"), "hk_macao_permit\x00\x00H12345678", nil},
		"full width, small, with gaps":          {permit(HongKongMacaoPermit, "ｈ１２３４ 5678-01"), "hk_macao_permit\x00\x00H12345678", nil},
		"a Cyrillic М":                          {permit(HongKongMacaoPermit, "М12345678"), "hk_macao_permit\x00\x00M12345678", nil},
		"a small Cyrillic н":                    {permit(HongKongMacaoPermit, "н12345678"), "hk_macao_permit\x00\x00H12345678", nil},
		"an O for a naught":                     {permit(HongKongMacaoPermit, "H1234567O"), "", ErrDocumentFormat},
		"nine digits":                           {permit(HongKongMacaoPermit, "H123456789"), "", ErrDocumentFormat},
		"another letter":                        {permit(HongKongMacaoPermit, "T12345678"), "", ErrDocumentFormat},
		"a Hong Kong card, which is no permit":  {permit(HongKongMacaoPermit, "A123456(7)"), "", ErrDocumentFormat},
		"a permit without a birth date":         {DocumentForm{Kind: string(HongKongMacaoPermit), Number: "H12345678"}, "", ErrBirthDateMissing},
		"born tomorrow":                         {DocumentForm{Kind: string(HongKongMacaoPermit), Number: "H12345678", BirthDate: "2026-11-02"}, "", ErrBirthDate},
		"born in 1899":                          {DocumentForm{Kind: string(HongKongMacaoPermit), Number: "H12345678", BirthDate: "1899-12-31"}, "", ErrBirthDate},
		"Taiwan, eight digits":                  {permit(TaiwanPermit, "01234567"), "taiwan_permit\x00\x0001234567", nil},
		"Taiwan, ten":                           {permit(TaiwanPermit, "0123456703"), "taiwan_permit\x00\x0001234567", nil},
		"Taiwan, ten and the office":            {permit(TaiwanPermit, "０１２３４５６７０３（Ｂ）"), "taiwan_permit\x00\x0001234567", nil},
		"Taiwan, nine":                          {permit(TaiwanPermit, "012345678"), "", ErrDocumentFormat},
		"Taiwan, a Hong Kong permit":            {permit(TaiwanPermit, "H12345678"), "", ErrDocumentFormat},
		"Taiwan, Arabic-Indic digits":           {permit(TaiwanPermit, "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667"), "taiwan_permit\x00\x0001234567", nil},
		"permanent residence since 2023":        {DocumentForm{Kind: string(PermanentResidence), Number: "932682198501010017"}, "932682198501010017", nil},
		"the same, entered as a resident":       {DocumentForm{Number: "932682198501010017"}, "932682198501010017", nil},
		"eighteen bytes that begin with a nine": {DocumentForm{Number: "９HHHHHHHHHММММ"}, "", ErrIDFormat},
		"a check digit that does not fit":       {DocumentForm{Kind: string(PermanentResidence), Number: "932682198501010018"}, "", ErrIDChecksum},
		"a resident number under its name":      {DocumentForm{Kind: string(PermanentResidence), Number: "654399198503120012"}, "", ErrDocumentFormat},
		"permanent residence of before":         {permit(PermanentResidence, "KAZ110090050612"), "permanent_residence\x00\x00KAZ110090050612", nil},
		"of before, born otherwise":             {permit(PermanentResidence, "KAZ110090050712"), "", ErrBirthDateDiffers},
		"of before, of no country":              {permit(PermanentResidence, "QQQ110090050612"), "", ErrDocumentFormat},
		"of before, of who has no state":        {permit(PermanentResidence, "XXA110090050612"), "permanent_residence\x00\x00XXA110090050612", nil},
		"of before, without a birth date":       {DocumentForm{Kind: string(PermanentResidence), Number: "KAZ110090050612"}, "", ErrBirthDateMissing},
		"a passport":                            {pass("KAZ", "N1234567"), "passport\x00KAZ\x00N1234567", nil},
		"of two letters, small, filled":         {pass("kz", "n 1234-567<<"), "passport\x00KAZ\x00N1234567", nil},
		"of Germany, as its passports write it": {pass("D", "C01X00T47"), "passport\x00DEU\x00C01X00T47", nil},
		"of who has no state":                   {pass("XXA", "A12345"), "passport\x00XXA\x00A12345", nil},
		"a citizen who lives abroad":            {pass("CN", "E12345678"), "passport\x00CHN\x00E12345678", nil},
		"a Cyrillic А":                          {pass("KZ", "А1234567"), "passport\x00KAZ\x00A1234567", nil},
		"of Hong Kong, who has a permit":        {pass("HKG", "K12345678"), "", ErrDocumentCountry},
		"of Taiwan, who has a permit":           {pass("TW", "312345678"), "", ErrDocumentCountry},
		"of no country":                         {pass("", "N1234567"), "", ErrDocumentCountry},
		"of a region":                           {pass("EU", "N1234567"), "", ErrDocumentCountry},
		"of a country as a number":              {pass("398", "N1234567"), "", ErrDocumentCountry},
		"of a country that is a name":           {pass("哈萨克斯坦", "N1234567"), "", ErrDocumentCountry},
		"letters alone":                         {pass("KAZ", "UNKNOWN"), "", ErrDocumentFormat},
		"a sign that is no letter":              {pass("KAZ", "N12345/7"), "", ErrDocumentFormat},
		"too short":                             {pass("KAZ", "N123"), "", ErrDocumentFormat},
		"a resident number is no passport":      {pass("CHN", "654399198503120012"), "", ErrDocumentFormat},
		"a kind that is none":                   {DocumentForm{Kind: "driving_licence", Number: "654399198503120012"}, "", ErrDocumentKind},
		"a permit entered as a resident number": {DocumentForm{Number: "H12345678", BirthDate: "1990-05-06"}, "", ErrIDFormat},
		"an old number of 15 digits":            {DocumentForm{Number: "654399850312001"}, "", ErrIDFormat},
		"nothing":                               {DocumentForm{}, "", ErrIDFormat},
		"a permit whose birth date is words":    {DocumentForm{Kind: string(TaiwanPermit), Number: "01234567", BirthDate: "May"}, "", errs.New(errs.Invalid, "date_format", "")},
	} {
		n, _ := NormaliseDocument(c.form)
		d, err := ParseDocument(n, asOf)
		if c.want != nil {
			if errs.CodeOf(err) != c.want.Code || !d.IsZero() {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || d.Same() != c.same {
			t.Errorf("%s: %q, %v", name, d.Same(), err)
			continue
		}
		if again, err := ParseDocument(d.Form(), asOf); err != nil || again != d {
			t.Errorf("%s: sealed and opened it is another: %v", name, err)
		}
		if d.BirthDate().IsZero() || d.AgeOn(asOf) < 25 || len(d.Last4()) != 4 || !strings.HasSuffix(d.Reveal(), d.Last4()) {
			t.Errorf("%s: %v %s", name, d.BirthDate(), d.Last4())
		}
	}
}

// A number that is one person's in one country is another's in the next, and a
// permit's digits are no passport's.
func TestKindsAndCountriesTellDocumentsApart(t *testing.T) {
	seen := map[string]string{}
	for name, f := range map[string]DocumentForm{
		"a passport of Kazakhstan":  pass("KAZ", "12345678"),
		"a passport of Kyrgyzstan":  pass("KGZ", "12345678"),
		"a permit of Taiwan":        permit(TaiwanPermit, "12345678"),
		"a permit of Hong Kong":     permit(HongKongMacaoPermit, "H12345678"),
		"a permit of Macao":         permit(HongKongMacaoPermit, "M12345678"),
		"a passport like a permit":  pass("KAZ", "H12345678"),
		"the permit's number alone": pass("CHN", "H1234567801"),
	} {
		n, _ := NormaliseDocument(f)
		d, err := ParseDocument(n, asOf)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if other := seen[d.Same()]; other != "" {
			t.Errorf("%s is found as %s", name, other)
		}
		seen[d.Same()] = name
	}
}

func TestNormalisedDocumentsAreStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		signs := rapid.SliceOf(rapid.SampledFrom([]string{"H", "h", "Ｈ", "М", "н", "0", "９", "1", "٣", " ", "-", "<", "(", "）", "B", "Ⅹ", "х", "X", "\u200f", "·", "9"})).Draw(t, "signs")
		f := DocumentForm{
			Kind:    rapid.SampledFrom([]string{"", "resident_number", "hk_macao_permit", "taiwan_permit", "permanent_residence", "passport", "other"}).Draw(t, "kind"),
			Number:  strings.Join(signs, ""),
			Country: rapid.SampledFrom([]string{"", "kz", "KAZ", "d", "D<<", "哈", "001", "zz", "ＫＺ", "xxa", "uk"}).Draw(t, "country"),
		}
		once, _ := NormaliseDocument(f)
		if again, changed := NormaliseDocument(once); changed || again != once {
			t.Fatalf("%+v becomes %+v and then %+v", f, once, again)
		}
	})
}

func TestDocumentsPrintMasked(t *testing.T) {
	d, err := ParseDocument(pass("KAZ", "N1234567"), asOf)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if s := fmt.Sprintf(verb, d); strings.Contains(s, "N123") || s != "****4567" {
			t.Errorf("%s: %s", verb, s)
		}
	}
	if s := fmt.Sprintf("%+v", struct{ Who Document }{d}); strings.Contains(s, "N123") || strings.Contains(s, "1990") {
		t.Error(s)
	}
	var none Document
	if none.String() != "" || none.Same() != "" || none.Last4() != "" || !none.BirthDate().IsZero() {
		t.Error("no document is something")
	}
	if _, err := ParseDocument(pass("KAZ", "N1"), asOf); !errors.Is(err, ErrDocumentFormat) || strings.Contains(fmt.Sprintf("%+v", err), "N1") {
		t.Errorf("%+v", err)
	}
}
