package housing_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/testkit"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/housing"
)

func (f *fixture) died() {
	f.publish(f.registry, "death-1", &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
}
func (f *fixture) lives() { f.publish(f.registry, "death-1", &registryv1.DeathReversed{}) }

// While a death is recorded an offer neither lapses nor is answered, and none is made;
// who lives has the whole time to answer anew, and then it is as with anybody.
func TestAnOfferWaitsWhileADeathIsRecorded(t *testing.T) { onEach(t, offerWaits) }

func offerWaits(t *testing.T, f *fixture) {
	home := f.home("1", "public_rental")
	id := f.eligible()
	offer := f.offer(id, home)
	f.deliver(offer)
	f.died()
	f.clock.Advance(60 * 24 * time.Hour)
	f.Settle()
	wantCode(t, "accepted in the name of who died", f.accept(f.Counter("hou", worker), offer), "account.deceased")
	f.in(id, "offered")
	f.lives()
	if got, want := f.get(id).GetAnswerBy(), f.clock.Now().Add(6*24*time.Hour).UnixMicro(); got > want || got < want-24*int64(time.Hour/time.Microsecond) {
		t.Errorf("answer by %v, now %v", time.UnixMicro(got), f.clock.Now())
	}
	f.clock.Advance(4 * 24 * time.Hour)
	f.Settle()
	f.in(id, "offered")
	f.clock.Advance(2 * 24 * time.Hour)
	testkit.Eventually(t, "the offer lapsed", func() bool { return f.get(id).GetState() == "eligible" })
	f.publish(f.registry, "death-2", &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	_, err := f.client.OfferHome(f.officer(), &housingv1.OfferHomeRequest{ApplicationId: id, HomeId: home})
	wantCode(t, "an offer to who died", err, "account.paused")
	f.in(id, "eligible")
	f.publish(f.registry, "death-2", &registryv1.DeathReversed{})
	if err := f.accept(f.Worker(worker), f.offer(id, home)); err != nil {
		t.Error(err)
	}
}

// Nobody decides by the silence of a tenant who is recorded as dead: the family stays,
// and who lives has the whole time to answer.
func TestANoticeWaitsWhileADeathIsRecorded(t *testing.T) { onEach(t, noticeWaits) }

func noticeWaits(t *testing.T, f *fixture) {
	lease := f.leased("public_rental")
	r, err := f.client.GiveNotice(f.officerNo("officer-1"), &housingv1.GiveNoticeRequest{LeaseId: lease, Ground: "change_of_use"})
	if err != nil {
		t.Fatal(err)
	}
	exit := r.GetExitId()
	f.publish(f.registry, "message-"+exit, &registryv1.MessageDelivered{MessageId: "message-" + exit, Template: "notice", About: exit, AboutService: "housing", AboutKind: "exit"})
	f.died()
	f.clock.Advance(100 * 24 * time.Hour)
	decide := func() error {
		_, err := f.client.DecideExit(f.officerNo("officer-2"), &housingv1.DecideExitRequest{ExitId: exit, Leave: false})
		return err
	}
	wantCode(t, "by silence", decide(), "housing.exit.early")
	f.lives()
	wantCode(t, "the time runs anew", decide(), "housing.exit.early")
	if l := f.lease(lease); l.GetState() != "running" || l.GetExits()[0].GetAnswerBy() <= f.clock.Now().UnixMicro() {
		t.Errorf("%v", l)
	}
	f.clock.Advance(20 * 24 * time.Hour)
	if err := decide(); err != nil {
		t.Error(err)
	}
}

// A round passes over who is recorded as dead, who keeps the place: the next home is
// offered to the one who lives.
func TestARoundPassesOverWhileADeathIsRecorded(t *testing.T) { onEach(t, roundPassesOver) }

func roundPassesOver(t *testing.T, f *fixture) {
	first, second := f.waits("worker-1", "paper", "2025-01-01"), f.waits("worker-2", "paper", "2025-06-01")
	round, err := f.openRound(f.home("1", "public_rental"), f.home("2", "public_rental"))
	if err != nil {
		t.Fatal(err)
	}
	f.publishFor("worker-1", f.registry, "death-1", &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.in2("worker-1", first, "eligible")
	f.in2("worker-2", second, "offered")
	if p := f.place("worker-1", first); p.GetPosition() != 1 {
		t.Errorf("the place: %v", p)
	}
	f.publishFor("worker-1", f.registry, "death-1", &registryv1.DeathReversed{})
	if n, err := f.offerRound(round); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	f.in2("worker-1", first, "offered")
}

// What somebody who died holds and awaits is listed to the department of the county,
// each look logged, and ends by an officer's word, one by one; the list is empty where
// the record is undone.
func TestWhatTheDeadHoldIsDecidedOneByOne(t *testing.T) { onEach(t, heldOneByOne) }

func heldOneByOne(t *testing.T, f *fixture) {
	lease := f.leased("public_rental")
	second := application("affordable_rental")
	if _, err := f.client.ApplyForHome(f.Worker(worker), second); err != nil {
		t.Fatal(err)
	}
	estate := platformv1.EstateClient{Caller: f.Client(), Target: housing.Name}
	at := func(department, division string) context.Context {
		return f.As(auth.Principal{Kind: auth.Officer, Subject: "officer-1", Department: department, Division: division, Purpose: "estate", Via: auth.ViaWeb})
	}
	held := func(as context.Context) (kinds []string, ids map[string]string) {
		t.Helper()
		got, err := estate.ListHeld(as, &platformv1.ListHeldRequest{})
		if err != nil {
			t.Fatal(err)
		}
		ids = map[string]string{}
		for _, h := range got.GetThings() {
			kinds, ids[h.GetKind()] = append(kinds, h.GetKind()), h.GetId()
			if h.GetWorker() != worker || !h.GetEndable() {
				t.Errorf("%v", h)
			}
		}
		return kinds, ids
	}
	giveUp := func(as context.Context, kind, id string) error {
		_, err := estate.GiveUp(as, &platformv1.GiveUpRequest{Kind: kind, Id: id})
		return err
	}
	if kinds, _ := held(at("hou", county)); len(kinds) != 0 {
		t.Fatalf("of the living: %v", kinds)
	}
	wantCode(t, "of the living", giveUp(at("hou", county), "lease", lease), "estate.unknown")
	f.died()
	if kinds, _ := held(at("hou", "654321")); len(kinds) != 0 {
		t.Errorf("another county's: %v", kinds)
	}
	wantCode(t, "another county", giveUp(at("hou", "654321"), "lease", lease), "estate.unknown")
	wantCode(t, "another department", giveUp(at("hrss", county), "lease", lease), "auth.denied")
	wantCode(t, "no such kind", giveUp(at("hou", county), "offer", lease), "estate.unknown")
	before := f.count("housing.record.read.v1")
	kinds, ids := held(at("hou", county))
	if !slices.Equal(kinds, []string{"application", "lease"}) || ids["lease"] != lease {
		t.Errorf("%v", kinds)
	}
	if n := f.count("housing.record.read.v1"); n != before+1 {
		t.Errorf("%d looks were logged, of one person", n-before)
	}
	page := func(after string) *platformv1.ListHeldResponse {
		t.Helper()
		got, err := estate.ListHeld(at("hou", county), &platformv1.ListHeldRequest{After: after, Limit: 1})
		if err != nil || len(got.GetThings()) != 1 {
			t.Fatalf("the page after %q: %v, %v", after, got, err)
		}
		return got
	}
	if one := page(""); one.GetThings()[0].GetId() != ids["application"] || one.GetNext() == "" {
		t.Errorf("the first page: %v", one)
	} else if two := page(one.GetNext()); two.GetThings()[0].GetId() != lease || two.GetNext() != "" {
		t.Errorf("the last page: %v", two)
	}
	if _, err := estate.ListHeld(at("hou", county), &platformv1.ListHeldRequest{After: "nothing 1"}); errs.CodeOf(err) != "estate.unknown" {
		t.Errorf("after what is no kind: %v", err)
	}
	if err := giveUp(at("hou", county), "application", ids["application"]); err != nil {
		t.Fatal(err)
	}
	if kinds, _ := held(at("hou", county)); !slices.Equal(kinds, []string{"lease"}) {
		t.Errorf("after one was ended: %v", kinds)
	}
	if l := f.lease(lease); l.GetState() != "running" {
		t.Errorf("the family's home: %v", l)
	}
	if err := giveUp(at("hou", county), "lease", lease); err != nil {
		t.Fatal(err)
	}
	wantCode(t, "twice", giveUp(at("hou", county), "lease", lease), "estate.unknown")
	if f.free() != 1 {
		t.Error("the home that was given back is not free")
	}
	if err := f.apply2(); errs.CodeOf(err) != "account.deceased" {
		t.Errorf("in the name of who died: %v", err)
	}
	f.lives()
	if err := f.apply2(); err != nil {
		t.Error(err)
	}
	if kinds, _ := held(at("hou", county)); len(kinds) != 0 {
		t.Errorf("of who lives: %v", kinds)
	}
}

func (f *fixture) apply2() error {
	_, err := f.client.ApplyForHome(f.Worker(worker), application("public_rental"))
	return err
}
