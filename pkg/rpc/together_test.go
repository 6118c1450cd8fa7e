package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Calls that travel together are each let in, run and answered by themselves.
func TestCallsThatTravelTogether(t *testing.T) {
	p, f, _, _ := start(t)
	f.do = func(ctx context.Context) error {
		who, err := auth.FromContext(ctx)
		if err == nil && who.LegalBasis == "bad" {
			err = errs.New(errs.Conflict, "probe.taken", "It is taken.").With("place", "s-1")
		}
		return err
	}
	var messages atomic.Int64
	watch, err := p.Deps("education").Conn.Subscribe("rpc.probe.>", func(*nats.Msg) { messages.Add(1) })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = watch.Unsubscribe() }()
	if err := p.Deps("education").Conn.Flush(); err != nil {
		t.Fatal(err)
	}
	c := platformv1.FactsClient{Caller: rpc.NewTogether(p.Client()), Target: "probe"}
	bad := education()
	bad.LegalBasis = "bad"
	const each = 60
	want := map[string]int{"": each + 1, "probe.taken": each, "auth.denied": each, "auth.purpose": each, "rpc.field": each, "rpc.method_unknown": each, "auth.principal_missing": each}
	var mu sync.Mutex
	got := map[string]int{}
	var all sync.WaitGroup
	call := func(ctx context.Context, req *platformv1.ListFactsRequest) {
		all.Go(func() {
			_, err := c.ListFacts(ctx, req)
			mu.Lock()
			defer mu.Unlock()
			code := ""
			if err != nil {
				code = errs.CodeOf(err)
			}
			got[code]++
		})
	}
	for i := range each {
		call(rpc.Once(p.Service("education"), fmt.Sprint("own", i)), &platformv1.ListFactsRequest{Worker: "w"})
		call(p.As(bad), &platformv1.ListFactsRequest{})
		call(p.Service("training"), &platformv1.ListFactsRequest{})
		call(rpc.As(context.Background(), auth.Principal{Kind: auth.Service, Subject: "education"}), &platformv1.ListFactsRequest{})
		call(p.Service("education"), &platformv1.ListFactsRequest{Worker: "古丽娜尔"})
		call(context.Background(), &platformv1.ListFactsRequest{})
		all.Go(func() {
			err := c.Caller.Call(p.Service("education"), "probe", "Nothing", &platformv1.ListFactsRequest{}, &platformv1.ListFactsResponse{})
			mu.Lock()
			defer mu.Unlock()
			got[errs.CodeOf(err)]++
		})
	}
	call(rpc.Once(p.Service("education"), "own0"), &platformv1.ListFactsRequest{Worker: "w"}) // a repeat
	all.Wait()
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := f.calls.Load(); n != each {
		t.Errorf("%d commands ran for %d keys", n, each)
	}
	if n := messages.Load(); n == 0 || n >= 6*each {
		t.Errorf("%d calls took %d messages", 6*each, n)
	}
	if err := c.Caller.Call(p.Service("education"), "nowhere", "ListFacts", &platformv1.ListFactsRequest{}, &platformv1.ListFactsResponse{}); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("a service that is not there: %v", err)
	}
}

// A caller who has no more time goes away; those who travel with it do not.
func TestOneWhoWaitsNoLongerKeepsNobody(t *testing.T) {
	p, f, _, _ := start(t)
	release := make(chan struct{})
	f.do = func(ctx context.Context) error {
		<-release
		return nil
	}
	c := platformv1.FactsClient{Caller: rpc.NewTogether(p.Client()), Target: "probe"}
	ended := make(chan error, 8)
	for range cap(ended) {
		go func() {
			_, err := c.ListFacts(p.Service("education"), &platformv1.ListFactsRequest{Worker: "w"})
			ended <- err
		}()
	}
	short, cancel := context.WithTimeout(p.Service("education"), 50*time.Millisecond)
	defer cancel()
	if _, err := c.ListFacts(short, &platformv1.ListFactsRequest{Worker: "w"}); !errors.Is(err, rpc.ErrDeadline) {
		t.Errorf("%v", err)
	}
	close(release)
	for range cap(ended) {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// Nothing runs of calls whose proof proves nothing, or of too many; the same over HTTP.
func TestCallsTogetherNeedProof(t *testing.T) {
	p, f, _, h := start(t)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	calls := func(n int, says *platformv1.Principal) *platformv1.Calls {
		all := &platformv1.Calls{}
		for range n {
			all.Calls = append(all.Calls, &platformv1.Call{Method: "ListFacts", Principal: says})
		}
		return all
	}
	token := func(audience string) string {
		t.Helper()
		one, err := p.Signer().Sign(education(), audience)
		if err != nil {
			t.Fatal(err)
		}
		return one
	}
	overBus := func(all *platformv1.Calls, token string) string {
		t.Helper()
		m := nats.NewMsg(rpc.Subject("probe", "Calls"))
		body, err := proto.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		m.Data = body
		m.Header.Set("Qiao-Principal", token)
		r, err := p.Deps("education").Conn.RequestMsg(m, 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		var e platformv1.Error
		var answers platformv1.Answers
		if r.Header.Get("Qiao-Error") != "" {
			err = proto.Unmarshal(r.Data, &e)
		} else if err = proto.Unmarshal(r.Data, &answers); err == nil {
			return answers.GetAnswers()[0].GetError().GetCode()
		}
		if err != nil {
			t.Fatal(err)
		}
		return e.GetCode()
	}
	overHTTP := func(all *platformv1.Calls, token string) string {
		t.Helper()
		body, err := protojson.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(http.MethodPost, srv.URL+"/rpc/probe/Calls", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := srv.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		var e struct{ Code string }
		var answers platformv1.Answers
		if resp.StatusCode != http.StatusOK {
			err = json.Unmarshal(b, &e)
		} else if err = protojson.Unmarshal(b, &answers); err == nil {
			return answers.GetAnswers()[0].GetError().GetCode()
		}
		if err != nil {
			t.Fatal(err)
		}
		return e.Code
	}
	for way, send := range map[string]func(*platformv1.Calls, string) string{"bus": overBus, "http": overHTTP} {
		before := f.calls.Load()
		if code := send(calls(64, nil), token("probe")); code != "" || f.calls.Load() != before+64 {
			t.Fatalf("%s: %d ran, %q", way, f.calls.Load()-before, code)
		}
		for what, c := range map[string]struct {
			all   *platformv1.Calls
			token string
			code  string
		}{
			"no proof":             {calls(1, nil), "", "auth.principal_missing"},
			"nonsense":             {calls(1, nil), "a.b", "auth.principal_invalid"},
			"another service's":    {calls(1, nil), token("housing"), "auth.principal_invalid"},
			"too many":             {calls(65, nil), token("probe"), "rpc.too_large"},
			"another who calls":    {calls(1, &platformv1.Principal{Subject: "training"}), token("probe"), "auth.principal_invalid"},
			"for another's record": {calls(1, &platformv1.Principal{ActsFor: "w-2"}), token("probe"), "auth.principal_invalid"},
		} {
			if code := send(c.all, c.token); code != c.code {
				t.Errorf("%s, %s: %q", way, what, code)
			}
		}
		if n := f.calls.Load() - before; n != 64 {
			t.Errorf("%s: %d ran", way, n-64)
		}
	}
}

// What travels together over HTTP is answered as over the bus.
func TestCallsTravelTogetherOverHTTP(t *testing.T) {
	p, f, _, h := start(t)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	c := platformv1.FactsClient{Caller: rpc.NewTogether(rpc.NewHTTPClient(srv.URL, srv.Client(), p.Signer())), Target: "probe"}
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if _, err := c.ListFacts(p.Service("education"), &platformv1.ListFactsRequest{Worker: "w"}); err != nil {
				t.Error(err)
			}
			if _, err := c.ListFacts(p.Service("training"), &platformv1.ListFactsRequest{Worker: "w"}); errs.CodeOf(err) != "auth.denied" {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := f.calls.Load(); n != 100 {
		t.Errorf("%d ran", n)
	}
}
