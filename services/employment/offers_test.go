package employment_test

import (
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func (f *fixture) apply(worker, vacancy string) string {
	f.T.Helper()
	r, err := f.client.Apply(f.Worker(worker), &employmentv1.ApplyRequest{Worker: worker, VacancyId: vacancy})
	return ok(f.T, r, err).GetApplicationId()
}

// offer has a worker apply, and the employer make an offer.
func (f *fixture) offer(worker, vacancy, employer string) string {
	f.T.Helper()
	return f.offerOn(f.apply(worker, vacancy), employer)
}

func (f *fixture) offerOn(application, employer string) string {
	f.T.Helper()
	r, err := f.client.MakeOffer(f.Employer(employer), &employmentv1.MakeOfferRequest{ApplicationId: application, WageFen: 400_000, StartOn: "2026-12-01", EndOn: "2027-04-30"})
	return ok(f.T, r, err).GetOfferId()
}

// mine gives the worker's newest application.
func (f *fixture) mine(worker string) *employmentv1.Application {
	f.T.Helper()
	r, err := f.client.ListApplications(f.Worker(worker), &employmentv1.ListApplicationsRequest{Worker: worker})
	return ok(f.T, r, err).GetApplications()[0]
}

func (f *fixture) delivered(about string) {
	f.registry.Publish(outbox.Subject{Aggregate: "message-" + about, Worker: "worker-1"}, &registryv1.MessageDelivered{MessageId: "message-" + about, About: about, AboutService: "employment", AboutKind: "offer"})
	f.Settle()
}

func TestFromApplicationToHire(t *testing.T) {
	f := start(t)
	employer := f.employer()
	vacancy := f.publish(post("1"))
	before := len(f.happened(0))
	application := f.apply("worker-1", vacancy)
	queue, err := f.client.ListApplicants(f.Employer(employer), &employmentv1.ListApplicantsRequest{VacancyId: vacancy})
	if got := ok(t, queue, err).GetApplicants(); len(got) != 1 || got[0].GetApplicationId() != application || got[0].GetState() != "submitted" {
		t.Fatal(got)
	}
	offer := f.offerOn(application, employer)
	got := f.mine("worker-1")
	if got.GetOfferId() != offer || got.GetOfferState() != "open" || got.GetAnswerBy() != 0 || got.GetTitle() != "服务员" || got.GetWageFen() != 400_000 || got.GetStartOn() != "2026-12-01" {
		t.Fatal(got)
	}
	accepted, err := f.client.AcceptOffer(f.Worker("worker-1"), &employmentv1.AcceptOfferRequest{OfferId: offer})
	hireID := ok(t, accepted, err).GetHireId()
	if got := f.mine("worker-1"); got.GetState() != "accepted" || got.GetHireId() != hireID {
		t.Error(got)
	}
	hires, err := f.client.ListHires(f.Worker("worker-1"), &employmentv1.ListHiresRequest{Worker: "worker-1"})
	if h := ok(t, hires, err).GetHires()[0]; h.GetHireId() != hireID || h.GetState() != "registered" || h.GetEmployerName() == "" || h.GetWageFen() != 400_000 {
		t.Error(h)
	}
	all := f.happened(before)
	if want := []string{"employment.application.submitted.v1", "employment.offer.made.v1", "employment.offer.accepted.v1", "employment.hire.registered.v1"}; !slices.Equal(types(all), want) {
		t.Fatal(types(all))
	}
	for _, e := range all {
		if e.Worker != "worker-1" || e.Division != "654323" {
			t.Errorf("%s about %q in %q", e.Type, e.Worker, e.Division)
		}
	}
	if m := decode(t, all[1], &employmentv1.OfferMade{}); m.GetAnswerDays() != 3 || m.GetVacancyId() != vacancy {
		t.Error(m)
	}
	if m := decode(t, all[2], &employmentv1.OfferAccepted{}); !m.GetInPerson() || m.GetHireId() != hireID || all[2].Aggregate != offer || all[2].Via != auth.ViaWeb {
		t.Error(m)
	}
	testkit.Equal(t, decode(t, all[3], &employmentv1.HireRegistered{}), &employmentv1.HireRegistered{
		HireId: hireID, EmployerId: employer, Occupation: "4-03", County: "654323", StartOn: "2026-12-01", EndOn: "2027-04-30", Basis: "offer",
	})
	if all[3].Aggregate != hireID || all[3].Version != 1 {
		t.Errorf("%s version %d", all[3].Aggregate, all[3].Version)
	}
}

// hidden is the refusal that an answer stands for, which tells nobody that there
// is a record of another's.
func hidden(code string) string {
	if code == "employment.offer.unknown" || code == "employment.application.unknown" {
		return "auth.not_yours"
	}
	return code
}

func TestNobodyElseMayAct(t *testing.T) {
	f := start(t)
	employer := f.employer()
	vacancy := f.publish(post("1"))
	application := f.apply("worker-1", vacancy)
	for who, ctx := range map[string]struct {
		principal auth.Principal
		code      string
	}{
		"another employer": {auth.Principal{Kind: auth.Employer, Subject: "employer-2"}, "auth.not_yours"},
		"an officer":       {auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Via: auth.ViaCounter, ActsFor: "worker-1"}, "auth.denied"},
	} {
		_, err := f.client.MakeOffer(f.As(ctx.principal), &employmentv1.MakeOfferRequest{ApplicationId: application, WageFen: 400_000, StartOn: "2026-12-01"})
		if hidden(errs.CodeOf(err)) != ctx.code {
			t.Errorf("%s made an offer: %v", who, err)
		}
		_, err = f.client.ListApplicants(f.As(ctx.principal), &employmentv1.ListApplicantsRequest{VacancyId: vacancy})
		if errs.CodeOf(err) != ctx.code {
			t.Errorf("%s saw the queue: %v", who, err)
		}
	}
	offer := f.offerOn(application, employer)
	for who, c := range map[string]struct {
		principal auth.Principal
		code      string
	}{
		"another worker":                   {auth.Principal{Kind: auth.Worker, Subject: "worker-2"}, "auth.not_yours"},
		"the employer":                     {auth.Principal{Kind: auth.Employer, Subject: employer}, "auth.denied"},
		"the employer as helper":           {auth.Principal{Kind: auth.Employer, Subject: employer, Via: auth.ViaHelper, ActsFor: "worker-1"}, "auth.denied"},
		"a service":                        {auth.Principal{Kind: auth.Service, Subject: "housing"}, "auth.denied"},
		"an officer of himself":            {auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss"}, "auth.not_yours"},
		"an officer for somebody else":     {auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Via: auth.ViaCounter, ActsFor: "worker-2"}, "auth.not_yours"},
		"an officer of another department": {auth.Principal{Kind: auth.Officer, Subject: "o", Department: "psb", Via: auth.ViaCounter, ActsFor: "worker-1"}, "auth.denied"},
	} {
		ctx := f.As(c.principal)
		_, accept := f.client.AcceptOffer(ctx, &employmentv1.AcceptOfferRequest{OfferId: offer})
		_, decline := f.client.DeclineOffer(ctx, &employmentv1.DeclineOfferRequest{OfferId: offer})
		_, withdraw := f.client.WithdrawApplication(ctx, &employmentv1.WithdrawApplicationRequest{ApplicationId: application})
		_, apply := f.client.Apply(ctx, &employmentv1.ApplyRequest{Worker: "worker-1", VacancyId: vacancy})
		_, wish := f.client.SetProfile(ctx, &employmentv1.SetProfileRequest{Worker: "worker-1"})
		for act, err := range map[string]error{"accepted": accept, "declined": decline, "withdrew": withdraw, "applied": apply, "wished": wish} {
			if hidden(errs.CodeOf(err)) != c.code {
				t.Errorf("%s %s: %v", who, act, err)
			}
		}
	}
	for name, err := range map[string]error{
		"applications": func() error {
			_, err := f.client.ListApplications(f.Worker("worker-2"), &employmentv1.ListApplicationsRequest{Worker: "worker-1"})
			return err
		}(),
		"hires": func() error {
			_, err := f.client.ListHires(f.Worker("worker-2"), &employmentv1.ListHiresRequest{Worker: "worker-1"})
			return err
		}(),
		"profile": func() error {
			_, err := f.client.GetProfile(f.Worker("worker-2"), &employmentv1.GetProfileRequest{Worker: "worker-1"})
			return err
		}(),
	} {
		if errs.CodeOf(err) != "auth.not_yours" {
			t.Errorf("another worker saw the %s: %v", name, err)
		}
	}
}

func TestApplyingRefusals(t *testing.T) {
	f := start(t)
	f.employer()
	vacancy := f.publish(post("1"))
	application := f.apply("worker-1", vacancy)
	again := func(code string) {
		t.Helper()
		_, err := f.client.Apply(f.Worker("worker-1"), &employmentv1.ApplyRequest{Worker: "worker-1", VacancyId: vacancy})
		refused(t, err, code)
	}
	twice, err := f.client.Apply(f.Worker("worker-1"), &employmentv1.ApplyRequest{Worker: "worker-1", VacancyId: vacancy})
	if got := ok(t, twice, err); got.GetApplicationId() != application || got.GetOutcome() != "unchanged" || got.GetSubmittedAt() == 0 {
		t.Errorf("who applies twice is not told of the application that stands: %v", got)
	}
	w, err := f.client.WithdrawApplication(f.Worker("worker-1"), &employmentv1.WithdrawApplicationRequest{ApplicationId: application})
	ok(t, w, err)
	again("") // who withdrew may come again
	_, err = f.client.Apply(f.Worker("worker-1"), &employmentv1.ApplyRequest{Worker: "worker-1", VacancyId: "none"})
	refused(t, err, "employment.vacancy.unknown")
	if asked, _ := f.asked.questions(); len(asked) != 0 {
		t.Error("the registry was asked for an age without need")
	}
}

func TestHazardsAreForPeopleOfAge(t *testing.T) {
	f := start(t)
	f.employer()
	p := post("1")
	p.Requirements = "井下作业"
	vacancy := f.publish(p)
	f.asked.below("worker-17")
	_, err := f.client.Apply(f.Worker("worker-17"), &employmentv1.ApplyRequest{Worker: "worker-17", VacancyId: vacancy})
	refused(t, err, "employment.application.too_young")
	if d := errs.From(err).Detail; d["rule"] != "EM-05" || d["min_age"] != "18" || d["on"] != "2026-11-02" || d["source"] == "" {
		t.Errorf("%v", d)
	}
	application := f.apply("worker-18", vacancy)
	asked, w := f.asked.questions()
	q := asked[1]
	if q.GetMinAge() != 18 || q.GetOn() != "2026-11-02" || q.GetCaseId() != application || q.GetWorker() != "worker-18" {
		t.Error(q)
	}
	if w.Kind != auth.Service || w.Subject != "employment" || w.Purpose != "age_check" || w.LegalBasis == "" {
		t.Errorf("%+v", w)
	}
}

func TestOfferRefusals(t *testing.T) {
	f := start(t)
	employer := f.employer()
	application := f.apply("worker-1", f.publish(post("1")))
	for _, c := range []struct {
		code string
		req  *employmentv1.MakeOfferRequest
	}{
		{"employment.offer.below_posted", &employmentv1.MakeOfferRequest{WageFen: 349_999, StartOn: "2026-12-01"}},
		{"rpc.field", &employmentv1.MakeOfferRequest{WageFen: 400_000, StartOn: "tomorrow"}},
		{"employment.term", &employmentv1.MakeOfferRequest{WageFen: 400_000}},
		{"employment.term", &employmentv1.MakeOfferRequest{WageFen: 400_000, StartOn: "2026-12-01", EndOn: "2026-12-01"}},
	} {
		c.req.ApplicationId = application
		_, err := f.client.MakeOffer(f.Employer(employer), c.req)
		refused(t, err, c.code)
	}
	_, err := f.client.MakeOffer(f.Employer(employer), &employmentv1.MakeOfferRequest{ApplicationId: "none", WageFen: 400_000, StartOn: "2026-12-01"})
	refused(t, err, "employment.application.unknown")
	f.offerOn(application, employer)
	_, err = f.client.MakeOffer(f.Employer(firm), &employmentv1.MakeOfferRequest{ApplicationId: application, WageFen: 400_000, StartOn: "2026-12-01"})
	refused(t, err, "employment.application.state")
	_, err = f.client.AcceptOffer(f.Worker("worker-1"), &employmentv1.AcceptOfferRequest{OfferId: "none"})
	refused(t, err, "employment.offer.unknown")
}

func TestPlacesGoToWhoAcceptsFirst(t *testing.T) {
	f := start(t)
	employer := f.employer()
	p := post("1")
	p.Headcount = 1
	vacancy := f.publish(p)
	first, second := f.offer("worker-1", vacancy, employer), f.offer("worker-2", vacancy, employer)
	r, err := f.client.AcceptOffer(f.Worker("worker-2"), &employmentv1.AcceptOfferRequest{OfferId: second})
	ok(t, r, err)
	_, err = f.client.AcceptOffer(f.Worker("worker-1"), &employmentv1.AcceptOfferRequest{OfferId: first})
	refused(t, err, "employment.vacancy.full")
	_, err = f.client.AcceptOffer(f.Worker("worker-2"), &employmentv1.AcceptOfferRequest{OfferId: second})
	refused(t, err, "employment.offer.state")
	_, err = f.client.Apply(f.Worker("worker-3"), &employmentv1.ApplyRequest{Worker: "worker-3", VacancyId: vacancy})
	refused(t, err, "employment.vacancy.full")
}

func TestSilenceKeepsThePlaceInTheQueue(t *testing.T) {
	f := start(t)
	employer := f.employer()
	vacancy := f.publish(post("1"))
	offer := f.offer("worker-1", vacancy, employer)
	submitted := f.mine("worker-1").GetSubmittedAt()
	f.delivered("something-else")
	f.clock.Advance(30 * 24 * time.Hour) // the message has not arrived: no clock runs
	f.Settle()
	if got := f.mine("worker-1"); got.GetOfferState() != "open" || got.GetAnswerBy() != 0 {
		t.Fatal(got)
	}
	f.delivered(offer)
	by := time.Date(2026, 12, 5, 16, 0, 0, 0, time.UTC)
	if got := f.mine("worker-1"); got.GetAnswerBy() != by.UnixMicro() {
		t.Fatalf("answer by %v", time.UnixMicro(got.GetAnswerBy()).UTC())
	}
	before := len(f.happened(0))
	f.clock.Set(by)
	testkit.Eventually(t, "the offer lapsed", func() bool { return f.mine("worker-1").GetOfferState() == "lapsed" })
	if got := f.mine("worker-1"); got.GetState() != "submitted" || got.GetSubmittedAt() != submitted {
		t.Error(got)
	}
	_, err := f.client.AcceptOffer(f.Worker("worker-1"), &employmentv1.AcceptOfferRequest{OfferId: offer})
	refused(t, err, "employment.offer.lapsed")
	if got := f.happened(before); len(got) != 0 {
		t.Errorf("the lapse was told to others: %v", types(got))
	}
	f.offerOn(f.mine("worker-1").GetApplicationId(), employer)
}

func TestDecliningCostsNothing(t *testing.T) {
	f := start(t)
	employer := f.employer()
	vacancy := f.publish(post("1"))
	offer := f.offer("worker-1", vacancy, employer)
	before := len(f.happened(0))
	r, err := f.client.DeclineOffer(f.Worker("worker-1"), &employmentv1.DeclineOfferRequest{OfferId: offer})
	ok(t, r, err)
	if got := f.happened(before); len(got) != 0 {
		t.Errorf("the no was told to others: %v", types(got))
	}
	queue, err := f.client.ListApplicants(f.Employer(employer), &employmentv1.ListApplicantsRequest{VacancyId: vacancy})
	if got := ok(t, queue, err).GetApplicants()[0].GetState(); got != "submitted" {
		t.Errorf("the employer sees %q", got)
	}
	if v := f.vacancy(vacancy); v.GetOpen() != 2 {
		t.Error(v)
	}
}

func TestUndoingWhatTheCounterAccepted(t *testing.T) {
	f := start(t)
	employer := f.employer()
	vacancy := f.publish(post("1"))
	undo := func(worker, offer, code string) {
		t.Helper()
		_, err := f.client.UndoAcceptance(f.Worker(worker), &employmentv1.UndoAcceptanceRequest{OfferId: offer})
		refused(t, err, code)
	}
	offer := f.offer("worker-1", vacancy, employer)
	undo("worker-1", offer, "employment.offer.state")
	before := len(f.happened(0))
	accepted, err := f.client.AcceptOffer(f.Counter("hrss", "worker-1"), &employmentv1.AcceptOfferRequest{OfferId: offer})
	hireID := ok(t, accepted, err).GetHireId()
	undo("worker-2", offer, "employment.offer.unknown")
	f.clock.Advance(48 * time.Hour)
	undo("worker-1", offer, "")
	all := f.happened(before)
	if !slices.Equal(types(all), []string{"employment.offer.accepted.v1", "employment.hire.registered.v1", "employment.hire.undone.v1"}) {
		t.Fatal(types(all))
	}
	if m := decode(t, all[0], &employmentv1.OfferAccepted{}); m.GetInPerson() || all[0].Actor != "officer" || all[0].Via != auth.ViaCounter {
		t.Errorf("%v by %s %s", m, all[0].Actor, all[0].Via)
	}
	if m := decode(t, all[2], &employmentv1.HireUndone{}); m.GetHireId() != hireID || all[2].Version != 2 {
		t.Error(m)
	}
	if got := f.mine("worker-1"); got.GetState() != "submitted" || got.GetOfferState() != "undone" {
		t.Error(got)
	}
	if v := f.vacancy(vacancy); v.GetOpen() != 2 {
		t.Errorf("the place is not free: %v", v)
	}
	undo("worker-1", offer, "employment.offer.state")

	late := f.offerOn(f.mine("worker-1").GetApplicationId(), employer)
	r, err := f.client.AcceptOffer(f.Counter("hrss", "worker-1"), &employmentv1.AcceptOfferRequest{OfferId: late})
	ok(t, r, err)
	f.clock.Advance(49 * time.Hour)
	undo("worker-1", late, "employment.offer.undo_late")

	own := f.offer("worker-2", vacancy, employer)
	r, err = f.client.AcceptOffer(f.Worker("worker-2"), &employmentv1.AcceptOfferRequest{OfferId: own})
	ok(t, r, err)
	undo("worker-2", own, "employment.offer.undo_in_person")
}

func TestWithdrawingAnOfferedApplication(t *testing.T) {
	f := start(t)
	employer := f.employer()
	vacancy := f.publish(post("1"))
	offer := f.offer("worker-1", vacancy, employer)
	r, err := f.client.WithdrawApplication(f.Counter("hrss", "worker-1"), &employmentv1.WithdrawApplicationRequest{ApplicationId: f.mine("worker-1").GetApplicationId()})
	ok(t, r, err)
	if got := f.mine("worker-1"); got.GetState() != "withdrawn" || got.GetOfferState() != "withdrawn" {
		t.Error(got)
	}
	_, err = f.client.AcceptOffer(f.Worker("worker-1"), &employmentv1.AcceptOfferRequest{OfferId: offer})
	refused(t, err, "employment.offer.state")
	queue, err := f.client.ListApplicants(f.Employer(employer), &employmentv1.ListApplicantsRequest{VacancyId: vacancy})
	if got := ok(t, queue, err).GetApplicants(); len(got) != 0 {
		t.Errorf("the employer still sees %v", got)
	}
}
