package clock

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// ErrDateFormat says that a text is no civil date, or names a day that does
// not exist.
var ErrDateFormat = errs.New(errs.Invalid, "date_format", "The date is not a real day written as year-month-day.")

// Date is a civil date in the proleptic Gregorian calendar, without a time and
// without a zone. Values are comparable with == and usable as map keys. The
// zero value means "no date", prints as the empty text and is stored as NULL.
type Date struct {
	year  int16
	month uint8
	day   uint8
}

// NewDate returns the civil date of a year, month and day. Values out of range
// are carried over as time.Date does it, so 31 April is 1 May; use ParseDate
// for what a person typed.
func NewDate(year int, month time.Month, day int) Date {
	return civil(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

func civil(t time.Time) Date {
	y, m, d := t.Date()
	return Date{int16(y), uint8(m), uint8(d)}
}

// DateOf returns the civil date of the instant t in Asia/Shanghai; the zero
// time has the zero date.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	return civil(t.In(Shanghai()))
}

// Today returns the civil date in Asia/Shanghai at the clock's current instant.
func Today(c Clock) Date { return DateOf(c.Now()) }

// ParseDate reads a date written as 2026-11-23 (GB/T 7408.1 and ISO 8601,
// extended form). It returns ErrDateFormat for any other text and for a day
// that does not exist.
func ParseDate(s string) (Date, error) {
	if len(s) != len(time.DateOnly) {
		return Date{}, ErrDateFormat
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Date{}, ErrDateFormat
	}
	return civil(t), nil
}

var spelling = regexp.MustCompile(`^(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?$`)

// ParseDateSpelling reads a date as people write it in sheets: 2026-11-23,
// 2026/11/3, 2026.11.23 or 2026年11月3日, with spaces around it and full-width
// digits allowed. It reports whether the text differed from the form 2026-11-23
// and returns ErrDateFormat where the text is none of these.
func ParseDateSpelling(s string) (d Date, changed bool, err error) {
	t := strings.Map(func(r rune) rune {
		switch {
		case r >= '\uff10' && r <= '\uff19':
			return r - '\uff10' + '0'
		case r == ' ' || r == '\u3000' || r == '\u00a0' || r == '\ufeff':
			return -1
		}
		return r
	}, s)
	m := spelling.FindStringSubmatch(t)
	if m == nil {
		return Date{}, false, ErrDateFormat
	}
	t = fmt.Sprintf("%s-%02s-%02s", m[1], m[2], m[3])
	d, err = ParseDate(t)
	return d, t != s, err
}

// Year returns the year, 0 for the zero date.
func (d Date) Year() int { return int(d.year) }

// Month returns the month, 0 for the zero date.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day returns the day of the month, 0 for the zero date.
func (d Date) Day() int { return int(d.day) }

// IsZero reports whether d is the zero value, which means "no date".
func (d Date) IsZero() bool { return d == Date{} }

// String returns the date as 2026-11-23, and the empty text for the zero date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

func (d Date) utc() time.Time {
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, time.UTC)
}

// Start returns the instant at which the date begins in Asia/Shanghai; the
// zero date has the zero time.
func (d Date) Start() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, Shanghai())
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays returns the date n days later, or earlier where n is negative.
func (d Date) AddDays(n int) Date { return civil(d.utc().AddDate(0, 0, n)) }

// AddMonths returns the same day n months later, or earlier where n is
// negative. Where that month has no such day, the result is its last day
// (民法典 202).
func (d Date) AddMonths(n int) Date {
	first := time.Date(int(d.year), time.Month(d.month)+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return civil(first.AddDate(0, 0, min(int(d.day), last)-1))
}

// AddYears returns the same day n years later; 29 February becomes 28 February
// in a common year (民法典 202).
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// Sub returns the number of days from e to d, negative where d is earlier.
func (d Date) Sub(e Date) int {
	const day = 24 * 60 * 60
	return int((d.utc().Unix() - e.utc().Unix()) / day)
}

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Compare returns -1, 0 or 1 where d is earlier than, equal to or later than e.
func (d Date) Compare(e Date) int {
	key := func(x Date) int { return int(x.year)<<9 | int(x.month)<<5 | int(x.day) }
	switch a, b := key(d), key(e); {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// AgeOn returns the completed years (周岁) on the day on of somebody born on d.
// A year is complete on the birthday itself; who was born on 29 February
// completes a year on 1 March in common years. The result is negative where d
// is later than on by a year or more.
func (d Date) AgeOn(on Date) int {
	age := int(on.year) - int(d.year)
	if on.month < d.month || on.month == d.month && on.day < d.day {
		age--
	}
	return age
}

// MarshalText returns the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote, the empty text as the zero date.
// It returns ErrDateFormat for anything else.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Value stores the date in a database as the text 2026-11-23, the zero date as
// NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a database value: NULL, text, or the time.Time that a driver makes
// of a date column, whose own year, month and day count. It returns
// ErrDateFormat for anything else.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case time.Time:
		*d = civil(v)
		return nil
	}
	return ErrDateFormat.With("type", strconv.Quote(fmt.Sprintf("%T", src)))
}
