// Package work is what waits for an officer: of each department the same list, by the
// day on which a thing is due. A department says of each kind of thing which rows wait,
// by which clock, and by which of its methods an officer disposes of one; who may call
// none of them is not shown it. Nothing here is stored: whether a thing waits, and how
// long it still may, is read from the department's own rows each time.
package work

import (
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// Whom a matter is about.
const (
	Worker    = "worker"
	Child     = "child"
	Employer  = "employer"
	Household = "household"
	Nobody    = "none" // a round, a figure: what is the office's own
)

// Target is the rule that says within how many working days a department means to
// dispose of what no law gives a time for.
const Target = "WK-TARGET"

// NoDay is the due day of what no clock runs for: it stands behind all days.
const NoDay = "9999-99-99"

// Kind is a kind of thing that waits. All but the names and flags are SQL of one row of
// From, and the rows that wait are those for which Where holds; in it {now} is the time,
// {today} the day, {officer} who asks and {department} as whose officer.
type Kind struct {
	Matter string // its code, one in its department
	Person string // whom it is about: Worker, Child, Employer, Household or Nobody
	// Decides are the methods by which an officer disposes of it, as the table of rights
	// names them; who may call one of them is shown the kind.
	Decides []string

	From, Where string
	ID          string // "id" without
	County      string // whose officers' it is; where it holds nothing, all of the department's
	State       string // a code
	// Since is since when it waits: microseconds, or a day where Days is set.
	Since string
	Days  bool
	// Due is the last day, never empty, of the clock that Rule names; without Due it is
	// so many working days after Since as Target gives the matter, if it does.
	Due, Rule string
	Within    string // the id of what it belongs to, where its page is found by that
	What      string // a code: what about it
	// Whose is the reference of the worker whom it is about; nothing without. It is read for
	// a list with names that two officers let out, and for nothing else.
	Whose string
	By    []string // the officers who had a part in it, where another one decides
}

// or is an expression, or what stands for one that is missing.
func or(expression, without string) string {
	if expression == "" {
		return without
	}
	return expression
}

func (k Kind) id() string { return or(k.ID, "id") }

// line is one thing that waits.
type line struct {
	id, county, state, since, due, rule, within, what, whose string
	own                                                      bool
	kind                                                     *Kind
}

// place is where a line stands: by the day on which it is due, then by its id.
type place struct{ due, id, matter string }

func (l line) place() place { return place{l.due, l.id, l.kind.Matter} }

func (a place) compare(b place) int {
	return slices.Compare([]string{a.due, a.id, a.matter}, []string{b.due, b.id, b.matter})
}

// text is a place as a page's end names it.
func (a place) text() string { return strings.Join([]string{a.due, a.id, a.matter}, " ") }

// placed reads what text wrote; the empty text is before all.
func placed(text string) (place, bool) {
	if text == "" {
		return place{}, true
	}
	parts := strings.Split(text, " ")
	if len(parts) != 3 || parts[1] == "" || parts[2] == "" {
		return place{}, false
	}
	_, err := clock.ParseDate(parts[0])
	return place{parts[0], parts[1], parts[2]}, err == nil || parts[0] == NoDay
}

// longest is for how many days working days are counted one by one; what is due later
// says no less.
const longest = 1100

// days counts working days for one request, on one day.
type days struct {
	now      time.Time
	today    clock.Date
	calendar *clock.Calendar
	left     map[clock.Date]int
}

// works reports whether offices work on a day; of a year whose holidays are not known
// yet Monday to Friday are taken, which is never later.
func (d *days) works(day clock.Date) bool {
	if is, err := d.calendar.IsWorkingDay(day); err == nil {
		return is
	}
	weekday := day.Weekday()
	return weekday != 0 && weekday != 6
}

// after is the n-th working day after a day.
func (d *days) after(day clock.Date, n int) clock.Date {
	for n > 0 {
		if day = day.AddDays(1); d.works(day) {
			n--
		}
	}
	return day
}

// first is the first day from which on what begins is due on a day or later, n working
// days being given.
func (d *days) first(due clock.Date, n int) clock.Date {
	day := due
	for before := day.AddDays(-1); !d.after(before, n).Before(due); before = day.AddDays(-1) {
		day = before
	}
	return day
}

// remain is how many working days remain until a day, today not being counted; below
// zero it is over for so many.
func (d *days) remain(due clock.Date) int {
	if n, known := d.left[due]; known {
		return n
	}
	n, from, to, step := 0, d.today, due, 1
	if due.Before(d.today) {
		from, to, step = due, d.today, -1
	}
	if last := from.AddDays(longest); to.After(last) {
		to = last
	}
	for day := from; day.Before(to); {
		if day = day.AddDays(1); d.works(day) {
			n += step
		}
	}
	d.left[due] = n
	return n
}

// Given is how many working days a department gives a matter on a day; 0 is no clock.
func Given(rules *rule.Book, on clock.Date, department, matter string) int {
	r, err := rules.Rule(Target, on, "")
	if err != nil {
		return 0
	}
	n, err := r.Int("working_days." + department + "." + matter)
	if err != nil {
		return 0
	}
	return n
}
