package ident

import (
	"strings"
	"unicode"
)

// StaffNumber is the one form of a staff number, however it was typed: small
// letters, ASCII digits and hyphens for those of other keyboards, no spaces and
// nothing that cannot be seen. Two signatures are two only where these differ.
func StaffNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // the full-width forms of ASCII
			r -= '！' - '!'
		}
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			return -1
		case unicode.Is(unicode.Pd, r), r == '−':
			return '-'
		}
		return unicode.ToLower(r)
	}, s)
}

// SameStaff reports whether two staff numbers are one officer's.
func SameStaff(a, b string) bool { return StaffNumber(a) == StaffNumber(b) }
