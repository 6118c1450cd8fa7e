package training_test

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	trainingv1 "github.com/qiao-platform/qiao/proto/gen/training/v1"
)

// Who is recorded as dead is passed over when a place comes free, and keeps the number;
// an offer that was made waits. Who lives is offered what is free, with the whole time.
func TestAPlaceWaitsWhileADeathIsRecorded(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { placeWaits(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		placeWaits(t, start(t, func(d *run.Deps) { d.Database = address }))
	})
}

func placeWaits(t *testing.T, f *fixture) {
	f.clock.Set(time.Date(2026, 10, 1, 4, 0, 0, 0, time.UTC))
	course := f.course(t, 2)
	first := f.enrol(t, "worker-1", course, "confirmed", 0)
	other := f.enrol(t, "worker-2", course, "confirmed", 0)
	f.enrol(t, "worker-3", course, "waiting", 1)
	f.enrol(t, "worker-4", course, "waiting", 2)
	death := func(worker string, reversed bool) {
		t.Helper()
		about := outbox.Subject{Aggregate: "death-" + worker, Worker: worker}
		if reversed {
			about.Version = 1
			f.registry.Publish(about, &registryv1.DeathReversed{})
		} else {
			f.registry.Publish(about, &registryv1.DeathRecorded{DiedOn: "2026-09-30"})
		}
		f.Settle()
	}
	drop := func(worker, enrolment string) {
		t.Helper()
		if _, err := f.client.DropEnrolment(f.Worker(worker), &trainingv1.DropEnrolmentRequest{EnrolmentId: enrolment}); err != nil {
			t.Fatal(err)
		}
	}
	death("worker-3", false)
	drop("worker-1", first)
	f.wantState(t, "worker-3", "waiting")
	f.wantState(t, "worker-4", "offered")
	offer := f.offer(t, "worker-4")
	f.delivered("worker-4", offer)
	death("worker-4", false)
	f.clock.Advance(10 * 24 * time.Hour)
	f.Settle()
	f.wantState(t, "worker-4", "offered")
	drop("worker-2", other) // a place is free, and nobody is left who can be asked
	f.wantState(t, "worker-3", "waiting")
	if _, err := f.client.AcceptPlace(f.Counter("hrss", "worker-4"), &trainingv1.AcceptPlaceRequest{EnrolmentId: first}); errs.CodeOf(err) != "account.deceased" {
		t.Errorf("in the name of who died: %v", err)
	}
	death("worker-3", true)
	f.wantState(t, "worker-3", "offered")
	death("worker-4", true)
	if by := f.mine(t, "worker-4").GetEnrolments()[0].GetAnswerBy(); time.UnixMicro(by).Sub(f.clock.Now()) <= 3*24*time.Hour {
		t.Errorf("answer by %v, now %v", time.UnixMicro(by), f.clock.Now())
	}
	f.clock.Advance(4 * 24 * time.Hour)
	f.Settle()
	f.wantState(t, "worker-4", "waiting")
}
