package domain

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// Visit is a person at an officer's counter.
type Visit struct {
	ID      string
	Officer string // an account
	Worker  string
	Receipt string
	Began   time.Time
	Ended   time.Time

	Tasks  []VisitTask // what was done in it, in its order
	Papers []string    // codes of the papers that are missing over all of them, each once
	Until  clock.Date  // the last day on which those are asked for; zero is none
}

// VisitTask is what was done in a visit.
type VisitTask struct {
	Task string `json:"task"` // the method that did it, as employment.Apply
	At   int64  `json:"at"`   // UTC microseconds
}

// MostTasks is how many tasks a visit keeps; the receipt of one that did more says the first.
const MostTasks = 64

var taskCode = regexp.MustCompile(`^[a-z]{1,20}\.[A-Z][A-Za-z]{1,40}$`)

// Note keeps what was done in a visit, for its receipt. It returns ErrTask for what names
// no method.
func (v Visit) Note(tasks []string, now time.Time) (Visit, error) {
	all := slices.Clone(v.Tasks)
	for _, t := range tasks {
		if !taskCode.MatchString(t) {
			return v, ErrTask
		}
		if len(all) < MostTasks {
			all = append(all, VisitTask{t, now.UnixMicro()})
		}
	}
	v.Tasks = all
	return v, nil
}

// mostPaperDays bounds the day until which papers are asked for: a slip of the hand in
// the year is no year's time.
const mostPaperDays = 366

// Missing says which papers are missing, each once, and until when they are asked for. It
// returns ErrPaperDay for a day that is over or more than a year away.
func (v Visit) Missing(papers []string, until, today clock.Date) (Visit, error) {
	if !until.IsZero() && (until.Before(today) || until.After(today.AddDays(mostPaperDays))) {
		return v, ErrPaperDay
	}
	v.Papers = nil
	for _, p := range papers {
		if p != "" && !slices.Contains(v.Papers, p) {
			v.Papers = append(v.Papers, p)
		}
	}
	if v.Until = until; len(v.Papers) == 0 {
		v.Until = clock.Date{}
	}
	return v, nil
}

// Open reports whether the officer may act for the person now.
func (v Visit) Open(p Policy, now time.Time) bool {
	return v.Ended.IsZero() && now.Sub(v.Began) < p.Visit
}

// End ends a visit, once.
func (v Visit) End(now time.Time) Visit {
	if v.Ended.IsZero() {
		v.Ended = now
	}
	return v
}

// The kinds of codes.
const (
	Printed = "printed" // at a counter, during a visit
	Sent    = "sent"    // to a telephone
)

// Code signs a worker in, once.
type Code struct {
	ID     string
	Kind   string
	Worker string
	By     string // the officer's account, of a printed one
	Index  []byte // keyed hash
	Made   time.Time
	Ends   time.Time
	Used   time.Time
}

// Use ends a code.
func (c Code) Use(now time.Time) (Code, error) {
	if !c.Used.IsZero() || !now.Before(c.Ends) {
		return c, ErrCode
	}
	c.Used = now
	return c, nil
}

// Budget is how many codes were sent lately: to a number, to all who ask from an
// address, and by the platform today.
type Budget struct {
	Number, Address, Day    int
	Last                    time.Time // to the number
	NumberFrom, AddressFrom time.Time // the oldest that are counted
	Tomorrow                time.Time
}

// window is how long what was sent counts against a number and an address.
const window = 24 * time.Hour

// Counted is since when it does.
func Counted(now time.Time) time.Time { return now.Add(-window) }

// Allows returns ErrLimit where nothing more is sent: nobody is bombed with
// messages, and no office's bill runs away.
func (b Budget) Allows(p CodePolicy, now time.Time) error {
	var until time.Time
	later := func(over bool, t time.Time) {
		if over && t.After(until) {
			until = t
		}
	}
	later(now.Sub(b.Last) < p.Between, b.Last.Add(p.Between))
	later(b.Number >= p.PerNumber, b.NumberFrom.Add(window))
	later(b.Address >= p.PerAddress, b.AddressFrom.Add(window))
	later(b.Day >= p.PerDay, b.Tomorrow)
	if until.IsZero() && b.Number < p.PerNumber && b.Address < p.PerAddress && b.Day < p.PerDay {
		return nil
	}
	return ErrLimit.With("until", strconv.FormatInt(until.UnixMicro(), 10))
}

// Made counts what people made alone lately.
type Made struct {
	Address, Day int
	AddressFrom  time.Time // the oldest that is counted
	Tomorrow     time.Time
}

// Allows returns ErrAloneLimit where no more accounts are made alone.
func (m Made) Allows(p UnseenPolicy) error {
	var until time.Time
	if m.Day >= p.PerDay {
		until = m.Tomorrow
	}
	if m.Address >= p.PerAddress {
		if at := m.AddressFrom.Add(window); at.After(until) {
			until = at
		}
	}
	if m.Day < p.PerDay && m.Address < p.PerAddress {
		return nil
	}
	return ErrAloneLimit.With("until", strconv.FormatInt(until.UnixMicro(), 10))
}

// NeedsPin reports whether a number alone opens nothing: the account rested so long
// that the number may be another's by now (operators give numbers out anew after 90
// days), the number is newer than the account's last use, or more than one person
// has it.
func NeedsPin(lastUsed, numberSince time.Time, persons int, p CodePolicy, now time.Time) bool {
	return persons > 1 || lastUsed.IsZero() || now.Sub(lastUsed) >= p.Rested || numberSince.After(lastUsed)
}

// Delegation is a written power of attorney.
type Delegation struct {
	ID      string
	Worker  string
	Helper  string // a worker's reference
	Begins  clock.Date
	Ends    clock.Date
	Paper   string
	By      string // the account that entered it
	Ended   time.Time
	Version int64
}

// papers are what gives power: written by the person, before a witness, by a notary.
var papers = []string{"written", "witnessed", "notarised"}

// NameHelper gives power to a helper, whose account says what the helper is: an
// employer, an agency and an officer can be nobody's (promise 1).
func NameHelper(id, worker string, helper Account, ends, today clock.Date, paper, by string, p Policy) (Delegation, []Event, error) {
	switch {
	case helper.Kind != Worker, helper.State != Open, !helper.Seen, helper.Subject == worker, worker == "":
		return Delegation{}, nil, ErrHelperKind
	case ends.IsZero(), ends.Before(today), ends.After(today.AddMonths(p.Helper)), !slices.Contains(papers, paper):
		return Delegation{}, nil, ErrHelperDays
	}
	d := Delegation{ID: id, Worker: worker, Helper: helper.Subject, Begins: today, Ends: ends, Paper: paper, By: by}
	return d, []Event{HelperNamed{DelegationID: id, EndsOn: ends}}, nil
}

// Holds reports whether the helper may act for the worker on a day.
func (d Delegation) Holds(on clock.Date) bool {
	return d.Ended.IsZero() && !on.Before(d.Begins) && !on.After(d.Ends)
}

// End takes the power back.
func (d Delegation) End(now time.Time) (Delegation, []Event, error) {
	if !d.Ended.IsZero() {
		return d, nil, ErrDelegation
	}
	d.Ended = now
	return d, []Event{HelperEnded{DelegationID: d.ID}}, nil
}

// Link opens an account once.
type Link struct {
	Hash    []byte
	Account string
	Secret  string // of the second factor that is set up with it; kept sealed
	Act     string // what two decided that brought it; "" where one alone made it
	Ends    time.Time
	Used    time.Time
}

// Use ends a link.
func (l Link) Use(now time.Time) (Link, error) {
	if !l.Used.IsZero() || !now.Before(l.Ends) {
		return l, ErrLink
	}
	l.Used = now
	return l, nil
}

// The kinds of flows.
const (
	FlowSecond = "second"
	// FlowReplaced keeps, for a while, by what somebody signed in who does so no more: it
	// leads to no session, but tells who knows it why.
	FlowReplaced = "replaced"
	FlowPasskey  = "passkey"
	FlowOutside  = "outside"
	FlowDevice   = "device"
	FlowBind     = "bind"  // an outside identity that is nobody's here yet
	FlowTyped    = "typed" // no sign-in, but what was typed when one ended
)

// MostTyped is how many forms are kept of an account.
const MostTyped = 8

// Flow is a sign-in under way. It is known by the hash of its secret, and is over
// after minutes.
type Flow struct {
	Hash    []byte
	Kind    string
	Account string // "" where nobody is known yet
	Held    string // what the answer is held against; kept sealed
	Code    []byte // of a device: keyed hash of what the officer types
	Days    int
	Ends    time.Time
}

// FlowLife is how long a sign-in may take.
const FlowLife = 5 * time.Minute

// ReplacedTold is how long who was replaced is told so.
const ReplacedTold = 90 * 24 * time.Hour

// Denial is somebody who was refused something; rows are never changed.
type Denial struct {
	Seq                   int64
	At                    time.Time
	Kind, Subject         string
	Session               int64
	Service, Method, Code string
	Again                 int // how often more the same was refused within the minute; of a line of its own
}

// Signed is a line of the audit as its chain hashes it.
func (d Denial) Signed() []string {
	all := []string{d.At.UTC().Format(time.RFC3339Nano), d.Kind, d.Subject, strconv.FormatInt(d.Session, 10), d.Service, d.Method, d.Code, strconv.FormatInt(d.Seq, 10)}
	if d.Again > 0 { // lines of before have none, and stay whole
		all = append(all, strconv.Itoa(d.Again))
	}
	return all
}
