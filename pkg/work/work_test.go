package work_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rule"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/pkg/work"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// The department has three kinds of things: one whose last day stands in its row, one
// that is given so many working days, and one for which no clock runs.
func kinds() []work.Kind {
	one := work.Kind{Person: work.Household, From: "thing", County: "county", State: "state", Since: "since_at", Within: "'w'", What: "matter", By: []string{"begun_by"}}
	dated, counted, plain := one, one, one
	dated.Matter, dated.Where, dated.Due, dated.Rule = "b_dated", "matter = 'b_dated' AND state <> 'done' AND since_at <= {now}", "due_on", "CLK-ED-UNPLACED"
	dated.Decides = []string{"housing.HousingService.DecideEligibility"}
	counted.Matter, counted.Where, counted.Since, counted.Days = "a_counted", "matter = 'a_counted' AND state <> 'done' AND since_on <= {today}", "since_on", true
	counted.Decides = []string{"housing.HousingService.PlanRepair", "housing.HousingService.FinishRepair"}
	plain.Matter, plain.Where = "c_plain", "matter = 'c_plain' AND state <> 'done' AND begun_by <> {officer}"
	plain.Decides, plain.By = []string{"housing.HousingService.PlanRepair"}, nil
	return []work.Kind{dated, counted, plain}
}

func tables() fstest.MapFS {
	table := &fstest.MapFile{Data: []byte(`CREATE TABLE thing (id TEXT PRIMARY KEY, matter TEXT NOT NULL, county TEXT NOT NULL, state TEXT NOT NULL, since_at BIGINT NOT NULL, since_on TEXT NOT NULL, due_on TEXT NOT NULL, begun_by TEXT NOT NULL)`)}
	return fstest.MapFS{"migrations/sqlite/0001_things.sql": table, "migrations/postgres/0001_things.sql": table}
}

type thing struct {
	id, matter, county, state, begunBy string
	since                              time.Time
	due                                clock.Date
}

const given = 10

func book(t *testing.T) *rule.Book {
	t.Helper()
	b, err := rule.Parse(strings.NewReader("id,programme,rule,parameters,area,effective_from,effective_to,source,confidence\n"+
		`WK-TARGET,work,Targets,"{""working_days"": {""housing"": {""a_counted"": 10}}}",,2020-01-01,,project decision,A`+"\n"),
		strings.NewReader("id,programme,what,starts_at,amount,unit,counting,day_kind,effective_from,effective_to,source,confidence\n"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var now = time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)

// some are things of every sort, many of one day, begun before and after a holiday and
// into a year whose holidays are not known.
func some(calendar *clock.Calendar) []thing {
	r := rand.New(rand.NewPCG(15, 1))
	var all []thing
	for i := range 240 {
		pick := func(of ...string) string { return of[r.IntN(len(of))] }
		t := thing{
			id: fmt.Sprintf("0198c0de-%04x-7000-8000-%012x", r.IntN(1<<16), i), matter: pick("a_counted", "a_counted", "b_dated", "c_plain"),
			county: pick("654301", "654301", "654321", "654322", "650100", ""), state: pick("open", "heard", "done"), begunBy: pick("o-1", "o-2", ""),
			since: now.Add(-time.Duration(r.IntN(90*24)) * time.Hour).Truncate(time.Hour),
		}
		t.due = clock.DateOf(now).AddDays(r.IntN(30) - 15)
		if t.matter == "a_counted" {
			var err error
			if t.due, err = calendar.AddWorkingDays(clock.DateOf(t.since), given); err != nil {
				panic(err)
			}
		}
		all = append(all, t)
	}
	return all
}

func put(t *testing.T, db *sqldb.DB, all []thing) {
	t.Helper()
	err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
		for _, one := range all {
			if _, err := tx.Exec(`INSERT INTO thing (id, matter, county, state, since_at, since_on, due_on, begun_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
				one.id, one.matter, one.county, one.state, one.since.UnixMicro(), clock.DateOf(one.since).String(), one.due.String(), one.begunBy); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// own are methods of the department, as its contract has them.
func own() (all []contract.Method) {
	for _, name := range []string{"DecideEligibility", "PlanRepair", "FinishRepair"} {
		all = append(all, contract.Method{Service: "qiao.housing.v1.HousingService", Name: name, Callers: []string{"officer:hou"}})
	}
	return all
}

func serve(t *testing.T, db *sqldb.DB) *work.Server {
	t.Helper()
	calendar, err := clock.LoadCalendar()
	if err != nil {
		t.Fatal(err)
	}
	s := &work.Server{Department: "housing", DB: db, Clock: clock.NewManual(now), Rules: book(t), Calendar: calendar, Kinds: kinds()}
	for _, m := range work.Methods(s, own()) {
		if !slices.Equal(m.Callers, []string{"officer:hou"}) {
			t.Errorf("%s is called by %v", m.Name, m.Callers)
		}
	}
	if err := s.Try(context.Background()); err != nil {
		t.Fatal(err)
	}
	return s
}

func officer(subject, role, division, further string) auth.Principal {
	return auth.Principal{Kind: auth.Officer, Subject: subject, Department: "hou", Role: role, Division: division, Further: further, Purpose: "case_handling", LegalBasis: "x"}
}

// model is what a list must be: all that waits, each looked at by itself.
func model(all []thing, p auth.Principal, req *platformv1.ListWorkRequest) (want []string, counts map[string][2]int64) {
	type line struct{ due, id, matter string }
	var lines []line
	counts = map[string][2]int64{}
	today := clock.DateOf(now)
	for _, t := range all {
		roles := map[string][]string{"b_dated": {"reviewer"}, "a_counted": {"clerk", "reviewer"}, "c_plain": {"clerk", "reviewer"}}[t.matter]
		theirs, may := p.Narrowed(func(role string) bool { return slices.Contains(roles, role) })
		if !may || p.Department != "hou" || t.state == "done" || t.county != "" && theirs.CoversDivision(t.county) != nil || t.matter == "c_plain" && t.begunBy == p.Subject {
			continue
		}
		due, begun := t.due.String(), t.begunBy == p.Subject
		if t.matter == "c_plain" {
			due, begun = "9999-99-99", false
		}
		late := due < today.String()
		c := counts[t.matter+" "+t.county]
		c[0]++
		if late {
			c[1]++
		}
		counts[t.matter+" "+t.county] = c
		if req.GetMatter() != "" && req.GetMatter() != t.matter || req.GetCounty() != "" && req.GetCounty() != t.county || req.GetState() != "" && req.GetState() != t.state ||
			req.GetOverdue() && !late || req.GetWho() == "me" && begun || req.GetWho() == "another" && !begun || !strings.HasSuffix(t.id, strings.ToLower(req.GetNumber())) {
			continue
		}
		lines = append(lines, line{due, t.id, t.matter})
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(strings.Compare(a.due, b.due), strings.Compare(a.id, b.id), strings.Compare(a.matter, b.matter))
	})
	for _, l := range lines {
		want = append(want, l.due+" "+l.id)
	}
	return want, counts
}

// differ is where two lists differ first.
func differ(got, want []string) (first [2]string) {
	for i := range max(len(got), len(want)) {
		for j, list := range [][]string{got, want} {
			if i < len(list) {
				first[j] = list[i]
			}
		}
		if first[0] != first[1] {
			break
		}
	}
	return first
}

// What a list shows is what looking at each thing by itself lets pass: by right, county
// and filter, in one order, whatever the length of the pages; and the counts are of it.
func TestTheListIsWhatEachCheckLetsPass(t *testing.T) {
	testkit.EachDatabase(t, tables(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		s := serve(t, db)
		all := some(s.Calendar)
		put(t, db, all)
		who := map[string]auth.Principal{
			"a reviewer of a county": officer("o-1", "reviewer", "654301", ""), "a clerk of a county": officer("o-2", "clerk", "654321", ""),
			"a clerk of the prefecture": officer("o-1", "clerk", "654300", ""), "a reviewer of everywhere": officer("o-3", "reviewer", "*", ""),
			"a clerk who reviews in another county": officer("o-1", "clerk", "654301", "reviewer:654322"), "who only looks": officer("o-1", "viewer", "654301", ""),
			"an officer of another department": {Kind: auth.Officer, Subject: "o-1", Department: "edu", Role: "reviewer", Division: "654301"},
		}
		asks := map[string]*platformv1.ListWorkRequest{
			"all": {}, "one county": {County: "654301"}, "overdue": {Overdue: true}, "a matter": {Matter: "a_counted"}, "a state": {State: "heard"},
			"mine": {Who: "me"}, "another's": {Who: "another"}, "another's overdue": {Who: "another", Overdue: true, Matter: "b_dated"}, "a number": {Number: strings.ToUpper(all[7].id[30:])},
			"no such matter": {Matter: "none"}, "no such county": {County: "110000"},
		}
		listed := 0
		for name, p := range who {
			ctx := auth.NewContext(context.Background(), p)
			for what, ask := range asks {
				want, _ := model(all, p, ask)
				for _, limit := range []int32{1, 7, 200} {
					if limit == 1 && len(want) > 20 {
						continue
					}
					var got []string
					after := ""
					for {
						reply, err := s.ListWork(ctx, &platformv1.ListWorkRequest{Matter: ask.GetMatter(), County: ask.GetCounty(), State: ask.GetState(), Number: ask.GetNumber(),
							Overdue: ask.GetOverdue(), Who: ask.GetWho(), Limit: limit, After: after})
						if err != nil {
							t.Fatal(name, what, err)
						}
						for _, w := range reply.GetItems() {
							got = append(got, cmp.Or(w.GetDueOn(), "9999-99-99")+" "+w.GetId())
						}
						if after = reply.GetNext(); after == "" || len(got) > len(all) {
							break
						}
					}
					if !slices.Equal(got, want) {
						t.Fatalf("%s, %s, by %d: %d lines, want %d; the first that differ: %v", name, what, limit, len(got), len(want), differ(got, want))
					}
					listed += len(got)
				}
			}
			_, counts := model(all, p, &platformv1.ListWorkRequest{})
			reply, err := s.CountWork(ctx, &platformv1.CountWorkRequest{})
			if err != nil {
				t.Fatal(name, err)
			}
			for key := range counts {
				if matter, county, _ := strings.Cut(key, " "); !slices.ContainsFunc(reply.GetCounts(), func(c *platformv1.WorkCount) bool { return c.GetMatter() == matter && c.GetCounty() == county }) {
					t.Errorf("%s: %s is not counted", name, key)
				}
			}
			for _, c := range reply.GetCounts() {
				if want := counts[c.GetMatter()+" "+c.GetCounty()]; want != [2]int64{c.GetCount(), c.GetOverdue()} {
					t.Errorf("%s: %v, want %v", name, c, want)
				}
			}
		}
		if listed < 500 {
			t.Errorf("only %d lines were compared", listed)
		}
	})
}

// A line says by which clock it is due and how many working days remain, and who began
// it is told that another decides; it names nobody.
func TestWhatALineSays(t *testing.T) {
	testkit.EachDatabase(t, tables(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db := open(t)
		s := serve(t, db)
		day := func(text string) clock.Date {
			d, err := clock.ParseDate(text)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		put(t, db, []thing{
			{"id-1", "b_dated", "654301", "open", "o-1", now, day("2026-11-27")},
			{"id-2", "b_dated", "654301", "open", "o-2", now, day("2026-11-30")},
			{"id-3", "a_counted", "654301", "open", "o-2", time.Date(2026, 11, 19, 16, 30, 0, 0, time.UTC), day("2026-12-04")}, // 20 November in Beijing
			{"id-4", "c_plain", "654301", "heard", "o-2", now, day("2026-11-30")},
		})
		reply, err := s.ListWork(auth.NewContext(context.Background(), officer("o-1", "reviewer", "654301", "")), &platformv1.ListWorkRequest{Counted: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, w := range reply.GetItems() {
			got = append(got, fmt.Sprint(w.GetId(), " ", w.GetPersonKind(), " ", w.GetSince(), " ", w.GetDueOn(), " ", w.GetRuleId(), " ", w.GetWorkingDaysLeft(), " ", w.GetKind(), " ", w.GetWithin(), " ", w.GetOwn()))
		}
		want := []string{
			"id-1 household 2026-11-30 2026-11-27 CLK-ED-UNPLACED -1 b_dated w true",
			"id-2 household 2026-11-30 2026-11-30 CLK-ED-UNPLACED 0 b_dated w false",
			"id-3 household 2026-11-20 2026-12-04 WK-TARGET 4 a_counted w false",
			"id-4 household 2026-11-30   0 c_plain w false",
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s", strings.Join(got, "\n"))
		}
		if len(reply.GetCounts()) != 6 || reply.GetCounts()[1].GetOverdue() != 1 { // of each matter a line without a county too
			t.Error(reply.GetCounts())
		}
	})
}

func TestWhatIsNoQuestion(t *testing.T) {
	testkit.EachDatabase(t, tables(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		s := serve(t, open(t))
		ctx := auth.NewContext(context.Background(), officer("o-1", "reviewer", "654301", ""))
		for code, ask := range map[string][]*platformv1.ListWorkRequest{
			"work.after":  {{After: "zzz"}, {After: "2026-11-30 id"}, {After: "2026-13-30 id m"}, {After: "2026-11-30  m"}},
			"work.number": {{Number: "abc"}, {Number: "%%%%%"}, {Number: "a_c%d"}, {Number: strings.Repeat("a", 37)}},
			"work.who":    {{Who: "o-2"}},
		} {
			for _, one := range ask {
				if _, err := s.ListWork(ctx, one); errs.CodeOf(err) != code {
					t.Errorf("%v: %v, want %s", one, err, code)
				}
			}
		}
		if _, err := s.ListWork(context.Background(), &platformv1.ListWorkRequest{}); err == nil {
			t.Error("nobody has a list")
		}
	})
}

// A kind that the department's program does not bear out stops the service at its start.
func TestAKindThatCannotBe(t *testing.T) {
	testkit.EachDatabase(t, tables(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		for what, spoil := range map[string]func(*work.Kind){
			"a column that is not there": func(k *work.Kind) { k.County = "town" },
			"a method that is not there": func(k *work.Kind) { k.Decides = append(k.Decides, "housing.HousingService.Guess") },
		} {
			s := serve(t, open(t))
			spoil(&s.Kinds[0])
			if err := s.Try(context.Background()); err == nil {
				t.Errorf("%s is taken", what)
			}
		}
	})
}
