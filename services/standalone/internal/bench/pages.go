package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/housing"
	"github.com/qiao-platform/qiao/services/standalone"
)

const (
	openCases = 50_000
	loads     = 200 // of each page, as one person's share of requests allows
	pageTime  = 50.0
)

// opened are the pages that are measured.
var opened = []struct{ name, path string }{
	{"the work list, 50,000 open cases", "/today"},
	{"the work list of a county", "/today?county=654325"},
	{"the work list of a matter, overdue", "/today?matter=housing.application&overdue=1"},
	{"a page deep in the work list", "/today?after=2026-11-20+0198c0de-0000-7000-8000-000000000000+application"},
	{"a case by the end of its number", "/today?number=00000000c34f"},
}

// pages measures what a page takes, from the request to the last byte, of an officer of
// the whole prefecture: one check of the session, and one question to each department.
func pages(ctx context.Context, b *bench) error {
	dir, err := b.dir("pages")
	if err != nil {
		return err
	}
	if err := whole(ctx, dir, func(context.Context, *standalone.Platform, contract.Caller) error { return nil }); err != nil {
		return err
	}
	if err := waiting(ctx, filepath.Join(dir, "data", housing.Name+".db")); err != nil {
		return err
	}
	return whole(ctx, dir, func(ctx context.Context, p *standalone.Platform, caller contract.Caller) error {
		as := rpc.As(ctx, auth.Principal{Kind: auth.Administrator, Subject: "bench", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
		if _, err := (identityv1.PlayClient{Caller: caller, Target: "identity"}).OfferPlayers(as, &identityv1.OfferPlayersRequest{Players: []*identityv1.Player{
			{PlayerLabel: "hou", AccountKind: "officer", Subject: "Z-201", Grants: []*identityv1.RoleGrant{{Role: "reviewer", Department: "hou", Covered: auth.Everywhere}}},
		}}); err != nil {
			return err
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &http.Server{Handler: p.Handler(ctx.Done()), ReadHeaderTimeout: time.Second}
		done := make(chan error, 1)
		go func() { done <- server.Serve(l) }()
		err = b.pages(ctx, "http://"+l.Addr().String())
		err = errors.Join(err, server.Close())
		if ended := <-done; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		return err
	})
}

// waiting writes the applications that wait, of the last thirty days and seven counties.
func waiting(ctx context.Context, file string) error {
	db, err := sqldb.Open(ctx, "sqlite:"+file)
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(50, 1))
	counties := []string{"654301", "654301", "654301", "654321", "654322", "654323", "654324", "654325", "654326"}
	err = db.Update(ctx, func(tx *sqldb.Tx) error {
		for i := range openCases {
			at := time.Now().Add(-time.Duration(r.IntN(40*24)) * time.Hour)
			if _, err := tx.Exec(`INSERT INTO application (id, worker, county, kind, household_size, declares_no_home, declares_income_below, state, reopened, refusal_code, reasons, offer_id, submitted_at, version)
				VALUES ($1, $2, $3, 'public_rental', 2, 1, 1, 'submitted', 0, '', '[]', '', $4, 1)`,
				fmt.Sprintf("0198c0de-%04x-7000-8000-%012x", r.IntN(1<<16), i), ident.NewID(), counties[r.IntN(len(counties))], sqldb.Micros(at)); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, db.Close())
}

var (
	playerKey = regexp.MustCompile(`name="key" value="([A-Z2-7]{26})"`)
	playerID  = regexp.MustCompile(`name="player" value="([^"]+)"`)
)

func (b *bench) pages(ctx context.Context, at string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client := &http.Client{Jar: jar}
	get := func(r *http.Request) (string, error) {
		reply, err := client.Do(r)
		if err != nil {
			return "", err
		}
		body, err := io.ReadAll(reply.Body)
		err = errors.Join(err, reply.Body.Close())
		if err == nil && reply.StatusCode != http.StatusOK {
			err = fmt.Errorf("%s: %s", r.URL.Path, reply.Status)
		}
		return string(body), err
	}
	ask := func(path string) (string, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, at+path, nil)
		if err != nil {
			return "", err
		}
		return get(r)
	}
	form, err := ask("/sign-in/players")
	if err != nil {
		return err
	}
	key, player := playerKey.FindStringSubmatch(form), playerID.FindStringSubmatch(form)
	if key == nil || player == nil {
		return errors.New("nobody is offered")
	}
	said := url.Values{"key": {key[1]}, "player": {player[1]}, "next": {"/today"}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/sign-in/players", strings.NewReader(said))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", at)
	if _, err := get(r); err != nil {
		return err
	}
	for _, page := range opened {
		var all []time.Duration
		var size int
		for i := range loads/len(opened) + 3 {
			start := time.Now()
			body, err := ask(page.path)
			if err != nil {
				return err
			}
			if i < 3 {
				continue // made for the first time
			}
			all, size = append(all, time.Since(start)), len(body)
		}
		b.atMost(page.name+", p95", quantile(all, 0.95), "ms", pageTime)
		b.raw(page.name+", size", float64(size), "bytes")
	}
	return nil
}
