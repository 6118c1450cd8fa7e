package identity_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/run"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// province answers each ticket with the person of the same name.
func province(t *testing.T) run.Outside {
	t.Helper()
	mux := http.NewServeMux()
	same := func(name, in string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var m map[string]string
			if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
				t.Error(err)
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{in: m[name]}})
		}
	}
	mux.HandleFunc("POST /token", same("ticket", "token"))
	mux.HandleFunc("POST /user", same("token", "id"))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return run.Outside{
		Name: "province", ClientID: "qiao", ClientSecret: "secret", Redirect: "http://localhost/back", Login: s.URL + "/login", Token: s.URL + "/token", User: s.URL + "/user",
		TokenPath: "data.token", SubjectPath: "data.id", Level: 2,
	}
}

// back comes back from the province as a person.
func (f *town) back(person string) (*identityv1.FinishOutsideResponse, error) {
	f.t.Helper()
	b, err := f.signIn.BeginOutside(f.console, &identityv1.BeginOutsideRequest{Source: "province"})
	f.must(err)
	u, err := url.Parse(b.GetOutsideUrl())
	f.must(err)
	redirect, err := url.Parse(u.Query().Get("redirect_uri"))
	f.must(err)
	answer := url.Values{"state": {redirect.Query().Get("state")}, "ticket": {person}}
	return f.signIn.FinishOutside(f.console, &identityv1.FinishOutsideRequest{Flow: b.GetFlow(), Answer: answer.Encode(), Device: "x", Address: "10.0.0.5"})
}

// Another office's word opens no account by itself: who is signed in confirms that the two
// are joined; from then on it signs in, or after two days where a counter's code opened the
// session, and nobody else takes it over.
func TestAnOutsideIdentityIsJoinedOnce(t *testing.T) {
	f := settledWith(t, run.SignIn{Outside: []run.Outside{province(t)}})
	r, err := f.back("p-1")
	f.must(err)
	if r.GetSession().GetSessionSecret() != "" || r.GetSession().GetBindFlow() == "" || r.GetSession().GetSubject() != "" {
		t.Fatalf("nobody's: %v", r)
	}
	flow := r.GetSession().GetBindFlow()
	_, err = f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: "AAAA-AAAA", BindFlow: flow, Address: "10.0.0.5"})
	f.wants("no counter's code", err, "identity.code")
	_, err = f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: f.printed("worker-9"), BindFlow: "AAAA", Address: "10.0.0.6"})
	f.wants("an invented flow", err, "identity.bind")
	entered, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: f.printed("worker-1"), BindFlow: flow, Device: "x", Address: "10.0.0.6"})
	f.must(err)
	one := &someone{f: f.fixture, session: entered.GetSession().GetSessionSecret()}
	r, err = f.back("p-1")
	f.must(err)
	if r.GetSession().GetSubject() != "" {
		t.Error("a counter's code alone joined the two")
	}
	shown, err := one.proofs().ShowBinding(one.as(own), &identityv1.ShowBindingRequest{BindFlow: flow})
	f.must(err)
	if shown.GetSource() != "province" || shown.GetOpensAt() != f.clock.Now().Add(48*time.Hour).UnixMicro() {
		t.Errorf("what is confirmed: %v", shown)
	}
	bind := func(s *someone, flow string) error {
		_, err := s.sessions().BindOutside(s.as(own), &identityv1.BindOutsideRequest{BindFlow: flow})
		return err
	}
	f.must(bind(one, flow))
	f.Settle()
	if told := f.told("worker-1"); !slices.Contains(told, "identity.proof.set.v1") {
		t.Errorf("the worker learns of %v", told)
	}
	_, err = f.back("p-1")
	f.wants("an officer who kept the code, at once", err, "identity.bind_waits")
	f.clock.Advance(48 * time.Hour)
	r, err = f.back("p-1")
	f.must(err)
	if r.GetSession().GetSubject() != "worker-1" || r.GetSession().GetSessionSecret() == "" || r.GetSession().GetBindFlow() != "" {
		t.Errorf("joined by a counter's code: %v", r)
	}
	one.session = r.GetSession().GetSessionSecret()
	list, err := one.proofs().ListProofs(one.as(own), &identityv1.ListProofsRequest{})
	f.must(err)
	if len(list.GetOutsides()) != 1 || list.GetOutsides()[0].GetSource() != "province" {
		t.Fatalf("%v", list)
	}
	part := func(s *someone) error {
		_, err := s.proofs().UnbindOutside(s.as(own), &identityv1.UnbindOutsideRequest{OutsideId: list.GetOutsides()[0].GetOutsideId()})
		return err
	}
	f.wants("somebody else parts it", part(f.opens("worker-4")), "identity.proof")
	f.must(part(one))
	r, err = f.back("p-1")
	f.must(err)
	if r.GetSession().GetSubject() != "" {
		t.Error("parted, and it signs in")
	}
	two := f.opens("worker-2")
	f.otherwise()
	f.wants("a flow twice", bind(two, flow), "identity.bind")
	r, err = f.back("p-2")
	f.must(err)
	again, err := f.back("p-2")
	f.must(err)
	f.wants("an officer", bind(f.officer, r.GetSession().GetBindFlow()), "auth.denied")
	f.must(bind(two, r.GetSession().GetBindFlow()))
	three := f.opens("worker-3")
	f.wants("it is joined already", bind(three, again.GetSession().GetBindFlow()), "identity.bind")
	r, err = f.back("p-2")
	f.must(err)
	if r.GetSession().GetSubject() != "worker-2" {
		t.Errorf("joined by who is signed in: %v", r)
	}
	r, err = f.back("p-3")
	f.must(err)
	f.otherwise()
	f.clock.Advance(6 * time.Minute)
	f.wants("after five minutes", bind(three, r.GetSession().GetBindFlow()), "identity.bind")
	if strings.Contains(r.GetSession().GetBindFlow(), "p-3") {
		t.Error("the flow names the person")
	}
}

// Whoever has the cookie of a session that a counter's code began hours before joins
// nothing; just after the code one may. What is parted while a sign-in by it waits signs
// in no more.
func TestAnOutsideIdentityIsJoinedJustAfterTheCode(t *testing.T) {
	f := settledWith(t, run.SignIn{Outside: []run.Outside{province(t)}})
	one := f.opens("worker-1")
	joins := func() error {
		r, err := f.back("p-1")
		f.must(err)
		flow := r.GetSession().GetBindFlow()
		_, shows := one.proofs().ShowBinding(one.as(own), &identityv1.ShowBindingRequest{BindFlow: flow})
		_, err = one.sessions().BindOutside(one.as(own), &identityv1.BindOutsideRequest{BindFlow: flow})
		if (shows == nil) != (err == nil) {
			t.Errorf("it is shown: %v, and joined: %v", shows, err)
		}
		return err
	}
	f.clock.Advance(10 * time.Minute)
	f.wants("after ten minutes", joins(), "identity.fresh")
	one = f.opens("worker-1")
	f.must(joins())
	f.clock.Advance(48 * time.Hour)
	_, err := f.back("p-1")
	f.must(err)
	over := f.identity.PartsMeanwhile()
	_, err = f.back("p-1")
	over()
	f.wants("parted while the sign-in waited", err, "identity.outside")
}
