package console_test

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// ends ends every session, or locks it.
func (i *fakeIdentity) ends(lock bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, s := range i.all {
		if s.ended {
			continue
		}
		i.end(s, lock)
		s.locked = lock
	}
}

// typing sends the form of /workers, which was opened before, within a session that is over.
func (f *fixture) typing(ends func()) {
	f.t.Helper()
	f.get("/workers?lang=en", 200)
	ends()
	f.referer = f.server.URL + "/workers"
	testkit.Eventually(f.t, "the console knows that the session is over", func() bool {
		f.post("/workers", 200, "who", number, "kind", "resident_number", "password", "never", "sure", "yes")
		return strings.HasPrefix(f.at.Path, "/sign-in")
	})
	f.referer = ""
}

// What was typed when a session ended stands in the same form again, once the same person
// signed in: for nobody else, without what proves who somebody is, until it is sent.
func TestWhatWasTypedStandsThereAgain(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	i := f.identity(ref)
	f.officer()
	f.typing(func() { i.ends(false) })
	if f.at.Query().Get("why") != "kept" || f.at.Query().Get("next") != "/workers" {
		t.Fatalf("one comes to %s", f.at)
	}
	f.has(f.get(f.at.RequestURI(), 200), "What you typed is kept")
	i.mu.Lock()
	for _, kept := range i.typed {
		if strings.Contains(kept[1], "never") || strings.Contains(kept[1], "sure") || kept[0] != "a001" {
			t.Errorf("kept is %v", kept)
		}
	}
	i.people["a002"] = auth.Principal{Kind: auth.Officer, Subject: "a002", Department: "hrss", Division: "654301", Role: "clerk"}
	i.mu.Unlock()
	f.post("/sign-in", 200, "as", "officer", "login", "a002", "password", staffPassword)
	f.post("/sign-in/second", 200, "code", totp)
	if body := f.get("/workers", 200); strings.Contains(body, number) || strings.Contains(body, "what you had typed") {
		t.Error("another person reads what was typed")
	}
	f.post("/sign-in/out", 200)
	f.officer()
	again := []string{"what you had typed", `value="` + number + `"`, `value="resident_number" selected`}
	f.has(f.get("/workers", 200), again...)
	f.has(f.get("/workers?renews=1", 200), again...)
	if body := f.get("/persons", 200); strings.Contains(body, "what you had typed") {
		t.Error("another page shows it")
	}
	f.post("/workers", 200, "who", number)
	if body := f.get("/workers", 200); strings.Contains(body, "what you had typed") {
		t.Error("it was sent, and stands there still")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.typed) != 0 {
		t.Error("it was sent, and is kept still")
	}
}

// A screen that locks under a form keeps it too.
func TestWhatWasTypedUnderALock(t *testing.T) {
	f := start(t, true)
	i := f.identity(f.world.someone(t, number, 1))
	f.officer()
	f.typing(func() { i.ends(true) })
	if f.at.Path != "/sign-in/locked" {
		t.Fatalf("one comes to %s", f.at)
	}
	f.post("/sign-in/locked", 200, "password", staffPassword, "next", "/workers")
	f.has(f.page(http.MethodGet, "/workers", 200, nil), `value="`+number+`"`)
}

// What a page asks by itself keeps nobody signed in; what somebody does, does.
func TestPagesThatRenewThemselvesKeepNobodySignedIn(t *testing.T) {
	f := start(t, true)
	i := f.identity(f.world.someone(t, number, 1))
	i.mu.Lock()
	i.people["a001"] = auth.Principal{Kind: auth.Officer, Subject: "a001", Department: "ops", Division: auth.Everywhere, Role: "operator"}
	i.mu.Unlock()
	f.officer()
	loud := func() int {
		i.mu.Lock()
		defer i.mu.Unlock()
		return i.asked - i.quiet
	}
	f.has(f.get("/feed?lang=en", 200), `url=/feed?lang=en&amp;renews=1"`)
	before := loud()
	for _, header := range [][2]string{{"Qiao-Renews", "1"}, {"X", "y"}} {
		for _, path := range []string{"/feed?renews=1", "/pipeline?renews=1", "/collisions?renews=1"} {
			if header[0] != "X" {
				path, _, _ = strings.Cut(path, "?")
			}
			r, err := http.NewRequest(http.MethodGet, f.server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set(header[0], header[1])
			resp, err := f.browser.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
	}
	if got := loud(); got != before {
		t.Errorf("%d exchanges count as something done", got-before)
	}
	f.get("/pipeline", 200)
	f.get("/languages", 200)
	if loud() == before {
		t.Error("what somebody did counts for nothing")
	}
}

// Before a sign-in ends the page says so, and one key goes on with it.
func TestAPageSaysWhenTheSignInEnds(t *testing.T) {
	f := start(t, true)
	i := f.identity(f.world.someone(t, number, 1))
	f.officer()
	body := f.get("/workers?lang=en", 200)
	f.has(body, `data-leaves="`, "hidden><p>Your sign-in ends at", `href="/sign-in/stay"`, "<noscript><div")
	i.mu.Lock()
	i.idle = 100 * time.Second
	i.mu.Unlock()
	i.ends(false)
	f.officer()
	body = f.get("/workers", 200)
	m := regexp.MustCompile(`data-leaves="(\d+)"(| hidden)>`).FindStringSubmatch(body)
	if m == nil || m[2] != "" || !strings.Contains(body, "Stay signed in") {
		t.Errorf("a minute before the end: %v", m)
	}
	f.has(f.get("/sign-in/stay", 200), "You stay signed in")
	i.mu.Lock()
	i.idle = 3 * time.Hour // beyond the whole
	i.mu.Unlock()
	i.ends(false)
	f.officer()
	if body = f.get("/workers", 200); !strings.Contains(body, "Sign in again then") || strings.Contains(body, "Stay signed in") {
		t.Error("an end that nothing puts off is said like one that something does")
	}
	i.ends(false)
	testkit.Eventually(t, "who is signed in no more stays nowhere", func() bool { f.get("/sign-in/stay", 200); return f.at.Path == "/sign-in" })
}

// A stream ends with its session.
func TestAStreamEndsWithItsSession(t *testing.T) {
	f := start(t, true)
	i := f.identity(f.world.someone(t, number, 1))
	for name, ends := range map[string]func(){"ended": func() { i.ends(false) }, "locked": func() { i.ends(true) }} {
		f.another().officer() // somebody else's goes on in between
		g := f.another().officer()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, f.server.URL+"/feed/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", "text/event-stream")
		resp, err := g.browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Header.Get("Content-Type") != "text/event-stream" {
			t.Fatal(resp.Header)
		}
		from := time.Now()
		ends()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: the stream ended after %d ms", name, time.Since(from).Milliseconds())
		_ = resp.Body.Close()
		cancel()
	}
}
