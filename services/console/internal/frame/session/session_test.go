package session

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// at is who uses the page of an address.
func at(path string) (who Session) {
	mux := http.NewServeMux()
	for _, pattern := range []string{"/workers", "/workers/{ref}/home", "/employers/{id}/post", "/housing", "/workersonly/{ref}"} {
		mux.HandleFunc(pattern, func(_ http.ResponseWriter, r *http.Request) { who = Of(r, "hou") })
	}
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil))
	return who
}

func TestAPageIsWhoseAddressItBears(t *testing.T) {
	for path, want := range map[string]auth.Principal{
		"/workers/w-1/home":   {Kind: auth.Worker, Subject: "w-1", Via: auth.ViaWeb},
		"/employers/e-1/post": {Kind: auth.Employer, Subject: "e-1", Via: auth.ViaWeb},
		"/housing":            {Kind: auth.Officer, Subject: "console-hou", Department: "hou", Division: auth.Everywhere, Via: auth.ViaWeb},
		"/workers":            {Kind: auth.Officer, Subject: "console-hou", Department: "hou", Division: auth.Everywhere, Via: auth.ViaWeb},
		"/workersonly/w-1":    {Kind: auth.Officer, Subject: "console-hou", Department: "hou", Division: auth.Everywhere, Via: auth.ViaWeb},
	} {
		if got := at(path).who; got != want {
			t.Errorf("%s: %+v", path, got)
		}
	}
}

// A staff number is one in all its spellings, and makes nobody an officer.
func TestWhoSigns(t *testing.T) {
	for number, want := range map[string]string{"A001": "a001", "a001": "a001", "Ａ００１": "a001", " hou-1 ": "hou-1", "": "", "x": "", "张三": "", "a001\n": "a001"} {
		s, err := Officer("hou").Signed(number)
		if (err == nil) != (want != "") || err == nil && s.Number() != want {
			t.Errorf("%q signs as %q: %v", number, s.Number(), err)
		}
	}
	for _, s := range []Session{Worker("w-1"), Employer("e-1")} {
		if _, err := s.Signed("hou-1"); err == nil {
			t.Errorf("%+v signs as an officer", s.who)
		}
	}
}
