package employment_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/employment"
)

// firm is the code of the employer of most tests.
const firm = "91654323UK8F0HLA1P"

type fixture struct {
	*testkit.Platform
	clock    *clock.Manual
	registry *testkit.Publisher
	training *testkit.Publisher
	asked    *registryStandIn
	issuer   *trainingStandIn
	client   employmentv1.EmploymentClient
}

// registryStandIn answers CheckAge: who is in young has not reached the age.
type registryStandIn struct {
	registryv1.RegistryServer
	mu    sync.Mutex // a reaction may ask beside the test
	young []string
	asked []*registryv1.CheckAgeRequest
	who   auth.Principal
}

func (r *registryStandIn) CheckAge(ctx context.Context, req *registryv1.CheckAgeRequest) (*registryv1.CheckAgeResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, req)
	r.who, _ = auth.FromContext(ctx)
	return &registryv1.CheckAgeResponse{Reached: !slices.Contains(r.young, req.GetWorker())}, nil
}

func (r *registryStandIn) GetWorker(ctx context.Context, req *registryv1.GetWorkerRequest) (*registryv1.GetWorkerResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.who, _ = auth.FromContext(ctx)
	return &registryv1.GetWorkerResponse{Person: &registryv1.Worker{Worker: req.GetWorker(), Name: "somebody", Phone: "19000061956"}}, nil
}

// below says who has not reached the age.
func (r *registryStandIn) below(workers ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.young = workers
}

// questions is what was asked, and as whom the last time.
func (r *registryStandIn) questions() ([]*registryv1.CheckAgeRequest, auth.Principal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked), r.who
}

// trainingStandIn answers ListFacts.
type trainingStandIn struct {
	mu    sync.Mutex // a reaction may ask beside the test
	facts []*platformv1.Fact
}

func (s *trainingStandIn) ListFacts(context.Context, *platformv1.ListFactsRequest) (*platformv1.ListFactsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &platformv1.ListFactsResponse{Facts: s.facts}, nil
}

func (s *trainingStandIn) states(facts ...*platformv1.Fact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts = facts
}

func start(t testing.TB) *fixture { return startWith(t, func(*run.Deps) {}) }

func startWith(t testing.TB, change func(*run.Deps)) *fixture {
	t.Helper()
	c := clock.NewManual(time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC))
	p := testkit.NewPlatform(t, c)
	f := &fixture{Platform: p, clock: c, asked: &registryStandIn{}, issuer: &trainingStandIn{}}
	f.registry = p.Publisher("registry", registryv1.RegistryMethods(f.asked)...)
	f.training = p.Publisher("training", evidence.Methods("training", f.issuer)...)
	d := p.Deps(employment.Name)
	change(&d)
	s, err := employment.New(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	f.client = employmentv1.EmploymentClient{Caller: p.Client(), Target: employment.Name}
	return f
}

// ok returns a reply that must have come without an error.
func ok[T any](t testing.TB, reply T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

// refused fails unless a call was refused with a code.
func refused(t testing.TB, err error, code string) {
	t.Helper()
	if errs.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

func (f *fixture) employer() string {
	f.T.Helper()
	r, err := f.client.RegisterEmployer(f.Officer("hrss"), &employmentv1.RegisterEmployerRequest{Uscc: firm, Name: "福海县白桦商贸有限公司", IndustrySection: "B", County: "654323", Phone: "19000061956"})
	return ok(f.T, r, err).GetEmployerId()
}

func post(reference string) *employmentv1.PublishVacancyRequest {
	return &employmentv1.PublishVacancyRequest{
		Uscc: firm, Title: "服务员", Occupation: "4-03", Headcount: 2, WageMinFen: 350_000, WageMaxFen: 450_000, County: "654323",
		SeasonFrom: "2026-12-01", SeasonTo: "2027-04-30", Housing: true, Requirements: "需夜班", Reference: reference,
	}
}

func (f *fixture) publish(p *employmentv1.PublishVacancyRequest) string {
	f.T.Helper()
	r, err := f.client.PublishVacancy(f.Officer("hrss"), p)
	return ok(f.T, r, err).GetVacancyId()
}

func (f *fixture) vacancy(id string) *employmentv1.Vacancy {
	f.T.Helper()
	r, err := f.client.GetVacancy(f.Worker("anybody"), &employmentv1.GetVacancyRequest{VacancyId: id})
	return ok(f.T, r, err).GetVacancy()
}

// happened lists what the service has published, oldest first, from an index on.
func (f *fixture) happened(from int) []event.Event {
	f.T.Helper()
	f.Settle()
	return f.Published(employment.Name)[from:]
}

func types(all []event.Event) (names []string) {
	for _, e := range all {
		names = append(names, e.Type)
	}
	return names
}

func decode[M proto.Message](t testing.TB, e event.Event, into M) M {
	t.Helper()
	if err := proto.Unmarshal(e.Data, into); err != nil {
		t.Fatal(err)
	}
	return into
}

func TestEmployersAreRegisteredOnce(t *testing.T) {
	f := start(t)
	request := &employmentv1.RegisterEmployerRequest{Uscc: " 9165 4323uk8f0hla1p", Name: "福海县白桦商贸有限公司", IndustrySection: "B", County: "654323"}
	first, err := f.client.RegisterEmployer(f.Officer("hrss"), request)
	if ok(t, first, err); first.GetOutcome() != "created" {
		t.Fatal(first)
	}
	request.Uscc, request.Name = firm, "另一个名字"
	again, err := f.client.RegisterEmployer(f.Officer("hrss"), request)
	if ok(t, again, err); again.GetOutcome() != "unchanged" || again.GetEmployerId() != first.GetEmployerId() || again.GetManualCheck() != first.GetManualCheck() {
		t.Fatal(again)
	}
	if got := types(f.happened(0)); !slices.Equal(got, []string{"employment.employer.registered.v1"}) {
		t.Error(got)
	}
	// A well-formed code whose check character fails is for a person to look at, not for the bin.
	manual, err := f.client.RegisterEmployer(f.Officer("hrss"), &employmentv1.RegisterEmployerRequest{Uscc: "91350100M0001TGQXM", Name: "老代码公司", IndustrySection: "E", County: "654301"})
	if ok(t, manual, err); !manual.GetManualCheck() {
		t.Error("no manual check")
	}
}

func TestEmployerRefusals(t *testing.T) {
	f := start(t)
	for code, change := range map[string]func(r *employmentv1.RegisterEmployerRequest){
		"uscc_format":                  func(r *employmentv1.RegisterEmployerRequest) { r.Uscc = r.Uscc[:17] },
		"employment.employer.name":     func(r *employmentv1.RegisterEmployerRequest) { r.Name = "x" },
		"employment.employer.industry": func(r *employmentv1.RegisterEmployerRequest) { r.IndustrySection = "Z" },
		"employment.county":            func(r *employmentv1.RegisterEmployerRequest) { r.County = "654300" },
		"phone_format":                 func(r *employmentv1.RegisterEmployerRequest) { r.Phone = "12" },
	} {
		request := &employmentv1.RegisterEmployerRequest{Uscc: firm, Name: "白桦", IndustrySection: "B", County: "654323"}
		change(request)
		_, err := f.client.RegisterEmployer(f.Officer("hrss"), request)
		refused(t, err, code)
	}
	request := &employmentv1.RegisterEmployerRequest{Uscc: firm, Name: "白桦", IndustrySection: "B", County: "654323"}
	elsewhere := f.As(auth.Principal{Kind: auth.Officer, Subject: "officer-2", Department: "hrss", Division: "654301"})
	_, err := f.client.RegisterEmployer(elsewhere, request)
	refused(t, err, "auth.division")
	_, err = f.client.RegisterEmployer(f.Employer("91350100M0001TGQXM"), request)
	refused(t, err, "auth.not_yours")
	_, err = f.client.RegisterEmployer(f.Worker("worker-1"), request)
	refused(t, err, "auth.denied")
	if got := f.happened(0); len(got) != 0 {
		t.Errorf("refusals published %v", types(got))
	}
	r, err := f.client.RegisterEmployer(f.Employer(firm), request)
	ok(t, r, err)
}

func TestVacanciesArePublishedOnce(t *testing.T) {
	f := start(t)
	id := f.employer()
	first, err := f.client.PublishVacancy(f.Employer(id), post("1"))
	if ok(t, first, err); first.GetOutcome() != "created" {
		t.Fatal(first)
	}
	again, err := f.client.PublishVacancy(f.Employer(firm), post("1"))
	if ok(t, again, err); again.GetOutcome() != "unchanged" || again.GetVacancyId() != first.GetVacancyId() {
		t.Fatal(again)
	}
	if other := f.publish(post("2")); other == first.GetVacancyId() {
		t.Error("another reference is the same vacancy")
	}
	v := f.vacancy(first.GetVacancyId())
	if v.GetOpen() != 2 || v.GetState() != "open" || v.GetHazardous() || v.GetEmployerName() != "福海县白桦商贸有限公司" || v.GetSeasonTo() != "2027-04-30" {
		t.Errorf("%v", v)
	}
	if got := types(f.happened(1)); !slices.Equal(got, []string{"employment.vacancy.published.v1", "employment.vacancy.published.v1"}) {
		t.Error(got)
	}
	refusal := func(ctx context.Context, id, code string) {
		t.Helper()
		_, err := f.client.CloseVacancy(ctx, &employmentv1.CloseVacancyRequest{VacancyId: id})
		refused(t, err, code)
	}
	refusal(f.Employer("another"), first.GetVacancyId(), "auth.not_yours")
	refusal(f.As(auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Division: "654301"}), first.GetVacancyId(), "auth.division")
	refusal(f.Employer(id), "none", "employment.vacancy.unknown")
	refusal(f.Employer(id), first.GetVacancyId(), "")
	refusal(f.Employer(id), first.GetVacancyId(), "employment.vacancy.closed")
	if v := f.vacancy(first.GetVacancyId()); v.GetState() != "closed" || v.GetOpen() != 0 {
		t.Errorf("%v", v)
	}
}

// A wage between the floors that may apply is published with a note and shown
// with it; no offer is below the lowest.
func TestTheMinimumWageOfPostsAndOffers(t *testing.T) {
	f := start(t)
	employer := f.employer()
	p := post("low")
	p.WageMinFen, p.WageMaxFen = 180_000, 180_000
	r, err := f.client.PublishVacancy(f.Officer("hrss"), p)
	low := ok(t, r, err)
	if got := f.vacancy(low.GetVacancyId()); !slices.Equal(low.GetNotes(), []string{"below_minimum_wage"}) || !slices.Equal(got.GetWageNotes(), low.GetNotes()) {
		t.Errorf("1,800 yuan: %v, shown with %v", low, got.GetWageNotes())
	}
	offer := &employmentv1.MakeOfferRequest{ApplicationId: f.apply("worker-1", low.GetVacancyId()), WageFen: 170_000, StartOn: "2026-12-01"}
	_, err = f.client.MakeOffer(f.Employer(employer), offer)
	refused(t, err, "below_minimum_wage")
	offer.WageFen = 180_000
	made, err := f.client.MakeOffer(f.Employer(employer), offer)
	if got := ok(t, made, err).GetNotes(); !slices.Equal(got, []string{"below_minimum_wage"}) {
		t.Errorf("an offer between the floors: %v", got)
	}
	for unit, want := range map[string][]string{"month": nil, "piece": {"piece_wage"}} {
		p := post("unit-" + unit)
		p.WageUnit = unit
		r, err := f.client.PublishVacancy(f.Officer("hrss"), p)
		if got := ok(t, r, err).GetNotes(); !slices.Equal(got, want) {
			t.Errorf("%s: %v", unit, got)
		}
	}
}

func TestVacancyRefusals(t *testing.T) {
	f := start(t)
	f.employer()
	for i, c := range []struct {
		code   string
		change func(p *employmentv1.PublishVacancyRequest)
	}{
		{"employer_unknown", func(p *employmentv1.PublishVacancyRequest) { p.Uscc = "91654322AEFUW7RL6Y" }},
		{"employer_unknown", func(p *employmentv1.PublishVacancyRequest) { p.Uscc = "" }},
		{"headcount", func(p *employmentv1.PublishVacancyRequest) { p.Headcount = 0 }},
		{"wage_range", func(p *employmentv1.PublishVacancyRequest) { p.WageMaxFen = p.WageMinFen - 1 }},
		{"wage_range", func(p *employmentv1.PublishVacancyRequest) { p.WageMinFen = 0 }},
		{"discriminatory", func(p *employmentv1.PublishVacancyRequest) { p.Requirements = "乙肝携带者勿扰" }},
		{"discriminatory", func(p *employmentv1.PublishVacancyRequest) { p.Title = "限女性服务员" }},
		{"fee_or_deposit", func(p *employmentv1.PublishVacancyRequest) { p.Requirements = "需交押金" }},
		{"under_age_vacancy", func(p *employmentv1.PublishVacancyRequest) { p.Requirements = "15周岁以上即可" }},
		{"employment.vacancy.clerk", func(p *employmentv1.PublishVacancyRequest) { p.Requirements = "井下作业，限男性" }},
		{"employment.vacancy.clerk", func(p *employmentv1.PublishVacancyRequest) { p.Requirements = "35岁以下优先" }},
		{"below_minimum_wage", func(p *employmentv1.PublishVacancyRequest) {
			p.WageMinFen, p.Requirements = 80_000, "35岁以下优先"
		}},
		{"below_minimum_wage", func(p *employmentv1.PublishVacancyRequest) {
			p.WageMinFen, p.WageMaxFen, p.WageUnit = 8_000, 9_000, "day"
		}},
		{"below_minimum_wage", func(p *employmentv1.PublishVacancyRequest) {
			p.WageMinFen, p.WageMaxFen, p.WageUnit = 1_200, 2_000, "hour"
		}},
		{"employment.occupation", func(p *employmentv1.PublishVacancyRequest) { p.Occupation = "1-01" }},
		{"rpc.field", func(p *employmentv1.PublishVacancyRequest) { p.Occupation = "服务员" }},
		{"employment.county", func(p *employmentv1.PublishVacancyRequest) { p.County = "650100" }},
		{"employment.vacancy.season", func(p *employmentv1.PublishVacancyRequest) { p.SeasonTo = "2026-02-30" }},
		{"employment.vacancy.season", func(p *employmentv1.PublishVacancyRequest) { p.SeasonTo = "2026-01-30" }},
		{"employment.vacancy.title", func(p *employmentv1.PublishVacancyRequest) { p.Title = "" }},
	} {
		p := post(fmt.Sprint(i))
		c.change(p)
		_, err := f.client.PublishVacancy(f.Officer("hrss"), p)
		refused(t, err, c.code)
	}
	_, err := f.client.PublishVacancy(f.Employer("another"), post("x"))
	refused(t, err, "auth.not_yours")
	if got := f.happened(1); len(got) != 0 {
		t.Errorf("refusals published %v", types(got))
	}
	// What the counties' sheets ask for and the law allows.
	for i, text := range []string{"高处作业", "井下作业", "有粉尘岗位", "需夜班", "需持证上岗", "初中及以上", ""} {
		p := post(fmt.Sprintf("fine-%d", i))
		p.Requirements = text
		if v := f.vacancy(f.publish(p)); v.GetHazardous() != (i < 3) {
			t.Errorf("%s: hazardous %v", text, v.GetHazardous())
		}
	}
}

func TestSearch(t *testing.T) {
	redis, stop := testkit.Redis(t)
	f := startWith(t, func(d *run.Deps) { d.Redis = redis })
	employer := f.employer()
	search := func(req *employmentv1.SearchVacanciesRequest) *employmentv1.SearchVacanciesResponse {
		t.Helper()
		r, err := f.client.SearchVacancies(f.Worker("worker-1"), req)
		return ok(t, r, err)
	}
	if got := search(&employmentv1.SearchVacanciesRequest{}); len(got.GetVacancies()) != 0 {
		t.Fatal(got)
	}
	first := f.publish(post("1"))
	second := f.publish(post("2"))
	for range 2 { // the second answer comes from the cache
		got := search(&employmentv1.SearchVacanciesRequest{County: "654323", Limit: 1})
		if len(got.GetVacancies()) != 1 || got.GetVacancies()[0].GetVacancyId() != second || got.GetNext() != second {
			t.Fatal(got)
		}
		got = search(&employmentv1.SearchVacanciesRequest{After: got.GetNext(), Occupation: "4", On: "2026-12-24", WageMinFen: 450_000, Housing: true})
		if len(got.GetVacancies()) != 1 || got.GetVacancies()[0].GetVacancyId() != first || got.GetNext() != "" {
			t.Fatal(got)
		}
	}
	// An acceptance and a closing are seen at once, by county and everywhere.
	worker := f.Worker("worker-1")
	r, err := f.client.AcceptOffer(worker, &employmentv1.AcceptOfferRequest{OfferId: f.offer("worker-1", first, employer)})
	ok(t, r, err)
	for _, county := range []string{"", "654323"} {
		got := search(&employmentv1.SearchVacanciesRequest{County: county})
		if len(got.GetVacancies()) != 2 || got.GetVacancies()[1].GetOpen() != 1 {
			t.Errorf("county %q: %v", county, got)
		}
	}
	closed, err := f.client.CloseVacancy(f.Employer(employer), &employmentv1.CloseVacancyRequest{VacancyId: second})
	ok(t, closed, err)
	if got := search(&employmentv1.SearchVacanciesRequest{County: "654323"}); len(got.GetVacancies()) != 1 {
		t.Error(got)
	}
	stop() // a dead cache slows the search, and never breaks it
	if got := search(&employmentv1.SearchVacanciesRequest{County: "654323"}); len(got.GetVacancies()) != 1 {
		t.Error(got)
	}
	for _, req := range []*employmentv1.SearchVacanciesRequest{
		{County: "1"}, {Occupation: "6%"}, {WageMinFen: -1}, {On: "soon"},
	} {
		_, err := f.client.SearchVacancies(worker, req)
		refused(t, err, "rpc.field")
	}
	_, err = f.client.SearchVacancies(worker, &employmentv1.SearchVacanciesRequest{After: "'"})
	refused(t, err, "employment.vacancy.search")
}
