package domain

import "time"

// The ways to sign in that somebody sets up for himself.
const (
	ProofPasskey  = "passkey"
	ProofPin      = "pin"
	ProofPassword = "password"
	ProofPapers   = "papers"
	ProofOutside  = "outside"
	ProofProgram  = "program" // which brings in sheets under an officer's number
	// ProofPlace is the place of who answers for an employer, which somebody else is to have.
	ProofPlace = "place"
)

// ProofPolicy is how ways to sign in are set up.
type ProofPolicy struct {
	Fresh    time.Duration // after a proof, within which one may
	Passkeys int           // of an account
	Warn     time.Duration // before a password is too old
	Bind     time.Duration // after which an outside identity opens what a counter's code joined it to
	Changes  time.Duration // that are listed
}

// ProofChange is a way to sign in that was set up or taken away. Its owner sees the list,
// and a worker is told: who did it may not have been the owner.
type ProofChange struct {
	ID      string
	Account string
	At      time.Time
	Proof   string
	Removed bool
	Device  string // of the session
}

// Event is what a worker is told of it.
func (c ProofChange) Event() Event {
	if c.Removed {
		return ProofRemoved{ProofID: c.ID, Proof: c.Proof}
	}
	return ProofSet{ProofID: c.ID, Proof: c.Proof}
}

// Ends is when a password that was set at a time is too old; the zero time is never.
func (p PasswordPolicy) Ends(set time.Time) time.Time {
	if p.Age == 0 || set.IsZero() {
		return time.Time{}
	}
	return set.Add(p.Age)
}

// OutsideLink is an outside identity that is joined to an account.
type OutsideLink struct {
	Source  string
	Subject []byte // keyed hash
	Account string
	Made    time.Time
	Opens   time.Time // before, it does not sign in
}
