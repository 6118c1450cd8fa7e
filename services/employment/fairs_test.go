package employment_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// clerk is an officer of the department with a staff number.
func (f *fixture) clerk(number string) auth.Principal {
	return auth.Principal{Kind: auth.Officer, Subject: number, Department: "hrss", Via: auth.ViaWeb}
}

// fair plans a fair that closes in two days and is matched in eight.
func (f *fixture) fair(change ...func(*employmentv1.PlanFairRequest)) string {
	f.T.Helper()
	req := plan()
	for _, c := range change {
		c(req)
	}
	r, err := f.client.PlanFair(f.Officer("hrss"), req)
	return ok(f.T, r, err).GetFairId()
}

func plan() *employmentv1.PlanFairRequest {
	return &employmentv1.PlanFairRequest{
		Campaign: "spring_breeze", Division: "654323", StartsOn: "2026-11-12", EndsOn: "2026-11-13", ClosesOn: "2026-11-04", MatchOn: "2026-11-10",
		Tie: "single", FigureName: "双色球 2026-11-10 开奖号码", Venue: "阿勒泰市会展中心，金山路1号", Hours: "10：00 – 16:00",
	}
}

func (f *fixture) seat(fair, vacancy string, seats int32, code string) {
	f.T.Helper()
	_, err := f.client.EnterFairPost(f.Officer("hrss"), &employmentv1.EnterFairPostRequest{FairId: fair, VacancyId: vacancy, Seats: seats})
	refused(f.T, err, code)
}

func (f *fixture) wish(worker, fair, code string, vacancies ...string) *employmentv1.ApplyToFairResponse {
	f.T.Helper()
	r, err := f.client.ApplyToFair(f.Worker(worker), &employmentv1.ApplyToFairRequest{Worker: worker, FairId: fair, VacancyIds: vacancies, Word: "桦树"})
	refused(f.T, err, code)
	return r
}

func (f *fixture) entry(worker, fair string) *employmentv1.FairApplication {
	f.T.Helper()
	r, err := f.client.GetFairApplication(f.Worker(worker), &employmentv1.GetFairApplicationRequest{Worker: worker, FairId: fair})
	return ok(f.T, r, err).GetApplication()
}

func (f *fixture) closeFair(fair, code string) *employmentv1.CloseFairResponse {
	f.T.Helper()
	r, err := f.client.CloseFair(f.Officer("hrss"), &employmentv1.CloseFairRequest{FairId: fair})
	refused(f.T, err, code)
	return r
}

func (f *fixture) figure(officer, fair, figure, code string) {
	f.T.Helper()
	_, err := f.client.EnterFairFigure(f.As(f.clerk(officer)), &employmentv1.EnterFairFigureRequest{FairId: fair, Figure: figure})
	refused(f.T, err, code)
}

func (f *fixture) draw(officer, fair, figure, code string) *employmentv1.DrawFairResponse {
	f.T.Helper()
	r, err := f.client.DrawFair(f.As(f.clerk(officer)), &employmentv1.DrawFairRequest{FairId: fair, Figure: figure})
	refused(f.T, err, code)
	return r
}

func (f *fixture) accept(worker, proposal, code string) string {
	f.T.Helper()
	r, err := f.client.AcceptProposal(f.Worker(worker), &employmentv1.AcceptProposalRequest{ProposalId: proposal})
	refused(f.T, err, code)
	return r.GetApplicationId()
}

// told says that a worker's message has arrived.
func (f *fixture) told(worker, about string) {
	f.toldOf(worker, about, "proposal")
}

func (f *fixture) toldOf(worker, about, kind string) {
	id := ident.NewID()
	f.registry.Publish(outbox.Subject{Aggregate: id, Worker: worker}, &registryv1.MessageDelivered{MessageId: id, About: about, AboutService: "employment", AboutKind: kind})
	f.Settle()
}

// The days in which a result, or an employer's no, is looked at again are counted
// from when word of it arrived, not from the draw; a later pass has days of its own.
func TestDaysToAskRunFromArrival(t *testing.T) {
	f := start(t)
	employer := f.employer()
	one := post("one")
	a := f.publish(one)
	fair := f.fair()
	f.seat(fair, a, 1, "")
	numbers := map[string]string{}
	for i := range 3 {
		w := fmt.Sprintf("worker-%d", i)
		numbers[w] = f.wish(w, fair, "", a).GetApplicationId()
	}
	f.clock.Advance(5 * 24 * time.Hour)
	f.closeFair(fair, "")
	f.clock.Advance(3 * 24 * time.Hour)
	f.figure("officer-1", fair, "0817232629+05", "")
	f.draw("officer-2", fair, "0817232629+05", "")
	got, without := "", ""
	for w := range numbers {
		if f.entry(w, fair).GetProposal() != nil {
			got = w
		} else {
			without = w
		}
	}
	until := func(worker string) string {
		t.Helper()
		r := f.entry(worker, fair).GetReasons()
		if len(r) == 0 || len(r[0].GetAppeals()) == 0 || r[0].GetAppeals()[0].GetDays() != 5 {
			t.Fatal(r)
		}
		return r[0].GetAppeals()[0].GetUntil()
	}
	if u := until(without); u != "" {
		t.Errorf("the days run to %s, and nobody was told", u)
	}
	days := func(n int) string { return clock.Today(f.clock).AddDays(n).String() }
	f.clock.Advance(4 * 24 * time.Hour)
	f.toldOf(without, numbers[without], "fair_application") // of something else
	if u := until(without); u != "" {
		t.Errorf("word of a notice has the days run to %s", u)
	}
	f.toldOf(without, numbers[without], "fair_result")
	if u := until(without); u != days(5) {
		t.Errorf("to %s", u)
	}
	was := days(5)
	f.clock.Advance(24 * time.Hour)
	f.toldOf(without, numbers[without], "fair_result")
	if u := until(without); u != was {
		t.Errorf("a second arrival moves it to %s", u)
	}

	proposal := f.entry(got, fair).GetProposal().GetProposalId()
	f.accept(got, proposal, "")
	_, err := f.client.PassOverProposal(f.Employer(employer), &employmentv1.PassOverProposalRequest{ProposalId: proposal, ReasonCode: "certificate_missing"})
	refused(t, err, "")
	if u := until(got); u != "" {
		t.Errorf("the days of an employer's no run to %s", u)
	}
	f.clock.Advance(2 * 24 * time.Hour)
	f.toldOf(got, proposal, "passed_over")
	if u := until(got); u != days(5) {
		t.Errorf("of an employer's no to %s", u)
	}
	if _, err := f.client.RunSecondPass(f.staff("hrss-1"), &employmentv1.RunSecondPassRequest{FairId: fair}); err != nil {
		t.Fatal(err)
	}
	for _, w := range []string{"worker-0", "worker-1", "worker-2"} {
		if x := f.entry(w, fair); w != got && x.GetProposal() == nil && until(w) != "" {
			t.Errorf("%s is told of the second pass before its word: %v", w, x.GetReasons())
		}
	}
}

// enough fails unless every reason of a non-placement says enough.
func enough(t testing.TB, all []*platformv1.Reason) {
	t.Helper()
	for _, r := range all {
		if r.GetOutcome() == "met" {
			continue
		}
		if !strings.HasPrefix(r.GetRuleId(), "EM-FAIR") || r.GetSource() == "" || len(r.GetFacts()) < 2 || len(r.GetChanges()) == 0 || len(r.GetAppeals()) == 0 || r.GetAppeals()[0].GetDays() == 0 {
			t.Errorf("not enough is said: %v", r)
		}
	}
}

// The list of a large fair is committed after the officer's answer. Its draw is
// certain when the button is pressed, which says what it gives; the results are
// there once the service has written them, and so are those of the second pass.
func TestALargeFairIsDrawnInSteps(t *testing.T) {
	f := start(t)
	f.employer()
	one := post("one")
	one.Headcount = 9
	a := f.publish(one)
	fair := f.fair()
	f.seat(fair, a, 9, "")
	const workers = 501
	for i := range workers {
		f.wish(fmt.Sprintf("worker-%d", i), fair, "", a)
	}
	f.clock.Advance(5 * 24 * time.Hour)
	if closing := f.closeFair(fair, ""); closing.GetRoot() != "" {
		t.Errorf("a large fair is closed at once: %v", closing)
	}
	f.Settle()
	closed, err := f.client.GetFair(f.Officer("hrss"), &employmentv1.GetFairRequest{FairId: fair})
	if shown := ok(t, closed, err).GetFair(); shown.GetState() != "closed" || shown.GetEntryCount() != workers || shown.GetRoot() == "" {
		t.Fatal(shown)
	}
	f.clock.Advance(3 * 24 * time.Hour)
	f.figure("officer-1", fair, "0817232629+05", "")
	once := rpc.Once(f.As(f.clerk("officer-2")), "the-button")
	first, err := f.client.DrawFair(once, &employmentv1.DrawFairRequest{FairId: fair, Figure: "0817232629+05"})
	if drawn := ok(t, first, err); drawn.GetProposed() != 9 || drawn.GetUnplaced() != workers-9 || len(drawn.GetSeed()) != 64 {
		t.Fatal(drawn)
	}
	again, err := f.client.DrawFair(once, &employmentv1.DrawFairRequest{FairId: fair, Figure: "0817232629+05"})
	testkit.Equal(t, ok(t, again, err), first)
	f.draw("officer-2", fair, "0817232629+05", "employment.fair.state")
	f.Settle()
	r, err := f.client.GetFair(f.Officer("hrss"), &employmentv1.GetFairRequest{FairId: fair})
	if shown := ok(t, r, err).GetFair(); shown.GetState() != "matched" || shown.GetSeed() != first.GetSeed() || shown.GetPass() != 1 {
		t.Fatal(shown)
	}
	results, err := f.client.ListFairResults(f.Officer("hrss"), &employmentv1.ListFairResultsRequest{FairId: fair})
	if n := len(ok(t, results, err).GetResults()); n != 9 {
		t.Errorf("%d results", n)
	}
	placed, declines := 0, ""
	for i := range workers {
		x := f.entry(fmt.Sprintf("worker-%d", i), fair)
		if x.GetPass() != 1 || len(x.GetReasons()) == 0 {
			t.Fatalf("worker-%d is told nothing: %v", i, x)
		}
		if x.GetProposal() != nil {
			placed++
			declines = fmt.Sprintf("worker-%d", i)
		}
	}
	if placed != 9 {
		t.Errorf("%d proposals", placed)
	}
	no, err := f.client.DeclineProposal(f.Worker(declines), &employmentv1.DeclineProposalRequest{ProposalId: f.entry(declines, fair).GetProposal().GetProposalId()})
	ok(t, no, err)
	second, err := f.client.RunSecondPass(f.As(f.clerk("officer-1")), &employmentv1.RunSecondPassRequest{FairId: fair})
	ok(t, second, err)
	f.Settle()
	r, err = f.client.GetFair(f.Officer("hrss"), &employmentv1.GetFairRequest{FairId: fair})
	if shown := ok(t, r, err).GetFair(); shown.GetState() != "matched" || shown.GetPass() != 2 {
		t.Fatal(shown)
	}
	results, err = f.client.ListFairResults(f.Officer("hrss"), &employmentv1.ListFairResultsRequest{FairId: fair})
	if n := len(ok(t, results, err).GetResults()); n != 10 {
		t.Errorf("%d results of two passes", n)
	}
}

func TestAFairFromPlanToHire(t *testing.T) {
	f := start(t)
	employer := f.employer()
	one, two := post("one"), post("two")
	one.Headcount, two.Headcount = 1, 1
	a, b := f.publish(one), f.publish(two)
	fair := f.fair()
	f.seat(fair, a, 1, "")
	f.seat(fair, b, 1, "")
	workers := []string{"worker-1", "worker-2", "worker-3", "worker-4"}
	for _, w := range workers {
		if r := f.wish(w, fair, "", a, b); len(r.GetTicket()) != 16 || r.GetNonce() == "" {
			t.Error(r)
		}
	}
	before := f.happened(0)
	// Others instead, before the lists close: the ticket stays.
	ticket := f.entry("worker-4", fair).GetTicket()
	to := func(worker string) []string {
		r, err := f.client.ListAppliedFairs(f.Worker(worker), &employmentv1.ListAppliedFairsRequest{Worker: worker})
		if err != nil {
			t.Fatal(err)
		}
		return r.GetFairIds()
	}
	if got := to("worker-4"); !slices.Equal(got, []string{fair}) || len(to("nobody")) != 0 {
		t.Errorf("applied to %v", got)
	}
	if r := f.wish("worker-4", fair, "", b); r.GetTicket() != ticket || len(f.entry("worker-4", fair).GetWishes()) != 1 {
		t.Error(r)
	}

	// The employer sees who applied to its post, by number, and ranks.
	numbers := func(vacancy string) (all []string) {
		r, err := f.client.ListFairApplicants(f.Employer(employer), &employmentv1.ListFairApplicantsRequest{FairId: fair, VacancyId: vacancy})
		for _, x := range ok(t, r, err).GetApplicants() {
			all = append(all, x.GetNumber())
		}
		return all
	}
	if got := numbers(a); len(got) != 3 || !slices.IsSorted(got) {
		t.Fatal(got)
	}
	if got := len(numbers(b)); got != 4 {
		t.Fatal(got)
	}
	third := f.entry("worker-3", fair).GetApplicationId()
	rank := func(vacancy, code string, order ...string) {
		t.Helper()
		_, err := f.client.RankFairApplicants(f.Employer(employer), &employmentv1.RankFairApplicantsRequest{FairId: fair, VacancyId: vacancy, ApplicationIds: order})
		refused(t, err, code)
	}
	rank(a, "employment.fair_rank.twice", third, third)
	rank(a, "employment.fair_rank.unknown", third, f.entry("worker-4", fair).GetApplicationId())
	rank(a, "", third)
	if got := numbers(a); got[0] != third {
		t.Error(got)
	}

	// Close, commit, draw.
	f.closeFair(fair, "employment.fair.lists_open")
	f.clock.Advance(5 * 24 * time.Hour) // the 7th: lists closed on the 4th, two days to rank
	f.wish("worker-5", fair, "employment.fair.lists_closed", a)
	f.seat(fair, a, 2, "employment.fair.lists_closed")
	f.figure("officer-1", fair, "1", "employment.fair.state")
	committed := f.closeFair(fair, "")
	if committed.GetEntryCount() != 4 || len(committed.GetRoot()) != 64 {
		t.Fatal(committed)
	}
	f.closeFair(fair, "employment.fair.closed_twice")
	rank(a, "employment.fair.lists_closed", third)
	proof, err := f.client.ProveFairEntry(f.Worker("worker-3"), &employmentv1.ProveFairEntryRequest{Worker: "worker-3", FairId: fair})
	if ok(t, proof, err).GetRoot() != committed.GetRoot() || len(proof.GetPath()) == 0 {
		t.Error(proof)
	}
	f.figure("officer-1", fair, "0817232629+05", "employment.fair.figure_early")
	f.clock.Advance(3 * 24 * time.Hour)
	f.draw("officer-2", fair, "0817232629+05", "employment.fair.no_figure")
	f.figure("officer-1", fair, "0817232629+05", "")
	f.draw("officer-1", fair, "0817232629+05", "employment.fair.same_officer")
	f.draw("officer-2", fair, "0817232629+06", "employment.fair.figure_differs")
	drawn := f.draw("officer-2", fair, "0817232629+05", "")
	if drawn.GetProposed() != 2 || drawn.GetUnplaced() != 2 || len(drawn.GetSeed()) != 64 {
		t.Fatal(drawn)
	}
	f.draw("officer-2", fair, "0817232629+05", "employment.fair.state")

	// Whoever wants recomputes it.
	var bundle bytes.Buffer
	for offset := int64(0); ; {
		r, err := f.client.GetFairBundle(f.Worker("anybody"), &employmentv1.GetFairBundleRequest{FairId: fair, Offset: offset})
		bundle.Write(ok(t, r, err).GetData())
		if offset = r.GetNextOffset(); offset == 0 {
			break
		}
	}
	for _, w := range workers {
		if strings.Contains(bundle.String(), w) || strings.Contains(bundle.String(), f.entry(w, fair).GetApplicationId()) {
			t.Error("the bundle names somebody")
		}
	}
	v, err := allocate.VerifyBundle(bytes.NewReader(bundle.Bytes()))
	if err != nil || v.Root != committed.GetRoot() || v.Seed != drawn.GetSeed() {
		t.Error(v, err)
	}

	// Each knows why.
	mine := f.entry("worker-3", fair)
	if p := mine.GetProposal(); p.GetVacancyId() != a || p.GetWish() != 1 || p.GetState() != "open" || p.GetTitle() == "" || mine.GetReasons()[0].GetOutcome() != "met" {
		t.Fatal(mine)
	}
	for _, w := range workers {
		e := f.entry(w, fair)
		enough(t, e.GetReasons())
		if len(e.GetReasons()) == 0 {
			t.Errorf("%s is told nothing", w)
		}
		if e.GetProposal().GetVacancyId() == b && w != "worker-4" {
			if g := e.GetReasons()[0].GetGaps(); len(g) != 1 || g[0].GetName() != "fair_rank" || g[0].GetHave() != "unranked" || g[0].GetNeed() != "1" {
				t.Error(g)
			}
		}
	}

	// A proposal that is not accepted is told to nobody else.
	for _, x := range func() []*employmentv1.FairApplicant {
		r, err := f.client.ListFairApplicants(f.Employer(employer), &employmentv1.ListFairApplicantsRequest{FairId: fair, VacancyId: a})
		return ok(t, r, err).GetApplicants()
	}() {
		if x.GetProposalId() != "" || x.GetApplicationId() != "" {
			t.Error("the employer sees what was not accepted")
		}
	}
	pass := func(proposal, reason, code string) {
		t.Helper()
		_, err := f.client.PassOverProposal(f.Employer(employer), &employmentv1.PassOverProposalRequest{ProposalId: proposal, ReasonCode: reason})
		refused(t, err, code)
	}
	pass(mine.GetProposal().GetProposalId(), "no_interview", "employment.fair_proposal.unknown")

	// The worker accepts, the employer offers, the worker accepts: a hire.
	job := f.accept("worker-3", mine.GetProposal().GetProposalId(), "")
	f.accept("worker-3", mine.GetProposal().GetProposalId(), "employment.fair_proposal.state")
	offer := f.offerOn(job, employer)
	pass(mine.GetProposal().GetProposalId(), "no_interview", "employment.fair_proposal.state")
	accepted, err := f.client.AcceptOffer(f.Worker("worker-3"), &employmentv1.AcceptOfferRequest{OfferId: offer})
	if ok(t, accepted, err).GetHireId() == "" || f.vacancy(a).GetOpen() != 0 {
		t.Error(accepted)
	}

	// The other one lets the time pass; the second pass proposes to the next by number.
	silent := ""
	for _, w := range workers {
		if f.entry(w, fair).GetProposal().GetVacancyId() == b {
			silent = w
		}
	}
	second := func(code string) *employmentv1.RunSecondPassResponse {
		t.Helper()
		r, err := f.client.RunSecondPass(f.Officer("hrss"), &employmentv1.RunSecondPassRequest{FairId: fair})
		refused(t, err, code)
		return r
	}
	late := f.entry(silent, fair).GetProposal().GetProposalId()
	f.told(silent, late)
	second("employment.fair.answers")
	f.clock.Advance(4 * 24 * time.Hour)
	f.Settle()
	f.accept(silent, late, "employment.fair_proposal.late")
	if s := f.entry(silent, fair).GetProposal().GetState(); s != "lapsed" && s != "open" {
		t.Error(s)
	}
	if r := second(""); r.GetProposed() != 1 {
		t.Error(r)
	}
	second("employment.fair.state")
	if got := f.entry(silent, fair); got.GetProposal().GetPass() != 2 || got.GetProposal().GetVacancyId() != b {
		t.Errorf("who was silent lost the place: %v", got) // lapse keeps the number, and it is still the best
	}

	var kinds []string
	for _, e := range f.happened(len(before)) {
		if strings.Contains(e.Type, ".fair") && !slices.Contains(kinds, e.Type) {
			kinds = append(kinds, e.Type)
		}
		if strings.HasPrefix(e.Type, "employment.fair_proposal") && e.Worker == "" {
			t.Errorf("%s is about nobody", e.Type)
		}
	}
	want := []string{"employment.fair_application.submitted.v1", "employment.fair.closed.v1", "employment.fair.matched.v1", "employment.fair_proposal.made.v1", "employment.fair_application.unplaced.v1", "employment.fair_proposal.accepted.v1"}
	slices.Sort(kinds)
	slices.Sort(want)
	if !slices.Equal(kinds, want) {
		t.Error(kinds)
	}
}

func TestFairRefusals(t *testing.T) {
	f := start(t)
	f.employer()
	vacancy := f.publish(post("one"))
	for code, change := range map[string]func(*employmentv1.PlanFairRequest){
		"employment.fair.campaign":    func(r *employmentv1.PlanFairRequest) { r.Campaign = "x" },
		"employment.fair.division":    func(r *employmentv1.PlanFairRequest) { r.Division = "110000" },
		"employment.fair.days":        func(r *employmentv1.PlanFairRequest) { r.MatchOn = "2026-11-06" },
		"employment.fair.tie":         func(r *employmentv1.PlanFairRequest) { r.Tie = "" },
		"employment.fair.figure_name": func(r *employmentv1.PlanFairRequest) { r.FigureName = "xxxx" },
		"employment.fair.venue":       func(r *employmentv1.PlanFairRequest) { r.Venue = " " },
		"employment.fair.hours":       func(r *employmentv1.PlanFairRequest) { r.Hours = "16:00-10:00" },
	} {
		req := plan()
		change(req)
		_, err := f.client.PlanFair(f.Officer("hrss"), req)
		refused(t, err, code)
	}
	_, err := f.client.PlanFair(f.As(auth.Principal{Kind: auth.Officer, Subject: "o", Department: "hrss", Division: "654301"}), plan())
	refused(t, err, "auth.division")
	fair := f.fair()
	elsewhere := f.fair(func(r *employmentv1.PlanFairRequest) { r.Division = "654301" })
	events := len(f.happened(0))
	f.seat(fair, vacancy, 3, "employment.fair_post.seats")
	f.seat(fair, vacancy, 0, "employment.fair_post.seats")
	f.seat(fair, "none", 1, "employment.vacancy.unknown")
	f.seat("none", vacancy, 1, "employment.fair.unknown")
	f.seat(elsewhere, vacancy, 1, "employment.fair_post.elsewhere")
	f.wish("worker-1", fair, "employment.fair_application.wish_unknown", vacancy)
	if got := f.happened(events); len(got) != 0 {
		t.Errorf("refusals published %v", types(got))
	}
	f.seat(fair, vacancy, 2, "")
	f.wish("worker-1", fair, "employment.fair_application.wishes")
	f.wish("worker-1", fair, "employment.fair_application.wish_twice", vacancy, vacancy)
	f.wish("worker-1", fair, "employment.fair_application.wish_unknown", vacancy, "none")
	many := make([]string, 11)
	for i := range many {
		many[i] = vacancy
	}
	f.wish("worker-1", fair, "employment.fair_application.wishes", many...)
	_, err = f.client.ApplyToFair(f.Worker("worker-2"), &employmentv1.ApplyToFairRequest{Worker: "worker-1", FairId: fair, VacancyIds: []string{vacancy}})
	refused(t, err, "auth.not_yours")
	_, err = f.client.GetFairApplication(f.Worker("worker-2"), &employmentv1.GetFairApplicationRequest{Worker: "worker-1", FairId: fair})
	refused(t, err, "auth.not_yours")
	_, err = f.client.ListAppliedFairs(f.Worker("worker-2"), &employmentv1.ListAppliedFairsRequest{Worker: "worker-1"})
	refused(t, err, "auth.not_yours")
	_, err = f.client.ListFairApplicants(f.Employer("another"), &employmentv1.ListFairApplicantsRequest{FairId: fair, VacancyId: vacancy})
	refused(t, err, "auth.not_yours")
	f.clock.Advance(5 * 24 * time.Hour)
	f.closeFair(fair, "employment.fair.empty")
	f.clock.Advance(5 * 24 * time.Hour)
	f.closeFair(fair, "employment.fair.match_day")
	_, err = f.client.AcceptProposal(f.Worker("worker-1"), &employmentv1.AcceptProposalRequest{ProposalId: "none"})
	refused(t, err, "employment.fair_proposal.unknown")
}

// Work with hazards is for people of full age at a fair as well.
func TestFairAndAge(t *testing.T) {
	f := start(t)
	f.employer()
	p := post("hazard")
	p.Requirements = "井下作业"
	vacancy := f.publish(p)
	fair := f.fair()
	f.seat(fair, vacancy, 1, "")
	f.asked.below("worker-1")
	f.wish("worker-1", fair, "employment.application.too_young", vacancy)
	f.wish("worker-2", fair, "", vacancy)
	if asked, _ := f.asked.questions(); len(asked) != 2 {
		t.Errorf("%d questions", len(asked))
	}
}

// A no of either side frees the seat, and the second pass makes no proposal twice.
func TestFairSecondPassAfterANo(t *testing.T) {
	f := start(t)
	employer := f.employer()
	p := post("one")
	p.Headcount = 1
	vacancy := f.publish(p)
	fair := f.fair()
	f.seat(fair, vacancy, 1, "")
	for i := range 3 {
		f.wish(fmt.Sprint("worker-", i), fair, "", vacancy)
	}
	f.clock.Advance(5 * 24 * time.Hour)
	f.closeFair(fair, "")
	f.clock.Advance(3 * 24 * time.Hour)
	f.figure("officer-1", fair, "7", "")
	f.draw("officer-2", fair, "7", "")
	first := ""
	for i := range 3 {
		if w := fmt.Sprint("worker-", i); f.entry(w, fair).GetProposal() != nil {
			first = w
		}
	}
	f.seat(fair, vacancy, 0, "employment.fair_post.seats")
	proposal := f.entry(first, fair).GetProposal().GetProposalId()
	f.accept(first, proposal, "")
	_, err := f.client.PassOverProposal(f.Employer(employer), &employmentv1.PassOverProposalRequest{ProposalId: proposal, ReasonCode: "ugly"})
	refused(t, err, "employment.fair_proposal.reason")
	r, err := f.client.PassOverProposal(f.Employer(employer), &employmentv1.PassOverProposalRequest{ProposalId: proposal, ReasonCode: "certificate_missing"})
	ok(t, r, err)
	again, err := f.client.RunSecondPass(f.Officer("hrss"), &employmentv1.RunSecondPassRequest{FairId: fair})
	if ok(t, again, err); again.GetProposed() != 1 || again.GetUnplaced() != 2 {
		t.Error(again)
	}
	e := f.entry(first, fair)
	if e.GetProposal().GetPass() != 1 || e.GetProposal().GetReasonCode() != "certificate_missing" {
		t.Error(e)
	}
	enough(t, e.GetReasons())
	if r := e.GetReasons()[0]; r.GetRuleId() != "EM-FAIR" || r.GetFacts()[1].GetValue() != "certificate_missing" || r.GetChanges()[0].GetCode() != "fair_certificate" {
		t.Error(r)
	}
	// Withdrawing takes an open proposal with it.
	for i := range 3 {
		w := fmt.Sprint("worker-", i)
		e := f.entry(w, fair)
		r, err := f.client.WithdrawFromFair(f.Worker(w), &employmentv1.WithdrawFromFairRequest{ApplicationId: e.GetApplicationId()})
		ok(t, r, err)
		if e := f.entry(w, fair); e.GetState() != "withdrawn" || e.GetProposal().GetState() == "open" {
			t.Error(e)
		}
		_, err = f.client.WithdrawFromFair(f.Worker(w), &employmentv1.WithdrawFromFairRequest{ApplicationId: e.GetApplicationId()})
		refused(t, err, "employment.fair_application.state")
	}
}

// A closed account leaves nothing open: not at a fair, not with an adviser, not with a bank.
func TestAClosedAccountLeavesFairsAndStartupHelp(t *testing.T) {
	f := start(t)
	f.employer()
	vacancy := f.publish(post("one"))
	fair := f.fair()
	f.seat(fair, vacancy, 1, "")
	f.wish("worker-1", fair, "", vacancy)
	slot, err := f.client.OpenAdviserSlot(f.Officer("hrss"), &employmentv1.OpenAdviserSlotRequest{County: "654323", Day: "2026-11-03", Minute: 600, Minutes: 30, Adviser: "adviser-1"})
	ok(t, slot, err)
	booked, err := f.client.ApplyForAdviser(f.Worker("worker-1"), &employmentv1.ApplyForAdviserRequest{Worker: "worker-1", SlotId: slot.GetSlotId(), Topic: "plan"})
	ok(t, booked, err)
	loan, err := f.client.HandOffLoan(f.Worker("worker-1"), &employmentv1.HandOffLoanRequest{Worker: "worker-1", County: "654323", BankCode: "psbc", AmountFen: 100, Years: 1, NoticeVersion: "n1"})
	ok(t, loan, err)
	f.registry.Publish(outbox.Subject{Aggregate: "worker-1", Worker: "worker-1"}, &registryv1.AccountClosed{ClosedOn: "2026-11-02"})
	f.Settle()
	if e := f.entry("worker-1", fair); e.GetState() != "withdrawn" {
		t.Error(e)
	}
	mine, err := f.client.ListStartupHelp(f.Worker("worker-1"), &employmentv1.ListStartupHelpRequest{Worker: "worker-1"})
	if ok(t, mine, err); mine.GetBookings()[0].GetState() != "cancelled" || mine.GetLoans()[0].GetState() != "withdrawn" {
		t.Error(mine)
	}
}
