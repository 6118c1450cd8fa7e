package domain

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rule"
)

func ages(t interface{ Fatal(...any) }, on clock.Date) rule.Rule {
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Rule("SI-21", on, "")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// beyond answers as the registry does.
func beyond(t interface{ Fatal(...any) }, birth, on clock.Date) bool {
	q, err := BeyondPensionAge(ages(t, on), on)
	if err != nil {
		t.Fatal(err)
	}
	return birth.AgeOn(q.On) >= q.Age
}

// The official examples, on the last day of the month in which the age is
// reached, and on the day after.
func TestBeyondPensionAge(t *testing.T) {
	for _, c := range []struct{ birth, month string }{
		{"1964-12", "2024-12"}, {"1965-01", "2025-02"}, {"1965-04", "2025-05"}, {"1965-05", "2025-07"}, {"1967-05", "2028-01"},
		{"1970-12", "2032-06"}, {"1976-08", "2039-07"}, {"1976-09", "2039-09"}, {"1980-01", "2043-01"}, {"1983-02", "2046-02"},
	} {
		first, _ := clock.ParseDate(c.birth + "-01")
		month, _ := clock.ParseDate(c.month + "-01")
		for _, birth := range []clock.Date{first, first.AddMonths(1).AddDays(-1)} {
			if last := month.AddMonths(1).AddDays(-1); beyond(t, birth, last) {
				t.Errorf("born on %s: beyond the age on %s", birth, last)
			}
			if next := month.AddMonths(1); !beyond(t, birth, next) {
				t.Errorf("born on %s: not beyond the age on %s", birth, next)
			}
		}
	}
	if on := clock.NewDate(2020, 6, 1); !beyond(t, clock.NewDate(1960, 5, 31), on) || beyond(t, clock.NewDate(1960, 6, 1), on) {
		t.Error("the ages of before 2025 are not 60 years")
	}
}

// One question about an age and a day tells the same as the birth date would.
func TestTheQuestionSaysWhatTheBirthDateWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		on := clock.NewDate(2025, 1, 1).AddDays(rapid.IntRange(0, 9000).Draw(t, "day"))
		birth := clock.NewDate(1955, 1, 1).AddDays(rapid.IntRange(0, 11000).Draw(t, "birth"))
		men := category{Original: 720, From: "1965-01", Step: 4, MaxDelay: 36}
		age, err := men.months(birth)
		if err != nil {
			t.Fatal(err)
		}
		month := birth.AddDays(1 - birth.Day()).AddMonths(age + 1)
		if want := !on.Before(month); beyond(t, birth, on) != want {
			t.Fatalf("born on %s, beyond the age on %s: %v", birth, on, !want)
		}
	})
}

// SI-24: from the first day of the rule an employer insures who is beyond the
// pension age against injury; before it nobody was bound, and nobody is refused
// the other schemes that the law leaves open.
func TestTheDutyOfWhoIsBeyondThePensionAge(t *testing.T) {
	d, _ := OpenDuty("duty", "hire", "worker", "employer", "654301", clock.NewDate(2026, 7, 1), clock.NewDate(2026, 7, 31))
	if asked, events := d.Request(Schemes()); !slices.Equal(asked.Schemes, Schemes()) || len(events) != 1 {
		t.Errorf("%+v, %v", asked, events)
	}
	old, events := d.Request([]string{schemeInjury})
	if e, ok := events[0].(EnrolmentRequested); !ok || !slices.Equal(e.Schemes, []string{"work_injury"}) {
		t.Errorf("%v", events)
	}
	if _, again := old.Request(Schemes()); again != nil {
		t.Errorf("asked for twice: %v", again)
	}
	for name, c := range map[string]struct {
		schemes []string
		err     error
	}{
		"injury alone":              {[]string{"work_injury"}, nil},
		"pension goes on":           {[]string{"work_injury", "pension", "medical"}, nil},
		"without injury":            {[]string{"pension"}, ErrInjury},
		"unemployment, which ended": {[]string{"work_injury", "unemployment"}, ErrInjury},
	} {
		if _, _, _, err := old.Fulfil("cover", c.schemes, "2026-07", due); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, state := range []DutyState{DutyIsClosed, DutyIsFulfilled} {
		over := d
		over.State = state
		if _, events := over.Request(Schemes()); events != nil {
			t.Errorf("%s: asked for: %v", state, events)
		}
	}
}
