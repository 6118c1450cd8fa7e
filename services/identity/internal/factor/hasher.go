// Package factor is what people prove with: what they remember, what their telephone
// counts, and what an authenticator signs.
package factor

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

// Cost is what a hash takes (OWASP: 19 MiB, two passes, one lane).
type Cost struct {
	KiB, Passes uint32
	Lanes       uint8
}

// Usual is today's cost.
var Usual = Cost{19 << 10, 2, 1}

// dearest bounds what is read back from a database: who can write there cannot have
// the service work for minutes.
var dearest = Cost{64 << 10, 8, 4}

const (
	saltBytes = 16
	hashBytes = 32
)

// Hasher hashes what people remember, few at once: the memory of all is bounded, and
// who comes meanwhile waits.
type Hasher struct {
	cost  Cost
	slots *semaphore.Weighted
	none  string // compared with where there is no hash
}

// NewHasher returns a hasher that makes so many hashes at once.
func NewHasher(cost Cost, atOnce int64) *Hasher {
	h := &Hasher{cost: cost, slots: semaphore.NewWeighted(atOnce)}
	h.none = h.hash(rand.Text(), salt())
	return h
}

func salt() []byte {
	b := make([]byte, saltBytes)
	_, _ = rand.Read(b) // never fails: the program ends if the system has no randomness
	return b
}

func (h *Hasher) hash(secret string, salt []byte) string {
	sum := argon2.IDKey([]byte(secret), salt, h.cost.Passes, h.cost.KiB, h.cost.Lanes, hashBytes)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.cost.KiB, h.cost.Passes, h.cost.Lanes, b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// Hash implements app.Hasher.
func (h *Hasher) Hash(ctx context.Context, secret string) (string, error) {
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return "", err
	}
	defer h.slots.Release(1)
	return h.hash(secret, salt()), nil
}

// Matches implements app.Hasher.
func (h *Hasher) Matches(ctx context.Context, hash, secret string) (ok, stale bool, err error) {
	there := hash != ""
	if !there {
		hash = h.none
	}
	cost, salt, want, err := parse(hash)
	if err != nil {
		return false, false, err
	}
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return false, false, err
	}
	defer h.slots.Release(1)
	got := argon2.IDKey([]byte(secret), salt, cost.Passes, cost.KiB, cost.Lanes, uint32(len(want)))
	ok = subtle.ConstantTimeCompare(got, want) == 1 && there
	return ok, ok && cost != h.cost, nil
}

var errHash = errors.New("factor: a stored hash is none")

func parse(hash string) (c Cost, salt, sum []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.KiB, &c.Passes, &c.Lanes); err != nil || n != 3 {
		return c, nil, nil, errHash
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	sum, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	switch {
	case err1 != nil, err2 != nil, len(sum) != hashBytes, len(salt) < saltBytes, len(salt) > 64,
		c.KiB < 8, c.Passes < 1, c.Lanes < 1, c.KiB > dearest.KiB, c.Passes > dearest.Passes, c.Lanes > dearest.Lanes:
		return c, nil, nil, errHash
	}
	return c, salt, sum, nil
}
