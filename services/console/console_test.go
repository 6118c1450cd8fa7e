package console_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/run"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/console"
)

// number is a synthetic resident number.
const number = "654399199609101324"

type fixture struct {
	t        *testing.T
	platform *testkit.Platform
	world    *world
	console  *console.Console
	server   *httptest.Server
	browser  *http.Client
	people   *fakeIdentity
	alone    bool     // who sits before this browser signs in by hand
	at       *url.URL // of the newest page
	referer  string   // of the next
}

// start serves a console before a world of stand-ins. Without a world no
// service answers.
func start(t *testing.T, serving bool, change ...func(*console.Config)) *fixture {
	t.Helper()
	return open(t, serving, true, change...)
}

// open is start with identity, or without: then nobody can have signed in.
func open(t *testing.T, serving, identity bool, change ...func(*console.Config)) *fixture {
	t.Helper()
	t.Parallel()
	cfg := console.Config{Demo: true, Services: names}
	if err := console.Shared(&cfg); err != nil {
		t.Fatal(err)
	}
	for _, c := range change {
		c(&cfg)
	}
	f := &fixture{t: t, platform: testkit.NewPlatform(t, nil), world: newWorld()}
	d := f.platform.Deps(console.Name)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d.Trusted[console.Name] = auth.Trusted{Key: public, Subject: console.Name, Kinds: []auth.Kind{auth.Service}}
	d.Signer = auth.NewSigner(console.Name, private, d.Clock)
	storyteller, plays, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d.Trusted[run.Plays] = auth.Trusted{Key: storyteller, Kinds: []auth.Kind{auth.Worker, auth.Employer, auth.Officer, auth.Administrator}, Sessionless: true}
	d.Plays = auth.NewSigner(run.Plays, plays, d.Clock)
	if f.alone = !identity; identity {
		f.people = f.standIn()
	}
	if serving {
		f.world.start(f.platform)
	}
	d.Foot = run.Foot{FilingNumber: "新网信备1号", ComplaintURL: "https://complaint.example/"}
	if f.console, err = console.New(context.Background(), cfg, d); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.console.Run(ctx) }()
	f.server = httptest.NewServer(f.console.Handler())
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	f.browser = &http.Client{Jar: jar}
	t.Cleanup(func() {
		f.server.CloseClientConnections()
		f.server.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f
}

// posted finds the forms of a page that are posted, and their keys.
var posted = regexp.MustCompile(`<form[^>]* method="post"[^>]*>(?:<input type="hidden" name="key" value="([A-Z2-7]{26})">)?`)

// unread finds a pattern that browsers do not read: under the flag v a hyphen that
// stands for itself is escaped.
var unread = regexp.MustCompile(`pattern="[^"]*[^"\\]-\]`)

// get reads a page and checks what every page must have.
func (f *fixture) get(path string, status int) string {
	f.t.Helper()
	return f.page(http.MethodGet, path, status, nil)
}

func (f *fixture) post(path string, status int, values ...string) string {
	f.t.Helper()
	form := url.Values{"key": {rand.Text()}}
	for i := 0; i+1 < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	before := f.world.carriedOut.Load()
	body := f.page(http.MethodPost, path, status, form)
	if did := f.world.carriedOut.Load() - before; status == http.StatusOK && (did > 0 || repairs(path)) {
		f.twice(path, form, did)
	}
	return body
}

func (f *fixture) page(method, path string, status int, form url.Values) string {
	f.t.Helper()
	if !f.alone {
		f.sits(path, form.Get("officer"))
		form.Del("officer")
	}
	q, err := http.NewRequest(method, f.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	if method == http.MethodPost {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		q.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if f.referer != "" {
		q.Header.Set("Referer", f.referer)
	}
	r, err := f.browser.Do(q)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	f.at = r.Request.URL
	b, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	body := string(b)
	if r.StatusCode != status {
		f.t.Fatalf("%s: %s\n%s", f.at, r.Status, body)
	}
	for _, want := range []string{"<html lang=", "<h1>", `class="skip"`, `id="main"`, `id="menu"`, `class="langs"`} {
		if !strings.Contains(body, want) {
			f.t.Errorf("%s lacks %s", f.at, want)
		}
	}
	for _, never := range []string{"<no value>", "ZgotmplZ", " style=", "<script>", "onclick", "%!"} {
		if strings.Contains(body, never) {
			f.t.Errorf("%s has %q", f.at, never)
		}
	}
	if m := unread.FindString(body); m != "" {
		f.t.Errorf("%s: no browser checks %s", f.at, m)
	}
	keys := map[string]bool{}
	for _, form := range posted.FindAllStringSubmatch(body, -1) {
		if form[1] == "" || keys[form[1]] {
			f.t.Errorf("%s: a form has no key of its own: %s", f.at, form[0])
		}
		keys[form[1]] = true
	}
	if csp := r.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'self'") {
		f.t.Errorf("%s: policy %q", f.at, csp)
	}
	return body
}

// has fails where a page lacks a text.
func (f *fixture) has(body string, texts ...string) {
	f.t.Helper()
	for _, s := range texts {
		if !strings.Contains(body, s) {
			f.t.Errorf("the page lacks %q", s)
		}
	}
}

func notDemo(c *console.Config) { c.Demo = false }
