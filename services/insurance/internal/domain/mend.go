package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Reasons are why an officer takes back, corrects, ends or resumes what stands of a cover.
type Reasons []string

// The reasons of each act.
var (
	TakeBackReasons = Reasons{"entered_twice", "wrong_month", "not_paid"}
	CorrectReasons  = Reasons{"wrong_schemes", "wrong_first_month"}
	EndReasons      = Reasons{"insured_elsewhere", "no_longer_works", "mistaken_entry"}
	ResumeReasons   = Reasons{"still_works", "mistaken_entry"}
)

func (r Reasons) check(reason string) error {
	if !slices.Contains(r, reason) {
		return ErrReason
	}
	return nil
}

// TakeBack takes back a credited month. The caller makes sure that it was credited.
func (c Cover) TakeBack(m Month, reason string) (Cover, []Event, error) {
	if err := TakeBackReasons.check(reason); err != nil {
		return c, nil, err
	}
	c.Months--
	return c, []Event{MonthTakenBack{EnrolmentID: c.ID, Month: m, Months: c.Months, FromMonth: c.From, LastMonth: c.Last, ReasonCode: reason}}, nil
}

// Correct corrects the schemes or the first month, as far as the duty and what is
// credited allow: a month that is credited lies within the cover. The same again
// changes nothing.
func (c Cover) Correct(d Duty, schemes []string, from Month, credited []Month, reason string, today clock.Date) (Cover, []Event, error) {
	if err := CorrectReasons.check(reason); err != nil {
		return c, nil, err
	}
	if err := d.fits(schemes, from, today); err != nil {
		return c, nil, err
	}
	if !c.Active && from > c.Last {
		return c, nil, ErrMonth
	}
	if len(credited) > 0 && from > slices.Min(credited) {
		return c, nil, ErrCredited
	}
	if c.From == from && slices.Equal(c.Schemes, schemes) {
		return c, nil, nil
	}
	c.Schemes, c.From = schemes, from
	return c, []Event{CoverCorrected{EnrolmentID: c.ID, Schemes: schemes, Months: c.Months, FromMonth: c.From, LastMonth: c.Last, ReasonCode: reason}}, nil
}

// End ends the cover with a month that has begun, while its hire lasts.
func (c Cover) End(last Month, credited []Month, reason string, today clock.Date) (Cover, []Event, error) {
	switch {
	case EndReasons.check(reason) != nil:
		return c, nil, ErrReason
	case !c.Active:
		return c, nil, ErrCoverOver
	case last < c.From:
		return c, nil, ErrMonth
	case last > MonthOf(today):
		return c, nil, ErrMonthAhead
	case len(credited) > 0 && last < slices.Max(credited):
		return c, nil, ErrCredited
	}
	c.Active, c.Last = false, last
	return c, []Event{CoverEnded{EnrolmentID: c.ID, LastMonth: last, Months: c.Months, FromMonth: c.From, ReasonCode: reason}}, nil
}

// CanResume reports whether the agency ended the cover and the hire goes on.
func (c Cover) CanResume() bool { return !c.Active && !c.HireOver }

// Resume lets a cover go on that was ended by mistake.
func (c Cover) Resume(reason string) (Cover, []Event, error) {
	if err := ResumeReasons.check(reason); err != nil {
		return c, nil, err
	}
	if !c.CanResume() {
		return c, nil, ErrResume
	}
	c.Active, c.Last = true, ""
	return c, []Event{CoverResumed{EnrolmentID: c.ID, Months: c.Months, FromMonth: c.From, ReasonCode: reason}}, nil
}
