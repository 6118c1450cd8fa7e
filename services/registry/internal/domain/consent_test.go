package domain

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func goodGrant() ConsentForm {
	return ConsentForm{Purpose: "school_place", Kinds: []string{"lease", "job"}, Recipient: "education", NoticeVersion: "告知书2026-1", Language: "kk-Arab"}
}

// kinds is a table of facts like the contract's.
func kinds() FactKinds {
	both := map[string]string{"education": "school_place", "housing": "public_rental"}
	return FactKinds{
		"job": {"employment", both}, "insurance_months": {"insurance", both},
		"lease": {"housing", map[string]string{"education": "school_place"}}, "certificate": {"training", map[string]string{"employment": "job_search"}},
	}
}

func TestGrantRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ConsentForm)
		want   error
	}{
		"nobody":               {func(f *ConsentForm) { f.Recipient = "" }, ErrGrant},
		"the police":           {func(f *ConsentForm) { f.Recipient, f.Purpose = "psb", "residence" }, ErrGrant},
		"no recipient of data": {func(f *ConsentForm) { f.Recipient = "insurance" }, ErrGrant},
		"another's purpose":    {func(f *ConsentForm) { f.Purpose = "public_rental" }, ErrGrant},
		"no purpose":           {func(f *ConsentForm) { f.Purpose = "" }, ErrGrant},
		"nothing":              {func(f *ConsentForm) { f.Kinds = nil }, ErrGrant},
		"an unknown kind":      {func(f *ConsentForm) { f.Kinds = []string{"job", "health"} }, ErrGrant},
		"not its to hold":      {func(f *ConsentForm) { f.Kinds = []string{"job", "certificate"} }, ErrGrant},
		"its own":              {func(f *ConsentForm) { f.Recipient, f.Purpose = "housing", "public_rental" }, ErrGrant},
		"no notice":            {func(f *ConsentForm) { f.NoticeVersion = "" }, ErrGrant},
		"no language":          {func(f *ConsentForm) { f.Language = "" }, ErrLanguage},
		"a language not shown": {func(f *ConsentForm) { f.Language = "fr" }, ErrLanguage},
		"no such day":          {func(f *ConsentForm) { f.From = "2026-02-30" }, nil},
		"backwards":            {func(f *ConsentForm) { f.From, f.To = "2026-11-03", "2026-11-02" }, ErrGrantPeriod},
		"ends before today":    {func(f *ConsentForm) { f.To = "2026-11-01" }, ErrGrantPeriod},
	} {
		f := goodGrant()
		c.change(&f)
		if _, events, err := Grant("g", "w", "654301", f, kinds(), today); err == nil || c.want != nil && !errors.Is(err, c.want) || events != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A grant says the same in whatever order its kinds come, and never twice.
func TestKindsAreASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SliceOfN(rapid.SampledFrom([]string{"job", "insurance_months", "lease"}), 1, 9).Draw(t, "kinds")
		f := goodGrant()
		f.Kinds = drawn
		a, _, err := Grant("a", "w", "", f, kinds(), today)
		if err != nil {
			t.Fatal(err)
		}
		f.Kinds = slices.Clone(drawn)
		slices.Reverse(f.Kinds)
		b, _, err := Grant("b", "w", "", f, kinds(), today)
		if err != nil || !a.Says(b) || len(a.Kinds) > 3 {
			t.Fatalf("%v, %v, %v", a, b, err)
		}
	})
}

func TestAGrantIsWithdrawnOnce(t *testing.T) {
	c, events, err := Grant("g", "w", "654301", goodGrant(), kinds(), today)
	if err != nil || len(events) != 1 || c.From != today {
		t.Fatalf("%+v, %v", c, err)
	}
	c, events, err = c.Withdraw(time.Unix(1, 0))
	if err != nil || c.Standing() || len(events) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, events, err := c.Withdraw(time.Unix(2, 0)); !errors.Is(err, ErrGrantWithdrawn) || events != nil {
		t.Error(err)
	}
	again, _, _ := Grant("h", "w", "654301", goodGrant(), kinds(), today)
	if c.Says(again) {
		t.Error("a withdrawn grant stands for a new one")
	}
}

func TestCodesAreNoSentences(t *testing.T) {
	for s, good := range map[string]bool{
		"": false, "case-1": true, "0199f3a0-0000-7000-8000-000000000000": true, "import": true, "because I want": false, "案件": false, "a\nb": false, "employment:1/2": true,
	} {
		if (CheckCode(s) == nil) != good {
			t.Errorf("%q", s)
		}
	}
	if CheckCase("") != nil || CheckCase("two words") == nil {
		t.Error("a case may be left out, not told")
	}
}
