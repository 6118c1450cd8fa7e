package identity

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// card is what the counter takes of a document that a reader read. Sex, ethnicity, birth,
// address, issuer and photo are no fields of it: they end where the line is read.
type card struct {
	Number, Name string
	Until        clock.Date // the last day of its validity; zero where it has none, or none was read
}

// between is what readers write between the fields of a document.
const between = "\t,，|;；^\r\n"

// dated finds the last eight digits of a validity, as 20150101-20350101 or 2035.01.01.
var dated = regexp.MustCompile(`(\d{4})[.\-/年]?(\d{2})[.\-/月]?(\d{2})日?\s*$`)

// readCard reads a line of fields in the usual order of readers: name, sex, ethnicity,
// birth, address, number, issuer, validity. line says that it is one, and not what
// somebody typed; a line without a whole number has none.
func readCard(typed string) (c card, line bool) {
	fields := strings.FieldsFunc(typed, func(r rune) bool { return strings.ContainsRune(between, r) })
	if len(fields) < 2 { // some readers write nothing but spaces between
		if fields = strings.Fields(typed); len(fields) < 6 {
			return c, false
		}
	}
	at := -1
	for i, f := range fields {
		if number, _ := ident.NormaliseID(strings.TrimSpace(f)); at < 0 && len(number) == 18 {
			c.Number, at = number, i
		}
	}
	if at < 0 {
		return card{}, true
	}
	if name := strings.TrimSpace(fields[0]); at > 0 && strings.IndexFunc(name, unicode.IsDigit) < 0 {
		c.Name = name
	}
	if last := fields[len(fields)-1]; at < len(fields)-1 {
		if m := dated.FindStringSubmatch(last); m != nil {
			c.Until, _ = clock.ParseDate(m[1] + "-" + m[2] + "-" + m[3]) // no day is no validity
		}
	}
	return c, true
}
