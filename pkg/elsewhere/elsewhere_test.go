package elsewhere_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/elsewhere"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/pkg/work"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// jobs are the tables of a department that has one sort of case.
func jobs() fstest.MapFS {
	table := &fstest.MapFile{Data: []byte(`CREATE TABLE job (id TEXT PRIMARY KEY, worker TEXT NOT NULL, county TEXT NOT NULL, begins TEXT NOT NULL, ends TEXT NOT NULL, pay BIGINT NOT NULL, firm TEXT NOT NULL, decided BIGINT NOT NULL)`)}
	return fstest.MapFS{"migrations/sqlite/0001_jobs.sql": table, "migrations/postgres/0001_jobs.sql": table}
}

var matters = []elsewhere.Matter{{
	Name: "job", From: "job", Where: "job.decided = 1", ID: "job.id", Worker: "job.worker", County: "job.county", Since: "job.begins", Days: true,
	Fields: []elsewhere.Field{
		{Name: "firm", Kind: elsewhere.Text, SQL: "firm"}, {Name: "begins", Kind: elsewhere.Date, SQL: "begins"},
		{Name: "ends", Kind: elsewhere.Date, SQL: "ends"}, {Name: "pay", Kind: elsewhere.Money, SQL: "pay"},
	},
}}

var now = time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)

func add(t *testing.T, db *sqldb.DB, id, county, begins string, decided int) {
	t.Helper()
	if err := db.Update(context.Background(), func(tx *sqldb.Tx) error {
		_, err := tx.Exec(`INSERT INTO job (id, worker, county, begins, ends, pay, firm, decided) VALUES ($1, $2, $3, $4, '', 340050, '金山矿业', $5)`, id, "w-"+id, county, begins, decided)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func officer(county string) context.Context {
	return auth.NewContext(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: "hrss", Division: county, Purpose: "other_system", LegalBasis: "test"})
}

// form is how an office writes the other system's form down.
func form(after int64, fields ...*platformv1.EntryField) *platformv1.SaveEntryFormRequest {
	if fields == nil {
		fields = []*platformv1.EntryField{
			{Field: elsewhere.Name, Label: "姓名"}, {Field: "begins", Label: "录用日期", Format: "digits", Column: "日期"}, {Field: "pay", Label: "月工资", Column: "工资"}, {Field: "ends", Label: "终止日期", Column: "终止"},
		}
	}
	return &platformv1.SaveEntryFormRequest{Matter: "job", AfterVersion: after, System: "就业系统", Since: "2026-11-01", NumberColumn: "编号", Fields: fields}
}

func wants(t *testing.T, what string, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code && (err != nil || code != "") {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

// A case is shown in the order and the spelling of the newest form; the number that the
// other system gave is kept once, corrected by a further entry, and compared with that
// system's export; what another county has is answered as nothing.
func TestACaseIsEnteredElsewhere(t *testing.T) {
	testkit.EachDatabase(t, jobs(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		db, home := open(t), officer("654301")
		s := &elsewhere.Server{Outbox: testkit.Outbox(t, "employment", db), Clock: clock.NewManual(now), Matters: matters}
		if err := s.Try(home); err != nil {
			t.Fatal(err)
		}
		for i, county := range []string{"654301", "654301", "654321"} {
			add(t, db, fmt.Sprint("j", i+1), county, "2026-11-16", 1)
		}
		add(t, db, "j4", "654301", "2026-11-16", 0)
		record := func(ctx context.Context, r *platformv1.RecordEntryRequest) (string, error) {
			r.Matter = "job"
			got, err := s.RecordEntry(ctx, r)
			return got.GetEntryId(), err
		}
		_, err := record(home, &platformv1.RecordEntryRequest{CaseId: "j1", Version: 1, Number: "A1"})
		wants(t, "before there is a form", err, "elsewhere.no_form")
		for i, want := range []string{"", "elsewhere.version"} {
			_, err := s.SaveEntryForm(home, form(0))
			wants(t, fmt.Sprint("form ", i), err, want)
		}
		_, err = s.SaveEntryForm(home, form(1, &platformv1.EntryField{Field: "firm", Label: "单位"}, &platformv1.EntryField{Field: "begins", Label: "录用日期", Format: "chinese"}))
		wants(t, "a second version", err, "")
		_, err = s.SaveEntryForm(home, form(2))
		wants(t, "a third version", err, "")
		list, err := s.ListEntryForms(home, &platformv1.ListEntryFormsRequest{Matter: "job"})
		if err != nil || len(list.GetMatters()) != 1 || len(list.GetMatters()[0].GetForms()) != 3 || list.GetMatters()[0].GetForms()[1].GetFields()[1].GetFormat() != "chinese" {
			t.Fatal("a version went away or was changed:", list, err)
		}

		got, err := s.GetTyping(home, &platformv1.GetTypingRequest{Matter: "job", CaseId: "j1"})
		if err != nil || !slices.Equal(got.GetTyped(), []string{"", "20261116", "3400.50", ""}) || got.GetForm().GetVersion() != 3 || got.GetWorker() != "w-j1" {
			t.Fatal(got, err)
		}
		if looks := testkit.Events(t, db); len(looks) != 1 || !strings.Contains(looks[0], "read") {
			t.Errorf("of one look the worker reads %v", looks)
		}
		_, err = s.GetTyping(home, &platformv1.GetTypingRequest{Matter: "job", CaseId: "j3"})
		wants(t, "another county's", err, "elsewhere.unknown")

		for what, c := range map[string]struct {
			r    *platformv1.RecordEntryRequest
			want string
		}{
			"another county's":            {&platformv1.RecordEntryRequest{CaseId: "j3", Version: 3, Number: "A1"}, "elsewhere.unknown"},
			"what is not decided":         {&platformv1.RecordEntryRequest{CaseId: "j4", Version: 3, Number: "A1"}, "elsewhere.over"},
			"no number":                   {&platformv1.RecordEntryRequest{CaseId: "j1", Version: 3}, "elsewhere.number"},
			"a sentence":                  {&platformv1.RecordEntryRequest{CaseId: "j1", Version: 3, Number: "see file"}, "elsewhere.number"},
			"a person's document number":  {&platformv1.RecordEntryRequest{CaseId: "j1", Version: 3, Number: ident.Invented(clock.DateOf(now).AddDays(-9000), 7)}, "elsewhere.persons_number"},
			"a telephone number":          {&platformv1.RecordEntryRequest{CaseId: "j1", Version: 3, Number: "13900001111"}, "elsewhere.persons_number"},
			"a version that is not":       {&platformv1.RecordEntryRequest{CaseId: "j1", Version: 4, Number: "A1"}, "elsewhere.version"},
			"a correction of nothing":     {&platformv1.RecordEntryRequest{CaseId: "j1", Version: 3, Number: "A1", Replaces: "e", ReasonCode: "mistyped"}, "elsewhere.entered"},
			"a reason for the first time": {&platformv1.RecordEntryRequest{CaseId: "j1", Version: 3, Number: "A1", ReasonCode: "mistyped"}, "elsewhere.reason"},
		} {
			_, err := record(home, c.r)
			wants(t, what, err, c.want)
		}
		first, err := record(home, &platformv1.RecordEntryRequest{CaseId: "j1", Version: 2, Number: "A1"})
		wants(t, "the first", err, "")
		_, err = record(home, &platformv1.RecordEntryRequest{CaseId: "j1", Version: 3, Number: "A2"})
		wants(t, "twice", err, "elsewhere.entered")
		_, err = record(home, &platformv1.RecordEntryRequest{CaseId: "j2", Version: 3, Number: "A1"})
		wants(t, "another's number", err, "elsewhere.taken")
		_, err = record(home, &platformv1.RecordEntryRequest{CaseId: "j1", Version: 3, Number: "A2", Replaces: first})
		wants(t, "a correction without reason", err, "elsewhere.reason")
		_, err = record(home, &platformv1.RecordEntryRequest{CaseId: "j1", Version: 3, Number: "A2", Replaces: first, ReasonCode: "mistyped"})
		wants(t, "a correction", err, "")
		got, err = s.GetTyping(home, &platformv1.GetTypingRequest{Matter: "job", CaseId: "j1"})
		if err != nil || len(got.GetEntries()) != 2 || got.GetEntries()[0].GetNumber() != "A2" || got.GetEntries()[1].GetNumber() != "A1" || got.GetEntries()[1].GetVersion() != 2 {
			t.Error(got.GetEntries(), err)
		}
		_, err = record(home, &platformv1.RecordEntryRequest{CaseId: "j2", Version: 3, Number: "A1"})
		wants(t, "a number that stands for nothing any more", err, "")

		before := len(testkit.Events(t, db))
		const j5 = "0198c0de-0000-7000-8000-000000000005"
		add(t, db, j5, "654301", "2026-11-16", 1)
		_, err = s.SaveEntryForm(home, form(3, append(form(0).GetFields(), &platformv1.EntryField{Field: elsewhere.CaseNumber, Label: "来源编号", Column: "来源"})...))
		wants(t, "a version with our number", err, "")
		// What came of a comparison, as a list of it says: line, outcome, number, case and
		// which fields differ; a sign before those that were set aside.
		listed := func(ctx context.Context) (said string, compared *platformv1.Comparison) {
			t.Helper()
			for _, outcome := range []string{elsewhere.IsSame, elsewhere.Differs, elsewhere.IsUnwritten, elsewhere.IsUnknown, elsewhere.IsUnreadable, elsewhere.IsLacking} {
				for _, aside := range []bool{false, true} {
					for after, more := int64(0), true; more; {
						got, err := s.ListCompared(ctx, &platformv1.ListComparedRequest{Matter: "job", Outcome: outcome, Aside: aside, AfterPlace: after, Limit: 1})
						if err != nil {
							t.Fatal(err)
						}
						compared = got.GetComparison()
						for _, r := range got.GetRows() {
							said += fmt.Sprint(r.GetReasonCode(), r.GetLine(), r.GetOutcome(), r.GetNumber(), "=", strings.TrimPrefix(r.GetCaseId(), j5[:35]), r.GetLabels(), ";")
						}
						after, more = got.GetNextPlace(), got.GetNextPlace() > 0
					}
				}
			}
			return said, compared
		}
		if said, compared := listed(home); said != "" || compared != nil {
			t.Errorf("before anything was compared a list says %s %v", said, compared)
		}
		export := func(ctx context.Context, comparison string, last bool, rows ...*platformv1.ExportedRow) string {
			t.Helper()
			got, err := s.CompareEntries(ctx, &platformv1.CompareEntriesRequest{Matter: "job", Version: 4, ComparisonId: comparison, Last: last, Rows: rows})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range got.GetRows() {
				if len(r.GetDifferences()) > 0 {
					t.Errorf("what differs is told without a look: %v", r)
				}
			}
			return got.GetComparisonId()
		}
		same := &platformv1.ExportedRow{Line: 2, Number: "A2", Cells: []string{"2026/11/16", "3,400.50", "", "j1"}}
		one := export(home, "", false, same, &platformv1.ExportedRow{Line: 3, Number: "A1", Cells: []string{"2026-11-17", "13900001111", "", "j2"}})
		_, err = s.CompareEntries(officer("654321"), &platformv1.CompareEntriesRequest{Matter: "job", Version: 4, ComparisonId: one, Rows: []*platformv1.ExportedRow{same}})
		wants(t, "another office's comparison", err, "elsewhere.comparison")
		_, err = s.CompareEntries(home, &platformv1.CompareEntriesRequest{Matter: "job", Version: 3, Rows: []*platformv1.ExportedRow{same}})
		wants(t, "an old version's columns", err, "elsewhere.version")
		if said, _ := listed(home); said != "" {
			t.Errorf("a comparison that was not ended says %s", said)
		}
		export(home, one, true, &platformv1.ExportedRow{Line: 4, Number: "A9", Cells: []string{"2026-11-17", "1", "", "nothing"}},
			&platformv1.ExportedRow{Line: 5, Number: "A5", Cells: []string{"2026-11-16", "3400.5", "", j5}}, &platformv1.ExportedRow{Line: 6, Number: ident.Invented(clock.DateOf(now).AddDays(-9000), 7)})
		_, err = s.CompareEntries(home, &platformv1.CompareEntriesRequest{Matter: "job", Version: 4, ComparisonId: one, Rows: []*platformv1.ExportedRow{same}})
		wants(t, "rows after the last", err, "elsewhere.comparison")
		said, compared := listed(home)
		if want := "2sameA2=j1[];3differsA1=j2[录用日期 月工资];5unwrittenA5=5[];4unknownA9=[];6unreadable=[];"; said != want {
			t.Errorf("%s, want %s", said, want)
		}
		if c := compared.GetCounts(); len(c) != 5 || c[0].GetOutcome() != elsewhere.Differs || c[0].GetCount() != 1 || c[0].GetAside() != 0 {
			t.Errorf("counted are %v", c)
		}
		if n := len(testkit.Events(t, db)) - before; n != 0 {
			t.Errorf("%d looks are told where nothing was shown", n)
		}
		look, err := s.GetCompared(home, &platformv1.GetComparedRequest{Matter: "job", ComparisonId: one, Place: 2})
		if err != nil || len(look.GetRow().GetDifferences()) != 2 || look.GetSince() != "2026-11-16" {
			t.Fatal(look, err)
		}
		if d := look.GetRow().GetDifferences()[0]; d.GetLabel() != "录用日期" || d.GetHere() != "20261116" || d.GetThere() != "2026-11-17" || d.GetMended() {
			t.Error(d)
		}
		if d := look.GetRow().GetDifferences()[1]; !d.GetWithheld() || d.GetThere() != "" || d.GetHere() != "3400.50" {
			t.Errorf("a telephone number in another column was kept: %v", d)
		}
		if n := len(testkit.Events(t, db)) - before; n != 1 {
			t.Errorf("%d looks are told where one case was shown", n)
		}
		_, err = s.GetCompared(officer("654321"), &platformv1.GetComparedRequest{Matter: "job", ComparisonId: one, Place: 2})
		wants(t, "another office's line", err, "elsewhere.comparison")

		set := func(ctx context.Context, comparison string, place int64, reason string) error {
			_, err := s.SetComparedAside(ctx, &platformv1.SetComparedAsideRequest{Matter: "job", ComparisonId: comparison, Place: place, ReasonCode: reason})
			return err
		}
		wants(t, "a line set aside for no reason of the list", set(home, one, 2, "because"), "elsewhere.aside")
		wants(t, "what agrees set aside", set(home, one, 1, "not_ours"), "elsewhere.aside")
		wants(t, "another office's set aside", set(officer("654321"), one, 2, "asked_there"), "elsewhere.comparison")
		wants(t, "set aside", set(home, one, 2, "asked_there"), "")
		wants(t, "set aside for another reason", set(home, one, 2, "same_sense"), "")
		wants(t, "an unknown number set aside", set(home, one, 3, "not_ours"), "")
		wants(t, "brought back", set(home, one, 3, ""), "")
		if said, _ := listed(home); !strings.Contains(said, "same_sense3differsA1=j2") || !strings.Contains(said, ";4unknownA9=") {
			t.Errorf("after one was set aside and one brought back: %s", said)
		}
		// The next export: what says the same stays set aside, what says something else is
		// back, and what it has no row of is lacking. The one before is over.
		two := export(home, "", true, &platformv1.ExportedRow{Line: 7, Number: "A1", Cells: []string{"2026-11-17", "13900001111", "", "j2"}})
		if said, _ := listed(home); said != "same_sense7differsA1=j2[录用日期 月工资];0lackingA2=j1[];" {
			t.Errorf("the second export: %s", said)
		}
		_, err = s.GetCompared(home, &platformv1.GetComparedRequest{Matter: "job", ComparisonId: one, Place: 2})
		wants(t, "the comparison before", err, "elsewhere.comparison")
		export(home, "", true, same, &platformv1.ExportedRow{Line: 8, Number: "A1", Cells: []string{"2026-11-18", "3400.5", "", "j2"}})
		if said, _ := listed(home); said != "2sameA2=j1[];8differsA1=j2[录用日期];" {
			t.Errorf("the third export: %s", said)
		}
		_, err = s.GetCompared(home, &platformv1.GetComparedRequest{Matter: "job", ComparisonId: two, Place: 1})
		wants(t, "the second comparison", err, "elsewhere.comparison")
		export(officer("654321"), "", true, same)
		if said, _ := listed(officer("654321")); said != "2unknownA2=[];" {
			t.Errorf("another county's officer learns of a case by its number: %s", said)
		}
		page, err := s.ListEntries(home, &platformv1.ListEntriesRequest{Matter: "job", Limit: 1})
		if err != nil || len(page.GetCases()) != 1 || page.GetCases()[0].GetCaseId() != "j1" || page.GetNext() != "j1" {
			t.Error(page, err)
		}
		page, err = s.ListEntries(home, &platformv1.ListEntriesRequest{Matter: "job", After: page.GetNext()})
		if err != nil || len(page.GetCases()) != 1 || page.GetCases()[0].GetNumber() != "A1" || page.GetNext() != "" {
			t.Error(page, err)
		}
		if page, err := s.ListEntries(officer("654321"), &platformv1.ListEntriesRequest{Matter: "job"}); err != nil || len(page.GetCases()) != 0 {
			t.Error("another county's list holds", page, err)
		}
	})
}

// A form is refused where it says something that the department does not have, and the
// error stands at its line.
func TestAFormIsJudged(t *testing.T) {
	testkit.EachDatabase(t, jobs(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		s := &elsewhere.Server{Outbox: testkit.Outbox(t, "employment", open(t)), Clock: clock.NewManual(now), Matters: matters}
		good := &platformv1.EntryField{Field: "firm", Label: "单位", Column: "单位"}
		for what, c := range map[string]struct {
			change      func(*platformv1.SaveEntryFormRequest)
			code, field string
		}{
			"no such matter":       {func(r *platformv1.SaveEntryFormRequest) { r.Matter = "lease" }, "elsewhere.matter", ""},
			"no system":            {func(r *platformv1.SaveEntryFormRequest) { r.System = " " }, "elsewhere.system", "system"},
			"no day":               {func(r *platformv1.SaveEntryFormRequest) { r.Since = "" }, "elsewhere.since", "since"},
			"no field":             {func(r *platformv1.SaveEntryFormRequest) { r.Fields = nil }, "elsewhere.fields", "fields"},
			"an unknown field":     {func(r *platformv1.SaveEntryFormRequest) { r.Fields[1].Field = "religion" }, "elsewhere.field", "field_2"},
			"no label":             {func(r *platformv1.SaveEntryFormRequest) { r.Fields[1].Label = "" }, "elsewhere.label", "label_2"},
			"a label twice":        {func(r *platformv1.SaveEntryFormRequest) { r.Fields[1].Label = "单位" }, "elsewhere.label", "label_2"},
			"an amount as a date":  {func(r *platformv1.SaveEntryFormRequest) { r.Fields[1].Format = "digits" }, "elsewhere.format", "format_2"},
			"a column twice":       {func(r *platformv1.SaveEntryFormRequest) { r.Fields[1].Column = "单位" }, "elsewhere.column", "column_2"},
			"no column of numbers": {func(r *platformv1.SaveEntryFormRequest) { r.NumberColumn = "" }, "elsewhere.number_column", "number_column"},
		} {
			r := form(0, proto.Clone(good).(*platformv1.EntryField), &platformv1.EntryField{Field: "pay", Label: "工资"})
			c.change(r)
			_, err := s.SaveEntryForm(officer("654301"), r)
			wants(t, what, err, c.code)
			if got := errs.From(err).Detail["field"]; got != c.field {
				t.Errorf("%s stands at %q, want %q", what, got, c.field)
			}
		}
	})
}

// What is decided since the form's first day waits until a number was written back, or
// until it need not be entered; before there is a form nothing does.
func TestWhatWaitsToBeEntered(t *testing.T) {
	p := testkit.NewPlatform(t, clock.NewManual(now))
	var db *sqldb.DB
	s, err := run.New(context.Background(), "employment", jobs(), p.Deps("employment"), func(_ context.Context, k *run.Kit) (run.Parts, error) {
		db = k.Outbox.DB()
		return run.Parts{Elsewhere: matters, Methods: []contract.Method{{Service: "qiao.employment.v1.EmploymentService", Name: "Own", Callers: []string{"officer:hrss", "worker"}}}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	for id, of := range map[string][2]string{
		"0198c0de-0000-7000-8000-000000000001": {"654301", "2026-11-16"}, "0198c0de-0000-7000-8000-000000000002": {"654301", "2026-10-31"},
		"0198c0de-0000-7000-8000-000000000003": {"654321", "2026-11-16"}, "0198c0de-0000-7000-8000-000000000004": {"654301", "2026-12-01"},
		"0198c0de-0000-7000-8000-000000000005": {"654301", "2026-11-20"},
	} {
		add(t, db, id, of[0], of[1], 1)
	}
	as := func(role, purpose string) context.Context {
		return p.As(auth.Principal{Kind: auth.Officer, Subject: "o-1", Role: role, Department: "hrss", Division: "654301", Purpose: purpose})
	}
	c := platformv1.ElsewhereClient{Caller: p.Client(), Target: "employment"}
	waiting := func() (ids []string) {
		t.Helper()
		reply, err := platformv1.WorkClient{Caller: p.Client(), Target: "employment"}.ListWork(as("clerk", "case_handling"), &platformv1.ListWorkRequest{Matter: "elsewhere_job"})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range reply.GetItems() {
			ids = append(ids, w.GetId()[35:])
		}
		slices.Sort(ids)
		return ids
	}
	if got := waiting(); got != nil {
		t.Errorf("without a form %v wait", got)
	}
	_, err = c.SaveEntryForm(as("clerk", "case_handling"), form(0))
	wants(t, "a clerk's form", err, "auth.denied")
	_, err = c.SaveEntryForm(as("reviewer", "case_handling"), form(0))
	wants(t, "a reviewer's form", err, "")
	if got := waiting(); !slices.Equal(got, []string{"1", "5"}) { // not before the form's day, not another county's, not of a day to come
		t.Errorf("%v wait", got)
	}
	_, err = c.GetTyping(as("clerk", "case_handling"), &platformv1.GetTypingRequest{Matter: "job", CaseId: "0198c0de-0000-7000-8000-000000000001"})
	wants(t, "a look for another purpose", err, "auth.purpose")
	for id, r := range map[string]*platformv1.RecordEntryRequest{"1": {Number: "A1"}, "5": {ReasonCode: "not_needed"}} {
		r.Matter, r.CaseId, r.Version = "job", "0198c0de-0000-7000-8000-00000000000"+id, 1
		_, err := c.RecordEntry(as("clerk", "other_system"), r)
		wants(t, "entry of "+id, err, "")
	}
	if got := waiting(); got != nil {
		t.Errorf("%v wait still", got)
	}
}

// The databases take what is asked of the list.
func TestTheListIsTakenByBothDatabases(t *testing.T) {
	testkit.EachDatabase(t, jobs(), func(t *testing.T, open func(testing.TB) *sqldb.DB) {
		if err := work.Check(context.Background(), open(t), "employment", elsewhere.Kinds(matters)); err != nil {
			t.Error(err)
		}
	})
}

// A cell says the same however it is spelled, and what is not the same is never taken for
// it.
func TestWhatACellSays(t *testing.T) {
	for _, c := range []struct {
		kind, format, value, cell string
		same                      bool
	}{
		{elsewhere.Date, "", "2026-03-01", "2026/3/1", true}, {elsewhere.Date, "", "2026-03-01", "20260301", true}, {elsewhere.Date, "", "2026-03-01", "2026年3月1日", true},
		{elsewhere.Date, "", "2026-03-01", "2026-03-01 00:00:00", true}, {elsewhere.Date, "", "2026-03-01", "2026-01-03", false}, {elsewhere.Date, "", "2026-03-01", "", false},
		{elsewhere.Date, "", "", "", true}, {elsewhere.Date, "", "", "2026-03-01", false},
		{elsewhere.Money, "yuan", "340000", "3,400.00", true}, {elsewhere.Money, "yuan", "340050", "3400.5元", true}, {elsewhere.Money, "yuan", "340050", "3400.505", false},
		{elsewhere.Money, "fen", "340000", "340000", true}, {elsewhere.Money, "fen", "340000", "3400", false}, {elsewhere.Money, "yuan", "0", "", false}, {elsewhere.Money, "yuan", "0", "0", true},
		{elsewhere.Money, "yuan", "340000", "=3400", false}, {elsewhere.Text, "", "金山 矿业", " 金山  矿业 ", true}, {elsewhere.Text, "", "金山", "金山矿业", false},
		{elsewhere.Code, "", "91654301MA0000001X", "91654301ma0000001x", true},
	} {
		if got := elsewhere.Same(c.kind, c.format, c.value, c.cell); got != c.same {
			t.Errorf("%s %q and %q: %v", c.kind, c.value, c.cell, got)
		}
	}
	for want, got := range map[string]string{
		"20261130": elsewhere.Typed(elsewhere.Date, "digits", "2026-11-30"), "2026/11/30": elsewhere.Typed(elsewhere.Date, "slashes", "2026-11-30"), "2026年11月30日": elsewhere.Typed(elsewhere.Date, "chinese", "2026-11-30"),
		"2026-11-30": elsewhere.Typed(elsewhere.Date, "dashes", "2026-11-30"), "3400": elsewhere.Typed(elsewhere.Money, "yuan", "340000"), "3400.05": elsewhere.Typed(elsewhere.Money, "yuan", "340005"), "340005": elsewhere.Typed(elsewhere.Money, "fen", "340005"),
	} {
		if got != want {
			t.Errorf("typed %s, want %s", got, want)
		}
	}
}
