// Package domain is what the training department knows: courses with a number
// of places, who has a place and who waits for one, what completing a course
// gives, and the safety training that a hire makes due.
package domain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

// longestText bounds what a provider writes about a course.
const longestText = 200

// Course is a training course. It counts its own places and its waiting list,
// so that one locked row decides who gets the last place.
type Course struct {
	ID           string
	Provider     string
	Reference    string // the provider's own; the natural key together with Provider
	Title        string
	Occupation   string
	Level        string // as the sheets write it, e.g. 五级; "" where the course has none
	Hours        int
	Places       int
	StartsOn     clock.Date
	Kind         string
	EmployerUSCC string // who ordered it, or ""
	SubsidyFen   int64
	County       string // "" for a course of the whole prefecture
	Taken        int    // places confirmed or offered
	Waiting      int    // on the list, and not offered a place now
	LastNumber   int    // the last number given on the waiting list
	Venue        string // where it is held, and how to reach the provider; "" where a sheet does not say
	Contact      string
	EndsOn       clock.Date // zero where it is not said
	Cancelled    bool
	Reason       string // why it was changed last, or cancelled
	Version      int64
}

// Publish opens a course, or says what is wrong with it.
func Publish(codes *ident.Tables, c Course) (Course, []Event, error) {
	if err := c.check(codes); err != nil {
		return c, nil, err
	}
	return c, []Event{CoursePublished{CourseID: c.ID, Occupation: c.Occupation, Level: c.Level, Places: c.Places, StartsOn: c.StartsOn}}, nil
}

func (c Course) check(codes *ident.Tables) error {
	for _, s := range []string{c.Provider, c.Title, c.Reference} {
		if !isText(s) {
			return ErrCourseText
		}
	}
	if _, ok := codes.Occupation(c.Occupation); !ok {
		return ErrOccupation
	}
	if !isLevel(c.Level) {
		return ErrLevel
	}
	if c.StartsOn.IsZero() {
		return clock.ErrDateFormat
	}
	switch c.Kind {
	case "general", "order", "targeted", "post":
	default:
		return ErrCourseKind
	}
	if err := c.checkPlan(); err != nil {
		return err
	}
	if c.EmployerUSCC != "" {
		if _, _, err := ident.ParseUSCC(c.EmployerUSCC); err != nil {
			return err
		}
	}
	if c.SubsidyFen < 0 {
		return ErrSubsidy
	}
	if _, ok := codes.County(c.County); !ok && c.County != "" {
		return ErrCounty
	}
	return nil
}

// The outcomes of what a form or a sheet says of a thing.
const (
	Created   = "created"
	Unchanged = "unchanged"
	Applied   = "applied" // it corrected the record
	Differs   = "differs" // it says otherwise, and the record stays
)

// Correct brings a course to what a corrected sheet says. More places harm
// nobody; the rest changes only while nobody has a place or waits for one, for
// people enrolled on the strength of it. It names the fields that stay.
func (c Course) Correct(said Course) (corrected Course, differs []string, events []Event) {
	k := c
	untouched := c.Taken == 0 && c.Waiting == 0
	set := func(field string, other, may bool, apply func()) {
		switch {
		case !other:
		case may:
			apply()
		default:
			differs = append(differs, field)
		}
	}
	set("places", said.Places != c.Places, untouched || said.Places > c.Places, func() { k.Places = said.Places })
	set("hours", said.Hours != c.Hours, untouched, func() { k.Hours = said.Hours })
	set("subsidy_fen", said.SubsidyFen != c.SubsidyFen, untouched, func() { k.SubsidyFen = said.SubsidyFen })
	if k == c {
		return c, differs, nil
	}
	if len(differs) == 0 {
		k.Reference = said.Reference
	}
	return k, differs, []Event{CoursePublished{CourseID: k.ID, Occupation: k.Occupation, Level: k.Level, Places: k.Places, StartsOn: k.StartsOn}}
}

func isText(s string) bool {
	return s != "" && strings.TrimSpace(s) == s && utf8.ValidString(s) && utf8.RuneCountInString(s) <= longestText && !strings.ContainsFunc(s, unicode.IsControl)
}

func isLevel(s string) bool {
	switch s {
	case "五级", "四级", "三级", "二级", "一级", "专项能力", "":
		return true
	}
	return false
}

// Started reports whether the first day of the course is over: on that day
// itself a free place can still be taken.
func (c Course) Started(today clock.Date) bool { return today.After(c.StartsOn) }

// Free is how many places nobody holds.
func (c Course) Free() int { return c.Places - c.Taken }

// Enrol gives a worker who asks for it a place or, where none is free, a number
// on the waiting list. A place that is free while people wait is one that all of
// them were asked about and nobody took, so that it goes to who asks first.
func (c Course) Enrol(id, worker string, inPerson bool, today clock.Date) (Course, Enrolment, []Event, error) {
	if c.Cancelled {
		return c, Enrolment{}, nil, ErrCourseCancelled
	}
	if c.Started(today) {
		return c, Enrolment{}, nil, ErrCourseStarted
	}
	e := Enrolment{ID: id, CourseID: c.ID, Worker: worker, Division: c.County}
	if c.Free() > 0 {
		c.Taken++
		e.State = Confirmed
		return c, e, []Event{EnrolmentConfirmed{EnrolmentID: id, CourseID: c.ID, InPerson: inPerson}}, nil
	}
	c.Waiting++
	c.LastNumber++
	e.State, e.Number = Waiting, c.LastNumber
	return c, e, []Event{EnrolmentWaitlisted{EnrolmentID: id, CourseID: c.ID}}, nil
}

// Leave ends an enrolment at the worker's wish, whatever it was: a place, an
// offered place, a number on the waiting list. Leaving again changes nothing.
func (c Course) Leave(e Enrolment) (Course, Enrolment, []Event, error) {
	switch e.State {
	case Dropped:
		return c, e, nil, nil
	case Waiting:
		c.Waiting--
	case Confirmed, Offered:
		c.Taken--
	default:
		return c, e, nil, ErrEnrolmentState.With("state", string(e.State))
	}
	e.State = Dropped
	return c, e, []Event{EnrolmentDropped{EnrolmentID: e.ID}}, nil
}

// Conclude records whether the worker completed the course.
func (c Course) Conclude(e Enrolment, completed bool, today clock.Date) (Enrolment, []Event, error) {
	if e.State != Confirmed {
		return e, nil, ErrEnrolmentState.With("state", string(e.State))
	}
	if today.Before(c.StartsOn) {
		return e, nil, ErrCourseNotStarted
	}
	e.State = Failed
	if completed {
		e.State = Completed
	}
	return e, []Event{AttendanceRecorded{EnrolmentID: e.ID, Completed: completed}}, nil
}
