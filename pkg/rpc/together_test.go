package rpc_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
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
	if n := messages.Load(); n == 0 || n > 6*each/4 {
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

// Nothing runs of calls whose signature proves nothing, or of too many.
func TestCallsTogetherNeedProof(t *testing.T) {
	p, f, _, _ := start(t)
	who := education()
	one := &platformv1.Call{Method: "ListFacts", Principal: who.Message()}
	send := func(body, signature []byte) string {
		t.Helper()
		m := nats.NewMsg(rpc.Subject("probe", "Calls"))
		m.Data = body
		m.Header.Set("Qiao-Principal", base64.RawURLEncoding.EncodeToString(signature))
		r, err := p.Deps("education").Conn.RequestMsg(m, 20*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		var e platformv1.Error
		if r.Header.Get("Qiao-Error") != "" {
			if err := proto.Unmarshal(r.Data, &e); err != nil {
				t.Fatal(err)
			}
		}
		return e.GetCode()
	}
	signed := func(n int, audience string) (body, signature []byte) {
		t.Helper()
		all := &platformv1.Calls{}
		for range n {
			all.Calls = append(all.Calls, one)
		}
		body, signature, err := p.Signer().SignCalls(all, audience)
		if err != nil {
			t.Fatal(err)
		}
		return body, signature
	}
	body, signature := signed(64, "probe")
	if code := send(body, signature); code != "" || f.calls.Load() != 64 {
		t.Fatalf("%d ran, %q", f.calls.Load(), code)
	}
	if code := send(append(body, body...), signature); code != "auth.principal_invalid" {
		t.Errorf("calls that were added: %q", code)
	}
	if code := send(body, nil); code != "auth.principal_invalid" {
		t.Errorf("no signature: %q", code)
	}
	if code := send(signed(1, "housing")); code != "auth.principal_invalid" {
		t.Errorf("another service's: %q", code)
	}
	if code := send(signed(65, "probe")); code != "rpc.too_large" {
		t.Errorf("too many: %q", code)
	}
	if n := f.calls.Load(); n != 64 {
		t.Errorf("%d ran", n-64)
	}
}
