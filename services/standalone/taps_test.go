package standalone_test

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/ident"
	"github.com/qiao-platform/qiao/pkg/testkit"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
)

// browser is a visitor's of the demonstration, who taps whose page comes next: the
// worker or the employer whose own it is, else an officer of the department.
type browser struct {
	t               *testing.T
	l               *populated
	client          *http.Client
	at              *url.URL          // of the newest page
	staff, division string            // of the officer at this desk; "" is anybody's, everywhere
	alone           bool              // whoever signed in by the pages themselves goes on
	taken           map[string]string // secrets of the sessions that were begun
}

// desk opens a browser of its own, as each officer has.
func (l *populated) desk(t *testing.T, server *httptest.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, l: l, client: &http.Client{Jar: jar}, at: at, taken: map[string]string{}}
}

// whose is who has something to do on a page; nil is everybody.
func (b *browser) whose(path, staff string) *identityv1.Player {
	parts := strings.Split(strings.SplitN(path, "?", 2)[0], "/")
	switch {
	case slices.Contains([]string{"story", "sign-in", "draws", "static"}, parts[1]):
		return nil
	case parts[1] == "workers" && len(parts) > 2:
		return &identityv1.Player{PlayerLabel: "worker", AccountKind: "worker", Subject: parts[2], Aside: true}
	case parts[1] == "employers":
		return &identityv1.Player{PlayerLabel: "employer", AccountKind: "employer", Subject: parts[2], Aside: true}
	}
	right := &identityv1.RoleGrant{Role: "reviewer", Department: "hrss", Covered: b.division}
	switch parts[1] {
	case "education":
		right.Department = "edu"
	case "housing":
		right.Department = "hou"
	case "deaths": // what the dead hold with a department is its own officers'
		switch {
		case strings.HasPrefix(path, "/deaths/held/education"):
			right.Department = "edu"
		case strings.HasPrefix(path, "/deaths/held/housing"):
			right.Department = "hou"
		}
	case "", "feed", "parked", "pipeline", "traces":
		right.Department, right.Role = "ops", "operator"
	}
	if right.Covered == "" {
		right.Covered = auth.Everywhere
	}
	if staff == "" {
		staff = "desk-" + right.Department
	}
	return &identityv1.Player{PlayerLabel: "hrss", AccountKind: "officer", Subject: ident.StaffNumber(staff), Grants: []*identityv1.RoleGrant{right}, Aside: true}
}

// sits has this browser be of whose page is asked for. What a form says of an officer
// is who sends it.
func (b *browser) sits(path string, sent url.Values) {
	b.t.Helper()
	staff := b.staff
	if sent.Has("officer") {
		staff = sent.Get("officer")
		if path == "/contacts" {
			b.staff, b.division = staff, sent.Get("division")
		}
	}
	p := b.whose(path, staff)
	if p == nil || b.alone {
		return
	}
	name := p.String()
	if b.taken[name] == "" && !b.takes(p) {
		b.t.Fatalf("nobody is signed in as %v", p)
	}
	b.client.Jar.SetCookies(b.at, []*http.Cookie{{Name: "qiao", Value: b.taken[name], Path: "/"}})
}

// takes signs in as somebody whom the demonstration offers, by a tap; false where that
// is refused.
func (b *browser) takes(p *identityv1.Player) bool {
	b.t.Helper()
	name := p.String()
	as := as(auth.Principal{Kind: auth.Administrator, Subject: "demo", Department: "system", Division: auth.Everywhere, Purpose: "account_keeping", LegalBasis: "platform operation", Via: auth.ViaSystem})
	r, err := identityv1.PlayClient{Caller: b.l.demo, Target: "identity"}.OfferPlayers(as, &identityv1.OfferPlayersRequest{Players: []*identityv1.Player{p}})
	if err != nil {
		b.t.Fatalf("%v: %v", p, err)
	}
	b.client.Jar.SetCookies(b.at, []*http.Cookie{{Name: "qiao", Path: "/", MaxAge: -1}})
	home := *b.client
	home.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := b.send(&home, "/sign-in/players", url.Values{"key": {rand.Text()}, "player": {r.GetPlayers()[0].GetAccountId()}})
	if err != nil {
		b.t.Fatal(err)
	}
	_ = resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.Name == "qiao" && c.Value != "" {
			b.taken[name] = c.Value
			return true
		}
	}
	return false
}

// send sends a form as a browser does from our own page.
func (b *browser) send(by *http.Client, path string, form url.Values) (*http.Response, error) {
	q, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.at.Scheme+"://"+b.at.Host+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Sec-Fetch-Site", "same-origin")
	return by.Do(q)
}

// see reads a page, or sends a form where there is one, and looks for texts.
func (b *browser) see(path string, status int, sent url.Values, texts ...string) string {
	b.t.Helper()
	b.sits(path, sent)
	var r *http.Response
	var err error
	if sent != nil {
		if !sent.Has("key") {
			sent.Set("key", rand.Text())
		}
		r, err = b.send(b.client, path, sent)
	} else {
		// Who reads a page until it shows something is told at times to wait, and does.
		testkit.Eventually(b.t, "a page is not too busy", func() bool {
			if r != nil {
				_ = r.Body.Close()
			}
			r, err = b.client.Get(b.at.Scheme + "://" + b.at.Host + path) //nolint:bodyclose // before the next try, or below
			return err != nil || r.StatusCode != http.StatusTooManyRequests || status == http.StatusTooManyRequests
		})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at = r.Request.URL
	if r.StatusCode != status {
		b.t.Fatalf("%s: %s\n%s", b.at, r.Status, body)
	}
	for _, s := range texts {
		if !strings.Contains(string(body), s) {
			b.t.Errorf("%s lacks %q", b.at, s)
		}
	}
	return string(body)
}
