package clock

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func load(t *testing.T) *Calendar {
	t.Helper()
	c, err := LoadCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCalendarKnowsTheNotices(t *testing.T) {
	c := load(t)
	for s, want := range map[string]bool{
		"2026-11-23": true, "2026-11-22": false, "2026-10-01": false, "2026-10-10": true, "2026-02-14": true,
		"2026-02-23": false, "2025-01-26": true, "2025-03-31": false, "2025-06-10": false, "2027-02-08": false,
	} {
		if got, err := c.IsWorkingDay(day(t, s)); err != nil || got != want {
			t.Errorf("%s: %v %v", s, got, err)
		}
	}
	for _, d := range []string{"2024-12-31", "2028-01-01"} {
		if _, err := c.IsWorkingDay(day(t, d)); !errors.Is(err, ErrCalendarRange) {
			t.Errorf("%s: %v", d, err)
		}
	}
	if first, last := c.Years(); first != 2025 || last != 2027 {
		t.Errorf("covers %d to %d", first, last)
	}
}

func TestSpecialDaysAreConsistent(t *testing.T) {
	c := load(t)
	for d, s := range c.days {
		weekend := d.Weekday() == 0 || d.Weekday() == 6
		if s.Workday && !weekend {
			t.Errorf("%s is a made-up working day but no weekend", d)
		}
		if s.Source == "" || !strings.Contains("SLPGA", s.Confidence) || s.Confidence == "" {
			t.Errorf("%s has no source or confidence", d)
		}
		if d.Year() == 2027 && s.Confidence != "A" {
			t.Errorf("%s: no notice for 2027 has been seen", d)
		}
	}
}

func TestAddWorkingDaysAndRollForward(t *testing.T) {
	c := load(t)
	for _, x := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-09-30", 1, "2026-10-08"}, {"2026-09-30", 3, "2026-10-10"}, {"2026-02-13", 1, "2026-02-14"},
		{"2026-11-20", 1, "2026-11-23"}, {"2026-11-23", -1, "2026-11-20"}, {"2026-11-22", 0, "2026-11-22"},
	} {
		if got, err := c.AddWorkingDays(day(t, x.from), x.n); err != nil || got.String() != x.want {
			t.Errorf("%s %+d: %s %v, want %s", x.from, x.n, got, err, x.want)
		}
	}
	if got, err := c.RollForward(day(t, "2026-10-01")); err != nil || got.String() != "2026-10-08" {
		t.Errorf("1 October rolls to %s %v", got, err)
	}
	if _, err := c.AddWorkingDays(day(t, "2027-12-30"), 10); !errors.Is(err, ErrCalendarRange) {
		t.Errorf("leaving the table: %v", err)
	}
	if c.ToBeConfirmed(day(t, "2025-01-01"), day(t, "2026-12-31")) || !c.ToBeConfirmed(day(t, "2026-12-31"), day(t, "2027-01-04")) || !c.ToBeConfirmed(day(t, "2027-11-01"), day(t, "2027-11-02")) || !c.ToBeConfirmed(day(t, "2029-01-01"), day(t, "2029-01-02")) {
		t.Error("every limit that passes the last day of a year that was announced is to be confirmed, and no other")
	}
}

func TestWorkingDaysCountOneByOne(t *testing.T) {
	c := load(t)
	rapid.Check(t, func(t *rapid.T) {
		d := NewDate(2025, 2, 1).AddDays(rapid.IntRange(0, 900).Draw(t, "d"))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		end, err := c.AddWorkingDays(d, n)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for x := d.AddDays(1); !x.After(end); x = x.AddDays(1) {
			if ok, _ := c.IsWorkingDay(x); ok {
				count++
			}
		}
		if ok, _ := c.IsWorkingDay(end); !ok || count != n {
			t.Fatalf("%s +%d gave %s with %d working days between", d, n, end, count)
		}
	})
}

func TestParseCalendarRefusesBadTables(t *testing.T) {
	const head = "date,kind,source,confidence\n"
	for _, s := range []string{
		"", head, head + "2026-02-30,holiday,x,P\n", head + "2026-02-20,feast,x,P\n",
		head + "2026-02-20,holiday,x,P\n2026-02-20,holiday,x,P\n", head + "2025-01-01,holiday,x,P\n2027-01-01,holiday,x,P\n",
		head + "2026-02-20,holiday\n",
	} {
		if _, err := ParseCalendar(strings.NewReader(s)); err == nil {
			t.Errorf("accepted %q", s)
		}
	}
}
