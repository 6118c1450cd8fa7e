package identity_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
)

// Where identity runs twice, on one PostgreSQL and one Redis, whoever is shut out by one
// instance is refused by the other, whatever it remembers, and by every service that asks
// either; whoever signs in afterwards is let in by both.
func TestWhoIsShutOutIsOutOfEveryInstance(t *testing.T) {
	address := testkit.Postgres(t)(t)
	remembers, _ := testkit.Redis(t)
	ctx := context.Background()
	open := func(ctx context.Context, d run.Deps) (*identity.Identity, error) {
		d.Database, d.Redis = address, remembers
		return identity.OpenCheap(ctx, d)
	}
	f := startWith(t, open)
	other, err := open(ctx, f.Deps(identity.Name))
	f.must(err)
	f.Start(other)
	system, security, audit := f.three()
	in := []*someone{system, security, audit, f.officer(system, security, "a001", clerk)}
	both := []*identity.Identity{f.identity, other}
	books := []*revoked.Book{run.Sessions("registry", f.Client()), run.Sessions("housing", f.Client())}
	numbers := map[*someone]int64{}
	letsIn := func(s *someone) {
		t.Helper()
		r, err := f.exchange.CheckSession(f.console, &identityv1.CheckSessionRequest{SessionSecret: s.session})
		f.must(err)
		numbers[s] = r.GetSessionNumber()
		for range 2 { // the second time it is remembered
			for _, one := range both {
				f.must(one.Check(ctx, s.session))
			}
		}
		for _, book := range books {
			f.must(book.Check(ctx, numbers[s]))
		}
	}
	for _, s := range in {
		letsIn(s)
	}
	n, err := other.ShutOutEverybody(ctx)
	f.must(err)
	if n != len(in) {
		t.Errorf("%d of %d are shut out", n, len(in))
	}
	testkit.Eventually(t, "everybody is refused everywhere", func() bool {
		for _, s := range in {
			for _, one := range both {
				if errs.CodeOf(one.Check(ctx, s.session)) != "identity.session" {
					return false
				}
			}
			for _, book := range books {
				if errs.CodeOf(book.Check(ctx, numbers[s])) != auth.ErrOver.Code {
					return false
				}
			}
		}
		return true
	})
	for range 10 { // whichever instance answers
		for _, s := range in {
			_, err := f.exchange.CheckSession(f.console, &identityv1.CheckSessionRequest{SessionSecret: s.session})
			f.wants(s.login, err, "identity.session")
		}
	}
	letsIn(system.enter())
}
