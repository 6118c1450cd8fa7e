package domain

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
)

func terms() Terms {
	return Terms{Title: " 普工 ", Occupation: "6-31", Headcount: 2, WageMinFen: 300_000, WageMaxFen: 400_000, County: "654301"}
}

func TestTermsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Terms)
		want   error
	}{
		"no place":           {func(t *Terms) { t.Headcount = 0 }, ErrHeadcount},
		"wages crossed":      {func(t *Terms) { t.WageMaxFen = t.WageMinFen - 1 }, ErrWageRange},
		"no wage":            {func(t *Terms) { t.WageMinFen = 0 }, ErrWageRange},
		"negative wage":      {func(t *Terms) { t.WageMinFen, t.WageMaxFen = -2, -1 }, ErrWageRange},
		"season crossed":     {func(t *Terms) { t.SeasonFrom, t.SeasonTo = day, day.AddDays(-1) }, ErrSeason},
		"no title":           {func(t *Terms) { t.Title = " \t" }, ErrVacancyTitle},
		"long title":         {func(t *Terms) { t.Title = strings.Repeat("工", 101) }, ErrVacancyTitle},
		"title of two lines": {func(t *Terms) { t.Title = "普\n工" }, ErrVacancyTitle},
		"long requirements":  {func(t *Terms) { t.Requirements = strings.Repeat("长", maxText+1) }, ErrVacancyText},
		"torn requirements":  {func(t *Terms) { t.Requirements = "a\xff" }, ErrVacancyText},
		"zero byte":          {func(t *Terms) { t.Requirements = "a\x00b" }, ErrVacancyText},
		"long reference":     {func(t *Terms) { t.Reference = strings.Repeat("9", 101) }, ErrVacancyText},
		"equal wages":        {func(t *Terms) { t.WageMaxFen = t.WageMinFen }, nil},
		"one day":            {func(t *Terms) { t.SeasonFrom, t.SeasonTo = day, day }, nil},
	} {
		in := terms()
		c.change(&in)
		got, err := in.Check()
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && got.Title != "普工" {
			t.Errorf("%s: title %q", name, got.Title)
		}
	}
}

func TestNewEmployer(t *testing.T) {
	code, manual, err := ident.ParseUSCC("91654323UK8F0HLA1P")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{"": ErrEmployerName, "a": ErrEmployerName, " 北屯 ": nil, strings.Repeat("厂", 100): nil, strings.Repeat("厂", 101): ErrEmployerName, "a\tb": ErrEmployerName} {
		if _, _, err := NewEmployer("e", code, manual, name, "E", "654301", ident.Phone{}); !errors.Is(err, want) {
			t.Errorf("%q: %v", name, err)
		}
	}
	e, events, err := NewEmployer("e", code, true, "北屯建筑", "E", "654301", ident.Phone{})
	if err != nil || !e.Is("e") || !e.Is(code.String()) || e.Is("") || e.Is("x") || !events[0].(EmployerRegistered).ManualCheck {
		t.Errorf("%+v %v %v", e, events, err)
	}
}

// Whatever is done in whatever order, a vacancy never has more places taken
// than it has, and what is open is what is left.
func TestPlacesNeverExceedTheHeadcount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := terms()
		in.Headcount = rapid.IntRange(1, 5).Draw(t, "headcount")
		v, _ := Publish("v", Employer{ID: "e"}, in, Danger{}, time.Unix(0, 0))
		taken := 0
		for range rapid.IntRange(1, 20).Draw(t, "acts") {
			switch rapid.IntRange(0, 2).Draw(t, "act") {
			case 0:
				after, err := v.Take()
				if (err == nil) != (taken < in.Headcount) {
					t.Fatalf("%d of %d taken: %v", taken, in.Headcount, err)
				}
				if v = after; err == nil {
					taken++
				}
			case 1:
				v, taken = v.GiveBack(), max(0, taken-1)
			case 2:
				if after, _, err := v.Close(); err == nil {
					v = after
				}
			}
			if v.Taken != taken || v.State == VacancyIsOpen && v.Open() != in.Headcount-taken || v.State != VacancyIsOpen && v.Open() != 0 {
				t.Fatalf("%+v, want %d taken", v, taken)
			}
		}
	})
}

func TestProfileSaves(t *testing.T) {
	p, outcome, events := Profile{Worker: "w"}.Save(Wishes{}, "web", false, time.Time{})
	if outcome != Created || len(events) != 1 {
		t.Fatalf("%s, %v", outcome, events)
	}
	p.Version = 1
	if _, outcome, events = p.Save(Wishes{}, "web", false, time.Time{}); outcome != Unchanged || events != nil {
		t.Fatalf("%s, %v", outcome, events)
	}
	p, outcome, _ = p.Save(Wishes{Occupation: "6-29", AvailableFrom: clock.NewDate(2026, 11, 1)}, "web", false, time.Time{})
	if outcome != Updated {
		t.Fatal(outcome)
	}
	p, events = p.Close()
	if !p.Wishes.same(Wishes{}) || len(events) != 1 {
		t.Fatalf("%+v, %v", p, events)
	}
	if _, events = p.Close(); events != nil {
		t.Fatal("closed twice")
	}
	if p, outcome, _ = p.Save(Wishes{}, "web", false, time.Time{}); outcome != Created || p.Closed {
		t.Fatalf("%s, %+v", outcome, p)
	}
}

func TestCompareQualifications(t *testing.T) {
	a, b := Qualification{CertificateID: "a", Occupation: "6-29"}, Qualification{CertificateID: "b", Occupation: "4-03"}
	flagged := a
	flagged.Flagged = true
	for name, c := range map[string]struct {
		noted, held []Qualification
		want        []string
	}{
		"nothing":   {nil, nil, nil},
		"same":      {[]Qualification{a, b}, []Qualification{b, a}, nil},
		"came":      {[]Qualification{a}, []Qualification{a, b}, []string{"b"}},
		"left":      {[]Qualification{a, b}, []Qualification{b}, []string{"a"}},
		"corrected": {[]Qualification{a, b}, []Qualification{flagged, b}, []string{"a"}},
	} {
		events := Compare(c.noted, c.held, "why")
		if len(events) != len(c.want) {
			t.Errorf("%s: %v", name, events)
			continue
		}
		for i, e := range events {
			if q := e.(QualificationRecorded); q.CertificateID != c.want[i] || q.What != "why" {
				t.Errorf("%s: %+v", name, q)
			}
		}
	}
}
