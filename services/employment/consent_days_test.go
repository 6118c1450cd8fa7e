package employment_test

import (
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// S7: a certificate is shown from the consent's first day to its last, by the
// clock alone, and found in a search no longer than that.
func TestACertificateIsSharedFromTheFirstDayToTheLast(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { sharedForDays(t, start(t)) })
	t.Run("postgres", func(t *testing.T) {
		address := testkit.Postgres(t)(t)
		sharedForDays(t, startWith(t, func(d *run.Deps) { d.Database = address }))
	})
}

func sharedForDays(t *testing.T, f *fixture) {
	f.setProfile(f.Worker("worker-1"), "worker-1", "6-29")
	f.issue()
	f.registry.Publish(outbox.Subject{Aggregate: "grant-1", Worker: "worker-1"}, &registryv1.ConsentGranted{
		GrantId: "grant-1", Purpose: "job_search", Kinds: []string{"certificate"}, Recipient: "employment", ValidFrom: "2026-11-03", ValidTo: "2026-11-04",
	})
	var got []int
	for range 4 {
		f.Settle()
		got = append(got, len(f.profile("worker-1").GetQualifications()))
		f.clock.Advance(24 * time.Hour)
	}
	if want := []int{0, 1, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("certificates day by day: %v, want %v", got, want)
	}
}
