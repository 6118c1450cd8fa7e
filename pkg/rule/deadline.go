package rule

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// DayKind says which days a time limit counts.
type DayKind string

// The kinds of days. The uncertain ones are those where the law says only 日 and
// the split into working and calendar days is not confirmed (DS-04): the worker
// is shown the earlier of the two ends.
const (
	Working           DayKind = "working"
	Calendar          DayKind = "calendar"
	WorkingUncertain  DayKind = "working*"
	CalendarUncertain DayKind = "calendar*"
)

// Uncertain reports whether the split is not confirmed.
func (k DayKind) Uncertain() bool { return k == WorkingUncertain || k == CalendarUncertain }

// Unit is the unit of a time limit.
type Unit string

// The units of time limits.
const (
	Day   Unit = "day"
	Month Unit = "month"
	Year  Unit = "year"
)

// Deadline is one dated row of the time limits. It is a value and immutable.
type Deadline struct {
	ID            string // e.g. "CLK-DS-SUE"
	Programme     string
	What          string // what must be done in time, in English
	StartsAt      string // what starts the limit, in English
	Amount        int    // in Unit; negative: that long before the start
	Unit          Unit
	Counting      string // blank, "consecutive" or "cumulative" (separate periods add up)
	DayKind       DayKind
	EffectiveFrom clock.Date // as in Rule
	EffectiveTo   clock.Date // as in Rule
	Source        string
	Confidence    string
}

// ToBeConfirmed reports whether the limit rests on general knowledge or an
// assumption, or counts days of which it is not confirmed whether they are
// working days.
func (d Deadline) ToBeConfirmed() bool { return toBeConfirmed(d.Confidence) || d.DayKind.Uncertain() }

// From returns the last day of a limit that starts with an event on the day
// start, which itself is not counted (民法典 201).
//
// Working days are counted with the calendar. For calendar days, months and
// years, a last day that is a day off moves to the next working day (民法典 203);
// where the calendar does not cover that year yet, the plain day is returned,
// which is never later. A limit before the start (a negative amount) is not
// moved. Where the kind of days is not confirmed the earlier end counts (DS-04).
//
// It returns ErrNoStart for a zero start, ErrCumulative for a limit that adds up
// separate periods, and clock.ErrCalendarRange where working days leave the
// calendar.
func (d Deadline) From(start clock.Date, cal *clock.Calendar) (clock.Date, error) {
	switch {
	case start.IsZero():
		return clock.Date{}, ErrNoStart.With("deadline", d.ID)
	case d.Counting == "cumulative":
		return clock.Date{}, ErrCumulative.With("deadline", d.ID)
	case d.DayKind == Working:
		return cal.AddWorkingDays(start, d.Amount)
	}
	end := d.plain(start)
	if d.Amount > 0 && cal.Covers(end) {
		rolled, err := cal.RollForward(end)
		if err == nil { // else the next working day lies in a year not entered yet
			end = rolled
		}
	}
	if d.DayKind.Uncertain() {
		working, err := cal.AddWorkingDays(start, d.Amount)
		if err == nil && working.Before(end) {
			end = working
		}
	}
	return end, nil
}

// Assumed reports whether the last day that From gave rests on holidays that are
// not announced yet: working days up to it, or the day itself, which may turn
// out to be a day off and then moves on. The day is shown with that warning.
func (d Deadline) Assumed(start, end clock.Date, cal *clock.Calendar) bool {
	if strings.HasPrefix(string(d.DayKind), string(Working)) {
		return cal.ToBeConfirmed(start, end)
	}
	return d.Amount > 0 && cal.ToBeConfirmed(end, end)
}

func (d Deadline) plain(start clock.Date) clock.Date {
	switch d.Unit {
	case Month:
		return start.AddMonths(d.Amount)
	case Year:
		return start.AddYears(d.Amount)
	}
	return start.AddDays(d.Amount)
}

func (b *Book) addDeadline(rec []string) error {
	from, to, err := head(rec[0], rec[8], rec[9], rec[10], rec[11])
	if err != nil {
		return err
	}
	amount, err := strconv.Atoi(rec[4])
	if err != nil || amount == 0 {
		return errors.New("the amount is not a whole number other than 0")
	}
	d := Deadline{ID: rec[0], Programme: rec[1], What: rec[2], StartsAt: rec[3], Amount: amount, Unit: Unit(rec[5]), Counting: rec[6], DayKind: DayKind(rec[7]), EffectiveFrom: from, EffectiveTo: to, Source: rec[10], Confidence: rec[11]}
	switch {
	case !slices.Contains([]Unit{Day, Month, Year}, d.Unit):
		return errors.New("unknown unit")
	case !slices.Contains([]DayKind{Working, Calendar, WorkingUncertain, CalendarUncertain}, d.DayKind):
		return errors.New("unknown kind of days")
	case !slices.Contains([]string{"", "consecutive", "cumulative"}, d.Counting):
		return errors.New("unknown way of counting")
	case d.Unit != Day && strings.HasPrefix(string(d.DayKind), string(Working)):
		return errors.New("months and years are not counted in working days")
	}
	for _, o := range b.deadlines[d.ID] {
		if overlap(o.EffectiveFrom, o.EffectiveTo, from, to) {
			return errors.New("two rows are in force on the same day")
		}
	}
	if b.deadlines[d.ID] == nil {
		b.limitIDs = append(b.limitIDs, d.ID)
	}
	b.deadlines[d.ID] = append(b.deadlines[d.ID], d)
	return nil
}

// Deadline returns the row of a time limit that is in force on the day. It
// returns ErrUnknown for an id that is in no row and ErrNotInForce where no row
// is in force.
func (b *Book) Deadline(id string, on clock.Date) (Deadline, error) {
	all, ok := b.deadlines[id]
	if !ok {
		return Deadline{}, ErrUnknown.With("deadline", id)
	}
	for _, d := range all {
		if inForce(d.EffectiveFrom, d.EffectiveTo, on) {
			return d, nil
		}
	}
	return Deadline{}, ErrNotInForce.With("deadline", id).With("on", on.String())
}

// Deadlines returns every row of every time limit in the order of the table.
func (b *Book) Deadlines() []Deadline {
	var out []Deadline
	for _, id := range b.limitIDs {
		out = append(out, b.deadlines[id]...)
	}
	return out
}
