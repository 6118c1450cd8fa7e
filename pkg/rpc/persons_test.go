package rpc_test

import (
	"context"
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/person"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/proto/contract"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Who was entered twice acts for what was recorded under either reference, from the
// moment at which the service knows it and until it knows otherwise, though another
// process of it heard of the join or of the parting.
func TestAPersonActsByEitherReference(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	k, err := run.Open(context.Background(), "probe", nil, p.Deps("probe"))
	if err != nil {
		t.Fatal(err)
	}
	var seen auth.Principal
	refusal := errs.New(errs.NotFound, "probe.unknown", "There is none.")
	s, err := k.Assemble(context.Background(), run.Parts{Methods: []contract.Method{{
		Name: "See", Callers: []string{"worker", "guardian", "officer", "employer"},
		New: func() proto.Message { return &platformv1.ListFactsRequest{} },
		Call: func(ctx context.Context, req proto.Message) (proto.Message, error) {
			who, err := auth.FromContext(ctx)
			if err != nil {
				return nil, err
			}
			seen = who
			return &platformv1.ListFactsResponse{}, auth.Hide(who.MayActFor(req.(*platformv1.ListFactsRequest).GetWorker()), refusal)
		},
	}, {
		Name: "Read", Callers: []string{"worker"}, // what its query finds, it cannot show to whom it does not know
		New: func() proto.Message { return &platformv1.ListFactsRequest{} },
		Call: func(ctx context.Context, req proto.Message) (proto.Message, error) {
			who, err := auth.FromContext(ctx)
			if err == nil && who.MayActFor(req.(*platformv1.ListFactsRequest).GetWorker()) != nil {
				err = sqldb.ErrUnavailable
			}
			return &platformv1.ListFactsResponse{}, err
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	// another process of the service, which has the same database
	other, err := sqldb.Open(context.Background(), p.Deps("probe").Database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	says := func(do func(*sqldb.Tx) error) {
		t.Helper()
		if err := other.Update(context.Background(), do); err != nil {
			t.Fatal(err)
		}
	}
	may := func(who context.Context, worker string, want bool) {
		t.Helper()
		err := p.Client().Call(who, "probe", "See", &platformv1.ListFactsRequest{Worker: worker}, &platformv1.ListFactsResponse{})
		if (err == nil) != want || err != nil && !errors.Is(err, refusal) && errs.CodeOf(err) != refusal.Code {
			t.Errorf("for %s: %v", worker, err)
		}
	}
	helper := p.As(auth.Principal{Kind: auth.Worker, Subject: "helper", ActsFor: "a", Via: auth.ViaHelper})
	counter := p.Counter("hrss", "a")
	employer := p.As(auth.Principal{Kind: auth.Employer, Subject: "a"})
	for _, who := range []context.Context{p.Worker("a"), helper, counter} {
		may(who, "a", true)
		may(who, "b", false)
	}
	read := func() error {
		return p.Client().Call(p.Worker("x"), "probe", "Read", &platformv1.ListFactsRequest{Worker: "y"}, &platformv1.ListFactsResponse{})
	}
	if err := read(); !errors.Is(err, sqldb.ErrUnavailable) {
		t.Errorf("a read that fails is answered as it failed: %v", err)
	}
	says(func(tx *sqldb.Tx) error { return person.Join(tx, person.Pair{JoinID: "r", Alias: "x", Remains: "y"}) })
	if err := read(); err != nil {
		t.Errorf("a read that found what it did not know to be the person's: %v", err)
	}
	pair := person.Pair{JoinID: "j", Alias: "a", Remains: "b"}
	says(func(tx *sqldb.Tx) error { return person.Join(tx, pair) })
	for _, who := range []context.Context{p.Worker("a"), helper, counter} {
		may(who, "a", true)
		may(who, "b", true)
		may(who, "c", false)
	}
	may(p.Worker("b"), "a", true)
	if err := p.Client().Call(p.Worker("b"), "probe", "See", &platformv1.ListFactsRequest{Worker: "a"}, &platformv1.ListFactsResponse{}); err != nil || !seen.ActsHimself("a") || seen.Subject != "b" {
		t.Errorf("%+v does not act in person: %v", seen, err)
	}
	may(helper, "helper", true)
	may(employer, "b", false)
	says(func(tx *sqldb.Tx) error { return person.Part(tx, person.Parting{Pair: pair}) })
	for _, who := range []context.Context{p.Worker("a"), helper, counter} {
		may(who, "a", true)
		may(who, "b", false)
	}
}

// What a principal is known by besides is the callee's word: it is not in a token,
// and a token for one is a token for the other.
func TestWhatElseSomebodyIsCalledDoesNotTravel(t *testing.T) {
	p := testkit.NewPlatform(t, nil)
	who := auth.Principal{Kind: auth.Worker, Subject: "a", Purpose: "own_record", LegalBasis: "test", Via: auth.ViaWeb}
	plain, err := p.Signer().Sign(who, "probe")
	if err != nil {
		t.Fatal(err)
	}
	known, err := p.Signer().Sign(who.Known([]string{"b"}, []string{"c"}), "probe")
	if err != nil || known != plain {
		t.Errorf("another token, %v", err)
	}
	if who.Known([]string{"b"}, nil) == who || who.Known([]string{"b"}, nil).Known(nil, nil) != who {
		t.Error("principals are not compared by what is known of them")
	}
}
