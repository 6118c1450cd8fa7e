package frame_test

import (
	"crypto/tls"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// A sign-in leads to a page of ours and nowhere else.
func TestWhereASignInLeads(t *testing.T) {
	for to, want := range map[string]string{
		"/workers":              "/workers",
		"/workers/w-1?before=5": "/workers/w-1?before=5",
		"/workers/a%2Fb":        "/workers/a/b",
		"":                      "/", "workers": "/", "//evil.example": "/", "///evil.example": "/", "/\\evil.example": "/", "\\\\evil.example": "/",
		"https://evil.example/": "/", "https:evil.example": "/", "javascript:alert(1)": "/", "/%5cevil.example": "/", "/%5Cevil.example": "/", "/%2Fevil.example": "/", "/%2f%2fevil.example": "/",
		"/\tevil.example": "/", "/\nevil.example": "/", "/%0d%0aLocation:%20x": "/", "/%09/evil.example": "/", "http:///evil.example": "/", "//user@evil.example/": "/", "/./../x": "/./../x", " /workers": "/",
		"/sign-in": "/", "/sign-in?next=/x": "/", "/sign-in/out": "/", "/workers?next=//evil.example": "/workers?next=%2F%2Fevil.example",
	} {
		if got := frame.Next(to); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		to := rapid.StringMatching(`[/\\.:@%a-f0-9?#\t ]{0,12}`).Draw(t, "to")
		got := frame.Next(to)
		u, err := url.Parse(got)
		if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\t\n\r ") {
			t.Fatalf("%q leads to %q", to, got)
		}
	})
}

// Beside TLS, and beyond this machine, a cookie bears the prefix that browsers hold
// to; what bears another name there is none of ours.
func TestCookiesAreThisHostsAlone(t *testing.T) {
	secret := strings.Repeat("s", 43)
	kept := ""
	section := frame.Section{Name: "own", Files: own, Pages: map[string]frame.Handler{"GET /sign-in/set": func(v *frame.Visit) error {
		kept = v.Kept(frame.LinkCookie)
		v.Keep(frame.LinkCookie, secret, time.Time{})
		return v.Back("/")
	}}}
	look, err := frame.Load(lang.All(), frame.Section{Name: "own", Files: own})
	if err != nil {
		t.Fatal(err)
	}
	h, err := frame.New(frame.Config{Look: look, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}, section)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		host   string
		tls    bool
		cookie string
		secure bool
	}{
		"this machine":           {"127.0.0.1:8080", false, "qiao-link", false},
		"this machine by name":   {"localhost:8080", false, "qiao-link", false},
		"this machine, with TLS": {"localhost", true, "__Host-qiao-link", true},
		"elsewhere, with TLS":    {"office.example", true, "__Host-qiao-link", true},
		"elsewhere, by a proxy":  {"office.example", false, "__Host-qiao-link", true},
		"a name like an address": {"127.0.0.1.evil.example", false, "__Host-qiao-link", true},
		"a longer localhost":     {"localhost.evil.example", false, "__Host-qiao-link", true},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://"+c.host+"/sign-in/set", nil)
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		other := "qiao-link"
		if !c.secure {
			other = "__Host-qiao-link"
		}
		r.AddCookie(&http.Cookie{Name: other, Value: strings.Repeat("o", 43)})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		all := w.Result().Cookies()
		if len(all) != 1 || all[0].Name != c.cookie || all[0].Secure != c.secure || !all[0].HttpOnly || all[0].Path != "/" || all[0].Domain != "" || all[0].SameSite != http.SameSiteLaxMode {
			t.Errorf("%s: %+v", name, all)
		}
		if kept != "" {
			t.Errorf("%s: the cookie %s is taken", name, other)
		}
		for value, want := range map[string]string{secret: secret, "short": "", strings.Repeat("s", 44): "", strings.Repeat("s", 42) + "+": "", "": ""} {
			r.Header.Set("Cookie", c.cookie+"="+value)
			h.ServeHTTP(httptest.NewRecorder(), r)
			if kept != want {
				t.Errorf("%s: of %q is taken %q", name, value, kept)
			}
		}
	}
}
