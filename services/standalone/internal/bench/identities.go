package bench

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/standalone/internal/cluster"
)

const (
	clustered = "cluster: " // before what is measured there
	sample    = 1_000       // sessions that every instance of identity is asked about
)

// inCluster is the same where identity runs twice on PostgreSQL and Redis, and all others
// ask it over the bus: what a session costs by RPC, how soon all that are revoked at once
// are refused by every process, and how soon by both instances of identity itself, each of
// which remembers in Redis.
func inCluster(ctx context.Context, b *bench) (err error) {
	dir, err := b.dir("identities")
	if err != nil {
		return err
	}
	engines, remembers, err := cluster.Stores(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remembers.Close(), engines.Down(context.WithoutCancel(ctx))) }()
	r, err := newRig(ctx, dir, engines.Database)
	if err != nil {
		return err
	}
	defer r.close()
	key := r.trust["bench"].Key
	r.trust[identity.Name] = auth.Trusted{Key: key, Kinds: []auth.Kind{auth.Service}, Subject: identity.Name}
	people, err := auth.DeriveKey(r.master.BlindIndex("bench", "people"), run.People)
	if err != nil {
		return err
	}
	r.trust[run.People] = auth.Trusted{Key: people.Public().(ed25519.PublicKey), Kinds: []auth.Kind{auth.Worker, auth.Officer}}
	var both [2]*identity.Identity
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, len(both))
	running := 0
	defer func() {
		stop()
		for range running {
			err = errors.Join(err, <-ended)
		}
	}()
	var d run.Deps
	for i := range both {
		if d, err = r.deps(identity.Name); err != nil {
			return err
		}
		d.Redis, d.People = remembers, auth.NewSigner(run.People, people, clock.System())
		if both[i], err = identity.Open(ctx, d); err != nil {
			return err
		}
		running++
		go func() { ended <- errors.Join(both[i].Run(ctx), both[i].Close()) }()
		select {
		case <-both[i].Ready():
		case err := <-ended:
			running--
			return fmt.Errorf("identity does not start: %w", err)
		}
	}
	if err := signedInAll(ctx, d.Database); err != nil {
		return err
	}
	caller := rpc.NewClient(d.Conn, r.signer)
	exchange := identityv1.ExchangeClient{Caller: caller, Target: identity.Name}
	console := rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: "console", Purpose: "sign_in", LegalBasis: "platform operation", Via: auth.ViaSystem})
	took, err := checked(console, func(ctx context.Context, secret string) error {
		_, err := exchange.CheckSession(ctx, &identityv1.CheckSessionRequest{SessionSecret: secret})
		return err
	})
	if err != nil {
		return err
	}
	b.atMost(clustered+"a session, asked by RPC, remembered in Redis", took, "ms", 2)
	for _, one := range both { // each has looked at what it is asked about below
		if _, err := answers(ctx, one, nil); err != nil {
			return err
		}
	}
	ask := func(ctx context.Context, after int64) (revoked.Answer, error) {
		r, err := exchange.Revoked(rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: "console", Purpose: "platform_operation", LegalBasis: "platform operation", Via: auth.ViaSystem}), &identityv1.RevokedRequest{After: after})
		a := revoked.Answer{Number: r.GetNumber(), More: r.GetMore()}
		for _, one := range r.GetRanges() {
			a.Ranges = append(a.Ranges, revoked.Range{First: one.GetFirst(), Last: one.GetLast()})
		}
		return a, err
	}
	over := make(chan float64, len(both))
	g, ctx := errgroup.WithContext(ctx)
	for _, one := range both {
		g.Go(func() error {
			last, err := answers(ctx, one, errRefused)
			over <- last
			return err
		})
	}
	begun := time.Now()
	if err := shutOut(ctx, b, d.Conn, both[0], ask, clustered); err != nil {
		return err
	}
	if err := g.Wait(); err != nil {
		return err
	}
	since := float64(begun.UnixMicro()) / 1e6
	b.atMost(clustered+"and a last one let in by an instance of identity after", max(0, max(<-over, <-over)-since), "s", 1)
	return nil
}

// errRefused is what answers waits for.
var errRefused = errors.New("refused")

// answers asks one instance of identity about a sample of sessions, again and again until
// all answers of a round are what is wanted, and says when the last one was not.
func answers(ctx context.Context, one *identity.Identity, want error) (last float64, err error) {
	for {
		same := true
		for range sample {
			err := one.Check(ctx, secretOf(rand.IntN(sample)*(liveSessions/sample)))
			if refused := errs.CodeOf(err) == "identity.session"; refused != (want != nil) {
				if err != nil && !refused {
					return last, err
				}
				same, last = false, float64(time.Now().UnixMicro())/1e6
			}
		}
		if same {
			return last, ctx.Err()
		}
		if err := ctx.Err(); err != nil {
			return last, err
		}
	}
}

// signedInAll writes an officer with so many live sessions into PostgreSQL.
func signedInAll(ctx context.Context, database string) error {
	db, err := sqldb.Open(ctx, database)
	if err != nil {
		return err
	}
	now, hours := sqldb.Micros(time.Now()), (10 * time.Hour).Microseconds()
	err = db.Update(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`INSERT INTO login_account (id, kind, subject, login, sole, office, responsible, seen, state, password_at, version)
			VALUES ('bench', 'officer', 'bench', 'bench', 'staff bench', '', 0, 1, 'open', $1, 1)`, now); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO session (id, number, account, hash, device, via, level, began_at, seen_at, idle_us, ends_at, locked, ended_at, why)
			SELECT 'bench-' || i, i + 1, 'bench', sha256(convert_to('a benchmark''s session of number ' || lpad(i::text, 32, '0'), 'UTF8')), 'bench', 'web', 2, $1, $1, $2, $3, 0, 0, ''
			FROM generate_series(0, $4::bigint - 1) i`, now, hours, now+hours, int64(liveSessions)); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE head SET number = $1 WHERE name = 'session'`, int64(liveSessions))
		return err
	})
	return errors.Join(err, db.Close())
}
