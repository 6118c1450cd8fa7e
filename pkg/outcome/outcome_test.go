package outcome_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/outcome"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// matters are two of the housing department's, with its real events. Ten working days are
// given for an application, and of fewer than five persons nothing is said.
func matters() []outcome.Matter {
	return []outcome.Matter{
		{Name: "application", Case: "application_id", Begins: "application.submitted", Ends: "eligibility.decided", Drops: []string{"application.withdrawn"}},
		{Name: "exit_appeal", Case: "exit_id", Begins: "exit.appealed", Ends: "exit.appeal_decided", Upheld: "stays"},
	}
}

func book(t *testing.T) *rule.Book {
	t.Helper()
	b, err := rule.Parse(strings.NewReader("id,programme,rule,parameters,area,effective_from,effective_to,source,confidence\n"+
		`WK-TARGET,work,Targets,"{""working_days"": {""housing"": {""application"": 10}}}",,2020-01-01,,project decision,A`+"\n"+
		`ST-FEW,statistics,Few,"{""persons_min"": 5}",,2020-01-01,,project decision,A`+"\n"),
		strings.NewReader("id,programme,what,starts_at,amount,unit,counting,day_kind,effective_from,effective_to,source,confidence\n"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// history is a department with its clock, whose events a test writes.
type history struct {
	t     *testing.T
	db    *sqldb.DB
	clock *clock.Manual
	log   *outbox.Outbox
	s     *outcome.Server
	next  map[string]int64
}

func begin(t *testing.T, db *sqldb.DB) *history {
	t.Helper()
	calendar, err := clock.LoadCalendar()
	if err != nil {
		t.Fatal(err)
	}
	h := &history{t: t, db: db, clock: clock.NewManual(time.Date(2026, 1, 1, 4, 0, 0, 0, time.UTC)), next: map[string]int64{}}
	h.log = outbox.New("housing", db, h.clock, nil, 1)
	h.s = &outcome.Server{Department: "housing", DB: db, Clock: h.clock, Rules: book(t), Calendar: calendar, Matters: matters()}
	if err := h.s.Start(); err != nil {
		t.Fatal(err)
	}
	own := []contract.Method{{Service: "qiao.housing.v1.HousingService", Name: "DecideEligibility", Callers: []string{"officer:hou"}}}
	for _, m := range outcome.Methods(h.s, own) {
		if !slices.Equal(m.Callers, []string{"officer:hou"}) {
			t.Errorf("%s is called by %v", m.Name, m.Callers)
		}
	}
	return h
}

// at is a day of 2026, at noon in Beijing.
func at(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 4, 0, 0, 0, time.UTC)
}

// on moves the clock to a day; the days of a test follow each other.
func (h *history) on(day time.Time) {
	h.t.Helper()
	if day.Before(h.clock.Now()) {
		h.t.Fatal("the days of the test do not follow each other")
	}
	h.clock.Advance(day.Sub(h.clock.Now()))
}

// says writes an event of a thing of a worker's, by somebody and through something; by ""
// the platform itself acts.
func (h *history) says(about, worker, county string, by auth.Kind, via string, m proto.Message) {
	h.t.Helper()
	ctx := context.Background()
	if by != "" {
		ctx = auth.NewContext(ctx, auth.Principal{Kind: by, Subject: ident.NewID(), Via: via})
	}
	err := h.db.Update(ctx, func(tx *sqldb.Tx) error {
		return h.log.Append(ctx, tx, outbox.Subject{Aggregate: about, Version: h.next[about], Worker: worker, Division: county}, m)
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.next[about]++
}

// told asks as an officer, and writes what was said in short.
func (h *history) told(p auth.Principal, year int32) []string {
	h.t.Helper()
	r, err := h.s.CountOutcomes(auth.NewContext(context.Background(), p), &platformv1.CountOutcomesRequest{Year: year})
	if err != nil {
		h.t.Fatal(err)
	}
	if r.GetCounting() || r.GetPersonsMin() != 5 {
		h.t.Errorf("%v", r)
	}
	var all []string
	for _, o := range r.GetOutcomes() {
		where := o.GetCounty() + o.GetMonth()
		if o.GetFew() {
			if o.GetCount()+o.GetLate()+o.GetWithoutVisit()+o.GetUpheld()+int64(o.GetMedianDays()+o.GetMostDays()) != 0 {
				h.t.Errorf("what is withheld is told: %v", o)
			}
			all = append(all, fmt.Sprintf("%s %s %s few", o.GetMeasure(), o.GetMatter(), where))
			continue
		}
		all = append(all, fmt.Sprintf("%s %s %s %d: %d %d days, %d late, %d without, %d upheld", o.GetMeasure(), o.GetMatter(), where, o.GetCount(), o.GetMedianDays(), o.GetMostDays(), o.GetLate(), o.GetWithoutVisit(), o.GetUpheld()))
	}
	return all
}

func officer(role, division string) auth.Principal {
	return auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: "hou", Role: role, Division: division}
}

// Ten applications of ten people in one county take 1 to 10 days, and one of another 40:
// half of the eleven took no more than 6 days, and nine in ten (the tenth of eleven) no
// more than 10. Ten working days are over after a fortnight: the last is late. Two were at
// the counter. One that was withdrawn counts for nothing.
func TestWhatCameOfCases(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		h := begin(t, open(t))
		h.on(at(3, 2))
		var cases, people []string
		for i := range 12 {
			cases, people = append(cases, ident.NewID()), append(people, ident.NewID())
			via := auth.ViaWeb
			if i < 2 {
				via = auth.ViaCounter
			}
			h.says(cases[i], people[i], "654301", auth.Worker, via, &housingv1.ApplicationSubmitted{ApplicationId: cases[i], Kind: "public_rental", HouseholdSize: 2})
		}
		h.on(at(3, 3))
		h.says(cases[11], people[11], "654301", auth.Worker, auth.ViaWeb, &housingv1.ApplicationWithdrawn{ApplicationId: cases[11]})
		for i := range 11 {
			if day := at(3, 3+i); i < 10 {
				h.on(day)
			} else {
				h.on(at(4, 11))
			}
			h.says(cases[i], people[i], "654301", auth.Officer, auth.ViaWeb, &housingv1.EligibilityDecided{ApplicationId: cases[i], Outcome: "met"})
		}
		h.says(cases[0], people[0], "654301", auth.Officer, auth.ViaWeb, &housingv1.EligibilityDecided{ApplicationId: cases[0], Outcome: "not_met"}) // anew: it was settled
		if got := h.told(officer("reviewer", "654301"), 2026); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "2026-04") }) {
			t.Errorf("what was written just now is counted, and another may stand before it: %v", got)
		}
		h.clock.Advance(2 * time.Minute)
		whole := "11: 6 10 days, 1 late, 9 without, 0 upheld"
		want := []string{
			"cases application  " + whole, "cases application 2026-03 few", "cases application 2026-04 few", "cases application 654301 " + whole,
		}
		if got := h.told(officer("reviewer", "654301"), 2026); !slices.Equal(got, want) {
			t.Errorf("%s", strings.Join(got, "\n"))
		}
		if got := h.told(officer("reviewer", "654301"), 2025); len(got) > 0 {
			t.Errorf("in another year: %v", got)
		}
	})
}

// An officer of a county is told of it alone, one of the prefecture of all and of their
// sum, and who has no right to ask of nothing.
func TestWhoIsToldOfWhichCounties(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		h := begin(t, open(t))
		h.on(at(5, 4))
		for county, n := range map[string]int{"654301": 7, "654321": 6, "654322": 5} {
			for range n {
				id, who := ident.NewID(), ident.NewID()
				h.says(id, who, county, auth.Worker, auth.ViaWeb, &housingv1.ApplicationSubmitted{ApplicationId: id, Kind: "public_rental", HouseholdSize: 1})
				h.says(id, who, county, auth.Officer, auth.ViaWeb, &housingv1.EligibilityDecided{ApplicationId: id, Outcome: "met"})
			}
		}
		h.clock.Advance(2 * time.Minute)
		line := func(where string, n int) string {
			return fmt.Sprintf("cases application %s %d: 0 0 days, 0 late, %d without, 0 upheld", where, n, n)
		}
		for name, c := range map[string]struct {
			who  auth.Principal
			want []string
		}{
			"a county":       {officer("viewer", "654321"), []string{line("", 6), line("2026-05", 6), line("654321", 6)}},
			"the prefecture": {officer("clerk", "654300"), []string{line("", 18), line("2026-05", 18), line("654301", 7), line("654321", 6), line("654322", 5)}},
			"an operator":    {officer("operator", "654300"), nil},
		} {
			if got := h.told(c.who, 2026); !slices.Equal(got, c.want) {
				t.Errorf("%s is told %s", name, strings.Join(got, "\n"))
			}
		}
	})
}

// Of fewer than five people nothing is told, however many cases they have, and where one
// county alone is withheld the next smallest is too: the sum would tell of it.
func TestFiguresOfFewPersonsAreWithheld(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		h := begin(t, open(t))
		h.on(at(6, 1))
		decided := func(county, who string) {
			id := ident.NewID()
			h.says(id, who, county, auth.Worker, auth.ViaWeb, &housingv1.ApplicationSubmitted{ApplicationId: id, Kind: "public_rental", HouseholdSize: 1})
			h.says(id, who, county, auth.Officer, auth.ViaWeb, &housingv1.EligibilityDecided{ApplicationId: id, Outcome: "met"})
		}
		one := ident.NewID()
		for range 9 {
			decided("654322", one)
		}
		for range 6 {
			decided("654321", ident.NewID())
		}
		for range 8 {
			decided("654301", ident.NewID())
		}
		h.clock.Advance(2 * time.Minute)
		got := h.told(officer("reviewer", "654300"), 2026)
		for where, few := range map[string]bool{"654322": true, "654321": true, "654301": false, "": false} {
			if slices.Contains(got, "cases application "+where+" few") != few {
				t.Errorf("%q: withheld is %t, want %t: %v", where, !few, few, got)
			}
		}
	})
}

// A fact that came by itself is a paper that nobody brought; one that an officer entered
// was on paper, and the same fact of a case counts once. An appeal is upheld where its
// outcome says so.
func TestPapersAndAppeals(t *testing.T) {
	testkit.EachDatabase(t, nil, func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		h := begin(t, open(t))
		h.on(at(7, 1))
		for i := range 6 {
			id, exit, who := ident.NewID(), ident.NewID(), ident.NewID()
			h.says(id, who, "654301", "", "", &housingv1.EvidenceChanged{ApplicationId: id, Kind: "job", What: "recorded"})
			h.says(id, who, "654301", "", "", &housingv1.EvidenceChanged{ApplicationId: id, Kind: "job", What: "recorded"})
			h.says(id, who, "654301", "", "", &housingv1.EvidenceChanged{ApplicationId: id, Kind: "job", What: "corrected"})
			h.says(id, who, "654301", auth.Officer, auth.ViaCounter, &housingv1.EvidenceChanged{ApplicationId: id, Kind: "insurance_months", What: "recorded"})
			h.says(exit, who, "654301", auth.Worker, auth.ViaWeb, &housingv1.ExitAppealed{ExitId: exit})
			outcome := "leaves"
			if i < 2 {
				outcome = "stays"
			}
			h.says(exit, who, "654301", auth.Officer, auth.ViaWeb, &housingv1.ExitAppealDecided{ExitId: exit, LeaseId: ident.NewID(), Outcome: outcome})
		}
		h.clock.Advance(2 * time.Minute)
		want := []string{
			"appeals exit_appeal  6: 0 0 days, 0 late, 6 without, 2 upheld", "appeals exit_appeal 2026-07 6: 0 0 days, 0 late, 6 without, 2 upheld", "appeals exit_appeal 654301 6: 0 0 days, 0 late, 6 without, 2 upheld",
			"papers job  6: 0 0 days, 0 late, 0 without, 0 upheld", "papers job 2026-07 6: 0 0 days, 0 late, 0 without, 0 upheld", "papers job 654301 6: 0 0 days, 0 late, 0 without, 0 upheld",
		}
		if got := h.told(officer("reviewer", "654301"), 2026); !slices.Equal(got, want) {
			t.Errorf("%s", strings.Join(got, "\n"))
		}
	})
}

// A matter whose events the department does not have stops it when it starts.
func TestAMatterThatCannotBe(t *testing.T) {
	for what, m := range map[string]outcome.Matter{
		"an event that is not there": {Name: "x", Case: "application_id", Begins: "application.guessed", Ends: "eligibility.decided"},
		"a field that is not there":  {Name: "x", Case: "exit_id", Begins: "application.submitted", Ends: "eligibility.decided"},
	} {
		if err := (&outcome.Server{Department: "housing", Matters: []outcome.Matter{m}}).Start(); err == nil {
			t.Errorf("%s is taken", what)
		}
	}
}
