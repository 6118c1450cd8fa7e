// Package program is how an import program signs in at a running platform: an officer
// lets it in by a code at the platform's pages, for one import or for some days, and
// from then on the pages give it proofs of who asks, each good for minutes. It holds no
// key. What it was let in by stays in memory, or in a file of its owner's alone.
package program

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/rpc"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// Errors of this package.
var (
	ErrPlain = errs.New(errs.Invalid, "program.plain", "What a program is let in by does not travel in the clear: beyond this machine give an address that begins with https://.")
	ErrAway  = errs.New(errs.Unavailable, "program.pages_away", "The platform's pages do not answer.")
	// ErrEnded says that the officer, or who shuts out, ended what the program was let in by.
	ErrEnded = errs.New(errs.Unauthenticated, "program.ended", "What this program was let in by has ended: its time is over, or the officer or the security administrator ended it.")
	// ErrRefused says that nobody let it in.
	ErrRefused = errs.New(errs.Unauthenticated, "program.refused", "The program was not let in: the code was refused, or its minutes are over.")
)

// between is how long a program waits until it asks again whether it was let in.
const between = 2 * time.Second

// mostOfAnswer bounds what is read of an answer.
const mostOfAnswer = 64 << 10

// Pages is a running platform's pages, where programs sign in.
type Pages struct {
	base string
	http *http.Client
}

// At returns the pages at an address such as https://qiao.example.org.
func At(address string) (*Pages, error) {
	u, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q is no address of a platform's pages, such as https://qiao.example.org or http://127.0.0.1:8080", address)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, ErrPlain
	}
	return &Pages{base: u.String(), http: &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // a secret goes nowhere else
	}}}, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Base is their address.
func (p *Pages) Base() string { return p.base }

// Asked is a program that waits to be let in.
type Asked struct {
	Code  string // what the officer types
	Until time.Time
	flow  string
}

// Ask asks to be let in under a name, for so many days; none is for one import.
func (p *Pages) Ask(ctx context.Context, name string, days int) (Asked, error) {
	var r struct {
		Flow   string `json:"flow"`
		Code   string `json:"code"`
		EndsAt int64  `json:"ends_at"`
	}
	err := p.post(ctx, "", map[string]any{"device": name, "days": days}, &r)
	return Asked{r.Code, time.UnixMicro(r.EndsAt), r.Flow}, err
}

// LetIn is what an officer let a program in by.
type LetIn struct {
	Server     string    `json:"server"`
	Officer    string    `json:"officer"`
	Until      time.Time `json:"until"`
	Credential string    `json:"credential"`
}

// Wait returns once an officer let the program in, or ErrRefused.
func (p *Pages) Wait(ctx context.Context, a Asked) (l LetIn, err error) {
	tick := time.NewTicker(between)
	defer tick.Stop()
	for {
		var r struct {
			Credential string `json:"credential"`
			EndsAt     int64  `json:"ends_at"`
			Officer    string `json:"officer"`
		}
		err := p.post(ctx, "/poll", map[string]any{"flow": a.flow}, &r)
		switch {
		case err == nil:
			return LetIn{p.base, r.Officer, time.UnixMicro(r.EndsAt), r.Credential}, nil
		case errs.CodeOf(err) == "identity.flow", !time.Now().Before(a.Until):
			return l, ErrRefused
		case errs.CodeOf(err) == "identity.device_waiting", errs.KindOf(err) == errs.Unavailable, errs.KindOf(err) == errs.Overloaded:
		default:
			return l, err
		}
		select {
		case <-ctx.Done():
			return l, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// Leave ends what a program was let in by.
func (p *Pages) Leave(ctx context.Context, l LetIn) error {
	return p.post(ctx, "/out", map[string]any{"credential": l.Credential}, &struct{}{})
}

// post asks the pages; where they refuse, the error is the one that they say.
func (p *Pages) post(ctx context.Context, what string, in, into any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/sign-in/device"+what, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := p.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return ErrAway.Because(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, mostOfAnswer))
	if err != nil {
		return ErrAway.Because(err)
	}
	if resp.StatusCode == http.StatusOK {
		return json.Unmarshal(answer, into)
	}
	var e struct{ Kind, Code, Text string }
	if err := json.Unmarshal(answer, &e); err != nil || e.Code == "" {
		return ErrAway.Because(fmt.Errorf("%s answers %s", p.base, resp.Status))
	}
	if e.Code == "identity.session" {
		return ErrEnded
	}
	return rpc.FromWire(&platformv1.Error{Kind: e.Kind, Code: e.Code, Text: e.Text})
}

// Proofs gives the calls of a program that was let in their proofs. One is asked for
// again before it ends, for as long as the import lasts. It implements rpc.Prover.
type Proofs struct {
	pages *Pages
	by    LetIn
	mu    sync.Mutex
	known map[question]*proof
}

// question is what a proof is for; for whom a row is, its call says itself.
type question struct{ audience, purpose, department string }

type proof struct {
	mu    sync.Mutex // one asks, the others wait
	token string
	until time.Time
}

// Proofs returns what proves the calls of who was let in.
func (p *Pages) Proofs(l LetIn) *Proofs {
	return &Proofs{pages: p, by: l, known: map[question]*proof{}}
}

// Prove implements rpc.Prover.
func (p *Proofs) Prove(ctx context.Context, who auth.Principal, audience string) (string, error) {
	one := p.of(question{audience, who.Purpose, who.Department})
	one.mu.Lock()
	defer one.mu.Unlock()
	if time.Now().Before(one.until) {
		return one.token, nil
	}
	var r struct {
		Token     string `json:"token"`
		ExpiresAt int64  `json:"expires_at"`
	}
	err := p.pages.post(ctx, "/token", map[string]any{
		"credential": p.by.Credential, "audience": audience, "purpose": who.Purpose, "legal_basis": who.LegalBasis, "department": who.Department,
	}, &r)
	if err != nil {
		return "", err
	}
	one.token, one.until = r.Token, time.UnixMicro(r.ExpiresAt)
	return one.token, nil
}

func (p *Proofs) of(q question) *proof {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[q] == nil {
		p.known[q] = &proof{}
	}
	return p.known[q]
}

// May returns ErrNoRight where the officer has no right to a department's sheets.
func (p *Proofs) May(ctx context.Context, department string) error {
	audience := "registry"
	if department == "hou" {
		audience = "housing"
	}
	_, err := p.Prove(ctx, auth.Principal{Purpose: "registration", LegalBasis: "PIPL 13(3)", Department: department}, audience)
	if errs.CodeOf(err) == "identity.no_right" {
		return ErrNoRight
	}
	return err
}

// ErrNoRight says that the officer does not work on the cases of a department.
var ErrNoRight = errs.New(errs.Denied, "program.no_right", "The officer who let the program in has no right to this department's sheets.")
