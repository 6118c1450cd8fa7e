package allocate

import (
	"strings"
	"unicode"
)

// The least that an announced figure says: which it is, and where it is
// published.
const (
	announcedParts   = 2
	announcedLetters = 2 // of each part that counts
	announcedAll     = 8 // letters and digits altogether
)

// Announced reports whether a text can say which public figure will decide, and
// where it is published: two parts at least, parted by a sign or a space. "x"
// is no announcement, and a round that rests on one can be checked by nobody.
func Announced(s string) bool {
	if !printable(s) {
		return false
	}
	counts := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	parts, all := 0, 0
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return !counts(r) }) {
		n := len([]rune(part))
		if all += n; n >= announcedLetters {
			parts++
		}
	}
	return parts >= announcedParts && all >= announcedAll
}
