package startup

import (
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/employment/internal/domain/startup"
	"github.com/qiao-platform/qiao/services/employment/internal/lifetest"
)

// What a worker asked for stands on the first page until it is taken back, and an
// adviser's time until it has ended.
func TestEachStateOfALifeIsTold(t *testing.T) {
	day := testkit.Day("2026-11-20")
	booked := startup.Booking{ID: "b", Topic: "premises", At: day.Start().Add(-time.Hour), Slot: startup.Slot{Day: day, Minute: 10 * 60, Minutes: 30}}
	last := day.Start().Add(10*time.Hour + 30*time.Minute - time.Microsecond)
	now := []life.Thing{meets(booked, last), handed(startup.LoanRequest{ID: "l", At: last}), requested(startup.PremisesRequest{ID: "q", At: last})}
	lifetest.Check(t, "../../../../../proto/qiao/employment/v1/life.csv", "startup", now...)

	cancelled := booked
	cancelled.Cancelled = true
	for _, over := range []life.Thing{
		meets(booked, last.Add(time.Microsecond)), meets(cancelled, last),
		handed(startup.LoanRequest{Withdrawn: true}), requested(startup.PremisesRequest{Withdrawn: true}),
	} {
		if over.Part != life.Over {
			t.Errorf("%+v", over)
		}
	}
}
