package domain

import (
	"slices"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Reasons are why an officer changes, cancels or takes back something.
type Reasons []string

// The reasons of each act.
var (
	ChangeReasons   = Reasons{"new_dates", "venue", "more_places", "other"}
	CancelReasons   = Reasons{"too_few_enrolled", "provider_withdrew", "new_dates", "other"}
	TakeBackReasons = Reasons{"mistyped", "other_person", "not_completed"}
	RevokeReasons   = Reasons{"mistaken_entry", "wrong_level", "not_completed", "obtained_wrongly"}
)

func (r Reasons) check(reason string) error {
	if !slices.Contains(r, reason) {
		return ErrReason
	}
	return nil
}

const longestContact = 50

// checkPlan looks at what of a course can change.
func (c Course) checkPlan() error {
	switch {
	case c.Hours < 1:
		return ErrHours
	case c.Places < 1:
		return ErrPlaces
	case c.Venue != "" && !isText(c.Venue), c.Contact != "" && (!isText(c.Contact) || len([]rune(c.Contact)) > longestContact):
		return ErrVenue
	case !c.EndsOn.IsZero() && c.EndsOn.Before(c.StartsOn):
		return ErrEndsBefore
	}
	return nil
}

// Change changes what a course says that has not begun; moved is true where who is
// enrolled has to know, since day or place are others. The same again changes nothing.
func (c Course) Change(said Course, reason string, today clock.Date) (changed Course, moved bool, events []Event, err error) {
	k := c
	k.Hours, k.Places, k.StartsOn, k.EndsOn, k.Venue, k.Contact = said.Hours, said.Places, said.StartsOn, said.EndsOn, said.Venue, said.Contact
	switch {
	case c.Cancelled:
		return c, false, nil, ErrCourseCancelled
	case c.Started(today):
		return c, false, nil, ErrCourseStarted
	case ChangeReasons.check(reason) != nil:
		return c, false, nil, ErrReason
	case k.StartsOn.Before(today):
		return c, false, nil, ErrStartPast
	case k.Places >= 1 && k.Places < c.Taken:
		return c, false, nil, ErrPlacesTaken
	}
	if err := k.checkPlan(); err != nil || k == c {
		return c, false, nil, err
	}
	k.Reason = reason
	moved = k.StartsOn != c.StartsOn || k.EndsOn != c.EndsOn || k.Venue != c.Venue
	return k, moved, []Event{CoursePublished{CourseID: k.ID, Occupation: k.Occupation, Level: k.Level, Places: k.Places, StartsOn: k.StartsOn}}, nil
}

// Moved is what who is enrolled is told of a change.
func (c Course) Moved(e Enrolment) Event {
	return EnrolmentMoved{EnrolmentID: e.ID, CourseID: c.ID, StartsOn: c.StartsOn, ReasonCode: c.Reason}
}

// Cancel ends a course. Its enrolments end one by one, by CancelEnrolment.
func (c Course) Cancel(reason string) (Course, []Event, error) {
	if c.Cancelled {
		return c, nil, ErrCourseCancelled
	}
	if err := CancelReasons.check(reason); err != nil {
		return c, nil, err
	}
	c.Cancelled, c.Reason = true, reason
	return c, []Event{CourseCancelled{CourseID: c.ID, ReasonCode: reason}}, nil
}

// CancelEnrolment ends an enrolment that nobody concluded with its course.
func (c Course) CancelEnrolment(e Enrolment) (Course, Enrolment, []Event) {
	switch e.State {
	case Waiting:
		c.Waiting--
	case Confirmed, Offered:
		c.Taken--
	default:
		return c, e, nil
	}
	e.State = Cancelled
	return c, e, []Event{EnrolmentCancelled{EnrolmentID: e.ID, CourseID: c.ID, ReasonCode: c.Reason}}
}

// TakeBack takes back a result that was recorded by mistake. The caller makes sure that
// no certificate rests on it.
func (c Course) TakeBack(e Enrolment, reason string) (Enrolment, []Event, error) {
	if err := TakeBackReasons.check(reason); err != nil {
		return e, nil, err
	}
	if c.Cancelled {
		return e, nil, ErrCourseCancelled
	}
	if e.State != Completed && e.State != Failed {
		return e, nil, ErrEnrolmentState.With("state", string(e.State))
	}
	e.State = Confirmed
	return e, []Event{AttendanceTakenBack{EnrolmentID: e.ID, ReasonCode: reason}}, nil
}
