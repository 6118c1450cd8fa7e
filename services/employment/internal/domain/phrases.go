package domain

import (
	"bytes"
	_ "embed" // the table of phrases
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
)

// phrasesCSV is the table by which a vacancy's words are judged. It is meant to
// be read and changed by people who know the law, not Go. Its columns:
//
//	id              what a refusal names
//	code            discriminatory, fee_or_deposit or under_age_vacancy
//	rule            the rule behind it, in rules.csv
//	kind            phrase: these very signs; pattern: a regular expression; age: a
//	                pattern whose group is an age, refused below that of EM-04;
//	                word: a part that the rows below use as {id}
//	not_after       what stands directly before makes it harmless (不收 before 押金)
//	unless          what stands in the same clause makes it harmless (收费员)
//	clerk_when      what in the text sends it to a clerk instead of refusing it
//	source          the law and article
//	effective_from  the first day, and effective_to the last day, blank while open
//
//go:embed phrases.csv
var phrasesCSV []byte

// phrase is one row, ready to use.
type phrase struct {
	id, rule  string
	refusal   *errs.Error
	find      *regexp.Regexp
	age       bool
	notAfter  *regexp.Regexp
	unless    *regexp.Regexp
	clerkWhen *regexp.Regexp
	from, to  clock.Date
}

// Phrases is the table of words that a vacancy must not use. It is immutable.
type Phrases struct{ all []phrase }

// LoadPhrases returns the table built into the program; an error is a defect of it.
func LoadPhrases() (*Phrases, error) { return ParsePhrases(bytes.NewReader(phrasesCSV)) }

// ParsePhrases reads a table of phrases. An error names the row.
func ParsePhrases(r io.Reader) (*Phrases, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = 11
	if _, err := rows.Read(); err != nil {
		return nil, fmt.Errorf("phrases: header: %w", err)
	}
	p, words := &Phrases{}, []string{}
	for {
		rec, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return nil, fmt.Errorf("phrases: %w", err)
		}
		if rec[3] == "word" {
			words = append(words, "{"+rec[0]+"}", strings.NewReplacer(words...).Replace(rec[4]))
			continue
		}
		row, err := parsePhrase(rec, strings.NewReplacer(words...))
		if err != nil {
			return nil, fmt.Errorf("phrases: row %q: %w", rec[0], err)
		}
		p.all = append(p.all, row)
	}
}

func parsePhrase(rec []string, words *strings.Replacer) (p phrase, err error) {
	p = phrase{id: rec[0], rule: rec[2], age: rec[3] == "age"}
	for _, e := range []*errs.Error{ErrDiscriminatory, ErrFeeOrDeposit, ErrUnderAge} {
		if e.Code == rec[1] {
			p.refusal = e
		}
	}
	text := words.Replace(rec[4])
	switch {
	case p.id == "" || p.rule == "" || rec[8] == "" || text == "":
		return p, errors.New("no id, rule, text or source")
	case p.refusal == nil:
		return p, errors.New("unknown code")
	case rec[3] == "phrase":
		text = regexp.QuoteMeta(text)
	case rec[3] != "pattern" && rec[3] != "age":
		return p, errors.New("unknown kind")
	}
	compile := func(s string) *regexp.Regexp {
		if s == "" || err != nil {
			return nil
		}
		var re *regexp.Regexp
		re, err = regexp.Compile(words.Replace(s))
		return re
	}
	p.find, p.unless, p.clerkWhen = compile(text), compile(rec[6]), compile(rec[7])
	if rec[5] != "" {
		p.notAfter = compile("(?:" + rec[5] + ")$")
	}
	if err != nil {
		return p, err
	}
	if p.age && p.find.NumSubexp() != 1 {
		return p, errors.New("an age needs exactly one group")
	}
	if p.from, err = clock.ParseDate(rec[9]); err != nil {
		return p, err
	}
	return p, p.to.UnmarshalText([]byte(rec[10]))
}

// Finding is one row that a vacancy's words meet.
type Finding struct {
	Rule    string
	Phrase  string
	Words   string      // the words that met it, as they were read
	Refusal *errs.Error // ErrDiscriminatory, ErrFeeOrDeposit, ErrUnderAge, or ErrClerk
}

// Find returns what the rows in force on the day have against a vacancy's
// texts, each row once. Where a limit of the law may be behind the words, the
// refusal is ErrClerk. An age is under age below minAge.
func (p *Phrases) Find(on clock.Date, minAge int, texts ...string) (all []Finding) {
	text := plain(strings.Join(texts, "\n"))
	for _, row := range p.all {
		if on.Before(row.from) || !row.to.IsZero() && on.After(row.to) {
			continue
		}
		near := clauses{text: text}
		for _, at := range row.find.FindAllStringSubmatchIndex(text, -1) {
			if row.harmless(&near, at, minAge) {
				continue
			}
			f := Finding{Rule: row.rule, Phrase: row.id, Words: text[at[0]:at[1]], Refusal: row.refusal}
			if row.clerkWhen != nil && row.clerkWhen.MatchString(text) {
				f.Refusal = ErrClerk
			}
			all = append(all, f)
			break
		}
	}
	return all
}

// Judge returns what is wrong with a vacancy's texts: the first refusal, with
// the rule and the row, or ErrClerk where nothing but that was found.
func (p *Phrases) Judge(on clock.Date, minAge int, texts ...string) error {
	var clerk error
	for _, f := range p.Find(on, minAge, texts...) {
		err := f.Refusal.With("rule", f.Rule).With("phrase", f.Phrase)
		if f.Refusal != ErrClerk {
			return err
		}
		if clerk == nil {
			clerk = err
		}
	}
	return clerk
}

func (p phrase) harmless(near *clauses, at []int, minAge int) bool {
	return p.notAfter != nil && p.notAfter.MatchString(near.before(at[0])) ||
		p.unless != nil && near.holds(p.unless, at[0], at[1]) ||
		p.age && number(near.text[at[2]:at[3]]) >= minAge
}

// stops end a clause.
const stops = ",.;:!?。、\n"

// reach is how many bytes before some words can deny them; no row's not_after is longer.
const reach = 240

// clauses looks at the surroundings of words that are found from left to right,
// each part of the text once: a text without a stop, in which a row is met ten
// thousand times, is still read in time that grows with its length alone.
type clauses struct {
	text       string
	start, end int  // the clause that was looked at last
	known      bool // whether it was one
	held       bool
}

// before is the text that may deny what begins at a place.
func (c *clauses) before(at int) string {
	from := max(0, at-reach)
	for from < at && c.text[from]&0xC0 == 0x80 { // in the middle of a sign
		from++
	}
	return c.text[from:at]
}

// holds reports whether the part between two stops that holds text[from:to] is met by a pattern.
func (c *clauses) holds(unless *regexp.Regexp, from, to int) bool {
	if c.known && from >= c.start && to <= c.end {
		return c.held
	}
	floor := 0
	if c.known {
		floor = min(c.end, from) // a stop stands there
	}
	c.start = floor
	if i := strings.LastIndexAny(c.text[floor:from], stops); i >= 0 {
		c.start = floor + i + 1
	}
	for c.start < from && c.text[c.start]&0xC0 == 0x80 { // the stop was of several bytes
		c.start++
	}
	c.end = len(c.text)
	if i := strings.IndexAny(c.text[to:], stops); i >= 0 {
		c.end = to + i
	}
	c.held = unless.MatchString(c.text[c.start:c.end])
	c.known = !strings.ContainsAny(c.text[from:to], stops) // words across a stop stand in two clauses
	return c.held
}

// number reads an age in digits, or from 十 to 十九.
func number(s string) int {
	if rest, ok := strings.CutPrefix(s, "十"); ok {
		return 10 + strings.Index("零一二三四五六七八九", rest)/len("零")
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0 // no pattern lets anything else through
	}
	return n
}

// simple is the simplified form of signs that the rows know, as a text in
// traditional signs would else go past them.
var simple = map[rune]rune{
	'歲': '岁', '歳': '岁', '齡': '龄', '優': '优', '漢': '汉', '須': '须', '證': '证', '証': '证', '內': '内', '輕': '轻', '後': '后', '過': '过', '紀': '纪',
	'數': '数', '滿': '满', '於': '于', '戶': '户', '農': '农', '殘': '残', '婦': '妇', '請': '请', '壓': '压', '費': '费', '錢': '钱', '員': '员', '為': '为',
}

// plain brings a text to the form that is judged: half-width signs, capital
// letters, simplified signs, one kind of dash, and no spaces or invisible signs
// that would hide a word.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if one, ok := simple[r]; ok {
			return one
		}
		switch {
		case r == '\n':
			return r
		case r >= '\uff01' && r <= '\uff5e':
			r = r - '\uff01' + '!'
		case r >= '\u2010' && r <= '\u2015', r == '\u2212':
			return '-'
		case r == '\uff61':
			return '。'
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}
