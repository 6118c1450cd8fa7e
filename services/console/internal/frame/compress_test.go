package frame_test

import (
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// A page of who signed in is compressed where that person asked for it, and never where
// another site may have sent the browser there with a text of its own in the address.
func TestOnlyWhatItsReaderAskedForIsCompressed(t *testing.T) {
	h, err := frame.Compressed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind := "text/html; charset=utf-8"
		if r.URL.Path == "/stream" {
			kind = "text/event-stream"
		}
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, strings.Repeat("<p>what stands here again and again</p>", 100))
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		what, path, site, referer string
		signedIn, zipped          bool
	}{
		{"somebody without a sign-in", "/x", "cross-site", "", false, true},
		{"an old browser without a sign-in", "/x", "", "", false, true},
		{"a link of ours", "/x?who=a", "same-origin", "", true, true},
		{"the bar of addresses", "/x?who=a", "none", "", true, true},
		{"another site", "/x?who=a", "cross-site", "", true, false},
		{"another site, without a text", "/x", "cross-site", "", true, false},
		{"another site of the domain", "/x", "same-site", "", true, false},
		{"an old browser at a page of ours", "/x?who=a", "", "http://localhost/y", true, true},
		{"an old browser at another site", "/x?who=a", "", "http://evil.example/localhost/", true, false},
		{"an old browser that does not say from where", "/x?who=a", "", "", true, false},
		{"a page that renews itself", "/x?renews=1", "same-origin", "", true, true},
		{"a page that renews itself with what another site wrote", "/x?renews=1&who=a", "same-origin", "", true, false},
		{"a stream", "/stream", "same-origin", "", true, false},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+x.path, nil)
		r.Header.Set("Accept-Encoding", "gzip, deflate, br")
		r.RemoteAddr = "127.0.0.1:1000"
		if x.site != "" {
			r.Header.Set("Sec-Fetch-Site", x.site)
		}
		if x.referer != "" {
			r.Header.Set("Referer", x.referer)
		}
		if x.signedIn {
			b := make([]byte, 32)
			_, _ = rand.Read(b)
			r.AddCookie(&http.Cookie{Name: "qiao", Value: base64.RawURLEncoding.EncodeToString(b)})
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != x.zipped {
			t.Errorf("asked for by %s: compressed is %v", x.what, got)
		}
		if !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") && x.path != "/stream" {
			t.Errorf("asked for by %s: a cache is not told", x.what)
		}
	}
}

// What pages look with is kept by browsers for good under the address that pages name,
// and costs one line under any other; an address of what was there before has what is
// there now, and is not kept.
func TestWhatPagesLookWithIsAskedForOnce(t *testing.T) {
	section := frame.Section{Name: "own", Files: own, Pages: map[string]frame.Handler{"GET /sign-in": func(v *frame.Visit) error {
		return v.Render(http.StatusOK, "error", frame.Page{Title: "nav.home", Body: map[string]any{"Err": frame.ErrNoPage, "Kind": "not_found", "Code": "x", "Person": false, "Other": ""}})
	}}}
	look, err := frame.Load(lang.All(), frame.Section{Name: "own", Files: own})
	if err != nil {
		t.Fatal(err)
	}
	h, err := frame.New(frame.Config{Look: look, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}, section)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	page := ask("/sign-in").Body.String()
	named := regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(named) < 3 {
		t.Fatalf("the page names %v", named)
	}
	var style string
	for _, m := range named {
		w := ask(m[1])
		if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d %v", m[1], w.Code, w.Header())
		}
		if strings.Contains(m[1], ".css") {
			style = m[1]
		}
		bare, _, _ := strings.Cut(m[1], "?")
		for _, other := range []string{bare, bare + "?v=before"} {
			w := ask(other)
			if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-cache" {
				t.Errorf("%s: %d %v", other, w.Code, w.Header())
			}
			if again := ask(other, "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
				t.Errorf("%s is sent again: %d, %d bytes", other, again.Code, again.Body.Len())
			}
		}
	}
	w := ask(style, "Accept-Encoding", "gzip")
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || !strings.Contains(string(b), "url(ridge.svg?v=") {
		t.Error("what a style shows is asked for each time", err)
	}
	for _, m := range regexp.MustCompile(`url\(([^)]+)\)`).FindAllStringSubmatch(string(b), -1) {
		if w := ask("/static/" + m[1]); !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("the style shows %s: %d", m[1], w.Code)
		}
	}
	if w := ask("/static/console.css"); w.Code != http.StatusNotFound {
		t.Error("a style of its own:", w.Code)
	}
}
