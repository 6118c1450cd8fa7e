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
		Session: p.Session, Role: p.Role, Further: strings.Fields(p.Further),
		PaperForm: p.Paper.Form, ReceivedAt: p.Paper.ReceivedAt, ConfirmedByStaff: p.Paper.ConfirmedBy,
	}
}

// SignRecord signs a record that is kept, such as an officer's reason, so that
// it cannot be written later by who can only write to the database.
func (s *Signer) SignRecord(record []byte) []byte {
	return ed25519.Sign(s.key, append([]byte("qiao record\x00"), record...))
}

// RecordKey is a key by which kept records are signed, and until when it signed: one of
// before proves nothing that is newer, whoever has it meanwhile.
type RecordKey struct {
	Key   ed25519.PublicKey `json:"key"`
	Until time.Time         `json:"until,omitzero"` // zero of the one that signs today
}

// RecordKeys are the keys by which an issuer's kept records may be signed: its own, and
// those that it had before.
type RecordKeys []RecordKey

// Verify reports whether the holder of one of the keys signed a record, of which somebody
// else than its signer says that it was there at a time.
func (k RecordKeys) Verify(record, signature []byte, at time.Time) bool {
	signed := append([]byte("qiao record\x00"), record...)
	return slices.ContainsFunc(k, func(one RecordKey) bool {
		return (one.Until.IsZero() || at.Before(one.Until)) && len(one.Key) == ed25519.PublicKeySize && ed25519.Verify(one.Key, signed, signature)
	})
}

// Trusted is an issuer that a verifier accepts, and for which kinds. A service
// key may sign only for the service that it is named after.
type Trusted struct {
	Key     ed25519.PublicKey
	Kinds   []Kind
	Subject string // where set, the only service or partner that it may name
	// Sessionless is set of an issuer that signs for people without a session: of a
	// demonstration's, and of an import's into a folder that nobody serves. Anybody
	// else's principal of a person names a session and a role, since it could be neither
	// revoked nor held to the table of rights, and is refused without.
	Sessionless bool
	// Former are keys that it had before: they sign nothing any more, and what was kept
	// under them until then stays proved.
	Former []RecordKey
}

// RecordKeys are the keys by which its kept records may be signed.
func (t Trusted) RecordKeys() RecordKeys {
	return append(RecordKeys{{Key: t.Key}}, t.Former...)
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

// principal is what the issuer said, if it may say that.
func (t Trusted) principal(m *platformv1.Principal, audience string, expires int64) (Principal, error) {
	kind := Kind(m.GetKind())
	if !slices.Contains(t.Kinds, kind) || (kind == Service || kind == Partner) && t.Subject != "" && t.Subject != m.GetSubject() {
		return Principal{}, ErrBadToken
	}
	if person := kind != Service && kind != Partner; person && !t.Sessionless && (m.GetSession() == 0 || m.GetRole() == "") {
		return Principal{}, ErrBadToken
	}
	subject := m.GetSubject()
	if kind == Officer || kind == Administrator { // one officer is one, however the number was typed
		subject = ident.StaffNumber(subject)
	}
	p := Principal{
		Kind: kind, Subject: subject, Department: m.GetDepartment(), Division: m.GetDivision(),
		Purpose: m.GetPurpose(), LegalBasis: m.GetLegalBasis(), Via: m.GetVia(), ActsFor: m.GetActsFor(),
		Session: m.GetSession(), Role: m.GetRole(), Further: strings.Join(m.GetFurther(), " "), Audience: audience, Expires: time.UnixMicro(expires).UTC(),
		Paper: Paper{m.GetPaperForm(), m.GetReceivedAt(), m.GetConfirmedByStaff()},
	}
	return p, p.Whole()
}
