package demo

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

const notice = "告知书2026-1"

func (w *world) registry() registryv1.RegistryClient {
	return registryv1.RegistryClient{Caller: w.cfg.Caller, Target: "registry"}
}

func (w *world) employment() employmentv1.EmploymentClient {
	return employmentv1.EmploymentClient{Caller: w.cfg.Caller, Target: "employment"}
}

func (w *world) training() trainingv1.TrainingClient {
	return trainingv1.TrainingClient{Caller: w.cfg.Caller, Target: "training"}
}

func (w *world) education() educationv1.EducationClient {
	return educationv1.EducationClient{Caller: w.cfg.Caller, Target: "education"}
}

func (w *world) housing() housingv1.HousingClient {
	return housingv1.HousingClient{Caller: w.cfg.Caller, Target: "housing"}
}

// officer, worker and boss choose who sends the calls of a context.
func officer(ctx context.Context, department, actsFor string) context.Context {
	who := auth.Principal{Kind: auth.Officer, Subject: "demo-" + department, Department: department, Division: auth.Everywhere, LegalBasis: "PIPL 13(3)", Via: auth.ViaCounter, ActsFor: actsFor}
	who.Purpose = who.Main()
	return rpc.As(ctx, who)
}

func worker(ctx context.Context, ref string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Worker, Subject: ref, Purpose: "own_record", LegalBasis: "worker's own act", Via: auth.ViaWeb})
}

func boss(ctx context.Context, id string) context.Context {
	return rpc.As(ctx, auth.Principal{Kind: auth.Employer, Subject: id, Purpose: "recruit", LegalBasis: "PIPL 13(2)", Via: auth.ViaWeb})
}

// populate makes the prefecture; what is there already is found unchanged.
func (w *world) populate(ctx context.Context) error {
	today := clock.Today(clock.System())
	for _, f := range []func(context.Context, clock.Date) error{w.makeEmployers, w.makeVacancies, w.makeCourses, w.makeSchools, w.makeHomes, w.makePeople, w.housingRound, w.liveSchoolRounds, w.liveFairs, w.recruit, w.classes, w.hires, w.elsewhere, w.matters} {
		if err := f(ctx, today); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) makeEmployers(ctx context.Context, _ clock.Date) error {
	w.employers = make([]employer, employers)
	sectors := slices.Sorted(maps.Keys(trades))
	places := []string{"白桦", "额尔齐斯", "五彩滩", "可可托海", "喀纳斯", "金山", "乌伦古", "桦林"}
	return each(ctx, employers, func(ctx context.Context, i int) error {
		r := w.random(uint64(1_000_000 + i))
		county := pick(r, w.stats.Altay.Counties)
		sector := sectors[i%len(sectors)] // each trade is there, however few the firms
		e := employer{uscc: creditCode(r, county), county: county, sector: sector}
		division, _ := w.tables.County(county)
		reply, err := w.employment().RegisterEmployer(officer(ctx, "hrss", ""), &employmentv1.RegisterEmployerRequest{
			Uscc: e.uscc, Name: division.NameZH + places[r.IntN(len(places))] + trades[sector].name + "有限公司", IndustrySection: trades[sector].section, County: county,
		})
		e.id = reply.GetEmployerId()
		w.employers[i] = e
		return err
	})
}

func (w *world) makeVacancies(ctx context.Context, today clock.Date) error {
	w.vacancies = make([]vacancy, vacancies)
	hints := []string{"", "", "需夜班", "高处作业", "需持证上岗", "有粉尘岗位"}
	return each(ctx, vacancies, func(ctx context.Context, i int) error {
		r := w.random(uint64(2_000_000 + i))
		sector, occupation, yuan := w.stats.work(r)
		e := w.employers[r.IntN(len(w.employers))]
		for e.sector != sector { // who looks for cooks is no mine
			e = w.employers[r.IntN(len(w.employers))]
		}
		group, _ := w.tables.Occupation(occupation)
		low := yuan*100 + int64(r.IntN(12)-6)*10_000
		from := today.AddDays(r.IntN(30))
		reply, err := w.employment().PublishVacancy(officer(ctx, "hrss", ""), &employmentv1.PublishVacancyRequest{
			Uscc: e.uscc, Title: group.NameZH, Occupation: occupation, Headcount: int32(4 + r.IntN(20)), WageMinFen: low, WageMaxFen: low + int64(5+r.IntN(15))*10_000,
			County: e.county, SeasonFrom: from.String(), SeasonTo: from.AddMonths(6).String(), Housing: r.IntN(2) == 0, Meals: r.IntN(3) > 0,
			Requirements: hints[r.IntN(len(hints))], Reference: fmt.Sprintf("demo-%d-%d", w.cfg.Seed, i),
		})
		w.vacancies[i] = vacancy{id: reply.GetVacancyId(), county: e.county, occupation: occupation, employer: e, wageFen: low}
		return err
	})
}

func (w *world) makeCourses(ctx context.Context, today clock.Date) error {
	w.courses = make([]string, courseRuns)
	return each(ctx, courseRuns, func(ctx context.Context, i int) error {
		r := w.random(uint64(3_000_000 + i))
		county := pick(r, w.stats.Altay.Counties)
		division, _ := w.tables.County(county)
		occupation, _ := w.stats.occupation(r)
		group, _ := w.tables.Occupation(occupation)
		places := int32(20 + 10*r.IntN(4))
		if i == fullCourse {
			places = 3
		}
		starts := today.AddDays(i % 3 * (10 + r.IntN(40)))
		reply, err := w.training().PublishCourse(officer(ctx, "hrss", ""), &trainingv1.PublishCourseRequest{
			Provider: division.NameZH + "职业技能培训中心", Title: group.NameZH, Occupation: occupation, Level: []string{"五级", "四级", "三级"}[r.IntN(3)], Hours: int32(40 * (1 + r.IntN(6))),
			Places: places, StartsOn: starts.String(), EndsOn: starts.AddDays(20).String(), Kind: "general", County: county,
			Venue: division.NameZH + "团结路 5 号培训楼", Contact: "0906-8820000（虚构）", Reference: fmt.Sprintf("demo-%d-%d", w.cfg.Seed, i),
		})
		w.courses[i] = reply.GetCourseId()
		return err
	})
}

func (w *world) makeSchools(ctx context.Context, _ clock.Date) error {
	for _, c := range w.tables.Counties() {
		for i, stage := range []string{"preschool", "primary", "primary", "junior"} {
			r := w.random(uint64(4_000_000+i) + uint64(len(w.schools)))
			reply, err := w.education().AddSchool(officer(ctx, "edu", ""), &educationv1.AddSchoolRequest{
				Name: fmt.Sprintf("%s第%d%s", c.NameZH, i+1, map[string]string{"preschool": "幼儿园", "primary": "小学", "junior": "中学"}[stage]), Kind: "public", County: c.Code,
				Stage: stage, Places: int32(15 + r.IntN(40)), Reference: fmt.Sprintf("demo-%d-%s-%d", w.cfg.Seed, c.Code, i),
			})
			if err != nil {
				return err
			}
			w.schools[c.Code+stage] = append(w.schools[c.Code+stage], reply.GetSchoolId())
		}
	}
	return nil
}

func (w *world) makeHomes(ctx context.Context, _ clock.Date) error {
	counties := w.tables.Counties()
	ids := make([]string, homes)
	err := each(ctx, homes, func(ctx context.Context, i int) error {
		r := w.random(uint64(5_000_000 + i))
		c := counties[i%len(counties)]
		if c.Code == homesCounty && i/len(counties) >= fewHomes {
			return nil
		}
		reply, err := w.housing().AddHome(officer(ctx, "hou", ""), &housingv1.AddHomeRequest{
			Estate: c.NameZH + "安居苑", Number: fmt.Sprintf("%d-%d-%d", 1+r.IntN(8), 1+r.IntN(6), 100+i), Layout: []string{"单间", "一室一厅", "两室一厅"}[r.IntN(3)],
			AreaDm2: int32(2800 + r.IntN(3600)), RentFen: int64(12_000 + 1000*r.IntN(30)), County: c.Code, Kind: "public_rental", Reference: fmt.Sprintf("demo-%d-%d", w.cfg.Seed, i),
		})
		ids[i] = reply.GetHomeId()
		return err
	})
	for i, id := range ids {
		if id == "" {
			continue
		}
		code := counties[i%len(counties)].Code
		w.homes[code] = append(w.homes[code], id)
	}
	return err
}

// settled is the day as of which the invented people have their ages. It stays: the
// same seed makes the same numbers on every day, so that a folder that is served
// again finds its people and does not register others.
func settled() clock.Date { return clock.NewDate(2026, 11, 1) }

// makePeople registers the workers at counters; some have a child, some apply
// for a home, and each chooses what departments may use.
func (w *world) makePeople(ctx context.Context, today clock.Date) error {
	w.lives = make([]*life, w.cfg.People)
	return each(ctx, w.cfg.People, func(ctx context.Context, i int) error {
		r := w.random(uint64(10_000_000 + i))
		born := settled().AddYears(-w.stats.age(r)).AddDays(-1 - w.birthday(r, i))
		county := pick(r, w.stats.Altay.Counties)
		townships := w.tables.Townships(county)
		township := townships[r.IntN(len(townships))].Code
		occupation, yuan := w.stats.occupation(r)
		reply, err := w.registry().RegisterWorker(officer(ctx, "hrss", ""), &registryv1.RegisterWorkerRequest{
			DocumentNumber: ident.Invented(born, i), Name: name(r), Phone: fmt.Sprintf("190000%05d", i%100_000), County: county, Township: township,
			Languages: []string{[]string{"zh-Hans", "kk-Arab", "ug-Arab"}[r.IntN(3)]}, RegisteredOn: today.AddDays(-r.IntN(90)).String(), NoticeVersion: notice, Signed: true,
		})
		if err != nil {
			return err
		}
		l := &life{ref: reply.GetWorker(), county: county}
		w.lives[i] = l
		if _, err := w.employment().SetProfile(officer(ctx, "hrss", l.ref), &employmentv1.SetProfileRequest{
			Worker: l.ref, Occupation: occupation, WageMinFen: yuan * 80, AvailableFrom: today.AddDays(r.IntN(60)).String(), NeedsHousing: r.IntN(3) == 0,
		}); err != nil {
			return err
		}
		if reply.GetOutcome() == "unchanged" {
			return nil // it has lived here before
		}
		return w.wishes(ctx, l, i, today)
	})
}

// birthday draws how many days before its next birthday a worker is. Those who
// share a number's sequence never share a birthday, so that numbers are unique.
func (w *world) birthday(r *rand.Rand, i int) int {
	sharers := (w.cfg.People + 999) / 1000
	return r.IntN(max(1, 300/sharers))*sharers + i/1000
}

func (w *world) wishes(ctx context.Context, l *life, i int, today clock.Date) error {
	r := w.random(uint64(20_000_000 + i))
	me := worker(ctx, l.ref)
	if r.IntN(10) < 3 {
		age := 4 + r.IntN(11)
		child, err := w.registry().RegisterChild(me, &registryv1.RegisterChildRequest{Worker: l.ref, Name: name(r), BirthDate: today.AddYears(-age).AddDays(-r.IntN(300)).String(), County: l.county})
		if err != nil {
			return err
		}
		if err := w.grant(me, l, "education", "school_place", today, "job", "insurance_months", "lease"); err != nil {
			return err
		}
		l.stage = map[bool]string{true: "preschool", false: "primary"}[age < 6]
		if age >= 12 {
			l.stage = "junior"
		}
		if _, err = w.education().ApplyForPlace(me, &educationv1.ApplyForPlaceRequest{Worker: l.ref, ChildId: child.GetChildId(), Stage: l.stage, County: l.county, SchoolIds: w.schools[l.county+l.stage]}); err != nil && errs.KindOf(err) != errs.Conflict {
			return err
		}
	}
	if r.IntN(10) < 2 {
		if err := w.grant(me, l, "housing", "public_rental", today, "job", "insurance_months"); err != nil {
			return err
		}
		if _, err := w.housing().ApplyForHome(me, &housingv1.ApplyForHomeRequest{Worker: l.ref, County: l.county, Kind: "public_rental", HouseholdSize: int32(1 + r.IntN(4)), DeclaresNoHome: true, DeclaresIncomeBelow: r.IntN(5) > 0}); err != nil && errs.KindOf(err) != errs.Conflict {
			return err
		}
	}
	if r.IntN(10) < 4 {
		return w.grant(me, l, "employment", "job_search", today, "certificate")
	}
	return nil
}

func (w *world) grant(ctx context.Context, l *life, recipient, purpose string, today clock.Date, kinds ...string) error {
	for _, k := range kinds {
		_, err := w.registry().GrantConsent(ctx, &registryv1.GrantConsentRequest{
			Worker: l.ref, Purpose: purpose, Kinds: []string{k}, Recipient: recipient, ValidFrom: today.String(), NoticeVersion: notice, Language: "zh-Hans",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
