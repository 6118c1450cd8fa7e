package session_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	registryv1 "github.com/qiao-platform/qiao/proto/gen/registry/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame/session"
)

// What a page offers is what the method's door lets in: by role, by department, and where
// the right is held.
func TestAPageOffersWhatTheDoorLetsIn(t *testing.T) {
	officer := func(held ...session.Held) *session.Known {
		return &session.Known{Kind: auth.Officer, Subject: "a001", Department: held[0].Department, Division: held[0].Division, Role: held[0].Role, Held: held}
	}
	clerk, reviewer := session.Held{Role: "clerk", Department: "hrss", Division: "654301"}, session.Held{Role: "reviewer", Department: "hrss", Division: "654302"}
	viewer, housing := session.Held{Role: "viewer", Department: "hrss", Division: "654300"}, session.Held{Role: "clerk", Department: "hou", Division: "654301"}
	operator := session.Held{Role: "operator", Department: "ops", Division: auth.Everywhere}
	worker := &session.Known{Kind: auth.Worker, Subject: "w-1", Role: "worker"}
	for _, c := range []struct {
		what                   string
		in                     *session.Known
		path, department, desk string
		method                 string
		want                   bool
	}{
		{"nobody", nil, "/contacts", "hrss", "", "registry.DecideContact", false},
		{"a clerk asks", officer(clerk), "/contacts", "hrss", "", "registry.ProposeContact", true},
		{"a clerk does not decide", officer(clerk), "/contacts", "hrss", "", "registry.DecideContact", false},
		{"a reviewer decides", officer(reviewer), "/contacts", "hrss", "654302", "registry.DecideContact", true},
		{"a viewer only looks", officer(viewer), "/contacts", "hrss", "", "registry.ProposeContact", false},
		{"a viewer looks", officer(viewer), "/contacts", "hrss", "654301", "registry.ListContactCases", true},
		{"who decides elsewhere asks here", officer(clerk, reviewer), "/contacts", "hrss", "654301", "registry.ProposeContact", true},
		{"who decides elsewhere does not decide here", officer(clerk, reviewer), "/contacts", "hrss", "654301", "registry.DecideContact", false},
		{"another department's officer", officer(housing), "/contacts", "hrss", "", "registry.ListContactCases", false},
		{"a page of one department", officer(viewer, housing), "/contacts", "hrss", "", "identity.BeginVisit", false},
		{"a page of none", officer(viewer, housing), "/counter", "", "", "identity.BeginVisit", true},
		{"operators receive nobody", officer(operator), "/counter", "", "", "identity.ListVisits", false},
		{"operators who are clerks do", officer(operator, clerk), "/counter", "", "", "identity.ListVisits", true},
		{"what every department has", officer(housing), "/collisions", "hou", "", "platform.SettleCollision", true},
		{"and who looks there", officer(viewer), "/collisions", "hrss", "", "platform.SettleCollision", false},
		{"a worker's own", worker, "/workers/w-1/home", "", "", "registry.ListTimeline", true},
		{"a helper", worker, "/workers/w-2/home", "", "", "registry.ListTimeline", false},
		{"a helper helps", worker, "/workers/w-2/home", "", "", "housing.ApplyForHome", true},
		{"an officer's is no worker's", worker, "/contacts", "hrss", "", "registry.DecideContact", false},
		{"an office's", &session.Known{Kind: auth.Administrator, Department: "security", Role: "administrator"}, "/admin/acts", "", "", "identity.DecideAct", true},
		{"another office's", &session.Known{Kind: auth.Administrator, Department: "system", Role: "administrator"}, "/admin/acts", "", "", "identity.DecideAct", false},
		{"who answers for users", &session.Known{Kind: auth.Employer, Role: "responsible"}, "/me/users", "", "", "identity.AddEmployerUser", true},
		{"a user", &session.Known{Kind: auth.Employer, Role: "employer"}, "/me/users", "", "", "identity.AddEmployerUser", false},
	} {
		m, ok := session.MethodOf(c.method)
		if !ok {
			t.Fatalf("no method %s", c.method)
		}
		mux := http.NewServeMux()
		var got bool
		h := func(_ http.ResponseWriter, r *http.Request) {
			got = session.Of(r, c.department).At(session.Desk{Division: c.desk}).May(m)
		}
		mux.HandleFunc("/workers/{ref}/home", h)
		mux.HandleFunc("/", h)
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		if c.in != nil {
			r = r.WithContext(session.With(r.Context(), c.in))
		}
		if mux.ServeHTTP(httptest.NewRecorder(), r); got != c.want {
			t.Errorf("%s: %s at %s: %t", c.what, c.method, c.path, got)
		}
	}
	if _, ok := session.MethodOf("housing.DecideNothing"); ok {
		t.Error("there is a method that no contract has")
	}
}

// On a page of no department each call is made in the department in which the officer may
// make it, whichever right is the widest; on a page of one, in that.
func TestACallIsMadeWhereTheOfficerMayMakeIt(t *testing.T) {
	k, i, _ := start(t)
	right := func(role, department, covered string) *identityv1.HeldRight {
		return &identityv1.HeldRight{Role: role, Department: department, Covered: covered}
	}
	ctx := context.Background()
	for _, c := range []struct {
		what    string
		held    []*identityv1.HeldRight
		section string
		ask     func(ctx context.Context) error
		want    string
	}{
		{"the only one that may", []*identityv1.HeldRight{right("operator", "ops", "*"), right("clerk", "hou", "654301")}, "", func(ctx context.Context) error {
			_, err := registryv1.RegistryClient{Caller: k, Target: "registry"}.FindWorker(ctx, &registryv1.FindWorkerRequest{})
			return err
		}, "hou"},
		{"the widest that may", []*identityv1.HeldRight{right("clerk", "hou", "654301"), right("viewer", "hrss", "654300")}, "", func(ctx context.Context) error {
			_, err := registryv1.RegistryClient{Caller: k, Target: "registry"}.FindWorker(ctx, &registryv1.FindWorkerRequest{})
			return err
		}, "hrss"},
		{"not the widest, which only looks", []*identityv1.HeldRight{right("viewer", "hrss", "654300"), right("clerk", "hou", "654301")}, "", func(ctx context.Context) error {
			_, _ = identityv1.CounterClient{Caller: k, Target: "identity"}.BeginVisit(ctx, &identityv1.BeginVisitRequest{}) // which is not served here
			return nil
		}, "hou"},
		{"a page of one department", []*identityv1.HeldRight{right("operator", "ops", "*"), right("clerk", "hou", "654301")}, "edu", func(ctx context.Context) error {
			_, err := registryv1.RegistryClient{Caller: k, Target: "registry"}.FindWorker(ctx, &registryv1.FindWorkerRequest{})
			return err
		}, "edu"},
	} {
		i.mu.Lock()
		i.held = c.held
		i.mu.Unlock()
		in, err := k.Read(ctx, secret, false)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/counter", nil)
		r = r.WithContext(session.With(r.Context(), in))
		if err := c.ask(session.Of(r, c.section).As(r.Context(), help)); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		i.mu.Lock()
		if got := i.asked[len(i.asked)-1]; got.GetDepartment() != c.want || got.GetStatedPurpose() != help.Code {
			t.Errorf("%s: asked in %q for %s", c.what, got.GetDepartment(), got.GetStatedPurpose())
		}
		i.mu.Unlock()
		k.Forget(in)
	}
}
