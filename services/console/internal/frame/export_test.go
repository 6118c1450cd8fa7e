package frame

import (
	"time"

	"golang.org/x/time/rate"
)

// MostShares is how many are remembered.
const MostShares = mostShares

// Shares are shares for a test.
type Shares struct{ shares }

// NewShares returns shares of so many at once and so many a second.
func NewShares(atOnce int, perSecond float64) *Shares {
	return &Shares{shares{share: share{atOnce, rate.Limit(perSecond)}}}
}

// Take takes one.
func (s *Shares) Take(who string, now time.Time) time.Duration { return s.take(who, now) }

// Len is how many are remembered.
func (s *Shares) Len() int { return len(s.known) }

// Compressed is what compresses pages.
var Compressed = compressed
