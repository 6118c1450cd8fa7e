package standalone_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/standalone"
)

const home, away = "654301", "654321"

// populated is a life on a running platform: whose ids the wrong principals try.
type populated struct {
	t       *testing.T
	today   clock.Date
	demo    contract.Caller
	as      func(issuer string) contract.Caller // signs as an issuer or a service
	forged  contract.Caller                     // signs with a key that nobody trusts
	late    contract.Caller                     // its proofs have expired
	nobody  contract.Caller                     // sends no proof
	handler http.Handler
	methods map[string][]contract.Method
	ids     map[string]string // service.field, or field
	dir     string
	log     *kept
	pages   http.Handler
}

func populate(t *testing.T) *populated {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	log := &kept{}
	p, err := standalone.Open(context.Background(), standalone.Config{Dir: dir, KeyFile: dir + ".key", Purpose: standalone.PurposeDemo, LogTo: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-done, p.Close()); err != nil {
			t.Error(err)
		}
	})
	if err := p.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	bus, err := p.Bus()
	if err != nil {
		t.Fatal(err)
	}
	l := &populated{t: t, today: clock.Today(clock.System()), methods: map[string][]contract.Method{}, ids: map[string]string{}, dir: dir, log: log, pages: p.Handler(ctx.Done())}
	l.as = func(issuer string) contract.Caller {
		return rpc.NewClient(bus, auth.NewSigner(issuer, p.SigningKey(issuer), clock.System()))
	}
	l.demo, l.handler = l.as("demo"), p.Handler(make(chan struct{}))
	_, unknown, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	l.forged = rpc.NewClient(bus, auth.NewSigner("demo", unknown, clock.System()))
	l.nobody = bare{bus}
	l.late = rpc.NewClient(bus, auth.NewSigner("demo", p.SigningKey("demo"), clock.NewManual(time.Now().Add(-time.Hour))))
	for _, s := range p.Services {
		l.methods[s.Name()] = s.Methods()
	}
	l.live()
	return l
}

// bare calls over the bus without saying who calls.
type bare struct{ conn *nats.Conn }

func (b bare) Call(ctx context.Context, service, method string, req, into proto.Message) error {
	body, err := proto.Marshal(req)
	if err != nil {
		return err
	}
	r, err := b.conn.RequestWithContext(ctx, rpc.Subject(service, method), body)
	if err != nil {
		return err
	}
	if r.Header.Get("Qiao-Error") == "" {
		return proto.Unmarshal(r.Data, into)
	}
	var e platformv1.Error
	if err := proto.Unmarshal(r.Data, &e); err != nil {
		return err
	}
	return errs.New(errs.ParseKind(e.GetKind()), e.GetCode(), e.GetText())
}

func made[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// whole says for what p calls, where it does not say that itself: for what a method
// that is called is there for, so that the purpose is not what refuses it.
func whole(p auth.Principal, of ...contract.Method) auth.Principal {
	p.LegalBasis = "PIPL 13(3)"
	if p.Purpose == "" {
		p.Purpose = p.Main()
		for _, m := range of {
			if i := slices.IndexFunc(m.Purposes, p.MayState); i >= 0 && !slices.Contains(m.Purposes, p.Purpose) {
				p.Purpose = m.Purposes[i]
			}
		}
	}
	if p.Via == "" {
		p.Via = auth.ViaCounter
	}
	return p
}

func as(p auth.Principal) context.Context { return rpc.As(context.Background(), whole(p)) }

func officer(department, division, actsFor string) auth.Principal {
	return auth.Principal{Kind: auth.Officer, Subject: "o-" + department + division, Department: department, Division: division, ActsFor: actsFor}
}

// live lets two workers, a child, an employer and their cases come about.
func (l *populated) live() {
	t, day := l.t, l.today
	registry := registryv1.RegistryClient{Caller: l.demo, Target: "registry"}
	employment := employmentv1.EmploymentClient{Caller: l.demo, Target: "employment"}
	education := educationv1.EducationClient{Caller: l.demo, Target: "education"}
	housing := housingv1.HousingClient{Caller: l.demo, Target: "housing"}
	training := trainingv1.TrainingClient{Caller: l.demo, Target: "training"}
	hrss, edu, hou := as(officer("hrss", home, "")), as(officer("edu", home, "")), as(officer("hou", home, ""))
	register := func(n int) string {
		return made(registry.RegisterWorker(hrss, &registryv1.RegisterWorkerRequest{DocumentNumber: ident.Invented(day.AddYears(-30), n), Name: "测试", County: home,
			Languages: []string{"zh-Hans"}, RegisteredOn: day.String(), NoticeVersion: "1", Signed: true}))(t).GetWorker()
	}
	w, other := register(1), register(2)
	me := as(auth.Principal{Kind: auth.Worker, Subject: w, Via: auth.ViaWeb})
	l.ids["worker"], l.ids["other"], l.ids["document_number"] = w, other, ident.Invented(day.AddYears(-30), 1)
	l.ids["child_id"] = made(registry.RegisterChild(me, &registryv1.RegisterChildRequest{Worker: w, Name: "测试儿", BirthDate: day.AddYears(-8).String(), County: home}))(t).GetChildId()
	l.ids["grant_id"] = made(registry.GrantConsent(me, &registryv1.GrantConsentRequest{Worker: w, Purpose: "public_rental", Kinds: []string{"job"}, Recipient: "housing",
		ValidFrom: day.String(), NoticeVersion: "1", Language: "zh-Hans"}))(t).GetGrantId()
	contact := officer("hrss", home, "")
	contact.Purpose = "contact_case"
	l.ids["registry.case_id"] = made(registry.ProposeContact(as(contact), &registryv1.ProposeContactRequest{Worker: w, County: away}))(t).GetCaseId()
	persons := officer("hrss", home, "")
	persons.Purpose = "person_case"
	l.ids["other_id"] = register(3)
	l.ids["person_case_id"] = made(registryv1.JoiningClient{Caller: l.demo, Target: "registry"}.OpenJoin(as(persons), &registryv1.OpenJoinRequest{Worker: w, OtherId: l.ids["other_id"],
		ReasonCode: "number_mistyped", Paper: "witness"}))(t).GetPersonCaseId()
	l.ids["join_id"] = l.ids["person_case_id"]
	l.ids["guardian_id"] = made(registryv1.GuardiansClient{Caller: l.demo, Target: "registry"}.AddGuardian(as(persons), &registryv1.AddGuardianRequest{ChildId: l.ids["child_id"], Worker: other,
		GuardianKind: "parent", Paper: "birth_certificate"}))(t).GetGuardianId()
	l.ids["registry.double_id"] = made(registryv1.DoublesClient{Caller: l.demo, Target: "registry"}.ListDoubles(as(persons), &registryv1.ListDoublesRequest{}))(t).GetDoubles()[0].GetDoubleId()
	changed := made(registryv1.DocumentsClient{Caller: l.demo, Target: "registry"}.ProposeDocument(as(persons), &registryv1.ProposeDocumentRequest{Worker: w,
		DocumentNumber: ident.Invented(day.AddYears(-30), 3), ReasonCode: "entered_wrong", Paper: "resident_card"}))(t).GetCaseId()
	for _, method := range []string{"GetDocumentCase", "DecideDocument", "SettleDocumentAge", "ObjectDocument"} {
		l.ids["registry."+method+".case_id"] = changed
	}
	employer := func(uscc string) string {
		return made(employment.RegisterEmployer(hrss, &employmentv1.RegisterEmployerRequest{Uscc: uscc, Name: "测试建筑有限公司", IndustrySection: "E", County: home}))(t).GetEmployerId()
	}
	l.ids["uscc"] = "91654399MA0000015J"
	l.ids["employer_id"] = employer(l.ids["uscc"])
	boss := as(auth.Principal{Kind: auth.Employer, Subject: l.ids["employer_id"], Via: auth.ViaWeb})
	l.ids["vacancy_id"] = made(employment.PublishVacancy(boss, &employmentv1.PublishVacancyRequest{Uscc: l.ids["uscc"], Title: "建筑施工人员", Occupation: "6-29", Headcount: 10,
		WageMinFen: 400_000, WageMaxFen: 600_000, County: home, SeasonFrom: day.String(), SeasonTo: day.AddMonths(6).String(), Reference: rand.Text()}))(t).GetVacancyId()
	l.ids["employment.application_id"] = made(employment.Apply(me, &employmentv1.ApplyRequest{Worker: w, VacancyId: l.ids["vacancy_id"]}))(t).GetApplicationId()
	l.ids["employment.offer_id"] = made(employment.MakeOffer(boss, &employmentv1.MakeOfferRequest{ApplicationId: l.ids["employment.application_id"], WageFen: 500_000,
		StartOn: day.String(), EndOn: day.AddMonths(12).String()}))(t).GetOfferId()
	l.ids["hire_id"] = made(employment.StateHire(boss, &employmentv1.StateHireRequest{Worker: w, Uscc: l.ids["uscc"], Occupation: "6-29", County: home, StartOn: day.String()}))(t).GetHireId()
	l.ids["school_id"] = made(education.AddSchool(edu, &educationv1.AddSchoolRequest{Name: "第1小学", Kind: "public", County: home, Stage: "primary", Places: 3, Reference: rand.Text()}))(t).GetSchoolId()
	l.ids["education.application_id"] = made(education.ApplyForPlace(me, &educationv1.ApplyForPlaceRequest{Worker: w, ChildId: l.ids["child_id"], Stage: "primary", County: home,
		SchoolIds: []string{l.ids["school_id"]}}))(t).GetApplicationId()
	l.ids["home_id"] = made(housing.AddHome(hou, &housingv1.AddHomeRequest{Estate: "安居苑", Number: "1-1", Layout: "一室一厅", AreaDm2: 4500, RentFen: 40_000, County: home, Kind: "public_rental",
		Reference: rand.Text()}))(t).GetHomeId()
	l.ids["housing.application_id"] = made(housing.ApplyForHome(me, &housingv1.ApplyForHomeRequest{Worker: w, County: home, Kind: "public_rental", HouseholdSize: 3, DeclaresNoHome: true,
		DeclaresIncomeBelow: true}))(t).GetApplicationId()
	l.ids["course_id"] = made(training.PublishCourse(hrss, &trainingv1.PublishCourseRequest{Provider: "职业技能培训中心", Title: "建筑施工", Occupation: "6-29", Level: "五级", Hours: 40, Places: 5,
		StartsOn: day.String(), Kind: "general", County: home, Reference: rand.Text()}))(t).GetCourseId()
	l.ids["enrolment_id"] = made(training.Enrol(me, &trainingv1.EnrolRequest{Worker: w, CourseId: l.ids["course_id"]}))(t).GetEnrolmentId()
}

// request fills a request with the life's ids, or with ids that nobody has.
func (l *populated) request(service string, m contract.Method, known bool) proto.Message {
	req := m.New()
	fields := req.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		name := string(f.Name())
		text := ""
		switch {
		case strings.HasSuffix(name, "county") || name == "division":
			text = home
		case l.ids[service+"."+m.Name+"."+name] != "" && known:
			text = l.ids[service+"."+m.Name+"."+name]
		case l.ids[service+"."+name] != "" && known:
			text = l.ids[service+"."+name]
		case l.ids[name] != "" && known:
			text = l.ids[name]
		case name == "document_number":
			text = ident.Invented(l.today.AddYears(-30), 999)
		case name == "worker" || strings.HasSuffix(name, "_id"):
			text = ident.NewID()
		case name == "channel":
			text = service + "-0"
		case name == "reason":
			text = "nothing to be said"
		}
		switch {
		case f.IsMap() || f.Kind() == protoreflect.MessageKind:
		case f.IsList() && f.Kind() == protoreflect.StringKind:
			if one := strings.TrimSuffix(name, "s"); text == "" && known {
				text = l.ids[one]
			}
			if text != "" {
				req.ProtoReflect().Mutable(f).List().Append(protoreflect.ValueOfString(text))
			}
		case f.IsList():
		case f.Kind() == protoreflect.StringKind && text != "":
			req.ProtoReflect().Set(f, protoreflect.ValueOfString(text))
		}
	}
	return req
}

// wrong is a principal that must not be answered.
type wrong struct {
	name   string
	caller contract.Caller
	who    auth.Principal
}

// wrongs are the principals that are tried at a method: of each kind that the
// contract lets call it one that has nothing to do with this life, and all that
// it lets not.
func (l *populated) wrongs(m contract.Method) (all []wrong) {
	add := func(name string, caller contract.Caller, who auth.Principal) {
		all = append(all, wrong{name, caller, whole(who, m)})
	}
	other := l.ids["other"]
	add("another worker", l.demo, auth.Principal{Kind: auth.Worker, Subject: other, Via: auth.ViaWeb})
	add("a helper of another", l.demo, auth.Principal{Kind: auth.Worker, Subject: other, ActsFor: other, Via: auth.ViaHelper})
	add("a guardian of another child", l.demo, auth.Principal{Kind: auth.Guardian, Subject: other, Via: auth.ViaWeb})
	add("another employer", l.demo, auth.Principal{Kind: auth.Employer, Subject: ident.NewID(), Via: auth.ViaWeb})
	departments := []string{"psb"}
	for _, c := range m.Callers {
		if kind, which, narrowed := strings.Cut(c, ":"); narrowed && kind == "officer" {
			departments = append(departments, which)
		} else if kind == "officer" {
			departments = append(departments, "hrss", "edu", "hou")
		}
	}
	for _, d := range departments {
		add("another county's officer of "+d, l.demo, officer(d, away, ""))
		add("another county's counter of "+d, l.demo, officer(d, away, l.ids["worker"]))
	}
	for _, d := range []string{"hrss", "edu", "hou", "ops"} {
		if !slices.Contains(departments, d) {
			add("the county's officer of "+d, l.demo, officer(d, home, l.ids["worker"]))
		}
	}
	add("an officer of no department", l.demo, auth.Principal{Kind: auth.Officer, Subject: "o", Division: home})
	add("an officer of no county", l.demo, auth.Principal{Kind: auth.Officer, Subject: "o", Department: departments[len(departments)-1]})
	for _, kind := range []auth.Kind{auth.Worker, auth.Employer, auth.Officer} {
		add("an empty "+string(kind), l.demo, auth.Principal{Kind: kind, Department: departments[len(departments)-1], Division: home})
	}
	add("another service", l.as("insurance"), auth.Principal{Kind: auth.Service, Subject: "insurance", Via: auth.ViaSystem})
	add("a partner", l.demo, auth.Principal{Kind: auth.Partner, Subject: "bank"})
	me := auth.Principal{Kind: auth.Worker, Subject: l.ids["worker"], Via: auth.ViaWeb}
	add("who forges", l.forged, me)
	add("who comes too late", l.late, me)
	add("who sends no proof", l.nobody, me)
	for _, c := range m.Callers { // who may call, for what it may not
		if c == string(auth.Partner) {
			continue // nobody vouches for one here
		}
		caller, who := l.allowed([]string{c})
		for _, p := range append(auth.Purposes(), auth.Purpose{Name: "curiosity"}) {
			if listed := slices.Contains(m.Purposes, p.Name); !who.MayState(p.Name) || len(m.Purposes) > 0 && !listed {
				who.Purpose = p.Name
				add("who calls as "+c+" for "+p.Name, caller, who)
			}
		}
	}
	return all
}

// Why a cell may answer.
const (
	public   = "what everybody may see, or a check that reads nothing of a person"
	platform = "operations are the platform's and no county's; they show no person"
	own      = "the list is cut to the reader: it holds nothing of another's"
	forms    = "the form of another system is the department's: it tells of no case and of nobody"
	looks    = "it fails on the request itself before anything is kept; who is an employer is public"
	spoken   = "who approved which texts is for every officer; it is about texts, and no county's"
	holder   = "the contract names every holder: whether there is such an account, and nothing of the person"
)

// answers are the methods that answer a principal whom the contract names
// though it has nothing to do with the life, and why they may.
var answers = map[string]string{
	"CheckExam": public, "CheckTaxRelief": public, "CheckVacancyText": public, "GetFundChecklist": public, "GetVacancy": public, "ListAdviserSlots": public,
	"ListCourses": public, "training.GetCourse": public, "employment.ListEmployers": public, "ListFairs": public, "ListHomes": public, "ListPremises": public, "education.ListRounds": public, "ListSchools": public, "SearchVacancies": public,
	"GetStatus": platform, "ListGivenUpTasks": platform, "ListForged": platform, "ListOrphaned": platform, "ListParked": platform, "ListSetAside": platform, "OpenEpoch": platform, "ReadChannel": platform,
	"RetryParked": platform, "RetryTasks": platform,
	"housing.ListPlaceRequests": own, "registry.ListContactCases": own, "registry.ListPersonCases": own, "registry.ListDeathCases": own, "registry.ListGuardianMatters": own,
	"registry.ListDoubles": own, "registry.ListDocumentCases": own, "ListHeld": own, "ListCollisions": own, "ListWork": own, "CountWork": own, "CountOutcomes": own, "ListEntryForms": forms, "registry.NameWorkers": own, "identity.ListApprovals": spoken, "insurance.ListDuties": own, "insurance.ListDebtors": own, "insurance.ListEnrolments": own, "registry.ListHeirRequests": own,
	"employment.PublishVacancy": looks,
	"registry.GetStanding":      holder,
	"identity.Revoked":          platform, "identity.ReportDenials": platform, "identity.ReportAcceptances": platform, // every service's door; numbers, and what it itself refused
}

// words are the methods that may refuse what is there in words of their own, and
// why: there is nothing to hide.
var words = map[string]string{
	"employment.CloseVacancy": seen, "employment.ListApplicants": seen,
	"employment.RegisterEmployer": "who registers a firm by its code learns that it is registered; firms' codes are public",
}

const seen = "everybody sees the vacancy, so that it is another's is no news"

// refused reports whether an error tells the caller no more than that it may not.
func refused(err error) bool {
	return slices.Contains([]errs.Kind{errs.Denied, errs.NotFound, errs.Unauthenticated}, errs.KindOf(err))
}

// why is the reason for which a cell may answer, "" where there is none.
func why(service, method, principal string) string {
	for _, k := range []string{service + "." + method, method} {
		if answers[k] != "" {
			return answers[k]
		}
	}
	return ""
}

// TestEveryMethodRefusesEveryWrongPrincipal is generated from the contracts:
// each method is called by each kind of wrong principal, about a life that is
// there and about one that is not. What does not fail alike for both must have
// its reason above: whoever guesses an id does not learn that it is one.
func TestEveryMethodRefusesEveryWrongPrincipal(t *testing.T) {
	l := populate(t)
	began, kinds, needed := time.Now(), map[string]bool{}, map[string]bool{}
	var methods, cells, told, apart int
	for service, all := range l.methods {
		for _, m := range all {
			methods++
			for _, w := range l.wrongs(m) {
				kind, _, _ := strings.Cut(w.name, " of ")
				kinds[kind] = true
				ask := func(known bool) error {
					ctx, cancel := context.WithTimeout(rpc.As(context.Background(), w.who), time.Minute)
					defer cancel()
					return w.caller.Call(ctx, service, m.Name, l.request(service, m, known), m.NewReply())
				}
				cells++
				known, unknown := ask(true), ask(false)
				same := unknown != nil && errs.CodeOf(known) == errs.CodeOf(unknown) && (!strings.HasPrefix(kind, "who calls") || errs.CodeOf(known) == "auth.purpose")
				switch {
				case known != nil && same:
				case refused(known) && words[service+"."+m.Name] != "":
					apart++
					needed[service+"."+m.Name] = true
				case why(service, m.Name, w.name) != "" && !strings.HasPrefix(w.name, "who ") && !strings.HasPrefix(w.name, "an empty"):
					told++
				default:
					t.Errorf("%s.%s, %s: %v; of what is not there: %v", service, m.Name, w.name, known, unknown)
				}
			}
		}
	}
	for method := range words {
		if !needed[method] {
			t.Errorf("%s needs no words of its own any more", method)
		}
	}
	t.Logf("%d methods, %d kinds of wrong principals, %d cells: %d refused alike, %d refused in words of their own, %d answered for a reason; %v",
		methods, len(kinds), cells, cells-apart-told, apart, told, time.Since(began).Round(time.Second))
}

// TestEveryDepartmentLearnsWhetherAnAccountStands: none can open anything in a
// worker's name before it knows, so that the registry names none of them for it.
func TestEveryDepartmentLearnsWhetherAnAccountStands(t *testing.T) {
	l := populate(t)
	for _, department := range services.Names()[1:] {
		me := as(auth.Principal{Kind: auth.Service, Subject: department, Purpose: "account_standing", Via: auth.ViaSystem})
		got, err := registryv1.RegistryClient{Caller: l.as(department), Target: "registry"}.GetStanding(me, &registryv1.GetStandingRequest{Worker: l.ids["worker"]})
		if err != nil || !got.GetKnown() || got.GetClosed() {
			t.Errorf("%s: %v, %v", department, got, err)
		}
	}
}

// TestNobodyHasNoPageAndNoCase: an unknown reference is not found, on pages and
// by the services.
func TestNobodyHasNoPageAndNoCase(t *testing.T) {
	l := populate(t)
	server := httptest.NewServer(l.pages)
	defer server.Close()
	b := l.desk(t, server)
	for _, nobody := range []string{ident.NewID(), "zzz"} {
		me := as(auth.Principal{Kind: auth.Worker, Subject: nobody, Via: auth.ViaWeb})
		for what, err := range map[string]error{
			"a home": second(housingv1.HousingClient{Caller: l.demo, Target: "housing"}.ApplyForHome(me, &housingv1.ApplyForHomeRequest{Worker: nobody, County: home, Kind: "public_rental",
				HouseholdSize: 1, DeclaresNoHome: true, DeclaresIncomeBelow: true})),
			"a job": second(employmentv1.EmploymentClient{Caller: l.demo, Target: "employment"}.Apply(me, &employmentv1.ApplyRequest{Worker: nobody, VacancyId: l.ids["vacancy_id"]})),
			"a school place": second(educationv1.EducationClient{Caller: l.demo, Target: "education"}.ApplyForPlace(me, &educationv1.ApplyForPlaceRequest{Worker: nobody, ChildId: l.ids["child_id"],
				Stage: "primary", County: home, SchoolIds: []string{l.ids["school_id"]}})),
			"a course": second(trainingv1.TrainingClient{Caller: l.demo, Target: "training"}.Enrol(me, &trainingv1.EnrolRequest{Worker: nobody, CourseId: l.ids["course_id"]})),
		} {
			if err == nil || errs.KindOf(err) != errs.NotFound && errs.KindOf(err) != errs.Invalid && errs.KindOf(err) != errs.Denied {
				t.Errorf("%s applies for %s: %v", nobody, what, err)
			}
		}
		for _, path := range []string{"", "/home", "/jobs", "/school", "/messages"} {
			b.see("/workers/"+nobody+path, http.StatusNotFound, nil)
		}
	}
	b.see("/workers/"+l.ids["worker"], http.StatusOK, nil)
}

// TestNothingOpensForAClosedAccount: with a department that never saw the person
// at once, with one that did as soon as it read of the closing, and then for good.
func TestNothingOpensForAClosedAccount(t *testing.T) {
	l := populate(t)
	for name, who := range map[string]string{"never seen by a department": l.ids["other"], "with cases everywhere": l.ids["worker"]} {
		me := as(auth.Principal{Kind: auth.Worker, Subject: who, Via: auth.ViaWeb})
		if _, err := (registryv1.RegistryClient{Caller: l.demo, Target: "registry"}).CloseAccount(me, &registryv1.CloseAccountRequest{Worker: who}); err != nil {
			t.Fatal(err)
		}
		opening := map[string]func() error{
			"a home": func() error {
				return second(housingv1.HousingClient{Caller: l.demo, Target: "housing"}.ApplyForHome(me, &housingv1.ApplyForHomeRequest{Worker: who, County: home, Kind: "affordable_rental",
					HouseholdSize: 1, DeclaresNoHome: true, DeclaresIncomeBelow: true}))
			},
			"a job": func() error {
				return second(employmentv1.EmploymentClient{Caller: l.demo, Target: "employment"}.Apply(me, &employmentv1.ApplyRequest{Worker: who, VacancyId: l.ids["vacancy_id"]}))
			},
			"a course": func() error {
				return second(trainingv1.TrainingClient{Caller: l.demo, Target: "training"}.Enrol(me, &trainingv1.EnrolRequest{Worker: who, CourseId: l.ids["course_id"]}))
			},
		}
		for what, open := range opening {
			closed := func() bool {
				code := errs.CodeOf(open())
				return code == "account.closed" || code == "registry.worker.closed" // whoever is asked first
			}
			if who == l.ids["other"] && !closed() {
				t.Errorf("%s, %s: %v", name, what, open())
			}
			testkit.Eventually(t, name+", "+what+" is refused", closed)
			for range 3 {
				if !closed() {
					t.Errorf("%s, %s opens again: %v", name, what, open())
				}
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }
