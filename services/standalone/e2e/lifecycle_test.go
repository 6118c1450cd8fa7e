//go:build e2e

package e2e

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/ops"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	insurancev1 "github.com/qiao-platform/qiao/proto/gen/insurance/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/services/standalone"
)

const county = "654301"

// life is one worker on a running platform, with everything that the worker
// may need around.
type life struct {
	t      *testing.T
	caller contract.Caller
	today  clock.Date

	registry   registryv1.RegistryClient
	employment employmentv1.EmploymentClient
	training   trainingv1.TrainingClient
	insurance  insurancev1.InsuranceClient
	education  educationv1.EducationClient
	housing    housingv1.HousingClient

	employer, uscc, vacancy, school, home, course string
	worker, child, document, name                 string
}

// eachPlatform runs a test on both ways to run the platform: all services in
// one process, and a cluster of processes.
func eachPlatform(t *testing.T, test func(t *testing.T, caller contract.Caller)) {
	t.Helper()
	t.Run("standalone", func(t *testing.T) { test(t, platform(t)) })
	t.Run("cluster", func(t *testing.T) { test(t, caller(t, theCluster(t), "demo")) })
}

// platform runs all services in this process until the test ends.
func platform(t *testing.T) contract.Caller {
	t.Helper()
	_, caller := demonstration(t)
	return caller
}

// demonstration runs a demonstration's services and pages in this process until the
// test ends, and tells where the pages are and who fills it.
func demonstration(t *testing.T) (pages string, caller contract.Caller) {
	t.Helper()
	return demonstrationIn(t, filepath.Join(t.TempDir(), "data"))
}

// demonstrationIn runs one in a folder.
func demonstrationIn(t *testing.T, dir string) (pages string, caller contract.Caller) {
	t.Helper()
	p, err := standalone.Open(context.Background(), standalone.Config{Dir: dir, KeyFile: dir + ".key", Purpose: standalone.PurposeDemo, LogTo: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	server := httptest.NewServer(p.Handler(ctx.Done()))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		stop()
		if err := errors.Join(<-done, p.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := p.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	if caller, err = p.Caller("demo"); err != nil {
		t.Fatal(err)
	}
	return server.URL, caller
}

func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// begin makes a platform's surroundings and one worker with a child.
func begin(t *testing.T, caller contract.Caller) *life {
	t.Helper()
	l := &life{
		t: t, caller: caller, today: clock.Today(clock.System()), uscc: "91654399MA0000015J",
		registry: registryv1.RegistryClient{Caller: caller, Target: "registry"}, employment: employmentv1.EmploymentClient{Caller: caller, Target: "employment"},
		training: trainingv1.TrainingClient{Caller: caller, Target: "training"}, insurance: insurancev1.InsuranceClient{Caller: caller, Target: "insurance"},
		education: educationv1.EducationClient{Caller: caller, Target: "education"}, housing: housingv1.HousingClient{Caller: caller, Target: "housing"},
	}
	l.employer = must(l.employment.RegisterEmployer(l.officer("hrss"), &employmentv1.RegisterEmployerRequest{Uscc: l.uscc, Name: "测试建筑有限公司", IndustrySection: "E", County: county}))(t).GetEmployerId()
	l.vacancy = must(l.employment.PublishVacancy(l.officer("hrss"), &employmentv1.PublishVacancyRequest{
		Uscc: l.uscc, Title: "建筑施工人员", Occupation: "6-29", Headcount: 100, WageMinFen: 400_000, WageMaxFen: 600_000, County: county,
		SeasonFrom: l.today.String(), SeasonTo: l.today.AddMonths(6).String(), Requirements: "高处作业", Reference: rand.Text()}))(t).GetVacancyId()
	l.school = must(l.education.AddSchool(l.officer("edu"), &educationv1.AddSchoolRequest{Name: "第1小学", Kind: "public", County: county, Stage: "primary", Places: 3, Reference: rand.Text()}))(t).GetSchoolId()
	l.home = must(l.housing.AddHome(l.officer("hou"), &housingv1.AddHomeRequest{Estate: "安居苑", Number: rand.Text(), Layout: "一室一厅", AreaDm2: 4500, RentFen: 40_000, County: county, Kind: "public_rental", Reference: rand.Text()}))(t).GetHomeId()
	l.course = must(l.training.PublishCourse(l.officer("hrss"), &trainingv1.PublishCourseRequest{
		Provider: "职业技能培训中心", Title: "建筑施工", Occupation: "6-29", Level: "五级", Hours: 40, Places: 5, StartsOn: l.today.String(), Kind: "general", County: county, Reference: rand.Text()}))(t).GetCourseId()
	l.document, l.name = somebody(l.today)
	l.worker = must(l.registry.RegisterWorker(l.officer("hrss"), &registryv1.RegisterWorkerRequest{
		DocumentNumber: l.document, Name: l.name, County: county, Languages: []string{"zh-Hans"}, RegisteredOn: l.today.String(), NoticeVersion: "1", Signed: true}))(t).GetWorker()
	l.child = must(l.registry.RegisterChild(l.me(), &registryv1.RegisterChildRequest{Worker: l.worker, Name: "测试儿", BirthDate: l.today.AddYears(-8).String(), County: county}))(t).GetChildId()
	return l
}

// people counts who was invented in this run: on one platform no number comes twice.
var people atomic.Int64

// somebody makes a well-formed number of the unassigned address code 654399 and
// a name that nobody else has: two of one name and birth date are a likely double,
// which a round asks about.
func somebody(today clock.Date) (document, name string) {
	n := int(people.Add(1))
	for _, digit := range strconv.Itoa(n) {
		name += string([]rune("零一二三四五六七八九")[digit-'0'])
	}
	return ident.Invented(today.AddYears(-30).AddDays(-n/1000), n), "测" + name
}

func (l *life) as(p auth.Principal) context.Context {
	p.Purpose, p.LegalBasis = p.Main(), "PIPL 13"
	if p.Kind == auth.Officer {
		p.Division = auth.Everywhere
	}
	if p.Via == "" {
		p.Via = auth.ViaWeb
	}
	return rpc.As(context.Background(), p)
}

func (l *life) me() context.Context {
	return l.as(auth.Principal{Kind: auth.Worker, Subject: l.worker})
}

func (l *life) boss() context.Context {
	return l.as(auth.Principal{Kind: auth.Employer, Subject: l.employer})
}

func (l *life) officer(department string) context.Context {
	return l.as(auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: department, Via: auth.ViaCounter})
}

func (l *life) settle() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.officer("ops"), 2*time.Minute)
	defer cancel()
	if err := ops.WaitSettled(ctx, l.caller, standalone.Names()); err != nil {
		l.t.Fatalf("the platform does not settle: %v", err)
	}
}

func (l *life) grant(recipient, purpose, kind string) string {
	l.t.Helper()
	return must(l.registry.GrantConsent(l.me(), &registryv1.GrantConsentRequest{Worker: l.worker, Purpose: purpose, Kinds: []string{kind}, Recipient: recipient,
		ValidFrom: l.today.String(), NoticeVersion: "1", Language: "zh-Hans"}))(l.t).GetGrantId()
}

// hired applies, is offered the post and accepts.
func (l *life) hired() (hire string) {
	l.t.Helper()
	a := must(l.employment.Apply(l.me(), &employmentv1.ApplyRequest{Worker: l.worker, VacancyId: l.vacancy}))(l.t)
	o := must(l.employment.MakeOffer(l.boss(), &employmentv1.MakeOfferRequest{ApplicationId: a.GetApplicationId(), WageFen: 500_000, StartOn: l.today.String(), EndOn: l.today.AddMonths(12).String()}))(l.t)
	return must(l.employment.AcceptOffer(l.me(), &employmentv1.AcceptOfferRequest{OfferId: o.GetOfferId()}))(l.t).GetHireId()
}

func (l *life) applyForSchool() string {
	l.t.Helper()
	return must(l.education.ApplyForPlace(l.me(), &educationv1.ApplyForPlaceRequest{Worker: l.worker, ChildId: l.child, Stage: "primary", County: county, SchoolIds: []string{l.school}}))(l.t).GetApplicationId()
}

func (l *life) applyForHome() string {
	l.t.Helper()
	return must(l.housing.ApplyForHome(l.me(), &housingv1.ApplyForHomeRequest{Worker: l.worker, County: county, Kind: "public_rental", HouseholdSize: 3, DeclaresNoHome: true, DeclaresIncomeBelow: true}))(l.t).GetApplicationId()
}

// schoolEvidence and homeEvidence list what is held, as kind or kind with a mark.
func (l *life) schoolEvidence(id string) (all []string) {
	l.t.Helper()
	a := must(l.education.GetApplication(l.me(), &educationv1.GetApplicationRequest{ApplicationId: id}))(l.t).GetApplication()
	for _, e := range a.GetEvidence() {
		all = append(all, mark(e.GetKind(), e.GetUntil(), e.GetFlagged()))
	}
	return all
}

func (l *life) homeEvidence(id string) (all []string) {
	l.t.Helper()
	a := must(l.housing.GetApplication(l.me(), &housingv1.GetApplicationRequest{ApplicationId: id}))(l.t).GetApplication()
	for _, e := range a.GetEvidence() {
		all = append(all, mark(e.GetKind(), e.GetUntil(), e.GetFlagged()))
	}
	return all
}

func mark(kind, until string, flagged bool) string {
	if until != "" {
		kind += " ended"
	}
	if flagged {
		kind += " flagged"
	}
	return kind
}

func (l *life) is(what string, got []string, want ...string) {
	l.t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		l.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func (l *life) timeline() (types []string) {
	l.t.Helper()
	reply := must(l.registry.ListTimeline(l.me(), &registryv1.ListTimelineRequest{Worker: l.worker, Limit: 200}))(l.t)
	for _, e := range slices.Backward(reply.GetEntries()) {
		types = append(types, e.GetType())
	}
	return types
}

func (l *life) saw(types ...string) {
	l.t.Helper()
	all := l.timeline()
	for _, want := range types {
		if !slices.Contains(all, want) {
			l.t.Errorf("the timeline has no %s: %v", want, all)
		}
	}
}

// The whole reaction table, as one life.
func TestALifeAcrossDepartments(t *testing.T) { eachPlatform(t, aLifeAcrossDepartments) }

func aLifeAcrossDepartments(t *testing.T, caller contract.Caller) {
	l := begin(t, caller)
	jobForSchool := l.grant("education", "school_place", "job")
	l.grant("education", "school_place", "insurance_months")
	l.grant("education", "school_place", "lease")
	l.grant("housing", "public_rental", "job")
	l.grant("housing", "public_rental", "insurance_months")
	l.grant("employment", "job_search", "certificate")
	must(l.employment.SetProfile(l.me(), &employmentv1.SetProfileRequest{Worker: l.worker, Occupation: "6-29", AvailableFrom: l.today.String()}))(t)
	school, home := l.applyForSchool(), l.applyForHome()
	l.settle()
	l.is("evidence before anything happened", l.schoolEvidence(school))

	// employment.hire.registered
	hire := l.hired()
	l.settle()
	var cover *insurancev1.ListCoverResponse
	testkit.Eventually(t, "the registry said whether the worker is beyond the pension age", func() bool {
		cover = must(l.insurance.ListCover(l.me(), &insurancev1.ListCoverRequest{Worker: l.worker}))(t)
		return len(cover.GetDuties()) > 0 && len(cover.GetDuties()[0].GetSchemes()) > 0
	})
	l.settle()
	if len(cover.GetDuties()) != 1 || cover.GetDuties()[0].GetDueOn() != dueOn(t, l.today) {
		t.Fatalf("duties %v", cover.GetDuties())
	}
	l.is("school after the hire", l.schoolEvidence(school), "job")
	l.is("home after the hire", l.homeEvidence(home), "job")
	courses := must(l.training.ListEnrolments(l.me(), &trainingv1.ListEnrolmentsRequest{Worker: l.worker}))(t)
	if len(courses.GetDue()) != 1 || courses.GetDue()[0].GetState() != "due" {
		t.Errorf("due trainings %v", courses.GetDue())
	}
	l.saw("employment.offer.accepted.v1", "employment.hire.registered.v1", "insurance.duty.opened.v1", "insurance.enrolment.requested.v1",
		"education.evidence.changed.v1", "housing.evidence.changed.v1", "training.safety_training.due.v1")

	// insurance.enrolment.completed
	enrolment := must(l.insurance.EnrolWorker(l.boss(), &insurancev1.EnrolWorkerRequest{DutyId: cover.GetDuties()[0].GetDutyId(), Schemes: []string{"pension"}, FromMonth: l.today.String()[:7]}))(t).GetEnrolmentId()
	must(l.insurance.RecordMonth(l.officer("hrss"), &insurancev1.RecordMonthRequest{EnrolmentId: enrolment, Month: l.today.String()[:7]}))(t)
	l.settle()
	l.is("school after the enrolment", l.schoolEvidence(school), "job", "insurance_months")
	l.is("home after the enrolment", l.homeEvidence(home), "job", "insurance_months")

	// training.certificate.issued
	place := must(l.training.Enrol(l.me(), &trainingv1.EnrolRequest{Worker: l.worker, CourseId: l.course}))(t)
	must(l.training.RecordAttendance(l.officer("hrss"), &trainingv1.RecordAttendanceRequest{EnrolmentId: place.GetEnrolmentId(), Completed: true}))(t)
	must(l.training.IssueCertificate(l.officer("hrss"), &trainingv1.IssueCertificateRequest{EnrolmentId: place.GetEnrolmentId(), Kind: "skill_level", IssuedOn: l.today.String()}))(t)
	l.settle()
	profile := must(l.employment.GetProfile(l.me(), &employmentv1.GetProfileRequest{Worker: l.worker}))(t).GetProfile()
	if len(profile.GetQualifications()) != 1 || profile.GetQualifications()[0].GetOccupation() != "6-29" {
		t.Errorf("qualifications %v", profile.GetQualifications())
	}

	// A home: not by a machine alone, with its reason, then by a witness's word.
	decide := &housingv1.DecideEligibilityRequest{ApplicationId: home}
	d := must(l.housing.DecideEligibility(l.officer("hou"), decide))(t)
	if d.GetOutcome() != "more_needed" || !slices.ContainsFunc(d.GetWhy(), func(r *platformv1.Reason) bool {
		return r.GetRuleId() == "HO-JOB-MONTHS" && len(r.GetGaps()) > 0 && len(r.GetChanges()) > 0 && len(r.GetAppeals()) > 0
	}) {
		t.Fatalf("decision %v", d)
	}
	must(l.housing.RecordPaper(l.officer("hou"), &housingv1.RecordPaperRequest{ApplicationId: home, Kind: "job", Form: "witness", Since: l.today.AddMonths(-12).String()}))(t)
	if d := must(l.housing.DecideEligibility(l.officer("hou"), decide))(t); d.GetOutcome() != "eligible" {
		t.Fatalf("with a witness: %v", d)
	}
	offer := must(l.housing.OfferHome(l.officer("hou"), &housingv1.OfferHomeRequest{ApplicationId: home, HomeId: l.home}))(t).GetOfferId()
	if _, err := l.housing.AcceptOffer(l.boss(), &housingv1.AcceptOfferRequest{OfferId: offer}); errs.KindOf(err) != errs.Denied {
		t.Errorf("an employer accepted a home: %v", err)
	}
	must(l.housing.AcceptOffer(l.me(), &housingv1.AcceptOfferRequest{OfferId: offer}))(t)

	// housing.lease.signed
	must(l.housing.SignLease(l.me(), &housingv1.SignLeaseRequest{OfferId: offer, StartsOn: l.today.String(), EndsOn: l.today.AddYears(1).String()}))(t)
	l.settle()
	l.is("school after the lease", l.schoolEvidence(school), "job", "insurance_months", "lease")
	application := must(l.education.GetApplication(l.me(), &educationv1.GetApplicationRequest{ApplicationId: school}))(t).GetApplication()
	if len(application.GetPapersNotAsked()) < 3 {
		t.Errorf("papers not asked: %v", application.GetPapersNotAsked())
	}

	// registry.fact.corrected
	must(l.registry.CorrectFact(l.me(), &registryv1.CorrectFactRequest{Worker: l.worker, Source: "employment", SourceId: hire, Kind: "job", ReasonCode: "wrong_date"}))(t)
	l.settle()
	l.is("school after the correction", l.schoolEvidence(school), "job flagged", "insurance_months", "lease")

	// registry.consent.withdrawn
	must(l.registry.WithdrawConsent(l.me(), &registryv1.WithdrawConsentRequest{GrantId: jobForSchool}))(t)
	l.settle()
	l.is("school after the withdrawal", l.schoolEvidence(school), "insurance_months", "lease")

	// employment.hire.ended: cover stops, the lease is not touched, a person is told.
	must(l.employment.EndHire(l.me(), &employmentv1.EndHireRequest{HireId: hire, EndedOn: l.today.String(), GroundCode: "resigned"}))(t)
	l.settle()
	if c := must(l.insurance.ListCover(l.me(), &insurancev1.ListCoverRequest{Worker: l.worker}))(t).GetCovers(); c[0].GetState() != "stopped" {
		t.Errorf("cover %v", c)
	}
	if leases := must(l.housing.ListLeases(l.me(), &housingv1.ListLeasesRequest{Worker: l.worker}))(t).GetLeases(); len(leases) != 1 || leases[0].GetEndsOn() != l.today.AddYears(1).String() {
		t.Errorf("leases %v", leases)
	}
	l.saw("insurance.enrolment.completed.v1", "training.certificate.issued.v1", "housing.lease.signed.v1", "registry.fact.corrected.v1", "registry.consent.withdrawn.v1", "employment.hire.ended.v1", "insurance.cover.stopped.v1")

	// Every read of what one department holds stands in the worker's access log.
	reads := must(l.registry.ListAccess(l.me(), &registryv1.ListAccessRequest{Worker: l.worker, Limit: 200}))(t).GetEntries()
	if !slices.ContainsFunc(reads, func(r *registryv1.AccessEntry) bool {
		return r.GetReader() == "education" && r.GetPurpose() == "school_place" && r.GetService() == "housing" && slices.Contains(r.GetKinds(), "lease")
	}) {
		t.Errorf("education's question to housing is not in the access log: %v", reads)
	}
	if _, err := l.registry.ListTimeline(l.officer("hrss"), &registryv1.ListTimelineRequest{Worker: l.worker}); errs.KindOf(err) != errs.Denied {
		t.Errorf("an officer saw the joined life: %v", err)
	}
}

func dueOn(t *testing.T, start clock.Date) string {
	t.Helper()
	calendar, err := clock.LoadCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return must(calendar.RollForward(start.AddDays(30)))(t).String()
}

// The order in which a worker does things in different departments does not
// change what the departments hold in the end.
func TestOrderAcrossDepartmentsDoesNotMatter(t *testing.T) {
	eachPlatform(t, orderAcrossDepartments)
}

func orderAcrossDepartments(t *testing.T, caller contract.Caller) {
	acts := []string{"apply", "consent", "hire", "lease"}
	for order := range permutations(acts) {
		l := begin(t, caller)
		var school string
		for _, act := range order {
			switch act {
			case "apply":
				school = l.applyForSchool()
			case "consent":
				for _, kind := range []string{"job", "insurance_months", "lease"} {
					l.grant("education", "school_place", kind)
				}
			case "hire":
				l.hired()
			case "lease":
				l.leased()
			}
		}
		l.settle()
		for _, d := range must(l.insurance.ListCover(l.me(), &insurancev1.ListCoverRequest{Worker: l.worker}))(t).GetDuties() {
			must(l.insurance.EnrolWorker(l.boss(), &insurancev1.EnrolWorkerRequest{DutyId: d.GetDutyId(), Schemes: []string{"pension"}, FromMonth: l.today.String()[:7]}))(t)
		}
		l.settle()
		l.is(strings.Join(order, ", "), l.schoolEvidence(school), "insurance_months", "job", "lease")
	}
}

// leased brings the worker to a signed lease, with a witness for the job.
func (l *life) leased() {
	l.t.Helper()
	t := l.t
	home := must(l.housing.AddHome(l.officer("hou"), &housingv1.AddHomeRequest{Estate: "安居苑", Number: rand.Text(), Layout: "单间", AreaDm2: 3000, RentFen: 20_000, County: county, Kind: "public_rental", Reference: rand.Text()}))(t).GetHomeId()
	id := l.applyForHome()
	must(l.housing.RecordPaper(l.officer("hou"), &housingv1.RecordPaperRequest{ApplicationId: id, Kind: "job", Form: "witness", Since: l.today.AddMonths(-12).String()}))(t)
	if d := must(l.housing.DecideEligibility(l.officer("hou"), &housingv1.DecideEligibilityRequest{ApplicationId: id}))(t); d.GetOutcome() != "eligible" {
		t.Fatalf("decision %v", d)
	}
	offer := must(l.housing.OfferHome(l.officer("hou"), &housingv1.OfferHomeRequest{ApplicationId: id, HomeId: home}))(t).GetOfferId()
	must(l.housing.AcceptOffer(l.me(), &housingv1.AcceptOfferRequest{OfferId: offer}))(t)
	must(l.housing.SignLease(l.me(), &housingv1.SignLeaseRequest{OfferId: offer, StartsOn: l.today.String(), EndsOn: l.today.AddYears(1).String()}))(t)
}

// permutations yields every order of the given acts.
func permutations(all []string) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		var next func(done, left []string) bool
		next = func(done, left []string) bool {
			if len(left) == 0 {
				return yield(slices.Clone(done))
			}
			for i := range left {
				rest := append(slices.Clone(left[:i]), left[i+1:]...)
				if !next(append(slices.Clone(done), left[i]), rest) {
					return false
				}
			}
			return true
		}
		next(nil, all)
	}
}

// "Not me" freezes what rested on a hire that only the employer stated.
func TestNotMeFreezesWhatRestedOnIt(t *testing.T) { eachPlatform(t, notMe) }

func notMe(t *testing.T, caller contract.Caller) {
	l := begin(t, caller)
	hire := must(l.employment.StateHire(l.boss(), &employmentv1.StateHireRequest{Worker: l.worker, Uscc: l.uscc, Occupation: "6-29", County: county, StartOn: l.today.String(), EndOn: l.today.AddMonths(6).String(), WageFen: 400_000}))(t).GetHireId()
	l.settle()
	duty := must(l.insurance.ListCover(l.me(), &insurancev1.ListCoverRequest{Worker: l.worker}))(t).GetDuties()
	if len(duty) != 1 || duty[0].GetState() != "open" {
		t.Fatalf("the employer is bound by its own word: %v", duty)
	}
	messages := must(l.registry.ListMessages(l.me(), &registryv1.ListMessagesRequest{Worker: l.worker, Limit: 10}))(t).GetMessages()
	if !slices.ContainsFunc(messages, func(m *registryv1.Message) bool { return m.GetAbout() == hire && m.GetDeliveredAt() > 0 }) {
		t.Errorf("the worker was not asked: %v", messages)
	}
	must(l.employment.DisputeHire(l.me(), &employmentv1.DisputeHireRequest{HireId: hire}))(t)
	l.settle()
	if duty = must(l.insurance.ListCover(l.me(), &insurancev1.ListCoverRequest{Worker: l.worker}))(t).GetDuties(); duty[0].GetState() != "frozen" {
		t.Errorf("duty %v", duty)
	}
	if due := must(l.training.ListEnrolments(l.me(), &trainingv1.ListEnrolmentsRequest{Worker: l.worker}))(t).GetDue(); len(due) != 1 || due[0].GetState() != "cancelled" {
		t.Errorf("due trainings %v", due)
	}
}

// Closing the account destroys the key: what it covered is gone, everywhere.
func TestClosingTheAccount(t *testing.T) { eachPlatform(t, closingTheAccount) }

func closingTheAccount(t *testing.T, caller contract.Caller) {
	l := begin(t, caller)
	l.grant("education", "school_place", "job")
	school := l.applyForSchool()
	l.hired()
	l.settle()
	l.is("before", l.schoolEvidence(school), "job")
	must(l.registry.CloseAccount(l.me(), &registryv1.CloseAccountRequest{Worker: l.worker}))(t)
	l.settle()
	if _, err := l.registry.GetWorker(l.me(), &registryv1.GetWorkerRequest{Worker: l.worker}); err == nil {
		t.Error("the person can still be read")
	}
	l.is("afterwards", l.schoolEvidence(school))
}
