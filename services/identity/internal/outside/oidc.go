// Package outside is the other offices that know who somebody is.
package outside

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/qiao-platform/qiao/services/identity/internal/domain"
)

// Config says how another office is asked by OpenID Connect.
type Config struct {
	Issuer, ClientID, ClientSecret, Redirect string
	Level                                    int
	Client                                   *http.Client
	Now                                      func() time.Time
}

// OIDC is an office that speaks OpenID Connect: the code flow, with a proof of the
// asker (PKCE), a nonce and a state, each once. It is asked for its addresses and keys
// when somebody first comes by it, since its absence must keep nobody else out.
type OIDC struct {
	cfg Config

	mu     sync.Mutex
	known  *known
	failed time.Time // when it last did not answer
	why    error
}

// known is what the office says of itself.
type known struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// How long an office is waited for, and how long one that did not answer is not asked
// again.
const (
	patience = 5 * time.Second
	pause    = 2 * time.Second
)

// algorithms are those that a token may be signed by: none, and what is signed by the
// client's own secret, is a forgery.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// New checks a configuration. It asks nobody.
func New(cfg Config) (*OIDC, error) {
	u, err := url.Parse(cfg.Issuer)
	if err != nil || u.Host == "" || cfg.ClientID == "" || cfg.Redirect == "" {
		return nil, errConfig
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &OIDC{cfg: cfg}, nil
}

var errConfig = errors.New("outside: an office of OpenID Connect needs its issuer's address, a client and where the browser comes back to")

// office is what the office says of itself, as it said once. Whoever asks meanwhile
// waits for the same answer.
func (o *OIDC) office(ctx context.Context) (*known, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.known != nil {
		return o.known, nil
	}
	if o.why != nil && o.cfg.Now().Sub(o.failed) < pause {
		return nil, o.why
	}
	ask, cancel := context.WithTimeout(oidc.ClientContext(context.WithoutCancel(ctx), o.cfg.Client), patience)
	defer cancel()
	provider, err := oidc.NewProvider(ask, o.cfg.Issuer)
	if err != nil {
		o.failed, o.why = o.cfg.Now(), domain.ErrAway.Because(err)
		return nil, o.why
	}
	o.known = &known{
		oauth:    oauth2.Config{ClientID: o.cfg.ClientID, ClientSecret: o.cfg.ClientSecret, Endpoint: provider.Endpoint(), RedirectURL: o.cfg.Redirect, Scopes: []string{oidc.ScopeOpenID}},
		verifier: provider.VerifierContext(oidc.ClientContext(context.Background(), o.cfg.Client), &oidc.Config{ClientID: o.cfg.ClientID, SupportedSigningAlgs: algorithms, Now: o.cfg.Now}),
	}
	return o.known, nil
}

// Level implements app.IdentitySource.
func (o *OIDC) Level() int { return o.cfg.Level }

// Begin implements app.IdentitySource.
func (o *OIDC) Begin(ctx context.Context) (address, held string, err error) {
	office, err := o.office(ctx)
	if err != nil {
		return "", "", err
	}
	state, nonce, proof := rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	return office.oauth.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(proof)), strings.Join([]string{state, nonce, proof}, " "), nil
}

var errAnswer = errors.New("outside: the answer is not to what was asked")

// Finish implements app.IdentitySource. Only the office's own name of the person is
// read; nothing else that it tells is wanted.
func (o *OIDC) Finish(ctx context.Context, held, answer string) (subject string, err error) {
	asked := strings.Split(held, " ")
	said, err := url.ParseQuery(answer)
	if err != nil || len(asked) != 3 {
		return "", errAnswer
	}
	if said.Get("error") != "" || !same(said.Get("state"), asked[0]) || said.Get("code") == "" {
		return "", errAnswer
	}
	if from := said.Get("iss"); from != "" && from != o.cfg.Issuer { // RFC 9207: another office's answer
		return "", errAnswer
	}
	office, err := o.office(ctx)
	if err != nil {
		return "", err
	}
	ctx = oidc.ClientContext(ctx, o.cfg.Client)
	token, err := office.oauth.Exchange(ctx, said.Get("code"), oauth2.VerifierOption(asked[2]))
	if err != nil {
		return "", away(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return "", errAnswer
	}
	id, err := office.verifier.Verify(ctx, raw)
	if err != nil {
		return "", away(err)
	}
	if !same(id.Nonce, asked[1]) || id.Subject == "" || len(id.Audience) != 1 {
		return "", errAnswer
	}
	return id.Subject, nil
}

// away tells an office that did not answer from one that said no.
func away(err error) error {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return domain.ErrAway.Because(err)
	}
	return err
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
