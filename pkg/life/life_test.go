package life

import (
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

func on(day int) clock.Date {
	return clock.DateOf(time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC))
}

// The first moment that is too late is the beginning of a day in Shanghai; the page names
// the day before.
func TestTheLastDayOfATime(t *testing.T) {
	for _, c := range []struct {
		end  time.Time
		want clock.Date
	}{
		{on(25).Start(), on(24)},
		{on(25).Start().Add(time.Microsecond), on(25)},
		{time.Time{}, clock.Date{}},
	} {
		if got := LastDay(c.end); got != c.want {
			t.Errorf("%v: %v, want %v", c.end, got, c.want)
		}
	}
}

// A way tells the steps that were reached and those that come; one that was passed over,
// since another way led on, is not told as if it still came.
func TestAWay(t *testing.T) {
	way := Way(Was("asked", on(1).Start()), Was("offered", time.Time{}), Will("begins", on(5), on(5)), Will("ends", on(9), on(5)), Step{Name: "certificate"})
	want := []Step{{"asked", on(1), true}, {"begins", on(5), true}, {"ends", on(9), false}, {"certificate", clock.Date{}, false}}
	if !slices.Equal(way, want) {
		t.Errorf("%v", way)
	}
}
