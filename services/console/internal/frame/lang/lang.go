// Package lang is the languages that pages speak: which way each is written,
// with which digits, and how it counts.
package lang

import (
	"strings"

	"golang.org/x/text/language"
)

// Language is a language that pages speak.
type Language struct {
	Tag      language.Tag // BCP 47
	Leftward bool         // it runs from right to left
	Digits   [10]rune     // of numbers, dates and times
	Plurals  []string     // the forms that it counts with, by their names in CLDR
	Latin    bool         // writes names as the tables have them in Latin letters, where they do
	// Growing says that its texts come page by page: what is not there yet is said in
	// Chinese, and marked as such.
	Growing bool
}

var western = [10]rune{'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'}

// The languages.
var (
	Chinese = &Language{Tag: language.MustParse("zh-Hans"), Digits: western, Plurals: []string{"other"}}
	English = &Language{Tag: language.MustParse("en"), Digits: western, Plurals: []string{"one", "other"}, Latin: true}
)

// The languages of the prefecture beside Chinese, in the Arabic letters in which they are
// written there. Their numbers are written as in Chinese.
var (
	Kazakh = &Language{Tag: language.MustParse("kk-Arab"), Leftward: true, Digits: western, Plurals: []string{"one", "other"}, Growing: true}
	Uyghur = &Language{Tag: language.MustParse("ug-Arab"), Leftward: true, Digits: western, Plurals: []string{"one", "other"}, Growing: true}
)

// All lists the languages, first the one that a page speaks unless somebody
// chose another.
func All() []*Language { return append(Whole(), Kazakh, Uyghur) }

// Whole lists the languages that say everything.
func Whole() []*Language { return []*Language{Chinese, English} }

// Of finds a language among all by its tag; ok is false where it is none of
// them, and the first answers instead.
func Of(all []*Language, tag string) (l *Language, ok bool) {
	for _, l := range all {
		if l.String() == tag {
			return l, true
		}
	}
	return all[0], false
}

// String is the language's tag.
func (l *Language) String() string { return l.Tag.String() }

// Numerals writes the digits of s as the language does.
func (l *Language) Numerals(s string) string {
	if l.Digits == western {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return l.Digits[r-'0']
		}
		return r
	}, s)
}

// Named chooses between the two names that the tables have for a thing.
func (l *Language) Named(han, latin string) string {
	if l.Latin && latin != "" {
		return latin
	}
	return han
}
