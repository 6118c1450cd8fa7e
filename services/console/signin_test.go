package console_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// another is a browser without cookies, at the same console.
func (f *fixture) another() *fixture {
	f.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	g := *f
	g.browser = &http.Client{Jar: jar}
	return &g
}

// officer signs in as an officer does.
func (f *fixture) officer() *fixture {
	f.t.Helper()
	f.post("/sign-in", 200, "as", "officer", "login", "a001", "password", staffPassword)
	if f.at.Path != "/sign-in/second" {
		f.t.Fatalf("after the password comes %s", f.at)
	}
	f.has(f.post("/sign-in/second", 200, "code", totp), "a001")
	return f
}

// worker signs in by the code that a counter printed.
func (f *fixture) worker() *fixture {
	f.t.Helper()
	f.post("/sign-in/code", 200, "code", " "+strings.ToUpper(printed)+" ")
	return f
}

// cookie is the session's in this browser.
func (f *fixture) cookie() *http.Cookie {
	f.t.Helper()
	at, err := url.Parse(f.server.URL)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, c := range f.browser.Jar.Cookies(at) {
		if c.Name == "qiao" {
			return c
		}
	}
	return nil
}

// A worker signs in by a code, acts in person, and sees nobody else's page.
func TestAWorkerSignsInByACountersCode(t *testing.T) {
	f := start(t, true)
	ref, other := f.world.someone(t, number, 2), f.world.someone(t, "654399199001011239", 1)
	i := f.identity(ref)
	f.has(f.get("/sign-in?lang=en", 200), "The code that a counter printed", `autocomplete="one-time-code"`, "within 60 minutes", "costs anything")
	f.has(f.post("/sign-in/code", 401, "code", "wrong"), "not right", `role="alert"`, `aria-invalid="true"`)
	f.has(f.post("/sign-in/code", 400, "code", ""), "missing")
	f.worker()
	if f.at.Path != "/my" {
		t.Errorf("came to %s", f.at)
	}
	f.get("/workers/"+ref+"/access", 200)
	if body := f.get("/workers/"+other, 200); strings.Contains(body, `class="says"`) || !strings.Contains(body, "Nobody gave you power") && !strings.Contains(body, "No helper") {
		t.Error("another's page shows something")
	}
	i.mu.Lock()
	device := i.all[0].device
	i.mu.Unlock()
	if strings.Contains(device, "/") {
		t.Errorf("of the browser is kept %q", device)
	}
}

// A password that is too old is set anew on the page that asks for the code, and the
// sign-in goes on.
func TestAnOldPasswordIsSetAnewWithTheCode(t *testing.T) {
	f := start(t, true)
	i := f.identity("worker-1")
	i.mu.Lock()
	i.aged = true
	i.mu.Unlock()
	f.post("/sign-in", 200, "as", "officer", "login", "a001", "password", staffPassword)
	if body := f.get("/sign-in/second?lang=en", 200); strings.Contains(body, "new-password") {
		t.Error("a new password is asked for before the code was right")
	}
	asks := []string{"older than the rule", `name="password"`, `name="again"`, `autocomplete="new-password"`}
	f.has(f.post("/sign-in/second", 401, "code", totp), asks...)
	f.has(f.post("/sign-in/second", 400, "code", totp, "renews", "yes", "password", "one mountain 9", "again", "another"), append(asks[1:], "not the same")...)
	f.has(f.post("/sign-in/second", 400, "code", totp, "renews", "yes", "password", staffPassword, "again", staffPassword), asks[1:]...)
	f.has(f.post("/sign-in/second", 200, "code", totp, "renews", "yes", "password", "one mountain 9", "again", "one mountain 9"), "a001")
}

// An officer signs in with two factors, and acts under the account's number, whatever
// number a form says.
func TestAnOfficerSignsInWithTwoFactors(t *testing.T) {
	f := start(t, true)
	f.world.someone(t, number, 1)
	i := f.identity("worker-1")
	f.has(f.get("/sign-in?as=officer&lang=en", 200), `autocomplete="username"`, `autocomplete="current-password"`, "Staff number")
	f.has(f.post("/sign-in", 401, "login", "a001", "password", "wrong"), `value="a001"`, `role="alert"`)
	unknown, known := f.post("/sign-in", 401, "login", "nobody", "password", "wrong"), f.post("/sign-in", 401, "login", "a001", "password", "wrong")
	if sealed.ReplaceAllString(strings.ReplaceAll(unknown, "nobody", "a001"), "") != sealed.ReplaceAllString(known, "") {
		t.Error("the page says whether there is an account")
	}
	f.has(f.post("/sign-in", 429, "login", "guessed", "password", "x"), "2026")
	f.get("/sign-in/second", 200)
	if f.at.Query().Get("why") != "flow" {
		t.Errorf("a second step without a first leads to %s", f.at)
	}
	f.post("/sign-in", 200, "login", "a001", "password", staffPassword, "next", "/workers")
	f.has(f.post("/sign-in/second", 401, "code", "000000", "next", "/workers"), `role="alert"`)
	f.post("/sign-in/second", 200, "code", totp, "next", "/workers")
	if f.at.Path != "/workers" {
		t.Errorf("came to %s", f.at)
	}
	f.post("/workers", 200, "who", number, "officer", "z999")
	f.world.mu.Lock()
	finds := f.world.finds
	f.world.mu.Unlock()
	if len(finds) != 1 || finds[0].Subject != "a001" || finds[0].Session == 0 || finds[0].Via != auth.ViaCounter {
		t.Errorf("looked up as %+v", finds)
	}
	f.has(f.page(http.MethodGet, f.at.RequestURI(), 200, nil), "visit") // nobody visits him
	if body := f.get("/collisions", 200); strings.Contains(body, `name="officer"`) {
		t.Error("who signed in is asked for a staff number")
	}
	i.mu.Lock()
	before := i.asked
	i.mu.Unlock()
	f.get("/workers", 200)
	f.get("/workers", 200)
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.asked != before {
		t.Errorf("%d exchanges for what was just proved", i.asked-before)
	}
}

// sealed finds what differs between two pages of the same.
var sealed = regexp.MustCompile(`name="key" value="\w*"`)

// The session's cookie is the browser's alone, ends with the session, and begins anew
// at each sign-in.
func TestTheSessionsCookie(t *testing.T) {
	f := start(t, true)
	f.identity(f.world.someone(t, number, 1))
	var set *http.Cookie
	f.browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		for _, c := range r.Response.Cookies() {
			if c.Name == "qiao" {
				set = c
			}
		}
		return nil
	}
	f.worker()
	if set == nil || !set.HttpOnly || set.Path != "/" || set.SameSite != http.SameSiteLaxMode || set.Domain != "" || len(set.Value) != 43 || set.MaxAge < 3500 || set.Secure {
		t.Fatalf("%+v", set)
	}
	first := set.Value
	f.post("/sign-in/out", 200)
	if f.cookie() != nil {
		t.Error("signed out, and the cookie is still there")
	}
	f.worker()
	if set.Value == first {
		t.Error("two sign-ins have one secret")
	}
	// The old cookie, kept by somebody, is good for nothing.
	g := f.another()
	r, err := http.NewRequest(http.MethodGet, f.server.URL+"/me/devices", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "qiao", Value: first})
	resp, err := g.browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.Request.URL.Path != "/sign-in" {
		t.Errorf("with a cookie of before one comes to %s", resp.Request.URL)
	}
}

// Who is signed in sees where, ends one of the others, and that one is shut out at
// once, is told so, and comes back to the page where it was.
func TestADeviceIsSeenAndShutOut(t *testing.T) {
	f := start(t, true)
	f.identity("worker-1")
	f.officer()
	g := f.another().officer()
	body := f.get("/me/devices", 200)
	if strings.Count(body, "/me/devices/end") != 1 {
		t.Fatal("the other sign-in is not on the list, or this one can be ended from it")
	}
	g.get("/workers", 200)
	m := regexp.MustCompile(`name="session" value="([^"]+)"`).FindStringSubmatch(body)
	f.post("/me/devices/end", 200, "session", m[1])
	g.get("/workers", 200)
	if g.at.Path != "/sign-in" || g.at.Query().Get("next") != "/workers" || g.at.Query().Get("why") != "over" {
		t.Errorf("shut out, one comes to %s", g.at)
	}
	if g.cookie() != nil {
		t.Error("shut out, and the cookie is still there")
	}
	f.get("/me/devices", 200)
	if f.at.Path != "/me/devices" {
		t.Error("who shut out another is out himself")
	}
	g.officer()
	f.post("/me/devices/others", 200)
	g.get("/workers", 200)
	if g.at.Path != "/sign-in" {
		t.Errorf("all others were ended, and one comes to %s", g.at)
	}
}

// A locked screen shows nothing until its password; the session is still there.
func TestALockedScreen(t *testing.T) {
	f := start(t, true)
	f.identity("worker-1")
	f.officer()
	f.get("/workers", 200)
	f.post("/sign-in/lock", 200)
	if f.at.Path != "/sign-in/locked" {
		t.Fatalf("locked, one comes to %s", f.at)
	}
	f.get("/workers", 200)
	if f.at.Path != "/sign-in/locked" || f.at.Query().Get("next") != "/workers" {
		t.Errorf("behind a locked screen is %s", f.at)
	}
	f.has(f.post("/sign-in/locked", 401, "password", "wrong"), `role="alert"`)
	f.post("/sign-in/locked", 200, "password", staffPassword, "next", "/workers")
	if f.at.Path != "/workers" {
		t.Errorf("opened again, one comes to %s", f.at)
	}
}

// A session whose number changed goes on: what was refused under the old one was not
// done, and is done under the new one.
func TestASessionWithANewNumberGoesOn(t *testing.T) {
	f := start(t, true)
	f.world.someone(t, number, 1)
	i := f.identity("worker-1")
	f.officer()
	f.post("/workers", 200, "who", number)
	i.mu.Lock()
	i.end(i.all[0], true)
	i.mu.Unlock()
	testkit.Eventually(t, "the registry hears that the number is over", func() bool {
		f.post("/workers", 200, "who", number)
		f.world.mu.Lock()
		defer f.world.mu.Unlock()
		return f.world.finds[len(f.world.finds)-1].Session == 2
	})
}

// A form that comes with a session's cookie comes from our own page: the browser says
// so, or the form's own key does, which a page of the same session made.
func TestAFormOfASessionComesFromItsPage(t *testing.T) {
	f := start(t, true)
	f.world.someone(t, number, 1)
	f.identity("worker-1")
	f.officer()
	send := func(key string, header ...string) int {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, f.server.URL+"/workers", strings.NewReader(url.Values{"key": {key}, "who": {number}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := f.browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	keyOf := func(f *fixture) string {
		m := regexp.MustCompile(`name="key" value="([A-Z2-7]{26})"`).FindAllStringSubmatch(f.get("/workers", 200), -1)
		return m[len(m)-1][1]
	}
	own, others := keyOf(f), keyOf(f.another().officer())
	nobodys := keyOf(f.another())
	for name, got := range map[string][2]int{
		"an old browser with the page's key":     {send(own), 200},
		"an old browser without a key":           {send(""), 403},
		"an old browser with a made-up key":      {send("AAAAAAAAAAAAAAAAAAAAAAAAAA"), 403},
		"another session's key":                  {send(others), 403},
		"the key of a page for nobody":           {send(nobodys), 403},
		"our own page":                           {send(nobodys, "Sec-Fetch-Site", "same-origin"), 200},
		"our own page, by its origin":            {send(nobodys, "Origin", f.server.URL), 200},
		"another site":                           {send(own, "Sec-Fetch-Site", "cross-site"), 403},
		"another site of the same domain":        {send(own, "Sec-Fetch-Site", "same-site"), 403},
		"another origin":                         {send(own, "Origin", "https://elsewhere.example"), 403},
		"an origin that a sandboxed frame gives": {send(own, "Origin", "null"), 403},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %d, want %d", name, got[0], got[1])
		}
	}
}

// A form of signing in comes from a page that this very browser was shown: else an old
// phone that says nothing of where a form comes from is signed in as somebody else. A
// browser that keeps no cookies is told so.
func TestASignInComesFromItsPage(t *testing.T) {
	f := start(t, true)
	f.identity(f.world.someone(t, number, 1))
	keyOf := func(f *fixture) string {
		return regexp.MustCompile(`action="/sign-in/code"[^>]*><input type="hidden" name="key" value="([A-Z2-7]{26})"`).FindStringSubmatch(f.get("/sign-in?as=worker", 200))[1]
	}
	send := func(f *fixture, key string, header ...string) (int, string, *url.URL) {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, f.server.URL+"/sign-in/code", strings.NewReader(url.Values{"key": {key}, "code": {printed}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		resp, err := f.browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b), resp.Request.URL
	}
	attacker := f.another()
	theirs := keyOf(attacker)
	for name, c := range map[string]struct {
		key    func(*fixture) string
		seen   bool // whether the browser was shown the page
		header []string
		status int
		in     bool
	}{
		"an old phone, from the page":          {keyOf, true, nil, 200, true},
		"an old phone, a made-up key":          {func(*fixture) string { return "AAAAAAAAAAAAAAAAAAAAAAAAAA" }, true, nil, 403, false},
		"an old phone, the attacker's key":     {func(*fixture) string { return theirs }, true, nil, 403, false},
		"an old phone that was shown no page":  {func(*fixture) string { return theirs }, false, nil, 400, false},
		"another site":                         {keyOf, true, []string{"Sec-Fetch-Site", "cross-site"}, 403, false},
		"another origin":                       {keyOf, true, []string{"Origin", "https://evil.example"}, 403, false},
		"a browser that says it is our page":   {keyOf, true, []string{"Sec-Fetch-Site", "same-origin"}, 200, true},
		"a browser that names our own origin":  {keyOf, true, []string{"Origin", f.server.URL}, 200, true},
		"a browser that was typed the address": {func(*fixture) string { return theirs }, true, []string{"Sec-Fetch-Site", "none"}, 200, true},
	} {
		g := f.another()
		key := c.key(g)
		if c.seen {
			g.get("/sign-in", 200)
		}
		status, body, _ := send(g, key, c.header...)
		if status != c.status || (g.cookie() != nil) != c.in {
			t.Errorf("%s: %d, signed in: %v\n%s", name, status, g.cookie() != nil, body)
		}
		if status == 400 && !strings.Contains(body, "Cookie") {
			t.Errorf("%s is told %s", name, body)
		}
	}
}

// A browser that keeps no cookies is told so, though the sign-in itself goes well.
func TestABrowserWithoutCookiesIsTold(t *testing.T) {
	g := start(t, true)
	ref := g.world.someone(t, number, 1)
	g.identity(ref)
	g.browser.Jar, g.referer = nil, g.server.URL+"/sign-in"
	g.worker()
	if g.at.Path != "/sign-in" || g.at.Query().Get("why") != "cookies" {
		t.Errorf("without cookies one comes to %s", g.at)
	}
	g.referer = ""
	if g.get("/workers/"+ref, 200); g.at.Query().Get("why") != "" {
		t.Errorf("who did not sign in yet comes to %s", g.at)
	}
}

// Where everybody signs in nobody acts without: every page leads to the sign-in and
// back, and the console signs for nobody.
func TestNobodyActsWithoutSigningIn(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	f.identity(ref)
	for _, page := range []string{"/", "/workers", "/workers/" + ref, "/housing", "/employers/e-1/post", "/parked", "/feed", "/traces/x", "/me/devices", "/nothing"} {
		f.get(page, 200)
		if (f.at.Path != "/sign-in" || f.at.Query().Get("next") != page) && (page != "/" || f.at.Path != "/story") {
			t.Errorf("%s leads to %s", page, f.at)
		}
	}
	f.post("/workers", 200, "who", number)
	if len(f.world.finds) != 0 || f.at.Path != "/sign-in" {
		t.Errorf("somebody was looked up by nobody; %s", f.at)
	}
	f.worker()
	f.has(f.get("/workers/"+ref, 200), `class="says"`)
}

// A link is taken out of the address at once, shows its secret as text and picture,
// and gives codes for paper once.
func TestALinkOpensAnAccount(t *testing.T) {
	f := start(t, true)
	i := f.identity("worker-1")
	f.has(f.get("/sign-in/new?lang=en", 200), "Paste the link")
	f.has(f.post("/sign-in/new/open", 400, "link", "no link"), `role="alert"`)
	link := secret()
	body := f.get("/sign-in/new?link="+link, 200)
	if f.at.RawQuery != "" || strings.Contains(body, link) {
		t.Errorf("the link stands in the address or on the page: %s", f.at)
	}
	f.has(body, "a002", "JBSW Y3DP", "<svg", `href="otpauth://totp/Qiao:a002?issuer=Qiao&amp;secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"`, `autocomplete="new-password"`, "10 to 128 signs")
	f.has(f.post("/sign-in/new", 400, "password", "one", "again", "two", "code", totp), "type it twice")
	f.has(f.post("/sign-in/new", 401, "password", staffPassword, "again", staffPassword, "code", "000000"), `role="alert"`)
	done := f.post("/sign-in/new", 200, "password", staffPassword, "again", staffPassword, "code", " "+totp)
	f.has(done, "AAAA-BBBB-CCCC-DDDD", "not shown again")
	if i.used.GetPassword() != staffPassword || i.used.GetLink() != link || i.used.GetCode() != totp {
		t.Errorf("%v", i.used)
	}
	f.has(f.get("/sign-in/new", 200), "Paste the link")
	g := f.another()
	g.post("/sign-in/new/open", 200, "link", "http://127.0.0.1/sign-in/new?link="+link)
	if g.at.Path != "/sign-in/new" || g.at.RawQuery != "" {
		t.Errorf("came to %s", g.at)
	}
	f.has(f.another().get("/sign-in/new?link="+strings.Repeat("x", 43), 401), html.EscapeString("/sign-in/new/open"))
}

// Who is signed in as a worker sets a PIN.
func TestAWorkerSetsAPin(t *testing.T) {
	f := start(t, true)
	f.identity(f.world.someone(t, number, 1))
	f.worker()
	f.has(f.post("/me/pin", 400, "pin", "246810", "again", "246811"), `role="alert"`)
	f.has(f.post("/me/pin", 400, "pin", "111111", "again", "111111"), `role="alert"`)
	f.post("/me/pin", 200, "pin", "246810", "again", "246810")
	if f.at.Query().Get("done") != "pin" {
		t.Errorf("came to %s", f.at)
	}
}

// Identity does not answer: nobody is let in, and nobody is signed out.
func TestIdentityDoesNotAnswer(t *testing.T) {
	f := open(t, true, false)
	f.has(f.post("/sign-in", 503, "login", "a001", "password", staffPassword), `value="a001"`, `role="alert"`)
	at, err := url.Parse(f.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	f.browser.Jar.SetCookies(at, []*http.Cookie{{Name: "qiao", Value: secret(), Path: "/"}})
	f.get("/workers", 503)
	if f.cookie() == nil {
		t.Error("identity is away, and the cookie was dropped")
	}
	testkit.Eventually(t, "the sign-in is still shown", func() bool { return strings.Contains(f.get("/sign-in", 200), "/sign-in/code") })
}

// What a page asks beside what it is about is nothing that an officer may not ask: the
// audit of denials is of what somebody tried. An officer who comes to a person is led to
// the counter, and from there to pages that an officer may use.
func TestAnOfficersPagesAskNothingThatIsDenied(t *testing.T) {
	f := start(t, true)
	ref := f.world.someone(t, number, 1)
	i := f.identity(ref)
	i.mu.Lock()
	i.visits[ref] = true
	i.mu.Unlock()
	f.officer()
	f.get("/workers/"+ref+"?lang=en", 200)
	if f.at.Path != "/counter" || f.at.Query().Get("worker") != ref {
		t.Errorf("an officer who comes to a person is led to %s", f.at)
	}
	body := f.get("/counter", 200)
	read := []string{"wishes", "jobs", "fairs", "startup", "courses", "cover"} // that an officer reads in a visit, and the access log tells
	for i, page := range read {
		read[i] = `href="/workers/` + ref + `/` + page + `"`
		f.has(body, read[i])
		body = strings.ReplaceAll(body, read[i], "")
	}
	f.has(body, `href="/contacts/of/`+ref+`"`, `href="/documents/of/`+ref+`"`)
	if strings.Contains(body, `href="/workers/`+ref) {
		t.Error("the counter leads to the worker's own pages")
	}
	f.get("/contacts/of/"+ref, 200)
	f.get("/documents/of/"+ref, 200)
	f.get("/workers/"+ref+"/courses", 200)
	f.get("/workers/"+ref+"/cover", 200)
	if body := f.get("/workers/"+ref+"/startup", 200); strings.Contains(body, `id="loan"`) {
		t.Error("an officer is asked for a loan request, which is the worker's and the bank's")
	}
	f.get("/workers/"+ref+"/access", 200) // which nobody but the person reads
	var denied []string
	testkit.Eventually(t, "what was tried is denied", func() bool {
		i.mu.Lock()
		defer i.mu.Unlock()
		denied = slices.Clone(i.denied)
		return slices.Contains(denied, "ListAccess")
	})
	if len(denied) != 1 {
		t.Errorf("denied are %v, and one thing was tried", denied)
	}
}

// A screen that is locked on the answer to a form comes back to the page of the form.
func TestALockedAnswerComesBackToItsPage(t *testing.T) {
	f := start(t, true)
	f.identity(f.world.someone(t, number, 1))
	f.officer()
	for from, next := range map[string]string{"/counter/code": "/counter", "/counter?done=ended": "/counter?done=ended", "/admin/acts/a-1": "/admin/acts", "/nothing/at/all": ""} {
		f.referer = f.server.URL + from
		f.post("/sign-in/lock", 200)
		f.referer = ""
		if got := f.at.Query().Get("next"); f.at.Path != "/sign-in/locked" || got != next {
			t.Errorf("locked at %s leads to %s, want %q", from, f.at, next)
		}
		f.post("/sign-in/locked", 200, "password", staffPassword)
	}
	f.has(f.post("/counter/code", 404, "visit", "x"), `href="/counter?lang=en"`)
}

// While a session could not be ended, the browser keeps what ends it.
func TestASignOutThatFailedIsRepeated(t *testing.T) {
	f := start(t, true)
	i := f.identity(f.world.someone(t, number, 1))
	f.officer()
	i.mu.Lock()
	i.mute = true
	i.mu.Unlock()
	f.post("/sign-in/out", 503)
	if f.cookie() == nil {
		t.Fatal("the session lives, and nothing ends it")
	}
	i.mu.Lock()
	i.mute = false
	i.mu.Unlock()
	f.post("/sign-in/out", 200)
	if f.cookie() != nil || f.at.Query().Get("as") != "officer" {
		t.Errorf("came to %s", f.at)
	}
	for next, want := range map[string]string{"/employers/e-1": "employer", "/me/devices": "worker", "/housing": "officer"} {
		f.has(f.get("/sign-in?next="+next+"&lang=en", 200), `as=`+want+`&amp;next=`+strings.ReplaceAll(next, "/", "%2f")+`" aria-current="page"`)
	}
}
