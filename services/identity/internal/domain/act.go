package domain

import (
	"slices"
	"time"
)

// The kinds of what takes two.
const (
	ActAccount = "account"
	ActGrants  = "grants"
	ActReset   = "reset"
	ActClosing = "closing"
	ActClaim   = "claim"
	// ActReplacing puts another user in the place of who answers for an employer. Two
	// officers do it: one alone would be any employer.
	ActReplacing = "replacing"
)

// The states of an act.
const (
	Waiting  = "waiting"
	Approved = "approved"
	Refused  = "refused"
)

// Act is what one administrator asks for and another decides.
type Act struct {
	ID        string
	Kind      string
	About     string // the account that it concerns, or will be
	Wanted    Wanted
	AskedBy   string // an account
	AskedAt   time.Time
	State     string
	DecidedBy string
	DecidedAt time.Time
	Reason    string // why it was refused
}

// Refusals are why the second refuses. They say nothing of a person.
func Refusals() []string {
	return []string{"wrong_person", "too_much", "not_known", "not_needed", "other"}
}

// Wanted is what an act would do.
type Wanted struct {
	Kind, Subject, Office string
	Grants                Grants
	Login, County         string `json:",omitempty"` // who is to answer for an employer, and where that is
}

// Decider says whose office decides: the security administrator, and of what
// concerns that one, the audit administrator.
func (a Act) Decider(aboutOffice string) string {
	if aboutOffice == Security {
		return Audit
	}
	return Security
}

// Decide ends an act by the word of a second: of an administrator, and of what concerns an
// employer, of an officer. about is the account that it concerns, as far as there is one;
// who refuses says why.
func (a Act) Decide(by, about Account, approve bool, reason string, p Policy, now time.Time) (Act, error) {
	office := about.Office
	if a.Kind == ActAccount {
		office = a.Wanted.Office
	}
	switch {
	case !a.Waits(p, now):
		return a, ErrActDecided
	case by.ID == a.AskedBy, by.ID == a.About, a.Wanted.Subject != "" && by.Subject == a.Wanted.Subject:
		return a, ErrActOwn
	case a.Kind == ActReplacing && by.Kind != Officer, a.Kind != ActReplacing && (by.Kind != Administrator || by.Office != a.Decider(office)), by.State != Open:
		return a, ErrNoRight
	}
	return a.decided(by, approve, reason, now)
}

// Waits reports whether nobody decided, and somebody still may.
func (a Act) Waits(p Policy, now time.Time) bool {
	return a.State == Waiting && now.Sub(a.AskedAt) <= p.Act
}

// Withdraw ends an act that nobody decided, since something newer is asked.
func (a Act) Withdraw(by Account, now time.Time) (Act, error) {
	return a.decided(by, false, "not_needed", now)
}

func (a Act) decided(by Account, approve bool, reason string, now time.Time) (Act, error) {
	if !approve && !slices.Contains(Refusals(), reason) {
		return a, ErrRefusal
	}
	a.State, a.Reason, a.DecidedBy, a.DecidedAt = Refused, reason, by.ID, now
	if approve {
		a.State, a.Reason = Approved, ""
	}
	return a, nil
}

// Links reports whether what was approved brought a link.
func (a Act) Links(about Account) bool {
	return a.State == Approved && (a.Kind == ActAccount || a.Kind == ActReset || a.Kind == ActClaim || a.Kind == ActReplacing || a.Kind == ActClosing && about.Kind == Administrator)
}
