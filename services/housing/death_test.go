package housing_test

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/testkit"
	housingv1 "github.com/qiao-platform/qiao/proto/gen/housing/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
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
