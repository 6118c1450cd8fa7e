package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/standalone/internal/sheet"
)

// Errors of single rows that no service gives.
var (
	ErrPlace = errs.New(errs.Invalid, "place_unknown", "The county or the township is not known.")
	ErrCode  = errs.New(errs.Invalid, "code_unknown", "A cell holds a value that is not in its list.")
)

// The sheets' words and the contracts' codes.
var (
	languages = map[string]string{"国家通用语言": "zh-Hans", "哈萨克语": "kk-Arab", "维吾尔语": "ug-Arab"}
	stages    = map[string]string{"学前": "preschool", "小学": "primary", "初中": "junior"}
	owners    = map[string]string{"公办": "public", "民办": "private", "普惠民办": "private"}
	homeKinds = map[string]string{"公租房": "public_rental", "职工宿舍": "dormitory"}
	courses   = map[string]string{"通用": "general", "定向": "targeted", "订单": "order", "定岗": "post"}
)

// rows returns what prepares a row of a kind. Preparing keeps the sheet's
// order; what it returns may run beside other rows.
func (im *Importer) rows(k sheet.Kind, f sheet.File, people *people) (func(sheet.Row) func(context.Context) outcome, error) {
	seen := map[string]int{} // equal rows get references that differ
	county := countyOf(im.Tables, f.Name)
	switch k {
	case sheet.Workers:
		return func(r sheet.Row) func(context.Context) outcome { return im.worker(r, county, people) }, nil
	case sheet.Children:
		return func(r sheet.Row) func(context.Context) outcome { return im.child(r, people) }, nil
	case sheet.Employers:
		return im.employer, nil
	case sheet.Vacancies:
		return func(r sheet.Row) func(context.Context) outcome { return im.vacancy(r, reference(r, seen)) }, nil
	case sheet.Courses:
		return func(r sheet.Row) func(context.Context) outcome { return im.course(r, reference(r, seen)) }, nil
	case sheet.Schools:
		return func(r sheet.Row) func(context.Context) outcome { return im.school(r, reference(r, seen)) }, nil
	case sheet.Housing:
		return func(r sheet.Row) func(context.Context) outcome { return im.home(r, reference(r, seen)) }, nil
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

// reference names a row by its content and by how many equal ones came before it.
func reference(r sheet.Row, seen map[string]int) string {
	sum := sha256.Sum256([]byte(strings.Join(r.Raw(), "\x1f")))
	key := hex.EncodeToString(sum[:16])
	seen[key]++
	return fmt.Sprintf("%s-%d", key, seen[key])
}

func refuse(err error) func(context.Context) outcome {
	return func(context.Context) outcome { return outcome{err: err} }
}

// finish turns a service's answer into the row's outcome.
func finish(result string, notes []string, err error) outcome {
	return outcome{unchanged: result == "unchanged", notes: notes, err: err}
}

func (im *Importer) worker(r sheet.Row, county string, people *people) func(context.Context) outcome {
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
	mine, first := people.claim(w.ResidentNumber)
	return func(ctx context.Context) outcome {
		var result string
		err := people.once(ctx, w.ResidentNumber, mine, first, func() (worker string, err error) {
			worker, result, err = im.register(ctx, &registryv1.RegisterWorkerRequest{
				DocumentNumber: w.ResidentNumber, Name: w.Name, Phone: w.Phone, County: county, Township: township.Code, Languages: spoken,
				RegisteredOn: w.RegisteredOn, NoticeVersion: w.NoticeVersion, Signed: w.Signed, AsOf: im.AsOf,
			})
			if err != nil || w.OccupationCode == "" {
				return worker, err
			}
			var p *employmentv1.SetProfileResponse
			err = patiently(ctx, func() (err error) {
				p, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.SetProfile(as(ctx, "hrss", worker), &employmentv1.SetProfileRequest{
					Worker: worker, Occupation: w.OccupationCode, WageMinFen: w.WageFen, Education: education, AvailableFrom: w.AvailableFrom, NeedsHousing: w.NeedsHousing == sheet.Yes,
				})
				return err
			})
			if result == "unchanged" && p.GetOutcome() != "unchanged" {
				result = "created" // an earlier import broke off between the two
			}
			return worker, err
		})
		return finish(result, w.Notes, err)
	}
}

func (im *Importer) register(ctx context.Context, req *registryv1.RegisterWorkerRequest) (worker, result string, err error) {
	err = patiently(ctx, func() error {
		reply, err := registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.RegisterWorker(as(ctx, "hrss", ""), req)
		worker, result = reply.GetWorker(), reply.GetOutcome()
		return err
	})
	return worker, result, err
}

func (im *Importer) child(r sheet.Row, people *people) func(context.Context) outcome {
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
	return func(ctx context.Context) outcome {
		guardian, err := im.guardian(ctx, c.GuardianResidentNumber, people)
		if err != nil {
			return outcome{err: err}
		}
		var child *registryv1.RegisterChildResponse
		err = patiently(ctx, func() (err error) {
			child, err = registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.RegisterChild(as(ctx, "edu", guardian), &registryv1.RegisterChildRequest{
				Worker: guardian, Name: c.Name, BirthDate: c.BirthDate, County: township.County, Township: township.Code, AsOf: im.AsOf,
			})
			return err
		})
		if err != nil {
			return outcome{err: err}
		}
		// The row is the guardian's application at a counter.
		err = patiently(ctx, func() error {
			_, err := educationv1.EducationClient{Caller: im.Caller, Target: "education"}.ApplyForPlace(as(ctx, "edu", guardian), &educationv1.ApplyForPlaceRequest{
				Worker: guardian, ChildId: child.GetChildId(), Stage: stage, County: township.County,
			})
			return err
		})
		result := "created"
		if errs.CodeOf(err) == "education.application.twice" {
			result, err = child.GetOutcome(), nil
		}
		return finish(result, c.Notes, err)
	}
}

// errGuardian is the sheets' word for a guardian who is not registered.
var errGuardian = errs.New(errs.NotFound, "guardian_unknown", "The guardian is not registered.")

// guardian finds the worker that a child's row names.
func (im *Importer) guardian(ctx context.Context, number string, people *people) (worker string, err error) {
	if worker = people.workerOf(number); worker != "" {
		return worker, nil
	}
	err = patiently(ctx, func() error {
		reply, err := registryv1.RegistryClient{Caller: im.Caller, Target: "registry"}.FindWorker(as(ctx, "edu", ""), &registryv1.FindWorkerRequest{DocumentNumber: number, CaseId: "import"})
		worker = reply.GetWorker()
		return err
	})
	if k := errs.KindOf(err); err != nil && (k == errs.NotFound || k == errs.Invalid) {
		return "", errGuardian.Because(err)
	}
	return worker, err
}

func (im *Importer) employer(r sheet.Row) func(context.Context) outcome {
	e, err := r.Employer()
	if err != nil {
		return refuse(err)
	}
	county, ok := im.Tables.CountyByName(e.County)
	if !ok {
		return refuse(ErrPlace)
	}
	return func(ctx context.Context) outcome {
		var reply *employmentv1.RegisterEmployerResponse
		err := patiently(ctx, func() (err error) {
			reply, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.RegisterEmployer(as(ctx, "hrss", ""), &employmentv1.RegisterEmployerRequest{
				Uscc: e.CreditCode, Name: e.Name, IndustrySection: e.IndustrySection, County: county.Code, Phone: e.Phone,
			})
			return err
		})
		notes := e.Notes
		if reply.GetManualCheck() {
			notes = append(notes, "uscc_manual_check")
		}
		return finish(reply.GetOutcome(), notes, err)
	}
}

func (im *Importer) vacancy(r sheet.Row, ref string) func(context.Context) outcome {
	v, err := r.Vacancy()
	if err != nil {
		return refuse(err)
	}
	county, ok := im.Tables.CountyByName(v.County)
	if !ok {
		return refuse(ErrPlace)
	}
	return func(ctx context.Context) outcome {
		var reply *employmentv1.PublishVacancyResponse
		err := patiently(ctx, func() (err error) {
			reply, err = employmentv1.EmploymentClient{Caller: im.Caller, Target: "employment"}.PublishVacancy(as(ctx, "hrss", ""), &employmentv1.PublishVacancyRequest{
				Uscc: v.CreditCode, Title: v.Title, Occupation: v.OccupationCode, Headcount: int32(v.Headcount), WageMinFen: v.WageLowFen, WageMaxFen: v.WageHighFen,
				County: county.Code, SeasonFrom: v.StartsOn, SeasonTo: v.EndsOn, Housing: v.HousingProvided == sheet.Yes, Meals: v.MealsProvided == sheet.Yes,
				Requirements: v.Requirements, Reference: ref,
			})
			return err
		})
		return finish(reply.GetOutcome(), v.Notes, err)
	}
}

func (im *Importer) course(r sheet.Row, ref string) func(context.Context) outcome {
	c, err := r.Course()
	if err != nil {
		return refuse(err)
	}
	kind, ok := courses[c.Type]
	if !ok {
		return refuse(ErrCode)
	}
	return func(ctx context.Context) outcome {
		var reply *trainingv1.PublishCourseResponse
		err := patiently(ctx, func() (err error) {
			reply, err = trainingv1.TrainingClient{Caller: im.Caller, Target: "training"}.PublishCourse(as(ctx, "hrss", ""), &trainingv1.PublishCourseRequest{
				Provider: c.Provider, Title: c.Occupation, Occupation: c.OccupationCode, Level: c.Level, Hours: int32(c.Hours), Places: int32(c.Places),
				StartsOn: c.StartsOn, Kind: kind, EmployerUscc: c.OrderCreditCode, SubsidyFen: c.SubsidyFen, County: countyOf(im.Tables, c.Provider), Reference: ref,
			})
			return err
		})
		return finish(reply.GetOutcome(), c.Notes, err)
	}
}

func (im *Importer) school(r sheet.Row, ref string) func(context.Context) outcome {
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
	return func(ctx context.Context) outcome {
		var reply *educationv1.AddSchoolResponse
		err := patiently(ctx, func() (err error) {
			reply, err = educationv1.EducationClient{Caller: im.Caller, Target: "education"}.AddSchool(as(ctx, "edu", ""), &educationv1.AddSchoolRequest{
				Name: s.Name, Kind: kind, County: county.Code, Township: township.Code, Stage: stage, Places: int32(s.Places), Reference: ref,
			})
			return err
		})
		return finish(reply.GetOutcome(), s.Notes, err)
	}
}

func (im *Importer) home(r sheet.Row, ref string) func(context.Context) outcome {
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
	return func(ctx context.Context) outcome {
		var reply *housingv1.AddHomeResponse
		err := patiently(ctx, func() (err error) {
			reply, err = housingv1.HousingClient{Caller: im.Caller, Target: "housing"}.AddHome(as(ctx, "hou", ""), &housingv1.AddHomeRequest{
				Estate: h.Estate, Number: h.Number, Layout: h.Layout, AreaDm2: int32(h.AreaDM2), RentFen: h.RentFen, County: county.Code, Kind: kind, Reference: ref,
			})
			return err
		})
		return finish(reply.GetOutcome(), h.Notes, err)
	}
}
