package auth

import (
	"crypto/ed25519"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
)

func several() Principal {
	return Principal{Kind: Officer, Subject: "a001", Department: "hrss", Via: ViaWeb, Session: 1, Role: "viewer", Division: "654300", Further: Rights([]Right{{"clerk", "654301"}, {"reviewer", "654322"}})}
}

// Of several rights those count whose role may call the method, each where it is held.
func TestEachRightWorksWhereItIsHeld(t *testing.T) {
	for may, want := range map[string]map[string]bool{
		"viewer":   {"654301": true, "654322": true, "654321": true, "650100": false},
		"clerk":    {"654301": true, "654322": false, "654321": false},
		"reviewer": {"654301": false, "654322": true, "654300": false},
	} {
		p, ok := several().Narrowed(func(role string) bool { return role == may })
		if !ok || p.Role != may {
			t.Fatalf("%s: %+v", may, p)
		}
		for county, covered := range want {
			if got := p.CoversDivision(county) == nil; got != covered {
				t.Errorf("as %s in %s: %v", may, county, got)
			}
		}
	}
	both, ok := several().Narrowed(func(role string) bool { return role != "viewer" })
	if d, somewhere := both.Counties(); !ok || !somewhere || d != "654301,654322" || !slices.Equal(both.Divisions(), []string{"654301", "654322"}) {
		t.Errorf("%+v", both)
	}
	if _, ok := several().Narrowed(func(string) bool { return false }); ok {
		t.Error("no role may, and the officer did")
	}
	if p, ok := (Principal{Kind: Officer, Division: "654301"}).Narrowed(func(string) bool { return false }); !ok || p.Division != "654301" {
		t.Error("who has no role is held to one")
	}
}

// What may be called next is told by the rights whose role may call it.
func TestWhatMayBeCalledNext(t *testing.T) {
	const decides, asks = "registry.DeathService.DecideDeath", "registry.DeathService.ProposeDeath"
	for _, c := range []struct {
		p              Principal
		method, county string
		want           bool
	}{
		{several(), decides, "654322", true},
		{several(), decides, "654301", false},
		{several(), asks, "654301", true},
		{several(), asks, "654321", false}, // where he only looks
		{several(), "registry.DeathService.Nothing", "654301", false},
		{Principal{Kind: Officer, Division: "654301"}, decides, "654301", true}, // who has no role is held to none
		{Principal{Kind: Officer, Division: "654301"}, decides, "654322", false},
	} {
		if got := c.p.MayCall(c.method, c.county); got != c.want {
			t.Errorf("%s in %s as %+v: %t", c.method, c.county, c.p, got)
		}
	}
}

// Further rights travel with the signature, are an officer's alone, and have their form.
func TestFurtherRightsAreSigned(t *testing.T) {
	pub, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC))
	s, v := NewSigner("people", key, c), NewVerifier("registry", map[string]Trusted{"people": {Key: pub, Kinds: []Kind{Officer, Worker}}}, c)
	for name, one := range map[string]struct {
		change func(*Principal)
		ok     bool
	}{
		"several":          {func(*Principal) {}, true},
		"none":             {func(p *Principal) { p.Further = "" }, true},
		"everywhere":       {func(p *Principal) { p.Further = "clerk:*" }, true},
		"without a role":   {func(p *Principal) { p.Further = ":654301" }, false},
		"nowhere":          {func(p *Principal) { p.Further = "clerk:" }, false},
		"no division":      {func(p *Principal) { p.Further = "clerk" }, false},
		"a word":           {func(p *Principal) { p.Further = "clerk:county" }, false},
		"beside no role":   {func(p *Principal) { p.Role = "" }, false},
		"of a worker":      {func(p *Principal) { p.Kind = Worker }, false},
		"not of one token": {func(p *Principal) { p.Further = "clerk:654301 clerk:654302" }, true},
	} {
		p := several()
		one.change(&p)
		token, err := s.Sign(p, "registry")
		if err != nil {
			t.Fatal(err)
		}
		got, err := v.Verify(token)
		if one.ok != (err == nil) || err != nil && !errors.Is(err, ErrBadToken) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && got.Further != p.Further {
			t.Errorf("%s: %q, want %q", name, got.Further, p.Further)
		}
	}
}
