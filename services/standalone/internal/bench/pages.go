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
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/proto/contract"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/housing"
	"github.com/qiao-platform/qiao/services/standalone"
	"github.com/qiao-platform/qiao/services/training"
)

const (
	openCases = 50_000
	loads     = 200 // of each page, as one person's share of requests allows
	pageTime  = 50.0
)

// goneBy is how many things of a worker's life are over, in each of two departments.
const goneBy = 1_000

// opened is a page that is measured.
type opened struct{ name, path string }

// officersPages are those of an officer of the whole prefecture.
var officersPages = []opened{
	{"the work list, 50,000 open cases", "/today"},
	{"the work list of a county", "/today?county=654325"},
	{"the work list of a matter, overdue", "/today?matter=housing.application&overdue=1"},
	{"a page deep in the work list", "/today?after=2026-11-20+0198c0de-0000-7000-8000-000000000000+application"},
	{"a case by the end of its number", "/today?number=00000000c34f"},
}

// workersPages are those of a worker with a long life.
func workersPages(worker string) []opened {
	own := "/workers/" + worker
	return []opened{
		{"a worker's first page, 2,000 things that are over", "/my"},
		{"a worker's own courses", own + "/courses"},
		{"a worker's own homes", own + "/home"},
		{"a worker's messages", own + "/messages"},
	}
}

// pages measures what a page takes, from the request to the last byte: one check of the
// session, and one question to each department that it shows.
func pages(ctx context.Context, b *bench) error {
	dir, err := b.dir("pages")
	if err != nil {
		return err
	}
	worker := ""
	if err := whole(ctx, dir, func(ctx context.Context, _ *standalone.Platform, caller contract.Caller) error {
		today := clock.Today(clock.System())
		reply, err := registryv1.RegistryClient{Caller: caller, Target: "registry"}.RegisterWorker(officer(ctx, "hrss"), &registryv1.RegisterWorkerRequest{
			DocumentNumber: number(1, today), Name: "测试", County: "654301", Languages: []string{"zh-Hans"}, RegisteredOn: today.String(), NoticeVersion: "1", Signed: true,
		})
		worker = reply.GetWorker()
		return err
	}); err != nil {
		return err
	}
	data := filepath.Join(dir, "data")
	if err := waiting(ctx, filepath.Join(data, housing.Name+".db")); err != nil {
		return err
	}
	if err := lived(ctx, data, worker); err != nil {
		return err
	}
	return whole(ctx, dir, func(ctx context.Context, p *standalone.Platform, caller contract.Caller) error {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		server := &http.Server{Handler: p.Handler(ctx.Done()), ReadHeaderTimeout: time.Second}
		done := make(chan error, 1)
		go func() { done <- server.Serve(l) }()
		at := "http://" + l.Addr().String()
		err = b.pages(ctx, at, caller, officersPages, &identityv1.Player{PlayerLabel: "hou", AccountKind: "officer", Subject: "Z-201", Grants: []*identityv1.RoleGrant{{Role: "reviewer", Department: "hou", Covered: auth.Everywhere}}})
		err = errors.Join(err, b.pages(ctx, at, caller, workersPages(worker), &identityv1.Player{PlayerLabel: "worker", AccountKind: "worker", Subject: worker}))
		err = errors.Join(err, server.Close())
		if ended := <-done; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		return err
	})
}

// lived writes what is over in a worker's life: applications that were withdrawn, courses
// that were dropped.
func lived(ctx context.Context, data, worker string) error {
	write := func(service string, rows func(tx *sqldb.Tx) error) error {
		db, err := sqldb.Open(ctx, "sqlite:"+filepath.Join(data, service+".db"))
		if err != nil {
			return err
		}
		return errors.Join(db.Update(ctx, rows), db.Close())
	}
	return errors.Join(write(housing.Name, func(tx *sqldb.Tx) error {
		for i := range goneBy {
			if _, err := tx.Exec(`INSERT INTO application (id, worker, county, kind, household_size, declares_no_home, declares_income_below, state, reopened, refusal_code, reasons, offer_id, submitted_at, version)
				VALUES ($1, $2, '654301', 'public_rental', 2, 1, 1, 'withdrawn', 0, '', '[]', '', $3, 1)`, ident.NewID(), worker, sqldb.Micros(time.Now().AddDate(0, 0, -i))); err != nil {
				return err
			}
		}
		return nil
	}), write(training.Name, func(tx *sqldb.Tx) error {
		course := ident.NewID()
		if _, err := tx.Exec(`INSERT INTO course (id, provider, reference, title, occupation, level, hours, places, starts_on, kind, employer_uscc, subsidy_fen, county, taken, waiting, last_number, version)
			VALUES ($1, 'bench', '1', '电工', '6-29', '5', 40, 10, '2026-01-05', 'general', '', 0, '654301', 0, 0, 0, 1)`, course); err != nil {
			return err
		}
		for range goneBy {
			if _, err := tx.Exec(`INSERT INTO enrolment (id, course_id, worker, division, state, number, version) VALUES ($1, $2, $3, '654301', 'dropped', 0, 1)`, ident.NewID(), course, worker); err != nil {
				return err
			}
		}
		return nil
	}))
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

var playerKey = regexp.MustCompile(`name="key" value="([A-Z2-7]{26})"`)

// pages measures pages as somebody.
func (b *bench) pages(ctx context.Context, at string, caller contract.Caller, all []opened, who *identityv1.Player) error {
	as := rpc.As(ctx, auth.Principal{Kind: auth.Administrator, Subject: "bench", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
	offered, err := identityv1.PlayClient{Caller: caller, Target: "identity"}.OfferPlayers(as, &identityv1.OfferPlayersRequest{Players: []*identityv1.Player{who}})
	if err != nil {
		return err
	}
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
	key := playerKey.FindStringSubmatch(form)
	if key == nil || len(offered.GetPlayers()) == 0 {
		return errors.New("nobody is offered")
	}
	said := url.Values{"key": {key[1]}, "player": {offered.GetPlayers()[0].GetAccountId()}, "next": {all[0].path}}.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/sign-in/players", strings.NewReader(said))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", at)
	if _, err := get(r); err != nil {
		return err
	}
	for _, page := range all {
		var took []time.Duration
		var size int
		for i := range loads/len(all) + 3 {
			start := time.Now()
			body, err := ask(page.path)
			if err != nil {
				return err
			}
			if i < 3 {
				continue // made for the first time
			}
			took, size = append(took, time.Since(start)), len(body)
		}
		b.atMost(page.name+", p95", quantile(took, 0.95), "ms", pageTime)
		b.raw(page.name+", size", float64(size), "bytes")
	}
	return nil
}
