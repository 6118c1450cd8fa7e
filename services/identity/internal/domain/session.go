package domain

import (
	"slices"
	"time"
)

// The levels of proof: one factor, or two.
const (
	OneFactor  = 1
	TwoFactors = 2
)

// Session is somebody who is signed in somewhere.
type Session struct {
	ID      string
	Number  int64 // of the platform's sequence; tokens name it
	Account string
	Hash    []byte // of the secret, which is kept nowhere
	Device  string
	Via     string
	Level   int
	Began   time.Time
	Seen    time.Time
	Idle    time.Duration
	Ends    time.Time
	Locked  bool
	Proved  time.Time // when whoever sits before it showed last who it is
	Ended   time.Time
	Why     string
}

// Over is when the session ended, or will if nothing more is done.
func (s Session) Over() time.Time {
	if !s.Ended.IsZero() {
		return s.Ended
	}
	return s.IdleAt()
}

// ByCode is how a session began that a counter's code opened. An officer printed it, and
// may have kept it: nothing that outlives the session is set up within it.
const ByCode = "code"

// ByImport is how a session began that an officer approved for a program.
const ByImport = "import"

// MaySetUp returns why the session of an account of a kind may not set up a way to sign
// in now: whoever has a cookie alone has not proved who it is.
func (s Session) MaySetUp(kind string, p ProofPolicy, now time.Time) error {
	switch {
	case s.Via == ByCode:
		return ErrByCode
	case s.Via == ByImport, kind != Worker && s.Level < TwoFactors:
		return ErrNoRight
	case !now.Before(s.FreshUntil(p)):
		return ErrFresh
	}
	return nil
}

// MayBind returns why the session may not join an outside identity now, which may be done
// just after a counter's code too: what that joins waits. So may what outlives no session
// and is the person's own word: to take the own data along and to close the account.
func (s Session) MayBind(kind string, p ProofPolicy, now time.Time) error {
	if s.Via == ByCode {
		s.Via = ""
	}
	return s.MaySetUp(kind, p, now)
}

// FreshUntil is until when what was proved lets ways to sign in be set up.
func (s Session) FreshUntil(p ProofPolicy) time.Time { return s.Proved.Add(p.Fresh) }

// Why a session ended.
const (
	SignedOut  = "signed_out"
	EndedBy    = "ended_elsewhere" // by the person, from another device
	ShutOut    = "shut_out"
	Superseded = "superseded"  // the oldest of too many
	Renewed    = "credentials" // a credential was reset
	Guessed    = "guessed"     // too many wrong proofs before its locked screen
)

// NewSession begins a session.
func NewSession(id, account, device, via string, hash []byte, level int, p SessionPolicy, now time.Time) Session {
	return Session{ID: id, Account: account, Hash: hash, Device: device, Via: via, Level: level, Began: now, Seen: now, Proved: now, Idle: p.Idle, Ends: now.Add(p.Whole)}
}

// IdleAt is when the session ends if nothing more is done.
func (s Session) IdleAt() time.Time {
	if at := s.Seen.Add(s.Idle); at.Before(s.Ends) {
		return at
	}
	return s.Ends
}

// Live returns nil where the session may be used now.
func (s Session) Live(now time.Time) error {
	switch {
	case !s.Ended.IsZero(), !now.Before(s.IdleAt()):
		return ErrSession
	case s.Locked:
		return ErrLocked
	}
	return nil
}

// glance is how old the time of the last use may be: it is written once a glance,
// not at each use.
const glance = time.Minute

// Touch notes that the session is used; false where that was noted just before.
func (s Session) Touch(now time.Time) (Session, bool) {
	if now.Sub(s.Seen) < min(glance, s.Idle/4) {
		return s, false
	}
	s.Seen = now
	return s, true
}

// End ends a session, once.
func (s Session) End(why string, now time.Time) (Session, bool) {
	if !s.Ended.IsZero() {
		return s, false
	}
	s.Ended, s.Why = now, why
	return s, true
}

// Range is sessions by their numbers, both included.
type Range struct{ First, Last int64 }

// Ranges writes numbers as few ranges.
func Ranges(numbers []int64) (all []Range) {
	numbers = slices.Clone(numbers)
	slices.Sort(numbers)
	for _, n := range slices.Compact(numbers) {
		if last := len(all) - 1; last >= 0 && all[last].Last+1 == n {
			all[last].Last = n
			continue
		}
		all = append(all, Range{n, n})
	}
	return all
}

// Revocation is a range of sessions that are over, and its place in the order of
// all that were revoked.
type Revocation struct {
	Number int64
	Range
	At time.Time
}
