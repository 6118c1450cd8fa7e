package domain

import (
	"slices"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

// The time limits of this department (deadlines.csv).
const (
	UnplacedDeadline = "CLK-ED-UNPLACED"      // a place for a child of compulsory schooling
	ReviewDeadline   = "CLK-ED-APPEAL"        // to appeal against an outcome
	DecideDeadline   = "CLK-ED-APPEAL-DECIDE" // to decide an appeal
)

// Compulsory reports whether a stage is compulsory schooling, in which no child
// ends without a place (SC-01). The stage that a guardian applies for tells it:
// a child's age is not asked for again.
func (s Stage) Compulsory() bool { return s == Primary || s == Junior }

// The states of a task.
const (
	TaskIsOpen = "open"
	TaskIsDone = "done"
)

// Task is a child of compulsory schooling for whom the bureau must find a place.
// It stays open until the guardian accepts one or withdraws; a date that passes
// changes nothing but what the page says.
type Task struct {
	ID            string
	ApplicationID string
	Worker        string
	County        string
	Stage         Stage
	RoundID       string // "" for a child who came outside a round
	State         string
	DueOn         clock.Date
	OpenedAt      time.Time
	Reasons       []rule.Trace
	Version       int64
}

// OpenTask opens the task of an application that has no place.
func OpenTask(t Task, a Application, x Explaining, today clock.Date) (Task, []Event, error) {
	t.ApplicationID, t.Worker, t.County, t.Stage, t.State = a.ID, a.Worker, a.County, a.Stage, TaskIsOpen
	why, _, err := x.compulsory(a.Stage, today)
	if err != nil {
		return t, nil, err
	}
	for i := range why.Changes {
		why.Changes[i].By = t.DueOn
	}
	t.Reasons = []rule.Trace{why}
	return t, []Event{TaskOpened{TaskID: t.ID, ApplicationID: a.ID, DueOn: t.DueOn}}, nil
}

// Done ends a task; it gives no event where it is done already.
func (t Task) Done() (Task, []Event) {
	if t.State != TaskIsOpen {
		return t, nil
	}
	t.State = TaskIsDone
	return t, []Event{TaskDone{TaskID: t.ID, ApplicationID: t.ApplicationID}}
}

// Reopen opens a task again whose place came to nothing.
func (t Task) Reopen(dueOn clock.Date) (Task, []Event) {
	if t.State == TaskIsOpen {
		return t, nil
	}
	t.State, t.DueOn = TaskIsOpen, dueOn
	return t, []Event{TaskOpened{TaskID: t.ID, ApplicationID: t.ApplicationID, DueOn: dueOn}}
}

// The ways out of a task.
const (
	WaySame      = "same_county"
	WayNeighbour = "neighbour"
	WayBoarding  = "boarding"
	WayTransport = "transport"
	WayAdded     = "added_place"
)

// CheckWay returns nil where a way leads to a school: to one of the child's own
// county or of another, as the way says.
func CheckWay(way string, t Task, s School) error {
	same := s.County == t.County
	ok := map[string]bool{WaySame: same, WayNeighbour: !same, WayBoarding: true, WayTransport: true, WayAdded: same}[way]
	if !ok {
		return ErrWay
	}
	return nil
}

// AddPlace gives a school one place more.
func (s School) AddPlace() (School, []Event) {
	s.Places++
	return s, []Event{SchoolOpened{SchoolID: s.ID, Stage: s.Stage, Places: s.Places}}
}

// Nearness orders schools for a child who is here now: those that the guardian
// named first, then the family's township, then the county, then the neighbours
// in their order. It returns the schools that may be offered.
func Nearness(named []string, township, county string, neighbours []string, schools []School) []School {
	near := func(s School) int {
		if i := slices.Index(named, s.ID); i >= 0 {
			return i - len(named)
		}
		switch {
		case township != "" && s.Township == township:
			return 0
		case s.County == county:
			return 1
		}
		if i := slices.Index(neighbours, s.County); i >= 0 {
			return 2 + i
		}
		return -1 - len(named) // out of reach
	}
	var all []School
	for _, s := range schools {
		if near(s) >= -len(named) {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b School) int { return near(a) - near(b) })
	return all
}
