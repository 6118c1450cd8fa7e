package sheet

import (
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// cells reads one row's cells as values. It keeps the first fault and what
// there is to note; after a fault the values are of no use.
type cells struct {
	row        Row
	err        error
	normalised bool
	noPhone    bool
	negotiable bool
	xpcc       bool
}

// read begins the reading of a row as the kind.
func (r Row) read(kind Kind) *cells {
	c := &cells{row: r, err: r.Fault()}
	if r.Kind() != kind {
		c.err = ErrWrongKind
	}
	return c
}

// notes returns the codes of what there is to note, in a fixed order.
func (c *cells) notes() []string {
	var notes []string
	if c.normalised {
		notes = append(notes, NoteNormalised)
	}
	if c.noPhone {
		notes = append(notes, NoteNoPhone)
	}
	if c.negotiable {
		notes = append(notes, NoteWageNegotiable)
	}
	if c.xpcc {
		notes = append(notes, NoteXPCCAddress)
	}
	return notes
}

// refuse keeps the row's first fault.
func (c *cells) refuse(e *errs.Error, column string) {
	if c.err == nil {
		c.err = e.With("column", column).With("line", strconv.Itoa(c.row.Line))
	}
}

// what a column may hold beside text.
type content uint8

const (
	holdsText   content = iota // numbers are taken as their digits
	holdsProse                 // like text, and a day may stand there too
	holdsDigits                // text that a number cell cannot keep: identity numbers and credit codes
	holdsPhone                 // digits, of which a number cell loses the first if it is 0
	holdsNumber
	holdsDate
	holdsYesNo
)

// take returns a cell as the file has it, and refuses what a spreadsheet has
// lost or made of it: the stored value counts, and what is not stored is not
// guessed.
func (c *cells) take(column string, holds content) string {
	i, ok := c.row.at(column)
	if !ok {
		return ""
	}
	raw, kind := c.row.cells[i], c.row.kindAt(i)
	if e := spoilt(raw, kind, holds); e != nil {
		c.refuse(e, column)
		return ""
	}
	if holds == holdsDigits && c.row.head.rounded && strings.HasSuffix(raw, lostEnd) && kind == cellText {
		c.refuse(ErrDigitsLost, column)
	}
	return raw
}

// spoilt returns what is wrong with a cell before anybody asks what it says.
func spoilt(raw string, kind cellKind, holds content) *errs.Error {
	switch kind {
	case cellError:
		return ErrErrorValue
	case cellFormula:
		return ErrFormula
	case cellLost:
		return ErrDigitsLost
	case cellBool:
		if holds != holdsYesNo {
			return ErrBoolCell
		}
		return nil
	case cellDate, cellTime:
		if holds != holdsDate && (holds != holdsProse || kind == cellTime) {
			return ErrDateCell
		}
		return nil
	case cellNumber:
		if holds == holdsDigits || holds == holdsPhone && (len(raw) != 11 || raw[0] != '1') && raw != "0" {
			return ErrDigitsLost
		}
		return nil
	}
	switch {
	case raw == "", raw[0] >= 0xe4 && raw[0] <= 0xe9, digits(raw): // most begin with a Chinese character
		return nil
	case errorValue(raw):
		return ErrErrorValue
	case formulaText(raw):
		return ErrFormula
	case holds == holdsDigits && lostNumber(raw), holds != holdsProse && scientific(raw):
		return ErrScientific
	case (holds == holdsText || holds == holdsDigits || holds == holdsPhone) && dateText(raw):
		return ErrDateCell
	case holds != holdsYesNo && holds != holdsProse && boolText(raw):
		return ErrBoolCell
	}
	return nil
}

// lostNumber reports whether a text in a code's column is a number in any
// scientific notation, also 6E17, which no code is.
func lostNumber(s string) bool {
	s = strings.ToUpper(squeeze(s))
	mantissa, exponent, ok := strings.Cut(s, "E")
	return ok && len(s) < keptDigits+6 && len(s) != 18 && digits(strings.Replace(mantissa, ".", "", 1)) && digits(strings.TrimLeft(exponent, "+-"))
}

// boolText reports whether a text is what a spreadsheet shows of a yes or no.
func boolText(s string) bool {
	return strings.EqualFold(s, "TRUE") || strings.EqualFold(s, "FALSE")
}

// spell returns the cell in the one spelling and notes a change.
func (c *cells) spell(column string, holds content, by func(string) string) string {
	raw := c.take(column, holds)
	spelled := by(raw)
	c.normalised = c.normalised || spelled != raw
	return spelled
}

func (c *cells) text(column string) string       { return c.spell(column, holdsText, prose) }
func (c *cells) prose(column string) string      { return c.spell(column, holdsProse, prose) }
func (c *cells) name(column string) string       { return c.spell(column, holdsText, properName) }
func (c *cells) person(column string) string     { return c.spell(column, holdsText, personName) }
func (c *cells) code(column string) string       { return c.spell(column, holdsText, codeText) }
func (c *cells) identity(column string) string   { return c.spell(column, holdsDigits, codeText) }
func (c *cells) occupation(column string) string { return c.spell(column, holdsText, occupationText) }

// phone returns a telephone number, empty where the cell says there is none.
func (c *cells) phone(column string) string {
	raw := c.take(column, holdsPhone)
	if noPhone(raw) {
		c.noPhone = true
		return ""
	}
	spelled := phoneText(raw)
	c.normalised = c.normalised || spelled != raw
	return spelled
}

// date returns a day as 2006-01-02; an empty cell stays empty.
func (c *cells) date(column string) string {
	raw := c.take(column, holdsDate)
	if squeeze(raw) == "" {
		return ""
	}
	day, ok := parseDate(raw)
	if ok && c.row.head.epoch != epoch1900 && c.row.isNumber(column) {
		if whole, _, _ := strings.Cut(raw, "."); len(whole) == 5 {
			day, _ = serialDay(strconv.Itoa(number(whole) + c.row.head.epoch))
		}
	}
	if !ok {
		c.refuse(ErrDate, column)
		return ""
	}
	c.normalised = c.normalised || day != raw
	return day
}

// quantity returns a number by the given way of reading; an empty cell is 0.
func quantity[T int | int64](c *cells, column string, by func(string) (T, string, bool), fault *errs.Error) T {
	raw := c.take(column, holdsNumber)
	if squeeze(raw) == "" {
		return 0
	}
	value, spelled, ok := by(raw)
	if !ok {
		c.refuse(fault, column)
		return 0
	}
	c.normalised = c.normalised || spelled != raw
	return value
}

func (c *cells) money(column string) int64 { return quantity(c, column, parseMoney, ErrNumber) }
func (c *cells) area(column string) int64  { return quantity(c, column, parseArea, ErrNumber) }
func (c *cells) whole(column string) int   { return quantity(c, column, parseWhole, ErrNumber) }

// wage returns the wage that a worker looks for, 0 if it is to be agreed.
func (c *cells) wage(column string) int64 {
	if negotiable(c.row.Get(column)) {
		c.negotiable = true
		return 0
	}
	return c.money(column)
}

// offeredWage returns a wage that an employer offers, which must be a number.
func (c *cells) offeredWage(column string) int64 {
	if squeeze(c.row.Get(column)) == "" {
		c.refuse(ErrWageRange, column)
	}
	return quantity(c, column, parseMoney, ErrWageRange)
}

// yesNo returns an answer.
func (c *cells) yesNo(column string) YesNo {
	raw := c.take(column, holdsYesNo)
	answer, ok := parseYesNo(raw)
	if !ok {
		c.refuse(ErrYesNo, column)
	}
	c.normalised = c.normalised || ok && raw != "" && raw != "是" && raw != "否" && c.row.isText(column)
	return answer
}
