package identity_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/identity/internal/factor/factortest"
)

func (s *someone) lists() *identityv1.ListProofsResponse {
	s.f.t.Helper()
	r, err := s.proofs().ListProofs(s.as(own), &identityv1.ListProofsRequest{})
	s.f.must(err)
	return r
}

// adds adds a passkey by a device.
func (s *someone) adds(d *factortest.Device, name string) error {
	b, err := s.sessions().BeginAddPasskey(s.as(own), &identityv1.BeginAddPasskeyRequest{})
	if err != nil {
		return err
	}
	_, err = s.sessions().FinishAddPasskey(s.as(own), &identityv1.FinishAddPasskeyRequest{Flow: b.GetFlow(), Assertion: d.Create(b.GetChallenge()), PasskeyName: name})
	return err
}

// by signs in with a passkey alone.
func (s *someone) by(d *factortest.Device) error {
	b, err := s.f.signIn.BeginPasskey(s.f.console, &identityv1.BeginPasskeyRequest{Address: "10.0.0.9"})
	s.f.must(err)
	r, err := s.f.signIn.FinishPasskey(s.f.console, &identityv1.FinishPasskeyRequest{Flow: b.GetFlow(), Assertion: d.Get(b.GetChallenge()), Device: "y"})
	if err == nil {
		s.session = r.GetSession().GetSessionSecret()
	}
	return err
}

func (s *someone) shows(r *identityv1.ReopenRequest) error {
	r.SessionSecret, r.Address = s.session, "10.0.0.1"
	_, err := s.f.signIn.Reopen(s.f.console, r)
	return err
}

// setUps is each way to set up a way to sign in.
func (s *someone) setUps() map[string]error {
	all := map[string]error{}
	_, all["a challenge for a passkey"] = s.sessions().BeginAddPasskey(s.as(own), &identityv1.BeginAddPasskeyRequest{})
	_, all["a passkey"] = s.sessions().FinishAddPasskey(s.as(own), &identityv1.FinishAddPasskeyRequest{Flow: "x", Assertion: "{}"})
	_, all["a PIN"] = s.counter().SetPin(s.as(own), &identityv1.SetPinRequest{Pin: "274916"})
	_, all["a password"] = s.proofs().ChangePassword(s.as(own), &identityv1.ChangePasswordRequest{NewPassword: "one other mountain 9"})
	_, all["codes on paper"] = s.proofs().RenewPaperCodes(s.as(own), &identityv1.RenewPaperCodesRequest{})
	return all
}

// Who stole a cookie sets up nothing that outlives it: what does wants a proof of the last
// minutes, which each kind of proof is.
func TestAStolenCookieSetsUpNothing(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	o := f.officer(system, security, "a001", clerk)
	mine := factortest.New(t)
	f.must(o.adds(mine, "mine"))
	_, err := o.counter().SetPin(o.as(own), &identityv1.SetPinRequest{Pin: "274916"})
	f.must(err)
	stale := func(what string) {
		t.Helper()
		f.clock.Advance(10 * time.Minute)
		for which, err := range o.setUps() {
			f.wants(what+": "+which, err, "identity.fresh")
		}
		if o.lists().GetFreshUntil() != 0 {
			t.Errorf("%s: the list says that more may be set up", what)
		}
	}
	stale("after ten minutes")
	f.must(o.shows(&identityv1.ReopenRequest{Pin: "274916"}))
	for which, err := range o.setUps() {
		f.wants("a PIN opens the screen alone: "+which, err, "identity.fresh")
	}
	for what, proof := range map[string]func() *identityv1.ReopenRequest{
		"the password": func() *identityv1.ReopenRequest { return &identityv1.ReopenRequest{Password: password} },
		"a code":       func() *identityv1.ReopenRequest { return &identityv1.ReopenRequest{Code: o.code()} },
		"paper":        func() *identityv1.ReopenRequest { return &identityv1.ReopenRequest{Code: o.paper[0]} },
		"a passkey": func() *identityv1.ReopenRequest {
			b, err := f.signIn.BeginPasskey(f.console, &identityv1.BeginPasskeyRequest{SessionSecret: o.session})
			f.must(err)
			return &identityv1.ReopenRequest{Flow: b.GetFlow(), Assertion: mine.Get(b.GetChallenge())}
		},
	} {
		shown := proof()
		f.must(o.shows(shown))
		_, err := o.sessions().BeginAddPasskey(o.as(own), &identityv1.BeginAddPasskeyRequest{})
		f.wants(what, err, "")
		stale(what)
		if what == "a code" || what == "paper" {
			f.wants(what+" twice", o.shows(shown), "identity.sign_in")
			f.must(o.shows(&identityv1.ReopenRequest{Password: password})) // or too many wrong ones end it
			f.clock.Advance(10 * time.Minute)
		}
	}
	for what, wrong := range map[string]*identityv1.ReopenRequest{"another's PIN": {Pin: "111111"}, "nothing": {}} {
		f.wants(what, o.shows(wrong), "identity.sign_in")
	}
}

// Too many wrong proofs end the session, locked or not.
func TestTooManyWrongProofsEndTheSession(t *testing.T) {
	f := start(t)
	admin := f.first().enter()
	for _, locked := range []bool{true, false} {
		admin.enter()
		f.clock.Advance(25 * time.Hour)
		admin.enter()
		if locked {
			_, err := f.signIn.Lock(f.console, &identityv1.LockRequest{SessionSecret: admin.session})
			f.must(err)
		}
		for i := range 4 {
			f.wants("a guess", admin.shows(&identityv1.ReopenRequest{Pin: fmt.Sprintf("12345%d", i)}), "identity.sign_in")
		}
		f.wants("the fifth", admin.shows(&identityv1.ReopenRequest{Password: "a mountain that is none"}), "identity.session")
		f.wants("and it is over", admin.shows(&identityv1.ReopenRequest{Password: password}), "identity.session")
	}
}

// A locked screen opens by the PIN and by a passkey too, and by nobody else's.
func TestALockedScreenOpensByPinOrPasskey(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	o, other := f.officer(system, security, "a001", clerk), f.officer(system, security, "a002", clerk)
	mine, theirs := factortest.New(t), factortest.New(t)
	o.enter()
	f.must(o.adds(mine, ""))
	other.enter()
	f.must(other.adds(theirs, ""))
	_, err := o.counter().SetPin(o.as(own), &identityv1.SetPinRequest{Pin: "274916"})
	f.must(err)
	lock := func() {
		_, err := f.signIn.Lock(f.console, &identityv1.LockRequest{SessionSecret: o.session})
		f.must(err)
	}
	key := func(d *factortest.Device) error {
		b, err := f.signIn.BeginPasskey(f.console, &identityv1.BeginPasskeyRequest{SessionSecret: o.session})
		f.must(err)
		return o.shows(&identityv1.ReopenRequest{Flow: b.GetFlow(), Assertion: d.Get(b.GetChallenge())})
	}
	lock()
	f.wants("another's passkey", key(theirs), "identity.passkey")
	f.must(key(mine))
	o.lists()
	lock()
	f.must(o.shows(&identityv1.ReopenRequest{Pin: "274916"}))
	o.lists()
}

// Passkeys are seen, named, bounded in number and removed; a removed one signs nobody in,
// and each change stands on the list. Nobody touches another's.
func TestPasskeysAreSeenAndRemoved(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	o, other := f.officer(system, security, "a001", clerk), f.officer(system, security, "a002", clerk)
	lost, kept := factortest.New(t), factortest.New(t)
	o.enter()
	f.must(o.adds(lost, "我的手机"))
	f.clock.Advance(time.Second)
	f.must(o.adds(kept, ""))
	f.must(o.by(lost))
	list := o.lists()
	if len(list.GetPasskeys()) != 2 || list.GetPasskeys()[0].GetPasskeyName() != "我的手机" || list.GetPasskeys()[0].GetUsedAt() == 0 || list.GetPasskeys()[1].GetUsedAt() != 0 || list.GetPasskeys()[0].GetMadeAt() == 0 {
		t.Fatalf("%v", list)
	}
	id := list.GetPasskeys()[0].GetPasskeyId()
	if strings.Contains(list.String(), "credential") {
		t.Error("the list tells the credential")
	}
	other.enter()
	_, err := other.proofs().RemovePasskey(other.as(own), &identityv1.RemovePasskeyRequest{PasskeyId: id})
	f.wants("another's", err, "identity.proof")
	_, err = other.proofs().NamePasskey(other.as(own), &identityv1.NamePasskeyRequest{PasskeyId: id, PasskeyName: "x"})
	f.wants("another's name", err, "identity.proof")
	_, err = o.proofs().NamePasskey(o.as(own), &identityv1.NamePasskeyRequest{PasskeyId: id, PasskeyName: "the lost one"})
	f.must(err)
	if name := o.lists().GetPasskeys()[0].GetPasskeyName(); name != "the lost one" {
		t.Errorf("%q", name)
	}
	f.clock.Advance(20 * time.Minute) // who lost it need not prove anew
	_, err = o.proofs().RemovePasskey(o.as(own), &identityv1.RemovePasskeyRequest{PasskeyId: id})
	f.must(err)
	f.wants("the removed one", o.by(lost), "identity.passkey")
	f.must(o.by(kept))
	changes := o.lists().GetChanges()
	if len(changes) != 3 || changes[0].GetProof() != "passkey" || !changes[0].GetRemoved() || changes[0].GetDevice() == "" {
		t.Errorf("%v", changes)
	}
	o.enter()
	for i := range 20 {
		if err = o.adds(factortest.New(t), fmt.Sprint(i)); err != nil {
			break
		}
	}
	f.wants("a passkey too many", err, "identity.passkeys")
	if n := len(o.lists().GetPasskeys()); n != 8 {
		t.Errorf("%d passkeys", n)
	}
}

// A reset takes passkeys away, and what was begun before it adds none after it.
func TestAResetLeavesNoPasskey(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	o := f.officer(system, security, "a001", clerk)
	mine, late := factortest.New(t), factortest.New(t)
	f.must(o.adds(mine, ""))
	b, err := o.sessions().BeginAddPasskey(o.as(own), &identityv1.BeginAddPasskeyRequest{})
	f.must(err)
	answer := late.Create(b.GetChallenge())
	list, err := system.accounts().ListAccounts(system.as(keeping), &identityv1.ListAccountsRequest{})
	f.must(err)
	id := ""
	for _, a := range list.GetAccounts() {
		if a.GetSubject() == "a001" {
			id = a.GetAccountId()
		}
	}
	p, err := system.accounts().ProposeReset(system.as(keeping), &identityv1.ProposeResetRequest{AccountId: id})
	f.must(err)
	d, err := security.accounts().DecideAct(security.as(keeping), &identityv1.DecideActRequest{ActId: p.GetActId(), Approve: true})
	f.must(err)
	if _, err = o.sessions().FinishAddPasskey(o.as(own), &identityv1.FinishAddPasskeyRequest{Flow: b.GetFlow(), Assertion: answer}); err == nil {
		t.Error("a passkey was added after the reset")
	}
	f.wants("the one of before", o.by(mine), "identity.passkey")
	n := f.accept(d.GetLink(), "").enter()
	if len(n.lists().GetPasskeys()) != 0 {
		t.Error("a passkey outlived the reset")
	}
}

// A password is changed by oneself, which ends all other sessions; codes on paper are
// made anew, and those before open nothing.
func TestAPasswordAndPapersAreRenewed(t *testing.T) {
	f := start(t)
	system, security, _ := f.three()
	o := f.officer(system, security, "a001", clerk)
	elsewhere := *o
	elsewhere.enter()
	o.enter()
	change := func(to string) error {
		_, err := o.proofs().ChangePassword(o.as(own), &identityv1.ChangePasswordRequest{NewPassword: to})
		return err
	}
	f.wants("the same", change(password), "identity.password_same")
	f.wants("a short one", change("x1y2"), "identity.password_short")
	f.wants("a plain one", change("password 123456"), "identity.password_common")
	const next = "another lake of silver 3"
	f.must(change(next))
	if err := f.identity.CheckStored(t.Context(), elsewhere.session); err == nil {
		t.Error("the other session goes on")
	}
	_, err := o.begin(password)
	f.wants("the old one", err, "identity.sign_in")
	_, err = o.begin(next)
	f.must(err)
	old := o.paper[3]
	r, err := o.proofs().RenewPaperCodes(o.as(own), &identityv1.RenewPaperCodesRequest{})
	f.must(err)
	if len(r.GetPaperCodes()) != 10 || slices.Contains(r.GetPaperCodes(), old) || o.lists().GetPapers() != 10 {
		t.Errorf("%v", r)
	}
	f.wants("a code of before", o.shows(&identityv1.ReopenRequest{Code: old}), "identity.sign_in")
	f.must(o.shows(&identityv1.ReopenRequest{Code: r.GetPaperCodes()[0]}))
	if o.lists().GetPapers() != 9 {
		t.Error("a used one is counted")
	}
	list := o.lists()
	if at := time.UnixMicro(list.GetPasswordEndsAt()); at.Sub(time.UnixMicro(list.GetPasswordAt())) != 90*24*time.Hour {
		t.Errorf("too old at %v", at)
	}
	f.clock.Advance(time.Minute)
	flow, err := o.begin(next)
	f.must(err)
	in, err := f.signIn.SecondFactor(f.console, &identityv1.SecondFactorRequest{Flow: flow, Code: o.code(), Device: "x", Address: "10.0.0.1"})
	f.must(err)
	if !in.GetSession().GetProofsChanged() || in.GetSession().GetPasswordEndsAt() != list.GetPasswordEndsAt() {
		t.Errorf("the next sign-in says nothing of it: %v", in)
	}
	f.clock.Advance(time.Minute)
	flow, err = o.begin(next)
	f.must(err)
	in, err = f.signIn.SecondFactor(f.console, &identityv1.SecondFactorRequest{Flow: flow, Code: o.code(), Device: "x", Address: "10.0.0.1"})
	f.must(err)
	if in.GetSession().GetProofsChanged() {
		t.Error("the one after it says it again")
	}
}

// A worker proves anew by the PIN or by a code that a counter printed for the same
// person, and is told of each way that is set up or taken away.
func TestAWorkerIsToldOfEachWayToSignIn(t *testing.T) {
	f := settled(t)
	w := f.opens("worker-1")
	f.otherwise()
	mine := factortest.New(t)
	f.must(w.adds(mine, "phone"))
	_, err := w.counter().SetPin(w.as(own), &identityv1.SetPinRequest{Pin: "274916"})
	f.must(err)
	f.clock.Advance(12 * time.Minute)
	theirs, his := f.printed("worker-2"), f.printed("worker-1")
	f.wants("before anything is shown", w.adds(factortest.New(t), ""), "identity.fresh")
	f.wants("another's code", w.shows(&identityv1.ReopenRequest{Code: theirs}), "identity.code")
	f.must(w.shows(&identityv1.ReopenRequest{Code: his}))
	f.wants("it is used up", w.shows(&identityv1.ReopenRequest{Code: his}), "identity.code")
	f.must(w.adds(factortest.New(t), ""))
	f.clock.Advance(12 * time.Minute)
	f.must(w.shows(&identityv1.ReopenRequest{Pin: "274916"}))
	f.must(w.adds(factortest.New(t), ""))
	stranger := f.opens("worker-1") // a counter's code lets the person take away what a thief holds
	_, err = stranger.proofs().RemovePasskey(stranger.as(own), &identityv1.RemovePasskeyRequest{PasskeyId: stranger.lists().GetPasskeys()[0].GetPasskeyId()})
	f.must(err)
	f.wants("and sets up none", stranger.adds(factortest.New(t), ""), "identity.by_code")
	if stranger.lists().GetFreshUntil() != 0 {
		t.Error("the list says that more may be set up")
	}
	f.Settle()
	var told []string
	for _, one := range f.told("worker-1") {
		if strings.HasPrefix(one, "identity.proof.") {
			told = append(told, one)
		}
	}
	const set, removed = "identity.proof.set.v1", "identity.proof.removed.v1"
	if want := []string{set, set, set, set, removed}; !slices.Equal(told, want) {
		t.Errorf("the worker learns of %v", told)
	}
}

// One officer prints so many codes a day, and no more.
func TestAnOfficersCodesOfADayAreBounded(t *testing.T) {
	f := settled(t)
	f.officer.enter()
	v, err := f.officer.counter().BeginVisit(f.officer.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	n := 0
	for ; n < 200; n++ {
		if _, err = f.officer.counter().PrintCode(f.officer.as(cases), &identityv1.PrintCodeRequest{VisitId: v.GetVisitId()}); err != nil {
			break
		}
	}
	f.wants("a code too many", err, "identity.print_limit")
	if n != 120 {
		t.Errorf("%d were printed", n)
	}
	other := f.officer2("a002", clerk)
	v, err = other.counter().BeginVisit(other.as(cases), &identityv1.BeginVisitRequest{Worker: "worker-1"})
	f.must(err)
	_, err = other.counter().PrintCode(other.as(cases), &identityv1.PrintCodeRequest{VisitId: v.GetVisitId()})
	f.must(err)
}
