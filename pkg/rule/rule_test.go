package rule

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
)

var today = clock.NewDate(2026, 11, 23)

func book(t *testing.T) *Book {
	t.Helper()
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func calendar(t *testing.T) *clock.Calendar {
	t.Helper()
	c, err := clock.LoadCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheBookIsWhole(t *testing.T) {
	b := book(t)
	if n, m := len(b.Rules()), len(b.Deadlines()); n != 293 || m != 146 {
		t.Errorf("%d rules and %d time limits", n, m)
	}
	ended := []string{"SI-29", "RP-03"} // shown with their last day, and used for decisions of their time
	for _, r := range b.Rules() {
		if _, err := b.Rule(r.ID, today, "654301"); (err != nil) != slices.Contains(ended, r.ID) {
			t.Errorf("%s in Altay City today: %v", r.ID, err)
		}
	}
	for _, d := range b.Deadlines() {
		if _, err := b.Deadline(d.ID, today); err != nil {
			t.Errorf("%s is not in force today: %v", d.ID, err)
		}
	}
}

func TestProjectParametersAreMarked(t *testing.T) {
	b := book(t)
	for _, c := range []struct {
		id, name string
		want     int
	}{
		{"EM-OFFER", "days", 3}, {"PR-UNDO", "hours", 48}, {"TR-OFFER", "days", 3}, {"ED-OFFER", "days", 5}, {"HO-OFFER", "days", 5}, {"HO-JOB-MONTHS", "stable_job_months", 6}, {"RG-LOOKUP", "officer_lookups_per_hour_max", 60}, {"RG-JOIN", "object_working_days", 10}, {"RG-HEIR", "days", 15},
	} {
		r, err := b.Rule(c.id, today, "654323")
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Int(c.name); err != nil || n != c.want || !r.ToBeConfirmed() || !strings.HasPrefix(r.Source, "project decision") {
			t.Errorf("%s: %d %v", c.id, n, err)
		}
	}
	r, err := b.Rule("TR-HAZARD", today, "")
	if err != nil {
		t.Fatal(err)
	}
	hazards, err := r.Strings("hazards")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := r.Keys("phrases")
	slices.Sort(hazards)
	if err != nil || !slices.Equal(hazards, keys) {
		t.Errorf("hazards %v, phrases for %v: %v", hazards, keys, err)
	}
	if p, err := r.Strings("phrases.underground"); err != nil || !slices.Contains(p, "井下作业") {
		t.Errorf("%v %v", p, err)
	}
}

func TestGettersSayWhatIsWrong(t *testing.T) {
	b := book(t)
	r, err := b.Rule("TR-01", today, "654301")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := r.Int("contract_min_months"); n != 12 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if f, err := r.Float("cap_ratio_of_current_standard"); f != 0.5 || err != nil {
		t.Errorf("%v %v", f, err)
	}
	if v, err := r.Bool("enterprise_trains"); !v || err != nil {
		t.Errorf("%v %v", v, err)
	}
	if s, err := r.Text("payee"); s != "enterprise" || err != nil {
		t.Errorf("%v %v", s, err)
	}
	si, _ := b.Rule("SI-03", today, "")
	if f, err := si.Float("pension.employer"); f != 0.16 || err != nil {
		t.Errorf("%v %v", f, err)
	}
	wi, _ := b.Rule("SI-06", today, "")
	if f, err := wi.Floats("base_rates"); len(f) != 8 || err != nil {
		t.Errorf("%v %v", f, err)
	}
	em, _ := b.Rule("EM-04", today, "")
	if n, err := em.Ints("young_worker"); !slices.Equal(n, []int{16, 18}) || err != nil {
		t.Errorf("%v %v", n, err)
	}
	for name, err := range map[string]error{
		"none": second(r.Int("none")), "a ratio is no whole number": second(r.Int("cap_ratio_of_current_standard")), "text": second(r.Float("payee")),
		"number": second(r.Bool("contract_min_months")), "list": second(r.Text("certificate_any_of")), "list of texts": second(r.Ints("certificate_any_of")),
		"no object": second(r.Int("payee.of")), "keys of a text": second(r.Keys("payee")), "an object": second(si.Float("pension")),
	} {
		if !errors.Is(err, ErrParameter) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.Rule("XX-99", today, ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
	if _, err := b.Deadline("CLK-X", today); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
	if !si.ToBeConfirmed() || r.ToBeConfirmed() {
		t.Error("G and A, also joined with others, are to be confirmed")
	}
}

func second[T any](_ T, err error) error { return err }

const (
	ruleHead = "id,programme,rule,parameters,area,effective_from,effective_to,source,confidence\n"
	limHead  = "id,programme,what,starts_at,amount,unit,counting,day_kind,effective_from,effective_to,source,confidence\n"
)

func TestTheMostSpecificAreaAndTheDayDecide(t *testing.T) {
	b, err := Parse(strings.NewReader(ruleHead+
		`X,p,r,"{""n"": 1}",,2020-01-01,,s,L
X,p,r,"{""n"": 2}",650000,2021-01-01,,s,L
X,p,r,"{""n"": 3}",654300,2022-01-01,2023-12-31,s,L
X,p,r,"{""n"": 4}",654301,2024-01-01,,s,A
`), strings.NewReader(limHead))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		on, area string
		want     int
	}{
		{"2026-01-01", "654301", 4}, {"2026-01-01", "654301001", 4}, {"2026-01-01", "654321", 2}, {"2023-12-31", "654321", 3}, {"2024-01-01", "654321", 2},
		{"2023-12-31", "654301", 3}, {"2026-01-01", "110000", 1}, {"2026-01-01", "", 1}, {"2020-06-01", "654301", 1}, {"2026-01-01", "650000", 2}, {"2019-12-31", "654301", 0},
	} {
		on, _ := clock.ParseDate(c.on)
		r, err := b.Rule("X", on, c.area)
		if c.want == 0 {
			if !errors.Is(err, ErrNotInForce) {
				t.Errorf("%v: %v", c, err)
			}
			continue
		}
		if n, _ := r.Int("n"); err != nil || n != c.want {
			t.Errorf("%v: %d %v", c, n, err)
		}
	}
}

func TestParseRefusesBadTables(t *testing.T) {
	for _, s := range []string{
		"", ruleHead + "X,p,r,{},,2020-01-01,,s\n", ruleHead + "X,p,r,{},,2020-13-01,,s,L\n", ruleHead + "X,p,r,[],,2020-01-01,,s,L\n",
		ruleHead + "X,p,r,{},,2020-01-01,2019-01-01,s,L\n", ruleHead + "X,p,r,{},,2020-01-01,,,L\n", ruleHead + "X,p,r,{},,2020-01-01,,s,Z\n",
		ruleHead + "X,p,r,{},6543,2020-01-01,,s,L\n", ruleHead + "X,p,r,{},,2020-01-01,,s,L\nX,p,r,{},,2021-01-01,,s,L\n", ruleHead + "X,p,r,{}{},,2020-01-01,,s,L\n",
		ruleHead + "X,p,r,null,,2020-01-01,,s,L\n", ruleHead + "X,p,r,{},654301001,2020-01-01,,s,L\n",
	} {
		if _, err := Parse(strings.NewReader(s), strings.NewReader(limHead)); err == nil {
			t.Errorf("accepted %q", s)
		}
	}
	for _, s := range []string{
		"", limHead + "C,p,w,s,x,day,,calendar,2020-01-01,,s,L\n", limHead + "C,p,w,s,1,week,,calendar,2020-01-01,,s,L\n", limHead + "C,p,w,s,1,day,,lunar,2020-01-01,,s,L\n",
		limHead + "C,p,w,s,1,month,,working,2020-01-01,,s,L\n", limHead + "C,p,w,s,1,day,odd,calendar,2020-01-01,,s,L\n",
	} {
		if _, err := Parse(strings.NewReader(ruleHead), strings.NewReader(s)); err == nil {
			t.Errorf("accepted %q", s)
		}
	}
}

func TestDeadlinesEndOnTheRightDay(t *testing.T) {
	b, cal := book(t), calendar(t)
	for _, c := range []struct{ id, start, want string }{
		{"CLK-SI-AGENCY", "2026-09-30", "2026-10-20"},   // 10 working days over the National Day holidays, 10 October worked
		{"CLK-CT-TRANSFER", "2026-11-05", "2026-11-20"}, // 15 days, a Friday
		{"CLK-CT-TRANSFER", "2026-11-06", "2026-11-23"}, // 15 days end on a Saturday and roll to Monday
		{"CLK-CT-WRITTEN", "2026-10-31", "2026-11-30"},  // one month, clamped
		{"CLK-HO-LEASE", "2026-11-23", "2031-11-23"},    // beyond the calendar: the plain day
		{"CLK-HO-RENEW", "2027-02-28", "2026-11-28"},    // a Saturday before the end is not moved later
		{"CLK-DS-ACCEPT", "2026-11-20", "2026-11-25"},   // not confirmed: 5 calendar days come before 5 working days
		{"CLK-DS-LIMIT", "2025-11-24", "2026-11-24"},    // one year
		{"CLK-CT-TRANSFER", "2027-12-17", "2028-01-01"}, // ends beyond the table
		{"CLK-HO-VACANT", "2026-08-31", "2027-03-01"},   // six months end on a Sunday
	} {
		start, _ := clock.ParseDate(c.start)
		d, err := b.Deadline(c.id, today)
		if err != nil {
			t.Fatal(err)
		}
		if end, err := d.From(start, cal); err != nil || end.String() != c.want {
			t.Errorf("%s from %s: %s %v, want %s", c.id, c.start, end, err, c.want)
		}
	}
	d, _ := b.Deadline("CLK-HO-ARREARS", today)
	if _, err := d.From(today, cal); !errors.Is(err, ErrCumulative) {
		t.Errorf("arrears add up: %v", err)
	}
	if _, err := d.From(clock.Date{}, cal); !errors.Is(err, ErrNoStart) {
		t.Errorf("no start: %v", err)
	}
	w, _ := b.Deadline("CLK-SI-AGENCY", today)
	if _, err := w.From(clock.NewDate(2027, 12, 30), cal); !errors.Is(err, clock.ErrCalendarRange) {
		t.Errorf("working days beyond the calendar: %v", err)
	}
	if s, _ := b.Deadline("CLK-DS-AWARD", today); !s.ToBeConfirmed() {
		t.Error("an unconfirmed kind of days is to be confirmed")
	}
}

func TestALimitNeverEndsBeforeItsPlainDay(t *testing.T) {
	b, cal := book(t), calendar(t)
	all := b.Deadlines()
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom(all).Draw(t, "limit")
		start := clock.NewDate(2025, 1, 1).AddDays(rapid.IntRange(0, 900).Draw(t, "start"))
		if d.Counting == "cumulative" {
			return
		}
		end, err := d.From(start, cal)
		if errors.Is(err, clock.ErrCalendarRange) && d.DayKind == Working && !cal.Covers(start.AddDays(2*d.Amount)) {
			return // working days before the first year of the calendar or after its last are not guessed
		}
		if err != nil {
			t.Fatal(err)
		}
		if d.Amount > 0 && end.Before(d.plain(start)) || d.Amount < 0 && !end.Before(start) {
			t.Fatalf("%s from %s ends %s", d.ID, start, end)
		}
	})
}

func TestTraceShowsWhatPromise8Asks(t *testing.T) {
	r, err := book(t).Rule("TR-01", today, "654301")
	if err != nil {
		t.Fatal(err)
	}
	tr, err := r.Trace(today, "contract_min_months")
	if err != nil {
		t.Fatal(err)
	}
	tr.Outcome = NotMet
	if tr.Check() == nil {
		t.Error("a refusal without facts and appeal passed")
	}
	tr.Facts = []Fact{{Name: "contract_months", Value: "9", From: "employment"}}
	tr.Gaps = []Gap{{Name: "contract_months", Have: "9", Need: "12", Short: "3", Unit: "month"}}
	tr.Changes = []Change{{Code: "longer_contract"}}
	tr.Appeals = []Appeal{{Way: "reconsideration", Body: "hrss", Deadline: "CLK-RC-APPLY", Until: clock.NewDate(2027, 1, 22)}}
	if err := tr.Check(); err != nil {
		t.Error(err)
	}
	b, err := json.Marshal(tr)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"rule_id":"TR-01","title":"Post-training enterprise subsidy of the seed","source":"seed item 2","confidence":"S","to_be_confirmed":false,"area":"654300","effective_from":"2013-06-07","decided_on":"2026-11-23","parameters":{"contract_min_months":12},"facts":[{"name":"contract_months","value":"9","from":"employment"}],"outcome":"not_met","gaps":[{"name":"contract_months","have":"9","need":"12","short":"3","unit":"month"}],"changes":[{"code":"longer_contract"}],"appeals":[{"way":"reconsideration","body":"hrss","deadline":"CLK-RC-APPLY","until":"2027-01-22"}]}`
	if string(b) != want {
		t.Errorf("%s", b)
	}
	if _, err := r.Trace(today, "none"); !errors.Is(err, ErrParameter) {
		t.Errorf("%v", err)
	}
	r.Parameters()[0] = 'x'
	if r.Parameters()[0] != '{' {
		t.Error("a caller changed the rule")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(ruleHead + "X,p,r,{},654300,2020-01-01,,s,L\n")
	f.Add(ruleHead + "X,p,r,\"{\"\"a\"\": [1, {}]}\",,2020-01-01,2021-01-01,s,L+G\n")
	f.Fuzz(func(t *testing.T, s string) {
		b, err := Parse(strings.NewReader(s), strings.NewReader(limHead))
		if err != nil {
			return
		}
		for _, r := range b.Rules() {
			if got, err := b.Rule(r.ID, r.EffectiveFrom, r.Area); err != nil || got.Area != r.Area {
				t.Fatalf("%s: %v", r.ID, err)
			}
		}
	})
}

// A row that ended, without one that follows, has ended; one in force, one that
// goes on in a later row and one that only begins have not.
func TestEnded(t *testing.T) {
	b, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		id, on, area string
		ended        string
	}{
		{"TR-06", "2026-12-31", "", ""}, {"TR-06", "2027-01-01", "", "2026-12-31"}, {"TR-06", "2027-01-01", "654301", "2026-12-31"}, {"TR-06", "2020-01-01", "", ""},
		{"SI-26", "2027-01-01", "654301", "2026-12-31"}, {"SI-26", "2027-01-01", "110000", ""},
		{"EM-TAX-VAT", "2028-06-01", "654323", "2027-12-31"}, {"HO-14", "2026-06-30", "", ""}, {"HO-08", "2026-07-01", "", ""}, {"HO-01", "2040-01-01", "", ""},
	} {
		on, _ := clock.ParseDate(c.on)
		got, ended := b.Ended(c.id, on, c.area)
		if ended != (c.ended != "") || got.EffectiveTo.String() != c.ended {
			t.Errorf("%s on %s in %q: %v, %s; want %q", c.id, c.on, c.area, ended, got.EffectiveTo, c.ended)
		}
		if ended {
			if tr, err := got.NotAnnounced(on); err != nil || tr.Check() != nil || tr.Outcome != Unclear || tr.Gaps[0].Have != c.ended || tr.Parameters != nil {
				t.Errorf("%s: %+v, %v", c.id, tr, err)
			}
		}
	}
}
