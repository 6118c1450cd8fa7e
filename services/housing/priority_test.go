package housing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/allocate"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
)

// HO-14 from the application to the offer: a household says that it is a relief
// household, an officer looks, the round puts it first whatever the points, and
// the bundle and the reasons name the rule.
func TestAReliefHouseholdIsOfferedAHomeFirst(t *testing.T) { onEach(t, reliefHousehold) }

func reliefHousehold(t *testing.T, f *fixture) {
	many, same, few := f.waits("worker-1", "paper", "2024-01-01"), f.waits("worker-2", "paper", "2024-01-01"), f.waits("worker-3", "paper", "2026-01-01")
	say := func(ctx context.Context, id string, yes bool) error {
		_, err := f.client.SayPriority(ctx, &housingv1.SayPriorityRequest{ApplicationId: id, DeclaresRelief: yes})
		return err
	}
	look := func(id, outcome, basis, on string) error {
		_, err := f.client.ConfirmPriority(f.officer(), &housingv1.ConfirmPriorityRequest{ApplicationId: id, Outcome: outcome, Basis: basis, On: on})
		return err
	}
	if p := f.place("worker-3", few); p.GetPosition() != 3 || p.GetAheadBy() != "" || p.GetWhy()[1].GetRuleId() != "HO-14" || p.GetWhy()[1].GetOutcome() != "unclear" {
		t.Fatalf("%v", p)
	}
	complete(t, f.place("worker-3", few).GetWhy())
	wantCode(t, "another's word", say(f.Worker("worker-1"), few, true), "housing.application.unknown")
	wantCode(t, "asked without a word", look(few, "confirmed", "civil_affairs", "2026-11-01"), "housing.priority.not_said")
	wantCode(t, "said", say(f.Worker("worker-3"), few, true), "")
	p := f.place("worker-3", few)
	if p.GetPosition() != 1 || p.GetAheadBy() != "HO-14" || p.GetWhy()[1].GetOutcome() != "met" {
		t.Fatalf("%v", p)
	}
	if p := f.place("worker-1", many); p.GetDecidedBy() == "class" || p.GetPosition() == 2 && p.GetNeed() != 0 {
		// worker-1 or worker-2 is the first of the others
		if p.GetDecidedBy() != "class" || p.GetNeed() != 0 {
			t.Errorf("%v", p)
		}
	}
	home := f.home("1", "public_rental")
	_, err := f.openRound(home)
	wantCode(t, "nobody looked", err, "housing.priority.open")
	wantCode(t, "a day to come", look(few, "confirmed", "paper", "2026-12-01"), "housing.priority.day")
	wantCode(t, "not found", look(few, "not_found", "civil_affairs", "2026-11-01"), "")
	if p := f.place("worker-3", few); p.GetPosition() != 3 || p.GetWhy()[1].GetOutcome() != "not_met" {
		t.Fatalf("%v", p)
	}
	complete(t, f.place("worker-3", few).GetWhy())
	wantCode(t, "the certificate is shown", look(few, "confirmed", "paper", "2026-10-01"), "")
	if a := f.get2("worker-3", few); a.GetPriority() != "confirmed" || a.GetPriorityOn() != "2026-10-01" || a.GetPriorityBasis() != "paper" || !a.GetPutsFirst() {
		t.Errorf("%v", a)
	}
	if n := f.count("housing.priority.looked_at.v1"); n != 2 {
		t.Errorf("the applicant is told %d times", n)
	}
	round, err := f.openRound(home)
	if err != nil {
		t.Fatal(err)
	}
	f.clock.Set(time.Date(2026, 11, 5, 8, 0, 0, 0, time.UTC))
	for _, no := range []string{"officer-1", "officer-2"} {
		if _, err := f.confirm(no, round, "3210.55"); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.in2("worker-3", few, "offered")
	reply, err := f.client.GetRoundBundle(f.officer(), &housingv1.GetRoundBundleRequest{RoundId: round})
	if err != nil || !strings.Contains(reply.GetBundle(), "\nahead HO-14 1\n") {
		t.Fatalf("%v\n%s", err, reply.GetBundle())
	}
	if v, err := allocate.VerifyBundle(strings.NewReader(reply.GetBundle())); err != nil || v.Placed != 1 {
		t.Errorf("%v", err)
	}
	for who, id := range map[string]string{"worker-1": many, "worker-2": same} {
		why := f.place(who, id).GetRoundWhy()
		complete(t, why)
		if len(why) != 2 || len(why[0].GetGaps()) != 0 || why[1].GetRuleId() != "HO-14" {
			t.Errorf("%v", why)
		}
	}
	public, err := f.client.GetPublicList(f.Worker("worker-1"), &housingv1.GetPublicListRequest{RoundId: round})
	if err != nil || strings.Contains(public.String(), "HO-14") || strings.Contains(public.String(), "confirmed") {
		t.Errorf("the public list says who is a relief household: %v, %v", public, err)
	}
}

// The officer may let the words of households stand that nobody looked at; and
// another kind of home knows no such class.
func TestAWordMayStand(t *testing.T) {
	f := start(t)
	f.waits("worker-1", "paper", "2024-01-01")
	few := f.waits("worker-2", "paper", "2026-01-01")
	if _, err := f.client.SayPriority(f.Worker("worker-2"), &housingv1.SayPriorityRequest{ApplicationId: few, DeclaresRelief: true}); err != nil {
		t.Fatal(err)
	}
	r, err := f.client.OpenRound(f.officer(), &housingv1.OpenRoundRequest{County: county, Kind: "public_rental", HomeIds: []string{f.home("1", "public_rental")}, AcceptDeclared: true})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.offerRound(r.GetRoundId()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.in2("worker-2", few, "offered")
	other := application("affordable_rental")
	other.DeclaresRelief = true
	_, err = f.client.ApplyForHome(f.Worker(worker), other)
	wantCode(t, "a kind without the class", err, "housing.priority.kind")
}
