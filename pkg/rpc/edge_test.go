package rpc_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/outbox"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/testkit"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

func education() auth.Principal {
	return auth.Principal{Kind: auth.Service, Subject: "education", Purpose: "school_place", LegalBasis: "test", Via: auth.ViaSystem}
}

// busCall sends a call with headers of the test's choice, as no client of ours would.
func busCall(t *testing.T, p *testkit.Platform, header map[string]string, body []byte) (code, field string) {
	t.Helper()
	token, err := p.Signer().Sign(education(), "probe")
	if err != nil {
		t.Fatal(err)
	}
	m := nats.NewMsg(rpc.Subject("probe", "ListFacts"))
	m.Data = body
	m.Header.Set("Qiao-Principal", token)
	for k, v := range header {
		m.Header.Set(k, v)
	}
	r, err := p.Deps("education").Conn.RequestMsg(m, 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if r.Header.Get("Qiao-Error") == "" {
		return "", ""
	}
	var e platformv1.Error
	if err := proto.Unmarshal(r.Data, &e); err != nil {
		t.Fatal(err)
	}
	return e.GetCode(), e.GetDetail()["field"]
}

// httpCall is busCall over HTTP.
func httpCall(t *testing.T, p *testkit.Platform, url string, header map[string]string, body string) int {
	t.Helper()
	token, err := p.Signer().Sign(education(), "probe")
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url+"/rpc/probe/ListFacts", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// S1: what a caller sends beside the request goes no further unchecked: a request
// id of a megabyte, or with a text in it, stopped a department's channel for ever.
func TestHeadersHaveAForm(t *testing.T) {
	p, f, _, h := start(t)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	var cause string
	f.do = func(ctx context.Context) error {
		cause = outbox.CauseOf(ctx).Correlation
		return nil
	}
	id := ident.NewID()
	for name, c := range map[string]struct {
		header map[string]string
		code   string
		kept   bool
	}{
		"an id":                       {map[string]string{"Qiao-Request-Id": id}, "", true},
		"a name as request id":        {map[string]string{"Qiao-Request-Id": "zhang-san"}, "", false},
		"a telephone number as id":    {map[string]string{"Qiao-Request-Id": "13812345678"}, "", false},
		"a long request id":           {map[string]string{"Qiao-Request-Id": strings.Repeat("a", 200_000)}, "", false},
		"a trace that is none":        {map[string]string{"traceparent": "call her after five", "Qiao-Request-Id": id}, "", true},
		"a long key":                  {map[string]string{"Idempotency-Key": strings.Repeat("k", 129)}, "rpc.field", false},
		"a key with spaces":           {map[string]string{"Idempotency-Key": "call her"}, "rpc.field", false},
		"a deadline that is no time":  {map[string]string{"Qiao-Deadline": "tomorrow"}, "rpc.field", false},
		"a deadline that is long ago": {map[string]string{"Qiao-Deadline": "1"}, "rpc.deadline", false},
		"a deadline beyond all":       {map[string]string{"Qiao-Deadline": strconv.FormatInt(1<<62, 10), "Qiao-Request-Id": id}, "", true},
		"a long token":                {map[string]string{"Qiao-Principal": strings.Repeat("a", 100_000)}, "auth.principal_invalid", false},
	} {
		cause = ""
		code, _ := busCall(t, p, c.header, nil)
		if code != c.code || code == "" && (len(cause) != 36 || (cause == id) != c.kept) {
			t.Errorf("%s on the bus: %q, the id became %q", name, code, cause)
		}
		if c.header["Qiao-Principal"] != "" || len(c.header["Qiao-Request-Id"]) > 50_000 {
			continue
		}
		cause = ""
		status := httpCall(t, p, srv.URL, c.header, "{}")
		if (status == http.StatusOK) != (c.code == "") || c.code == "" && (len(cause) != 36 || (cause == id) != c.kept) {
			t.Errorf("%s over HTTP: %d, the id became %q", name, status, cause)
		}
	}
}

// The form of each field is checked before the endpoint, the same on both transports.
func TestAFieldWithoutItsFormIsRefused(t *testing.T) {
	p, f, c, h := start(t)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	web := platformv1.FactsClient{Caller: rpc.NewHTTPClient(srv.URL, srv.Client(), p.Signer()), Target: "probe"}
	for field, req := range map[string]*platformv1.ListFactsRequest{
		"worker":   {Worker: "古丽娜尔"},
		"case_id":  {CaseId: "her case, please hurry"},
		"grant_id": {GrantId: strings.Repeat("a", 1000)},
		"kinds[1]": {Kinds: []string{"job", "13812345678"}},
		"kinds":    {Kinds: make([]string, 1000)},
	} {
		for transport, caller := range map[string]platformv1.FactsClient{"bus": c, "HTTP": web} {
			_, err := caller.ListFacts(p.Service("education"), req)
			if e := errs.From(err); errs.CodeOf(err) != "rpc.field" || e.Detail["field"] != field {
				t.Errorf("%s over %s: %v %v", field, transport, err, e)
			}
		}
	}
	if f.calls.Load() != 0 {
		t.Errorf("%d calls reached the service", f.calls.Load())
	}
	if code, _ := busCall(t, p, nil, []byte{0x0a, 2, 0xff, 0xfe}); code != "rpc.malformed" {
		t.Errorf("a worker that is no UTF-8: %q", code)
	}
	if code, _ := busCall(t, p, nil, []byte{0xf8, 0x7f, 1}); code != "" {
		t.Errorf("a field of a later version: %q", code)
	}
}

// S4: 512 connections with unfinished bodies shut a method for everybody.
func TestUnfinishedBodiesShutNobodyOut(t *testing.T) {
	p, f, c, h := start(t)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	token, err := p.Signer().Sign(education(), "probe")
	if err != nil {
		t.Fatal(err)
	}
	var open []net.Conn
	t.Cleanup(func() {
		for _, c := range open {
			_ = c.Close()
		}
	})
	for i := range 600 {
		conn, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, conn)
		bearer := ""
		if i%2 == 0 {
			bearer = "Authorization: Bearer " + token + "\r\n"
		}
		if _, err := fmt.Fprintf(conn, "POST /rpc/probe/ListFacts HTTP/1.1\r\nHost: x\r\n%sContent-Length: 1000\r\n\r\n{", bearer); err != nil {
			t.Fatal(err)
		}
	}
	// Who sends no token is refused without being waited for.
	answer, err := http.ReadResponse(bufio.NewReader(open[1]), nil)
	if err != nil || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unfinished body without a token: %v %v", answer, err)
	}
	if answer != nil {
		_ = answer.Body.Close()
	}
	web := platformv1.FactsClient{Caller: rpc.NewHTTPClient(srv.URL, srv.Client(), p.Signer()), Target: "probe"}
	for transport, caller := range map[string]platformv1.FactsClient{"bus": c, "HTTP": web} {
		for range 20 {
			if _, err := caller.ListFacts(p.Service("education"), &platformv1.ListFactsRequest{}); err != nil {
				t.Fatalf("a good caller over %s: %v", transport, err)
			}
		}
	}
	if f.calls.Load() != 40 {
		t.Errorf("%d calls", f.calls.Load())
	}
	// A body that says that it is too long is not read at all.
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, srv.URL+"/rpc/probe/ListFacts", bytes.NewReader(make([]byte, 2<<20)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := srv.Client().Do(r)
	if err == nil {
		if _ = resp.Body.Close(); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("a long body: %s", resp.Status)
		}
	}
}

// On the bus a caller who proves nothing takes no slot: all of them are held here.
func TestNoSlotWithoutProof(t *testing.T) {
	p, f, c, _ := start(t)
	release := make(chan struct{})
	f.do = func(context.Context) error { <-release; return nil }
	done := make(chan error, 511)
	for range 511 {
		go func() {
			_, err := c.ListFacts(p.Service("education"), &platformv1.ListFactsRequest{})
			done <- err
		}()
	}
	for range 600 {
		if code, _ := busCall(t, p, map[string]string{"Qiao-Principal": "a.b"}, nil); code != "auth.principal_invalid" {
			t.Fatalf("without proof: %q", code)
		}
	}
	close(release)
	for range 511 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

// S12: HTTP drops the deadline that the bus keeps.
func TestHTTPKeepsTheCallersDeadline(t *testing.T) {
	p, f, _, h := start(t)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	var got time.Time
	f.do = func(ctx context.Context) error { got, _ = ctx.Deadline(); return nil }
	want := time.Now().Add(3 * time.Second)
	if s := httpCall(t, p, srv.URL, map[string]string{"Qiao-Deadline": strconv.FormatInt(want.UnixMicro(), 10)}, "{}"); s != http.StatusOK || got.Sub(want).Abs() > time.Millisecond {
		t.Errorf("%d, deadline %v, want %v", s, got, want)
	}
	if s := httpCall(t, p, srv.URL, map[string]string{"Qiao-Deadline": "1"}, "{}"); s != http.StatusGatewayTimeout {
		t.Errorf("after its time: %d", s)
	}
	// The work ends with its caller.
	began, ended := make(chan struct{}), make(chan struct{})
	f.do = func(ctx context.Context) error { close(began); <-ctx.Done(); close(ended); return ctx.Err() }
	ctx, cancel := context.WithCancel(p.Service("education"))
	go func() {
		web := platformv1.FactsClient{Caller: rpc.NewHTTPClient(srv.URL, srv.Client(), p.Signer()), Target: "probe"}
		_, _ = web.ListFacts(ctx, &platformv1.ListFactsRequest{})
	}()
	<-began
	cancel()
	select {
	case <-ended:
	case <-time.After(9 * time.Second): // less than the default deadline
		t.Error("the work outlives its caller")
	}
}

func TestAPersonTakesNoMoreThanAShare(t *testing.T) {
	d := rpc.NewDoor()
	now := time.Now()
	who := auth.Principal{Kind: auth.Worker, Subject: "w"}
	var leave func()
	for range 64 {
		l, ok := d.Principal(who, now)
		if !ok {
			t.Fatal("refused within the share")
		}
		leave = l
	}
	if _, ok := d.Principal(who, now); ok {
		t.Error("65 at once")
	}
	if _, ok := d.Principal(auth.Principal{Kind: auth.Worker, Subject: "another"}, now); !ok {
		t.Error("another worker is shut out")
	}
	leave()
	leave() // a second time gives nothing
	if _, ok := d.Principal(who, now); !ok {
		t.Error("a place that was given back is lost")
	}
	if _, ok := d.Principal(who, now); ok {
		t.Error("one place was given back twice")
	}
	for i := range 50_000 {
		d.Stranger(strconv.Itoa(i), now)
	}
	if n := d.Known(); n > 20_000 {
		t.Errorf("%d callers are remembered", n)
	}
	tries := 0
	for d.Stranger("one", now) {
		tries++
	}
	if tries != 4000 {
		t.Errorf("%d tries at once", tries)
	}
}

// The description of the HTTP binding states the forms that are checked.
func TestOpenAPIStatesTheForms(t *testing.T) {
	w := httptest.NewRecorder()
	rpc.OpenAPI([]rpc.Served{{Service: "probe", Methods: platformv1.OpsMethods(nil)}, {Service: "probe", Methods: platformv1.FactsMethods(nil)}}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]map[string]any
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	facts := doc.Components.Schemas["qiao.platform.v1.ListFactsRequest"].Properties
	limit := doc.Components.Schemas["qiao.platform.v1.ReadChannelRequest"].Properties["limit"]
	if facts["worker"]["maxLength"] != 36.0 || facts["worker"]["pattern"] == nil || facts["kinds"]["maxItems"] != 16.0 || limit["minimum"] != 0.0 || limit["maximum"] != 100_000.0 {
		t.Errorf("%v %v", facts, limit)
	}
}
