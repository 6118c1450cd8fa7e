package ident

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/qiao-platform/qiao/pkg/clock"
)

// ResidentID is a resident identity number (公民身份号码, GB 11643-1999) that
// passed ParseResidentID. Values are comparable. The zero value is no number.
// Every way of printing one shows the last four characters only.
type ResidentID struct{ number string }

// NormaliseID brings an identity number to the form that ParseResidentID reads:
// full-width and Arabic-Indic digits become ASCII, spaces and hyphens go, a
// small x becomes X, and so does what looks like X in the last place, such as
// the Roman ten. It reports whether that changed anything, so that an
// import can note it. It does not judge the number.
func NormaliseID(s string) (string, bool) {
	n := compact(s)
	for _, sign := range []string{"\u2169", "\u2179", "\u00d7", "\u0425", "\u0445", "\u03a7", "\u03c7"} {
		if front, ok := strings.CutSuffix(n, sign); ok {
			n = front + "X"
		}
	}
	return n, n != s
}

// ParseResidentID reads an 18-character identity number as of the day today.
// It checks in this order, and returns the first that fails: ErrIDFormat unless
// there are 17 digits and a digit or X (GB 11643-1999 4.1; 15-digit numbers of
// the first generation are no longer accepted); ErrIDBirthdate if the date in
// it does not exist, is before 1900 or is later than today; ErrIDChecksum if the
// check character is wrong (ISO 7064 MOD 11-2). The address code is never
// judged: codes of divisions renamed long ago stay valid for life.
func ParseResidentID(s string, today clock.Date) (ResidentID, error) {
	if len(s) != 18 || !isDigits(s[:17]) || s[17] != 'X' && !isDigits(s[17:]) {
		return ResidentID{}, ErrIDFormat
	}
	id := ResidentID{s}
	born, err := clock.ParseDate(s[6:10] + "-" + s[10:12] + "-" + s[12:14])
	if err != nil || born.Year() < 1900 || born.After(today) {
		return ResidentID{}, ErrIDBirthdate
	}
	if s[17] != residentCheck(s) {
		return ResidentID{}, ErrIDChecksum
	}
	return id, nil
}

// Invented returns a well-formed number that can belong to nobody, for
// demonstrations and measurements: its address code 654399 is not assigned.
// The last three digits of sequence tell people of one birthday apart.
func Invented(born clock.Date, sequence int) string {
	front := fmt.Sprintf("654399%04d%02d%02d%03d", born.Year(), born.Month(), born.Day(), sequence%1000)
	return front + string(residentCheck(front))
}

// residentCheck computes the check character of the first 17 digits.
func residentCheck(s string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return "10X98765432"[sum%11]
}

// Reveal returns the full number. Use it only to seal, to index and to show to
// the person or to a reader whose access is logged.
func (id ResidentID) Reveal() string { return id.number }

// IsZero reports whether there is no number.
func (id ResidentID) IsZero() bool { return id.number == "" }

// Last4 returns the last four characters, the part that screens show.
func (id ResidentID) Last4() string {
	if id.IsZero() {
		return ""
	}
	return id.number[14:]
}

// BirthDate returns the date of birth inside the number, the zero date for the
// zero value. The platform keeps it only where a rule needs it (domain.md 1.1).
func (id ResidentID) BirthDate() clock.Date {
	if id.IsZero() {
		return clock.Date{}
	}
	d, _ := clock.ParseDate(id.number[6:10] + "-" + id.number[10:12] + "-" + id.number[12:14])
	return d
}

// AgeOn returns the completed years on the day on; a year is complete on the
// birthday itself. EM-04 (work from 16 years) is judged with it.
func (id ResidentID) AgeOn(on clock.Date) int { return id.BirthDate().AgeOn(on) }

// String returns the number with all but its last four characters masked.
func (id ResidentID) String() string { return lastFour(id.number) }

// Format prints the masked form for every verb.
func (id ResidentID) Format(f fmt.State, _ rune) { writeMasked(f, id.String()) }

// LogValue logs the masked form.
func (id ResidentID) LogValue() slog.Value { return logMasked(id.String()) }
