package domain

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
)

var due = clock.NewDate(2026, 12, 2)

func open() Duty {
	d, _ := OpenDuty("duty", "hire", "worker", "employer", "654301", due.AddMonths(-1), due)
	return d
}

func TestOverdueOnlyAfterTheDay(t *testing.T) {
	for _, c := range []struct {
		today clock.Date
		want  DutyState
	}{{due.AddDays(-1), DutyIsOpen}, {due, DutyIsOpen}, {due.AddDays(1), DutyIsOverdue}} {
		if d, _ := open().Check(c.today); d.State != c.want {
			t.Errorf("on %s: %s, want %s", c.today, d.State, c.want)
		}
	}
}

func TestFulfilRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		duty    Duty
		schemes []string
		want    error
	}{
		"no scheme":      {open(), nil, ErrScheme},
		"unknown scheme": {open(), []string{"pension", "lottery"}, ErrScheme},
		"scheme twice":   {open(), []string{"pension", "pension"}, ErrScheme},
		"closed":         {Duty{State: DutyIsClosed}, Schemes(), ErrDutyState},
		"frozen":         {Duty{State: DutyIsFrozen}, Schemes(), ErrDutyState},
	} {
		if _, _, _, err := c.duty.Fulfil("e", c.schemes, "2026-11", due); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	late, _ := open().Check(due.AddDays(9))
	if d, _, _, err := late.Fulfil("e", Schemes(), "2026-11", due); err != nil || d.State != DutyIsFulfilled {
		t.Errorf("a late enrolment still counts: %v", err)
	}
}

// A cover begins with no month to come, unless the work does.
func TestNoCoverBeginsAhead(t *testing.T) {
	for name, c := range map[string]struct {
		start clock.Date
		from  Month
		today clock.Date
		want  error
	}{
		"the month that runs":       {clock.NewDate(2026, 11, 2), "2026-11", clock.NewDate(2026, 11, 30), nil},
		"the next":                  {clock.NewDate(2026, 11, 2), "2026-12", clock.NewDate(2026, 11, 30), ErrMonthAhead},
		"a lifetime ahead":          {clock.NewDate(2026, 11, 2), "2099-01", clock.NewDate(2026, 11, 30), ErrMonthAhead},
		"the next, of work to come": {clock.NewDate(2026, 12, 1), "2026-12", clock.NewDate(2026, 11, 30), nil},
		"the one after":             {clock.NewDate(2026, 12, 1), "2027-01", clock.NewDate(2026, 11, 30), ErrMonthAhead},
		"a duty without a day":      {clock.Date{}, "2026-11", clock.NewDate(2026, 11, 1), nil},
	} {
		d, _ := OpenDuty("duty", "hire", "worker", "employer", "654301", c.start, due)
		if _, _, _, err := d.Fulfil("e", Schemes(), c.from, c.today); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Of a hire that the worker disputes the agency is asked to prepare nothing, whenever
// the registry answers.
func TestNothingIsRequestedOfADisputedHire(t *testing.T) {
	d, _ := open().Freeze()
	if d, events := d.Request(Schemes()); len(events) > 0 || len(d.Schemes) > 0 {
		t.Errorf("%+v, %v", d, events)
	}
}

// No order of acts ever leaves a duty in a state that it does not know, and a
// fulfilled or closed duty stays so.
func TestDutyNeverLeavesItsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := open()
		for range rapid.IntRange(1, 12).Draw(t, "acts") {
			before := d.State
			switch rapid.IntRange(0, 3).Draw(t, "act") {
			case 0:
				d, _ = d.Freeze()
			case 1:
				d, _ = d.Close("hire_ended")
			case 2:
				d, _ = d.Check(due.AddDays(rapid.IntRange(-3, 3).Draw(t, "day")))
			case 3:
				d, _, _, _ = d.Fulfil("e", Schemes(), "2026-11", due)
			}
			if (before == DutyIsFulfilled || before == DutyIsClosed) && d.State != before {
				t.Fatalf("%s became %s", before, d.State)
			}
		}
	})
}

func TestCover(t *testing.T) {
	_, c, _, err := open().Fulfil("e", Schemes(), "2026-11", due)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Credit("2026-10", due); !errors.Is(err, ErrMonth) {
		t.Errorf("a month before the cover: %v", err)
	}
	c, _, err = c.Credit("2026-11", due)
	if err != nil || c.Months != 1 {
		t.Fatalf("%d months, %v", c.Months, err)
	}
	if _, _, err := c.Credit("2027-01", due); !errors.Is(err, ErrMonthAhead) {
		t.Errorf("a month that has not begun: %v", err)
	}
	c, events := c.Stop(clock.NewDate(2027, 1, 15))
	if c.Active || c.Last != "2027-01" || len(events) != 1 {
		t.Errorf("%+v", c)
	}
	if _, _, err := c.Credit("2027-02", clock.NewDate(2027, 3, 1)); !errors.Is(err, ErrCoverStopped) {
		t.Errorf("a month after the end: %v", err)
	}
	if _, events := c.Stop(clock.NewDate(2027, 3, 1)); events != nil {
		t.Error("stopped twice")
	}
	if _, err := ParseMonth("2026-13"); !errors.Is(err, ErrMonth) {
		t.Error(err)
	}
}
