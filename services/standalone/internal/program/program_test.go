package program

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// pages stands in for a platform's pages.
type pages struct {
	mu    sync.Mutex
	asked map[string]int // by what was asked
	body  string         // the newest
	// refuse is what the next questions are refused with.
	refuse string
	until  time.Time // of the proofs
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, "no JSON", http.StatusBadRequest)
		return
	}
	b, _ := json.Marshal(in)
	p.body = string(b)
	p.asked[r.URL.RequestURI()]++
	if p.refuse != "" {
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(map[string]any{"kind": "unauthenticated", "code": p.refuse, "text": "No."})
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"flow": "the flow", "code": "ABCD-EFGH", "ends_at": p.until.UnixMicro(), "credential": "the secret", "officer": "a001",
		"token": "proof of " + in2(in, "audience") + " " + in2(in, "department"), "expires_at": p.until.UnixMicro(),
	})
}

func in2(in map[string]any, name string) string { s, _ := in[name].(string); return s }

func serve(t *testing.T) (*pages, *Pages) {
	t.Helper()
	p := &pages{asked: map[string]int{}, until: time.Now().Add(time.Hour)}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	at, err := At(srv.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	return p, at
}

// What a program is let in by goes to https or to this machine, and nowhere else.
func TestNothingTravelsInTheClear(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://qiao.example.org": true, "http://127.0.0.1:8080": true, "http://localhost:8080/": true, "http://[::1]:8080": true,
		"http://qiao.example.org": false, "http://10.0.0.1": false, "http://127.0.0.1.example.org": false, "http://localhost.example.org": false, "ftp://127.0.0.1": false, "127.0.0.1:8080": false,
		"": false, "https://user:word@qiao.example.org": false, "https://qiao.example.org/else": false, "https://qiao.example.org?x=y": false,
	} {
		if _, err := At(address); (err == nil) != ok {
			t.Errorf("%q: %v", address, err)
		}
	}
	elsewhere := 0
	to := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer to.Close()
	from := httptest.NewServer(http.RedirectHandler(to.URL, http.StatusTemporaryRedirect))
	defer from.Close()
	at, err := At(from.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := at.Proofs(LetIn{Credential: "x"}).Prove(context.Background(), auth.Principal{}, "registry"); !errors.Is(err, ErrAway) || elsewhere != 0 {
		t.Errorf("a secret was sent on: %v", err)
	}
}

// A program is let in by an officer, its secret stands in the body alone, and it leaves.
func TestAProgramIsLetIn(t *testing.T) {
	p, at := serve(t)
	ctx := context.Background()
	a, err := at.Ask(ctx, "me", 3)
	if err != nil || a.Code != "ABCD-EFGH" {
		t.Fatal(a, err)
	}
	by, err := at.Wait(ctx, a)
	if err != nil || by.Credential != "the secret" || by.Officer != "a001" || by.Server != at.Base() {
		t.Fatal(by, err)
	}
	if err := at.Leave(ctx, by); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for path := range p.asked {
		if strings.Contains(path, "secret") || strings.Contains(path, "?") {
			t.Errorf("asked %s", path)
		}
	}
	p.refuse = "identity.flow"
	p.mu.Unlock()
	_, err = at.Wait(ctx, a)
	p.mu.Lock()
	if !errors.Is(err, ErrRefused) {
		t.Errorf("refused: %v", err)
	}
}

// A proof is asked for once for each question, and again before it ends; where what the
// program was let in by has ended, it says so.
func TestProofsAreRenewed(t *testing.T) {
	p, at := serve(t)
	proofs := at.Proofs(LetIn{Credential: "the secret"})
	prove := func(department, acts string) (string, error) {
		return proofs.Prove(context.Background(), auth.Principal{Purpose: "registration", LegalBasis: "law", Department: department, ActsFor: acts, Subject: "import"}, "registry")
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if token, err := prove("hrss", "w-1"); err != nil || token != "proof of registry hrss" {
				t.Error(token, err)
			}
			if token, err := prove("edu", ""); err != nil || token != "proof of registry edu" {
				t.Error(token, err)
			}
		})
	}
	all.Wait()
	p.mu.Lock()
	n := p.asked["/sign-in/device/token"]
	p.until = time.Now().Add(-time.Second)
	p.mu.Unlock()
	if n != 2 {
		t.Errorf("%d proofs for two questions", n)
	}
	if _, err := prove("hou", ""); err != nil { // that ends at once
		t.Fatal(err)
	}
	p.mu.Lock()
	p.refuse = "identity.session"
	p.mu.Unlock()
	if _, err := prove("hou", ""); !errors.Is(err, ErrEnded) || errs.KindOf(err) != errs.Unauthenticated {
		t.Errorf("after its end: %v", err)
	}
	p.mu.Lock()
	p.refuse = "identity.no_right"
	p.mu.Unlock()
	if err := proofs.May(context.Background(), "hou"); !errors.Is(err, ErrNoRight) {
		t.Errorf("without a right: %v", err)
	}
}

// What is kept is its owner's alone, and one that others may read is not used.
func TestACredentialIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credential")
	for _, secret := range []string{"first", "second"} {
		if err := (LetIn{Server: "https://qiao.example.org", Officer: "a001", Credential: secret}).Save(path); err != nil {
			t.Fatal(err)
		}
		l, err := Load(path)
		info, err2 := os.Stat(path)
		if errors.Join(err, err2) != nil || l.Credential != secret || info.Mode().Perm() != 0o600 {
			t.Errorf("%+v %v %v", l, info.Mode(), err)
		}
	}
	link := path + ".link"
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(link); err == nil {
		t.Error("a link is followed")
	}
	for _, mode := range []os.FileMode{0o644, 0o640, 0o620, 0o604} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil {
			t.Errorf("%v is used", mode)
		}
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".credential-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v %v", left, err)
	}
}
