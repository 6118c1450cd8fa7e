package console_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// K11: %ff and %00 in a path were a 500. What is no text is a 400, wherever it
// stands, and its page repeats nothing of it.
func TestWhatIsNoTextIsRefused(t *testing.T) {
	f := start(t, true)
	ask := func(method, target, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequest(method, f.server.URL+target, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := f.browser.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	bad := []string{"%ff", "%00", "%c0%80", "%ed%a0%80", "a%00b", "%1b", "%7f", "%f5%80%80%80"}
	for _, page := range []string{"/", "/workers/", "/traces/", "/story/", "/parked/registry/registry-0/", "/employment/vacancies/", "/static/"} {
		for _, b := range bad {
			if status, body := ask(http.MethodGet, page+b, ""); status != http.StatusBadRequest || !strings.Contains(body, "不是文字") {
				t.Errorf("%s%s: %d", page, b, status)
			}
		}
	}
	for _, b := range append(bad, "%zz", "%") {
		if status, _ := ask(http.MethodGet, "/workers?lang="+b, ""); status != http.StatusBadRequest {
			t.Errorf("?lang=%s: %d", b, status)
		}
		if status, _ := ask(http.MethodGet, "/feed?"+b+"=1", ""); status != http.StatusBadRequest {
			t.Errorf("?%s=1: %d", b, status)
		}
		for _, form := range []string{"/workers", "/parked/skip", "/pipeline/epoch"} {
			if status, _ := ask(http.MethodPost, form, "who="+b+"&service=registry"); status != http.StatusBadRequest {
				t.Errorf("%s with %s: %d", form, b, status)
			}
		}
	}
	if status, _ := ask(http.MethodPost, "/workers", "who="+strings.Repeat("1", 2<<20)); status != http.StatusBadRequest {
		t.Errorf("a form of two megabytes: %d", status)
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		if status, _ := ask(method, "/workers", "who=x"); status != http.StatusBadRequest {
			t.Errorf("%s with a body: %d", method, status)
		}
	}
	if status, _ := ask(http.MethodPost, "/workers", url.Values{"key": {rand.Text()}, "who": {"多行\r\n文字"}}.Encode()); status == http.StatusBadRequest || status >= 500 {
		t.Errorf("text of two lines: %d", status)
	}
}

// A number that is too large wraps nowhere: it is a fault of its field.
func TestNumbersOutOfTheirRangeAreRefused(t *testing.T) {
	f := start(t, true)
	w := f.world.someone(t, number, 1)
	for _, n := range []string{"4294967297", "99999999999999999999", "-1", "1e3", "101"} {
		f.has(f.post("/workers/"+w+"/home", 400, "county", "654301", "kind", "public_rental", "members", n), "表里有个数字", "members")
	}
}
