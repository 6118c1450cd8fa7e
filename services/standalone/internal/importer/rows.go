package importer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/employment"
	"github.com/qiao-platform/qiao/services/standalone/internal/sheet"
)

// Errors of single rows that no service gives.
var (
	ErrPlace = errs.New(errs.Invalid, "place_unknown", "The county or the township is not known.")
	ErrCode  = errs.New(errs.Invalid, "code_unknown", "A cell holds a value that is not in its list.")
	// ErrDuplicate refuses a row whose person stands in an accepted row already.
	ErrDuplicate = errs.New(errs.Conflict, "duplicate", "The same person stands in another row of these sheets.")
	// ErrDuplicateRow refuses a row whose thing stands in an accepted row of the same sheet.
	ErrDuplicateRow = errs.New(errs.Conflict, "duplicate_row", "The same thing stands in another row of this sheet.")
	// ErrSeasonOver refuses a post whose last day has gone by.
	ErrSeasonOver = errs.New(errs.Invalid, "season_over", "The last day of the post has gone by.")
)

// The sheets' words and the contracts' codes.
var (
	languages = map[string]string{"国家通用语言": "zh-Hans", "哈萨克语": "kk-Arab", "维吾尔语": "ug-Arab"}
	stages    = map[string]string{"学前": "preschool", "小学": "primary", "初中": "junior"}
	owners    = map[string]string{"公办": "public", "民办": "private", "普惠民办": "private"}
	homeKinds = map[string]string{"公租房": "public_rental", "职工宿舍": "dormitory"}
	courses   = map[string]string{"通用": "general", "定向": "targeted", "订单": "order", "定岗": "post"}
)

// columns are the sheets' names of the contracts' fields.
var columns = map[string]string{
	"phone": "联系电话", "county": "县(市)", "township": "乡镇(街道)", "languages": "服务语言", "registered_on": "登记日期", "notice_version": "告知书版本",
	"occupation": "意向职业代码", "wage_min_fen": "期望月薪(元)", "education": "文化程度", "available_from": "可上岗日期", "needs_housing": "需要住宿",
	"name": "名称", "headcount": "人数", "wage_max_fen": "月薪上限", "season_to": "截止日期", "housing": "提供住宿", "meals": "提供工作餐", "requirements": "要求",
	"places": "名额", "hours": "学时", "subsidy_fen": "补贴标准(元)", "kind": "性质", "layout": "户型", "area_dm2": "面积(平方米)", "rent_fen": "月租(元)",
}

// ownColumns are the names that single kinds of sheets have for some of them.
var ownColumns = map[sheet.Kind]map[string]string{
	sheet.Workers:   {"township": "居住乡镇(街道)"},
	sheet.Children:  {"name": "子女姓名"},
	sheet.Employers: {"name": "单位名称", "county": "所在县(市)"},
	sheet.Vacancies: {"wage_min_fen": "月薪下限"},
	sheet.Schools:   {"places": "可供随迁子女学位"},
	sheet.Housing:   {"kind": "类别"},
}

// in gives fields the names that a kind of sheets has for them.
func in(k sheet.Kind, fields []string) (names []string) {
	for _, f := range fields {
		names = append(names, cmp.Or(ownColumns[k][f], columns[f], f))
	}
	return names
}

// rows returns what prepares a row of a kind. Preparing keeps the sheet's
// order; what it returns may run beside other rows.
func (im *run) rows(k sheet.Kind, f sheet.File) (func(sheet.Row) func(context.Context) outcome, error) {
	county := countyOf(im.Tables, f.Name)
	switch k {
	case sheet.Workers:
		return func(r sheet.Row) func(context.Context) outcome { return im.worker(r, county) }, nil
	case sheet.Children:
		return im.child, nil
	case sheet.Employers:
		return im.employer, nil
	case sheet.Vacancies:
		return im.vacancy, nil
	case sheet.Courses:
		return im.course, nil
	case sheet.Schools:
		return im.school, nil
	case sheet.Housing:
		return im.home, nil
	}
	return nil, fmt.Errorf("sheets of the kind %s are not imported", k)
}

// countyOf finds the county that a file's name bears, as counties keep them.
func countyOf(t *ident.Tables, name string) string {
	for _, c := range t.Counties() {
		if strings.Contains(name, c.Code) || strings.Contains(name, c.NameZH) {
			return c.Code
		}
	}
	return ""
}

// reference names a row by its content: the same again says nothing new,
// whatever became of its thing since. The number is from when equal rows counted.
func reference(r sheet.Row) string {
	sum := sha256.Sum256([]byte(strings.Join(r.Raw(), "\x1f")))
	return hex.EncodeToString(sum[:16]) + "-1"
}

func refuse(err error) func(context.Context) outcome {
	return func(context.Context) outcome { return outcome{err: err} }
}

// count32 brings a number into what the contracts carry, or refuses it.
func count32[N int | int64](n N, column string) (int32, error) {
	if int64(n) < math.MinInt32 || int64(n) > math.MaxInt32 {
		return 0, sheet.ErrNumber.With("column", column)
	}
	return int32(n), nil
}

// answer is what a service says of a row.
type answer interface {
	GetOutcome() string
	GetDiffers() []string
}

// told turns a service's answer into the row's outcome.
func told(k sheet.Kind, a answer, notes []string, err error) outcome {
	if err != nil {
		return outcome{err: err, notes: notes}
	}
	return outcome{what: a.GetOutcome(), columns: in(k, a.GetDiffers()), notes: notes}
}

// thing has a row's command sent, unless an accepted row of the sheet brought
// the same thing.
func (im *run) thing(key mark, send func(context.Context) outcome) func(context.Context) outcome {
	t := im.things.claim(key)
	return func(ctx context.Context) (o outcome) {
		_, twice, err := im.things.wait(ctx, t)
		switch {
		case err != nil:
			o.err = err
		case twice:
			o.err = ErrDuplicateRow
		default:
			o = send(ctx)
		}
		im.things.end(t, twice || err == nil && o.err == nil, "")
		return o
	}
}

func (im *run) worker(r sheet.Row, county string) func(context.Context) outcome {
	w, err := r.Worker()
	if err != nil {
		return refuse(err)
	}
	township, ok := im.Tables.TownshipByName(county, w.Township)
	if !ok && w.Township != "" {
		return refuse(ErrPlace)
	}
	if township.Code != "" {
		county = township.County
	}
	var education string
	if w.Education != "" {
		level, ok := im.Tables.EducationByName(w.Education)
		if !ok {
			return refuse(ErrCode)
		}
		education = level.Code
	}
	var spoken []string
	if w.Language != "" {
		tag, ok := languages[w.Language]
		if !ok {
			return refuse(ErrCode)
		}
		spoken = []string{tag}
	}
	person := &registryv1.RegisterWorkerRequest{
		DocumentNumber: w.ResidentNumber, Name: w.Name, Phone: w.Phone, County: county, Township: township.Code, Languages: spoken,
		RegisteredOn: w.RegisteredOn, NoticeVersion: w.NoticeVersion, Signed: w.Signed, AsOf: im.AsOf, CheckOnly: im.DryRun,
	}
	var wishes *employmentv1.SetProfileRequest
	if w.OccupationCode != "" {
		wishes = &employmentv1.SetProfileRequest{
			Occupation: w.OccupationCode, WageMinFen: w.WageFen, Education: education, AvailableFrom: w.AvailableFrom, NeedsHousing: w.NeedsHousing == sheet.Yes,
			Only: said(r), CheckOnly: im.DryRun,
		}
	}
	t := im.people.claim(markOf(w.ResidentNumber))
	return func(ctx context.Context) (o outcome) {
		_, twice, err := im.people.wait(ctx, t)
		var ref string
		switch {
		case err != nil:
			o.err = err
		case twice:
			ref, _ = im.people.get(t.mark)
			o.err = ErrDuplicate
		default:
			ref, o = im.person(ctx, person, wishes)
		}
		o.notes = append(o.notes, w.Notes...)
		im.people.end(t, twice || err == nil && o.err == nil, ref)
		return o
	}
}

// said names the wishes that a row's cells speak of; an empty cell says nothing.
func said(r sheet.Row) []string {
	all := []string{"occupation"}
	for field, column := range map[string]string{"wage_min_fen": "期望月薪(元)", "education": "文化程度", "available_from": "可上岗日期", "needs_housing": "需要住宿"} {
		if strings.TrimSpace(r.Get(column)) != "" {
			all = append(all, field)
		}
	}
	slices.Sort(all)
	return all
}

// person registers a worker and sets the wishes. Both are judged before the
// first of the two commands, so that a refused row leaves nothing behind.
func (im *run) person(ctx context.Context, person *registryv1.RegisterWorkerRequest, wishes *employmentv1.SetProfileRequest) (worker string, o outcome) {
	var bad error
	if wishes != nil {
		bad = employment.CheckProfile(im.Tables, wishes)
		person.CheckOnly = person.GetCheckOnly() || bad != nil
	}
	var known *registryv1.RegisterWorkerResponse
	err := im.patiently(ctx, func() (err error) {
		known, err = registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.RegisterWorker(as(ctx, "hrss", ""), person)
		return err
	})
	if err == nil {
		err = bad
	}
	o = told(sheet.Workers, known, nil, err)
	worker = known.GetWorker()
	if err != nil || wishes == nil || worker == "" {
		return worker, o
	}
	wishes.Worker = worker
	var p *employmentv1.SetProfileResponse
	err = im.patiently(ctx, func() (err error) {
		p, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.SetProfile(as(ctx, "hrss", worker), wishes)
		return err
	})
	if err != nil {
		return worker, outcome{err: err, partly: !im.DryRun}
	}
	second := told(sheet.Workers, p, nil, nil)
	o.columns = append(o.columns, second.columns...)
	if rank(second.what) > rank(o.what) { // created: an earlier import broke off between the two
		o.what = second.what
	}
	if o.what == updated {
		o.what = applied
	}
	return worker, o
}

// rank orders outcomes by which of two is that of the row.
func rank(what string) int {
	return slices.Index([]string{unchanged, differs, updated, applied, created}, what)
}

func (im *run) child(r sheet.Row) func(context.Context) outcome {
	c, err := r.Child()
	if err != nil {
		return refuse(err)
	}
	township, ok := im.Tables.TownshipByName("", c.Township)
	if !ok {
		return refuse(ErrPlace)
	}
	stage, ok := stages[c.Stage]
	if !ok {
		return refuse(ErrCode)
	}
	like := im.children.claim(markOf(c.BirthDate, letters(c.Name)))
	send := im.thing(markOf(c.GuardianResidentNumber, c.Name, c.BirthDate, stage), func(ctx context.Context) outcome {
		req := &registryv1.RegisterChildRequest{Name: c.Name, BirthDate: c.BirthDate, County: township.County, Township: township.Code, AsOf: im.AsOf, CheckOnly: im.DryRun}
		if im.DryRun {
			return im.judgeChild(ctx, req, c)
		}
		return im.registerChild(ctx, req, c, stage)
	})
	return func(ctx context.Context) outcome {
		// One child in two rows: the second is noted, also where the two run beside each other.
		_, double, err := im.children.wait(ctx, like)
		o := outcome{err: err}
		if err == nil {
			o = send(ctx)
		}
		if double && !slices.Contains(o.notes, likelyDouble) && o.err == nil {
			o.notes = append(o.notes, likelyDouble)
		}
		im.children.end(like, double || o.err == nil, "")
		return o
	}
}

// likelyDouble notes a child who seems to be registered twice: by both parents,
// or with the name spelled otherwise. The bureau decides.
const likelyDouble = "likely_double"

// letters are a name's letters, however its parts are told apart.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || r == '〇' {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

func (im *run) registerChild(ctx context.Context, req *registryv1.RegisterChildRequest, c sheet.ChildRow, stage string) outcome {
	guardian, err := im.guardian(ctx, c.GuardianResidentNumber)
	if err != nil {
		return outcome{err: err}
	}
	req.Worker = guardian
	var child *registryv1.RegisterChildResponse
	err = im.patiently(ctx, func() (err error) {
		child, err = registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.RegisterChild(as(ctx, "edu", guardian), req)
		return err
	})
	o := told(sheet.Children, child, childNotes(c, child), err)
	if err != nil {
		return o
	}
	// The row is the guardian's application at a counter.
	err = im.patiently(ctx, func() error {
		_, err := educationv1.EducationClient{Caller: im.Caller, Target: "education"}.ApplyForPlace(as(ctx, "edu", guardian), &educationv1.ApplyForPlaceRequest{
			Worker: guardian, ChildId: child.GetChildId(), Stage: stage, County: req.GetCounty(),
		})
		return err
	})
	switch {
	case err == nil:
		o.what = created
	case errs.CodeOf(err) != "education.application.twice":
		o.err, o.partly = err, true
	}
	return o
}

// judgeChild says what would become of a child's row. A guardian whom these
// sheets bring is there by then.
func (im *run) judgeChild(ctx context.Context, req *registryv1.RegisterChildRequest, c sheet.ChildRow) outcome {
	req.GuardianDocument = c.GuardianResidentNumber
	var child *registryv1.RegisterChildResponse
	err := im.patiently(ctx, func() (err error) {
		child, err = registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.RegisterChild(as(ctx, "edu", ""), req)
		return err
	})
	if errs.CodeOf(err) == errGuardian.Code {
		if _, coming, _ := im.people.find(ctx, markOf(c.GuardianResidentNumber)); coming {
			return outcome{what: created, notes: c.Notes}
		}
	}
	return told(sheet.Children, child, childNotes(c, child), err)
}

func childNotes(c sheet.ChildRow, child *registryv1.RegisterChildResponse) []string {
	if child.GetLikelyDouble() {
		return append(slices.Clone(c.Notes), likelyDouble)
	}
	return c.Notes
}

// errGuardian is the sheets' word for a guardian who is not registered.
var errGuardian = errs.New(errs.NotFound, "guardian_unknown", "The guardian is not registered.")

// guardian finds the worker that a child's row names.
func (im *run) guardian(ctx context.Context, number string) (worker string, err error) {
	if worker, _, err = im.people.find(ctx, markOf(number)); worker != "" || err != nil {
		return worker, err
	}
	err = im.patiently(ctx, func() error {
		reply, err := registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.FindWorker(as(ctx, "edu", ""), &registryv1.FindWorkerRequest{DocumentNumber: number, CaseId: "import"})
		worker = reply.GetWorker()
		return err
	})
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Invalid) {
		return "", errGuardian.Because(err)
	}
	return worker, err
}

func (im *run) employer(r sheet.Row) func(context.Context) outcome {
	e, err := r.Employer()
	if err != nil {
		return refuse(err)
	}
	county, ok := im.Tables.CountyByName(e.County)
	if !ok {
		return refuse(ErrPlace)
	}
	return im.thing(markOf(e.CreditCode), func(ctx context.Context) outcome {
		var reply *employmentv1.RegisterEmployerResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.RegisterEmployer(as(ctx, "hrss", ""), &employmentv1.RegisterEmployerRequest{
				Uscc: e.CreditCode, Name: e.Name, IndustrySection: e.IndustrySection, County: county.Code, Phone: e.Phone, CheckOnly: im.DryRun,
			})
			return err
		})
		notes := e.Notes
		if reply.GetManualCheck() {
			notes = append(notes, "uscc_manual_check")
		}
		if err == nil {
			im.mu.Lock()
			im.firms[e.CreditCode] = true
			im.mu.Unlock()
		}
		return told(sheet.Employers, reply, notes, err)
	})
}

func (im *run) vacancy(r sheet.Row) func(context.Context) outcome {
	v, err := r.Vacancy()
	if err != nil {
		return refuse(err)
	}
	county, ok := im.Tables.CountyByName(v.County)
	if !ok {
		return refuse(ErrPlace)
	}
	if v.EndsOn != "" && v.EndsOn < im.today {
		return refuse(ErrSeasonOver)
	}
	headcount, err := count32(v.Headcount, "人数")
	if err != nil {
		return refuse(err)
	}
	ref := reference(r)
	return im.thing(markOf(v.CreditCode, v.Title, v.OccupationCode, county.Code, v.StartsOn), func(ctx context.Context) outcome {
		var reply *employmentv1.PublishVacancyResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.PublishVacancy(as(ctx, "hrss", ""), &employmentv1.PublishVacancyRequest{
				Uscc: v.CreditCode, Title: v.Title, Occupation: v.OccupationCode, Headcount: headcount, WageMinFen: v.WageLowFen, WageMaxFen: v.WageHighFen,
				County: county.Code, SeasonFrom: v.StartsOn, SeasonTo: v.EndsOn, Housing: v.HousingProvided == sheet.Yes, Meals: v.MealsProvided == sheet.Yes,
				Requirements: v.Requirements, Reference: ref, CheckOnly: im.DryRun,
			})
			return err
		})
		if im.DryRun && errs.CodeOf(err) == "employer_unknown" {
			im.mu.Lock()
			coming := im.firms[v.CreditCode]
			im.mu.Unlock()
			if coming { // by then the employer is there
				return outcome{what: created, notes: v.Notes}
			}
		}
		return told(sheet.Vacancies, reply, append(v.Notes, reply.GetNotes()...), err)
	})
}

func (im *run) course(r sheet.Row) func(context.Context) outcome {
	c, err := r.Course()
	if err != nil {
		return refuse(err)
	}
	kind, ok := courses[c.Type]
	if !ok {
		return refuse(ErrCode)
	}
	hours, err := count32(c.Hours, "学时")
	if err != nil {
		return refuse(err)
	}
	places, err := count32(c.Places, "名额")
	if err != nil {
		return refuse(err)
	}
	ref := reference(r)
	return im.thing(markOf(c.Provider, c.Occupation, c.OccupationCode, c.Level, kind, c.OrderCreditCode, c.StartsOn), func(ctx context.Context) outcome {
		var reply *trainingv1.PublishCourseResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = trainingv1.TrainingClient{Caller: im.Caller, Target: "training"}.PublishCourse(as(ctx, "hrss", ""), &trainingv1.PublishCourseRequest{
				Provider: c.Provider, Title: c.Occupation, Occupation: c.OccupationCode, Level: c.Level, Hours: hours, Places: places,
				StartsOn: c.StartsOn, Kind: kind, EmployerUscc: c.OrderCreditCode, SubsidyFen: c.SubsidyFen, County: countyOf(im.Tables, c.Provider), Reference: ref,
				CheckOnly: im.DryRun,
			})
			return err
		})
		return told(sheet.Courses, reply, c.Notes, err)
	})
}

func (im *run) school(r sheet.Row) func(context.Context) outcome {
	s, err := r.School()
	if err != nil {
		return refuse(err)
	}
	county, okCounty := im.Tables.CountyByName(s.County)
	township, okTownship := im.Tables.TownshipByName(county.Code, s.Township)
	kind, okKind := owners[s.Ownership]
	stage, okStage := stages[s.Stage]
	if !okCounty || !okTownship && s.Township != "" {
		return refuse(ErrPlace)
	}
	if !okKind || !okStage {
		return refuse(ErrCode)
	}
	places, err := count32(s.Places, "可供随迁子女学位")
	if err != nil {
		return refuse(err)
	}
	ref := reference(r)
	return im.thing(markOf(s.Name, county.Code, stage), func(ctx context.Context) outcome {
		var reply *educationv1.AddSchoolResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = educationv1.EducationClient{Caller: im.Caller, Target: "education"}.AddSchool(as(ctx, "edu", ""), &educationv1.AddSchoolRequest{
				Name: s.Name, Kind: kind, County: county.Code, Township: township.Code, Stage: stage, Places: places, Reference: ref, CheckOnly: im.DryRun,
			})
			return err
		})
		return told(sheet.Schools, reply, s.Notes, err)
	})
}

func (im *run) home(r sheet.Row) func(context.Context) outcome {
	h, err := r.Home()
	if err != nil {
		return refuse(err)
	}
	county, ok := im.Tables.CountyByName(h.County)
	if !ok {
		return refuse(ErrPlace)
	}
	kind, ok := homeKinds[h.Category]
	if !ok {
		return refuse(ErrCode)
	}
	area, err := count32(h.AreaDM2, "面积(平方米)")
	if err != nil {
		return refuse(err)
	}
	ref := reference(r)
	return im.thing(markOf(county.Code, h.Estate, h.Number), func(ctx context.Context) outcome {
		var reply *housingv1.AddHomeResponse
		err := im.patiently(ctx, func() (err error) {
			reply, err = housingv1.HousingClient{Caller: im.Caller, Target: "housing"}.AddHome(as(ctx, "hou", ""), &housingv1.AddHomeRequest{
				Estate: h.Estate, Number: h.Number, Layout: h.Layout, AreaDm2: area, RentFen: h.RentFen, County: county.Code, Kind: kind, Reference: ref,
				CheckOnly: im.DryRun,
			})
			return err
		})
		return told(sheet.Housing, reply, h.Notes, err)
	})
}
