// Package factortest is a passkey in software, for tests.
package factortest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// Device is a passkey in software, whose parts a test may put out of order.
type Device struct {
	t      testing.TB
	Key    *ecdsa.PrivateKey
	id     []byte
	Handle []byte
	Count  uint32
	Flags  byte
	Origin string
	Host   string
}

// What a device says of its user.
const (
	Present  = 0x01
	Verified = 0x04
	attested = 0x40
)

// Origin is that of the pages.
const Origin = "http://localhost:8080"

// New is a new one, of the pages at localhost.
func New(t testing.TB) *Device {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &Device{t: t, Key: k, id: []byte(rand.Text()), Flags: Present | Verified, Origin: Origin, Host: "localhost"}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (a *Device) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *Device) client(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.Origin})
	a.must(err)
	return b
}

func (a *Device) data(flags byte) []byte {
	sum := sha256.Sum256([]byte(a.Host))
	return binary.BigEndian.AppendUint32(append(sum[:], flags), a.Count)
}

// options are those of a challenge that a browser reads.
type options struct {
	PublicKey struct {
		Challenge        string                            `json:"challenge"`
		User             struct{ ID string }               `json:"user"`
		UserVerification string                            `json:"userVerification"`
		Selection        struct{ UserVerification string } `json:"authenticatorSelection"`
	} `json:"publicKey"`
}

func (a *Device) read(challenge string) (o options) {
	a.must(json.Unmarshal([]byte(challenge), &o))
	if o.PublicKey.UserVerification != "required" && o.PublicKey.Selection.UserVerification != "required" {
		a.t.Errorf("the user is not to be verified: %s", challenge)
	}
	return o
}

// Create answers a challenge for a new passkey.
func (a *Device) Create(challenge string) string {
	o := a.read(challenge)
	handle, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(o.PublicKey.User.ID, "="))
	a.must(err)
	a.Handle = handle
	public, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: a.Key.X.FillBytes(make([]byte, 32)), -3: a.Key.Y.FillBytes(make([]byte, 32))})
	a.must(err)
	data := append(a.data(a.Flags|attested), make([]byte, 16)...)
	data = append(binary.BigEndian.AppendUint16(data, uint16(len(a.id))), a.id...)
	data = append(data, public...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	a.must(err)
	return a.answer(map[string]any{"clientDataJSON": b64(a.client("webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64(object)})
}

func (a *Device) answer(response map[string]any) string {
	b, err := json.Marshal(map[string]any{"id": b64(a.id), "rawId": b64(a.id), "type": "public-key", "response": response})
	a.must(err)
	return string(b)
}

// Get answers a challenge with the passkey.
func (a *Device) Get(challenge string) string {
	o := a.read(challenge)
	a.Count++
	client, data := a.client("webauthn.get", o.PublicKey.Challenge), a.data(a.Flags)
	sum := sha256.Sum256(client)
	signed := sha256.Sum256(append(append([]byte(nil), data...), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, a.Key, signed[:])
	a.must(err)
	return a.answer(map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(a.Handle)})
}
