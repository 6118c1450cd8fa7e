package crypt

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
)

const (
	masterIDSize = 8
	indexKeySize = 32
)

// Master is the platform's key. It wraps the keys of persons, seals what
// belongs to no person, and computes blind indexes, each with a key of its own.
// It is immutable and safe for concurrent use, and never prints its keys.
type Master struct {
	suite    Suite
	id       [masterIDSize]byte
	key      []byte // as in the file; the keys below derive from it
	indexKey []byte // survives rotation, so that indexes stay valid
	wrap     sealer
	own      sealer
}

// NewMaster returns a master key made of fresh randomness.
func NewMaster(s Suite) (*Master, error) {
	var id [masterIDSize]byte
	return newMaster(s, random(id[:]), random(make([]byte, s.KeySize())), random(make([]byte, indexKeySize)))
}

func random(b []byte) []byte {
	_, _ = rand.Read(b) // never fails: the program ends if the system has no randomness
	return b
}

func newMaster(s Suite, id, key, indexKey []byte) (*Master, error) {
	m := &Master{suite: s, key: key, indexKey: indexKey}
	copy(m.id[:], id)
	var err error
	if m.wrap, err = newSealer(s, mac(s, key, []byte("qiao person keys 1"))[:s.KeySize()]); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	if m.own, err = newSealer(s, mac(s, key, []byte("qiao platform values 1"))[:s.KeySize()]); err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return m, nil
}

// Rotate returns a new master key of the suite, made of fresh randomness, with
// the same blind-index key, so that indexes stay valid. Save it, rewrap every
// person's key to it, and keep the old one until nothing sealed under it is
// left. Where the suite changes, the keyed hash changes with it: recompute the
// blind indexes then.
func (m *Master) Rotate(s Suite) (*Master, error) {
	var id [masterIDSize]byte
	return newMaster(s, random(id[:]), random(make([]byte, s.KeySize())), bytes.Clone(m.indexKey))
}

// ID returns the key's identifier, 16 hexadecimal digits; it is no secret.
func (m *Master) ID() string { return hex.EncodeToString(m.id[:]) }

// Fingerprint tells this master key from every other, by 32 hexadecimal digits
// that may be shown and kept: a keyed hash under both of the key's secrets says
// nothing of either. A database that holds it is known to be the key's own.
func (m *Master) Fingerprint() string { return m.told(m.key, "qiao master key fingerprint 1") }

// Platform names whose key this is. It is made of the blind-index key, which
// survives rotation: a platform keeps its name for life.
func (m *Master) Platform() string { return m.told(nil, "qiao platform 1") }

func (m *Master) told(key []byte, label string) string {
	return hex.EncodeToString(mac(m.suite, m.indexKey, []byte(label), mac(m.suite, key, []byte(label)))[:16])
}

// WrapID returns the bytes with which every key begins that this master wrapped.
func (m *Master) WrapID() []byte { return bytes.Clone(m.id[:]) }

// Suite returns the suite that the key is for.
func (m *Master) Suite() Suite { return m.suite }

// Format prints the identifier and the suite for every verb, never a key,
// whether a pointer or a copy is printed.
func (m Master) Format(f fmt.State, _ rune) {
	if m.suite == nil {
		_, _ = io.WriteString(f, "master key (none)")
		return
	}
	_, _ = io.WriteString(f, "master key "+m.ID()+" ("+m.suite.Name()+")")
}

// NewPersonKey makes a key for one person. The wrapped form is what to store;
// whoever erases it erases all that the key sealed.
func (m *Master) NewPersonKey() (wrapped []byte, key PersonKey, err error) {
	raw := random(make([]byte, m.suite.KeySize()))
	key, err = newPersonKey(m.suite, raw)
	if err != nil {
		return nil, PersonKey{}, err
	}
	return m.wrapRaw(m.suite, raw), key, nil
}

// wrapRaw returns the master's id, and under it the suite and key of a person.
func (m *Master) wrapRaw(s Suite, raw []byte) []byte {
	return m.wrap.seal(m.id[:], append([]byte{s.version()}, raw...), nil)
}

func (m *Master) unwrapRaw(wrapped []byte) (Suite, []byte, error) {
	if len(wrapped) < masterIDSize || !bytes.Equal(wrapped[:masterIDSize], m.id[:]) {
		return nil, nil, ErrOpen
	}
	plain, err := m.wrap.open(wrapped, masterIDSize, nil)
	if err != nil || len(plain) == 0 {
		return nil, nil, ErrOpen
	}
	s, ok := suiteByVersion(plain[0])
	if !ok || len(plain) != 1+s.KeySize() {
		return nil, nil, ErrOpen
	}
	return s, plain[1:], nil
}

// Unwrap returns the person's key that NewPersonKey or Rewrap wrapped. It
// returns ErrOpen if the key was wrapped by another master or is damaged.
func (m *Master) Unwrap(wrapped []byte) (PersonKey, error) {
	s, raw, err := m.unwrapRaw(wrapped)
	if err != nil {
		return PersonKey{}, err
	}
	return newPersonKey(s, raw)
}

// Rewrap wraps the same person's key under the master next; what the key sealed
// stays as it is, in the suite that it was sealed in. A key that next has
// wrapped already is returned as it is, so that an interrupted rotation can be
// run again. It returns ErrOpen as Unwrap does.
func (m *Master) Rewrap(wrapped []byte, next *Master) ([]byte, error) {
	if WrappedBy(wrapped) == next.ID() {
		if _, _, err := next.unwrapRaw(wrapped); err != nil {
			return nil, err
		}
		return bytes.Clone(wrapped), nil
	}
	s, raw, err := m.unwrapRaw(wrapped)
	if err != nil {
		return nil, err
	}
	return next.wrapRaw(s, raw), nil
}

// WrappedBy returns the identifier of the master that wrapped a person's key,
// or sealed a platform value, and the blank text for what is neither.
func WrappedBy(sealed []byte) string {
	if len(sealed) < masterIDSize {
		return ""
	}
	return hex.EncodeToString(sealed[:masterIDSize])
}

// Seal seals a value that belongs to no person's key, such as a stored answer,
// under the platform's key. The associated data, which Open needs again, ties
// the value to its place, so that it opens nowhere else. Nonces are random:
// rotate well before 2^32 values are sealed under one key (NIST SP 800-38D 8.3).
func (m *Master) Seal(plaintext, aad []byte) []byte { return m.own.seal(m.id[:], plaintext, aad) }

// Open is the inverse of Seal. It returns ErrOpen whatever is wrong.
func (m *Master) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < masterIDSize || !bytes.Equal(sealed[:masterIDSize], m.id[:]) {
		return nil, ErrOpen
	}
	return m.own.open(sealed, masterIDSize, aad)
}

// BlindIndex returns 32 bytes by which a value can be looked up without being
// readable: the keyed hash of the domain and the value. Equal values have equal
// indexes within a domain, such as "resident_id", and unrelated ones across
// domains. Normalise the value before.
func (m *Master) BlindIndex(domain, value string) []byte {
	return mac(m.suite, m.indexKey, []byte("qiao blind index 1"), []byte(domain), []byte(value))
}

// PersonKey seals one person's data. It is a value, immutable and safe for
// concurrent use; the zero value opens nothing and must not seal. It never
// prints its key.
type PersonKey struct{ s sealer }

func newPersonKey(s Suite, raw []byte) (PersonKey, error) {
	x, err := newSealer(s, raw)
	if err != nil {
		return PersonKey{}, fmt.Errorf("person key: %w", err)
	}
	return PersonKey{x}, nil
}

// IsZero reports whether there is no key.
func (k PersonKey) IsZero() bool { return k.s.aead == nil }

// Seal seals a value. The associated data, which Open needs again, ties the
// value to its place (table, column and row), so that it opens nowhere else. It
// adds 29 bytes. It panics on the zero key, because to store anything then would
// be to store it in the clear.
func (k PersonKey) Seal(plaintext, aad []byte) []byte {
	if k.IsZero() {
		panic("crypt: sealing without a key")
	}
	return k.s.seal(nil, plaintext, aad)
}

// Open is the inverse of Seal. It returns ErrOpen whatever is wrong.
func (k PersonKey) Open(sealed, aad []byte) ([]byte, error) { return k.s.open(sealed, 0, aad) }

// Format prints that it is a key, for every verb, and nothing of it.
func (k PersonKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "person key") }
