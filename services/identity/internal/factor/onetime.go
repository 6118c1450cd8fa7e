package factor

import (
	"crypto/rand"
	"encoding/base32"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// stepLength is how long a code of a telephone stands (RFC 6238).
const stepLength = 30 * time.Second

// OneTime makes the codes of a telephone's application, as every such application
// makes them: six digits, half a minute, SHA-1. Which step was used, the service keeps.
type OneTime struct{}

// NewSecret makes a secret of 160 bits, as applications read it.
func (OneTime) NewSecret() string {
	b := make([]byte, 20)
	_, _ = rand.Read(b) // never fails: the program ends if the system has no randomness
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
}

// Step is the step that a time is in.
func (OneTime) Step(at time.Time) int64 { return at.Unix() / int64(stepLength/time.Second) }

// Code is the code of a step.
func (OneTime) Code(secret string, step int64) (string, error) {
	return hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}
