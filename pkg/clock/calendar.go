package clock

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// ErrCalendarRange says that a day lies in a year for which nobody has entered
// the holidays yet. The remedy is a new row set in the calendar table, made
// from the yearly notice of the State Council and that of the autonomous region.
var ErrCalendarRange = errs.New(errs.Unavailable, "clock.calendar_range", "The working-day calendar does not cover that year yet.")

//go:embed tables/calendar.csv
var calendarCSV []byte

// Special is one row of the calendar table: a day that is off although it might
// be a weekday, or that is worked although it is a weekend.
type Special struct {
	Date       Date
	Workday    bool   // true: worked although a weekend (调休); false: off
	Source     string // the notice or law that says so
	Confidence string // the mark of domain.md section 0: S, L, P, G or A
}

// Calendar knows the working days in Altay: Monday to Friday, changed by the
// State Council's yearly notice on holidays (全国年节及纪念日放假办法, 国务院令第795号)
// and by the regional holidays Roza and Corban
// (新疆维吾尔自治区少数民族习惯节日放假办法, 自治区人民政府令第174号). It is immutable.
type Calendar struct {
	days        map[Date]Special
	assumed     map[int]bool // years whose notices nobody has seen yet
	first, last int
}

// LoadCalendar returns the calendar of the table built into the program. An
// error is a defect of that table.
func LoadCalendar() (*Calendar, error) { return ParseCalendar(bytes.NewReader(calendarCSV)) }

// ParseCalendar reads a calendar table: CSV with the columns date, kind
// (holiday or workday), source and confidence. Every year from the first to the
// last must have rows, because a year without any is a year not entered yet.
// It returns an error that names the line for a bad or repeated row.
func ParseCalendar(r io.Reader) (*Calendar, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = 4
	if _, err := rows.Read(); err != nil {
		return nil, fmt.Errorf("calendar header: %w", err)
	}
	c := &Calendar{days: map[Date]Special{}, assumed: map[int]bool{}}
	years := map[int]bool{}
	for {
		rec, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
		line, _ := rows.FieldPos(0)
		d, err := ParseDate(rec[0])
		if err != nil {
			return nil, fmt.Errorf("calendar line %d: %w", line, err)
		}
		if rec[1] != "holiday" && rec[1] != "workday" {
			return nil, fmt.Errorf("calendar line %d: the kind is neither holiday nor workday", line)
		}
		if _, ok := c.days[d]; ok {
			return nil, fmt.Errorf("calendar line %d: %s is there twice", line, d)
		}
		c.days[d] = Special{Date: d, Workday: rec[1] == "workday", Source: rec[2], Confidence: rec[3]}
		years[d.Year()] = true
		if rec[3] == "A" || rec[3] == "G" {
			c.assumed[d.Year()] = true
		}
		if c.first == 0 || d.Year() < c.first {
			c.first = d.Year()
		}
		c.last = max(c.last, d.Year())
	}
	if len(years) == 0 || len(years) != c.last-c.first+1 {
		return nil, errors.New("calendar: the table is empty or leaves out a year")
	}
	return c, nil
}

// Years returns the first and the last year that the table covers.
func (c *Calendar) Years() (first, last int) { return c.first, c.last }

// Covers reports whether the year of d is in the table.
func (c *Calendar) Covers(d Date) bool { return d.Year() >= c.first && d.Year() <= c.last }

// Special returns the table's row for d, if there is one.
func (c *Calendar) Special(d Date) (Special, bool) {
	s, ok := c.days[d]
	return s, ok
}

// IsWorkingDay reports whether offices work on d. It returns ErrCalendarRange
// where the table does not cover the year.
func (c *Calendar) IsWorkingDay(d Date) (bool, error) {
	if !c.Covers(d) {
		return false, ErrCalendarRange.With("date", d.String())
	}
	if s, ok := c.days[d]; ok {
		return s.Workday, nil
	}
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday, nil
}

// AddWorkingDays returns the n-th working day after d, or before d where n is
// negative; d itself is not counted (民法典 201), and n = 0 returns d as it is.
// It returns ErrCalendarRange where the count leaves the table.
func (c *Calendar) AddWorkingDays(d Date, n int) (Date, error) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		works, err := c.IsWorkingDay(d)
		if err != nil {
			return Date{}, err
		}
		if works {
			n--
		}
	}
	return d, nil
}

// RollForward returns d if it is a working day and else the next working day:
// a period whose last day is a statutory day off ends on the day after the days
// off (民法典 203). It returns ErrCalendarRange where the search leaves the table.
func (c *Calendar) RollForward(d Date) (Date, error) {
	for {
		works, err := c.IsWorkingDay(d)
		if err != nil {
			return Date{}, err
		}
		if works {
			return d, nil
		}
		d = d.AddDays(1)
	}
}

// ToBeConfirmed reports whether any year that the days from from to to lie in,
// both included, rests on an assumption (confidence G or A) or is not entered,
// so that a limit counted across it is shown as to be confirmed. It is the year
// that counts and not the day: the notice may move days off and worked weekends
// to where the assumption has none.
func (c *Calendar) ToBeConfirmed(from, to Date) bool {
	for y := from.Year(); y <= to.Year(); y++ {
		if c.assumed[y] || y < c.first || y > c.last {
			return true
		}
	}
	return false
}
