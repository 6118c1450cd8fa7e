package sheet

import (
	"strconv"

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

// spell returns the cell in the one spelling and notes a change.
func (c *cells) spell(column string, by func(string) string) string {
	raw := c.row.Get(column)
	spelled := by(raw)
	c.normalised = c.normalised || spelled != raw
	return spelled
}

func (c *cells) text(column string) string       { return c.spell(column, prose) }
func (c *cells) name(column string) string       { return c.spell(column, properName) }
func (c *cells) code(column string) string       { return c.spell(column, codeText) }
func (c *cells) occupation(column string) string { return c.spell(column, occupationText) }

// phone returns a telephone number, empty where the cell says there is none.
func (c *cells) phone(column string) string {
	if noPhone(c.row.Get(column)) {
		c.noPhone = true
		return ""
	}
	return c.spell(column, phoneText)
}

// date returns a day as 2006-01-02; an empty cell stays empty.
func (c *cells) date(column string) string {
	raw := c.row.Get(column)
	if squeeze(raw) == "" {
		return ""
	}
	day, ok := parseDate(raw)
	if !ok {
		c.refuse(ErrDate, column)
		return ""
	}
	c.normalised = c.normalised || day != raw
	return day
}

// quantity returns a number by the given way of reading; an empty cell is 0.
func quantity[T int | int64](c *cells, column string, by func(string) (T, string, bool), fault *errs.Error) T {
	raw := c.row.Get(column)
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
	raw := c.row.Get(column)
	answer, ok := parseYesNo(raw)
	if !ok {
		c.refuse(ErrYesNo, column)
	}
	c.normalised = c.normalised || ok && raw != "" && raw != "是" && raw != "否"
	return answer
}
