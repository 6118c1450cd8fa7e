package ident

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
)

// Phone is a phone number in mainland China that passed ParsePhone. Values are
// comparable. The zero value is "no phone", which the platform accepts. Every
// way of printing one shows the last four digits only.
type Phone struct{ number string }

var (
	mobile   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^0(?:(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8})$`)
	brackets = strings.NewReplacer("(", "", ")", "")
)

// NormalisePhone brings a number to the form that ParsePhone reads: digits of
// other keyboards become ASCII, spaces, hyphens and brackets go, and so does the
// prefix +86 or 0086 before a number that is then complete. It reports whether
// that changed anything.
func NormalisePhone(s string) (string, bool) {
	n := brackets.Replace(compact(s))
	for _, prefix := range []string{"+86", "0086"} {
		rest, ok := strings.CutPrefix(n, prefix)
		switch {
		case !ok:
		case mobile.MatchString(rest):
			n = rest
		case landline.MatchString("0" + rest):
			n = "0" + rest
		}
	}
	return n, n != s
}

// ParsePhone reads a mobile number, 11 digits from 13 to 19, or a landline with
// its area code, as in 09062123456 (domain.md 1.7). It returns ErrPhoneFormat
// for anything else, the empty text included: whether a phone may be missing is
// the caller's rule.
func ParsePhone(s string) (Phone, error) {
	if !mobile.MatchString(s) && !landline.MatchString(s) {
		return Phone{}, ErrPhoneFormat
	}
	return Phone{s}, nil
}

// Reveal returns the full number. Use it only to seal, to index, to send a
// message, and to show to a reader whose access is logged.
func (p Phone) Reveal() string { return p.number }

// IsZero reports whether there is no phone.
func (p Phone) IsZero() bool { return p.number == "" }

// Mobile reports whether the number can get text messages.
func (p Phone) Mobile() bool { return mobile.MatchString(p.number) }

// String returns the number with all but its last four digits masked.
func (p Phone) String() string { return lastFour(p.number) }

// Format prints the masked form for every verb.
func (p Phone) Format(f fmt.State, _ rune) { writeMasked(f, p.String()) }

// LogValue logs the masked form.
func (p Phone) LogValue() slog.Value { return logMasked(p.String()) }
