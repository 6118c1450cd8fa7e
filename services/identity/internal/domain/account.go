package domain

import (
	"slices"
	"strings"
	"time"

	"github.com/qiao-platform/qiao/pkg/ident"
)

// The kinds of accounts.
const (
	Officer       = "officer"
	Administrator = "administrator"
	Worker        = "worker"
	Employer      = "employer"
)

// The administrators' offices: three people (GB/T 22239 8.1.5.1 to 8.1.5.3).
const (
	System   = "system"
	Security = "security"
	Audit    = "audit"
)

// Offices lists the administrators' offices.
func Offices() []string { return []string{System, Security, Audit} }

// The states of an account.
const (
	Invited = "invited" // a link is out; nothing signs it in yet
	Open    = "open"
	Closed  = "closed"
)

// Account is somebody who can sign in, or will by a link.
type Account struct {
	ID          string
	Kind        string
	Subject     string // a staff number, a worker's reference, an employer's id
	Login       string // what is typed, in its one form; "" for workers
	Office      string // an administrator's
	Responsible bool   // an employer's user who answers for the others
	Seen        bool   // an officer saw the person; a self-made account was not
	State       string
	PasswordAt  time.Time
	Superseded  time.Time // when a counter gave an account that was made alone to the person
	Stopped     time.Time // when a worker's telephone was said to be lost; zero where it is not
	OpenedBy    string    // an employer's user: the account that opened it
	OpenedAt    time.Time
	Language    string // in which the person reads; "" where none was chosen
	Version     int64
}

// Sole is what no two accounts share: a staff number is one officer or one
// administrator, never both; a worker has one account; an employer's users are
// told apart by their names.
func (a Account) Sole() string {
	switch a.Kind {
	case Officer, Administrator:
		return "staff " + a.Subject
	case Worker:
		return "worker " + a.Subject
	}
	return "login " + a.Login
}

// OpenAccount makes an account that is not used yet.
func OpenAccount(id, kind, subject, login, office string, responsible bool) (Account, []Event, error) {
	a := Account{ID: id, Kind: kind, Subject: subject, Login: LoginName(login), Office: office, Responsible: responsible, Seen: true, State: Invited}
	ok := subject != ""
	switch kind {
	case Officer, Administrator:
		a.Subject = ident.StaffNumber(subject)
		a.Login = a.Subject
		ok = ok && a.Subject != "" && (kind == Administrator) == slices.Contains(Offices(), office)
	case Employer:
		ok = ok && a.Login != "" && office == ""
	case Worker:
		ok = ok && a.Login == "" && office == ""
		a.State = Open // by a counter's code or an outside identity, without a link
	default:
		ok = false
	}
	if !ok {
		return Account{}, nil, ErrKind
	}
	return a, []Event{AccountOpened{AccountID: id, AccountKind: kind}}, nil
}

// MakeAccount makes the account of a worker whom no counter saw yet.
func MakeAccount(id, worker string) (Account, []Event, error) {
	a, events, err := OpenAccount(id, Worker, worker, "", "", false)
	a.Seen = false
	return a, events, err
}

// LoginName is the one form of what is typed to sign in.
func LoginName(s string) string { return ident.StaffNumber(s) }

// Close ends an account.
func (a Account) Close() (Account, []Event, error) {
	if a.State == Closed {
		return a, nil, ErrAccount
	}
	a.State = Closed
	return a, []Event{AccountEnded{AccountID: a.ID}}, nil
}

// See notes that a counter saw the person. An account that somebody had made alone is
// the person's from here on: took reports that whatever opened it before opens nothing
// any more.
func (a Account) See(now time.Time) (seen Account, took bool) {
	if a.Seen {
		return a, false
	}
	a.Seen, a.Superseded = true, now
	return a, true
}

// Become makes an account that somebody had made alone the registered person's, whom a
// counter saw.
func (a Account) Become(person string, now time.Time) Account {
	a, _ = a.See(now)
	a.Subject = person
	return a
}

// Stop notes that a worker's telephone was lost: the number that was given before opens
// nothing any more.
func (a Account) Stop(now time.Time) Account {
	a.Stopped = now
	return a
}

// Resume notes that the worker has the number again.
func (a Account) Resume() Account {
	a.Stopped = time.Time{}
	return a
}

// Asked is which accounts a list is asked for; what is blank filters nothing.
type Asked struct{ Find, Kind, State, Before string }

// Reset takes the ways to sign in away; a link sets new ones.
func (a Account) Reset() (Account, []Event, error) {
	if a.State == Closed {
		return a, nil, ErrAccount
	}
	a.State = Invited
	return a, []Event{CredentialsReset{AccountID: a.ID}}, nil
}

// Held reports whether an administrator's office is held, so that two can decide an act
// of a kind about an account. Whose link was lost may be given another one, or be followed
// by somebody else, though nobody holds the office meanwhile.
func (a Account) Held(act, about string) bool {
	return a.State == Open || a.State == Invited && (act == ActReset || act == ActClosing && about == a.ID)
}

// Ready is an account whose link was used: its password was set now.
func (a Account) Ready(now time.Time) (Account, error) {
	if a.State != Invited {
		return a, ErrLink
	}
	a.State, a.PasswordAt = Open, now
	return a, nil
}

// guessedFirst are what passwords hold that are tried before all others.
var guessedFirst = []string{"password", "123456", "111111", "000000", "888888", "qwerty", "abc123", "admin", "qiao", "woaini", "5201314"}

// CheckPassword returns why a password does not do: too short by the rule, the
// name itself, or little more than what is guessed first. Which signs it has is
// nobody's business (SP 800-63B); an office that must ask for kinds of signs says
// so in the rule.
func CheckPassword(p PasswordPolicy, login, password string) error {
	if n := len([]rune(password)); n < p.Shortest || n > p.Longest {
		return ErrShort
	}
	if p.Kinds > 0 && kinds(password) < p.Kinds {
		return ErrCommon
	}
	rest := strings.ToLower(password)
	for _, word := range append([]string{strings.ToLower(login)}, guessedFirst...) {
		if word != "" {
			rest = strings.ReplaceAll(rest, word, "")
		}
	}
	distinct := map[rune]bool{}
	for _, r := range rest {
		distinct[r] = true
	}
	if len(distinct) < 4 {
		return ErrCommon
	}
	return nil
}

// kinds counts the kinds of signs of a text: small, large, digits, others.
func kinds(s string) (n int) {
	for _, in := range []func(rune) bool{
		func(r rune) bool { return 'a' <= r && r <= 'z' }, func(r rune) bool { return 'A' <= r && r <= 'Z' },
		func(r rune) bool { return '0' <= r && r <= '9' }, func(r rune) bool { return r > 127 || strings.ContainsRune(" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", r) },
	} {
		if strings.ContainsFunc(s, in) {
			n++
		}
	}
	return n
}

// CheckPin returns ErrPinForm unless a PIN has six digits that are neither all
// the same nor in a row.
func CheckPin(pin string) error {
	if len(pin) != 6 || strings.Trim(pin, "0123456789") != "" {
		return ErrPinForm
	}
	same, up, down := true, true, true
	for i := 1; i < len(pin); i++ {
		d := int(pin[i]) - int(pin[i-1])
		same, up, down = same && d == 0, up && d == 1, down && d == -1
	}
	if same || up || down {
		return ErrPinForm
	}
	return nil
}
