package identity_test

import (
	"context"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/rpc"
	"github.com/qiao-platform/qiao/pkg/run"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
)

func (f *fixture) play() identityv1.PlayClient {
	return identityv1.PlayClient{Caller: f.Client(), Target: identity.Name}
}

// maker is who fills a demonstration.
func maker() context.Context {
	return rpc.As(context.Background(), auth.Principal{Kind: auth.Administrator, Subject: "demo", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
}

var cast = []*identityv1.Player{
	{PlayerLabel: "worker", AccountKind: "worker", Subject: "worker-1"},
	{PlayerLabel: "officer", AccountKind: "officer", Subject: "A-1", Grants: []*identityv1.RoleGrant{{Role: "reviewer", Department: "hrss", Covered: "654301"}}},
	{PlayerLabel: "employer", AccountKind: "employer", Subject: "employer-1"},
	{PlayerLabel: "security", AccountKind: "administrator", Subject: "S-2", Office: "security", Grants: []*identityv1.RoleGrant{{Role: "administrator", Covered: "*"}}},
}

func demonstration(t *testing.T) *fixture {
	t.Helper()
	return startWith(t, func(ctx context.Context, d run.Deps) (*identity.Identity, error) {
		d.Demo = true
		return identity.OpenCheap(ctx, d)
	})
}

// Where people are real nobody is played: not by the console, not by an administrator,
// not by who would fill a demonstration, and no account is opened by trying.
func TestNobodyIsPlayedWherePeopleAreReal(t *testing.T) {
	f := start(t)
	client, ctx := f.play(), context.Background()
	for name, as := range map[string]context.Context{"the console": f.console, "who fills a demonstration": maker(), "a service": f.Service("registry"), "nobody": ctx} {
		_, err1 := client.OfferPlayers(as, &identityv1.OfferPlayersRequest{Players: cast})
		_, err2 := client.ListPlayers(as, &identityv1.ListPlayersRequest{})
		_, err3 := client.Play(as, &identityv1.PlayRequest{AccountId: "account-1"})
		for _, err := range []error{err1, err2, err3} {
			if err == nil {
				t.Errorf("%s plays", name)
			}
		}
		if name == "the console" {
			f.wants("listing", err2, "identity.no_play")
			f.wants("playing", err3, "identity.no_play")
		}
		if name == "who fills a demonstration" {
			f.wants("offering", err1, "identity.no_play")
		}
	}
}

// In a demonstration whom it offers is played at one tap, through a session like
// everybody's: it is exchanged, listed, ended; and nobody who is not offered.
func TestADemonstrationsPeopleArePlayed(t *testing.T) {
	f := demonstration(t)
	client := f.play()
	for range 2 { // a demonstration that is served again offers its people again
		_, err := client.OfferPlayers(maker(), &identityv1.OfferPlayersRequest{Players: cast})
		f.must(err)
	}
	r, err := client.ListPlayers(f.console, &identityv1.ListPlayersRequest{})
	f.must(err)
	if len(r.GetPlayers()) != len(cast) {
		t.Fatalf("%d are offered", len(r.GetPlayers()))
	}
	for i, want := range []auth.Principal{
		{Kind: auth.Worker, Subject: "worker-1", Role: "worker"},
		{Kind: auth.Officer, Subject: "a-1", Role: "reviewer", Department: "hrss", Division: "654301"},
		{Kind: auth.Employer, Subject: "employer-1", Role: "responsible"},
		{Kind: auth.Administrator, Subject: "s-2", Role: "administrator", Department: "security", Division: auth.Everywhere},
	} {
		p := r.GetPlayers()[i]
		if p.GetPlayerLabel() != cast[i].GetPlayerLabel() || p.GetSubject() != want.Subject || p.GetAccountKind() != string(want.Kind) {
			t.Errorf("%d is %v", i, p)
		}
		played, err := client.Play(f.console, &identityv1.PlayRequest{AccountId: p.GetAccountId(), Device: "Chromium"})
		f.must(err)
		s := &someone{f: f, session: played.GetSession().GetSessionSecret()}
		token, err := s.Prove(context.Background(), auth.Principal{Purpose: own, LegalBasis: "law"}, "registry")
		f.must(err)
		got, err := auth.NewVerifier("registry", f.Deps("registry").Trusted, f.clock).Verify(token)
		f.must(err)
		if got.Kind != want.Kind || got.Subject != want.Subject || got.Role != want.Role || got.Department != want.Department || got.Division != want.Division || got.Session == 0 {
			t.Errorf("%s: %+v, want %+v", p.GetPlayerLabel(), got, want)
		}
	}
	_, err = client.Play(f.console, &identityv1.PlayRequest{AccountId: "account-1"})
	f.wants("nobody's account", err, "identity.player")
	for name, as := range map[string]context.Context{"a service": f.Service("registry"), "who fills it": maker()} {
		if _, err := client.Play(as, &identityv1.PlayRequest{AccountId: r.GetPlayers()[0].GetAccountId()}); err == nil {
			t.Errorf("%s plays", name)
		}
	}
	_, err = client.OfferPlayers(f.console, &identityv1.OfferPlayersRequest{Players: cast})
	if err == nil {
		t.Error("the console offers people")
	}
	for name, p := range map[string]*identityv1.Player{
		"identity.grant":         {PlayerLabel: "x", AccountKind: "officer", Subject: "A-2", Grants: []*identityv1.RoleGrant{{Role: "reviewer", Department: "hrss"}}},
		"identity.account_kind":  {PlayerLabel: "x", AccountKind: "service", Subject: "A-3"},
		"identity.account_taken": {PlayerLabel: "x", AccountKind: "officer", Subject: "S-2", Grants: cast[1].GetGrants()},
	} {
		_, err := client.OfferPlayers(maker(), &identityv1.OfferPlayersRequest{Players: []*identityv1.Player{p}})
		f.wants(name, err, name)
	}
}
