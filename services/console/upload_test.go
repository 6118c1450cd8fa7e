package console_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/testkit"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
)

// sender sends forms with files to the console, each as it comes.
type sender struct {
	f   *fixture
	all sync.WaitGroup
}

// send sends a form as the session of a secret, and returns the answer.
func (s *sender) send(secret, path, kind string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://localhost"+path, body)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if secret != "" {
		r.AddCookie(&http.Cookie{Name: "qiao", Value: secret})
	}
	w := httptest.NewRecorder()
	s.f.console.Handler().ServeHTTP(w, r)
	return w
}

// file sends a whole form with a file, and with fields beside its key.
func (s *sender) file(secret, path string, file []byte, fields ...string) *httptest.ResponseRecorder {
	s.f.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	_ = form.WriteField("key", rand.Text())
	for i := 0; i+1 < len(fields); i += 2 {
		_ = form.WriteField(fields[i], fields[i+1])
	}
	w, err := form.CreateFormFile("sheet", "a.csv")
	if err != nil {
		s.f.t.Fatal(err)
	}
	_, _ = w.Write(file)
	_ = form.Close()
	return s.send(secret, path, form.FormDataContentType(), &b)
}

// dribble begins to send a form with a file and does not go on; it returns once what was
// sent is read. end breaks it off.
func (s *sender) dribble(secret string) (end func()) {
	s.f.t.Helper()
	out, in := io.Pipe()
	s.all.Go(func() {
		s.send(secret, "/import", "multipart/form-data; boundary=x", out)
		_ = out.Close() // an answer without reading leaves nobody waiting
	})
	_, _ = io.WriteString(in, "--x\r\nContent-Disposition: form-data; name=\"sheet\"; filename=\"a.csv\"\r\n\r\n")
	return func() { _ = in.CloseWithError(io.ErrUnexpectedEOF) }
}

// A file is taken of who may bring one, of a bounded size, and few at once: nobody else's
// takes a place, however slowly it comes, and no session's takes all.
func TestAFileIsTakenOfWhoMayBringIt(t *testing.T) {
	f := start(t, true)
	s := &sender{f: f}
	officer := func(staff, role string) string {
		return f.people.secretOf(auth.Principal{Kind: auth.Officer, Subject: staff, Department: "hrss", Division: auth.Everywhere, Role: role})
	}
	one, two, three, viewer := officer("h1", "clerk"), officer("h2", "clerk"), officer("h3", "reviewer"), officer("h4", "viewer")
	var ends []func()
	defer func() {
		for _, end := range ends {
			end()
		}
		s.all.Wait()
	}()
	status := func(what string, got *httptest.ResponseRecorder, want int) {
		t.Helper()
		if got.Code != want {
			t.Errorf("%s: %d, want %d", what, got.Code, want)
		}
	}
	sheet := []byte("a,b\n1,2") // of no kind, which its page says in place
	const read = http.StatusUnprocessableEntity

	for range 4 {
		ends = append(ends, s.dribble(""), s.dribble(strings.Repeat("x", 43)), s.dribble(viewer))
	}
	status("while others dribble who may not", s.file(one, "/import", sheet), read)
	if w := s.file("", "/import", sheet); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), frame.SignInPath) {
		t.Errorf("of nobody: %d to %s", w.Code, w.Header().Get("Location"))
	}
	status("of who may not", s.file(viewer, "/import", sheet), http.StatusForbidden)
	status("of who may not compare", s.file(viewer, "/elsewhere/employment/hire/export", sheet), http.StatusForbidden)
	status("one that is too big", s.file(one, "/import", make([]byte, frame.MostFile+1<<20)), http.StatusBadRequest)
	status("with what is no text", s.file(one, "/import", sheet, "who", "\xff"), http.StatusBadRequest)
	status("to another page", s.file(one, "/import/judge", sheet), http.StatusBadRequest)

	mine := []func(){s.dribble(one), s.dribble(one)}
	ends = append(ends, mine...)
	status("a third at once of a session", s.file(one, "/import", sheet), http.StatusTooManyRequests)
	status("of another session meanwhile", s.file(two, "/import", sheet), read)
	ends = append(ends, s.dribble(two), s.dribble(two))
	status("one more than are taken at once", s.file(three, "/import", sheet), http.StatusTooManyRequests)
	for _, end := range mine {
		end()
	}
	testkit.Eventually(t, "a place that was given back is taken", func() bool { return s.file(three, "/import", sheet).Code == read })
}
