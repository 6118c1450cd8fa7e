package identity_test

import (
	"fmt"
	"testing"
	"time"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

func (f *fixture) wrongCode(i int, address string) error {
	_, err := f.signIn.EnterCode(f.console, &identityv1.EnterCodeRequest{Code: fmt.Sprintf("AAAA-%04d", i), Address: address})
	return err
}

// An office behind one address signs in as often as it likes: what went well does not
// count against it. What failed there goes on to count, however much goes well.
func TestAnOfficeThatSignsInWellNeverWaits(t *testing.T) {
	f := start(t)
	admin := f.first()
	for range 130 {
		admin.enter()
	}
	for i := range 99 {
		f.wants("a wrong code", f.wrongCode(i, "10.0.0.1"), "identity.code")
	}
	admin.enter() // the hundredth try brings a wait, and takes back its own
	f.wants("what failed before", f.wrongCode(99, "10.0.0.1"), "identity.code")
	f.wants("beyond the free ones", f.wrongCode(100, "10.0.0.1"), "identity.wait")
	_, err := admin.begin(password)
	f.wants("the right password from there", err, "identity.wait")
}

// A sign-in that was begun before others failed takes no wait away that they brought.
func TestASuccessTakesNobodysWaitAway(t *testing.T) {
	f := start(t)
	admin := f.first()
	f.clock.Advance(time.Minute)
	flow, err := admin.begin(password)
	f.must(err)
	for i := range 99 {
		f.wants("a wrong code", f.wrongCode(i, "10.0.0.1"), "identity.code")
	}
	f.must(admin.second(flow, admin.code()))
	f.wants("after another's success", f.wrongCode(100, "10.0.0.1"), "identity.wait")
}

// A password that is too old is told after the right second factor alone, and set anew
// in the same flow, by a code that was not used up.
func TestAnOldPasswordIsSetAnew(t *testing.T) {
	f := start(t)
	admin := f.first()
	f.clock.Advance(91 * 24 * time.Hour)
	flow, err := admin.begin(password)
	f.must(err)
	with := func(code, renewed string) (*identityv1.SecondFactorResponse, error) {
		return f.signIn.SecondFactor(f.console, &identityv1.SecondFactorRequest{Flow: flow, Code: code, NewPassword: renewed, Device: "x", Address: "10.0.0.1"})
	}
	_, err = with("000000", "")
	f.wants("a wrong code", err, "identity.sign_in")
	_, err = with("000000", "another mountain 8")
	f.wants("a wrong code and a password", err, "identity.sign_in")
	_, err = with(admin.code(), "")
	f.wants("without a new one", err, "identity.password_old")
	_, err = with(admin.code(), password)
	f.wants("the same again", err, "identity.password_old")
	_, err = with(admin.code(), "short")
	f.wants("a short one", err, "identity.password_short")
	r, err := with(admin.code(), "another mountain 8")
	f.must(err)
	admin.session = r.GetSession().GetSessionSecret()
	if _, err := admin.sessions().ListSessions(admin.as(own), &identityv1.ListSessionsRequest{}); err != nil {
		t.Errorf("signed in by the new one: %v", err)
	}
	f.clock.Advance(time.Minute)
	_, err = admin.begin(password)
	f.wants("the one before", err, "identity.sign_in")
	flow, err = admin.begin("another mountain 8")
	f.must(err)
	f.must(admin.second(flow, admin.code()))
}
