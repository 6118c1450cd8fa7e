package bench

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/nats-io/nats.go"
	"github.com/redis/go-redis/v9"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
	"github.com/qiao-platform/qiao/services/standalone"
)

const (
	liveSessions = 100_000
	checks       = 20_000
	instances    = 8 // that each know what was revoked
)

func secretOf(i int) string { return fmt.Sprintf("a benchmark's session of number %032d", i) }

// identities measures what a session costs: looked at, by what is remembered and by
// its row, beside one raw read of a Redis; and how soon a hundred thousand that are
// revoked at once are refused by every instance; and many who sign in at once.
func identities(ctx context.Context, b *bench) error {
	dir, err := b.dir("identity")
	if err != nil {
		return err
	}
	if err := whole(ctx, dir, func(context.Context, *standalone.Platform, contract.Caller) error { return nil }); err != nil {
		return err
	}
	if err := signedIn(ctx, filepath.Join(dir, "data", identity.Name+".db")); err != nil {
		return err
	}
	if err := rawRead(ctx, b); err != nil {
		return err
	}
	if err := whole(ctx, dir, func(ctx context.Context, p *standalone.Platform, _ contract.Caller) error {
		var known *identity.Identity
		for _, s := range p.Services {
			if one, ok := s.(*identity.Identity); ok {
				known = one
			}
		}
		if known == nil {
			return errors.New("no identity runs")
		}
		for _, f := range []struct {
			name  string
			check func(context.Context, string) error
		}{{"a session by its row, without Redis", known.CheckStored}, {"a session as it is remembered in Redis", known.Check}} {
			took, err := checked(ctx, f.check)
			if err != nil {
				return err
			}
			b.atMost(f.name, took, "ms", 0.2)
		}
		if err := signIns(ctx, b, p); err != nil {
			return err
		}
		nc, err := p.Bus()
		if err != nil {
			return err
		}
		return shutOut(ctx, b, nc, known, known.Revoked, "")
	}); err != nil {
		return err
	}
	return inCluster(ctx, b)
}

// signedIn writes an officer with so many live sessions.
func signedIn(ctx context.Context, file string) error {
	db, err := sqldb.Open(ctx, "sqlite:"+file)
	if err != nil {
		return err
	}
	now := sqldb.Micros(time.Now())
	hours := (10 * time.Hour).Microseconds()
	err = db.Update(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(`INSERT INTO login_account (id, kind, subject, login, sole, office, responsible, seen, state, password_at, version)
			VALUES ('bench', 'officer', 'bench', 'bench', 'staff bench', '', 0, 1, 'open', $1, 1)`, now); err != nil {
			return err
		}
		for i := range liveSessions {
			hash := sha256.Sum256([]byte(secretOf(i)))
			if _, err := tx.Exec(`INSERT INTO session (id, number, account, hash, device, via, level, began_at, seen_at, idle_us, ends_at, locked, ended_at, why)
				VALUES ($1, $2, 'bench', $3, 'bench', 'web', 2, $4, $4, $5, $6, 0, 0, '')`, fmt.Sprint("bench-", i), i+1, hash[:], now, hours, now+hours); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`UPDATE head SET number = $1 WHERE name = 'session'`, liveSessions)
		return err
	})
	return errors.Join(err, db.Close())
}

func rawRead(ctx context.Context, b *bench) (err error) {
	server, err := miniredis.Run()
	if err != nil {
		return err
	}
	defer server.Close()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { err = errors.Join(err, client.Close()) }()
	if err := client.Set(ctx, "x", "bench-1 1 0", 0).Err(); err != nil {
		return err
	}
	start := time.Now()
	for range checks {
		if err := client.Get(ctx, "x").Err(); err != nil {
			return err
		}
	}
	b.raw("one raw read of a Redis", float64(time.Since(start).Microseconds())/1000/checks, "ms")
	return nil
}

// checked is the average of looking at sessions among all, in milliseconds. A few are
// looked at again and again, as people's are who turn pages.
func checked(ctx context.Context, check func(context.Context, string) error) (float64, error) {
	start := time.Now()
	for range checks {
		if err := check(ctx, secretOf(rand.IntN(liveSessions/100)*100)); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Microseconds()) / 1000 / checks, nil
}

// atOnce is how many sign in at the same moment, and mostMemory what that may take in
// MiB: half of what all their passwords would, hashed side by side (19 each). A few are
// hashed at once; the rest of it is what the collector has not taken yet.
const (
	atOnce     = 64
	mostMemory = atOnce * 19 / 2
)

// signIns lets many sign in at once, each by a name of its own. That nobody has such a
// name is found out by a hash like everybody's, so that it costs the same.
func signIns(ctx context.Context, b *bench, p *standalone.Platform) error {
	caller, err := p.Caller("console")
	if err != nil {
		return err
	}
	as := rpc.As(ctx, auth.Principal{Kind: auth.Service, Subject: "console", Purpose: "sign_in", LegalBasis: "platform operation", Via: auth.ViaSystem})
	as, cancel := context.WithTimeout(as, 5*time.Minute) // who comes last waits for all before
	defer cancel()
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	most := before.HeapInuse
	begun, ended, failed := time.Now(), make(chan error, atOnce), error(nil)
	for i := range atOnce {
		go func() {
			_, err := identityv1.SignInClient{Caller: caller, Target: identity.Name}.SignIn(as, &identityv1.SignInRequest{LoginName: fmt.Sprint("bench-", i), Password: "a mountain of gold 7", Address: fmt.Sprint("10.3.0.", i)})
			if errs.CodeOf(err) != "identity.sign_in" {
				ended <- fmt.Errorf("sign-in %d: %w", i, err)
				return
			}
			ended <- nil
		}()
	}
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for n := 0; n < atOnce; {
		select {
		case err := <-ended:
			failed = errors.Join(failed, err)
			n++
		case <-look.C:
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapInuse)
		}
	}
	b.raw("64 sign-ins at once, the last one answered after", time.Since(begun).Seconds(), "s")
	b.atMost("and the memory that they take", float64(most-before.HeapInuse)/(1<<20), "MiB", mostMemory)
	return failed
}

// shutOut revokes all at once, and measures until every instance refuses each of them.
func shutOut(ctx context.Context, b *bench, nc *nats.Conn, known *identity.Identity, ask revoked.Source, where string) error {
	var books []*revoked.Book
	for range instances {
		book := revoked.New(ask, nil)
		heard, err := book.Follow(nc)
		if err != nil {
			return err
		}
		defer func() { _ = heard.Unsubscribe() }()
		if err := book.Check(ctx, 1); err != nil {
			return err
		}
		books = append(books, book)
	}
	if err := nc.Flush(); err != nil {
		return err
	}
	begun := time.Now()
	n, err := known.ShutOutEverybody(ctx)
	if err != nil {
		return err
	}
	if n != liveSessions {
		return fmt.Errorf("%d of %d sessions were live", n, liveSessions)
	}
	committed := time.Now()
	failed := make([]error, len(books))
	var all sync.WaitGroup
	for i, book := range books {
		all.Go(func() { failed[i] = refusesAll(ctx, book) })
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		return err
	}
	b.note(where+"100,000 sessions revoked", committed.Sub(begun).Seconds(), "s", "", true)
	b.atMost(fmt.Sprintf("%sand each refused by each of %d instances", where, instances), time.Since(committed).Seconds(), "s", 1)
	return nil
}

func refusesAll(ctx context.Context, book *revoked.Book) error {
	for n := int64(1); n <= liveSessions; n++ {
		for errs.CodeOf(book.Check(ctx, n)) != auth.ErrOver.Code {
			if err := ctx.Err(); err != nil {
				return err
			}
			runtime.Gosched()
		}
	}
	return nil
}
