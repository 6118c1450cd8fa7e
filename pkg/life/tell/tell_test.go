package tell

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/life"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

func on(day int) clock.Date {
	return clock.DateOf(time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC))
}

// What waits comes first, by its last day; then what is under way, and what there is, the
// newest first. What is over is nowhere.
func TestTheOrderOfALife(t *testing.T) {
	var got []string
	for _, one := range order([]life.Thing{
		{ID: "has-old", Part: life.Has, Since: on(1)},
		{ID: "over", Part: life.Over, Since: on(30)},
		{ID: "needs-any-day", Part: life.Needs, Since: on(29)},
		{ID: "runs-by-step", Part: life.Runs, Since: on(1), Steps: []life.Step{{Name: "a", On: on(20), Done: true}, {Name: "b", On: on(30)}}},
		{ID: "needs-late", Part: life.Needs, AnswerBy: on(28)},
		{ID: "has-new", Part: life.Has, Since: on(3)},
		{ID: "needs-urgent", Part: life.Needs, Urgent: true},
		{ID: "runs-before", Part: life.Runs, Since: on(19)},
		{ID: "needs-soon", Part: life.Needs, AnswerBy: on(27)},
	}) {
		got = append(got, one.ID)
	}
	want := []string{"needs-urgent", "needs-soon", "needs-late", "needs-any-day", "runs-by-step", "runs-before", "has-new", "has-old"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// The person alone is told, in person; and no more than a page can hold.
func TestWhoIsToldALife(t *testing.T) {
	s := &Server{Tell: func(context.Context, string) ([]life.Thing, error) { return make([]life.Thing, 3), nil }}
	many := &Server{Tell: func(context.Context, string) (all []life.Thing, err error) {
		for range most + 7 {
			all = append(all, life.Thing{Part: life.Has})
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
