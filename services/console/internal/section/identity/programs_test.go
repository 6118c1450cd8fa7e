package identity

import (
	"strconv"
	"testing"
	"time"
)

// Who asks too often waits: with one secret, and from one address; nobody else does, and
// what is remembered has a bound.
func TestProgramsHaveTheirShares(t *testing.T) {
	now := time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)
	count := func(s *shares, address, secret func(int) string) (n int) {
		for i := range 1000 {
			if s.takes(now, address(i), secret(i)) {
				n++
			}
		}
		return n
	}
	one, many := func(int) string { return "10.0.0.1" }, strconv.Itoa
	var s shares
	if n := count(&s, many, one); n != withSecretAtOnce {
		t.Errorf("%d questions with one secret", n)
	}
	if !s.takes(now, "elsewhere", "another") || s.takes(now, "elsewhere", one(0)) || !s.takes(now.Add(time.Second), "elsewhere", one(0)) {
		t.Error("another secret waits, or one does not, or waits for ever")
	}
	if n := count(&s, one, many); n != fromAddressAtOnce {
		t.Errorf("%d questions from one address", n)
	}
	for i := range 2 * mostShares {
		s.takes(now, strconv.Itoa(i), "")
	}
	if len(s.known) > mostShares {
		t.Errorf("%d are remembered", len(s.known))
	}
}
