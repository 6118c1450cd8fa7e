package education_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

const figure = "03 11 17 21 28 30 + 09"

// staff is an education officer with a number of the officer's own.
func (f *fixture) staff(number string) context.Context {
	return f.As(auth.Principal{Kind: auth.Officer, Subject: number, Department: "edu", Division: county})
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// round plans a round of today with schools' seats, and opens it.
func (f *fixture) round(stage string, seats map[string]int32) string {
	f.t.Helper()
	today := clock.Today(f.clock).String()
	got, err := f.client.PlanRound(f.staff("edu-1"), &educationv1.PlanRoundRequest{
		County: county, Stage: stage, OpensOn: today, ClosesOn: today, DrawOn: today, Tie: "single", FigureSource: "双色球开奖号码，中国福彩网", FigureOn: today,
	})
	f.must(err)
	for school, n := range seats {
		_, err := f.client.SetSeats(f.staff("edu-1"), &educationv1.SetSeatsRequest{RoundId: got.GetRoundId(), SchoolId: school, Seats: n})
		f.must(err)
	}
	_, err = f.client.OpenRound(f.staff("edu-1"), &educationv1.OpenRoundRequest{RoundId: got.GetRoundId()})
	f.must(err)
	return got.GetRoundId()
}

func (f *fixture) file(worker, round, application string, schools ...string) *educationv1.FileChoicesResponse {
	f.t.Helper()
	got, err := f.client.FileChoices(f.Worker(worker), &educationv1.FileChoicesRequest{RoundId: round, ApplicationId: application, SchoolIds: schools, Word: "白桦"})
	f.must(err)
	return got
}

// draw closes, commits and draws a round.
func (f *fixture) draw(round string) *educationv1.ConfirmFigureResponse {
	f.t.Helper()
	_, err := f.client.CloseRound(f.staff("edu-1"), &educationv1.CloseRoundRequest{RoundId: round})
	f.must(err)
	_, err = f.client.CommitRound(f.staff("edu-1"), &educationv1.CommitRoundRequest{RoundId: round})
	f.must(err)
	_, err = f.client.TypeFigure(f.staff("edu-1"), &educationv1.TypeFigureRequest{RoundId: round, Figure: figure})
	f.must(err)
	got, err := f.client.ConfirmFigure(f.staff("edu-2"), &educationv1.ConfirmFigureRequest{RoundId: round, Figure: figure})
	f.must(err)
	return got
}

func (f *fixture) entry(worker, application string) *educationv1.Entry {
	f.t.Helper()
	got, err := f.client.GetEntry(f.Worker(worker), &educationv1.GetEntryRequest{ApplicationId: application})
	f.must(err)
	return got.GetEntry()
}

// whole fails unless a refusal says on what it rests, how far off it is, what
// would change it and where to appeal.
func whole(t *testing.T, reasons []*platformv1.Reason) {
	t.Helper()
	missed := 0
	for _, r := range reasons {
		if r.GetOutcome() != "not_met" {
			continue
		}
		missed++
		if r.GetSource() == "" || len(r.GetFacts()) == 0 || len(r.GetGaps()) == 0 || len(r.GetChanges()) == 0 || len(r.GetAppeals()) == 0 {
			t.Errorf("not the whole reason: %v", r)
		}
	}
	if missed == 0 {
		t.Errorf("no reason in %v", reasons)
	}
}

func TestARoundFromPlanToTheLastChild(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { aRound(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		aRound(t, start(t, func(d *run.Deps) { d.Database = address }))
	})
}

func aRound(t *testing.T, f *fixture) {
	schools := []string{f.school("第1小学", 2), f.school("第2小学", 1)}
	round := f.round("primary", map[string]int32{schools[0]: 2, schools[1]: 1})
	if f.free(schools[0]) != 0 {
		t.Error("a place that the round holds is free for others")
	}
	apps := map[string]string{}
	for i := range 5 {
		worker := fmt.Sprint("worker-", i)
		apps[worker] = f.apply(worker)
		if got := f.file(worker, round, apps[worker], schools[0]); len(got.GetTicket()) != 16 || got.GetNonce() == "" {
			t.Fatalf("no receipt: %v", got)
		}
		before := f.entry(worker, apps[worker])
		f.file(worker, round, apps[worker], schools...) // changed while it is open
		e := f.entry(worker, apps[worker])
		if e.GetOutcome() != "filed" || len(e.GetChoices()) != 2 || e.GetTicket() != before.GetTicket() || e.GetChoices()[0].GetGround() != "none" {
			t.Fatalf("%v", e)
		}
	}
	if _, err := f.client.GetEntry(f.Worker("worker-1"), &educationv1.GetEntryRequest{ApplicationId: apps["worker-0"]}); err == nil {
		t.Error("another family's choices are read")
	}
	_, err := f.client.GetEntry(f.staff("edu-1"), &educationv1.GetEntryRequest{ApplicationId: apps["worker-0"]})
	refused(t, err, "auth.denied")
	for name, c := range map[string]struct {
		schools []string
		code    string
	}{
		"a school twice":    {[]string{schools[0], schools[0]}, "education.choices.twice"},
		"an unknown school": {[]string{"school-9"}, "education.choices.unknown"},
		"none":              {nil, "education.choices.none"},
	} {
		_, err := f.client.FileChoices(f.Worker("worker-0"), &educationv1.FileChoicesRequest{RoundId: round, ApplicationId: apps["worker-0"], SchoolIds: c.schools})
		if refused(t, err, c.code); len(f.entry("worker-0", apps["worker-0"]).GetChoices()) != 2 {
			t.Errorf("%s changed something", name)
		}
	}
	got := f.draw(round)
	if got.GetPlaced() != 3 || got.GetUnplaced() != 2 {
		t.Fatalf("%v", got)
	}
	_, err = f.client.CloseRound(f.staff("edu-1"), &educationv1.CloseRoundRequest{RoundId: round})
	refused(t, err, "education.round.closed")
	_, err = f.client.SetSeats(f.staff("edu-1"), &educationv1.SetSeatsRequest{RoundId: round, SchoolId: schools[0], Seats: 1})
	refused(t, err, "education.seats.below")
	_, err = f.client.FileChoices(f.Worker("worker-0"), &educationv1.FileChoicesRequest{RoundId: round, ApplicationId: apps["worker-0"], SchoolIds: schools})
	refused(t, err, "education.round.not_open")

	// What is published can be checked by anybody, and names nobody.
	bundle, err := f.client.GetBundle(f.Employer("somebody"), &educationv1.GetBundleRequest{RoundId: round})
	f.must(err)
	_, err = allocate.VerifyBundle(bytes.NewReader(bundle.GetData()))
	f.must(err)
	for i := range bundle.GetData() { // nor any byte changed unseen
		bad := bytes.Clone(bundle.GetData())
		bad[i] ^= 1
		if _, err := allocate.VerifyBundle(bytes.NewReader(bad)); err == nil {
			t.Fatalf("byte %d was changed and nobody saw it", i)
		}
	}
	if bundle.GetParts() != 1 || bytes.Contains(bundle.GetData(), []byte(apps["worker-0"])) || bytes.Contains(bundle.GetData(), []byte("worker")) {
		t.Error("the bundle names somebody")
	}
	_, err = f.client.GetBundle(f.Employer("somebody"), &educationv1.GetBundleRequest{RoundId: round, Part: 1})
	refused(t, err, "education.bundle.unknown")

	// Everybody is told why; who is placed has an offer.
	var placed []string
	for i := range 5 {
		worker := fmt.Sprint("worker-", i)
		e := f.entry(worker, apps[worker])
		if len(e.GetProof()) == 0 || !bytes.Contains(bundle.GetData(), []byte(e.GetTicket())) {
			t.Error("the family cannot find itself in what is published")
		}
		if e.GetOutcome() == "placed" {
			placed = append(placed, worker)
			f.state(worker, apps[worker], "offered")
			continue
		}
		whole(t, e.GetReasons())
		reconsider := func() *platformv1.ReasonAppeal { return f.entry(worker, apps[worker]).GetReasons()[0].GetAppeals()[1] }
		if a := reconsider(); a.GetDays() != 60 || a.GetUntil() != "" || a.GetDeadline() != "CLK-RC-APPLY" {
			t.Errorf("before the outcome is known to have arrived: %v", a)
		}
		f.registry.Publish(outbox.Subject{Aggregate: ident.NewID(), Worker: worker}, &registryv1.MessageDelivered{MessageId: "message-" + worker, Template: "education.outcome.decided", About: apps[worker], AboutService: "education"})
		f.Settle()
		served := clock.Today(f.clock)
		if a := reconsider(); a.GetUntil() < served.AddDays(60).String() || a.GetUntil() > served.AddDays(70).String() {
			t.Errorf("served on %s: %v", served, a)
		}
	}
	results, err := f.client.ListResults(f.staff("edu-1"), &educationv1.ListResultsRequest{RoundId: round})
	if err != nil || len(results.GetResults()) != 5 {
		t.Fatal(results, err)
	}

	// One accepts, one declines: the freed seat goes to who waits, by the same
	// numbers, and never back to who declined.
	first := f.application(placed[0], apps[placed[0]])
	_, err = f.client.AcceptPlace(f.Worker(placed[0]), &educationv1.AcceptPlaceRequest{OfferId: first.GetOfferId()})
	f.must(err)
	_, err = f.client.AcceptPlace(f.Worker(placed[0]), &educationv1.AcceptPlaceRequest{OfferId: first.GetOfferId()})
	refused(t, err, "education.offer.accepted")
	_, err = f.client.DeclinePlace(f.Worker(placed[1]), &educationv1.DeclinePlaceRequest{OfferId: f.application(placed[1], apps[placed[1]]).GetOfferId()})
	f.must(err)
	again, err := f.client.RunSecondPass(f.staff("edu-1"), &educationv1.RunSecondPassRequest{RoundId: round})
	f.must(err)
	if again.GetPlaced() != 1 || again.GetUnplaced() != 2 {
		t.Fatalf("%v", again)
	}
	f.state(placed[1], apps[placed[1]], "submitted")

	ended, err := f.client.EndRound(f.staff("edu-1"), &educationv1.EndRoundRequest{RoundId: round})
	f.must(err)
	if ended.GetTasksCount() != 2 {
		t.Fatalf("%v", ended)
	}
	tasks, err := f.client.ListTasks(f.staff("edu-1"), &educationv1.ListTasksRequest{County: county})
	f.must(err)
	if len(tasks.GetTasks()) != 2 || tasks.GetTasks()[0].GetDueOn() != "2026-11-16" {
		t.Fatalf("%v", tasks)
	}
	// A seat more at a full school; the task stays open until the guardian accepts.
	for _, task := range tasks.GetTasks() {
		if !slices.ContainsFunc(task.GetWays(), func(w *educationv1.WayOut) bool { return w.GetWay() == "added_place" }) {
			t.Errorf("no way out in %v", task)
		}
	}
	task := tasks.GetTasks()[0]
	_, err = f.client.OfferWayOut(f.staff("edu-1"), &educationv1.OfferWayOutRequest{TaskId: task.GetTaskId(), Way: "neighbour", SchoolId: schools[1]})
	refused(t, err, "education.task.way")
	offer, err := f.client.OfferWayOut(f.staff("edu-1"), &educationv1.OfferWayOutRequest{TaskId: task.GetTaskId(), Way: "added_place", SchoolId: schools[1]})
	f.must(err)
	worker := ""
	for w, id := range apps {
		if id == task.GetApplicationId() {
			worker = w
		}
	}
	open := func() int {
		got, err := f.client.ListTasks(f.staff("edu-1"), &educationv1.ListTasksRequest{County: county})
		f.must(err)
		return len(got.GetTasks())
	}
	if open() != 2 {
		t.Error("an offer alone ends no task")
	}
	_, err = f.client.AcceptPlace(f.Worker(worker), &educationv1.AcceptPlaceRequest{OfferId: offer.GetOfferId()})
	f.must(err)
	if open() != 1 || f.entry(worker, apps[worker]).GetTask().GetState() != "done" {
		t.Error("an acceptance ends the task")
	}
	_, err = f.client.OfferWayOut(f.staff("edu-1"), &educationv1.OfferWayOutRequest{TaskId: task.GetTaskId(), Way: "added_place", SchoolId: schools[1]})
	refused(t, err, "education.task.done")
	// The last offer of the draw, answered after its end: too late, and the child is not forgotten.
	last := ""
	for w, id := range apps {
		if f.application(w, id).GetState() == "offered" && w == placed[2] {
			last = w
		}
	}
	o := f.application(last, apps[last]).GetOfferId()
	f.delivered(last, o)
	f.clock.Advance(8 * 24 * time.Hour)
	_, err = f.client.AcceptPlace(f.Worker(last), &educationv1.AcceptPlaceRequest{OfferId: o})
	refused(t, err, "education.offer.lapsed")
	f.Settle()
	f.state(last, apps[last], "submitted")
	if f.entry(last, apps[last]).GetTask().GetState() != "open" {
		t.Error("a child whose offer lapsed after the round has no task")
	}
	// A guardian who withdraws ends the task.
	_, err = f.client.WithdrawApplication(f.Worker(last), &educationv1.WithdrawApplicationRequest{ApplicationId: apps[last]})
	f.must(err)
	if f.entry(last, apps[last]).GetTask().GetState() != "done" {
		t.Error("withdrawn, and still to be placed")
	}
}

func TestTheFigureNeedsTwoOfficers(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 1)
	round := f.round("primary", map[string]int32{school: 1})
	app := f.apply("worker-1")
	f.file("worker-1", round, app, school)
	_, err := f.client.PlanRound(f.staff("edu-1"), &educationv1.PlanRoundRequest{County: county, Stage: "primary", OpensOn: "2026-11-02", ClosesOn: "2026-11-02", DrawOn: "2026-11-02", Tie: "single", FigureSource: "双色球开奖号码，中国福彩网", FigureOn: "2026-11-02"})
	refused(t, err, "education.round.twice")
	_, err = f.client.CloseRound(f.staff("edu-1"), &educationv1.CloseRoundRequest{RoundId: round})
	f.must(err)
	_, err = f.client.CommitRound(f.staff("edu-1"), &educationv1.CommitRoundRequest{RoundId: round})
	f.must(err)
	_, err = f.client.ConfirmFigure(f.staff("edu-2"), &educationv1.ConfirmFigureRequest{RoundId: round, Figure: figure})
	refused(t, err, "education.figure.missing")
	_, err = f.client.TypeFigure(f.staff("edu-1"), &educationv1.TypeFigureRequest{RoundId: round, Figure: figure})
	f.must(err)
	shown, err := f.client.GetRound(f.staff("edu-2"), &educationv1.GetRoundRequest{RoundId: round})
	f.must(err)
	if shown.GetRound().GetFigure() != "" || !shown.GetRound().GetFigureTyped() {
		t.Error("the second officer is shown what the first one typed")
	}
	_, err = f.client.ConfirmFigure(f.staff("edu-1"), &educationv1.ConfirmFigureRequest{RoundId: round, Figure: figure})
	refused(t, err, "education.figure.same_officer")
	_, err = f.client.ConfirmFigure(f.staff("edu-2"), &educationv1.ConfirmFigureRequest{RoundId: round, Figure: "1"})
	refused(t, err, "education.figure.differs")
	if f.application("worker-1", app).GetState() != "submitted" {
		t.Error("something was given")
	}
}

func TestAnArrivalOutsideARoundIsOfferedThePlaceAtOnce(t *testing.T) {
	f := start(t)
	near := f.school("第1小学", 1)
	arrive := func(worker string) *educationv1.ApplyForPlaceResponse {
		got, err := f.client.ApplyForPlace(f.Worker(worker), &educationv1.ApplyForPlaceRequest{Worker: worker, ChildId: f.children.of(worker), Stage: "primary", County: county, AtOnce: true, Township: "654301001"})
		f.must(err)
		return got
	}
	first := arrive("worker-1")
	if first.GetOfferId() == "" || first.GetTaskId() != "" || f.application("worker-1", first.GetApplicationId()).GetOfferedSchoolId() != near {
		t.Fatalf("%v", first)
	}
	second := arrive("worker-2") // nothing is free in reach
	if second.GetOfferId() != "" || second.GetTaskId() == "" {
		t.Fatalf("%v", second)
	}
	f.must(func() error {
		_, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: first.GetOfferId()})
		return err
	}())
	if e := f.entry("worker-2", second.GetApplicationId()); e.GetTask().GetState() != "open" || len(e.GetTask().GetReasons()) == 0 || len(e.GetDocuments()) < 6 {
		t.Errorf("%v", e)
	}
}

func TestAnAppealIsDecidedByAnotherOfficer(t *testing.T) {
	for remedy, state := range map[string]string{"seat": "offered", "next_pass": "submitted", "": "submitted"} {
		f := start(t)
		school := f.school("第1小学", 1)
		round := f.round("primary", map[string]int32{school: 1})
		apps := map[string]string{}
		for _, w := range []string{"worker-1", "worker-2"} {
			apps[w] = f.apply(w)
			f.file(w, round, apps[w], school)
		}
		f.draw(round)
		lost, won := "worker-1", "worker-2"
		if f.entry(lost, apps[lost]).GetOutcome() == "placed" {
			lost, won = won, lost
		}
		_, err := f.client.FileAppeal(f.Worker(won), &educationv1.FileAppealRequest{ApplicationId: apps[lost], SchoolId: school, Ground: "class"})
		refused(t, err, "education.application.unknown")
		filed, err := f.client.FileAppeal(f.Worker(lost), &educationv1.FileAppealRequest{ApplicationId: apps[lost], SchoolId: school, Ground: "class"})
		f.must(err)
		_, err = f.client.FileAppeal(f.Worker(lost), &educationv1.FileAppealRequest{ApplicationId: apps[lost], SchoolId: school, Ground: "class"})
		refused(t, err, "education.appeal.twice")
		outcome := "upheld"
		if remedy == "" {
			outcome = "rejected"
		}
		for _, who := range []string{"edu-1", "edu-2"} {
			_, err = f.client.DecideAppeal(f.staff(who), &educationv1.DecideAppealRequest{AppealId: filed.GetAppealId(), Outcome: outcome, Relief: remedy, ReasonCode: map[string]string{"upheld": "fact_shown", "rejected": "fact_not_shown"}[outcome]})
			refused(t, err, "education.appeal.own_draw")
		}
		got, err := f.client.DecideAppeal(f.staff("edu-3"), &educationv1.DecideAppealRequest{AppealId: filed.GetAppealId(), Outcome: outcome, Relief: remedy, ReasonCode: map[string]string{"upheld": "fact_shown", "rejected": "fact_not_shown"}[outcome]})
		f.must(err)
		if remedy == "" {
			whole(t, got.GetReasons())
		}
		f.state(lost, apps[lost], state)
		if remedy == "next_pass" { // the other one declines; the appeal comes first
			_, err := f.client.DeclinePlace(f.Worker(won), &educationv1.DeclinePlaceRequest{OfferId: f.application(won, apps[won]).GetOfferId()})
			f.must(err)
			_, err = f.client.RunSecondPass(f.staff("edu-1"), &educationv1.RunSecondPassRequest{RoundId: round})
			f.must(err)
			f.state(lost, apps[lost], "offered")
		}
		list, err := f.client.ListAppeals(f.staff("edu-3"), &educationv1.ListAppealsRequest{County: county})
		if err != nil || len(list.GetAppeals()) != 1 || list.GetAppeals()[0].GetState() != outcome {
			t.Errorf("%v %v", list, err)
		}
	}
}

// Who accepted a lesser place keeps it until the better one is taken instead.
func TestAnUpheldAppealIsOfferedBesideAnAcceptedPlace(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { upheld(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		upheld(t, start(t, func(d *run.Deps) { d.Database = address }))
	})
}

func upheld(t *testing.T, f *fixture) {
	schools := []string{f.school("第1小学", 1), f.school("第2小学", 1)}
	round := f.round("primary", map[string]int32{schools[0]: 1, schools[1]: 1})
	apps := map[string]string{}
	for _, w := range []string{"worker-1", "worker-2"} {
		apps[w] = f.apply(w)
		f.file(w, round, apps[w], schools...)
	}
	f.draw(round)
	second := "worker-1"
	if f.entry(second, apps[second]).GetChoice() == 1 {
		second = "worker-2"
	}
	accepted := f.application(second, apps[second])
	_, err := f.client.AcceptPlace(f.Worker(second), &educationv1.AcceptPlaceRequest{OfferId: accepted.GetOfferId()})
	f.must(err)
	filed, err := f.client.FileAppeal(f.Worker(second), &educationv1.FileAppealRequest{ApplicationId: apps[second], SchoolId: schools[0], Ground: "hardship"})
	f.must(err)
	_, err = f.client.DecideAppeal(f.staff("edu-3"), &educationv1.DecideAppealRequest{AppealId: filed.GetAppealId(), Outcome: "upheld", Relief: "next_pass", ReasonCode: "fact_shown"})
	refused(t, err, "education.appeal.placed")
	_, err = f.client.DecideAppeal(f.staff("edu-3"), &educationv1.DecideAppealRequest{AppealId: filed.GetAppealId(), Outcome: "upheld", Relief: "seat", ReasonCode: "fact_shown"})
	f.must(err)
	a := f.application(second, apps[second])
	if a.GetState() != "accepted" || a.GetOfferId() != accepted.GetOfferId() || a.GetBetterOfferId() == "" || a.GetBetterSchoolId() != schools[0] {
		t.Fatalf("%v", a)
	}
	_, err = f.client.AcceptPlace(f.Counter("edu", second), &educationv1.AcceptPlaceRequest{OfferId: a.GetBetterOfferId()})
	refused(t, err, "education.offer.exchange")
	f.state(second, apps[second], "accepted")
	_, err = f.client.AcceptPlace(f.Worker(second), &educationv1.AcceptPlaceRequest{OfferId: a.GetBetterOfferId()})
	f.must(err)
	now := f.application(second, apps[second])
	if now.GetState() != "accepted" || now.GetOfferId() != a.GetBetterOfferId() || now.GetOfferedSchoolId() != schools[0] || now.GetBetterOfferId() != "" {
		t.Fatalf("%v", now)
	}
	_, err = f.client.EndRound(f.staff("edu-1"), &educationv1.EndRoundRequest{RoundId: round})
	f.must(err)
	if f.free(schools[1]) != 1 {
		t.Error("the place that was given up is not free")
	}
}

func TestADeclinedBetterOfferLeavesTheAcceptedPlace(t *testing.T) {
	f := start(t)
	schools := []string{f.school("第1小学", 1), f.school("第2小学", 1)}
	round := f.round("primary", map[string]int32{schools[0]: 0, schools[1]: 1})
	app := f.apply("worker-1")
	f.file("worker-1", round, app, schools...)
	f.draw(round)
	_, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: f.application("worker-1", app).GetOfferId()})
	f.must(err)
	filed, err := f.client.FileAppeal(f.Worker("worker-1"), &educationv1.FileAppealRequest{ApplicationId: app, SchoolId: schools[0], Ground: "hardship"})
	f.must(err)
	_, err = f.client.DecideAppeal(f.staff("edu-3"), &educationv1.DecideAppealRequest{AppealId: filed.GetAppealId(), Outcome: "upheld", Relief: "seat", ReasonCode: "fact_shown"})
	f.must(err)
	better := f.application("worker-1", app).GetBetterOfferId()
	_, err = f.client.DeclinePlace(f.Worker("worker-1"), &educationv1.DeclinePlaceRequest{OfferId: better})
	f.must(err)
	f.state("worker-1", app, "accepted")
	// Given up with the application: both places are free.
	_, err = f.client.WithdrawApplication(f.Worker("worker-1"), &educationv1.WithdrawApplicationRequest{ApplicationId: app})
	f.must(err)
	_, err = f.client.EndRound(f.staff("edu-1"), &educationv1.EndRoundRequest{RoundId: round})
	f.must(err)
	if f.free(schools[0]) != 2 || f.free(schools[1]) != 1 {
		t.Error(f.free(schools[0]), f.free(schools[1]))
	}
}

// A paper or a witness gives the class that a record gives.
func TestAPaperGivesTheSameClass(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 2)
	round := f.round("primary", map[string]int32{school: 2})
	app := f.apply("worker-1")
	f.file("worker-1", round, app, school)
	_, err := f.client.RecordPaper(f.Officer("edu"), &educationv1.RecordPaperRequest{ApplicationId: app, Kind: "residence", Form: "witness", Since: "2026-01-01"})
	refused(t, err, "education.paper") // which township?
	_, err = f.client.RecordPaper(f.Officer("edu"), &educationv1.RecordPaperRequest{ApplicationId: app, Kind: "residence", Form: "witness", Since: "2026-01-01", Code: "654301001"})
	f.must(err)
	e := f.entry("worker-1", app)
	if c := e.GetChoices()[0]; c.GetPriorityClass() != 3 || c.GetGround() != "residence" {
		t.Errorf("%v", c)
	}
	if !slices.ContainsFunc(e.GetDocuments(), func(d *educationv1.Document) bool {
		return d.GetKind() == "home_proof" && d.GetState() == "there" && d.GetForm() == "witness"
	}) {
		t.Errorf("%v", e.GetDocuments())
	}
}

// The next round knows by our own records that a brother or sister is there.
func TestASiblingIsKnownByOurOwnRecord(t *testing.T) {
	f := start(t)
	school := f.school("第1小学", 3)
	first := f.apply("worker-1", school)
	_, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: f.offer(first, school)})
	f.must(err)
	round := f.round("primary", map[string]int32{school: 2})
	second := f.apply("worker-1", school)
	f.file("worker-1", round, second, school)
	if c := f.entry("worker-1", second).GetChoices()[0]; c.GetPriorityClass() != 1 || c.GetGround() != "sibling" {
		t.Errorf("%v", c)
	}
}

func TestExamSelfCheckKeepsNothing(t *testing.T) {
	f := start(t)
	got, err := f.client.CheckExam(f.Worker("worker-1"), &educationv1.CheckExamRequest{County: county, JobMonths: 20, HomeMonths: 3, InsuranceMonths: 20, SchoolingYears: 4})
	if err != nil || got.GetOutcome() != "not_met" || len(got.GetReasons()) != 4 {
		t.Fatal(got, err)
	}
	whole(t, got.GetReasons())
	got, err = f.client.CheckExam(f.Worker("worker-1"), &educationv1.CheckExamRequest{County: county, JobMonths: 20, HomeMonths: 30, InsuranceMonths: 20, SchoolingYears: 4})
	if err != nil || got.GetOutcome() != "met" {
		t.Error(got, err)
	}
	_, err = f.client.CheckExam(f.Worker("worker-1"), &educationv1.CheckExamRequest{County: county, JobMonths: -1})
	refused(t, err, "rpc.field")
}

func TestASchoolLeaverGetsAVocationalPlaceAndTheGrant(t *testing.T) {
	f := start(t)
	got, err := f.client.AddSchool(f.officer(county), &educationv1.AddSchoolRequest{Name: "阿勒泰职业技术学校", Kind: "public", County: county, Stage: "vocational", Places: 5})
	f.must(err)
	applied, err := f.client.ApplyForPlace(f.Worker("worker-1"), &educationv1.ApplyForPlaceRequest{Worker: "worker-1", ChildId: f.children.of("worker-1"), Stage: "vocational", County: county, SchoolIds: []string{got.GetSchoolId()}, AtOnce: true})
	f.must(err)
	id := applied.GetApplicationId()
	_, err = f.client.AskGrant(f.Worker("worker-1"), &educationv1.AskGrantRequest{ApplicationId: id})
	f.must(err)
	_, err = f.client.DecideGrant(f.staff("edu-1"), &educationv1.DecideGrantRequest{ApplicationId: id})
	refused(t, err, "education.grant.state")
	_, err = f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: applied.GetOfferId()})
	f.must(err)
	waiting, err := f.client.ListGrants(f.staff("edu-1"), &educationv1.ListGrantsRequest{})
	if err != nil || len(waiting.GetGrants()) != 1 {
		t.Errorf("without naming a county, of the own: %v %v", waiting, err)
	}
	if waiting, err = f.client.ListGrants(f.officer("654326"), &educationv1.ListGrantsRequest{}); err != nil || len(waiting.GetGrants()) != 0 {
		t.Errorf("another county's grants are listed: %v %v", waiting, err)
	}
	if waiting, err = f.client.ListGrants(f.officer("654326"), &educationv1.ListGrantsRequest{County: county}); err == nil {
		t.Errorf("another county's grants are listed: %v", waiting)
	}
	waiting, err = f.client.ListGrants(f.staff("edu-1"), &educationv1.ListGrantsRequest{County: county})
	if err != nil || len(waiting.GetGrants()) != 1 || waiting.GetGrants()[0].GetApplicationState() != "accepted" {
		t.Errorf("%v %v", waiting, err)
	}
	_, err = f.client.DecideGrant(f.staff("edu-1"), &educationv1.DecideGrantRequest{ApplicationId: id})
	f.must(err)
	if waiting, err = f.client.ListGrants(f.staff("edu-1"), &educationv1.ListGrantsRequest{}); err != nil || len(waiting.GetGrants()) != 0 {
		t.Errorf("what was decided waits: %v %v", waiting, err)
	}
	a := f.application("worker-1", id)
	if a.GetGrantState() != "approved" || len(a.GetReasons()) != 1 || a.GetReasons()[0].GetRuleId() != "SC-06" {
		t.Errorf("%v", a)
	}
}

// A place that an officer offered while the list was fixed costs the child
// nothing, whatever comes of it: its round considers it, or the bureau has a task.
func TestAnOfferBesideARoundForgetsNobody(t *testing.T) { both(t, besideARound) }

func besideARound(t *testing.T, f *fixture) {
	schools := []string{f.school("第1小学", 1), f.school("第2小学", 4)}
	round := f.round("primary", map[string]int32{schools[0]: 1})
	apps, offers := map[string]string{}, map[string]string{}
	for _, worker := range []string{"declines", "lapses", "undoes", "waits"} {
		apps[worker] = f.apply(worker)
		f.file(worker, round, apps[worker], schools[0])
		if worker != "waits" {
			offers[worker] = f.offer(apps[worker], schools[1])
		}
	}
	_, err := f.client.AcceptPlace(f.Counter("edu", "undoes"), &educationv1.AcceptPlaceRequest{OfferId: offers["undoes"]})
	f.must(err)
	if got := f.draw(round); got.GetPlaced() != 1 || got.GetUnplaced() != 2 {
		t.Fatalf("%v: who has an open offer takes part, who accepted does not", got)
	}
	decline := func(worker string) {
		t.Helper()
		_, err := f.client.DeclinePlace(f.Worker(worker), &educationv1.DeclinePlaceRequest{OfferId: f.application(worker, apps[worker]).GetOfferId()})
		f.must(err)
	}
	decline("declines")
	if f.application("waits", apps["waits"]).GetState() == "offered" {
		decline("waits")
	}
	f.delivered("lapses", offers["lapses"])
	// The list was fixed without the one who had accepted: only the bureau finds it a place.
	_, err = f.client.UndoAcceptance(f.Worker("undoes"), &educationv1.UndoAcceptanceRequest{OfferId: offers["undoes"]})
	f.must(err)
	if e := f.entry("undoes", apps["undoes"]); e.GetTask().GetState() != "open" || e.GetTicket() != "" {
		t.Errorf("%v", e)
	}
	if e := f.entry("declines", apps["declines"]); e.GetTask() != nil || e.GetTicket() == "" {
		t.Errorf("its round runs, and considers it: %v", e)
	}
	_, err = f.client.EndRound(f.staff("edu-1"), &educationv1.EndRoundRequest{RoundId: round})
	f.must(err)
	f.clock.Advance(8 * 24 * time.Hour)
	f.Settle()
	for worker, id := range apps {
		f.state(worker, id, "submitted")
		if f.entry(worker, id).GetTask().GetState() != "open" {
			t.Errorf("%s has neither a place nor a task", worker)
		}
	}
}
