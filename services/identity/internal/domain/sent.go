package domain

import "time"

// SentCode is a code that somebody asked to be sent to a number. There is one for
// every number that is asked for, whether or not anything is sent: what is answered
// says nothing of accounts.
type SentCode struct {
	Hash    []byte // of the secret that the browser holds
	Number  []byte // keyed hash
	Address []byte // keyed hash
	Phone   string // kept sealed
	Code    []byte // keyed hash; empty while nothing was sent
	Asked   time.Time
	Sent    time.Time // last
	Sends   int
	Tried   int
	Ends    time.Time
	Used    time.Time
	ForNew  bool // for an account that somebody makes alone: it opens none that is there
}

// MostSends is how often one code is handed over where it is not known whether the
// message went out: each may cost the office money.
const MostSends = 3

// Sendable reports whether something may still be sent.
func (c SentCode) Sendable(now time.Time) bool {
	return c.Used.IsZero() && now.Before(c.Ends) && c.Sends < MostSends
}

// Send notes that a code is sent now.
func (c SentCode) Send(code []byte, now time.Time) SentCode {
	c.Code, c.Sent, c.Sends = code, now, c.Sends+1
	return c
}

// Try counts a try before anything is compared: so many are had and no more, and none
// once it was used or its time is over.
func (c SentCode) Try(p CodePolicy, now time.Time) (SentCode, error) {
	if !c.Used.IsZero() || !now.Before(c.Ends) || c.Tried >= p.Tries {
		return c, ErrCode
	}
	c.Tried++
	return c, nil
}

// Right takes a try back that did not fail.
func (c SentCode) Right() SentCode {
	c.Tried--
	return c
}

// Use ends a code that was sent.
func (c SentCode) Use(now time.Time) (SentCode, error) {
	if !c.Used.IsZero() || !now.Before(c.Ends) || len(c.Code) == 0 {
		return c, ErrCode
	}
	c.Used = now
	return c, nil
}

// Given is a number as a person gave it to the registry.
type Given struct {
	Worker string
	Since  time.Time
	Via    string // "" or a sheet's: the person never said so
	Unseen bool   // no counter saw who gave it
}

// MostOnANumber is how many may sign in by one number.
const MostOnANumber = 10

// Registered counts those whom a counter saw: who gives a number alone makes it no less
// theirs.
func Registered(all []Given) (n int) {
	for _, g := range all {
		if !g.Unseen {
			n++
		}
	}
	return n
}

// Persons is how many have a number, for one of those who gave it.
func (g Given) Persons(all []Given) int {
	if g.Unseen {
		return len(all)
	}
	return Registered(all)
}

// lost reports whether a number was given before its telephone was lost.
func (a Account) lost(g Given) bool { return !a.Stopped.IsZero() && !g.Since.After(a.Stopped) }

// NeedsPin reports whether the number alone opens nothing for this account: beside
// what [NeedsPin] says, a number whose telephone was lost, that a sheet alone brought, or that somebody else may
// have given before a counter saw the person, is nobody's proof.
func (a Account) NeedsPin(g Given, lastUsed time.Time, persons int, p CodePolicy, now time.Time) bool {
	return g.Via == "" || g.Via == "import" || !a.Superseded.IsZero() && !g.Since.After(a.Superseded) || a.lost(g) || NeedsPin(lastUsed, g.Since, persons, p, now)
}
