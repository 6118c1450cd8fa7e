package identity_test

import (
	"strings"
	"testing"
	"time"

	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// What somebody had typed when a session ended is given to the same account alone, within
// a day, and a page that renews itself keeps no session alive.
func TestWhatWasTypedIsItsAccountsAlone(t *testing.T) {
	f := settled(t)
	one := f.opens("worker-1")
	kept, err := f.exchange.KeepTyped(f.console, &identityv1.KeepTypedRequest{SessionSecret: one.session, Typed: `{"a": "甲"}`})
	f.must(err)
	read := func(session, typed string, forget bool) (string, error) {
		r, err := f.exchange.ReadTyped(f.console, &identityv1.ReadTypedRequest{SessionSecret: session, TypedSecret: typed, Forget: forget})
		return r.GetTyped(), err
	}
	_, err = f.signIn.SignOut(f.console, &identityv1.SignOutRequest{SessionSecret: one.session})
	f.must(err)
	_, err = read(one.session, kept.GetTypedSecret(), false)
	f.wants("the session that is over", err, "identity.session")
	late, err := f.exchange.KeepTyped(f.console, &identityv1.KeepTypedRequest{SessionSecret: one.session, Typed: "late"})
	f.must(err)
	other := f.opens("worker-4")
	_, err = read(other.session, kept.GetTypedSecret(), true)
	f.wants("another account", err, "identity.flow")
	_, err = read(other.session, strings.Repeat("x", 43), false)
	f.wants("an invented secret", err, "identity.flow")
	again := f.opens("worker-1")
	for range 2 {
		if got, err := read(again.session, kept.GetTypedSecret(), false); err != nil || got != `{"a": "甲"}` {
			t.Errorf("%q, %v", got, err)
		}
	}
	if got, err := read(again.session, late.GetTypedSecret(), true); err != nil || got != "late" {
		t.Errorf("typed after the end: %q, %v", got, err)
	}
	_, err = read(again.session, late.GetTypedSecret(), false)
	f.wants("after it was forgotten", err, "identity.flow")
	_, err = f.exchange.KeepTyped(f.console, &identityv1.KeepTypedRequest{SessionSecret: strings.Repeat("x", 43), Typed: "x"})
	f.wants("nobody's session", err, "identity.session")
	var all []string
	for range 9 {
		r, err := f.exchange.KeepTyped(f.console, &identityv1.KeepTypedRequest{SessionSecret: again.session, Typed: "x"})
		f.must(err)
		all = append(all, r.GetTypedSecret())
		f.clock.Advance(time.Second)
	}
	_, err = read(again.session, all[0], false)
	f.wants("the oldest of nine", err, "identity.flow")
	_, err = read(again.session, all[8], false)
	f.must(err)
	f.clock.Advance(24 * time.Hour)
	third := f.opens("worker-1")
	_, err = read(third.session, all[8], false)
	f.wants("after a day", err, "identity.flow")
	_, err = f.exchange.KeepTyped(f.console, &identityv1.KeepTypedRequest{SessionSecret: one.session, Typed: "x"})
	f.wants("a cookie of long ago", err, "identity.session")
	// Quiet questions do not make it younger.
	ask := func(quiet bool) error {
		_, err := f.exchange.Exchange(f.console, &identityv1.ExchangeRequest{SessionSecret: third.session, Audience: "identity", StatedPurpose: own, LegalBasis: "x", Quiet: quiet})
		return err
	}
	f.clock.Advance(20 * time.Minute)
	f.must(ask(true))
	f.clock.Advance(11 * time.Minute)
	f.wants("half an hour, and only a page asked", ask(true), "identity.session")
	fourth := f.opens("worker-1")
	third = fourth
	f.clock.Advance(20 * time.Minute)
	f.must(ask(false))
	f.clock.Advance(20 * time.Minute)
	f.must(ask(true))
}
