package domain

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
)

func minimum(t rapid.TB, on clock.Date, area string) MinimumWage {
	t.Helper()
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := b.Rule("CT-12", on, area)
	if err != nil {
		t.Fatal(err)
	}
	days, err := b.Rule("CT-22", on, area)
	if err != nil {
		t.Fatal(err)
	}
	m, err := ReadMinimumWage(r, days)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWagesAreComparedWithBothFloors(t *testing.T) {
	const refused = "below_minimum_wage"
	for _, c := range []struct {
		kind EmployerKind
		unit WageUnit
		fen  int64
		want string // the error's code, or the note
	}{
		{Firm, ByMonth, 80_000, refused}, {Firm, ByMonth, 174_999, refused}, {Firm, ByMonth, 175_000, NoteBelowMinimum}, {Firm, ByMonth, 188_999, NoteBelowMinimum}, {Firm, ByMonth, 189_000, ""},
		{Firm, ByDay, 8_045, refused}, {Firm, ByDay, 8_046, NoteBelowMinimum}, {Firm, ByDay, 8_690, ""}, {Firm, ByDay, 8_689, NoteBelowMinimum},
		{Firm, ByHour, 1_749, refused}, {Firm, ByHour, 1_750, NoteBelowMinimum}, {Firm, ByHour, 1_890, ""}, {Firm, ByPiece, 5, NotePiece},
		{Household, ByMonth, 80_000, NoteBelowMinimum}, {Household, ByMonth, 189_000, ""},
	} {
		notes, err := minimum(t, day, "654323").Judge(c.kind, c.unit, c.fen)
		switch {
		case err != nil:
			if d := errs.From(err).Detail; errs.CodeOf(err) != c.want || c.kind == Household || d["rule"] != "CT-12" || d["month"] != "1750" || d["day"] != "80.46" || d["hour"] != "17.5" || d["field"] == "" {
				t.Errorf("%+v: %v %v", c, err, d)
			}
		case c.want == "" && notes != nil, c.want != "" && !slices.Equal(notes, []string{c.want}), c.fen < 175_000 && c.unit == ByMonth && c.kind == Firm:
			t.Errorf("%+v: %v", c, notes)
		}
	}
	if _, err := minimum(t, clock.NewDate(2024, 12, 31), "654323").Judge(Firm, ByMonth, 153_999); errs.CodeOf(err) != refused {
		t.Error("the grades of 2021 count until the end of 2024")
	}
	if notes, err := minimum(t, clock.NewDate(2024, 12, 31), "654323").Judge(Firm, ByMonth, 154_000); err != nil || len(notes) != 1 {
		t.Error(notes, err)
	}
}

// More pay is never judged worse, and no wage that a day makes in a month is
// refused where the month itself is not.
func TestMorePayIsNeverWorse(t *testing.T) {
	m := minimum(t, day, "654301")
	rank := func(unit WageUnit, fen int64) int {
		notes, err := m.Judge(Firm, unit, fen)
		switch {
		case err != nil:
			return 0
		case len(notes) > 0:
			return 1
		}
		return 2
	}
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]WageUnit{ByMonth, ByDay, ByHour, ByPiece}).Draw(t, "unit")
		fen := rapid.Int64Range(0, 400_000).Draw(t, "fen")
		if rank(unit, fen) > rank(unit, fen+rapid.Int64Range(0, 1000).Draw(t, "more")) {
			t.Fatal("more pay was judged worse")
		}
		if rank(ByDay, fen) > 0 && fen*int64(m.PayDays)/100 < m.MonthFen-1 {
			t.Fatal("days that do not make the month were let through")
		}
	})
}
