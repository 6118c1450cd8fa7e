package console_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// whose is who has something to do on a page: the worker or the employer whose own it
// is, else an officer of the department, under a staff number where a test gives one.
func whose(path, staff string) auth.Principal {
	parts := strings.Split(strings.SplitN(path, "?", 2)[0], "/")
	switch {
	case parts[1] == "workers" && len(parts) > 2:
		return auth.Principal{Kind: auth.Worker, Subject: parts[2], Role: "worker"}
	case parts[1] == "employers" && len(parts) > 2:
		return auth.Principal{Kind: auth.Employer, Subject: parts[2], Role: "responsible"}
	}
	p := auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: auth.Everywhere, Role: "reviewer"}
	switch parts[1] {
	case "education":
		p.Department = "edu"
	case "housing", "paper":
		p.Department = "hou"
	case "", "feed", "parked", "pipeline", "traces":
		p.Department, p.Role = "ops", "operator"
	}
	if staff == "" {
		p.Subject = p.Department + "-0"
	}
	return p
}

// sits has the browser be that of whose page is asked for, who signed in before.
func (f *fixture) sits(path, staff string) {
	f.t.Helper()
	at, err := url.Parse(f.server.URL)
	if err != nil {
		f.t.Fatal(err)
	}
	f.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "qiao", Value: f.people.secretOf(whose(path, staff)), Path: "/"}})
}

// secretOf is of the session of somebody who signed in before.
func (i *fakeIdentity) secretOf(who auth.Principal) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, s := range i.all {
		if s.who == who && !s.ended {
			return s.secret
		}
	}
	return i.begin(who, "test").GetSessionSecret()
}

func (i *fakeIdentity) ListPlayers(_ context.Context, r *identityv1.ListPlayersRequest) (*identityv1.ListPlayersResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := &identityv1.ListPlayersResponse{}
	for _, p := range i.cast {
		if !p.GetAside() || p.GetSubject() == r.GetSubject() {
			out.Players = append(out.Players, p)
		}
	}
	return out, nil
}

func (i *fakeIdentity) OfferPlayers(_ context.Context, r *identityv1.OfferPlayersRequest) (*identityv1.OfferPlayersResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, p := range r.GetPlayers() {
		p.AccountId = ident.NewID()
		i.cast = append(i.cast, p)
	}
	return &identityv1.OfferPlayersResponse{}, nil
}

func (i *fakeIdentity) Play(_ context.Context, r *identityv1.PlayRequest) (*identityv1.PlayResponse, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, p := range i.cast {
		if p.GetAccountId() != r.GetAccountId() {
			continue
		}
		who := auth.Principal{Kind: auth.Kind(p.GetAccountKind()), Subject: p.GetSubject(), Role: p.GetAccountKind()}
		for _, g := range p.GetGrants() {
			who.Department, who.Division, who.Role = g.GetDepartment(), g.GetCovered(), g.GetRole()
		}
		return &identityv1.PlayResponse{Session: i.begin(who, r.GetDevice())}, nil
	}
	return nil, errs.New(errs.NotFound, "identity.player", "None.")
}
