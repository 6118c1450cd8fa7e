package session

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/qiao-platform/qiao/pkg/auth"
)

// at is who uses the page of an address.
func at(path string, in *Known) (who Session) {
	mux := http.NewServeMux()
	for _, pattern := range []string{"/workers", "/workers/{ref}/home", "/employers/{id}/post", "/housing", "/workersonly/{ref}"} {
		mux.HandleFunc(pattern, func(_ http.ResponseWriter, r *http.Request) { who = Of(r, "hou") })
	}
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, path, nil).WithContext(With(context.Background(), in)))
	return who
}

// A page's address says for whom it is, and never who asks: that is who signed in, or nobody.
func TestAnAddressMakesNobody(t *testing.T) {
	officer := &Known{Kind: auth.Officer, Subject: "a001", Department: "hou"}
	worker := &Known{Kind: auth.Worker, Subject: "w-1"}
	for path, of := range map[string]struct {
		in   *Known
		want auth.Principal
	}{
		"/workers/w-1/home":   {worker, auth.Principal{Kind: auth.Worker, Subject: "w-1", Via: auth.ViaWeb}},
		"/workers/w-2/home":   {worker, auth.Principal{Kind: auth.Worker, Subject: "w-1", ActsFor: "w-2", Via: auth.ViaHelper}},
		"/workers/w-3/home":   {officer, auth.Principal{Kind: auth.Officer, Subject: "a001", Department: "hou", ActsFor: "w-3", Via: auth.ViaCounter}},
		"/housing":            {officer, auth.Principal{Kind: auth.Officer, Subject: "a001", Department: "hou", Via: auth.ViaWeb}},
		"/employers/e-1/post": {officer, auth.Principal{Kind: auth.Officer, Subject: "a001", Department: "hou", Via: auth.ViaWeb}},
		"/workersonly/w-1":    {worker, auth.Principal{Kind: auth.Worker, Subject: "w-1", Via: auth.ViaWeb}},
	} {
		if got := at(path, of.in).who; got != of.want {
			t.Errorf("%s: %+v", path, got)
		}
		if got := at(path, nil).who; got != (auth.Principal{}) {
			t.Errorf("%s is asked for by %+v, whom nobody is", path, got)
		}
	}
}

// A staff number is one in all its spellings.
func TestAStaffNumberHasOneForm(t *testing.T) {
	for number, want := range map[string]string{"A001": "a001", "a001": "a001", "Ａ００１": "a001", " hou-1 ": "hou-1", "": "", "x": "", "张三": "", "a001\n": "a001"} {
		got, err := StaffNumber(number)
		if (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q is %q: %v", number, got, err)
		}
	}
}
