package plot

import (
	"context"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/rpc"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// Where the story plays, and what it is about.
const (
	county     = "654301"
	township   = "654301001"
	occupation = "6-29" // building: hazardous, so that safety training follows
	notice     = "告知书2026-1"
	wageFen    = 620_000
)

// The facts that the worker lets the school and the housing office use.
var shared = []struct{ recipient, purpose, kind string }{
	{"education", "school_place", "job"},
	{"education", "school_place", "insurance_months"},
	{"education", "school_place", "lease"},
	{"housing", "public_rental", "job"},
	{"housing", "public_rental", "insurance_months"},
}

func (t *told) once(ctx context.Context, what string) context.Context {
	return rpc.Once(ctx, "story-"+t.id+"-"+what)
}

func (s *Stories) today() clock.Date { return clock.Today(s.clock) }

// register is the one counter that the worker goes to.
func (s *Stories) register(ctx context.Context, t *told) error {
	desk := t.once(officer("hrss").as(ctx, frame.Purpose{Code: "registration", LegalBasis: "PIPL 13(1)", Counter: true}), "worker")
	w, err := s.registry.RegisterWorker(desk, &registryv1.RegisterWorkerRequest{
		DocumentNumber: t.person.number, Name: t.person.Name.Zh, County: county, Township: township, Languages: []string{"zh-Hans"},
		RegisteredOn: s.today().String(), NoticeVersion: notice, Signed: true,
	})
	if err != nil {
		return err
	}
	t.worker = w.GetWorker()
	desk = t.once(officer("hrss").seeing(t.worker).as(ctx, frame.Purpose{Code: "registration", LegalBasis: "PIPL 31; guardian's act", Counter: true}), "child")
	c, err := s.registry.RegisterChild(desk, &registryv1.RegisterChildRequest{
		Worker: t.worker, Name: t.person.Child.Zh, BirthDate: t.person.born.String(), County: county, Township: township,
	})
	if t.child = c.GetChildId(); err != nil {
		return err
	}
	return s.offer(ctx, t)
}

// offer lets the visitor look at the worker's own pages as that worker.
func (s *Stories) offer(ctx context.Context, t *told) error {
	maker := rpc.As(ctx, auth.Principal{Kind: auth.Administrator, Subject: "demo", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
	_, err := s.players.OfferPlayers(maker, &identityv1.OfferPlayersRequest{Players: []*identityv1.Player{{PlayerLabel: "story", AccountKind: "worker", Subject: t.worker, Aside: true}}})
	return err
}

// consent grants each fact by itself, so that each can be taken back by itself.
func (s *Stories) consent(ctx context.Context, t *told) error {
	for _, g := range shared {
		if err := s.grant(ctx, t, g.recipient, g.purpose, g.kind); err != nil {
			return err
		}
	}
	return nil
}

func (s *Stories) grant(ctx context.Context, t *told, recipient, purpose, kind string) error {
	key := recipient + " " + kind
	if t.grants[key] != "" {
		return nil
	}
	g, err := s.registry.GrantConsent(worker(t.worker).as(ctx, frame.OwnRecord), &registryv1.GrantConsentRequest{
		Worker: t.worker, Purpose: purpose, Kinds: []string{kind}, Recipient: recipient, ValidFrom: s.today().String(), NoticeVersion: notice, Language: "zh-Hans",
	})
	if err != nil {
		return err
	}
	t.grants[key] = g.GetGrantId()
	return nil
}

// apply asks for a school place and a home, before there is any proof.
func (s *Stories) apply(ctx context.Context, t *told) error {
	school, err := s.education.AddSchool(officer("edu").as(ctx, frame.Purpose{Code: "school_place", LegalBasis: "义务教育法 12", Counter: true}), &educationv1.AddSchoolRequest{
		Name: "阿勒泰市白桦小学", Kind: "public", County: county, Township: township, Stage: "primary", Places: 500, Reference: "story-school",
	})
	if err != nil {
		return err
	}
	t.school = school.GetSchoolId()
	home, err := s.housing.AddHome(officer("hou").as(ctx, frame.Purpose{Code: "public_housing", LegalBasis: "公共租赁住房管理办法 7", Counter: true}), &housingv1.AddHomeRequest{
		Estate: "阿勒泰市安居苑", Number: "1-1-101", Layout: "两室一厅", AreaDm2: 5600, RentFen: 38_000, County: county, Kind: "public_rental", Reference: "story-home",
	})
	if err != nil {
		return err
	}
	t.home = home.GetHomeId()
	me := worker(t.worker).as(ctx, frame.OwnRecord)
	if t.schoolApp == "" {
		a, err := s.education.ApplyForPlace(t.once(me, "school"), &educationv1.ApplyForPlaceRequest{
			Worker: t.worker, ChildId: t.child, Stage: "primary", County: county, SchoolIds: []string{t.school},
		})
		if err != nil {
			return err
		}
		t.schoolApp = a.GetApplicationId()
	}
	if t.homeApp == "" {
		a, err := s.housing.ApplyForHome(t.once(me, "home"), &housingv1.ApplyForHomeRequest{
			Worker: t.worker, County: county, Kind: "public_rental", HouseholdSize: 2, DeclaresNoHome: true, DeclaresIncomeBelow: true,
		})
		if err != nil {
			return err
		}
		t.homeApp = a.GetApplicationId()
	}
	return nil
}

// makeOffer lets the worker apply for a job, and the employer offer it.
func (s *Stories) makeOffer(ctx context.Context, t *told) error {
	uscc, err := employerCode()
	if err != nil {
		return err
	}
	desk := officer("hrss").as(ctx, frame.Purpose{Code: "case_handling", LegalBasis: "就业促进法 35", Counter: true})
	e, err := s.employment.RegisterEmployer(desk, &employmentv1.RegisterEmployerRequest{Uscc: uscc, Name: "阿勒泰市金山建设有限公司", IndustrySection: "E", County: county})
	if err != nil {
		return err
	}
	t.employer = e.GetEmployerId()
	today := s.today()
	v, err := s.employment.PublishVacancy(desk, &employmentv1.PublishVacancyRequest{
		Uscc: uscc, Title: "建筑施工人员", Occupation: occupation, Headcount: 1, WageMinFen: 550_000, WageMaxFen: 700_000, County: county,
		SeasonFrom: today.String(), SeasonTo: today.AddMonths(10).String(), Housing: true, Meals: true, Reference: "story-" + t.id,
	})
	if err != nil {
		return err
	}
	t.vacancy = v.GetVacancyId()
	a, err := s.employment.Apply(t.once(worker(t.worker).as(ctx, frame.OwnRecord), "job"), &employmentv1.ApplyRequest{Worker: t.worker, VacancyId: t.vacancy})
	if err != nil {
		return err
	}
	t.jobApp = a.GetApplicationId()
	o, err := s.employment.MakeOffer(t.once(employer(t.employer).as(ctx, frame.Recruit), "offer"), &employmentv1.MakeOfferRequest{ApplicationId: t.jobApp, WageFen: wageFen, StartOn: today.String()})
	t.offer = o.GetOfferId()
	return err
}

// accept is the worker's own yes, the one act that all else follows from.
func (s *Stories) accept(ctx context.Context, t *told) error {
	a, err := s.employment.AcceptOffer(t.once(worker(t.worker).as(ctx, frame.OwnRecord), "accept"), &employmentv1.AcceptOfferRequest{OfferId: t.offer})
	t.hire = a.GetHireId()
	return err
}

// insure is the employer fulfilling the duty that opened by itself.
func (s *Stories) insure(ctx context.Context, t *told) error {
	cover, err := s.insurance.ListCover(worker(t.worker).as(ctx, frame.OwnRecord), &insurancev1.ListCoverRequest{Worker: t.worker})
	if err != nil {
		return err
	}
	for _, d := range cover.GetDuties() {
		if d.GetHireId() != t.hire || d.GetEnrolmentId() != "" {
			continue
		}
		_, err := s.insurance.EnrolWorker(t.once(employer(t.employer).as(ctx, frame.Recruit), "enrol"), &insurancev1.EnrolWorkerRequest{
			DutyId: d.GetDutyId(), Schemes: []string{"pension", "medical", "unemployment", "work_injury", "maternity"}, FromMonth: s.today().String()[:7],
		})
		return err
	}
	return ErrOrder // the duty has not opened yet
}

// untick takes one fact back from the school.
func (s *Stories) untick(ctx context.Context, t *told, kind string) error {
	key := "education " + kind
	if t.grants[key] == "" {
		return nil
	}
	if _, err := s.registry.WithdrawConsent(worker(t.worker).as(ctx, frame.OwnRecord), &registryv1.WithdrawConsentRequest{GrantId: t.grants[key]}); err != nil {
		return err
	}
	t.grants[key] = ""
	return nil
}

// tick gives it again.
func (s *Stories) tick(ctx context.Context, t *told, kind string) error {
	for _, g := range shared {
		if g.recipient == "education" && g.kind == kind {
			return s.grant(ctx, t, g.recipient, g.purpose, g.kind)
		}
	}
	return nil
}

// decide lets the housing officer apply the rules. A refusal is never the
// machine's: the officer signs it with a reason.
func (s *Stories) decide(ctx context.Context, t *told) error {
	hou := officer("hou").as(ctx, frame.Purpose{Code: "public_housing", LegalBasis: "公共租赁住房管理办法 7", Counter: true})
	d, err := s.housing.DecideEligibility(hou, &housingv1.DecideEligibilityRequest{ApplicationId: t.homeApp})
	if err != nil {
		return err
	}
	t.outcome = d.GetOutcome()
	return nil
}
