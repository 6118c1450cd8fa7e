// Package life is a person's life with a department, as the person's own first page
// tells it: what waits for the person, what is under way and who has it, what the person
// has. A department says of each of its things how it stands; nothing is stored here.
package life

import (
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Part is where on the page a thing stands.
type Part string

// The parts of a life. What is over has none and is no thing of the page.
const (
	Over  Part = ""
	Needs Part = "needs" // it waits for the person
	Runs  Part = "runs"  // somebody has it
	Has   Part = "has"   // it is the person's
)

// Who has a thing now.
const (
	You      = "you"
	Office   = "office"   // the department
	Employer = "employer" // of the job
	School   = "school"
	Draw     = "draw" // nobody decides: lots are drawn on a day
)

// Step is a step of a thing's way.
type Step struct {
	Name string     // a code, one in its matter
	On   clock.Date // when it was reached, or will be where the day is set; zero where nobody knows
	Done bool       // it was reached
}

// Was is a step that was reached at a moment, or, where that is zero, is still to come.
func Was(name string, at time.Time) Step { return Step{name, On(at), !at.IsZero()} }

// Will is a step whose day is set: it was reached where that day has come.
func Will(name string, on, today clock.Date) Step {
	return Step{name, on, !on.IsZero() && !on.After(today)}
}

// Thing is one thing in a person's life.
type Thing struct {
	Matter, ID string // as the department calls it
	Within     string // what it belongs to, where its page is found by that
	State      string // a code
	Part       Part
	Holder     string // who has it now; "" where nobody need do anything
	Name       string // what it is called where it has a name of its own
	Code       string // what it is
	Occupation string // the occupation that it is about
	Child      string // the child that it is about
	Since      clock.Date
	Steps      []Step
	AnswerBy   clock.Date // the last day on which the person can answer
	Rule       string     // that gives it
	Expected   clock.Date // when to expect the next step
	UndoBy     time.Time  // until when the person takes back what another accepted
	Place      int        // in a queue, from 1
	Urgent     bool       // it stands before everything that has a day
}

// LastDay is the last day of a time that ends, as [answer.Clock] has it, with its first
// moment that is too late; zero where it does not run.
func LastDay(end time.Time) clock.Date {
	if end.IsZero() {
		return clock.Date{}
	}
	return clock.DateOf(end.Add(-time.Microsecond))
}

// On is the day of a moment; zero where there was none.
func On(at time.Time) clock.Date {
	if at.IsZero() {
		return clock.Date{}
	}
	return clock.DateOf(at)
}

// Way is the steps of a way in their order. Of those that it passed over, before the last
// that it reached, nothing is said.
func Way(steps ...Step) []Step {
	last := -1
	for i, s := range steps {
		if s.Done {
			last = i
		}
	}
	var all []Step
	for i, s := range steps {
		if i > last || s.Done {
			all = append(all, s)
		}
	}
	return all
}
