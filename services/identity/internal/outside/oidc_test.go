package outside_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
	"github.com/qiao-platform/qiao/services/identity/internal/outside"
)

// office is a provider of OpenID Connect that runs in process. It holds to the
// protocol as a real one does: a code is good once, with the proof of who asked.
type office struct {
	t      *testing.T
	server *httptest.Server
	mu     sync.Mutex
	keys   []*ecdsa.PrivateKey // the newest last
	codes  map[string]asked
	forge  func(claims map[string]any)
	sign   func(payload []byte) string
}

type asked struct{ nonce, challenge, client string }

func provider(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, codes: map[string]asked{}}
	o.rotate()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{
			"issuer": o.server.URL, "authorization_endpoint": o.server.URL + "/authorize", "token_endpoint": o.server.URL + "/token", "jwks_uri": o.server.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"ES256", "none", "HS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		var set jose.JSONWebKeySet
		newest := len(o.keys) - 1
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: o.keys[newest].Public(), KeyID: o.kid(newest), Algorithm: "ES256", Use: "sig"})
		_ = json.NewEncoder(w).Encode(set)
	})
	mux.HandleFunc("POST /token", o.token)
	o.server = httptest.NewServer(mux)
	t.Cleanup(o.server.Close)
	return o
}

func (o *office) kid(i int) string { return "key-" + string(rune('a'+i)) }

func (o *office) rotate() {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		o.t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keys = append(o.keys, k)
}

// authorize is what the office's page does when a person agrees: the answer that the
// browser brings back.
func (o *office) authorize(address string) url.Values {
	o.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		o.t.Fatal(err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("state") == "" {
		o.t.Fatalf("the office is asked without what protects: %v", q)
	}
	code := rand.Text()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.codes[code] = asked{q.Get("nonce"), q.Get("code_challenge"), q.Get("client_id")}
	return url.Values{"code": {code}, "state": {q.Get("state")}}
}

func (o *office) token(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	a, ok := o.codes[r.FormValue("code")]
	delete(o.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || base64.RawURLEncoding.EncodeToString(sum[:]) != a.challenge {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{"iss": o.server.URL, "aud": a.client, "sub": "person-7", "nonce": a.nonce, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}
	if o.forge != nil {
		o.forge(claims)
	}
	b, _ := json.Marshal(claims)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": o.signed(b)})
}

func (o *office) signed(payload []byte) string {
	if o.sign != nil {
		return o.sign(payload)
	}
	newest := len(o.keys) - 1
	return signWith(o.t, jose.ES256, jose.JSONWebKey{Key: o.keys[newest], KeyID: o.kid(newest)}, payload)
}

func signWith(t *testing.T, alg jose.SignatureAlgorithm, key any, payload []byte) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		t.Error(err)
		return ""
	}
	signed, err := s.Sign(payload)
	if err != nil {
		t.Error(err)
		return ""
	}
	out, err := signed.CompactSerialize()
	if err != nil {
		t.Error(err)
	}
	return out
}

func client(t *testing.T, o *office) *outside.OIDC {
	t.Helper()
	c, err := outside.New(outside.Config{Issuer: o.server.URL, ClientID: "qiao", ClientSecret: "client secret of thirty-two bytes!", Redirect: "http://localhost:8080/sign-in/outside", Level: 2})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAnotherOfficesWord(t *testing.T) {
	o := provider(t)
	c := client(t, o)
	ctx := context.Background()
	for _, what := range []string{"at once", "after its key was changed", "and again"} {
		address, held, err := c.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		subject, err := c.Finish(ctx, held, o.authorize(address).Encode())
		if err != nil || subject != "person-7" {
			t.Errorf("%s: %q, %v", what, subject, err)
		}
		o.rotate()
	}
	if c.Level() != 2 {
		t.Error("its word is worth something else")
	}
}

// Each forged answer differs from a true one in one thing, and opens nothing.
func TestForgedAnswers(t *testing.T) {
	o := provider(t)
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, o)
	ctx := context.Background()
	claim := func(name string, value any) func(*office) {
		return func(o *office) { o.forge = func(c map[string]any) { c[name] = value } }
	}
	signing := func(f func([]byte) string) func(*office) { return func(o *office) { o.sign = f } }
	tried := 0
	for name, forge := range map[string]struct {
		office func(*office)
		answer func(url.Values)
		held   func(string) string
	}{
		"another issuer":                  {office: claim("iss", "https://evil.example")},
		"another audience":                {office: claim("aud", "other")},
		"an audience of several":          {office: claim("aud", []string{"qiao", "other"})},
		"another nonce":                   {office: claim("nonce", "x")},
		"no nonce":                        {office: func(o *office) { o.forge = func(c map[string]any) { delete(c, "nonce") } }},
		"expired":                         {office: claim("exp", time.Now().Add(-time.Minute).Unix())},
		"of the future":                   {office: claim("nbf", time.Now().Add(time.Hour).Unix())},
		"nobody":                          {office: claim("sub", "")},
		"signed by nobody (none)":         {office: signing(unsigned)},
		"signed by the client's secret":   {office: signing(func(b []byte) string { return signWith(t, jose.HS256, []byte("client secret of thirty-two bytes!"), b) })},
		"signed by the public key":        {office: signing(func(b []byte) string { return signWith(t, jose.HS256, []byte(strings.Repeat("k", 64)), b) })},
		"signed by somebody else":         {office: signing(func(b []byte) string { return signWith(t, jose.ES256, jose.JSONWebKey{Key: other, KeyID: "key-a"}, b) })},
		"by a key that is not its own":    {office: signing(func(b []byte) string { return signWith(t, jose.ES256, jose.JSONWebKey{Key: other, KeyID: "key-z"}, b) })},
		"no token":                        {office: signing(func([]byte) string { return "" })},
		"another state":                   {answer: func(v url.Values) { v.Set("state", "x") }},
		"no state":                        {answer: func(v url.Values) { v.Del("state") }},
		"another code":                    {answer: func(v url.Values) { v.Set("code", "x") }},
		"no code":                         {answer: func(v url.Values) { v.Del("code") }},
		"an error beside the code":        {answer: func(v url.Values) { v.Set("error", "access_denied") }},
		"another office's answer":         {answer: func(v url.Values) { v.Set("iss", "https://evil.example") }},
		"what was asked by somebody else": {held: func(h string) string { return strings.Fields(h)[0] + " " + rand.Text() + " " + rand.Text() }},
		"nothing was asked":               {held: func(string) string { return "" }},
	} {
		o.forge, o.sign = nil, nil
		if forge.office != nil {
			forge.office(o)
		}
		address, held, err := c.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		answer := o.authorize(address)
		if forge.answer != nil {
			forge.answer(answer)
		}
		if forge.held != nil {
			held = forge.held(held)
		}
		tried++
		if subject, err := c.Finish(ctx, held, answer.Encode()); err == nil {
			t.Errorf("%s: it opens %q", name, subject)
		}
	}
	o.forge, o.sign = nil, nil
	address, held, err := c.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	answer := o.authorize(address).Encode()
	if _, err := c.Finish(ctx, held, answer); err != nil {
		t.Fatalf("a true answer: %v", err)
	}
	if _, err := c.Finish(ctx, held, answer); err == nil {
		t.Error("an answer is good twice")
	}
	t.Logf("%d tried and refused", tried+1)
}

// unsigned is a token of the algorithm none.
func unsigned(payload []byte) string {
	b64 := base64.RawURLEncoding
	return b64.EncodeToString([]byte(`{"alg":"none"}`)) + "." + b64.EncodeToString(payload) + "."
}

// An office that does not answer keeps nobody else out: it is asked when somebody comes
// by it, says so, and is asked again.
func TestAnOfficeThatDoesNotAnswer(t *testing.T) {
	ctx := context.Background()
	o := provider(t)
	down, asked := true, 0
	inner := o.server.Config.Handler
	o.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/.well-known/") {
			asked++
		}
		if down {
			panic(http.ErrAbortHandler)
		}
		inner.ServeHTTP(w, r)
	})
	now := time.Now()
	c, err := outside.New(outside.Config{Issuer: o.server.URL, ClientID: "qiao", ClientSecret: "s", Redirect: "http://localhost:8080/sign-in/outside", Level: 2, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if asked != 0 {
		t.Error("it is asked before anybody came by it")
	}
	for range 3 {
		if _, _, err := c.Begin(ctx); !errors.Is(err, domain.ErrAway) {
			t.Errorf("away: %v", err)
		}
	}
	if asked != 1 {
		t.Errorf("within a moment it is asked %d times", asked)
	}
	now, down = now.Add(3*time.Second), false
	address, held, err := c.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	answer := o.authorize(address).Encode()
	down = true
	if _, err := c.Finish(ctx, held, answer); !errors.Is(err, domain.ErrAway) {
		t.Errorf("away at the end: %v", err)
	}
	down = false
	if subject, err := c.Finish(ctx, held, answer); err != nil || subject == "" {
		t.Errorf("%q, %v", subject, err)
	}
	for _, cfg := range []outside.Config{{}, {Issuer: "https://id.example", ClientID: "q"}, {Issuer: "id.example", ClientID: "q", Redirect: "https://q.example"}} {
		if _, err := outside.New(cfg); err == nil {
			t.Errorf("%+v is taken", cfg)
		}
	}
}
