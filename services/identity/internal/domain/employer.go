package domain

import (
	"strings"
	"time"
)

// Firm is an employer, as the employment department knows it.
type Firm struct {
	ID, Code string // Code is the credit code; a household has none
	County   string
}

// UserName is what a user of the employer types to sign in: a name, and the employer's
// code behind it. So nobody takes another employer's names, and no officer's number.
func (f Firm) UserName(name string) (string, error) {
	name, _, _ = strings.Cut(LoginName(name), "@")
	code := LoginName(f.Code)
	if code == "" {
		code = LoginName(f.ID)
	}
	if len(name) < 2 || len(name) > 24 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
		return "", ErrUserName
	}
	return name + "@" + code, nil
}

// Another is the firm of a user's, as far as a further user's name needs it.
func (a Account) Another(name string) (string, error) {
	_, code, found := strings.Cut(a.Login, "@")
	if !found { // opened before names had an employer's code
		code = a.Subject
	}
	return Firm{Code: code}.UserName(name)
}

// OpenUser opens the account of an employer's user.
func OpenUser(id, employer, login string, responsible bool, by Account, now time.Time) (Account, []Event, error) {
	a, events, err := OpenAccount(id, Employer, employer, login, "", responsible)
	a.OpenedBy, a.OpenedAt = by.ID, now
	return a, events, err
}

// Answers returns nil where a user may open, renew and end the account of another one.
func (a Account) Answers(other Account) error {
	switch {
	case a.Kind != Employer, other.Kind != Employer, a.Subject != other.Subject:
		return ErrAccount
	case !a.Responsible, other.Responsible, a.ID == other.ID:
		return ErrNoRight
	}
	return nil
}

// Used reports whether somebody set up an account's password once.
func (a Account) Used() bool { return a.State == Open || !a.PasswordAt.IsZero() }
