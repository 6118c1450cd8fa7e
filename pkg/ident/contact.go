package ident

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Phone is a phone number in mainland China that passed ParsePhone. Values are
// comparable. The zero value is "no phone", which the platform accepts. Every
// way of printing one shows the last four digits only.
type Phone struct{ number string }

var (
	mobile   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^0(?:(?:10|2\d)\d{8}|[3-9]\d{2}\d{7,8})$`)
)

// NormalisePhone brings a number to the form that ParsePhone reads: digits of
// other keyboards become ASCII, spaces, hyphens and brackets go, and so does the
// prefix +86 or 0086 before a number that is then complete. It reports whether
// that changed anything.
func NormalisePhone(s string) (string, bool) {
	n := strings.NewReplacer("(", "", ")", "").Replace(compact(s))
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

// Name is a person's name as on the document, in one piece: Kazakh, Uyghur and
// Mongolian names have no family name, so nothing is split. Values are
// comparable. Every way of printing one shows the first letter only.
type Name struct{ text string }

// The length of a name in characters (domain.md 1.7).
const (
	minName = 2
	maxName = 50
)

// NormaliseName trims the name, makes one space of several, and writes the
// middle dot as U+00B7, whichever of its look-alikes was typed. It reports
// whether that changed anything.
func NormaliseName(s string) (string, bool) {
	n := strings.Map(func(r rune) rune {
		switch r {
		case '\u2022', '\u2027', '\u22c5', '\u30fb', '\uff65', '\uff0e', '\u2219', '\u318d':
			return '\u00b7'
		case '\u3000', '\u00a0':
			return ' '
		case '\ufeff', '\u200b', '\u200e', '\u200f':
			return -1
		}
		return r
	}, s)
	n = strings.Join(strings.Fields(n), " ")
	return n, n != s
}

// ParseName reads a name of 2 to 50 letters of any script, with combining marks,
// middle dots (U+00B7), apostrophes, hyphens and single spaces between. It
// returns ErrNameMissing for a blank text and ErrNameFormat for anything else.
func ParseName(s string) (Name, error) {
	if strings.TrimSpace(s) == "" {
		return Name{}, ErrNameMissing
	}
	n := utf8.RuneCountInString(s)
	if n < minName || n > maxName || !utf8.ValidString(s) || strings.TrimSpace(s) != s {
		return Name{}, ErrNameFormat
	}
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("\u00b7 '\u2019-\u200c\u200d", r) {
			return Name{}, ErrNameFormat
		}
	}
	if first, _ := utf8.DecodeRuneInString(s); !unicode.IsLetter(first) || strings.Contains(s, "  ") {
		return Name{}, ErrNameFormat
	}
	return Name{s}, nil
}

// Reveal returns the full name. Use it only to seal, and to show to the person
// or to a reader whose access is logged.
func (n Name) Reveal() string { return n.text }

// IsZero reports whether there is no name.
func (n Name) IsZero() bool { return n.text == "" }

// String returns the first letter and two asterisks, whatever the length; it is
// also the form for public lists (TR-11, public_list_masks_names).
func (n Name) String() string {
	if n.IsZero() {
		return ""
	}
	r, _ := utf8.DecodeRuneInString(n.text)
	return string(r) + "**"
}

// Format prints the masked form for every verb.
func (n Name) Format(f fmt.State, _ rune) { writeMasked(f, n.String()) }

// LogValue logs the masked form.
func (n Name) LogValue() slog.Value { return logMasked(n.String()) }
