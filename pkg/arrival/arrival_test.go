package arrival_test

import (
	"context"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/arrival"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	_ "github.com/qiao-platform/qiao/proto/gen/employment/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// Each arrival starts the clock of its own kind and no other, also where it was
// published before arrivals named the kind; another department's starts none.
func TestAnArrivalStartsTheClockOfItsKind(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	registry := p.Publisher("registry")
	begun := make(chan string, 9)
	clock := func(kind string) arrival.Use[*sqldb.Tx] {
		return func(_ context.Context, _ *sqldb.Tx, id, worker string, at time.Time) error {
			if at.IsZero() {
				t.Error("it is not said when")
			}
			if worker != "w" {
				t.Errorf("it arrived at %q", worker)
			}
			begun <- kind + " " + id
			return nil
		}
	}
	r := consume.NewRouter()
	arrival.On(r, "employment", func(tx *sqldb.Tx) *sqldb.Tx { return tx }, map[string]arrival.Use[*sqldb.Tx]{
		"offer": clock("offer"), "proposal": clock("proposal"), "fair_result": clock("fair_result"), "passed_over": clock("passed_over"),
	})
	s, err := run.New(context.Background(), "employment", nil, p.Deps("employment"), func(context.Context, *run.Kit) (run.Parts, error) {
		return run.Parts{Router: r}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	for i, m := range []*registryv1.MessageDelivered{
		{About: "1", AboutService: "housing", AboutKind: "offer"},
		{About: "2", AboutService: "employment", AboutKind: "hire"},
		{About: "3", AboutService: "employment", AboutKind: "proposal"},
		{About: "4", AboutService: "employment", Template: "employment.offer.made"},
		{About: "5", AboutService: "employment", Template: "employment.of.another_version"},
		{About: "6", AboutService: "employment", AboutKind: "offer"},
	} {
		registry.Publish(outbox.Subject{Aggregate: string(rune('a' + i)), Worker: "w"}, m)
	}
	for _, want := range []string{"proposal 3", "offer 4", "offer 6"} {
		select {
		case got := <-begun:
			if got != want {
				t.Fatalf("%q began, not %q", got, want)
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("%q did not begin", want)
		}
	}
}

// A clock that the contract has and the department forgot, or the other way round,
// is found when the service starts.
func TestClocksAreThoseOfTheContract(t *testing.T) {
	none := func(context.Context, *sqldb.Tx, string, string, time.Time) error { return nil }
	for name, uses := range map[string]map[string]arrival.Use[*sqldb.Tx]{
		"one is forgotten": {"offer": none},
		"one is not there": {"offer": none, "proposal": none, "fair_result": none, "passed_over": none, "hire": none},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s, and nothing is said", name)
				}
			}()
			arrival.On(consume.NewRouter(), "employment", func(tx *sqldb.Tx) *sqldb.Tx { return tx }, uses)
		}()
	}
}
