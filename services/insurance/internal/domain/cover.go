package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Schemes lists the schemes of 社会保险法; maternity is collected within
// medical insurance since 2019.
func Schemes() []string { return []string{"pension", "medical", "unemployment", "work_injury"} }

// InjuryAlone is what an employer owes a worker beyond the pension age (SI-24).
func InjuryAlone() []string { return []string{schemeInjury} }

func checkSchemes(all []string) error {
	if len(all) == 0 {
		return ErrScheme
	}
	for i, s := range all {
		if !slices.Contains(append(Schemes(), "maternity"), s) || slices.Contains(all[:i], s) {
			return ErrScheme.With("scheme", s)
		}
	}
	return nil
}

// Month is a calendar month, written 2026-11.
type Month string

// ParseMonth reads a month, or returns ErrMonth.
func ParseMonth(s string) (Month, error) {
	if _, err := time.Parse("2006-01", s); err != nil {
		return "", ErrMonth
	}
	return Month(s), nil
}

// MonthOf is the month that a day lies in.
func MonthOf(d clock.Date) Month { return Month(d.String()[:7]) }

// Begins is the month's first day; zero where it is none.
func (m Month) Begins() clock.Date {
	first, err := clock.ParseDate(string(m) + "-01")
	if err != nil {
		return clock.Date{}
	}
	return first
}

// Cover is a worker's enrolment through one employer. Only credited months count.
type Cover struct {
	ID       string
	DutyID   string
	HireID   string
	Worker   string
	Division string
	Schemes  []string
	From     Month
	Last     Month // the last covered month once it stopped
	Months   int   // credited
	Active   bool
	HireOver bool // the hire that it rests on is over, undone or in dispute
	Version  int64
}

// Credit counts a month of contribution that has begun. The caller makes sure that
// the same month is credited once.
func (c Cover) Credit(m Month, today clock.Date) (Cover, []Event, error) {
	if m < c.From {
		return c, nil, ErrMonth
	}
	if m > MonthOf(today) {
		return c, nil, ErrMonthAhead
	}
	if !c.Active && m > c.Last {
		return c, nil, ErrCoverStopped
	}
	c.Months++
	return c, []Event{MonthRecorded{EnrolmentID: c.ID, Month: m, Months: c.Months, FromMonth: c.From, LastMonth: c.Last}}, nil
}

// Stop ends the cover with the month in which the hire ended. One that the agency had
// ended before stays as it was, and cannot go on any more.
func (c Cover) Stop(endedOn clock.Date) (Cover, []Event) {
	c.HireOver = true
	if !c.Active {
		return c, nil
	}
	c.Active, c.Last = false, max(MonthOf(endedOn), c.From)
	return c, []Event{CoverStopped{EnrolmentID: c.ID, HireID: c.HireID, LastMonth: c.Last, Months: c.Months, FromMonth: c.From}}
}
