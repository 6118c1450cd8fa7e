package ident

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Name is a person's name as on the document, in one piece: Kazakh, Uyghur and
// Mongolian names have no family name, so nothing is split. Values are
// comparable. Every way of printing one shows the first letter only.
type Name struct{ text string }

// The length of a name in characters (domain.md 1.7).
const (
	minName = 2
	maxName = 50
)

// middleDot is the one sign that stands between the parts of a name that is
// written in Chinese characters.
const middleDot = '\u00b7'

// NormaliseName writes a name in the one spelling in which names are compared:
// single spaces, and none between Chinese characters, where forms put them to
// fill a line; ASCII for full-width letters and Roman numerals; and U+00B7 for
// the middle dot, whichever of its look-alikes was typed. A full stop is a
// middle dot between letters of any script but Latin, which has it after
// initials. It reports whether that changed anything.
func NormaliseName(s string) (string, bool) {
	if plainName(s) {
		return s, false
	}
	runes := make([]rune, 0, len(s))
	for _, r := range s {
		if r = nameSign(r); r >= 0 {
			runes = append(runes, r)
		}
	}
	n := joinName([]rune(strings.Join(strings.Fields(string(runes)), " ")))
	return n, n != s
}

// plainName reports whether a name has nothing but Chinese characters, which
// spares most names a copy.
func plainName(s string) bool {
	for _, r := range s {
		if r < '一' || r > '鿿' {
			return false
		}
	}
	return true
}

// nameSign returns the sign that stands for one that was typed, or -1 for none.
func nameSign(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case strings.ContainsRune("\u0387\u02d9\u2022\u2024\u2027\u2219\u22c5\u2e31\u2e33\u30fb\uff65\u318d\ufe52\ua78f", r):
		return middleDot
	case r == '\u3002', r == '\uff61':
		return '.'
	case r >= '\u2010' && r <= '\u2013', r == '\u2212':
		return '-'
	case r >= '\u2160' && r <= '\u216b' || r >= '\u2170' && r <= '\u217b':
		return r // several letters: see joinName
	case r == '\u200c', r == '\u200d', r >= '\u0660' && r <= '\u06f9':
		return r // joiners of Arabic writing; a name has no digits, and none are made
	case r == '\u00ad':
		return -1
	}
	return toASCII(r)
}

// roman are the numerals of U+2160 and on in ASCII.
var roman = [...]string{"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"}

// joinName puts a name together, deciding of each dot by the letters on its
// sides, and then of each space.
func joinName(runes []rune) string {
	var signs []rune
	for i, r := range runes {
		switch {
		case isDot(r):
			signs = append(signs, dotBetween(r, beside(runes[:i], -1), beside(runes[i+1:], 1)))
		case r >= '\u2160' && r <= '\u216b':
			signs = append(signs, []rune(roman[r-'\u2160'])...)
		case r >= '\u2170' && r <= '\u217b':
			signs = append(signs, []rune(roman[r-'\u2170'])...)
		default:
			signs = append(signs, r)
		}
	}
	out := make([]rune, 0, len(signs))
	last := rune(0)
	for i, r := range signs {
		var after rune
		if i+1 < len(signs) {
			after = signs[i+1]
		}
		switch {
		case r == ' ' && (last == middleDot || after == middleDot || isHan(last) && isHan(after)):
		case r == middleDot && last == middleDot: // one dot is enough
		default:
			out = append(out, r)
			last = r
		}
	}
	return string(out)
}

// isDot reports whether the sign may be the dot between a name's parts.
func isDot(r rune) bool { return r == middleDot || r == '.' || r == '\u0f0b' || r == '\u0f0c' }

// isHan reports whether the sign is a Chinese character; the zero of Chinese
// numbers, 〇, is one in names.
func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// beside returns the nearest sign that is neither dot nor space; step says at
// which end of the runes.
func beside(runes []rune, step int) rune {
	for i := range runes {
		r := runes[i]
		if step < 0 {
			r = runes[len(runes)-1-i]
		}
		if r != ' ' && !isDot(r) {
			return r
		}
	}
	return 0
}

// dotBetween returns what a dot is between two letters: a full stop after a
// Latin one, a Tibetan syllable's mark within Tibetan, and else a middle dot.
func dotBetween(dot, before, after rune) rune {
	switch {
	case dot == '.' && (unicode.Is(unicode.Latin, before) || before == 0 || after == 0):
		return dot
	case (dot == '\u0f0b' || dot == '\u0f0c') && !isHan(before):
		return dot
	}
	return middleDot
}

// ParseName reads a name of 2 to 50 letters of any script, with combining marks
// and the signs that names have between them: the middle dot U+00B7, a space,
// an apostrophe, a hyphen, a full stop after a Latin letter, the mark between
// Tibetan syllables. The error says which of this is not so. Signs of the areas
// that Unicode leaves to private use, which some systems print for rare
// characters, mean something else on every machine; the sign proper must be
// typed.
func ParseName(s string) (Name, error) {
	switch n := utf8.RuneCountInString(s); {
	case strings.TrimSpace(s) == "":
		return Name{}, ErrNameMissing
	case n > maxName:
		return Name{}, ErrNameLong
	case !utf8.ValidString(s):
		return Name{}, ErrNameSign
	}
	last := rune(0)
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Co, r):
			return Name{}, ErrNamePrivate
		case isLetter(r):
		case unicode.IsMark(r), r == '\u0f0b', r == '\u0f0c', r == '\u200c', r == '\u200d', r == '\'', r == '\u2019':
			if last == 0 {
				return Name{}, ErrNameSign
			}
		case r == '.':
			if !unicode.Is(unicode.Latin, last) {
				return Name{}, ErrNameSign
			}
		case r == middleDot, r == ' ', r == '-':
			if last == 0 || last == middleDot || last == ' ' || last == '-' {
				return Name{}, ErrNameSign
			}
		default:
			return Name{}, ErrNameSign
		}
		last = r
	}
	switch {
	case last == middleDot || last == ' ' || last == '-':
		return Name{}, ErrNameSign
	case utf8.RuneCountInString(s) < minName:
		return Name{}, ErrNameShort
	}
	return Name{s}, nil
}

// isLetter reports whether the sign is a letter of any script, or 〇.
func isLetter(r rune) bool { return unicode.IsLetter(r) || r == '〇' }

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
