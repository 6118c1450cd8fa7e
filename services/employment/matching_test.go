package employment_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/services/employment"
)

// complete fails unless each reason that is not met says what was used, what
// would change it and where to appeal (promise 8).
func complete(t testing.TB, all []*platformv1.Reason) {
	t.Helper()
	for _, r := range all {
		if r.GetRuleId() == "" || r.GetSource() == "" || r.GetDecidedOn() == "" {
			t.Errorf("no rule, source or day: %v", r)
		}
		if r.GetOutcome() != "met" && (len(r.GetFacts()) == 0 || len(r.GetChanges()) == 0 || len(r.GetAppeals()) == 0) {
			t.Errorf("not complete: %v", r)
		}
	}
}

func outcome(t testing.TB, all []*platformv1.Reason, rule string) string {
	t.Helper()
	for _, r := range all {
		if r.GetRuleId() == rule {
			return r.GetOutcome()
		}
	}
	return ""
}

func (f *fixture) seeks(worker string, w *employmentv1.SetProfileRequest) {
	f.T.Helper()
	w.Worker = worker
	r, err := f.client.SetProfile(f.Worker(worker), w)
	ok(f.T, r, err)
}

func (f *fixture) suggested(worker string) *employmentv1.SuggestVacanciesResponse {
	f.T.Helper()
	r, err := f.client.SuggestVacancies(f.Worker(worker), &employmentv1.SuggestVacanciesRequest{Worker: worker})
	return ok(f.T, r, err)
}

func ids(r *employmentv1.SuggestVacanciesResponse) (all []string) {
	for _, s := range r.GetSuggestions() {
		all = append(all, s.GetVacancy().GetVacancyId())
	}
	return all
}

func (f *fixture) explained(worker, vacancy string) *employmentv1.ExplainVacancyResponse {
	f.T.Helper()
	r, err := f.client.ExplainVacancy(f.Worker(worker), &employmentv1.ExplainVacancyRequest{Worker: worker, VacancyId: vacancy})
	out := ok(f.T, r, err)
	complete(f.T, out.GetReasons())
	return out
}

func TestAVacancyTellsWhatItIs(t *testing.T) {
	f := start(t)
	f.employer()
	p := post("1")
	p.Title, p.Occupation, p.Requirements = "采掘工", "6-16", "三班倒"
	p.Township, p.WageUnit, p.WageMinFen, p.WageMaxFen = "654323100", "day", 20_000, 30_000
	p.Shifts, p.Hazards, p.Schemes = []string{"rotating"}, []string{"underground", "dust"}, []string{"work_injury"}
	p.Certificates = []*employmentv1.CertificateNeed{{Occupation: "6-16", Level: "五级"}}
	v := f.vacancy(f.publish(p))
	if !v.GetHazardous() || !slices.Equal(v.GetLimits(), []string{"underground_mining"}) || v.GetTownship() != "654323100" || v.GetWageUnit() != "day" ||
		v.GetCertificates()[0].GetLevel() != "五级" || v.GetShifts()[0] != "rotating" || v.GetSchemes()[0] != "work_injury" || v.GetEmployerKind() != "firm" {
		t.Errorf("%v", v)
	}
	if plain := f.vacancy(f.publish(post("2"))); plain.GetWageUnit() != "month" || len(plain.GetLimits()) != 0 {
		t.Errorf("%v", plain)
	}
	before := len(f.happened(0))
	for code, change := range map[string]func(p *employmentv1.PublishVacancyRequest){
		"employment.township":            func(p *employmentv1.PublishVacancyRequest) { p.Township = "654301001" },
		"employment.vacancy.wage_unit":   func(p *employmentv1.PublishVacancyRequest) { p.WageUnit = "year" },
		"employment.vacancy.shifts":      func(p *employmentv1.PublishVacancyRequest) { p.Shifts = []string{"day", "day"} },
		"employment.vacancy.hazards":     func(p *employmentv1.PublishVacancyRequest) { p.Hazards = []string{"boredom"} },
		"employment.vacancy.schemes":     func(p *employmentv1.PublishVacancyRequest) { p.Schemes = []string{"fire"} },
		"employment.vacancy.certificate": func(p *employmentv1.PublishVacancyRequest) { p.Certificates[0].Level = "九级" },
		"employer_unknown":               func(p *employmentv1.PublishVacancyRequest) { p.EmployerId = "nobody" },
	} {
		bad, _ := proto.Clone(p).(*employmentv1.PublishVacancyRequest)
		bad.Reference = code
		change(bad)
		_, err := f.client.PublishVacancy(f.Officer("hrss"), bad)
		refused(t, err, code)
	}
	if got := f.happened(before); len(got) != 0 {
		t.Errorf("refusals published %v", types(got))
	}
}

func TestAHouseholdHiresWithoutACode(t *testing.T) {
	f := start(t)
	request := &employmentv1.RegisterEmployerRequest{Kind: "household", Name: "古丽·某某", County: "654301", Phone: "19000061956"}
	for code, change := range map[string]func(r *employmentv1.RegisterEmployerRequest){
		"employment.employer.household_code":  func(r *employmentv1.RegisterEmployerRequest) { r.Uscc = firm },
		"employment.employer.household_phone": func(r *employmentv1.RegisterEmployerRequest) { r.Phone = "" },
		"employment.employer.kind":            func(r *employmentv1.RegisterEmployerRequest) { r.Kind = "crowd" },
		"employment.employer.name":            func(r *employmentv1.RegisterEmployerRequest) { r.Name = "古" },
	} {
		bad, _ := proto.Clone(request).(*employmentv1.RegisterEmployerRequest)
		change(bad)
		_, err := f.client.RegisterEmployer(f.Officer("hrss"), bad)
		refused(t, err, code)
	}
	r, err := f.client.RegisterEmployer(f.Officer("hrss"), request)
	id := ok(t, r, err).GetEmployerId()
	p := post("1")
	p.Uscc, p.EmployerId, p.County, p.Title, p.Occupation, p.HouseholdService = "", id, "654301", "住家保姆", "4-10", true
	published, err := f.client.PublishVacancy(f.Employer(id), p)
	v := f.vacancy(ok(t, published, err).GetVacancyId())
	if v.GetEmployerName() != "" || v.GetEmployerKind() != "household" || !v.GetHouseholdService() {
		t.Errorf("%v", v)
	}
	own, err := f.client.GetEmployer(f.Employer(id), &employmentv1.GetEmployerRequest{EmployerId: id})
	if ok(t, own, err).GetName() != "古丽·某某" {
		t.Error(own)
	}
	_, err = f.client.GetEmployer(f.Employer("other"), &employmentv1.GetEmployerRequest{EmployerId: id})
	refused(t, err, "employer_unknown")
	found, err := f.client.SearchVacancies(f.Worker("w"), &employmentv1.SearchVacanciesRequest{HouseholdService: true})
	if len(ok(t, found, err).GetVacancies()) != 1 {
		t.Error(found)
	}
}

// What the machine finds is a proposal: a clerk overrules or upholds it, with a
// reason, on record, and the employer sees why.
func TestARefusedTextComesBeforeAClerk(t *testing.T) {
	f := start(t)
	employer := f.employer()
	clerk, boss := f.Officer("hrss"), f.Employer(employer)
	check, err := f.client.CheckVacancyText(boss, &employmentv1.CheckVacancyTextRequest{County: "654323", Requirements: "乙肝携带者勿扰，需交押金"})
	complete(t, ok(t, check, err).GetReasons())
	if outcome(t, check.GetReasons(), "EM-02") != "not_met" || outcome(t, check.GetReasons(), "EM-03") != "not_met" || !slices.Contains(check.GetWords(), "押金") {
		t.Error(check)
	}
	bad := post("refused")
	bad.Requirements = "疫苗车间，乙肝检测试剂岗位" // the words are the product's, not about people
	_, err = f.client.PublishVacancy(boss, bad)
	refused(t, err, "discriminatory")
	asked, err := f.client.AskClerk(boss, &employmentv1.AskClerkRequest{Vacancy: bad})
	first := ok(t, asked, err)
	again, err := f.client.AskClerk(boss, &employmentv1.AskClerkRequest{Vacancy: bad})
	if ok(t, again, err).GetOutcome() != "unchanged" || again.GetReviewId() != first.GetReviewId() || first.GetOutcome() != "created" {
		t.Error(again)
	}
	_, err = f.client.AskClerk(boss, &employmentv1.AskClerkRequest{Vacancy: post("clean")})
	refused(t, err, "employment.review.clean")

	// A limit of the law brings a text there by itself, once.
	mine := post("mine")
	mine.Occupation, mine.Title, mine.Requirements = "6-16", "井下采掘工", "井下作业，限男性"
	for range 2 {
		_, err = f.client.PublishVacancy(boss, mine)
		refused(t, err, "employment.vacancy.clerk")
	}
	list, err := f.client.ListReviews(clerk, &employmentv1.ListReviewsRequest{State: "waiting"})
	all := ok(t, list, err).GetReviews()
	if len(all) != 2 || all[0].GetReviewId() != first.GetReviewId() {
		t.Fatal(all)
	}
	second := all[1]
	if second.GetWords()[0] != "限男性" || outcome(t, second.GetReasons(), "EM-02") != "unclear" || second.GetVacancy().GetTitle() != mine.GetTitle() {
		t.Error(second)
	}

	decide := func(ctx *employmentv1.DecideReviewRequest) (*employmentv1.DecideReviewResponse, error) {
		return f.client.DecideReview(clerk, ctx)
	}
	for code, r := range map[string]*employmentv1.DecideReviewRequest{
		"employment.review.outcome": {ReviewId: first.GetReviewId(), Outcome: "overruled", ReasonCode: "shuts_out", Reason: "看错了"},
		"employment.review.reason":  {ReviewId: first.GetReviewId(), Outcome: "overruled", ReasonCode: "misread", Reason: " "},
		"employment.review.unknown": {ReviewId: "none", Outcome: "overruled", ReasonCode: "misread", Reason: "看错了"},
	} {
		_, err := decide(r)
		refused(t, err, code)
	}
	elsewhere := f.As(auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Division: "654301"})
	_, err = f.client.DecideReview(elsewhere, &employmentv1.DecideReviewRequest{ReviewId: first.GetReviewId(), Outcome: "overruled", ReasonCode: "misread", Reason: "看错了"})
	refused(t, err, "employment.review.unknown")
	_, err = f.client.DecideReview(boss, &employmentv1.DecideReviewRequest{ReviewId: first.GetReviewId(), Outcome: "overruled", ReasonCode: "misread", Reason: "看错了"})
	refused(t, err, "auth.denied")

	published, err := decide(&employmentv1.DecideReviewRequest{ReviewId: first.GetReviewId(), Outcome: "overruled", ReasonCode: "misread", Reason: "说的是产品，不是人"})
	v := f.vacancy(ok(t, published, err).GetVacancyId())
	if v.GetState() != "open" || v.GetRequirements() != bad.GetRequirements() {
		t.Error(v)
	}
	_, err = decide(&employmentv1.DecideReviewRequest{ReviewId: first.GetReviewId(), Outcome: "upheld", ReasonCode: "shuts_out", Reason: "再看一次"})
	refused(t, err, "employment.review.state")
	upheld, err := decide(&employmentv1.DecideReviewRequest{ReviewId: second.GetReviewId(), Outcome: "upheld", ReasonCode: "misleading", Reason: "请写明法律限制，不必写性别"})
	if ok(t, upheld, err).GetVacancyId() != "" {
		t.Error(upheld)
	}
	seen, err := f.client.GetReview(boss, &employmentv1.GetReviewRequest{ReviewId: second.GetReviewId()})
	r := ok(t, seen, err).GetReview()
	complete(t, r.GetReasons())
	if r.GetState() != "upheld" || r.GetReason() == "" || outcome(t, r.GetReasons(), "EM-02") != "not_met" || r.GetReasons()[0].GetAppeals()[0].GetDays() != 60 {
		t.Error(r)
	}
	_, err = f.client.GetReview(f.Employer("other"), &employmentv1.GetReviewRequest{ReviewId: second.GetReviewId()})
	refused(t, err, "employment.review.unknown")
	// A text that is reworded, with the limit stated by the post itself, asks nobody's gender.
	mine.Requirements = "井下作业"
	if v := f.vacancy(f.publish(mine)); !slices.Contains(v.GetLimits(), "underground_mining") {
		t.Error(v)
	}
}

func TestSuggestionsByTheOwnWishesAlone(t *testing.T) {
	f := start(t)
	employer := f.employer()
	near := post("near")
	near.Township = "654323100"
	good := f.publish(near)
	far := post("far")
	far.Occupation, far.WageMaxFen = "5-01", 360_000
	other := f.publish(far)
	dangerous := post("dangerous")
	dangerous.Requirements = "高处作业"
	high := f.publish(dangerous)
	asking := post("asking")
	asking.Certificates = []*employmentv1.CertificateNeed{{Occupation: "6-30"}}
	skilled := f.publish(asking)
	late := post("late")
	late.SeasonFrom, late.SeasonTo = "2026-10-01", "2026-10-31"
	over := f.publish(late)

	_, err := f.client.SuggestVacancies(f.Worker("young"), &employmentv1.SuggestVacanciesRequest{Worker: "young"})
	refused(t, err, "employment.profile.unknown")
	wishes := func() *employmentv1.SetProfileRequest {
		return &employmentv1.SetProfileRequest{Occupation: "4-03", WageMinFen: 400_000, County: "654323", Township: "654323100", AvailableFrom: "2026-12-01", NeedsHousing: true, Skills: []string{"4-10"}}
	}
	f.asked.below("young")
	f.seeks("young", wishes())
	f.seeks("grown", wishes())
	got := f.suggested("grown")
	if want := []string{good, high, other}; !slices.Equal(ids(got), want) || got.GetRuleId() != "EM-SUGGEST" || !got.GetToBeConfirmed() {
		t.Errorf("grown: %v, want %v", ids(got), want)
	}
	best := got.GetSuggestions()[0]
	if best.GetPoints() <= got.GetSuggestions()[1].GetPoints() || best.GetFactors()[0].GetCode() != "same_group" || best.GetOf() < best.GetPoints() {
		t.Error(best)
	}
	if want := []string{good, other}; !slices.Equal(ids(f.suggested("young")), want) {
		t.Errorf("young: %v, want %v", ids(f.suggested("young")), want)
	}
	asked, by := f.asked.questions()
	if q := asked[0]; q.GetMinAge() != 18 || q.GetCaseId() != "profile:grown" || by.Purpose != "age_check" {
		t.Errorf("the registry was asked %v by %v", q, by)
	}
	// Why not, and what would change it.
	if r := f.explained("young", high).GetReasons(); outcome(t, r, "EM-05") != "not_met" {
		t.Error(r)
	}
	for vacancy, want := range map[string]int{skilled: 1, over: 1, good: 0} {
		n := 0
		for _, r := range f.explained("grown", vacancy).GetReasons() {
			if r.GetOutcome() == "not_met" {
				n++
			}
		}
		if n != want {
			t.Errorf("%s: %d conditions are not met, want %d", vacancy, n, want)
		}
	}
	// A certificate on paper counts as much as a record.
	paper := wishes()
	paper.PaperCertificates = []string{"6-30"}
	f.seeks("grown", paper)
	if !slices.Contains(ids(f.suggested("grown")), skilled) {
		t.Error("a paper counts for less")
	}
	// Education changes nothing; gender, language and origin have no field.
	f.seeks("plain", wishes())
	want := f.suggested("plain")
	for _, level := range []string{"10", "70", "90"} {
		w := wishes()
		w.Education = level
		f.seeks("plain", w)
		testkit.Equal(t, f.suggested("plain"), want)
	}
	// A change is seen with its commit: a closing, and an acceptance of the last place.
	closed, err := f.client.CloseVacancy(f.Employer(employer), &employmentv1.CloseVacancyRequest{VacancyId: good})
	ok(t, closed, err)
	if slices.Contains(ids(f.suggested("plain")), good) {
		t.Error("a closed vacancy is suggested")
	}
	_, err = f.client.SuggestVacancies(f.Worker("other"), &employmentv1.SuggestVacanciesRequest{Worker: "plain"})
	refused(t, err, "auth.not_yours")
}

// Two instances of the service run on one database: what one commits the other
// suggests at once, and one that starts anew knows everything.
func TestSuggestionsOfAnotherInstance(t *testing.T) {
	f := start(t)
	f.employer()
	f.seeks("worker-1", &employmentv1.SetProfileRequest{Occupation: "4-03"})
	d := f.Deps(employment.Name)
	d.Instance = "second"
	first := f.publish(post("1"))
	second, err := employment.New(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	f.Start(second)
	// Calls go to either instance, so that all answers are the same only once both know.
	id := f.publish(post("2"))
	begin := time.Now()
	agree := 0
	testkit.Eventually(t, "both instances suggest both vacancies", func() bool {
		if got := ids(f.suggested("worker-1")); len(got) == 2 && slices.Contains(got, first) && slices.Contains(got, id) {
			agree++
		} else {
			agree = 0
		}
		return agree == 20
	})
	t.Logf("20 answers agreed %v after the commit", time.Since(begin))
}

// Until the worker accepts an interview the employer sees a number, skills,
// certificates and when the worker is free. A name can tell an origin.
func TestTheNameComesAfterTheInterview(t *testing.T) {
	f := start(t)
	employer := f.employer()
	boss := f.Employer(employer)
	f.seeks("worker-1", &employmentv1.SetProfileRequest{Occupation: "4-03", WageMinFen: 500_000, Education: "70", AvailableFrom: "2026-12-01", Skills: []string{"4-10"}, PaperCertificates: []string{"6-30"}})
	vacancy := f.publish(post("1"))
	application := f.apply("worker-1", vacancy)
	queue, err := f.client.ListApplicants(boss, &employmentv1.ListApplicantsRequest{VacancyId: vacancy})
	testkit.Equal(t, ok(t, queue, err).GetApplicants()[0], &employmentv1.Applicant{
		ApplicationId: application, SubmittedAt: queue.GetApplicants()[0].GetSubmittedAt(), State: "submitted", Skills: []string{"4-10"}, PaperCertificates: []string{"6-30"}, AvailableFrom: "2026-12-01",
	})
	looks := func() (n int) {
		for _, e := range f.happened(0) {
			if e.Type == "employment.record.read.v1" && e.Worker == "worker-1" {
				n++
				if m := decode(t, e, &platformv1.RecordRead{}); m.GetReaderKind() != "employer" || m.GetReader() != employer || m.GetCaseId() != application || !slices.Equal(m.GetKinds(), []string{"skills", "certificate", "available_from"}) {
					t.Error(m)
				}
			}
		}
		return n
	}
	again, err := f.client.ListApplicants(boss, &employmentv1.ListApplicantsRequest{VacancyId: vacancy})
	if ok(t, again, err); looks() != 1 {
		t.Errorf("%d lines in the worker's log for two looks on one day", looks())
	}
	name := func() (string, error) {
		r, err := f.client.GetApplicant(boss, &employmentv1.GetApplicantRequest{ApplicationId: application})
		return r.GetName(), err
	}
	_, err = name()
	refused(t, err, "employment.interview.name_hidden")
	meet := f.clock.Now().AddDate(0, 0, 3).UnixMicro()
	invite := func(at int64, way string) (string, error) {
		r, err := f.client.InviteToInterview(boss, &employmentv1.InviteToInterviewRequest{ApplicationId: application, MeetAt: at, Way: way, MeetPlace: "产业园1号", MeetContact: "人事部", MeetPhone: "139 0001 0001"})
		return r.GetInterviewId(), err
	}
	_, err = invite(f.clock.Now().UnixMicro(), "phone")
	refused(t, err, "employment.interview.time")
	_, err = invite(meet, "by_owl")
	refused(t, err, "employment.interview.way")
	for code, bad := range map[string]*employmentv1.InviteToInterviewRequest{
		"employment.interview.place":   {ApplicationId: application, MeetAt: meet, Way: "in_person", MeetContact: "人事部", MeetPhone: "13900010001"},
		"employment.interview.contact": {ApplicationId: application, MeetAt: meet, Way: "phone", MeetPhone: "13900010001"},
		"employment.interview.phone":   {ApplicationId: application, MeetAt: meet, Way: "phone", MeetContact: "人事部", MeetPhone: "call us"},
	} {
		_, err := f.client.InviteToInterview(boss, bad)
		refused(t, err, code)
	}
	before := len(f.happened(0))
	first, err := invite(meet, "phone")
	ok(t, &first, err)
	_, err = invite(meet, "phone")
	refused(t, err, "employment.interview.open")
	declined, err := f.client.DeclineInterview(f.Worker("worker-1"), &employmentv1.DeclineInterviewRequest{InterviewId: first})
	ok(t, declined, err)
	_, err = name()
	refused(t, err, "employment.interview.name_hidden")
	if got := f.mine("worker-1"); got.GetState() != "submitted" || got.GetInterviewState() != "declined" {
		t.Error(got)
	}
	second, err := invite(meet, "in_person")
	ok(t, &second, err)
	_, err = f.client.AcceptInterview(f.Worker("worker-2"), &employmentv1.AcceptInterviewRequest{InterviewId: second})
	refused(t, err, "employment.interview.unknown")
	_, err = f.client.AcceptInterview(boss, &employmentv1.AcceptInterviewRequest{InterviewId: second})
	refused(t, err, "auth.denied")
	accepted, err := f.client.AcceptInterview(f.Worker("worker-1"), &employmentv1.AcceptInterviewRequest{InterviewId: second})
	ok(t, accepted, err)
	got, err := name()
	if ok(t, &got, err); got != "somebody" {
		t.Errorf("the name is %q", got)
	}
	if _, by := f.asked.questions(); by.Purpose != "interview" || by.Kind != auth.Service {
		t.Errorf("read as %+v", by)
	}
	// A yes or no reaches no other department.
	all := f.happened(before)
	if got := types(all); !slices.Equal(got, []string{"employment.interview.invited.v1", "employment.interview.invited.v1"}) {
		t.Error(got)
	}
	if m := decode(t, all[0], &employmentv1.InterviewInvited{}); m.GetMeetOn() != "2026-11-05" || all[0].Worker != "worker-1" {
		t.Error(m)
	}
	// Who opens the page of one applicant on another day is told of as well.
	f.clock.Advance(24 * time.Hour)
	_, err = name()
	refused(t, err, "")
	if looks() != 2 {
		t.Errorf("%d lines in the worker's log for looks on two days", looks())
	}
	f.clock.Advance(33 * 24 * time.Hour) // the interview is over, and led to nothing
	_, err = name()
	refused(t, err, "employment.interview.name_over")
	withdrawn, err := f.client.WithdrawApplication(f.Worker("worker-1"), &employmentv1.WithdrawApplicationRequest{ApplicationId: application})
	ok(t, withdrawn, err)
	_, err = name()
	refused(t, err, "employment.interview.name_hidden")
}

// An invitation that nobody answered before its time stands in the way of no other,
// and opens no name afterwards.
func TestAnInvitationThatNobodyAnswered(t *testing.T) {
	f := start(t)
	employer := f.employer()
	boss := f.Employer(employer)
	vacancy := f.publish(post("1"))
	application := f.apply("worker-1", vacancy)
	invite := func(code string) string {
		t.Helper()
		r, err := f.client.InviteToInterview(boss, &employmentv1.InviteToInterviewRequest{ApplicationId: application, MeetAt: f.clock.Now().Add(24 * time.Hour).UnixMicro(), Way: "phone", MeetContact: "人事部", MeetPhone: "13900010001"})
		refused(t, err, code)
		return r.GetInterviewId()
	}
	stands := func(want string) {
		t.Helper()
		queue, err := f.client.ListApplicants(boss, &employmentv1.ListApplicantsRequest{VacancyId: vacancy})
		if got := ok(t, queue, err).GetApplicants()[0].GetInterviewState(); got != want || f.mine("worker-1").GetInterviewState() != want {
			t.Errorf("the employer sees %q, the worker %q, want %q", got, f.mine("worker-1").GetInterviewState(), want)
		}
	}
	accept := func(id, code string) {
		t.Helper()
		_, err := f.client.AcceptInterview(f.Worker("worker-1"), &employmentv1.AcceptInterviewRequest{InterviewId: id})
		refused(t, err, code)
	}
	first := invite("")
	f.clock.Advance(24*time.Hour - time.Second)
	invite("employment.interview.open")
	stands("invited")
	f.clock.Advance(time.Second)
	stands("lapsed")
	accept(first, "employment.interview.state")
	second := invite("")
	stands("invited")
	accept(first, "employment.interview.state")
	accept(second, "")
	f.clock.Advance(48 * time.Hour)
	stands("accepted")
}

// What a counter or a helper is shown of a worker's wishes stands in the worker's
// access log; the own look does not.
func TestWhoLooksInTheWorkersNameIsToldOf(t *testing.T) {
	f := start(t)
	f.employer()
	vacancy := f.publish(post("1"))
	f.seeks("worker-1", &employmentv1.SetProfileRequest{Occupation: "4-03", AvailableFrom: "2026-12-01", PaperCertificates: []string{"6-30"}})
	counter := auth.Principal{Kind: auth.Officer, Subject: "clerk-7", Department: "hrss", Division: auth.Everywhere, Via: auth.ViaCounter, ActsFor: "worker-1"}
	helper := auth.Principal{Kind: auth.Worker, Subject: "worker-2", Via: auth.ViaHelper, ActsFor: "worker-1"}
	own := auth.Principal{Kind: auth.Worker, Subject: "worker-1"}
	explain := func(ctx context.Context) (any, error) {
		return f.client.ExplainVacancy(ctx, &employmentv1.ExplainVacancyRequest{Worker: "worker-1", VacancyId: vacancy})
	}
	suggest := func(ctx context.Context) (any, error) {
		return f.client.SuggestVacancies(ctx, &employmentv1.SuggestVacanciesRequest{Worker: "worker-1"})
	}
	profile := func(ctx context.Context) (any, error) {
		return f.client.GetProfile(ctx, &employmentv1.GetProfileRequest{Worker: "worker-1"})
	}
	for name, c := range map[string]struct {
		who  auth.Principal
		read func(context.Context) (any, error)
		want int
	}{
		"a counter explains": {counter, explain, 1}, "a counter suggests": {counter, suggest, 1}, "a helper explains": {helper, explain, 1}, "a helper suggests": {helper, suggest, 1},
		"a helper reads": {helper, profile, 1}, "the own explanation": {own, explain, 0}, "the own suggestions": {own, suggest, 0}, "the own profile": {own, profile, 0},
	} {
		before, lines := len(f.happened(0)), 0
		_, err := c.read(f.As(c.who))
		refused(t, err, "")
		for _, e := range f.happened(before) {
			if m := decode(t, e, &platformv1.RecordRead{}); e.Type != "employment.record.read.v1" || e.Worker != "worker-1" || m.GetReader() != c.who.Subject || !slices.Equal(m.GetKinds(), []string{"occupation", "certificate", "available_from"}) {
				t.Errorf("%s: %s %v", name, e.Type, m)
			}
			lines++
		}
		if lines != c.want {
			t.Errorf("%s: %d lines", name, lines)
		}
	}
}

func TestSeasonalNeed(t *testing.T) {
	f := start(t)
	employer := f.employer()
	report := func(needs ...*employmentv1.Need) (int32, error) {
		r, err := f.client.ReportSeasonalNeed(f.Employer(employer), &employmentv1.ReportSeasonalNeedRequest{EmployerId: employer, Needs: needs})
		return r.GetChanged(), err
	}
	line := func(month string, n int32) *employmentv1.Need {
		return &employmentv1.Need{Month: month, Occupation: "5-01", County: "654323", Count: n}
	}
	before := len(f.happened(0))
	for code, needs := range map[string][]*employmentv1.Need{
		"employment.need.empty": nil, "employment.need.month": {line("2026-10", 1)}, "rpc.field": {line("2027-05", -1)},
		"employment.need.twice": {line("2027-05", 1), line("2027-05", 2)}, "employment.occupation": {{Month: "2027-05", Occupation: "1-01", County: "654323", Count: 1}},
		"employment.county": {{Month: "2027-05", Occupation: "5-01", County: "650100", Count: 1}},
	} {
		_, err := report(needs...)
		refused(t, err, code)
	}
	n, err := report(line("2027-05", 30), line("2027-06", 12))
	if ok(t, &n, err); n != 2 {
		t.Error(n)
	}
	n, err = report(line("2027-05", 30), line("2027-06", 0))
	if ok(t, &n, err); n != 1 {
		t.Error(n)
	}
	if got := types(f.happened(before)); len(got) != 3 || strings.Join(slices.Compact(got), "") != "employment.seasonal_need.reported.v1" {
		t.Error(got)
	}
	sums, err := f.client.ListSeasonalNeed(f.Officer("hrss"), &employmentv1.ListSeasonalNeedRequest{})
	if all := ok(t, sums, err).GetSums(); len(all) != 1 || all[0].GetCount() != 30 || all[0].GetEmployers() != 1 {
		t.Error(all)
	}
	_, err = f.client.ListSeasonalNeed(f.Officer("hrss"), &employmentv1.ListSeasonalNeedRequest{EmployerId: employer})
	refused(t, err, "auth.not_yours") // sums only
	_, err = f.client.ListSeasonalNeed(f.Employer("other"), &employmentv1.ListSeasonalNeedRequest{EmployerId: employer})
	refused(t, err, "employer_unknown")
}
