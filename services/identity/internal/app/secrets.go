package app

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"strings"
)

// secretBytes is the length of what opens a session, a link or a flow: 256 bits.
const secretBytes = 32

// newSecret makes a secret and the hash under which it is kept. It is long enough
// that a plain hash of it tells nothing.
func (a *App) newSecret() (secret string, hash []byte) {
	secret = base64.RawURLEncoding.EncodeToString(a.Random(secretBytes))
	return secret, hashOf(secret)
}

func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// letters are those of codes that people read and type: none looks like another.
var letters = base32.NewEncoding("ABCDEFGHJKLMNPQRSTUVWXYZ23456789").WithPadding(base32.NoPadding)

// newCode makes a code of so many bytes, with hyphens so that it is read in parts.
func (a *App) newCode(n int) string {
	s := letters.EncodeToString(a.Random(n))
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), "-")
}

// typed is the one form of a code that was typed or pasted.
func typed(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // the full-width forms of ASCII
			r -= '！' - '!'
		}
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return -1
	}, code)
}

// index is the keyed hash by which a code is found.
func (a *App) index(of, code string) []byte { return a.Keyed.BlindIndex("identity "+of, typed(code)) }

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
