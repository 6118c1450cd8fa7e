package session_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/revoked"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

// identity is one officer's session, whose number may change.
type identity struct {
	identityv1.ExchangeServer
	signer *auth.Signer
	mu     sync.Mutex
	number int64
	asked  []*identityv1.ExchangeRequest
	held   []*identityv1.HeldRight // none is what the token says
}

func (i *identity) Exchange(_ context.Context, r *identityv1.ExchangeRequest) (*identityv1.ExchangeResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if r.GetSessionSecret() != secret {
		return nil, errs.New(errs.Unauthenticated, "identity.session", "Over.")
	}
	i.asked = append(i.asked, r)
	token, err := i.signer.Sign(auth.Principal{Kind: auth.Officer, Subject: "a001", Department: "hrss", Division: "654301", Purpose: r.GetStatedPurpose(), LegalBasis: r.GetLegalBasis(),
		Via: auth.ViaWeb, ActsFor: r.GetActsFor(), Session: i.number, Role: "clerk"}, r.GetAudience())
	later := time.Now().Add(time.Hour).UnixMicro()
	return &identityv1.ExchangeResponse{Token: token, ExpiresAt: later, SessionNumber: i.number, IdleAt: later, EndsAt: later, Held: i.held}, err
}

func (i *identity) Revoked(context.Context, *identityv1.RevokedRequest) (*identityv1.RevokedResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.RevokedResponse{Number: i.number}
	if i.number > 1 {
		out.Ranges = append(out.Ranges, &identityv1.SessionRange{First: 1, Last: i.number - 1})
	}
	return out, nil
}

func (*identity) ReportDenials(context.Context, *identityv1.ReportDenialsRequest) (*identityv1.ReportDenialsResponse, error) {
	return &identityv1.ReportDenialsResponse{}, nil
}

// registry says who called.
type registry struct {
	registryv1.RegistryServer
	mu  sync.Mutex
	who auth.Principal
}

func (r *registry) FindWorker(ctx context.Context, _ *registryv1.FindWorkerRequest) (*registryv1.FindWorkerResponse, error) {
	p, err := auth.FromContext(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.who = p
	return &registryv1.FindWorkerResponse{}, err
}

func (r *registry) called() auth.Principal {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.who
}

var (
	secret = strings.Repeat("s", 43)
	help   = session.Purpose{Code: "timeline_help", LegalBasis: "law", Counter: true}
)

func start(t *testing.T) (*session.Keeper, *identity, *registry) {
	t.Helper()
	p := testkit.NewPlatform(t, nil)
	i, r := &identity{signer: p.Deps(revoked.Publisher).People, number: 1}, &registry{}
	p.Publisher(revoked.Publisher, identityv1.ExchangeMethods(i)...)
	p.Publisher("registry", registryv1.RegistryMethods(r)...)
	d := p.Deps("console")
	return session.NewKeeper(d.Conn, d.Signer, run.Sessions("console", rpc.NewClient(d.Conn, d.Signer)), d.Clock), i, r
}

// find looks somebody up as who signed in.
func find(k *session.Keeper, in *session.Known) error {
	r := httptest.NewRequest(http.MethodPost, "/workers", nil)
	if in != nil {
		r = r.WithContext(session.With(r.Context(), in))
	}
	_, err := registryv1.RegistryClient{Caller: k, Target: "registry"}.FindWorker(session.Of(r, "hrss").As(r.Context(), help), &registryv1.FindWorkerRequest{CaseId: "case"})
	return err
}

// What identity proves is used again while it holds, for the same question alone.
func TestAProofIsAskedForOnce(t *testing.T) {
	k, i, r := start(t)
	in, err := k.Read(context.Background(), secret, false)
	if err != nil {
		t.Fatal(err)
	}
	if in.Subject != "a001" || in.Division != "654301" || in.Role != "clerk" || in.Kind != auth.Officer {
		t.Errorf("%+v", in)
	}
	for range 3 {
		if err := find(k, in); err != nil {
			t.Fatal(err)
		}
		if in, err = k.Read(context.Background(), secret, false); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.called(); got.Subject != "a001" || got.Session != 1 || got.Purpose != help.Code {
		t.Errorf("called by %+v", got)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.asked) != 2 || i.asked[1].GetAudience() != "registry" || i.asked[1].GetStatedPurpose() != help.Code || i.asked[1].GetVia() != auth.ViaCounter || i.asked[1].GetDepartment() != "hrss" {
		t.Errorf("%d proofs were asked for: %v", len(i.asked), i.asked)
	}
}

// A session that goes on under another number is refused nothing: what the called
// service would not do under the old one is asked again under the new one.
func TestANewNumberIsFollowed(t *testing.T) {
	k, i, r := start(t)
	in, err := k.Read(context.Background(), secret, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := find(k, in); err != nil {
		t.Fatal(err)
	}
	i.mu.Lock()
	i.number = 2
	i.mu.Unlock()
	testkit.Eventually(t, "the registry refuses the old number", func() bool {
		if err := find(k, in); err != nil { // with what was proved before
			t.Fatal(err)
		}
		return r.called().Session == 2
	})
}

// Where everybody signs in, nothing is proved for nobody; a wrong secret proves nothing.
func TestNothingIsProvedForNobody(t *testing.T) {
	k, _, r := start(t)
	if err := find(k, nil); !errors.Is(err, auth.ErrNoPrincipal) {
		t.Errorf("nobody asks: %v", err)
	}
	if _, err := k.Read(context.Background(), strings.Repeat("x", 43), false); errs.CodeOf(err) != "identity.session" {
		t.Errorf("a wrong secret: %v", err)
	}
	if r.called().Kind != "" {
		t.Error("the registry was called")
	}
}

// What a page asks by itself makes a session no younger; what somebody does is told, even
// where the page asked just before.
func TestWhatAPageDoesByItselfIsQuiet(t *testing.T) {
	k, i, _ := start(t)
	ctx := context.Background()
	read := func(quiet bool) {
		t.Helper()
		in, err := k.Read(ctx, secret, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if in.Quiet != quiet {
			t.Error("what is known does not say how it was asked")
		}
		if err := find(k, in); err != nil {
			t.Fatal(err)
		}
	}
	said := func() (all []bool) {
		i.mu.Lock()
		defer i.mu.Unlock()
		for _, r := range i.asked {
			all = append(all, r.GetQuiet())
		}
		return all
	}
	read(true)
	read(true)
	if got := said(); !slices.Equal(got, []bool{true, true}) {
		t.Fatalf("by itself: %v", got)
	}
	read(false)
	if got := said(); len(got) < 3 || got[2] {
		t.Errorf("somebody did something: %v", got)
	}
	n := len(said())
	read(false)
	read(true)
	if got := said(); len(got) != n {
		t.Errorf("within a minute: %v", got[n:])
	}
}
