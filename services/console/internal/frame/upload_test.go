package frame_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// A page that says so takes a file, of a bounded size and not many at once; any other page
// takes none.
func TestAPageTakesAFile(t *testing.T) {
	inside, goOn := make(chan struct{}), make(chan struct{})
	section := frame.Section{Name: "x", Files: own, Uploads: []string{"POST /draws/file"}, Pages: map[string]frame.Handler{
		"POST /draws/file": func(v *frame.Visit) error {
			in, size, err := v.File("sheet")
			if err != nil {
				return err
			}
			if v.Form("wait") != "" {
				inside <- struct{}{}
				<-goOn
			}
			b := make([]byte, size)
			if _, err := in.ReadAt(b, 0); err != nil && err != io.EOF {
				return err
			}
			return v.Back("/done?with=" + string(b[:min(len(b), 9)]))
		},
		"POST /draws/act": func(v *frame.Visit) error { return v.Back("/done") },
	}}
	look, err := frame.Load(lang.All(), section)
	if err != nil {
		t.Fatal(err)
	}
	h, err := frame.New(frame.Config{Look: look, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}, section)
	if err != nil {
		t.Fatal(err)
	}
	send := func(path string, file []byte, fields ...string) (int, string) {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		_ = form.WriteField("key", rand.Text())
		for i := 0; i+1 < len(fields); i += 2 {
			_ = form.WriteField(fields[i], fields[i+1])
		}
		if file != nil {
			w, err := form.CreateFormFile("sheet", "a.csv")
			if err != nil {
				t.Error(err)
			}
			_, _ = w.Write(file)
		}
		_ = form.Close()
		r := httptest.NewRequest(http.MethodPost, path, &b)
		r.Header.Set("Content-Type", form.FormDataContentType())
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Header().Get("Location")
	}
	for what, c := range map[string]struct {
		path   string
		file   []byte
		fields []string
		status int
		to     string
	}{
		"a file":              {"/draws/file", []byte("a,b"), nil, http.StatusSeeOther, "/done?with=a,b"},
		"no file":             {"/draws/file", nil, nil, http.StatusBadRequest, ""},
		"an empty file":       {"/draws/file", []byte{}, nil, http.StatusBadRequest, ""},
		"one that is too big": {"/draws/file", make([]byte, frame.MostFile+1<<20), nil, http.StatusBadRequest, ""},
		"what is no text":     {"/draws/file", []byte("a"), []string{"who", "\xff"}, http.StatusBadRequest, ""},
		"another page":        {"/draws/act", []byte("a,b"), nil, http.StatusBadRequest, ""},
	} {
		if status, to := send(c.path, c.file, c.fields...); status != c.status || to != c.to {
			t.Errorf("%s: %d to %s, want %d to %s", what, status, to, c.status, c.to)
		}
	}
	const atOnce = 4
	ended := make(chan int, atOnce)
	for range atOnce {
		go func() { status, _ := send("/draws/file", []byte("a"), "wait", "1"); ended <- status }()
		<-inside
	}
	if status, _ := send("/draws/file", []byte("a")); status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
		t.Errorf("one file more than are taken at once: %d", status)
	}
	close(goOn)
	for range atOnce {
		if status := <-ended; status != http.StatusSeeOther {
			t.Errorf("one of those that were taken: %d", status)
		}
	}
	if status, _ := send("/draws/file", []byte("a")); status != http.StatusSeeOther {
		t.Errorf("after they ended: %d", status)
	}
}
