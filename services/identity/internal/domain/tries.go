package domain

import (
	"net/netip"
	"strconv"
	"time"
)

// Tries counts what failed under one name, or from one address. The name need not
// be anybody's: who guesses names meets the same waits.
type Tries struct {
	Key    []byte // keyed hash
	Failed int
	Last   time.Time
	Until  time.Time // no try before
}

// addressFree is how many times more tries an address has than a name: an office
// sits behind one.
const addressFree = 20

// OfAddress is the policy for an address in the place of a name.
func (p LockPolicy) OfAddress() LockPolicy {
	p.Free *= addressFree
	return p
}

// Network is what of an address is counted: of IPv6, which gives each line 2^64 of
// them, the line.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		return ip.String()
	}
	line, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return line.String()
}

// Begin counts a try before anything is compared, so that tries at the same time
// are counted too; ErrWait says until when there is none.
func (t Tries) Begin(p LockPolicy, now time.Time) (Tries, error) {
	if now.Before(t.Until) {
		return t, ErrWait.With("until", strconv.FormatInt(t.Until.UnixMicro(), 10))
	}
	if now.Sub(t.Last) > p.Forget {
		t.Failed = 0
	}
	t.Failed, t.Last = t.Failed+1, now
	if over := t.Failed - p.Free; over >= 0 {
		wait := p.First
		for range over {
			if wait *= 2; wait >= p.Longest {
				break
			}
		}
		t.Until = now.Add(min(wait, p.Longest))
	}
	return t, nil
}

// TooMany reports that what was guessed at so often is given up.
func (t Tries) TooMany(p LockPolicy) bool { return t.Failed >= p.Free }

// Right forgets what failed under a name: the last try did not.
func (t Tries) Right() Tries {
	t.Failed, t.Until = 0, time.Time{}
	return t
}

// TakeBack takes one try of an address back, and only the wait that it brought itself:
// what others failed at goes on to count, and so does the wait that they brought.
func (t Tries) TakeBack(until time.Time) Tries {
	t.Failed = max(0, t.Failed-1)
	if !until.IsZero() && t.Until.Equal(until) {
		t.Until = time.Time{}
	}
	return t
}
