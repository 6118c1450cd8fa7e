package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/micro"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/evidence"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// facts is a service with one command, whose behaviour a test chooses.
type facts struct {
	log   *outbox.Outbox
	calls atomic.Int64
	do    func(ctx context.Context) error
}

func (f *facts) ListFacts(ctx context.Context, req *platformv1.ListFactsRequest) (*platformv1.ListFactsResponse, error) {
	if f.do != nil {
		if err := f.do(ctx); err != nil {
			return nil, err
		}
	}
	return outbox.Command(ctx, f.log, func(tx *sqldb.Tx) (*platformv1.ListFactsResponse, error) {
		n := f.calls.Add(1)
		id := ident.NewID()
		return &platformv1.ListFactsResponse{Facts: []*platformv1.Fact{{SourceId: id, Months: int32(n)}}},
			f.log.Append(ctx, tx, outbox.Subject{Aggregate: id, Worker: req.GetWorker()}, &platformv1.RecordRead{Reader: "x"})
	})
}

func start(t *testing.T) (*testkit.Platform, *facts, platformv1.FactsClient, http.Handler) {
	t.Helper()
	p := testkit.NewPlatform(t, nil)
	d := p.Deps("probe")
	k, err := run.Open(context.Background(), "probe", nil, d)
	if err != nil {
		t.Fatal(err)
	}
	f := &facts{log: k.Outbox}
	methods := evidence.Methods("employment", f)
	methods[0].Command = true // the contract's is a read; here it stands for a command
	s, err := k.Assemble(context.Background(), run.Parts{Methods: methods})
	if err != nil {
		t.Fatal(err)
	}
	p.Start(s)
	return p, f, platformv1.FactsClient{Caller: p.Client(), Target: "probe"}, s.Handler()
}

func TestKindAndCodeCrossTheWire(t *testing.T) {
	p, f, c, _ := start(t)
	f.do = func(context.Context) error {
		return errs.New(errs.Conflict, "probe.taken", "It is taken.").With("place", "s-1").Because(errors.New("secret cause"))
	}
	_, err := c.ListFacts(p.Service("education"), &platformv1.ListFactsRequest{})
	e := errs.From(err)
	if e.Kind != errs.Conflict || e.Code != "probe.taken" || e.Detail["place"] != "s-1" || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
	f.do = func(context.Context) error { return errors.New("SELECT secret") }
	if _, err := c.ListFacts(p.Service("education"), &platformv1.ListFactsRequest{}); errs.CodeOf(err) != "internal" || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
	f.do = func(context.Context) error { panic("boom") }
	if _, err := c.ListFacts(p.Service("education"), &platformv1.ListFactsRequest{}); errs.CodeOf(err) != "internal" {
		t.Errorf("%v", err)
	}
}

func TestWhoMayCall(t *testing.T) {
	p, _, c, _ := start(t)
	for name, call := range map[string]struct {
		ctx  context.Context
		want string
	}{
		"nobody":          {context.Background(), "auth.principal_missing"},
		"another kind":    {p.Worker("w"), "auth.denied"},
		"another service": {p.Service("training"), "auth.denied"},
		"no purpose":      {rpc.As(context.Background(), auth.Principal{Kind: auth.Service, Subject: "education"}), "auth.purpose"},
	} {
		if _, err := c.ListFacts(call.ctx, &platformv1.ListFactsRequest{}); errs.CodeOf(err) != call.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := (platformv1.FactsClient{Caller: p.Client(), Target: "nowhere"}).ListFacts(p.Service("education"), &platformv1.ListFactsRequest{}); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a service that is not there: %v", err)
	}
}

func TestCommandRunsOncePerKey(t *testing.T) {
	p, f, c, _ := start(t)
	ctx := rpc.Once(p.Service("education"), "key-1")
	first, err := c.ListFacts(ctx, &platformv1.ListFactsRequest{Worker: "w"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.ListFacts(ctx, &platformv1.ListFactsRequest{Worker: "w"})
	if err != nil {
		t.Fatal(err)
	}
	testkit.Equal(t, again, first)
	if f.calls.Load() != 1 {
		t.Errorf("it ran %d times", f.calls.Load())
	}
	if _, err := c.ListFacts(ctx, &platformv1.ListFactsRequest{Worker: "other"}); errs.CodeOf(err) != "outbox.key_reused" {
		t.Errorf("the same key with another request: %v", err)
	}
	if _, err := c.ListFacts(rpc.Once(p.Service("housing"), "key-1"), &platformv1.ListFactsRequest{Worker: "w"}); err != nil || f.calls.Load() != 2 {
		t.Errorf("the same key of another caller: %v, %d runs", err, f.calls.Load())
	}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, _ = c.ListFacts(rpc.Once(p.Service("education"), "key-2"), &platformv1.ListFactsRequest{Worker: "w"})
		})
	}
	wg.Wait()
	if f.calls.Load() != 3 {
		t.Errorf("16 at once made %d runs", f.calls.Load()-2)
	}
}

func TestExpiredRequestIsDroppedUnrun(t *testing.T) {
	p, f, c, _ := start(t)
	ctx, cancel := context.WithDeadline(p.Service("education"), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := c.ListFacts(ctx, &platformv1.ListFactsRequest{}); errs.KindOf(err) != errs.Deadline {
		t.Errorf("%v", err)
	}
	if f.calls.Load() != 0 {
		t.Error("it was run")
	}
}

func TestOverloadIsRefusedAtOnce(t *testing.T) {
	p, f, c, _ := start(t)
	release := make(chan struct{})
	f.do = func(context.Context) error { <-release; return nil }
	var refused, done atomic.Int64
	var wg sync.WaitGroup
	for range 700 { // a method takes 512 at once
		wg.Go(func() {
			_, err := c.ListFacts(p.Service("education"), &platformv1.ListFactsRequest{})
			if errs.CodeOf(err) == "rpc.overloaded" {
				refused.Add(1)
			} else if err == nil {
				done.Add(1)
			}
		})
	}
	testkit.Eventually(t, "those past the bound are refused", func() bool { return refused.Load() == 700-512 })
	close(release)
	wg.Wait()
	if done.Load() != 512 {
		t.Errorf("%d were done", done.Load())
	}
}

func TestHTTPServesTheSameEndpoints(t *testing.T) {
	p, f, _, h := start(t)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c := platformv1.FactsClient{Caller: rpc.NewHTTPClient(srv.URL, srv.Client(), p.Signer()), Target: "probe"}
	ctx := rpc.Once(p.Service("education"), "key")
	first, err := c.ListFacts(ctx, &platformv1.ListFactsRequest{Worker: "w"})
	if err != nil {
		t.Fatal(err)
	}
	over, err := platformv1.FactsClient{Caller: p.Client(), Target: "probe"}.ListFacts(ctx, &platformv1.ListFactsRequest{Worker: "w"})
	if err != nil {
		t.Fatal(err)
	}
	testkit.Equal(t, over, first) // the key holds across transports
	if _, err := c.ListFacts(p.Worker("w"), &platformv1.ListFactsRequest{}); errs.CodeOf(err) != "auth.denied" {
		t.Error(err)
	}
	for body, want := range map[string]int{"{": http.StatusBadRequest, `{"unknown_field": 1}`: http.StatusBadRequest, strings.Repeat("x", 2<<20): http.StatusBadRequest} {
		if got := httpCall(t, p, srv.URL, nil, body); got != want {
			t.Errorf("%.20q: %d", body, got)
		}
	}
	if f.calls.Load() != 1 {
		t.Errorf("%d runs", f.calls.Load())
	}
	r, err := http.Post(srv.URL+"/rpc/probe/Nothing", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown method: %s", r.Status)
	}
}

func TestStatusOfEveryKind(t *testing.T) {
	seen := map[int]bool{}
	for k := errs.Internal; k <= errs.Deadline; k++ {
		s := rpc.HTTPStatus(k)
		if seen[s] || s < 400 {
			t.Errorf("%v gives %d", k, s)
		}
		seen[s] = true
	}
}

func TestAnswersExpire(t *testing.T) {
	p, f, c, _ := start(t)
	if _, err := c.ListFacts(rpc.Once(p.Service("education"), "k"), &platformv1.ListFactsRequest{}); err != nil {
		t.Fatal(err)
	}
	late := outbox.New("probe", f.log.DB(), clock.NewManual(time.Now().Add(100*time.Hour)), p.Master, 1)
	if n, err := late.Purge(context.Background()); err != nil || n != 1 {
		t.Errorf("%d answers purged, %v", n, err)
	}
}

// A service that comes up is heard method by method, those of its operators
// last: who was answered by them is answered by each.
func TestOperatorsMethodsAreTheLastToBeHeard(t *testing.T) {
	p, _, _, _ := start(t)
	var info micro.Info
	testkit.Eventually(t, "it is heard", func() bool {
		m, err := p.Conn.Request("$SRV.INFO.qiao-probe", nil, time.Second)
		return err == nil && json.Unmarshal(m.Data, &info) == nil && len(info.Endpoints) > 2
	})
	var last []string
	for _, m := range platformv1.OpsMethods(nil) {
		last = append(last, m.Name)
	}
	var heard []string
	for _, e := range info.Endpoints {
		heard = append(heard, e.Name)
	}
	if len(heard) <= len(last) || !slices.Equal(heard[len(heard)-len(last):], last) {
		t.Errorf("in this order: %q", heard)
	}
}
