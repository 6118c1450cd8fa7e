package sheet

import (
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/ident"
)

// plainChinese reports whether the text is Chinese characters, ASCII without
// spaces, and the two signs that names and lists have, which no function of this
// file changes but for capitals and dashes. It spares most cells a copy.
func plainChinese(s string) bool {
	for _, r := range s {
		if (r <= ' ' || r > '~') && (r < '一' || r > '鿿') && r != '·' && r != '、' {
			return false
		}
	}
	return true
}

// halfWidth returns a full-width sign of ASCII as the ASCII sign it stands for.
func halfWidth(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// unseen reports whether a sign shows nothing: control signs, zero-width signs
// and signs that turn the direction of the text. The two joiners and the two
// direction marks of Arabic writing are no such signs.
func unseen(r rune) bool {
	switch {
	case r == '\u200c', r == '\u200d', r == '\u200e', r == '\u200f':
		return false
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)
}

// squeeze returns a code, a number or a header without any space or unseen
// sign and with half-width signs.
func squeeze(s string) string {
	if plainChinese(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return halfWidth(r)
	}, s)
}

// prose returns free text without spaces at its ends, with single spaces
// inside, and with half-width letters and digits. Full-width punctuation is
// proper Chinese and stays.
func prose(s string) string {
	if plainChinese(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if unseen(r) {
			continue
		}
		if space && b.Len() > 0 {
			b.WriteByte(' ')
		}
		space = false
		if h := halfWidth(r); isLetterOrDigit(h) {
			r = h
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isLetterOrDigit reports whether r is a letter or a digit of ASCII.
func isLetterOrDigit(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// properName returns the name of a person or a place: prose without spaces
// between Chinese characters, which forms put there to fill a line, and with
// the one middle dot.
func properName(s string) string {
	if plainChinese(s) {
		return s
	}
	s = prose(s)
	if !strings.ContainsAny(s, " •・･‧∙．﹒⋅") {
		return s
	}
	runes := []rune(s)
	out := make([]rune, 0, len(runes))
	for i, r := range runes {
		if r == ' ' && (solid(runes[i-1]) && solid(runes[i+1]) || dot(runes[i-1]) || dot(runes[i+1])) {
			continue
		}
		if dot(r) {
			r = '·'
		}
		out = append(out, r)
	}
	return string(out)
}

// personName returns a person's name in the one spelling of names.
func personName(s string) string {
	s, _ = ident.NormaliseName(s)
	return s
}

// solid reports whether the sign is a Chinese character.
func solid(r rune) bool { return unicode.Is(unicode.Han, r) }

// dot reports whether the sign serves as a middle dot in names.
func dot(r rune) bool { return strings.ContainsRune("·•・･‧∙．﹒⋅", r) }

// bare returns a code without the marks by which Excel is told that it is text:
// a leading apostrophe, or ="…" around it.
func bare(s string) string {
	s = squeeze(s)
	if strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) && len(s) >= 3 {
		s = s[2 : len(s)-1]
	}
	for _, mark := range []string{"'", "’", "‘", "`"} {
		s = strings.TrimPrefix(s, mark)
	}
	return s
}

// codeText returns a resident number or a credit code in capitals.
func codeText(s string) string {
	s = strings.ToUpper(bare(s))
	for _, sign := range []string{"×", "Ⅹ", "Х", "Χ", "✕", "✖", "╳"} { // also the Roman ten, and X of other scripts
		if rest, ok := strings.CutSuffix(s, sign); ok {
			return rest + "X"
		}
	}
	return s
}

// phoneText returns a telephone number as digits where it is one, without the
// country's prefix and without the marks between its parts.
func phoneText(s string) string {
	s = bare(s)
	if strings.ContainsAny(s, "-()–—－") {
		s = strings.Map(func(r rune) rune {
			if strings.ContainsRune("-()–—－", r) {
				return -1
			}
			return r
		}, s)
	}
	for _, prefix := range []string{"+86", "0086", "86"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && len(rest) == 11 && rest[0] == '1' {
			return rest
		}
	}
	return s
}

// noPhone reports whether a cell says that there is no telephone.
func noPhone(s string) bool {
	switch strings.ToLower(squeeze(s)) {
	case "", "无", "没有", "暂无", "无电话", "无手机", "空", "-", "--", "—", "——", "/", "\\", "0", "none", "n/a", "na":
		return true
	}
	return false
}

// negotiable reports whether a cell says that the wage is to be agreed.
func negotiable(s string) bool {
	switch squeeze(s) {
	case "面议", "面谈", "面商", "可面议", "可议", "可谈", "电议", "协商", "双方协商", "待定", "待议", "商议", "议价", "不限", "均可":
		return true
	}
	return false
}
