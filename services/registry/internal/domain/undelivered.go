package domain

import (
	"slices"
	"time"
)

// How the search for a person ended whom a message did not reach.
const (
	EndedArrived = "arrived" // by its own channel after all
	EndedReached = "reached" // by somebody of the counter
	EndedNotice  = "notice"  // by a notice, after other tries
)

// The ways in which a counter tries, and what comes of one that others are judged by.
const (
	WayNotice     = "notice"
	WayCorrection = "correction" // of a try that was entered wrongly

	outcomeReached = "reached"
)

// tried is what can come of each way.
var tried = map[string][]string{
	"call":          {outcomeReached, "not_reached", "wrong_number"},
	"second_number": {outcomeReached, "not_reached", "wrong_number"},
	"visit":         {outcomeReached, "not_reached"},
	WayNotice:       {"posted"},
	WayCorrection:   {"entered_wrong"},
}

// Undelivered is a message that did not arrive by its channel, so that the counter of the
// person's county looks for the person. No try starts a clock: that only the message's own
// arrival does (promise 2), so a try that was entered wrongly has cost nobody anything.
type Undelivered struct {
	MessageID, Worker string
	FoundAt, EndedAt  time.Time
	EndedHow          string // "" while it waits
}

// Try is one try to reach the person. It is never changed: a correction names it.
type Try struct {
	MessageID    string
	Number       int // from 1, of the message
	Way, Outcome string
	Corrects     int // the number of the try that it takes back
	Officer      string
	At           time.Time
}

// Record adds a try to those before it, and ends the search by the first that stands and
// reached the person or posted a notice; a correction of that one begins it again.
func (u Undelivered) Record(before []Try, t Try) (Undelivered, Try, error) {
	switch outcomes, known := tried[t.Way]; {
	case u.EndedHow == EndedArrived:
		return u, t, ErrUndeliveredOver
	case !known:
		return u, t, ErrTry.With("field", "way")
	case !slices.Contains(outcomes, t.Outcome):
		return u, t, ErrTry.With("field", "outcome")
	case t.Way == WayCorrection:
		if !slices.ContainsFunc(standing(before), func(b Try) bool { return b.Number == t.Corrects }) {
			return u, t, ErrTryCorrects.With("field", "corrects")
		}
	case t.Corrects != 0:
		return u, t, ErrTryCorrects.With("field", "corrects")
	case u.EndedHow != "":
		return u, t, ErrUndeliveredOver
	case t.Way == WayNotice && len(standing(before)) == 0:
		return u, t, ErrTryNotice.With("field", "way")
	}
	t.MessageID, t.Number = u.MessageID, len(before)+1
	u.EndedHow, u.EndedAt = "", time.Time{}
	for _, s := range standing(append(slices.Clone(before), t)) {
		switch {
		case u.EndedHow != "":
		case s.Outcome == outcomeReached:
			u.EndedHow, u.EndedAt = EndedReached, s.At
		case s.Way == WayNotice:
			u.EndedHow, u.EndedAt = EndedNotice, s.At
		}
	}
	return u, t, nil
}

// standing are the tries that no correction took back.
func standing(all []Try) (stand []Try) {
	for _, t := range all {
		if t.Way != WayCorrection && !slices.ContainsFunc(all, func(c Try) bool { return c.Corrects == t.Number }) {
			stand = append(stand, t)
		}
	}
	return stand
}

// Arrive ends the search, since the message arrived by its own channel.
func (u Undelivered) Arrive(at time.Time) Undelivered {
	if u.EndedHow == "" {
		u.EndedHow, u.EndedAt = EndedArrived, at
	}
	return u
}
