// Package ident reads the identifiers that people and firms are known by, and
// the national code tables that the services share. Values that name a person
// print masked, whatever verb prints them; Reveal is the one way to the full
// value, so that a search for it finds every place that uses one.
package ident

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/google/uuid"

	"github.com/qiao-platform/qiao/pkg/errs"
)

// The errors of the parsers. None carries the value that was refused. The codes
// are the reasons that an import counts.
var (
	ErrIDFormat         = errs.New(errs.Invalid, "id_format", "The identity number is not 17 digits and a last digit or X.")
	ErrIDBirthdate      = errs.New(errs.Invalid, "id_birthdate", "The date of birth inside the identity number is not a possible one.")
	ErrIDChecksum       = errs.New(errs.Invalid, "id_checksum", "The check character of the identity number does not fit; a digit is probably mistyped.")
	ErrDocumentKind     = errs.New(errs.Invalid, "document_kind", "The kind of document is not one of the list.")
	ErrDocumentFormat   = errs.New(errs.Invalid, "document_format", "The number has not the form of this kind of document.")
	ErrDocumentCountry  = errs.New(errs.Invalid, "document_country", "A passport needs the country that issued it, as its three letters; residents of Hong Kong, Macao and Taiwan register with their permit.")
	ErrBirthDateMissing = errs.New(errs.Invalid, "birth_date_missing", "The number of this document does not hold the date of birth; it must be given as it stands in the document.")
	ErrBirthDate        = errs.New(errs.Invalid, "birth_date", "The date of birth is not a possible one.")
	ErrBirthDateDiffers = errs.New(errs.Invalid, "birth_date_differs", "The date of birth is another than the document's number holds.")
	ErrUSCCFormat       = errs.New(errs.Invalid, "uscc_format", "The unified social credit code is not 18 characters of its alphabet.")
	ErrUSCCPerson       = errs.New(errs.Invalid, "uscc_person", "This is a person's identity number. A business has a code of its own, 18 characters, on its licence.")
	ErrPhoneFormat      = errs.New(errs.Invalid, "phone_format", "The phone number is neither a mobile number nor a landline with its area code.")
	ErrNameMissing      = errs.New(errs.Invalid, "name_missing", "The name is missing.")
	ErrNameShort        = errs.New(errs.Invalid, "name_too_short", "The name has a single letter; names have 2 to 50.")
	ErrNameLong         = errs.New(errs.Invalid, "name_too_long", "The name has more than 50 letters.")
	ErrNameSign         = errs.New(errs.Invalid, "name_sign", "The name has a sign that names do not have, such as a digit, or a dot or hyphen that is not between two letters.")
	ErrNamePrivate      = errs.New(errs.Invalid, "name_private_use", "The name has a character of a private area, which other machines show otherwise; type the character as it is in the national standard GB 18030.")
	ErrIDMalformed      = errs.New(errs.Invalid, "id_malformed", "The identifier is not a UUID in its usual form.")
)

// NewID returns a new identifier: a version 7 UUID (RFC 9562) as lower-case
// text, so that identifiers made later sort later. It panics only where the
// operating system has no randomness.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// ParseUUID checks that s is a UUID of any version in its usual form, 36
// characters in lower case with hyphens, and returns ErrIDMalformed if not.
func ParseUUID(s string) error {
	u, err := uuid.Parse(s)
	if err != nil || u.String() != s {
		return ErrIDMalformed
	}
	return nil
}

// toASCII maps the digits and letters of other keyboards to ASCII: full-width
// forms, and the Arabic-Indic digits that Kazakh and Uyghur keyboards give.
// Invisible direction marks, which come with copied right-to-left text, vanish.
func toASCII(r rune) rune {
	switch {
	case r >= '\uff01' && r <= '\uff5e':
		return r - '\uff01' + '!'
	case r >= '\u0660' && r <= '\u0669':
		return r - '\u0660' + '0'
	case r >= '\u06f0' && r <= '\u06f9':
		return r - '\u06f0' + '0'
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff':
		return -1
	}
	return r
}

// isGap reports whether r is a space or a hyphen that people put into numbers.
func isGap(r rune) bool {
	return strings.ContainsRune(" \t\r\n\u00a0\u3000-\u2010\u2011\u2012\u2013\u2014\u2212", r)
}

// compact brings a number to upper-case ASCII without gaps.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		r = toASCII(r)
		switch {
		case isGap(r):
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// writeMasked is how every personal value formats, for all verbs and flags.
func writeMasked(f fmt.State, masked string) { _, _ = io.WriteString(f, masked) }

func logMasked(masked string) slog.Value { return slog.StringValue(masked) }

// lastFour masks all but the last four characters of an ASCII text.
func lastFour(s string) string {
	if len(s) <= 4 {
		return strings.Repeat("*", len(s))
	}
	return strings.Repeat("*", len(s)-4) + s[len(s)-4:]
}
