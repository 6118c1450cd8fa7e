package run

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestARequestForAnotherHostIsRefused(t *testing.T) {
	h := LocalOnly(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for host, want := range map[string]int{"127.0.0.1:8080": http.StatusNoContent, "[::1]": http.StatusNoContent, "127.evil.example": http.StatusMisdirectedRequest, "localhost.evil:8080": http.StatusMisdirectedRequest} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != want {
			t.Errorf("%s: %d", host, w.Code)
		}
	}
}
