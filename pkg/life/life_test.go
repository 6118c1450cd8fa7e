package life

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

func on(day int) clock.Date {
	return clock.DateOf(time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC))
}

// What waits comes first, by its last day; then what is under way, and what there is, the
// newest first. What is over is nowhere.
func TestTheOrderOfALife(t *testing.T) {
	var got []string
	for _, one := range order([]Thing{
		{ID: "has-old", Part: Has, Since: on(1)},
		{ID: "over", Part: Over, Since: on(30)},
		{ID: "needs-any-day", Part: Needs, Since: on(29)},
		{ID: "runs-by-step", Part: Runs, Since: on(1), Steps: []Step{{"a", on(20), true}, {"b", on(30), false}}},
		{ID: "needs-late", Part: Needs, AnswerBy: on(28)},
		{ID: "has-new", Part: Has, Since: on(3)},
		{ID: "needs-urgent", Part: Needs, Urgent: true},
		{ID: "runs-before", Part: Runs, Since: on(19)},
		{ID: "needs-soon", Part: Needs, AnswerBy: on(27)},
	}) {
		got = append(got, one.ID)
	}
	want := []string{"needs-urgent", "needs-soon", "needs-late", "needs-any-day", "runs-by-step", "runs-before", "has-new", "has-old"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
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

// The person alone is told, in person; and no more than a page can hold.
func TestWhoIsToldALife(t *testing.T) {
	s := &Server{Tell: func(context.Context, string) ([]Thing, error) { return make([]Thing, 3), nil }}
	many := &Server{Tell: func(context.Context, string) (all []Thing, err error) {
		for range most + 7 {
			all = append(all, Thing{Part: Has})
		}
		return all, nil
	}}
	own := auth.Principal{Kind: auth.Worker, Subject: "w-1", Purpose: "own_record"}
	ask := func(s *Server, p auth.Principal) (*platformv1.ListLifeResponse, error) {
		return s.ListLife(auth.NewContext(context.Background(), p), &platformv1.ListLifeRequest{Worker: "w-1"})
	}
	if r, err := ask(many, own); err != nil || len(r.GetThings()) != most || r.GetLeftOut() != 7 {
		t.Errorf("%d things, %d left out, %v", len(r.GetThings()), r.GetLeftOut(), err)
	}
	if r, err := ask(&Server{}, own); err != nil || len(r.GetThings()) != 0 {
		t.Errorf("a department in which nobody has anything: %v, %v", r, err)
	}
	if r, err := ask(s, own); err != nil || len(r.GetThings()) != 0 {
		t.Errorf("what is over is told: %v, %v", r, err)
	}
	for name, p := range map[string]auth.Principal{
		"another":  {Kind: auth.Worker, Subject: "w-2", Purpose: "own_record"},
		"a helper": {Kind: auth.Worker, Subject: "w-2", ActsFor: "w-1", Purpose: "own_record"},
		"a desk":   {Kind: auth.Officer, Subject: "S-1", Department: "hrss", ActsFor: "w-1", Via: auth.ViaCounter, Division: auth.Everywhere},
	} {
		if _, err := ask(s, p); errs.KindOf(err) != errs.Denied {
			t.Errorf("%s: %v", name, err)
		}
	}
}
