package delivery

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/pkg/ident"
)

const number, code = "13800018190", "482913"

// The gateway is given what it needs and nothing else, signed; whatever it answers, an
// error says neither the number nor the code.
func TestAGatewayIsAskedAsItsOperatorWants(t *testing.T) {
	c := clock.NewManual(time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC))
	phone, err := ident.ParsePhone(number)
	if err != nil {
		t.Fatal(err)
	}
	answer := http.StatusOK
	nonces := map[string]bool{}
	elsewhere := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/send" {
			elsewhere++
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		stamp, nonce := r.Header.Get("X-Qiao-Time"), r.Header.Get("X-Qiao-Nonce")
		if stamp != "1795917600" && stamp != "1796004000" || nonces[nonce] || len(nonce) < 16 {
			t.Errorf("at %s, %q", stamp, nonce)
		}
		nonces[nonce] = true
		if r.Header.Get("X-Qiao-Signature") != Signature([]byte("secret"), stamp, nonce, body) || r.Header.Get("X-Qiao-Signature") == Signature([]byte("another"), stamp, nonce, body) {
			t.Error("the signature is not the office's")
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil || m.Phone != number || m.Params["code"] != code || m.Params["minutes"] != "10" || m.Template != "T-7" || m.Sign != "某县人社局" || len(m.Params) != 2 {
			t.Errorf("%s, %v", body, err)
		}
		if answer == http.StatusFound {
			w.Header().Set("Location", "/elsewhere?phone="+m.Phone)
		}
		w.WriteHeader(answer)
		_, _ = w.Write(body)
	}))
	defer s.Close()
	g := Gateway{URL: s.URL + "/send", Template: "T-7", Sign: "某县人社局", Key: []byte("secret"), Clock: c}
	if err := g.Send(context.Background(), phone, code, 10); err != nil {
		t.Fatal(err)
	}
	for _, answer = range []int{http.StatusFound, http.StatusForbidden, http.StatusInternalServerError} {
		err := g.Send(context.Background(), phone, code, 10)
		if errs.CodeOf(err) != "registry.sending.failed" || strings.Contains(err.Error(), number) || strings.Contains(err.Error(), code) {
			t.Errorf("%d: %v", answer, err)
		}
	}
	s.Close()
	if err := g.Send(context.Background(), phone, code, 10); errs.CodeOf(err) != "registry.sending.failed" || strings.Contains(err.Error(), number) {
		t.Errorf("away: %v", err)
	}
	if elsewhere > 0 || len(nonces) != 4 {
		t.Errorf("%d went elsewhere, %d were asked", elsewhere, len(nonces))
	}
}
