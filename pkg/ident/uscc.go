package ident

import (
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// USCC is a unified social credit code (统一社会信用代码, GB 32100-2015) that is
// well formed. It names a firm, not a person, and prints in full. Values are
// comparable; the zero value is no code.
type USCC struct{ code string }

const (
	usccAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY" // no I, O, S, V, Z
	orgAlphabet  = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// NormaliseUSCC brings a code to the form that ParseUSCC reads: full-width signs
// become ASCII, spaces and hyphens go, letters become capitals. It reports
// whether that changed anything.
func NormaliseUSCC(s string) (string, bool) {
	n := compact(s)
	return n, n != s
}

// ParseUSCC reads an 18-character code. It returns ErrUSCCFormat unless all
// characters are of the standard's alphabet and the third to the eighth, the
// division, are digits (GB 32100-2015 4). manualCheck is true where the code is
// well formed but its own check character or that of the organisation code
// inside it (GB 11714) does not fit: a few genuine early codes are like that, so
// a person looks at it and nobody is refused. It returns ErrUSCCPerson for what
// is an identity number in every part, birth date and check character too: a
// firm's code is public and travels in events, a person's number never does.
func ParseUSCC(s string) (code USCC, manualCheck bool, err error) {
	if len(s) != 18 || !isDigits(s[2:8]) {
		return USCC{}, false, ErrUSCCFormat
	}
	for i := range len(s) {
		if strings.IndexByte(usccAlphabet, s[i]) < 0 {
			return USCC{}, false, ErrUSCCFormat
		}
	}
	if isDigits(s[:17]) && s[17] == residentCheck(s) {
		if born, err := clock.ParseDate(s[6:10] + "-" + s[10:12] + "-" + s[12:14]); err == nil && born.Year() >= 1900 && born.Year() < 2100 {
			return USCC{}, false, ErrUSCCPerson
		}
	}
	return USCC{s}, s[17] != usccCheck(s) || s[16] != orgCheck(s[8:16]), nil
}

// usccCheck computes the last character: weights are the powers of 3 modulo 31.
func usccCheck(s string) byte {
	sum, weight := 0, 1
	for i := range 17 {
		sum += weight * strings.IndexByte(usccAlphabet, s[i])
		weight = weight * 3 % 31
	}
	return usccAlphabet[(31-sum%31)%31]
}

// orgCheck computes the check character of an 8-character organisation code.
func orgCheck(s string) byte {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * strings.IndexByte(orgAlphabet, s[i])
	}
	return "0X987654321"[sum%11]
}

// String returns the code.
func (u USCC) String() string { return u.code }

// IsZero reports whether there is no code.
func (u USCC) IsZero() bool { return u.code == "" }

// Division returns the six-digit code of the division that registered the firm,
// characters 3 to 8, and the empty text for the zero value.
func (u USCC) Division() string {
	if u.IsZero() {
		return ""
	}
	return u.code[2:8]
}
