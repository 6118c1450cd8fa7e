package assess_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/qiao-platform/qiao/services/standalone/internal/assess"
)

// plain names things as the contracts do.
type plain struct{}

func (plain) Service(name string) string { return name }
func (plain) Code(code string) string    { return code }
func (plain) Kind(t string) string       { return t }

func drafted(t *testing.T, language string, held []assess.Entry) string {
	t.Helper()
	var b bytes.Buffer
	if err := assess.Draft(&b, language, held, plain{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func held(t *testing.T) []assess.Entry {
	t.Helper()
	all, err := assess.Held()
	if err != nil || len(all) < 1000 {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	return all
}

// Every column stands in the draft of each language, and a new one changes it, whatever
// it holds; so does a new purpose or a longer term of one that was there.
func TestTheDraftIsOfWhatIsHeld(t *testing.T) {
	all := held(t)
	for _, language := range assess.Languages() {
		is := drafted(t, language, all)
		for _, e := range all {
			if e.Column && (!strings.Contains(is, "`"+e.Of+"`") || !strings.Contains(is, "`"+e.Name+"`")) {
				t.Errorf("%s: %s.%s is not there", language, e.Of, e.Name)
			}
		}
		for what, change := range map[string]func([]assess.Entry) []assess.Entry{
			"a column of codes": func(all []assess.Entry) []assess.Entry {
				return append(all, assess.Entry{Column: true, Of: "platform.new", Name: "shoe_size", Class: "code", Purpose: "p", Term: "t"})
			},
			"a column that is sealed": func(all []assess.Entry) []assess.Entry {
				return append(all, assess.Entry{Column: true, Of: "platform.new", Name: "shoe_sealed", Class: "sealed", Purpose: "to fit shoes", Term: "t"})
			},
			"a longer term": func(all []assess.Entry) []assess.Entry {
				i := slices.IndexFunc(all, func(e assess.Entry) bool { return e.Column && e.Class == "code" })
				all[i].Term = "for ever"
				return all
			},
			"a field that says who": func(all []assess.Entry) []assess.Entry {
				i := slices.IndexFunc(all, func(e assess.Entry) bool { return !e.Column && e.Of == "housing" && e.Name == "county" })
				all[i].Class = "personal"
				return all
			},
		} {
			if drafted(t, language, change(slices.Clone(all))) == is {
				t.Errorf("%s: %s changes nothing", language, what)
			}
		}
	}
	if err := assess.Draft(&bytes.Buffer{}, "fr", all, plain{}); err == nil {
		t.Error("a language that nobody wrote")
	}
}

// Both languages say the same: the same sections, tables and places to fill in; and in
// Chinese no text of the catalogue stands in English.
func TestBothLanguagesSayTheSame(t *testing.T) {
	all := held(t)
	zh, en := drafted(t, "zh-Hans", all), drafted(t, "en", all)
	for what, of := range map[string]*regexp.Regexp{"sections": regexp.MustCompile(`(?m)^#+ `), "rows": regexp.MustCompile(`(?m)^\|`), "places to fill in": regexp.MustCompile(`▢`)} {
		if z, e := len(of.FindAllString(zh, -1)), len(of.FindAllString(en, -1)); z != e || z < 10 {
			t.Errorf("%d %s in Chinese, %d in English", z, what, e)
		}
	}
	b, err := os.ReadFile("zh.csv")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	chinese := map[string]bool{}
	for _, r := range rows {
		if chinese[r[0]] {
			t.Errorf("%q is translated twice", r[0])
		}
		chinese[r[0]] = true
	}
	for _, e := range all {
		for _, text := range []string{e.Purpose, e.Term} {
			if (e.Column || e.Class == "personal") && !chinese[text] {
				t.Errorf("zh.csv has no Chinese for %q", text)
				chinese[text] = true
			}
		}
	}
	for row := range strings.Lines(zh) {
		cells := strings.Split(row, "|")
		if !strings.HasPrefix(row, "|") {
			continue
		}
		for _, c := range cells {
			c = regexp.MustCompile("`[^`]*`").ReplaceAllString(c, "")
			if words := regexp.MustCompile(`[a-z]+ [a-z]+ [a-z]+`).FindString(c); words != "" && strings.IndexFunc(c, func(r rune) bool { return unicode.Is(unicode.Han, r) }) < 0 {
				t.Errorf("nobody translated %q", strings.TrimSpace(c))
			}
		}
	}
}

// Each kind of people and of sensitive data is found somewhere: a pattern that finds
// nothing describes nothing.
func TestEachKindIsSomewhere(t *testing.T) {
	for section := range strings.SplitSeq(drafted(t, "en", held(t)), "\n## ") {
		if !strings.HasPrefix(section, "3.") && !strings.HasPrefix(section, "4.") {
			continue
		}
		rows := regexp.MustCompile(`(?m)^\| .*$`).FindAllString(section, -1)
		if len(rows) < 5 {
			t.Errorf("%d rows", len(rows))
		}
		for _, r := range rows[1:] {
			if strings.HasSuffix(r, "| — |") {
				t.Errorf("nothing is found of %s", r)
			}
		}
	}
}
