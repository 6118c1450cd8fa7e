package frame_test

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// acting is a site whose one form counts how often its act was done.
func acting(t *testing.T, act func(v *frame.Visit, n int) error) func(form url.Values) (status int, to string) {
	t.Helper()
	n := 0
	section := frame.Section{Name: "x", Files: own, Pages: map[string]frame.Handler{"POST /draws/act": func(v *frame.Visit) error {
		return v.Once(func() (string, error) {
			n++
			return "/done?n=" + strconv.Itoa(n), act(v, n)
		})
	}}}
	look, err := frame.Load(lang.All(), section)
	if err != nil {
		t.Fatal(err)
	}
	h, err := frame.New(frame.Config{Look: look, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}, section)
	if err != nil {
		t.Fatal(err)
	}
	return func(form url.Values) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/draws/act", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Header().Get("Location")
	}
}

func TestAnActIsDoneOnce(t *testing.T) {
	refuse := true
	send := acting(t, func(v *frame.Visit, _ int) error {
		if refuse && v.Form("what") == "late" {
			return errs.New(errs.Conflict, "x.late", "Too late.")
		}
		return nil
	})
	form := url.Values{"key": {rand.Text()}, "what": {"first"}}
	var all sync.WaitGroup
	for range 8 { // many clicks at once
		all.Go(func() {
			if status, to := send(form); status != http.StatusSeeOther || to != "/done?n=1" {
				t.Errorf("%d to %s", status, to)
			}
		})
	}
	all.Wait()
	form.Set("what", "second")
	if _, to := send(form); to != "/done?n=2" {
		t.Errorf("another form of one key led to %q", to)
	}
	late := url.Values{"key": {rand.Text()}, "what": {"late"}}
	if status, _ := send(late); status != http.StatusConflict {
		t.Error(status)
	}
	refuse = false
	for range 2 {
		if _, to := send(late); to != "/done?n=4" {
			t.Errorf("what was refused led to %q afterwards", to)
		}
	}
}

func TestAFormWithoutAKeyIsRefused(t *testing.T) {
	send := acting(t, func(*frame.Visit, int) error { return nil })
	for _, key := range []string{"", "k", strings.Repeat("A", 25), strings.Repeat("A", 27), strings.Repeat("a", 26), strings.Repeat("A", 25) + "\n"} {
		if status, to := send(url.Values{"key": {key}}); status != http.StatusBadRequest || to != "" {
			t.Errorf("%q: %d to %s", key, status, to)
		}
	}
}
