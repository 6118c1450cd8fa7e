package frame_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// Who asks too much is told until when; who shares the address with him goes on, and
// another address hears nothing of it.
func TestWhoAsksTooMuchWaits(t *testing.T) {
	now := clock.NewManual(time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC))
	section := frame.Section{Name: "own", Files: own, Pages: map[string]frame.Handler{
		"GET /page":     func(v *frame.Visit) error { return v.Back("/") },
		"POST /sign-in": func(v *frame.Visit) error { return v.Back("/") },
	}}
	look, err := frame.Load(lang.All(), frame.Section{Name: "own", Files: own})
	if err != nil {
		t.Fatal(err)
	}
	h, err := frame.New(frame.Config{Look: look, Clock: now, Log: slog.New(slog.DiscardHandler)}, section)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, path, from, browser string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost"+path, strings.NewReader("key=AAAAAAAAAAAAAAAAAAAAAAAAAA"))
		if method == http.MethodGet {
			r.Body, r.ContentLength = http.NoBody, 0
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		r.Header.Set("Accept-Language", "en")
		r.RemoteAddr = from
		if browser != "" {
			r.AddCookie(&http.Cookie{Name: "qiao-begin", Value: strings.Repeat(browser, 43)})
		}
		r.AddCookie(&http.Cookie{Name: "qiao_lang", Value: "en"})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	// until counts how often it is answered before it is told to wait.
	until := func(method, path, from, browser string) (n int, told *httptest.ResponseRecorder) {
		for ; n < 20_000; n++ {
			if w := ask(method, path, from, browser); w.Code == http.StatusTooManyRequests {
				return n, w
			}
		}
		return n, nil
	}
	const hall, other = "192.0.2.1:1000", "192.0.2.2:1000"
	n, told := until(http.MethodPost, "/sign-in", hall, "a")
	if n != 20 || told == nil || told.Header().Get("Retry-After") != "2" || !strings.Contains(told.Body.String(), "Try again in 2 seconds") {
		t.Fatalf("after %d, %v", n, told)
	}
	if w := ask(http.MethodPost, "/sign-in", hall, "b"); w.Code != http.StatusSeeOther {
		t.Errorf("another in the hall: %d", w.Code)
	}
	if w := ask(http.MethodGet, "/page", hall, "a"); w.Code != http.StatusSeeOther {
		t.Errorf("a page is shown: %d", w.Code)
	}
	now.Advance(2 * time.Second)
	if w := ask(http.MethodPost, "/sign-in", hall, "a"); w.Code != http.StatusSeeOther {
		t.Errorf("after the wait: %d", w.Code)
	}
	if n, _ := until(http.MethodPost, "/sign-in", other, ""); n != 300 {
		t.Errorf("an address signs in %d times at once", n)
	}
	if n, _ := until(http.MethodGet, "/page", "[2001:db8::1]:1", ""); n != 5000 {
		t.Errorf("an address reads %d pages at once", n)
	}
	if w := ask(http.MethodGet, "/page", "[2001:db8::ffff:2]:1", ""); w.Code != http.StatusTooManyRequests {
		t.Errorf("another address of one customer's network: %d", w.Code)
	}
	if w := ask(http.MethodGet, "/page", "[2001:db8:0:1::1]:1", ""); w.Code != http.StatusSeeOther {
		t.Errorf("another network: %d", w.Code)
	}
	for range 2000 { // what looks and styles a page is not counted
		if w := ask(http.MethodGet, "/static/qiao.css", "[2001:db8::1]:1", ""); w.Code != http.StatusOK {
			t.Fatalf("a style: %d", w.Code)
		}
	}
}

// However many ask, no more are remembered; who used up a share is not let go for it.
func TestSharesAreBounded(t *testing.T) {
	s := frame.NewShares(3, 1)
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	for range 3 {
		s.Take("busy", now)
	}
	now = now.Add(time.Second / 2)
	for i := range 3 * frame.MostShares {
		if s.Take(fmt.Sprint(i), now.Add(-time.Hour)); s.Len() > frame.MostShares {
			t.Fatalf("%d are remembered", s.Len())
		}
	}
	s = frame.NewShares(3, 1)
	for range 4 {
		s.Take("busy", now)
	}
	for i := range frame.MostShares - 1 {
		s.Take(fmt.Sprint(i), now)
	}
	if s.Take("one more", now.Add(1500*time.Millisecond)); s.Len() != 2 {
		t.Errorf("%d are remembered of whom all but two have all that is theirs", s.Len())
	}
}

// A form from a page that came without TLS is not taken over TLS, and no page is framed.
func TestAPlainPageSendsNoForm(t *testing.T) {
	section := frame.Section{Name: "own", Files: own, Pages: map[string]frame.Handler{"POST /act": func(v *frame.Visit) error { return v.Back("/") }}}
	look, err := frame.Load(lang.All(), frame.Section{Name: "own", Files: own})
	if err != nil {
		t.Fatal(err)
	}
	h, err := frame.New(frame.Config{Look: look, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}, section)
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]int{"https://office.example": http.StatusSeeOther, "http://office.example": http.StatusForbidden, "https://evil.example": http.StatusForbidden, "null": http.StatusForbidden} {
		r := httptest.NewRequest(http.MethodPost, "https://office.example/act", strings.NewReader("key=AAAAAAAAAAAAAAAAAAAAAAAAAA"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != want || w.Header().Get("X-Frame-Options") != "DENY" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: %d, want %d; %v", origin, w.Code, want, w.Header())
		}
	}
}
