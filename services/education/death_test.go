package education_test

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/testkit"
	educationv1 "github.com/qiao-platform/qiao/proto/gen/education/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// A child's place waits while its guardian's death is recorded; a guardian who lives
// has the whole time to answer.
func TestAPlaceWaitsWhileADeathIsRecorded(t *testing.T) { both(t, placeWaits) }

func placeWaits(t *testing.T, f *fixture) {
	school := f.school("第1小学", 2)
	id := f.apply("worker-1", school)
	f.registry.Publish(outbox.Subject{Aggregate: "death-1", Worker: "worker-1"}, &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	f.Settle()
	offer := f.offer(id, school) // the child's, whoever answers for it
	f.delivered("worker-1", offer)
	f.clock.Advance(60 * 24 * time.Hour)
	f.Settle()
	f.state("worker-1", id, "offered")
	_, err := f.client.AcceptPlace(f.Worker("worker-1"), &educationv1.AcceptPlaceRequest{OfferId: offer})
	refused(t, err, "account.deceased")
	if f.free(school) != 1 {
		t.Error("the place is another's")
	}
	f.registry.Publish(outbox.Subject{Aggregate: "death-1", Version: 1, Worker: "worker-1"}, &registryv1.DeathReversed{})
	f.Settle()
	by := time.UnixMicro(f.application("worker-1", id).GetAnswerBy())
	if left := by.Sub(f.clock.Now()); left <= 5*24*time.Hour || left > 6*24*time.Hour {
		t.Errorf("%v are left", left)
	}
	f.clock.Set(by)
	testkit.Eventually(t, "the offer lapsed", func() bool { return f.application("worker-1", id).GetState() == "submitted" })
}
