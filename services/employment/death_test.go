package employment_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	employmentv1 "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

func (f *fixture) death(version int64, what proto.Message) {
	f.registry.Publish(outbox.Subject{Aggregate: "death-1", Version: version, Worker: "worker-1"}, what)
	f.Settle()
}

// While a death is recorded an offer neither lapses nor is answered, and an employer
// makes none and learns no more; who lives has the whole time to answer anew.
func TestAnOfferWaitsWhileADeathIsRecorded(t *testing.T) { onBoth(t, offerWaits) }

func onBoth(t *testing.T, test func(*testing.T, *fixture)) {
	t.Run("sqlite", func(t *testing.T) { test(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		test(t, startWith(t, func(d *run.Deps) { d.Database = address }))
	})
}

func offerWaits(t *testing.T, f *fixture) {
	employer := f.employer()
	vacancy := f.publish(post("1"))
	offer := f.offer("worker-1", vacancy, employer)
	f.delivered(offer)
	f.death(0, &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	f.clock.Advance(60 * 24 * time.Hour)
	f.Settle()
	if got := f.mine("worker-1"); got.GetOfferState() != "open" {
		t.Fatal(got)
	}
	_, err := f.client.AcceptOffer(f.Counter("hrss", "worker-1"), &employmentv1.AcceptOfferRequest{OfferId: offer})
	refused(t, err, "account.deceased")
	_, err = f.client.Apply(f.Worker("worker-1"), &employmentv1.ApplyRequest{Worker: "worker-1", VacancyId: vacancy})
	refused(t, err, "account.deceased")
	f.death(1, &registryv1.DeathReversed{})
	by := f.mine("worker-1").GetAnswerBy()
	if left := time.UnixMicro(by).Sub(f.clock.Now()); left <= 3*24*time.Hour || left > 4*24*time.Hour {
		t.Errorf("%v are left", left)
	}
	f.clock.Set(time.UnixMicro(by))
	testkit.Eventually(t, "the offer lapsed", func() bool { return f.mine("worker-1").GetOfferState() == "lapsed" })
	f.registry.Publish(outbox.Subject{Aggregate: "death-2", Worker: "worker-1"}, &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	f.Settle()
	_, err = f.client.MakeOffer(f.Employer(employer), &employmentv1.MakeOfferRequest{ApplicationId: f.mine("worker-1").GetApplicationId(), WageFen: 400_000, StartOn: "2027-03-01", EndOn: "2027-04-30"})
	refused(t, err, "account.paused")
	if got := f.mine("worker-1"); got.GetState() != "submitted" {
		t.Errorf("the place in the queue: %v", got)
	}
}

// A proposal of a fair waits likewise.
func TestAProposalWaitsWhileADeathIsRecorded(t *testing.T) { onBoth(t, proposalWaits) }

func proposalWaits(t *testing.T, f *fixture) {
	f.employer()
	vacancy := f.publish(post("1"))
	fair := f.fair()
	f.seat(fair, vacancy, 2, "")
	f.wish("worker-1", fair, "", vacancy)
	f.clock.Set(time.Date(2026, 11, 7, 4, 0, 0, 0, time.UTC))
	f.closeFair(fair, "")
	f.clock.Set(time.Date(2026, 11, 10, 14, 0, 0, 0, time.UTC))
	f.figure("officer-1", fair, "0817232629+05", "")
	f.draw("officer-2", fair, "0817232629+05", "")
	proposal := func() *employmentv1.FairProposal { return f.entry("worker-1", fair).GetProposal() }
	f.told("worker-1", proposal().GetProposalId())
	f.death(0, &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	f.clock.Advance(60 * 24 * time.Hour)
	f.Settle()
	if got := proposal(); got.GetState() != "open" {
		t.Fatal(got)
	}
	f.death(1, &registryv1.DeathReversed{})
	by := time.UnixMicro(proposal().GetAnswerBy())
	if !by.After(f.clock.Now()) {
		t.Errorf("answer by %v", by)
	}
	f.clock.Set(by)
	testkit.Eventually(t, "the proposal lapsed", func() bool { return proposal().GetState() == "lapsed" })
}
