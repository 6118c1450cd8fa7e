package education_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// refused fails unless an error has a code.
func (f *fixture) refused(code string, err error) {
	f.t.Helper()
	var e *errs.Error
	if !errors.As(err, &e) || e.Code != code {
		f.t.Errorf("%v, not %s", err, code)
	}
}

// both runs a test on both databases.
func both(t *testing.T, test func(*testing.T, *fixture)) {
	t.Run("sqlite", func(t *testing.T) { test(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		f := start(t, func(d *run.Deps) { d.Database = address })
		db, err := sqldb.Open(context.Background(), address)
		f.must(err)
		t.Cleanup(func() { f.must(db.Close()) })
		f.db = db
		test(t, f)
	})
}

// bundle reads and verifies what is published of a round.
func (f *fixture) bundle(round string) *allocate.Verified {
	f.t.Helper()
	var all []byte
	for part, parts := int32(0), int32(1); part < parts; part++ {
		got, err := f.client.GetBundle(f.Worker("worker-0"), &educationv1.GetBundleRequest{RoundId: round, Part: part})
		f.must(err)
		all, parts = append(all, got.GetData()...), got.GetParts()
	}
	v, err := allocate.VerifyBundle(bytes.NewReader(all))
	if err != nil {
		f.t.Fatalf("what is published does not verify: %v\n%s", err, all)
	}
	return v
}

// family is one family of a drawn round.
type family struct {
	worker, application, ticket string
	choice                      int32
}

// drawn draws a round of two schools with a seat each for four children, who
// want the first school more.
func (f *fixture) drawn() (round string, schools []string, all []family) {
	f.t.Helper()
	schools = []string{f.school("第1小学", 1), f.school("第2小学", 1)}
	round = f.round("primary", map[string]int32{schools[0]: 1, schools[1]: 1})
	for i := range 4 {
		v := family{worker: fmt.Sprint("worker-", i)}
		v.application = f.apply(v.worker)
		v.ticket = f.file(v.worker, round, v.application, schools...).GetTicket()
		all = append(all, v)
	}
	f.draw(round)
	for i := range all {
		all[i].choice = f.entry(all[i].worker, all[i].application).GetChoice()
	}
	slices.SortFunc(all, func(a, b family) int { return int(a.choice+3)%4 - int(b.choice+3)%4 }) // the first choice, the second, none, none
	return round, schools, all
}

// Point 5: a fault that is found after the results takes nothing from anybody;
// who was wronged gets a place beyond the capacity, and the corrected draw is
// published beside the first.
func TestAFaultFoundAfterTheResultsTakesNothingAway(t *testing.T) { both(t, aFault) }

func aFault(t *testing.T, f *fixture) {
	round, schools, all := f.drawn()
	first, second, wronged := all[0], all[1], all[2]
	_, err := f.client.AcceptPlace(f.Worker(first.worker), &educationv1.AcceptPlaceRequest{OfferId: f.application(first.worker, first.application).GetOfferId()})
	f.must(err)
	fault := &educationv1.CorrectRoundRequest{
		RoundId: round, ReasonCode: "class", Relief: "seat",
		Classes: []*educationv1.ClassMend{{ApplicationId: wronged.application, SchoolId: schools[0], PriorityClass: 1}},
	}
	for name, bad := range map[string]*educationv1.CorrectRoundRequest{
		"education.correction.reason":  {RoundId: round, Relief: "seat", Classes: fault.Classes},
		"education.correction.nothing": {RoundId: round, ReasonCode: "class", Relief: "seat"},
		"education.correction.entry":   {RoundId: round, ReasonCode: "class", Relief: "seat", Classes: []*educationv1.ClassMend{{ApplicationId: "x", SchoolId: schools[0], PriorityClass: 1}}},
	} {
		_, err := f.client.CorrectRound(f.staff("edu-1"), bad)
		f.refused(name, err)
	}
	got, err := f.client.CorrectRound(f.staff("edu-1"), fault)
	f.must(err)
	if got.GetWronged() != 1 {
		t.Errorf("%d were wronged, not 1", got.GetWronged())
	}
	if v := f.bundle(round); len(v.Corrections) != 0 || f.application(wronged.worker, wronged.application).GetState() != "submitted" {
		t.Error("a proposal of one officer changed something")
	}
	take := func(who string) error {
		_, err := f.client.DecideCorrection(f.staff(who), &educationv1.DecideCorrectionRequest{CorrectionId: got.GetCorrectionId(), Outcome: "taken"})
		return err
	}
	for _, who := range []string{"edu-1", "EDU-1", "ｅｄｕ－1"} {
		f.refused("education.correction.same_officer", take(who))
	}
	f.must(take("edu-2"))
	f.refused("education.correction.state", take("edu-2"))

	if a := f.application(first.worker, first.application); a.GetState() != "accepted" || a.GetOfferedSchoolId() != schools[0] {
		t.Errorf("who gained by the fault lost an accepted place: %v", a)
	}
	if a := f.application(second.worker, second.application); a.GetState() != "offered" || a.GetOfferedSchoolId() != schools[1] {
		t.Errorf("an offer was taken away: %v", a)
	}
	a := f.application(wronged.worker, wronged.application)
	if a.GetState() != "offered" || a.GetOfferedSchoolId() != schools[0] || a.GetWay() != "added_place" {
		t.Errorf("who was wronged has no place: %v", a)
	}
	e := f.entry(wronged.worker, wronged.application)
	if r := e.GetReasons()[0]; r.GetOutcome() != "met" || !slices.ContainsFunc(r.GetFacts(), func(x *platformv1.ReasonFact) bool { return x.GetName() == "draw_fault" && x.GetValue() == "class" }) {
		t.Errorf("the family is not told why: %v", r)
	}
	v := f.bundle(round)
	if len(v.Corrections) != 1 || len(v.Corrections[0].Wronged) != 1 || v.Corrections[0].Entries[v.Corrections[0].Wronged[0].Entry].Ticket != wronged.ticket || v.Corrections[0].Witnesses != [2]string{"edu-1", "edu-2"} {
		t.Errorf("the corrected draw is not published beside the first: %+v", v.Corrections)
	}
	if history := f.history(round + "/" + wronged.application); history[len(history)-1].Type != "education.wrong.mended.v1" {
		t.Error("the family gets no message")
	}
	shown, err := f.client.GetRound(f.Worker("worker-0"), &educationv1.GetRoundRequest{RoundId: round})
	f.must(err)
	if c := shown.GetRound().GetCorrections(); len(c) != 1 || c[0].GetReasonCode() != "class" || c[0].GetWronged() != 1 {
		t.Errorf("%v", c)
	}
	// The second pass goes by the corrected list, and is published too.
	_, err = f.client.DeclinePlace(f.Worker(second.worker), &educationv1.DeclinePlaceRequest{OfferId: f.application(second.worker, second.application).GetOfferId()})
	f.must(err)
	_, err = f.client.RunSecondPass(f.staff("edu-1"), &educationv1.RunSecondPassRequest{RoundId: round})
	f.must(err)
	if v := f.bundle(round); len(v.Passes) != 1 || v.Passes[0].N != 2 || len(v.Passes[0].Takes) != 2 {
		t.Errorf("the second pass is not published: %+v", v.Passes)
	}
	if f.entry(first.worker, first.application).GetProof() == nil {
		t.Error("the receipt's proof is gone")
	}
}

// Who accepted a place that was wanted less is offered the better one beside it;
// the accepted one stays until the guardian takes the other.
func TestWhoWasWrongedKeepsWhatWasAccepted(t *testing.T) { both(t, aBetter) }

func aBetter(t *testing.T, f *fixture) {
	round, schools, all := f.drawn()
	for _, v := range all[:2] {
		_, err := f.client.AcceptPlace(f.Worker(v.worker), &educationv1.AcceptPlaceRequest{OfferId: f.application(v.worker, v.application).GetOfferId()})
		f.must(err)
	}
	wronged := all[1]
	got, err := f.client.CorrectRound(f.staff("edu-1"), &educationv1.CorrectRoundRequest{
		RoundId: round, ReasonCode: "seats", Relief: "seat", Seats: []*educationv1.SeatsMend{{SchoolId: schools[0], Seats: 2}},
	})
	f.must(err)
	if got.GetWronged() != 2 { // the second to the first school, and a third to the second
		t.Errorf("%d were wronged", got.GetWronged())
	}
	_, err = f.client.DecideCorrection(f.staff("edu-2"), &educationv1.DecideCorrectionRequest{CorrectionId: got.GetCorrectionId(), Outcome: "taken"})
	f.must(err)
	a := f.application(wronged.worker, wronged.application)
	if a.GetState() != "accepted" || a.GetOfferedSchoolId() != schools[1] || a.GetBetterSchoolId() != schools[0] {
		t.Fatalf("%v", a)
	}
	_, err = f.client.AcceptPlace(f.Worker(wronged.worker), &educationv1.AcceptPlaceRequest{OfferId: a.GetBetterOfferId()})
	f.must(err)
	if a := f.application(wronged.worker, wronged.application); a.GetOfferedSchoolId() != schools[0] || a.GetBetterOfferId() != "" {
		t.Errorf("%v", a)
	}
	if a := f.application(all[0].worker, all[0].application); a.GetState() != "accepted" || a.GetOfferedSchoolId() != schools[0] {
		t.Errorf("%v", a)
	}
}

// A child that the list forgot, and whom the corrected draw would place, gets a
// clocked task of the bureau where no seat is added; the task's way out works.
func TestAForgottenChildGetsATask(t *testing.T) { both(t, aForgotten) }

func aForgotten(t *testing.T, f *fixture) {
	round, schools, _ := f.drawn()
	late := f.apply("worker-9")
	got, err := f.client.CorrectRound(f.staff("edu-1"), &educationv1.CorrectRoundRequest{
		RoundId: round, ReasonCode: "entry", Relief: "task", Added: []*educationv1.EntryMend{{ApplicationId: late, SchoolIds: schools}},
		Seats: []*educationv1.SeatsMend{{SchoolId: schools[0], Seats: 5}},
	})
	f.must(err)
	_, err = f.client.DecideCorrection(f.staff("edu-2"), &educationv1.DecideCorrectionRequest{CorrectionId: got.GetCorrectionId(), Outcome: "taken"})
	f.must(err)
	e := f.entry("worker-9", late)
	if e.GetTask().GetState() != "open" || e.GetTask().GetDueOn() == "" || e.GetRoundId() != round {
		t.Fatalf("%v", e)
	}
	tasks, err := f.client.ListTasks(f.officer(county), &educationv1.ListTasksRequest{County: county})
	f.must(err)
	i := slices.IndexFunc(tasks.GetTasks(), func(v *educationv1.Task) bool { return v.GetApplicationId() == late })
	if i < 0 || tasks.GetTasks()[i].GetWays() == nil {
		t.Fatal("the bureau has no task with a way out")
	}
	_, err = f.client.OfferWayOut(f.staff("edu-1"), &educationv1.OfferWayOutRequest{TaskId: tasks.GetTasks()[i].GetTaskId(), Way: "added_place", SchoolId: schools[0]})
	f.must(err)
	if a := f.application("worker-9", late); a.GetState() != "offered" {
		t.Errorf("%v", a)
	}
	if v := f.bundle(round); len(v.Corrections) != 1 || len(v.Corrections[0].Entries) != 5 {
		t.Errorf("%+v", v.Corrections)
	}
}

// A child that the list was fixed without, since it had accepted a place, can be
// added when that is undone, whatever was filed for it before.
func TestAnEntryThatWasDroppedCanBeAdded(t *testing.T) { both(t, aDropped) }

func aDropped(t *testing.T, f *fixture) {
	schools := []string{f.school("第1小学", 1), f.school("第2小学", 4)}
	round := f.round("primary", map[string]int32{schools[0]: 1})
	first, dropped := f.apply("worker-1"), f.apply("worker-2")
	f.file("worker-1", round, first, schools[0])
	for range 2 {
		f.file("worker-2", round, dropped, schools[0])
	}
	offer := f.offer(dropped, schools[1])
	_, err := f.client.AcceptPlace(f.Counter("edu", "worker-2"), &educationv1.AcceptPlaceRequest{OfferId: offer})
	f.must(err)
	f.draw(round)
	_, err = f.client.UndoAcceptance(f.Worker("worker-2"), &educationv1.UndoAcceptanceRequest{OfferId: offer})
	f.must(err)
	got, err := f.client.CorrectRound(f.staff("edu-1"), &educationv1.CorrectRoundRequest{
		RoundId: round, ReasonCode: "entry", Relief: "seat", Added: []*educationv1.EntryMend{{ApplicationId: dropped, SchoolIds: schools[:1]}},
		Seats: []*educationv1.SeatsMend{{SchoolId: schools[0], Seats: 2}},
	})
	f.must(err)
	_, err = f.client.DecideCorrection(f.staff("edu-2"), &educationv1.DecideCorrectionRequest{CorrectionId: got.GetCorrectionId(), Outcome: "taken"})
	f.must(err)
	if e := f.entry("worker-2", dropped); e.GetRoundId() != round || f.application("worker-2", dropped).GetOfferedSchoolId() != schools[0] {
		t.Errorf("%v", e)
	}
	_, err = f.client.DeclinePlace(f.Worker("worker-2"), &educationv1.DeclinePlaceRequest{OfferId: f.application("worker-2", dropped).GetOfferId()})
	f.must(err)
	if _, err = f.client.RunSecondPass(f.staff("edu-1"), &educationv1.RunSecondPassRequest{RoundId: round}); err != nil {
		t.Errorf("a later pass does not go by the ticket that was published: %v", err)
	}
	f.bundle(round)
}

// A proposal can be dropped, by the one who made it too; nothing came of it.
func TestAProposedCorrectionCanBeDropped(t *testing.T) {
	f := start(t)
	round, schools, _ := f.drawn()
	got, err := f.client.CorrectRound(f.staff("edu-1"), &educationv1.CorrectRoundRequest{RoundId: round, ReasonCode: "seats", Relief: "seat", Seats: []*educationv1.SeatsMend{{SchoolId: schools[0], Seats: 2}}})
	f.must(err)
	_, err = f.client.DecideCorrection(f.staff("edu-1"), &educationv1.DecideCorrectionRequest{CorrectionId: got.GetCorrectionId(), Outcome: "dropped"})
	f.must(err)
	list, err := f.client.ListCorrections(f.officer(county), &educationv1.ListCorrectionsRequest{RoundId: round})
	f.must(err)
	if c := list.GetCorrections(); len(c) != 1 || c[0].GetState() != "dropped" || len(f.bundle(round).Corrections) != 0 {
		t.Errorf("%v", c)
	}
}

// Page 11: a round that was planned wrongly is mended or cancelled with a reason;
// its seats are free again, families are told, and another can be planned.
func TestARoundPlannedWronglyIsChangedOrCancelled(t *testing.T) { both(t, aWrongPlan) }

func aWrongPlan(t *testing.T, f *fixture) {
	today := clock.Today(f.clock)
	plan := func(change func(*educationv1.PlanRoundRequest)) (string, error) {
		req := &educationv1.PlanRoundRequest{County: county, Stage: "primary", OpensOn: today.String(), ClosesOn: today.String(), DrawOn: today.String(), Tie: "single", FigureSource: "双色球开奖号码，中国福彩网", FigureOn: today.String()}
		change(req)
		got, err := f.client.PlanRound(f.staff("A001"), req)
		return got.GetRoundId(), err
	}
	for code, change := range map[string]func(*educationv1.PlanRoundRequest){
		"education.round.past":   func(r *educationv1.PlanRoundRequest) { r.OpensOn = today.AddDays(-9).String() },
		"education.round.dates":  func(r *educationv1.PlanRoundRequest) { r.DrawOn = today.AddDays(-9).String() },
		"education.round.figure": func(r *educationv1.PlanRoundRequest) { r.FigureSource = "x" },
	} {
		_, err := plan(change)
		f.refused(code, err)
	}
	round, err := plan(func(*educationv1.PlanRoundRequest) {})
	f.must(err)
	school := f.school("第1小学", 2)
	_, err = f.client.SetSeats(f.staff("edu-1"), &educationv1.SetSeatsRequest{RoundId: round, SchoolId: school, Seats: 2})
	f.must(err)
	_, err = f.client.OpenRound(f.staff("edu-1"), &educationv1.OpenRoundRequest{RoundId: round})
	f.must(err)
	application := f.apply("worker-1")
	f.file("worker-1", round, application, school)

	later := today.AddDays(7).String()
	_, err = f.client.ChangeRound(f.staff("edu-1"), &educationv1.ChangeRoundRequest{RoundId: round, ClosesOn: later, FigureOn: later, DrawOn: later})
	f.refused("education.round.reason", err)
	_, err = f.client.ChangeRound(f.staff("edu-1"), &educationv1.ChangeRoundRequest{RoundId: round, ClosesOn: today.AddDays(-1).String(), ReasonCode: "dates"})
	f.refused("education.round.past", err)
	_, err = f.client.ChangeRound(f.staff("edu-1"), &educationv1.ChangeRoundRequest{RoundId: round, ClosesOn: later, FigureOn: later, DrawOn: later, ReasonCode: "dates"})
	f.must(err)
	shown, err := f.client.GetRound(f.Worker("worker-1"), &educationv1.GetRoundRequest{RoundId: round})
	f.must(err)
	if r := shown.GetRound(); r.GetClosesOn() != later || r.GetPlannedBy() != "a001" || r.GetReasonCode() != "dates" || r.GetState() != "open" {
		t.Errorf("%v", r)
	}
	_, err = f.client.CancelRound(f.staff("edu-1"), &educationv1.CancelRoundRequest{RoundId: round})
	f.refused("education.round.reason", err)
	_, err = f.client.CancelRound(f.staff("edu-1"), &educationv1.CancelRoundRequest{RoundId: round, ReasonCode: "figure"})
	f.must(err)
	if f.free(school) != 2 {
		t.Error("a cancelled round holds its seats")
	}
	var told []string
	for _, e := range f.history(round + "/" + application) {
		if e.Type == "education.round.noticed.v1" && e.Worker == "worker-1" {
			told = append(told, e.Type)
		}
	}
	if len(told) != 2 {
		t.Errorf("the family was told %d times, not of the change and of the end", len(told))
	}
	if e := f.entry("worker-1", application); e.GetRoundId() != round || e.GetOutcome() != "filed" {
		t.Errorf("%v", e)
	}
	for _, act := range []func() error{
		func() error {
			_, err := f.client.CancelRound(f.staff("edu-1"), &educationv1.CancelRoundRequest{RoundId: round, ReasonCode: "figure"})
			return err
		},
		func() error {
			_, err := f.client.ChangeRound(f.staff("edu-1"), &educationv1.ChangeRoundRequest{RoundId: round, ReasonCode: "figure"})
			return err
		},
		func() error {
			_, err := f.client.CloseRound(f.staff("edu-1"), &educationv1.CloseRoundRequest{RoundId: round})
			return err
		},
		func() error {
			_, err := f.client.SetSeats(f.staff("edu-1"), &educationv1.SetSeatsRequest{RoundId: round, SchoolId: school, Seats: 1})
			return err
		},
	} {
		if err := act(); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a cancelled round goes on: %v", err)
		}
	}
	again := f.round("primary", map[string]int32{school: 2})
	f.file("worker-1", again, application, school)
	f.draw(again)
	_, err = f.client.CancelRound(f.staff("edu-1"), &educationv1.CancelRoundRequest{RoundId: again, ReasonCode: "figure"})
	f.refused("education.round.results", err)
}

// K7: one child entered twice is shown to the bureau before the list is fixed,
// and a person says what it is.
func TestLikelyDoublesAreShownBeforeTheListIsFixed(t *testing.T) { both(t, doubles) }

func doubles(t *testing.T, f *fixture) {
	school := f.school("第1小学", 9)
	round := f.round("primary", map[string]int32{school: 9})
	apps, kids := map[string]string{}, map[string]string{}
	for _, worker := range []string{"father", "mother", "other", "twin"} {
		apps[worker] = f.apply(worker)
		kids[worker] = f.application(worker, apps[worker]).GetChildId()
		f.file(worker, round, apps[worker], school)
	}
	f.children.doubles = []*registryv1.LikelyDouble{
		{FirstId: kids["father"], SecondId: kids["mother"], Grounds: []string{"same_name", "two_guardians"}},
		{FirstId: kids["other"], SecondId: kids["twin"], Grounds: []string{"similar_name", "one_guardian"}},
	}
	_, err := f.client.CloseRound(f.staff("edu-1"), &educationv1.CloseRoundRequest{RoundId: round})
	f.must(err)
	commit := func(anyway bool) error {
		_, err := f.client.CommitRound(f.staff("edu-1"), &educationv1.CommitRoundRequest{RoundId: round, AcceptUndecided: anyway})
		return err
	}
	f.refused("education.doubles.open", commit(false)) // nobody asked for doubles: it is done before
	found, err := f.client.FindDoubles(f.staff("edu-1"), &educationv1.FindDoublesRequest{RoundId: round})
	f.must(err)
	list, err := f.client.ListDoubles(f.officer(county), &educationv1.ListDoublesRequest{RoundId: round})
	f.must(err)
	if found.GetDoublesCount() != 2 || len(list.GetDoubles()) != 2 {
		t.Fatalf("%v, %v", found, list)
	}
	decide := func(d *educationv1.Double, outcome, gone, why string) error {
		_, err := f.client.DecideDouble(f.staff("edu-1"), &educationv1.DecideDoubleRequest{DoubleId: d.GetDoubleId(), Outcome: outcome, WithdrawnId: gone, ReasonCode: why})
		return err
	}
	for _, d := range list.GetDoubles() {
		f.refused("education.double.outcome", decide(d, "", "", "papers_shown"))
		f.refused("education.double.outcome", decide(d, "same", apps["nobody"], "papers_shown"))
		f.refused("education.double.outcome", decide(d, "two", "", ""))
		if slices.Contains(d.GetGrounds(), "two_guardians") {
			f.must(decide(d, "same", apps["mother"], "papers_shown"))
		} else {
			f.refused("education.doubles.open", commit(false))
			f.must(decide(d, "two", "", "guardians_said"))
		}
		f.refused("education.double.decided", decide(d, "two", "", "guardians_said"))
	}
	if a := f.application("mother", apps["mother"]); a.GetState() != "withdrawn" {
		t.Errorf("%v", a)
	}
	for _, worker := range []string{"father", "mother"} {
		if !slices.ContainsFunc(f.history(round+"/"+apps[worker]), func(e event.Event) bool { return e.Type == "education.double.decided.v1" && e.Worker == worker }) {
			t.Errorf("%s is not told", worker)
		}
	}
	f.must(commit(false))
	shown, err := f.client.GetRound(f.Worker("other"), &educationv1.GetRoundRequest{RoundId: round})
	f.must(err)
	if shown.GetRound().GetEntriesCount() != 3 {
		t.Errorf("%d entries, not 3", shown.GetRound().GetEntriesCount())
	}
}
