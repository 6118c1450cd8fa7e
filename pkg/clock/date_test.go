package clock

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return d
}

func TestParseDateAcceptsOnlyRealDaysInOneForm(t *testing.T) {
	for _, s := range []string{"2026-11-23", "2024-02-29", "0001-01-01", "9999-12-31"} {
		if d := day(t, s); d.String() != s {
			t.Errorf("%s came back as %s", s, d)
		}
	}
	for _, s := range []string{"", "2026-1-1", "2026-02-29", "2026-13-01", "2026-11-31", "0000-01-01", "20261123", "2026-11-23 ", "2026/11/23"} {
		if _, err := ParseDate(s); !errors.Is(err, ErrDateFormat) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestParseDateSpellingReadsWhatSheetsHold(t *testing.T) {
	for s, want := range map[string]string{
		"2026-12-01": "2026-12-01", "2026/12/1": "2026-12-01", "2026.12.01": "2026-12-01",
		"2026年12月1日": "2026-12-01", " 2026年12月1日": "2026-12-01", "\uff12026-12-01": "2026-12-01",
	} {
		d, changed, err := ParseDateSpelling(s)
		if err != nil || d.String() != want || changed != (s != want) {
			t.Errorf("%q: %s %v %v", s, d, changed, err)
		}
	}
	for _, s := range []string{"", "12/1/2026", "2026-02-30", "tomorrow", "2026年"} {
		if _, _, err := ParseDateSpelling(s); !errors.Is(err, ErrDateFormat) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestDateOfTakesShanghaiDay(t *testing.T) {
	lateUTC := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC)
	if got := DateOf(lateUTC).String(); got != "2026-11-23" {
		t.Errorf("16:00 UTC is %s in Shanghai", got)
	}
	if got := DateOf(lateUTC.Add(-time.Microsecond)).String(); got != "2026-11-22" {
		t.Errorf("just before is %s", got)
	}
	if !DateOf(time.Time{}).IsZero() {
		t.Error("the zero time must have the zero date")
	}
	if got := day(t, "2026-11-23").Start(); !got.Equal(lateUTC) {
		t.Errorf("the day starts at %s", got.UTC())
	}
}

func TestAddMonthsClampsToTheLastDay(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-01-31", 1, "2026-02-28"}, {"2024-01-31", 1, "2024-02-29"}, {"2026-11-30", 3, "2027-02-28"},
		{"2026-03-31", -1, "2026-02-28"}, {"2026-01-15", -1, "2025-12-15"}, {"2024-02-29", 12, "2025-02-28"},
		{"2026-11-23", 0, "2026-11-23"}, {"2026-12-31", 2, "2027-02-28"},
	} {
		if got := day(t, c.from).AddMonths(c.n).String(); got != c.want {
			t.Errorf("%s %+d months: %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestAgeOnCompletesOnTheBirthday(t *testing.T) {
	for _, c := range []struct {
		born, on string
		want     int
	}{
		{"2010-11-01", "2026-11-01", 16}, {"2010-11-02", "2026-11-01", 15}, {"2008-02-29", "2026-02-28", 17},
		{"2008-02-29", "2026-03-01", 18}, {"2026-11-01", "2026-11-01", 0},
	} {
		if got := day(t, c.born).AgeOn(day(t, c.on)); got != c.want {
			t.Errorf("born %s is %d on %s, want %d", c.born, got, c.on, c.want)
		}
	}
}

func TestDateCrossesTextJSONAndSQL(t *testing.T) {
	type row struct {
		At Date `json:"at"`
	}
	for _, d := range []Date{{}, day(t, "2026-11-23")} {
		b, err := json.Marshal(row{d})
		if err != nil {
			t.Fatal(err)
		}
		var back row
		if err := json.Unmarshal(b, &back); err != nil || back.At != d {
			t.Errorf("%s: %v %v", b, back.At, err)
		}
		v, _ := d.Value()
		var scanned Date
		if err := scanned.Scan(v); err != nil || scanned != d {
			t.Errorf("%v: %v %v", v, scanned, err)
		}
	}
	var d Date
	if err := d.Scan(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)); err != nil || d.String() != "2026-11-23" {
		t.Errorf("a driver's date: %v %v", d, err)
	}
	if err := d.Scan(int64(3)); !errors.Is(err, ErrDateFormat) {
		t.Errorf("a number: %v", err)
	}
}

func anyDate(t *rapid.T) Date {
	return NewDate(1900, 1, 1).AddDays(rapid.IntRange(0, 150*365).Draw(t, "days"))
}

func TestDateArithmeticHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate(t), rapid.IntRange(-5000, 5000).Draw(t, "n")
		e := d.AddDays(n)
		if e.Sub(d) != n || e.AddDays(-n) != d {
			t.Fatalf("%s %+d days gave %s", d, n, e)
		}
		if e.After(d) != (n > 0) || e.Before(d) != (n < 0) || (e == d) != (n == 0) {
			t.Fatalf("order of %s and %s", d, e)
		}
		if back, err := ParseDate(e.String()); err != nil || back != e {
			t.Fatalf("%s: %v", e, err)
		}
		if DateOf(e.Start()) != e {
			t.Fatalf("%s does not start on itself", e)
		}
		m := rapid.IntRange(-600, 600).Draw(t, "m")
		f := d.AddMonths(m)
		if f.Day() > d.Day() || (f.Year()*12+int(f.Month()))-(d.Year()*12+int(d.Month())) != m {
			t.Fatalf("%s %+d months gave %s", d, m, f)
		}
	})
}

func FuzzParseDateSpelling(f *testing.F) {
	for _, s := range []string{"2026-12-01", "2026年12月1日", "2026/2/30", "\uff12026.1.1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, changed, err := ParseDateSpelling(s)
		if err != nil {
			return
		}
		if changed == (d.String() == s) {
			t.Fatalf("%q became %s, changed %v", s, d, changed)
		}
	})
}

func TestManualStandsStillUntilMoved(t *testing.T) {
	start := time.Date(2026, 11, 23, 1, 2, 3, 0, time.UTC)
	m := NewManual(start)
	done := make(chan struct{})
	go func() { m.Advance(time.Hour); close(done) }()
	<-done
	if got := m.Now(); !got.Equal(start.Add(time.Hour)) {
		t.Errorf("stands at %s", got)
	}
	m.Set(start)
	if Today(m).String() != "2026-11-23" {
		t.Errorf("today is %s", Today(m))
	}
	if System().Now().Location() != time.UTC {
		t.Error("the system clock must tell UTC")
	}
}
