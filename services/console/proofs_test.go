package console_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// Ways to sign in are seen, named and taken away on the page of one's devices; what sets
// one up is offered after a proof of the last minutes.
func TestWaysToSignInOnThePageOfDevices(t *testing.T) {
	f := start(t, true)
	i := f.identity("worker-1")
	now := time.Now().UnixMicro()
	i.mu.Lock()
	i.proofs.FreshUntil = 0
	i.proofs.Passkeys = []*identityv1.PasskeyProof{{PasskeyId: "k1", PasskeyName: "<我的手机>", MadeAt: now}}
	i.proofs.Changes = []*identityv1.ProofChange{{At: now, Proof: "passkey", Removed: true, Device: "Firefox"}}
	i.mu.Unlock()
	f.officer()
	body := f.get("/me/devices?lang=en", 200)
	f.has(body, "&lt;我的手机&gt;", "Not used yet", "first show who you are", "Firefox", "taken away")
	for _, offered := range []string{`action="/me/pin"`, `action="/me/password"`, `action="/me/papers"`, `action="/me/passkeys"`} {
		if strings.Contains(body, offered) {
			t.Errorf("%s is offered to who proved nothing lately", offered)
		}
	}
	f.has(f.post("/me/prove", 401, "password", "wrong wrong wrong"), "not right")
	f.has(f.post("/me/prove", 400), "missing")
	body = f.post("/me/prove", 200, "password", staffPassword)
	f.has(body, "You showed who you are", `action="/me/pin"`, `action="/me/password"`, `action="/me/papers"`, `action="/me/passkeys"`, "9 were not used yet")
	f.has(f.post("/me/password", 400, "new", "one lake 33 x", "again", "another"), "not the same")
	f.has(f.post("/me/password", 400, "new", staffPassword, "again", staffPassword), "think of another one")
	f.has(f.post("/me/password", 200, "new", "one lake 33 x", "again", "one lake 33 x"), "all other sign-ins were ended")
	f.has(f.post("/me/papers", 200), "IIII-JJJJ-KKKK-LLLL", "those before work no more")
	f.has(f.post("/me/passkeys/name", 200, "passkey", "k1", "name", "desk"), `value="desk"`)
	f.has(f.post("/me/passkeys/name", 400, "passkey", "k1", "name", strings.Repeat("x", 41)), "missing")
	f.has(f.post("/me/passkeys/remove", 404, "passkey", "k9"), "taken away already")
	f.has(f.post("/me/passkeys/remove", 200, "passkey", "k1"), "signs nobody in any more")
	if body = f.get("/me/devices", 200); strings.Contains(body, "/me/passkeys/remove") {
		t.Error("what was taken away is still there")
	}
}

// A worker who names a helper without having shown lately who it is, is led to where that
// is done.
func TestAHelperIsNamedByWhoShowedWhoItIs(t *testing.T) {
	f := start(t, true)
	i := f.identity("worker-1")
	f.post("/sign-in/code", 200, "code", printed, "next", "/me/helpers")
	i.shown(0)
	form := []string{"helper", "worker-2", "ends", "2026-12-31"}
	f.has(f.post("/me/helpers", 401, form...), `role="alert"`, `href="/me/devices?next=%2fme%2fhelpers#proofs"`, `value="worker-2"`)
	i.shown(1)
	if body := f.post("/me/helpers", 200, form...); strings.Contains(body, `#proofs"`) || f.at.RequestURI() != "/me/helpers?done=named" {
		t.Errorf("came to %s", f.at)
	}

	desk := f.another().officer() // so does an officer whom the person visits
	i.mu.Lock()
	i.visits = map[string]bool{"worker-1": true}
	i.mu.Unlock()
	desk.get("/counter", 200)
	i.shown(0)
	form = append(form, "worker", "worker-1", "paper", "witnessed")
	desk.has(desk.post("/counter/helper", 401, form...), `role="alert"`, `href="/me/devices?next=%2fcounter#proofs"`, `value="worker-2"`)
	page := desk.post("/me/prove", 200, "next", "/counter", "password", staffPassword)
	desk.has(page, `value="worker-2"`, `value="2026-12-31"`, `<option value="witnessed" selected`)
	if desk.at.Path != "/counter" {
		t.Errorf("the proof leads to %s", desk.at)
	}
	if desk.post("/counter/helper", 200, form...); desk.at.RequestURI() != "/counter?done=helper" {
		t.Errorf("came to %s", desk.at)
	}
}

// Who signs in after a change, or two weeks before the password is too old, is told so and
// goes on from there.
func TestASignInTellsOfChangesAndAges(t *testing.T) {
	f := start(t, true)
	i := f.identity("worker-1")
	i.mu.Lock()
	i.told = &identityv1.NewSession{ProofsChanged: true}
	i.mu.Unlock()
	f.post("/sign-in", 200, "as", "officer", "login", "a001", "password", staffPassword)
	body := f.post("/sign-in/second", 200, "code", totp, "next", "/workers")
	if f.at.Path != "/me/devices" {
		t.Fatalf("came to %s", f.at)
	}
	f.has(body, `href="/workers"`, `class="note due"`)
	ends := time.Now().AddDate(0, 0, 13).UnixMicro()
	i.mu.Lock()
	i.told, i.proofs.PasswordEndsAt = &identityv1.NewSession{PasswordEndsAt: ends}, ends
	i.mu.Unlock()
	f.post("/sign-in/out", 200)
	f.post("/sign-in", 200, "as", "officer", "login", "a001", "password", staffPassword)
	f.has(f.post("/sign-in/second", 200, "code", totp), "/me/devices", `class="note due"`)
	ends = time.Now().AddDate(0, 0, 15).UnixMicro()
	i.mu.Lock()
	i.told, i.proofs.PasswordEndsAt = &identityv1.NewSession{PasswordEndsAt: ends}, ends
	i.mu.Unlock()
	f.post("/sign-in/out", 200)
	f.officer()
	if f.at.Path == "/me/devices" {
		t.Error("a password that lasts 15 days is warned of")
	}
	if body := f.get("/me/devices", 200); strings.Contains(body, `class="note due"`) {
		t.Error("the page warns")
	}
}

// A locked screen opens by the PIN too.
func TestALockedScreenOpensByThePin(t *testing.T) {
	f := start(t, true)
	f.identity("worker-1")
	f.officer()
	f.post("/sign-in/lock", 200)
	f.has(f.post("/sign-in/locked", 401, "password", "111111"), `role="alert"`)
	f.post("/sign-in/locked", 200, "password", fakePin, "next", "/workers")
	if f.at.Path != "/workers" {
		t.Errorf("came to %s", f.at)
	}
}

// Another office's identity is joined after its holder saw which, and said yes.
func TestAnOutsideIdentityIsConfirmed(t *testing.T) {
	f := start(t, true)
	i := f.identity(f.world.someone(t, number, 1))
	f.worker()
	f.get("/me/outside", 200)
	if f.at.Path != "/me/devices" {
		t.Errorf("without one it leads to %s", f.at)
	}
	flow := strings.Repeat("b", 43)
	keep := func(value string) {
		u := *f.at
		u.Path = "/"
		f.browser.Jar.SetCookies(&u, []*http.Cookie{{Name: "qiao-bind", Value: value, Path: "/"}})
	}
	keep(flow)
	f.has(f.get("/me/outside?lang=en", 200), "province", "only after 48 hours", `action="/me/outside"`)
	i.mu.Lock()
	n := len(i.bound)
	i.mu.Unlock()
	if n != 0 {
		t.Error("joined before it was confirmed")
	}
	f.post("/me/outside", 200, "no", "yes")
	keep(flow)
	f.has(f.post("/me/outside", 200), "joined to your account")
	i.mu.Lock()
	now := time.Now().UnixMicro()
	i.proofs.Outsides = []*identityv1.OutsideProof{{OutsideId: "o1", Source: "province", MadeAt: now, OpensAt: now + 3600_000_000}}
	i.mu.Unlock()
	f.has(f.get("/me/devices", 200), "province", "It signs you in from")
	if body := f.post("/me/outside/remove", 200, "outside", "o1"); strings.Contains(body, "province") || !strings.Contains(body, "signs nobody in any more") {
		t.Error("it is still joined")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.bound) != 1 || i.bound[0] != flow {
		t.Errorf("joined: %v", i.bound)
	}
}

// A browser keeps that somebody signed in with it, also after he signed out: of the last
// few, since several people sign in at one desk, and of each the newest. Whoever used a
// link is known too.
func TestABrowserIsKnownAgain(t *testing.T) {
	f := start(t, true)
	i := f.identity("worker-1")
	shown := func() []string {
		i.mu.Lock()
		defer i.mu.Unlock()
		last := i.known[len(i.known)-1]
		if last == "" {
			return nil
		}
		return strings.Split(last, ".")
	}
	enter := func(login string) []string {
		t.Helper()
		i.mu.Lock()
		if i.people[login].Subject == "" {
			i.people[login] = auth.Principal{Kind: auth.Officer, Subject: login, Department: "hrss", Division: auth.Everywhere, Role: "clerk"}
		}
		i.mu.Unlock()
		f.post("/sign-in", 200, "as", "officer", "login", login, "password", staffPassword)
		f.post("/sign-in/second", 200, "code", totp)
		f.post("/sign-in/out", 200)
		return shown()
	}
	if at := enter("a001"); at != nil {
		t.Errorf("a new browser shows %q", at)
	}
	first := enter("a001")
	for range 9 { // one person pushes nobody out
		enter("a003")
	}
	both := enter("a001")
	if len(first) != 1 || len(both) != 2 || both[0][:4] != known("a003")[:4] || both[1][:4] != known("a001")[:4] || both[1] == first[0] {
		t.Errorf("it shows %q, and with another one %q", first, both)
	}
	for n := range 9 {
		enter(fmt.Sprint("b00", n))
	}
	if all := enter("a001"); len(all) != 8 || all[0][:4] != known("b008")[:4] || slices.ContainsFunc(all, func(one string) bool { return len(one) != 43 || one[:4] == known("a001")[:4] }) {
		t.Errorf("of many it shows %q", all)
	}
	f.get("/sign-in/new?link="+secret(), 200)
	f.post("/sign-in/new", 200, "password", staffPassword, "again", staffPassword, "code", totp)
	if all := enter("a001"); len(all) != 8 || all[0][:4] != known("a002")[:4] || all[1][:4] != known("a001")[:4] {
		t.Errorf("after a link it shows %q", all)
	}
}
