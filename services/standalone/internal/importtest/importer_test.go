package importtest

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/importer"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sheet"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

const (
	firm    = "阿勒泰市北屯路商贸有限公司,91654301MA7777777X,F,批发和零售业,阿勒泰市,19000061956"
	store   = "91654301MA7777777X,仓库管理员,4-02,5,4000,5000,阿勒泰市,2026-12-10,2027-05-09,是,是,高处作业"
	till    = "91654301MA7777777X,收银员,4-01,3,3800,4500,阿勒泰市,2026-12-10,2027-05-09,否,是,"
	course  = "阿勒泰市职业技能培训中心,化学纤维制造人员,6-13,三级,120,40,2027-02-02,通用,,2000"
	first   = "阿勒泰市第1小学,公办,阿勒泰市,红墩镇,小学,9"
	second  = "阿勒泰市第2中学,公办,阿勒泰市,红墩镇,初中,19"
	home    = "阿勒泰市安居苑,7-4-257,两室一厅,59.8,340,阿勒泰市,公租房"
	next    = "阿勒泰市安居苑,3-5,两室一厅,60,350,阿勒泰市,公租房"
	ming    = "654399198601010124"
	mother  = "654399198601020138"
	young   = "654399200501010055"
	refused = "654399195001020122"
)

// A sheet that was corrected and brought again corrects what is there and makes
// nothing twice; what it may not change, it is said to differ in.
func TestACorrectedSheet(t *testing.T) {
	o := newOffice(t)
	o.bring(o.sheet("employers.csv", firm))
	things := []struct{ kind, before, after, other string }{
		{"vacancies", store, strings.Replace(store, ",5,4000,", ",6,4000,", 1), till},
		{"courses", course, strings.Replace(course, ",40,", ",45,", 1), strings.Replace(course, "三级", "四级", 1)},
		{"schools", first, strings.Replace(first, ",9", ",12", 1), second},
		{"housing", home, strings.Replace(home, ",340,", ",360,", 1), next},
	}
	for _, c := range things {
		path := o.sheet(c.kind+".csv", c.before, c.other)
		tells(t, o.bring(path).one(t, c.kind), "created 2 applied 0 unchanged 0 differs 0")
		tells(t, o.bring(path).one(t, c.kind), "created 0 applied 0 unchanged 2 differs 0")
		o.sheet(c.kind+".csv", c.after, c.other)
		tells(t, o.bring(path).one(t, c.kind), "created 0 applied 1 unchanged 1 differs 0")
		tells(t, o.bring(path).one(t, c.kind), "created 0 applied 0 unchanged 2 differs 0")
		o.sheet(c.kind+".csv", c.after, c.after, c.before)
		tells(t, o.bring(path).one(t, c.kind), "created 0 applied 0 unchanged 1 differs 0 refused: duplicate_row 2")
	}
	for table, want := range map[string]string{"vacancy": "employment", "course": "training", "school": "education", "home": "housing"} {
		if n := o.count(want, table); n != 2 {
			t.Errorf("%d rows of %s", n, table)
		}
	}
	found, err := employmentv1.EmploymentClient{Caller: o.people, Target: "employment"}.SearchVacancies(he("somebody"), &employmentv1.SearchVacanciesRequest{County: "654301"})
	if err != nil || !slices.ContainsFunc(found.GetVacancies(), func(v *employmentv1.Vacancy) bool { return v.GetTitle() == "仓库管理员" && v.GetHeadcount() == 6 }) {
		t.Errorf("the corrected headcount is not in the search: %v, %v", found, err)
	}
	corrected := o.sheet("employers.csv", strings.Replace(strings.Replace(firm, "北屯路", "南屯路", 1), "19000061956", "19000061957", 1))
	r := o.bring(corrected)
	tells(t, r.one(t, "employers"), "created 0 applied 1 unchanged 0 differs 0 noted: uscc_manual_check 1")
	if len(r.Differs) != 1 || r.Differs[0].Line != 2 || !slices.Equal(r.Differs[0].Columns, []string{"单位名称"}) {
		t.Errorf("%+v", r.Differs)
	}
}

// What people applied for is not lowered behind their backs.
func TestWhatSomebodyAppliedForStays(t *testing.T) {
	o := newOffice(t)
	o.bring(o.sheet("employers.csv", firm))
	path := o.sheet("vacancies.csv", store)
	o.bring(path)
	o.bring(o.sheet("workers_654301.csv", person("王小明", ming, "3400")))
	worker := o.find(ming)
	employment := employmentv1.EmploymentClient{Caller: o.people, Target: "employment"}
	found, err := employment.SearchVacancies(he(worker), &employmentv1.SearchVacanciesRequest{County: "654301"})
	if err != nil || len(found.GetVacancies()) != 1 {
		t.Fatal(found, err)
	}
	if _, err := employment.Apply(he(worker), &employmentv1.ApplyRequest{Worker: worker, VacancyId: found.GetVacancies()[0].GetVacancyId()}); err != nil {
		t.Fatal(err)
	}
	o.sheet("vacancies.csv", strings.Replace(store, ",5,4000,5000,", ",4,3900,4900,", 1))
	r := o.bring(path)
	tells(t, r.one(t, "vacancies"), "created 0 applied 0 unchanged 0 differs 1")
	if len(r.Differs) != 1 || !slices.Equal(r.Differs[0].Columns, []string{"人数", "月薪下限", "月薪上限"}) {
		t.Errorf("%+v", r.Differs)
	}
	o.sheet("vacancies.csv", strings.Replace(store, ",5,4000,5000,", ",8,4100,5000,", 1))
	tells(t, o.bring(path).one(t, "vacancies"), "created 0 applied 1 unchanged 0 differs 0")
}

// counter is the import's own, in the department of labour.
func (o *office) counter() context.Context {
	return rpc.As(context.Background(), auth.Principal{Kind: auth.Officer, Subject: "import", Department: "hrss", Division: auth.Everywhere, Purpose: "registration", LegalBasis: "PIPL 13(3)", Via: auth.ViaImport})
}

// find looks a person up at the import's counter.
func (o *office) find(number string) string {
	o.Helper()
	reply, err := registryv1.RegistryClient{Caller: o.caller, Target: "registry"}.FindWorker(o.counter(), &registryv1.FindWorkerRequest{DocumentNumber: number, CaseId: "import"})
	if err != nil {
		o.Fatal(err)
	}
	return reply.GetWorker()
}

// A sheet corrects what a sheet said, and never what the worker said since.
func TestTheWorkersLaterWordWins(t *testing.T) {
	o := newOffice(t)
	path := o.sheet("workers_654301.csv", person("王小明", ming, "3400"))
	o.bring(path)
	worker := o.find(ming)
	o.sheet("workers_654301.csv", strings.Replace(person("王小明", ming, "3600"), "13000010001", "13000010002", 1))
	tells(t, o.bring(path).one(t, "workers"), "created 0 applied 1 unchanged 0 differs 0")

	employment := employmentv1.EmploymentClient{Caller: o.people, Target: "employment"}
	own, err := employment.GetProfile(he(worker), &employmentv1.GetProfileRequest{Worker: worker})
	if err != nil || own.GetProfile().GetWageMinFen() != 360000 {
		t.Fatal(own, err)
	}
	if _, err := employment.SetProfile(he(worker), &employmentv1.SetProfileRequest{Worker: worker, Occupation: "4-02", WageMinFen: 500000, Skills: []string{"4-02"}}); err != nil {
		t.Fatal(err)
	}
	registry := registryv1.RegistryClient{Caller: o.people, Target: "registry"}
	if _, err := registry.UpdateContact(he(worker), &registryv1.UpdateContactRequest{Worker: worker, Phone: "13000010009", County: "654301", Languages: []string{"kk-Arab"}}); err != nil {
		t.Fatal(err)
	}
	r := o.bring(path)
	tells(t, r.one(t, "workers"), "created 0 applied 0 unchanged 0 differs 1")
	want := []string{"联系电话", "居住乡镇(街道)", "服务语言", "可上岗日期", "文化程度", "需要住宿", "意向职业代码", "期望月薪(元)"}
	if len(r.Differs) != 1 || len(r.Differs[0].Columns) != len(want) || slices.ContainsFunc(want, func(c string) bool { return !slices.Contains(r.Differs[0].Columns, c) }) {
		t.Errorf("%+v", r.Differs)
	}
	own, err = employment.GetProfile(he(worker), &employmentv1.GetProfileRequest{Worker: worker})
	if err != nil || own.GetProfile().GetWageMinFen() != 500000 || own.GetProfile().GetOccupation() != "4-02" {
		t.Error(own, err)
	}
	who, err := registry.GetWorker(he(worker), &registryv1.GetWorkerRequest{Worker: worker, CaseId: "import"})
	if err != nil || who.GetPerson().GetPhone() != "13000010009" {
		t.Error(who, err)
	}
}

// A refused row leaves nothing behind: its number is free for who it belongs to.
func TestARefusedRowRegistersNobody(t *testing.T) {
	o := newOffice(t)
	wrong := strings.Replace(person("王小朋", refused, "3400"), "6-14", "6-77", 1)
	tells(t, o.bring(o.sheet("workers_654301.csv", wrong)).one(t, "workers"), "created 0 applied 0 unchanged 0 differs 0 refused: employment.occupation 1")
	if n := o.count("registry", "worker"); n != 0 {
		t.Fatalf("%d registered", n)
	}
	tells(t, o.bring(o.sheet("workers_654301.csv", person("王小明", refused, "3400"))).one(t, "workers"), "created 1 applied 0 unchanged 0 differs 0")

	// So it is with a sheet in memory, as the console's page holds it; the reason names its
	// column, and the row as it was typed anew is the person who is there.
	data, err := os.ReadFile(o.sheet("workers_654301.csv", strings.Replace(wrong, "王小朋", "王小明", 1)))
	if err != nil {
		t.Fatal(err)
	}
	files, unread, err := sheet.Of(context.Background(), "workers_654301.csv", data)
	if err != nil {
		t.Fatal(err)
	}
	var rejected []importer.Rejection
	o.im.Rejected = func(one importer.Rejection) { rejected = append(rejected, one) }
	r, err := o.im.Sheets(context.Background(), files, unread)
	if err != nil || len(rejected) != 1 || rejected[0].Column != "意向职业代码" || rejected[0].Row.Line != 2 {
		t.Fatalf("%+v, %v", rejected, err)
	}
	tells(t, report{r}.one(t, "workers"), "created 0 applied 0 unchanged 0 differs 0 refused: employment.occupation 1")
	o.im.Mended = func(_ sheet.File, line int) []string {
		if line != 2 {
			return nil
		}
		return strings.Split(person("王小明", refused, "3400"), ",")
	}
	if r, err = o.im.Sheets(context.Background(), files, unread); err != nil {
		t.Fatal(err)
	}
	tells(t, report{r}.one(t, "workers"), "created 0 applied 0 unchanged 1 differs 0")
}

// What can only be a slip of the pen is refused by the rules' parameters, and no
// number wraps.
func TestImplausibleRows(t *testing.T) {
	o := newOffice(t)
	o.bring(o.sheet("employers.csv", firm))
	post := func(title, rest string) string { return "91654301MA7777777X," + title + ",4-02," + rest + ",是,是," }
	tells(t, o.bring(o.sheet("vacancies.csv",
		post("过期岗", "5,4000,5000,阿勒泰市,2020-01-01,2020-05-01"), post("倒期", "5,4000,5000,阿勒泰市,2027-05-01,2027-01-01"),
		post("一元", "5,1,2,阿勒泰市,2026-12-10,2027-05-09"), post("千", "5,4.5,6,阿勒泰市,2026-12-10,2027-05-09"),
		post("多", "999999999,4000,5000,阿勒泰市,2026-12-10,2027-05-09"), post("更多", "4294967297,4000,5000,阿勒泰市,2026-12-10,2027-05-09"),
		post("高", "5,4000000,5000000,阿勒泰市,2026-12-10,2027-05-09"),
	)).one(t, "vacancies"), "created 0 applied 0 unchanged 0 differs 0 refused: employment.vacancy.season 1, headcount_implausible 1, number_format 1, season_over 1, wage_implausible 3")
	for name, row := range map[string]string{
		"schools.csv": strings.Replace(first, ",9", ",4294967297", 1), "courses.csv": strings.Replace(course, ",40,", ",4294967297,", 1),
		"housing.csv": strings.Replace(home, "59.8", "42949673.56", 1),
	} {
		for _, s := range o.bring(o.sheet(name, row)).Sheets {
			if s.Refused() != 1 {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
	o.bring(o.sheet("workers_654301.csv", person("王小明", young, "3400")))
	tells(t, o.bring(o.sheet("children.csv", young+",王小甲,1990-01-01,红墩镇,小学,", young+",王小丙,2004-01-01,红墩镇,学前,", young+",王小丁,2030-01-01,红墩镇,学前,")).one(t, "children"),
		"created 0 applied 0 unchanged 0 differs 0 refused: birthdate_future 1, guardian_age 2")
	if n := o.count("registry", "child"); n != 0 {
		t.Errorf("%d children", n)
	}
}

// One child in two rows is noted, within a sheet and between two.
func TestALikelyDoubleIsNoted(t *testing.T) {
	o := newOffice(t)
	o.bring(o.sheet("workers_654301.csv", person("王大", ming, "3400"), person("李妈", mother, "3400")))
	rows := []string{ming + ",王小甲,2020-05-01,红墩镇,小学,", mother + ",王小甲,2020-05-01,红墩镇,小学,", ming + ",阿·甲,2020-06-01,红墩镇,小学,", ming + ",阿甲,2020-06-01,红墩镇,小学,"}
	for i, want := range []string{
		"created 1 applied 0 unchanged 0 differs 0", "created 1 applied 0 unchanged 0 differs 0 noted: likely_double 1",
		"created 1 applied 0 unchanged 0 differs 0", "created 0 applied 0 unchanged 0 differs 1 noted: likely_double 1",
	} {
		tells(t, o.bring(o.sheet("children.csv", rows[i])).one(t, "children"), want)
	}
	if n := o.count("education", "application"); n != 3 {
		t.Errorf("%d applications", n)
	}
	p := newOffice(t)
	p.bring(p.sheet("workers_654301.csv", person("王大", ming, "3400"), person("李妈", mother, "3400")))
	tells(t, p.bring(p.sheet("children.csv", rows...)).one(t, "children"), "created 3 applied 0 unchanged 0 differs 1 noted: likely_double 2")
}

// A worker of whom another record is likely is noted, and the row is taken in.
func TestALikelyDoubleOfAWorkerIsNoted(t *testing.T) {
	o := newOffice(t)
	o.bring(o.sheet("workers_654301.csv", person("王小明", number(12), "3400")))
	rows := []string{person("王晓明", number(21), "3400"), person("李妈", mother, "3400")}
	path := o.sheet("workers_654301.csv", rows...)
	o.im.DryRun = true
	tells(t, o.bring(path).one(t, "workers"), "created 2 applied 0 unchanged 0 differs 0 noted: likely_double 1")
	o.im.DryRun = false
	tells(t, o.bring(path).one(t, "workers"), "created 2 applied 0 unchanged 0 differs 0 noted: likely_double 1")
	if n := o.count("registry", "likely_double"); n != 1 {
		t.Errorf("%d pairs are kept", n)
	}
	tells(t, o.bring(path).one(t, "workers"), "created 0 applied 0 unchanged 2 differs 0")
}

// toMend lists the files of rows to be mended.
func (o *office) toMend() (names []string) {
	o.Helper()
	all, err := os.ReadDir(o.im.Refused)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		o.Fatal(err)
	}
	for _, e := range all {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			o.Errorf("%s: %v, %v", e.Name(), info.Mode(), err)
		}
		names = append(names, filepath.Join(o.im.Refused, e.Name()))
	}
	return names
}

// Rows to be mended are kept, in a file for each sheet and run, until they are in.
func TestRowsToMendAreKeptUntilTheyAreIn(t *testing.T) {
	o := newOffice(t)
	bad := person("X", ming, "3400")
	o.sheet("workers_654301.csv", bad, person("李妈", mother, "3400"))
	o.sheet("workers_654301.tsv", person("Y", young, "3400"))
	r := o.bring(o.dir)
	if len(o.toMend()) != 4 || len(r.ToMend) != 4 {
		t.Fatalf("%v, %v", o.toMend(), r.ToMend)
	}
	// Judged again and refused again: the new files take the old ones' place.
	before := o.toMend()
	o.bring(o.dir)
	if now := o.toMend(); len(now) != 4 || slices.ContainsFunc(now, func(n string) bool { return slices.Contains(before, n) }) {
		t.Fatalf("%v", now)
	}
	// The clerk mends one of the files; another import of the first sheet leaves it alone.
	mended := slices.DeleteFunc(o.toMend(), func(n string) bool { return !strings.Contains(n, ".csv@") || !strings.HasSuffix(n, sheet.RefusedCSV) })[0]
	text, err := os.ReadFile(mended)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), "X,", "王小明,", 1))
	if err := os.WriteFile(mended, text, 0o600); err != nil {
		t.Fatal(err)
	}
	o.bring(o.dir)
	if !slices.Contains(o.toMend(), mended) {
		t.Fatalf("mended rows that are not in were deleted: %v", o.toMend())
	}
	// An import of the mended file that breaks off leaves it as it was.
	sound := o.im.Caller
	o.im.Caller, o.im.Patience = breaking(sound, 0, rpc.ErrUnavailable), time.Millisecond
	if _, err := o.im.Run(context.Background(), mended); !errors.As(err, new(*importer.Stopped)) {
		t.Fatal(err)
	}
	if now, err := os.ReadFile(mended); err != nil || string(now) != string(text) {
		t.Fatal("the mended file changed", err)
	}
	o.im.Caller, o.im.Patience = sound, 10*time.Second
	tells(t, o.bring(mended).one(t, "workers_654301.csv@"), "created 1 applied 0 unchanged 0 differs 0")
	if slices.Contains(o.toMend(), mended) {
		t.Error("the rows are in, and their file is still there")
	}
}

// What is not about a row stops the import: nothing is refused for it, what was
// done is kept, and the next import goes on from there.
func TestTheWorldDuringAnImport(t *testing.T) {
	o := newOffice(t)
	people := 0
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"the server is down":      {rpc.ErrUnavailable.With("service", "registry"), "rpc.unavailable, registry"},
		"no answer in time":       {rpc.ErrDeadline, "rpc.deadline"},
		"a service is stopping":   {sqldb.ErrClosed, "storage.closed"},
		"the disk is full":        {sqldb.ErrFull, "the disk is full (storage.full); "},
		"a defect of ours":        {errs.ErrInternal, "internal"},
		"the key does not fit":    {errs.New(errs.Unauthenticated, "auth.principal_invalid", "The proof is not valid."), "auth.principal_invalid"},
		"the server is older":     {errs.New(errs.NotFound, "rpc.method_unknown", "There is no such method."), "rpc.method_unknown"},
		"the keys' database left": {errs.New(errs.Internal, "registry.vault.lost", "The keys are lost."), "registry.vault.lost"},
	} {
		t.Run(name, func(t *testing.T) {
			rows := []string{person("X", number(people), "3400")}
			for range 4 {
				rows = append(rows, person("王小明", number(people), "3400"))
				people++
			}
			path := o.sheet("workers_654301.csv", rows...)
			sound := o.im.Caller
			before := o.toMend()
			o.im.Caller, o.im.Patience = breaking(sound, 5, c.err), time.Millisecond
			r, err := o.im.Run(context.Background(), path)
			var stopped *importer.Stopped
			if !errors.As(err, &stopped) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") || r.Stopped == "" {
				t.Fatalf("%v, %+v", err, r)
			}
			s := report{r}.one(t, "workers")
			if n := s.Refused(); n > 1 || s.Rows >= 5 || stopped.Rows != s.Rows {
				t.Errorf("%+v", s)
			}
			if files := o.toMend(); !slices.Equal(files, before) {
				t.Errorf("%v", files)
			}
			o.im.Caller, o.im.Patience = sound, 10*time.Second
			again := o.bring(path).one(t, "workers")
			// A row may be done whose answer was not waited for any more: it is found then.
			if again.Unchanged < s.Created || again.Created+again.Unchanged != 4 || again.Refused() != 1 || o.count("registry", "worker") != people {
				t.Errorf("first %+v, then %+v", s, again)
			}
		})
	}
}

func TestAnInterruptedImportSaysSo(t *testing.T) {
	o := newOffice(t)
	path := o.sheet("workers_654301.csv", person("王小明", ming, "3400"), person("李妈", mother, "3400"))
	ctx, stop := context.WithCancel(context.Background())
	var once sync.Once
	o.im.Progress = func(string, int) { once.Do(stop) }
	_, err := o.im.Run(ctx, path)
	if !errors.As(err, new(*importer.Stopped)) && !strings.Contains(err.Error(), "interrupted") {
		t.Fatal(err)
	}
	o.im.Progress = nil
	if s := o.bring(path).one(t, "workers"); s.Created+s.Unchanged+s.Applied != 2 {
		t.Errorf("%+v", s)
	}
}

// A dry run comes to the same as the import after it, and writes nothing.
func TestADryRun(t *testing.T) {
	const altay = "../../testdata/altay-2026"
	o := newOffice(t)
	o.im.DryRun, o.im.Refused = true, ""
	dry, before := o.bring(altay), o.events()
	if before != 0 {
		t.Errorf("%d events", before)
	}
	for _, table := range []string{"worker", "child", "access_line"} {
		if n := o.count("registry", table); n != 0 {
			t.Errorf("%d rows of %s", n, table)
		}
	}
	o.im.DryRun = false
	wet := o.bring(altay)
	dry.DryRun = false
	a, _ := json.Marshal(dry)
	b, _ := json.Marshal(wet)
	if string(a) != string(b) {
		t.Errorf("dry %s\nwet %s", a, b)
	}
	o.im.DryRun = true
	again, after := o.bring(altay), o.events()
	for name, s := range again.Sheets {
		if s.Accepted+s.Differs != 0 || s.Unchanged != wet.Sheets[name].Accepted {
			t.Errorf("%s: %+v", name, s)
		}
	}
	if o.bring(altay); o.events() != after {
		t.Error("a dry run wrote")
	}
	o.sheet("schools.csv", strings.Replace(first, ",9", ",4", 1))
	o.bring(filepath.Join(o.dir, "schools.csv"))
	schools, err := educationv1.EducationClient{Caller: o.people, Target: "education"}.ListSchools(he("somebody"), &educationv1.ListSchoolsRequest{County: "654301"})
	if err != nil || slices.ContainsFunc(schools.GetSchools(), func(s *educationv1.School) bool { return s.GetName() == "阿勒泰市第1小学" && s.GetPlaces() == 4 }) {
		t.Error(schools, err)
	}
}
