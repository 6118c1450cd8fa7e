//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"testing"

	"github.com/qiao-platform/qiao/pkg/allocate"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/proto/contract"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// roundsCounty is one that no other test uses: rounds are a county's.
const roundsCounty = "654326"

// figure is what two officers read in the same newspaper.
const figure = "03 11 17 22 28 33 + 09"

// staff is an officer of a department with a number of his own.
func (l *life) staff(department, number string) context.Context {
	return l.as(auth.Principal{Kind: auth.Officer, Subject: number, Department: department, Via: auth.ViaCounter})
}

// neighbour is another worker with a child on the same platform.
func (l *life) neighbour() *life {
	l.t.Helper()
	other := *l
	other.worker = l.newcomer()
	other.child = must(l.registry.RegisterChild(other.me(), &registryv1.RegisterChildRequest{Worker: other.worker, Name: "邻家儿", BirthDate: l.today.AddYears(-7).String(), County: roundsCounty}))(l.t).GetChildId()
	return &other
}

// explained fails unless each reason that stands in the way is complete, and
// there is one.
func explained(t *testing.T, all []*platformv1.Reason) {
	t.Helper()
	unmet := 0
	for _, r := range all {
		if r.GetOutcome() == "met" {
			continue
		}
		unmet++
		if r.GetRuleId() == "" || r.GetSource() == "" || len(r.GetFacts()) == 0 || len(r.GetChanges()) == 0 || len(r.GetAppeals()) == 0 {
			t.Errorf("not the whole reason: %v", r)
		}
	}
	if unmet == 0 {
		t.Errorf("nothing says why not: %v", all)
	}
}

// checked verifies a published bundle as anybody could.
func checked(t *testing.T, bundle []byte, root string, placed int) {
	t.Helper()
	v, err := allocate.VerifyBundle(bytes.NewReader(bundle))
	if err != nil || v.Root != root || v.Placed != placed {
		t.Fatalf("%v: %+v", err, v)
	}
	bundle[len(bundle)/2] ^= 1
	if _, err := allocate.VerifyBundle(bytes.NewReader(bundle)); err == nil {
		t.Error("an altered bundle verifies")
	}
}

// TestARoundOfEach runs a round of school places, of posts at a fair and of
// homes by events through every service, on both ways to run the platform.
func TestARoundOfEach(t *testing.T) { eachPlatform(t, aRoundOfEach) }

func aRoundOfEach(t *testing.T, caller contract.Caller) {
	l := begin(t, caller)
	other := l.neighbour()
	t.Run("school places", func(t *testing.T) { l.t, other.t = t, t; schoolRound(t, l, other) })
	t.Run("a job fair", func(t *testing.T) { l.t, other.t = t, t; jobFair(t, l, other) })
	t.Run("homes", func(t *testing.T) { l.t, other.t = t, t; homesRound(t, l, other) })
}

// schoolRound has two children for one seat: one has a place, and the bureau a
// clocked task to find one for the other.
func schoolRound(t *testing.T, l, other *life) {
	first, second := l.staff("edu", "edu-1"), l.staff("edu", "edu-2")
	school := must(l.education.AddSchool(first, &educationv1.AddSchoolRequest{Name: "轮次小学", Kind: "public", County: roundsCounty, Stage: "primary", Places: 1, Reference: rand.Text()}))(t).GetSchoolId()
	day := l.today.String()
	round := must(l.education.PlanRound(first, &educationv1.PlanRoundRequest{County: roundsCounty, Stage: "primary", OpensOn: day, ClosesOn: day, DrawOn: day, Tie: "single", FigureSource: "双色球开奖号码，中国福彩网", FigureOn: day}))(t).GetRoundId()
	must(l.education.SetSeats(first, &educationv1.SetSeatsRequest{RoundId: round, SchoolId: school, Seats: 1}))(t)
	must(l.education.OpenRound(first, &educationv1.OpenRoundRequest{RoundId: round}))(t)
	cases := map[*life]string{}
	for _, who := range []*life{l, other} {
		id := must(who.education.ApplyForPlace(who.me(), &educationv1.ApplyForPlaceRequest{Worker: who.worker, ChildId: who.child, Stage: "primary", County: roundsCounty, SchoolIds: []string{school}}))(t).GetApplicationId()
		must(who.education.FileChoices(who.me(), &educationv1.FileChoicesRequest{RoundId: round, ApplicationId: id, SchoolIds: []string{school}, Word: "白桦"}))(t)
		cases[who] = id
	}
	must(l.education.CloseRound(first, &educationv1.CloseRoundRequest{RoundId: round}))(t)
	root := must(l.education.CommitRound(first, &educationv1.CommitRoundRequest{RoundId: round}))(t).GetRoot()
	must(l.education.TypeFigure(first, &educationv1.TypeFigureRequest{RoundId: round, Figure: figure}))(t)
	if _, err := l.education.ConfirmFigure(first, &educationv1.ConfirmFigureRequest{RoundId: round, Figure: figure}); err == nil {
		t.Error("one officer confirms his own figure")
	}
	if r := must(l.education.ConfirmFigure(second, &educationv1.ConfirmFigureRequest{RoundId: round, Figure: figure}))(t); r.GetPlaced() != 1 || r.GetUnplaced() != 1 {
		t.Fatalf("%v", r)
	}
	var bundle []byte
	for part, parts := int32(0), int32(1); part < parts; part++ {
		r := must(l.education.GetBundle(l.me(), &educationv1.GetBundleRequest{RoundId: round, Part: part}))(t)
		bundle, parts = append(bundle, r.GetData()...), r.GetParts()
	}
	checked(t, bundle, root, 1)
	l.settle()
	for who, id := range cases {
		e := must(who.education.GetEntry(who.me(), &educationv1.GetEntryRequest{ApplicationId: id}))(t).GetEntry()
		if e.GetOutcome() == "unplaced" {
			explained(t, e.GetReasons())
			continue
		}
		offer := must(who.education.GetApplication(who.me(), &educationv1.GetApplicationRequest{ApplicationId: id}))(t).GetApplication().GetOfferId()
		must(who.education.AcceptPlace(who.me(), &educationv1.AcceptPlaceRequest{OfferId: offer}))(t)
		who.settle()
		who.saw("education.place.offered.v1", "education.place.accepted.v1")
	}
	must(l.education.RunSecondPass(first, &educationv1.RunSecondPassRequest{RoundId: round}))(t)
	must(l.education.EndRound(first, &educationv1.EndRoundRequest{RoundId: round}))(t)
	tasks := must(l.education.ListTasks(first, &educationv1.ListTasksRequest{County: roundsCounty}))(t).GetTasks()
	if len(tasks) != 1 || tasks[0].GetState() != "open" || tasks[0].GetDueOn() == "" || len(tasks[0].GetWays()) == 0 {
		t.Errorf("no clocked task with ways out for the child without a place: %v", tasks)
	}
}

// jobFair has two workers wish for one post: one is proposed and accepts, the
// other is told why not.
func jobFair(t *testing.T, l, other *life) {
	first, second, day := l.staff("hrss", "hrss-1"), l.staff("hrss", "hrss-2"), l.today.String()
	post := must(l.employment.PublishVacancy(l.officer("hrss"), &employmentv1.PublishVacancyRequest{
		Uscc: l.uscc, Title: "保洁人员", Occupation: "4-09", Headcount: 1, WageMinFen: 300_000, WageMaxFen: 400_000, County: roundsCounty, Reference: rand.Text()}))(t).GetVacancyId()
	fair := must(l.employment.PlanFair(first, &employmentv1.PlanFairRequest{Campaign: "spring_breeze", Division: roundsCounty, StartsOn: day, EndsOn: l.today.AddDays(1).String(), ClosesOn: day, MatchOn: day, Tie: "single", FigureName: "双色球开奖号码，中国福彩网", Venue: "会展中心", Hours: "10:00-16:00"}))(t).GetFairId()
	must(l.employment.EnterFairPost(l.boss(), &employmentv1.EnterFairPostRequest{FairId: fair, VacancyId: post, Seats: 1}))(t)
	for _, who := range []*life{l, other} {
		must(who.employment.ApplyToFair(who.me(), &employmentv1.ApplyToFairRequest{Worker: who.worker, FairId: fair, VacancyIds: []string{post}}))(t)
	}
	root := must(l.employment.CloseFair(first, &employmentv1.CloseFairRequest{FairId: fair}))(t).GetRoot()
	must(l.employment.EnterFairFigure(first, &employmentv1.EnterFairFigureRequest{FairId: fair, Figure: figure}))(t)
	if r := must(l.employment.DrawFair(second, &employmentv1.DrawFairRequest{FairId: fair, Figure: figure}))(t); r.GetProposed() != 1 || r.GetUnplaced() != 1 {
		t.Fatalf("%v", r)
	}
	var bundle []byte
	for offset := int64(0); ; {
		r := must(l.employment.GetFairBundle(l.me(), &employmentv1.GetFairBundleRequest{FairId: fair, Offset: offset}))(t)
		bundle, offset = append(bundle, r.GetData()...), r.GetNextOffset()
		if offset == 0 {
			break
		}
	}
	checked(t, bundle, root, 1)
	for _, who := range []*life{l, other} {
		a := must(who.employment.GetFairApplication(who.me(), &employmentv1.GetFairApplicationRequest{Worker: who.worker, FairId: fair}))(t).GetApplication()
		if p := a.GetProposal(); p != nil {
			must(who.employment.AcceptProposal(who.me(), &employmentv1.AcceptProposalRequest{ProposalId: p.GetProposalId()}))(t)
			continue
		}
		explained(t, a.GetReasons())
	}
	l.settle()
}

// homesRound has two households wait for one home: who has more points is
// offered it and signs the lease, the other sees what would change his place.
func homesRound(t *testing.T, l, other *life) {
	first := l.staff("hou", "hou-1")
	home := must(l.housing.AddHome(l.officer("hou"), &housingv1.AddHomeRequest{Estate: "白桦苑", Number: rand.Text(), Layout: "一室一厅", AreaDm2: 4500, RentFen: 40_000, County: roundsCounty, Kind: "public_rental", Reference: rand.Text()}))(t).GetHomeId()
	cases := map[*life]string{}
	for i, who := range []*life{l, other} {
		id := must(who.housing.ApplyForHome(who.me(), &housingv1.ApplyForHomeRequest{Worker: who.worker, County: roundsCounty, Kind: "public_rental", HouseholdSize: 2, DeclaresNoHome: true, DeclaresIncomeBelow: true}))(t).GetApplicationId()
		must(l.housing.RecordPaper(first, &housingv1.RecordPaperRequest{ApplicationId: id, Kind: "job", Form: []string{"paper", "witness"}[i], Since: l.today.AddMonths(-36 + 18*i).String()}))(t)
		if r := must(l.housing.DecideEligibility(first, &housingv1.DecideEligibilityRequest{ApplicationId: id}))(t); r.GetOutcome() != "eligible" {
			t.Fatalf("%v", r)
		}
		cases[who] = id
	}
	round := must(l.housing.OpenRound(first, &housingv1.OpenRoundRequest{County: roundsCounty, Kind: "public_rental", HomeIds: []string{home}, FigureName: "上证指数收盘价，上海证券交易所", FigureDue: l.today.AddDays(1).String()}))(t).GetRoundId()
	if r := must(l.housing.OfferRound(first, &housingv1.OfferRoundRequest{RoundId: round}))(t); r.GetOffered() != 1 {
		t.Fatalf("%v", r)
	}
	place := must(other.housing.GetPlace(other.me(), &housingv1.GetPlaceRequest{ApplicationId: cases[other]}))(t).GetPlace()
	if place.GetPosition() != 1 && place.GetPosition() != 2 || len(place.GetLines()) == 0 {
		t.Errorf("%v", place)
	}
	offer := must(l.housing.GetApplication(l.me(), &housingv1.GetApplicationRequest{ApplicationId: cases[l]}))(t).GetApplication().GetOfferId()
	must(l.housing.AcceptOffer(l.me(), &housingv1.AcceptOfferRequest{OfferId: offer}))(t)
	must(l.housing.SignLease(l.me(), &housingv1.SignLeaseRequest{OfferId: offer, StartsOn: l.today.String(), EndsOn: l.today.AddYears(1).String()}))(t)
	l.settle()
	l.saw("housing.offer.made.v1", "housing.offer.accepted.v1", "housing.lease.signed.v1")
}
