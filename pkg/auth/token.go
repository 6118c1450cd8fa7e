package auth

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/ident"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// tokenLife is how long a signed principal is good for. Callees remember a
// verified token for that long, so that one signature check serves many calls.
const tokenLife = 5 * time.Minute

// maxToken bounds a token, before anything of it is read or remembered.
const maxToken = 2 << 10

// maxTokens bounds what a signer or a verifier remembers.
const maxTokens = 10_000

// DeriveKey makes an issuer's signing key from a secret; the same secret and
// name give the same key. Each process that signs should hold only its own.
func DeriveKey(secret []byte, name string) (ed25519.PrivateKey, error) {
	seed, err := hkdf.Key(sha256.New, secret, nil, "qiao principal issuer "+name, ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// Signer issues principals under one key.
type Signer struct {
	id    string
	key   ed25519.PrivateKey
	clock clock.Clock
	mu    sync.Mutex
	made  map[Principal]signed
}

type signed struct {
	token string
	until time.Time
}

// NewSigner returns a signer whose tokens name the key id.
func NewSigner(id string, key ed25519.PrivateKey, c clock.Clock) *Signer {
	return &Signer{id: id, key: key, clock: c, made: map[Principal]signed{}}
}

// Sign returns a token for p that only the service named audience accepts. A
// token is used again while more than half of its life is left.
func (s *Signer) Sign(p Principal, audience string) (string, error) {
	p.Audience, p.Expires = audience, time.Time{}
	p = p.Known(nil, nil)
	now := s.clock.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.made[p]; ok && now.Before(m.until) {
		return m.token, nil
	}
	m := p.Message()
	m.Audience, m.ExpiresAt, m.KeyId = audience, now.Add(tokenLife).UnixMicro(), s.id
	body, err := proto.Marshal(m)
	if err != nil {
		return "", err
	}
	token := base64.RawURLEncoding.EncodeToString(body) + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(s.key, body))
	if len(s.made) >= maxTokens {
		clear(s.made)
	}
	s.made[p] = signed{token, now.Add(tokenLife / 2)}
	return token, nil
}

// Message is who calls, for whom and why, as it travels.
func (p Principal) Message() *platformv1.Principal {
	return &platformv1.Principal{
		Kind: string(p.Kind), Subject: p.Subject, Department: p.Department, Division: p.Division,
		Purpose: p.Purpose, LegalBasis: p.LegalBasis, Via: p.Via, ActsFor: p.ActsFor,
	}
}

// SignCalls signs calls that travel together, for the service named audience, and
// returns the bytes that are signed. One signature stands for all their principals.
func (s *Signer) SignCalls(all *platformv1.Calls, audience string) (body, signature []byte, err error) {
	all.Audience, all.ExpiresAt, all.KeyId = audience, s.clock.Now().Add(tokenLife).UnixMicro(), s.id
	if body, err = proto.Marshal(all); err != nil {
		return nil, nil, err
	}
	return body, ed25519.Sign(s.key, together(body)), nil
}

// together is what is signed of calls that travel together. It can be no token:
// whoever chooses what stands in a call does not choose a hash.
func together(body []byte) []byte {
	sum := sha256.Sum256(body)
	return append([]byte("qiao calls\x00"), sum[:]...)
}

// SignRecord signs a record that is kept, such as an officer's reason, so that
// it cannot be written later by who can only write to the database.
func (s *Signer) SignRecord(record []byte) []byte {
	return ed25519.Sign(s.key, append([]byte("qiao record\x00"), record...))
}

// VerifyRecord reports whether the holder of a key signed a record.
func VerifyRecord(key ed25519.PublicKey, record, signature []byte) bool {
	return ed25519.Verify(key, append([]byte("qiao record\x00"), record...), signature)
}

// Trusted is an issuer that a verifier accepts, and for which kinds. A service
// key may sign only for the service that it is named after.
type Trusted struct {
	Key     ed25519.PublicKey
	Kinds   []Kind
	Subject string // where set, the only subject it may name
}

// Verifier checks principals on behalf of one service.
type Verifier struct {
	audience string
	trusted  map[string]Trusted
	clock    clock.Clock
	mu       sync.RWMutex
	seen     map[string]Principal
}

// NewVerifier returns a verifier for the service named audience; trusted maps
// key ids to issuers.
func NewVerifier(audience string, trusted map[string]Trusted, c clock.Clock) *Verifier {
	return &Verifier{audience: audience, trusted: trusted, clock: c, seen: map[string]Principal{}}
}

// Knows reports whether a token was proved before, so that it costs no check of
// a signature.
func (v *Verifier) Knows(token string) bool {
	v.mu.RLock()
	defer v.mu.RUnlock()
	_, ok := v.seen[token]
	return ok
}

// Verify returns the principal that token proves, ErrBadToken where it proves
// nothing to this service, or ErrExpired.
func (v *Verifier) Verify(token string) (Principal, error) {
	if token == "" {
		return Principal{}, ErrNoPrincipal
	}
	if len(token) > maxToken {
		return Principal{}, ErrBadToken
	}
	now := v.clock.Now()
	v.mu.RLock()
	p, ok := v.seen[token]
	v.mu.RUnlock()
	if !ok {
		var err error
		if p, err = v.parse(token); err != nil {
			return Principal{}, err
		}
	}
	if !now.Before(p.Expires) {
		return Principal{}, ErrExpired
	}
	if !ok {
		v.mu.Lock()
		if len(v.seen) >= maxTokens {
			clear(v.seen)
		}
		v.seen[token] = p
		v.mu.Unlock()
	}
	return p, nil
}

func (v *Verifier) parse(token string) (Principal, error) {
	b64, sig64, ok := strings.Cut(token, ".")
	if !ok {
		return Principal{}, ErrBadToken
	}
	body, err := base64.RawURLEncoding.DecodeString(b64)
	if err != nil {
		return Principal{}, ErrBadToken
	}
	sig, err := base64.RawURLEncoding.DecodeString(sig64)
	if err != nil {
		return Principal{}, ErrBadToken
	}
	var m platformv1.Principal
	if err := proto.Unmarshal(body, &m); err != nil {
		return Principal{}, ErrBadToken
	}
	t, ok := v.trusted[m.GetKeyId()]
	if !ok || m.GetAudience() != v.audience || !ed25519.Verify(t.Key, body, sig) {
		return Principal{}, ErrBadToken
	}
	return t.principal(&m, m.GetAudience(), m.GetExpiresAt())
}

// Calls returns calls that travel together, once their signature is proved, and
// what gives each one's principal.
func (v *Verifier) Calls(body, signature []byte) ([]*platformv1.Call, func(*platformv1.Call) (Principal, error), error) {
	var all platformv1.Calls
	if err := proto.Unmarshal(body, &all); err != nil {
		return nil, nil, ErrBadToken
	}
	t, ok := v.trusted[all.GetKeyId()]
	if !ok || all.GetAudience() != v.audience || !ed25519.Verify(t.Key, together(body), signature) {
		return nil, nil, ErrBadToken
	}
	if !v.clock.Now().Before(time.UnixMicro(all.GetExpiresAt())) {
		return nil, nil, ErrExpired
	}
	return all.GetCalls(), func(c *platformv1.Call) (Principal, error) {
		return t.principal(c.GetPrincipal(), all.GetAudience(), all.GetExpiresAt())
	}, nil
}

// principal is what the issuer said, if it may say that.
func (t Trusted) principal(m *platformv1.Principal, audience string, expires int64) (Principal, error) {
	if !slices.Contains(t.Kinds, Kind(m.GetKind())) || t.Subject != "" && t.Subject != m.GetSubject() {
		return Principal{}, ErrBadToken
	}
	subject := m.GetSubject()
	if Kind(m.GetKind()) == Officer { // one officer is one, however the number was typed
		subject = ident.StaffNumber(subject)
	}
	p := Principal{
		Kind: Kind(m.GetKind()), Subject: subject, Department: m.GetDepartment(), Division: m.GetDivision(),
		Purpose: m.GetPurpose(), LegalBasis: m.GetLegalBasis(), Via: m.GetVia(), ActsFor: m.GetActsFor(),
		Audience: audience, Expires: time.UnixMicro(expires).UTC(),
	}
	return p, p.Whole()
}
