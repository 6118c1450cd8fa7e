package importer

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// documents are the sheets' words for kinds of documents. A residence permit of
// Hong Kong, Macao or Taiwan bears a resident number.
var documents = map[string]ident.DocumentKind{
	"": ident.ResidentNumber, "居民身份证": ident.ResidentNumber, "身份证": ident.ResidentNumber, "公民身份号码": ident.ResidentNumber,
	"港澳台居民居住证": ident.ResidentNumber, "港澳居民居住证": ident.ResidentNumber, "台湾居民居住证": ident.ResidentNumber,
	"港澳居民来往内地通行证": ident.HongKongMacaoPermit, "港澳通行证": ident.HongKongMacaoPermit, "回乡证": ident.HongKongMacaoPermit,
	"台湾居民来往大陆通行证": ident.TaiwanPermit, "台胞证": ident.TaiwanPermit,
	"外国人永久居留身份证": ident.PermanentResidence, "外国人永久居留证": ident.PermanentResidence, "永久居留证": ident.PermanentResidence, "永居证": ident.PermanentResidence,
	"护照": ident.Passport, "外国护照": ident.Passport, "普通护照": ident.Passport, "中国护照": ident.Passport,
}

// countries are the countries' Chinese names.
var countries = sync.OnceValue(func() map[string]string {
	all, namer := map[string]string{}, display.Regions(language.SimplifiedChinese)
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if r, err := language.ParseRegion(string([]rune{a, b})); err == nil && r.IsCountry() && r.Canonicalize() == r {
				if name := namer.Name(r); name != "" {
					all[name] = r.ISO3()
				}
			}
		}
	}
	return all
})

// documentOf reads the cells of a document, false where its kind is none.
func documentOf(kind, number, country, birth string) (ident.DocumentForm, bool) {
	k, ok := documents[kind]
	if code := countries()[country]; code != "" {
		country = code
	}
	if k == ident.Passport && country == "" && strings.HasPrefix(kind, "中国") {
		country = "CHN"
	}
	return ident.DocumentForm{Kind: string(k), Number: number, Country: country, BirthDate: birth}, ok
}

// sameDocument is what rows of one document share, however each writes it.
func sameDocument(f ident.DocumentForm) string {
	n, _ := ident.NormaliseDocument(f)
	if d, err := ident.ParseNumber(n, clock.NewDate(2100, 1, 1)); err == nil {
		return d.Same()
	}
	return n.Number
}
