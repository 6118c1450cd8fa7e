package ident

import (
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/language"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// DocumentKind is a kind of document by which a person registers.
type DocumentKind string

// The kinds of documents.
const (
	// ResidentNumber is a citizen's number on the resident card (居民身份证), and on
	// the residence permit of residents of Hong Kong, Macao and Taiwan
	// (港澳台居民居住证), which who has lived here for half a year may have, if he
	// wants to. Its number is of the same standard, with 810000, 820000 and 830000
	// for the address code (国办发〔2018〕81号, articles 2 and 3).
	ResidentNumber DocumentKind = "resident_number"
	// HongKongMacaoPermit is the mainland travel permit of residents of Hong Kong
	// and Macao (港澳居民来往内地通行证): H or M, eight digits for life, and on cards
	// of before 2013 two more that count the renewals (公安部, 2010-03-10).
	HongKongMacaoPermit DocumentKind = "hk_macao_permit"
	// TaiwanPermit is that of residents of Taiwan (台湾居民来往大陆通行证): eight
	// digits for life; on those issued before 2008-09-25 two more counted the issues,
	// and a sign in brackets was the office's.
	TaiwanPermit DocumentKind = "taiwan_permit"
	// PermanentResidence is a foreigner's permanent residence card
	// (外国人永久居留身份证). Since 2023-12-01 its number has the form of a citizen's
	// and begins with 9; cards of before, which stay valid to their end, have three
	// letters of the country and twelve digits.
	PermanentResidence DocumentKind = "permanent_residence"
	// Passport is a passport, or another document that a state gives its citizens, or
	// who has no state, to travel with. A citizen who lives abroad may prove with it
	// who he is (出境入境管理法 14).
	Passport DocumentKind = "passport"
)

// DocumentKinds lists the kinds, the commonest first.
func DocumentKinds() []DocumentKind {
	return []DocumentKind{ResidentNumber, HongKongMacaoPermit, TaiwanPermit, PermanentResidence, Passport}
}

// The longest and the shortest number of a passport; ICAO 9303 has nine signs
// in the line that machines read and leaves the rest to the states.
const (
	minPassport = 5
	maxPassport = 15
)

var (
	hongKongMacao = regexp.MustCompile(`^[HM]\d{8}(\d{2})?$`)
	taiwan        = regexp.MustCompile(`^\d{8}(\d{2})?$`)
	taiwanOffice  = regexp.MustCompile(`^(\d{10})\([0-9A-Z]\)$`)
	permanent     = regexp.MustCompile(`^9\d{16}[0-9X]$`)
	permanentOld  = regexp.MustCompile(`^([A-Z]{3})\d{4}(\d{2})(\d{2})(\d{2})\d{2}$`)
	passport      = regexp.MustCompile(`^[A-Z0-9]*[0-9][A-Z0-9]*$`)
)

// lasting is how long the part of a travel permit's number is that stays when
// the card is renewed.
var lasting = map[DocumentKind]int{HongKongMacaoPermit: len("H12345678"), TaiwanPermit: len("12345678")}

// stateless are the codes that documents of people without a state, and of
// Kosovo, bear where the country stands, which ISO 3166 leaves to its users.
var stateless = []string{"XXA", "XXB", "XXC", "XXX", "RKS"}

// lookAlikes are the capitals of other scripts that show as Latin ones.
var lookAlikes = strings.NewReplacer(
	"А", "A", "В", "B", "Е", "E", "К", "K", "М", "M", "Н", "H", "О", "O", "Р", "P", "С", "C", "Т", "T", "Х", "X", "І", "I", "Ј", "J", "Ѕ", "S",
	"Α", "A", "Β", "B", "Ε", "E", "Ζ", "Z", "Η", "H", "Ι", "I", "Κ", "K", "Μ", "M", "Ν", "N", "Ο", "O", "Ρ", "P", "Τ", "T", "Υ", "Y", "Χ", "X",
	"Ⅰ", "I", "Ⅴ", "V", "Ⅹ", "X", "Ⅼ", "L", "Ⅽ", "C", "Ⅾ", "D", "Ⅿ", "M",
)

// DocumentForm is a document as it was filled in.
type DocumentForm struct {
	Kind      string // "" is ResidentNumber
	Number    string
	Country   string // of a passport, ISO 3166
	BirthDate string // where the number does not hold it
}

// NormaliseDocument brings a form to what ParseDocument reads: as NormaliseID
// does for a resident number, and for other documents without spaces, hyphens,
// the marks that fill the line for machines, and the office in brackets after an
// old number, with Latin capitals for their look-alikes. The country becomes the
// three letters of ISO 3166-1. It reports whether that changed the number or the
// country; a kind that was left out is no change.
func NormaliseDocument(f DocumentForm) (DocumentForm, bool) {
	n := f
	if n.Kind == "" {
		n.Kind = string(ResidentNumber)
	}
	n.Number, _ = NormaliseID(f.Number)
	switch DocumentKind(n.Kind) {
	case ResidentNumber:
		if permanent.MatchString(n.Number) { // the form is the same, the card is not
			n.Kind = string(PermanentResidence)
		}
	case TaiwanPermit:
		n.Number = taiwanOffice.ReplaceAllString(n.Number, "$1")
	case HongKongMacaoPermit, PermanentResidence, Passport:
		n.Number = latin(n.Number)
	}
	n.Country = country(f.Country)
	return n, n.Number != f.Number || n.Country != f.Country
}

// latin returns a text in Latin capitals, without the mark that fills a line
// for machines.
func latin(s string) string {
	return strings.ReplaceAll(lookAlikes.Replace(strings.ToUpper(s)), "<", "")
}

// country returns the three letters of a country that was written with two or
// three, or the text in capitals where it is none.
func country(s string) string {
	s = latin(compact(s))
	if s == "D" { // Germany, as its passports write it
		return "DEU"
	}
	r, err := language.ParseRegion(s)
	if err != nil || !r.IsCountry() || r.ISO3() == "ZZZ" || len(s) > 3 || isDigits(s) {
		return s
	}
	return r.ISO3()
}

// isCountry reports whether s is a country as country returns it.
func isCountry(s string) bool {
	r, err := language.ParseRegion(s)
	return err == nil && r.IsCountry() && r.ISO3() == s || slices.Contains(stateless, s)
}

// Document is a document that passed ParseDocument. Values are comparable. The
// zero value is no document. Every way of printing one shows the last four signs
// of the number only.
type Document struct {
	kind            DocumentKind
	number, country string
	born            clock.Date
}

// ParseDocument reads a normalised form as of the day today. Of a resident
// number, and of a permanent residence card since 2023, it returns what
// ParseResidentID returns; else ErrDocumentKind where there is no such kind,
// ErrDocumentFormat where the number has not its form, and ErrDocumentCountry
// where a passport names no country, or one whose residents travel here with a
// permit. The birth date must be there where the number does not hold it
// (ErrBirthDateMissing), be a possible one (ErrBirthDate), and not be another
// than the number holds (ErrBirthDateDiffers).
//
// Neither a permanent residence card's place and country, nor the check digit of
// one of before 2023, are judged: no rule for them was found in a law.
func ParseDocument(f DocumentForm, today clock.Date) (Document, error) {
	d, err := ParseNumber(f, today)
	switch {
	case err != nil:
		return Document{}, err
	case d.holdsBirth():
		return d.sameBirth(f.BirthDate)
	}
	return d.bornOn(f.BirthDate, today)
}

// ParseNumber is ParseDocument for a search, which states no birth date: what it
// returns has the birth date that the number holds, or none.
func ParseNumber(f DocumentForm, today clock.Date) (Document, error) {
	d := Document{kind: DocumentKind(f.Kind), number: f.Number}
	switch d.kind {
	case ResidentNumber, PermanentResidence:
		if d.kind == PermanentResidence && !permanent.MatchString(f.Number) {
			break
		}
		id, err := ParseResidentID(f.Number, today)
		if err != nil {
			return Document{}, err
		}
		d.born = id.BirthDate()
		return d, nil
	case HongKongMacaoPermit, TaiwanPermit:
	case Passport:
		d.country = f.Country
		if !isCountry(f.Country) || slices.Contains([]string{"HKG", "MAC", "TWN"}, f.Country) {
			return Document{}, ErrDocumentCountry.With("field", "document_country")
		}
	default:
		return Document{}, ErrDocumentKind.With("field", "document_kind")
	}
	if !d.formed() {
		return Document{}, ErrDocumentFormat.With("field", "document_number")
	}
	return d, nil
}

// formed reports whether a number that does not have a citizen's form has that
// of its kind.
func (d Document) formed() bool {
	switch d.kind {
	case HongKongMacaoPermit:
		return hongKongMacao.MatchString(d.number)
	case TaiwanPermit:
		return taiwan.MatchString(d.number)
	case PermanentResidence:
		parts := permanentOld.FindStringSubmatch(d.number)
		return parts != nil && isCountry(parts[1])
	}
	return len(d.number) >= minPassport && len(d.number) <= maxPassport && passport.MatchString(d.number)
}

// bornOn takes the birth date that a form states.
func (d Document) bornOn(stated string, today clock.Date) (Document, error) {
	if strings.TrimSpace(stated) == "" {
		return Document{}, ErrBirthDateMissing.With("field", "birth_date")
	}
	born, err := clock.ParseDate(stated)
	if err != nil {
		return Document{}, err
	}
	if born.Year() < 1900 || born.After(today) {
		return Document{}, ErrBirthDate.With("field", "birth_date")
	}
	if parts := permanentOld.FindStringSubmatch(d.number); d.kind == PermanentResidence && parts[2]+parts[3]+parts[4] != strings.ReplaceAll(born.String(), "-", "")[2:] {
		return Document{}, ErrBirthDateDiffers.With("field", "birth_date")
	}
	d.born = born
	return d, nil
}

// sameBirth refuses a stated birth date that is not the number's.
func (d Document) sameBirth(stated string) (Document, error) {
	if strings.TrimSpace(stated) == "" {
		return d, nil
	}
	born, err := clock.ParseDate(stated)
	if err != nil {
		return Document{}, err
	}
	if born != d.born {
		return Document{}, ErrBirthDateDiffers.With("field", "birth_date")
	}
	return d, nil
}

// Kind returns the kind of document.
func (d Document) Kind() DocumentKind { return d.kind }

// Country returns the three letters of a passport's country, else "".
func (d Document) Country() string { return d.country }

// Form returns the document as a form that parses to it: to be sealed.
func (d Document) Form() DocumentForm {
	f := DocumentForm{Kind: string(d.kind), Number: d.number, Country: d.country}
	if !d.holdsBirth() {
		f.BirthDate = d.born.String()
	}
	return f
}

// holdsBirth reports whether the number tells the whole birth date.
func (d Document) holdsBirth() bool {
	return d.kind == ResidentNumber || d.kind == PermanentResidence && permanent.MatchString(d.number)
}

// Same is what two spellings of one document share, and two documents do not:
// without the count of renewals, with kind and country where the number needs
// them. It is what a document is found by. A number of the citizens' form stands
// alone, as it was found before there were other kinds; whose card it is shows in
// its first digit.
func (d Document) Same() string {
	switch {
	case d.IsZero():
		return ""
	case d.holdsBirth():
		return d.number
	}
	n := d.number
	if l := lasting[d.kind]; l > 0 {
		n = n[:l]
	}
	return string(d.kind) + "\x00" + d.country + "\x00" + n
}

// Reveal returns the full number. Use it only to seal, to index and to show to
// the person or to a reader whose access is logged.
func (d Document) Reveal() string { return d.number }

// IsZero reports whether there is no document.
func (d Document) IsZero() bool { return d.number == "" }

// Last4 returns the last four signs, the part that screens show.
func (d Document) Last4() string {
	if d.IsZero() {
		return ""
	}
	return d.number[len(d.number)-4:]
}

// BirthDate returns the date of birth, the zero date for the zero value. The
// platform keeps it only where a rule needs it (domain.md 1.1).
func (d Document) BirthDate() clock.Date { return d.born }

// AgeOn returns the completed years on the day on; a year is complete on the
// birthday itself. EM-04 (work from 16 years) is judged with it.
func (d Document) AgeOn(on clock.Date) int { return d.born.AgeOn(on) }

// String returns the number with all but its last four signs masked.
func (d Document) String() string { return lastFour(d.number) }

// Format prints the masked form for every verb.
func (d Document) Format(f fmt.State, _ rune) { writeMasked(f, d.String()) }

// LogValue logs the masked form.
func (d Document) LogValue() slog.Value { return logMasked(d.String()) }
