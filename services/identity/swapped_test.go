package identity_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
)

// Each secret opens its own lock alone: a session's is no flow and no link, a flow's no
// session, whoever's cookie or field it is put into. And what is one's own is not
// another's: codes, links and numbers work for whom they were made.
func TestNothingPassesForSomethingElse(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	f.clock.Advance(time.Minute)
	adding, err := system.sessions().BeginAddPasskey(system.as(own), &identityv1.BeginAddPasskeyRequest{})
	f.must(err)
	flow, err := system.begin(password)
	f.must(err)
	key, err := f.signIn.BeginPasskey(f.console, &identityv1.BeginPasskeyRequest{Address: "10.7.0.1"})
	f.must(err)
	program, err := f.signIn.BeginDevice(f.console, &identityv1.BeginDeviceRequest{Device: "import", Address: "10.7.0.2"})
	f.must(err)
	asked, err := system.accounts().ProposeAccount(system.as(keeping), &identityv1.ProposeAccountRequest{AccountKind: "officer", StaffNumber: "a001",
		Grants: []*identityv1.RoleGrant{{Role: "clerk", Department: "hrss", Covered: "654301"}}})
	f.must(err)
	act, err := security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: asked.GetActId(), Approve: true})
	f.must(err)
	secrets := map[string]string{
		"session": system.session, "flow": flow, "passkey": key.GetFlow(), "adding": adding.GetFlow(), "device": program.GetFlow(), "device's code": program.GetCode(),
		"link": act.GetLink(), "paper": system.paper[1], "request": asked.GetActId(),
	}
	// A fixed one: what somebody had planted before it was anybody's.
	planted := strings.Repeat("A", 43)
	secrets["planted"] = planted

	n := 0
	for lock, try := range map[string]func(secret string) error{
		"session: asking": func(s string) error {
			_, err := f.exchange.Exchange(f.console, &identityv1.ExchangeRequest{SessionSecret: s, Audience: identity.Name, StatedPurpose: own, LegalBasis: "law"})
			return err
		},
		"session: reopening": func(s string) error {
			_, err := f.signIn.Reopen(f.console, &identityv1.ReopenRequest{SessionSecret: s, Password: password, Address: "10.7.1.1"})
			return err
		},
		"session: locking": func(s string) error {
			_, err := f.signIn.Lock(f.console, &identityv1.LockRequest{SessionSecret: s})
			return err
		},
		"flow: the second factor": func(s string) error {
			_, err := f.signIn.SecondFactor(f.console, &identityv1.SecondFactorRequest{Flow: s, Code: system.code(), Device: "x", Address: "10.7.1.2"})
			return err
		},
		"passkey: an answer": func(s string) error {
			_, err := f.signIn.FinishPasskey(f.console, &identityv1.FinishPasskeyRequest{Flow: s, Assertion: `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`, Device: "x", Address: "10.7.1.3"})
			return err
		},
		"flow: what was sent": func(s string) error {
			_, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Flow: s, Code: "123456", Device: "x", Address: "10.7.1.4"})
			return err
		},
		"code: a counter's": func(s string) error {
			_, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: s, Device: "x", Address: "10.7.1.5"})
			return err
		},
		"device: a credential": func(s string) error {
			_, err := f.signIn.PollDevice(f.console, &identityv1.PollDeviceRequest{Flow: s})
			return err
		},
		"link: opening": func(s string) error {
			_, err := f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: s})
			return err
		},
		"link: using": func(s string) error {
			_, err := f.signIn.UseLink(f.console, &identityv1.UseLinkRequest{Link: s, Password: password, Code: "123456", StaffNumber: "x9", Address: "10.7.1.6"})
			return err
		},
	} {
		own, _, _ := strings.Cut(lock, ":")
		for kind, s := range secrets {
			if kind == own {
				continue
			}
			n++
			if err := try(s); err == nil || errs.KindOf(err) == errs.Internal {
				t.Errorf("%s by a %s: %v", lock, kind, err)
			}
		}
	}
	// None of them is used up or spoilt by the tries.
	f.clock.Advance(time.Hour) // the waits
	word, err := f.identity.Word(context.Background(), act.GetLink())
	f.must(err)
	if _, err := f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: act.GetLink(), SecondWord: word}); err != nil {
		t.Errorf("the link itself: %v", err)
	}

	// Another's: each factor is the account's whose password was given.
	for what, code := range map[string]func() string{"another's code": security.code, "another's code on paper": func() string { return security.paper[0] }} {
		f.clock.Advance(time.Minute)
		flow, err := system.begin(password)
		f.must(err)
		n++
		f.wants(what, system.second(flow, code()), "identity.sign_in")
	}
	f.clock.Advance(time.Minute)
	flow, err = security.begin(password)
	f.must(err)
	f.must(security.second(flow, security.paper[0])) // which was not used up by that

	// A planted secret is nobody's, and no sign-in takes it over.
	for range 3 {
		if system.enter().session == planted {
			t.Error("a sign-in takes a secret over")
		}
	}
	n++
	_, err = f.exchange.Exchange(f.console, &identityv1.ExchangeRequest{SessionSecret: planted, Audience: identity.Name, StatedPurpose: own, LegalBasis: "law"})
	f.wants("what was planted", err, "identity.session")

	// A proof of one session opens nothing of another's.
	security.enter()
	mine, err := system.sessions().ListSessions(system.as(own), &identityv1.ListSessionsRequest{})
	f.must(err)
	for _, s := range mine.GetSessions() {
		n++
		_, _ = security.sessions().EndSession(security.as(own), &identityv1.EndSessionRequest{SessionId: s.GetSessionId()})
	}
	if err := f.identity.Check(context.Background(), system.session); err != nil {
		t.Errorf("another ended it: %v", err)
	}
	t.Logf("%d tried and refused", n)
}
