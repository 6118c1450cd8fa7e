package identity_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity"
)

// Whoever guesses at a name that many know keeps its owner out of no browser in which he
// signed in before; what such a browser keeps is good at that name alone, for half a year,
// and has few tries too.
func TestNobodyKeepsAnOfficerOut(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	f.officer(system, security, "a002", clerk)
	enters := func(s *someone, login, password, known string) (*identityv1.NewSession, error) {
		r, err := f.signIn.SignIn(f.console, &identityv1.SignInRequest{LoginName: login, Password: password, KnownBrowser: known, Address: "10.0.0.1"})
		if err != nil {
			return nil, err
		}
		in, err := f.signIn.SecondFactor(f.console, &identityv1.SecondFactorRequest{Flow: r.GetFlow(), Code: s.code(), Device: "x", Address: "10.0.0.1"})
		return in.GetSession(), err
	}
	f.clock.Advance(time.Minute)
	in, err := enters(system, "s001", password, "")
	f.must(err)
	known := in.GetKnownBrowser()
	if len(known) != 43 || time.UnixMicro(in.GetKnownUntil()).Sub(f.clock.Now()) > 180*24*time.Hour {
		t.Fatalf("%q until %d", known, in.GetKnownUntil())
	}
	held := func() {
		t.Helper()
		for i := range 110 { // from everywhere, and from the office's own address
			_, err := f.signIn.SignIn(f.console, &identityv1.SignInRequest{LoginName: "s001", Password: "a guess that is wrong", Address: fmt.Sprintf("10.9.%d.1", i)})
			if i > 6 {
				f.wants("a stranger", err, "identity.wait")
			}
		}
		for i := range 110 {
			_, _ = f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: fmt.Sprintf("AAAA-%04d", i), Address: "10.0.0.1"})
		}
	}
	f.clock.Advance(time.Minute)
	held()
	f.clock.Advance(25 * time.Second) // within the waits
	_, err = enters(system, "s001", password, "")
	f.wants("the owner elsewhere", err, "identity.wait")
	b, err := base64.RawURLEncoding.DecodeString(known)
	f.must(err)
	b[11]++
	for what, forged := range map[string]string{"of a later day": base64.RawURLEncoding.EncodeToString(b), "invented": base64.RawURLEncoding.EncodeToString(make([]byte, 32)), "nonsense": "x"} {
		_, err = enters(system, "s001", password, forged)
		f.wants(what, err, "identity.wait")
	}
	in, err = enters(system, "s001", password, known)
	f.must(err)
	for i := range 6 {
		_, err = enters(system, "s001", fmt.Sprint("a guess of a thief ", i), known)
	}
	f.wants("who stole it guesses no faster", err, "identity.wait")
	f.clock.Advance(24 * time.Hour)
	for range 7 {
		_, err = f.signIn.SignIn(f.console, &identityv1.SignInRequest{LoginName: "a002", Password: "a guess that is wrong", KnownBrowser: known, Address: "10.7.0.1"})
	}
	f.wants("at another name it is no browser of before", err, "identity.wait")
	_, err = f.signIn.SignIn(f.console, &identityv1.SignInRequest{LoginName: "a002", Password: password, Address: "10.7.0.2"})
	f.wants("and has no tries apart", err, "identity.wait")
	f.clock.Advance(181 * 24 * time.Hour)
	held()
	_, err = enters(system, "s001", password, in.GetKnownBrowser())
	f.wants("after half a year", err, "identity.wait")
}

// Who holds the key ends every sign-in of a platform that is being served, and the audit
// says so.
func TestTheKeysHolderShutsEverybodyOut(t *testing.T) {
	f := start(t)
	_, security, audit := f.three()
	book := run.Sessions("registry", f.Client())
	f.must(book.Check(t.Context(), 2))
	db, err := sqldb.Open(t.Context(), f.Deps(identity.Name).Database)
	f.must(err)
	defer func() { f.must(db.Close()) }()
	n, err := identity.ShutOut(t.Context(), db, f.Deps(identity.Name).Master, f.clock)
	if err != nil || n != 3 {
		t.Fatalf("%d, %v", n, err)
	}
	testkit.Eventually(t, "everybody is refused", func() bool { return errs.CodeOf(book.Check(t.Context(), 2)) == auth.ErrOver.Code })
	f.wants("a session of before", f.identity.CheckStored(t.Context(), security.session), "identity.session")
	audit.enter()
	r, err := audit.accounts().ListDenials(audit.as(keeping), &identityv1.ListDenialsRequest{})
	f.must(err)
	if !r.GetWhole() || r.GetDenials()[0].GetAccountKind() != "operator" || r.GetDenials()[0].GetMethod() != "ShutOutEverybody" {
		t.Errorf("%v", r.GetDenials()[0])
	}
}

// At a desk several people sign in, and each is known there: a browser shows what it keeps
// of the last few. Whoever has a new link is known from its use on, whatever strangers try.
func TestABrowserIsKnownAtSeveralNames(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	f.officer(system, security, "a002", clerk)
	known := map[string]string{}
	enters := func(s *someone, known string) (*identityv1.NewSession, error) {
		f.clock.Advance(30 * time.Second)
		r, err := f.signIn.SignIn(f.console, &identityv1.SignInRequest{LoginName: s.login, Password: password, KnownBrowser: known, Address: "10.0.0.1"})
		if err != nil {
			return nil, err
		}
		in, err := f.signIn.SecondFactor(f.console, &identityv1.SecondFactorRequest{Flow: r.GetFlow(), Code: s.code(), Device: "x", Address: "10.0.0.1"})
		return in.GetSession(), err
	}
	held := func(login string) {
		t.Helper()
		for i := range 12 {
			_, _ = f.signIn.SignIn(f.console, &identityv1.SignInRequest{LoginName: login, Password: "a guess that is wrong", Address: fmt.Sprintf("10.9.%d.1", i)})
		}
	}
	for _, s := range []*someone{system, security} {
		in, err := enters(s, "")
		f.must(err)
		again, err := enters(s, in.GetKnownBrowser())
		f.must(err)
		if in.GetKnownBrowser()[:4] != again.GetKnownBrowser()[:4] || in.GetKnownBrowser() == again.GetKnownBrowser() {
			t.Errorf("%q after %q: the browser does not know which to replace", again.GetKnownBrowser(), in.GetKnownBrowser())
		}
		known[s.login] = again.GetKnownBrowser()
	}
	if known[system.login][:4] == known[security.login][:4] {
		t.Error("two names are one")
	}
	desk := known[security.login] + "." + known[system.login]
	for _, s := range []*someone{system, security} {
		held(s.login)
		_, err := enters(s, desk)
		f.must(err)
		held(s.login)
		_, err = enters(s, "")
		f.wants(s.login+" elsewhere", err, "identity.wait")
	}
	held(system.login)
	_, err := enters(system, strings.Repeat(known[security.login]+".", 8)+known[system.login])
	f.wants("more than a browser keeps", err, "identity.wait")

	f.clock.Advance(24 * time.Hour)
	p, err := system.enter().accounts().ProposeReset(system.as(keeping), &identityv1.ProposeResetRequest{AccountId: system.enter().finds(&identityv1.ListAccountsRequest{Find: "a002"}).GetAccounts()[0].GetAccountId()})
	f.must(err)
	d, err := security.enter().accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
	f.must(err)
	word, err := f.identity.Word(t.Context(), d.GetLink())
	f.must(err)
	o, err := f.signIn.OpenLink(f.console, &identityv1.OpenLinkRequest{Link: d.GetLink(), SecondWord: word, Address: "10.0.0.1"})
	f.must(err)
	renewed := &someone{f: f, login: o.GetLoginName(), totp: o.GetTotpSecret()}
	r, err := f.signIn.UseLink(f.console, &identityv1.UseLinkRequest{Link: d.GetLink(), Password: password, Code: renewed.code(), SecondWord: word, Address: "10.0.0.1"})
	f.must(err)
	if len(r.GetKnownBrowser()) != 43 || time.UnixMicro(r.GetKnownUntil()).Sub(f.clock.Now()) < 24*time.Hour {
		t.Fatalf("%q until %d", r.GetKnownBrowser(), r.GetKnownUntil())
	}
	held("a002")
	_, err = enters(renewed, r.GetKnownBrowser())
	f.must(err)
	held("a002")
	_, err = enters(renewed, "")
	f.wants("elsewhere", err, "identity.wait")
}
