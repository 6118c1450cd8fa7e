package death_test

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/account"
	"github.com/qiao-platform/qiao/pkg/answer"
	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/consume"
	"github.com/qiao-platform/qiao/pkg/death"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
)

// A department follows without a line of its own: between a death and its reversal
// no command in the worker's name is taken, whoever gives it, and what stood is taken up once no record is left.
func TestADepartmentFollowsWithoutALine(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	registry := p.Publisher("registry")
	revived := make(chan string, 9)
	var log *outbox.Outbox
	s, err := run.New(context.Background(), "housing", nil, p.Deps("housing"), func(_ context.Context, k *run.Kit) (run.Parts, error) {
		log = k.Outbox
		revive := func(_ context.Context, tx *sqldb.Tx, worker string, stood answer.Pause) error {
			died, err := account.Died(tx, worker)
			if died || !stood.From.Before(stood.To) {
				t.Errorf("%s is taken up too early, of %v", worker, stood)
			}
			revived <- worker
			return err
		}
		return run.Parts{Router: consume.NewRouter(), Revive: []death.Use{revive}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	versions := map[string]int64{}
	happens := func(id string, what proto.Message) {
		t.Helper()
		registry.Publish(outbox.Subject{Aggregate: id, Version: versions[id], Worker: "w"}, what)
		versions[id]++
		p.Settle()
	}
	officer := auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: "hou", Division: "654301", ActsFor: "w", Via: auth.ViaCounter}
	estate := officer
	estate.Purpose = "estate"
	commands := func(refused bool) {
		t.Helper()
		for name, c := range map[string]struct {
			who     auth.Principal
			about   string
			refused bool
		}{
			"the worker":                     {auth.Principal{Kind: auth.Worker, Subject: "w"}, "", refused},
			"a guardian":                     {auth.Principal{Kind: auth.Guardian, Subject: "w"}, "", refused},
			"a helper":                       {auth.Principal{Kind: auth.Worker, Subject: "h", ActsFor: "w", Via: auth.ViaHelper}, "", refused},
			"a counter":                      {officer, "", refused},
			"a counter that says to settle":  {estate, "", refused},
			"an employer about the worker":   {auth.Principal{Kind: auth.Employer, Subject: "e"}, "w", false},
			"another worker":                 {auth.Principal{Kind: auth.Worker, Subject: "v"}, "", false},
			"who says to settle and is none": {auth.Principal{Kind: auth.Worker, Subject: "w", Purpose: "estate"}, "", refused},
		} {
			_, err := outbox.CommandFor(auth.NewContext(context.Background(), c.who), log, c.about, func(*sqldb.Tx) (*platformv1.ReadChannelResponse, error) {
				return &platformv1.ReadChannelResponse{}, nil
			})
			if got := errs.CodeOf(err); (got == "account.deceased") != c.refused || err != nil && !c.refused {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	commands(false)
	happens("d-1", &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	commands(true)
	happens("d-2", &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	happens("d-2", &registryv1.DeathReversed{})
	commands(true)
	if len(revived) != 0 {
		t.Errorf("%d were taken up while a death is recorded", len(revived))
	}
	happens("d-1", &registryv1.DeathReversed{})
	commands(false)
	if who := <-revived; who != "w" || len(revived) != 0 {
		t.Errorf("%q was taken up, and %d more", who, len(revived))
	}
}

// What was listed while its holder's death was on record is not ended once the holder
// is known to live: the look at the list is no lock.
func TestNothingOfALivingPersonIsGivenUp(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	registry := p.Publisher("registry")
	ended := make(chan string, 9)
	s, err := run.New(context.Background(), "housing", nil, p.Deps("housing"), func(context.Context, *run.Kit) (run.Parts, error) {
		return run.Parts{
			Methods: []contract.Method{{Name: "Own", Callers: []string{"officer:hou"}}},
			Held: []death.Held{{
				Kind: "home", Query: `SELECT 'home-' || worker AS id, worker, 'held' AS state, '' AS division FROM deceased`, // as an old look at the dead
				End: func(_ context.Context, _ *sqldb.Tx, id string) error { ended <- id; return nil },
			}},
		}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	estate := platformv1.EstateClient{Caller: p.Client(), Target: "housing"}
	giveUp := func() string {
		_, err := estate.GiveUp(p.As(auth.Principal{Kind: auth.Officer, Subject: "o-1", Department: "hou", Division: "654301", Purpose: "estate"}),
			&platformv1.GiveUpRequest{Kind: "home", Id: "home-w"})
		return errs.CodeOf(err)
	}
	registry.Publish(outbox.Subject{Aggregate: "d", Worker: "w"}, &registryv1.DeathRecorded{DiedOn: "2026-11-01"})
	p.Settle()
	if code := giveUp(); code != "" || len(ended) != 1 {
		t.Errorf("of the dead: %s, %d ended", code, len(ended))
	}
	registry.Publish(outbox.Subject{Aggregate: "d", Version: 1, Worker: "w"}, &registryv1.DeathReversed{})
	p.Settle()
	if code := giveUp(); code != "estate.unknown" || len(ended) != 1 {
		t.Errorf("of the living: %s, %d ended", code, len(ended))
	}
}
