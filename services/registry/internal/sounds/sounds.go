// Package sounds tells how a name is read, whichever script it is written in, so
// that one name in several spellings is found as one. Chinese characters are read
// as pinyin. What Chinese, Arabic, Latin and Cyrillic spellings of a Uyghur or
// Kazakh name have in common are its consonants, in kinds: a Chinese syllable has
// no cluster, so vowels come in between, voiced and voiceless fall together, and h
// comes and goes (Ibrahim, ئىبراھىم, 依不拉音; Muhammad, مۇھەممەت, 买买提).
package sounds

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"

	"github.com/qiao-platform/qiao/services/registry/internal/domain"
)

// The kinds of consonants. A part of a name that begins with none has open in
// front, since little else is left of a short one.
const (
	lip, tooth, nose, liquid, throat, hiss = 'B', 'D', 'N', 'L', 'K', 'S'
	open                                   = 'A'
)

// Of spells a name out.
func Of(name string) domain.Spelled {
	s := domain.Spelled{Script: scriptOf(name)}
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '·' || r == ' ' || r == '-' }) {
		letters := lettersOf(part)
		if len(letters) == 0 {
			continue
		}
		p := domain.NamePart{Letters: string(letters)}
		if s.Script == domain.Chinese {
			p.Reading, p.Bones = chinese(letters)
		} else {
			p.Reading, p.Bones = lettered(letters)
		}
		s.Parts = append(s.Parts, p)
	}
	return s
}

func scriptOf(name string) domain.Script {
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Han, r):
			return domain.Chinese
		case unicode.Is(unicode.Arabic, r):
			return domain.Arabic
		case unicode.Is(unicode.Cyrillic, r):
			return domain.Cyrillic
		case unicode.Is(unicode.Latin, r):
			return domain.Latin
		}
	}
	return domain.OtherScript
}

// lettersOf gives a part's letters in small ones, without marks.
func lettersOf(part string) []rune {
	var all []rune
	for _, r := range part {
		if unicode.IsLetter(r) || r == '〇' {
			all = append(all, unicode.ToLower(r))
		}
	}
	return all
}

var reading = pinyin.NewArgs() // without tones

// chinese reads characters one by one.
func chinese(letters []rune) (read, bones string) {
	var reads, all strings.Builder
	for i, r := range letters {
		syllable := string(r)
		if p := pinyin.SinglePinyin(r, reading); len(p) > 0 {
			syllable = p[0]
		}
		reads.WriteString(syllable)
		reads.WriteByte(' ')
		bone := syllableBones(syllable)
		if i == 0 && (bone == "" || !begins(syllable)) {
			all.WriteRune(open)
		}
		all.WriteString(bone)
	}
	return strings.TrimSuffix(reads.String(), " "), all.String()
}

// begins reports whether a syllable begins with a consonant that counts.
func begins(syllable string) bool { return kinds[rune(syllable[0])] != 0 }

// syllableBones are the kinds of consonants of a syllable of pinyin: of its
// beginning, and of a nasal at its end. "er" stands for the r at a syllable's end.
func syllableBones(syllable string) string {
	if syllable == "er" {
		return string(liquid)
	}
	var b strings.Builder
	if k := pinyinBeginning(syllable); k != 0 {
		b.WriteRune(k)
	}
	if strings.HasSuffix(syllable, "n") || strings.HasSuffix(syllable, "ng") {
		b.WriteRune(nose)
	}
	return b.String()
}

// pinyinBeginning is the kind of a syllable's first consonant; in pinyin q is a hiss.
func pinyinBeginning(syllable string) rune {
	if syllable[0] == 'q' {
		return hiss
	}
	return kinds[rune(syllable[0])]
}

// lettered reads a part in a script of letters.
func lettered(letters []rune) (read, bones string) {
	folded := fold(letters)
	var b strings.Builder
	for i := 0; i < len(folded); i++ {
		r := folded[i]
		next := rune(0)
		if i+1 < len(folded) {
			next = folded[i+1]
		}
		kind := kinds[r]
		switch {
		case i > 0 && r == folded[i-1]: // written twice, it sounds once
			continue
		case (r == 'k' || r == 'g') && next == 'h': // as in Bakhyt and Turghun
			kind = 0
		case r == 'd' && (next == 'j' || next == 'z'), r == 't' && next == 's': // one sound, by the letter that follows
			kind = 0
			if i == 0 {
				continue
			}
		case r == 'g' && i > 0 && folded[i-1] == 'n' && !vowel(next): // ng
			kind = 0
		}
		if kind == 0 {
			if i == 0 {
				b.WriteRune(open)
			}
			continue
		}
		b.WriteRune(kind)
	}
	return string(folded), b.String()
}

// vowel reports whether a letter is there and is no consonant.
func vowel(r rune) bool { return r != 0 && kinds[r] == 0 && r != 'h' }

// fold takes signs off letters (ü, ç, й), but for ğ, which is no g.
func fold(letters []rune) []rune {
	var all []rune
	for _, r := range norm.NFD.String(strings.ReplaceAll(string(letters), "ğ", "h")) {
		if !unicode.Is(unicode.Mn, r) {
			all = append(all, r)
		}
	}
	return all
}

// kinds are the consonants' kinds; h, the two gutturals that sound like it, w and
// y are not among them, for spellings leave them out.
var kinds = func() map[rune]rune {
	all := map[rune]rune{}
	for kind, letters := range map[rune]string{
		lip:    "bpf" + "بپف" + "бпф",
		tooth:  "dt" + "تدط" + "дт",
		nose:   "mnŋ" + "منڭ" + "мнң",
		liquid: "lr" + "لر" + "лр",
		throat: "gkq" + "كکگق" + "гкқ",
		hiss:   "csxzj" + "سشصزذژضظجچث" + "сшщжзцч",
	} {
		for _, r := range letters {
			all[r] = kind
		}
	}
	return all
}()
