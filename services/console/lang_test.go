package console

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// Every page speaks Kazakh and Uyghur whole: a text that one of them lacks fails the build.
// Those that bind speak from when a speaker approved them.
func TestEveryPageSpeaksEveryLanguage(t *testing.T) {
	look, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	sections := append([]frame.Section{{}}, Config{Demo: true}.sections(nil, nil, clock.System(), nil)...)
	for _, l := range []*lang.Language{lang.Kazakh, lang.Uyghur} {
		for _, s := range sections {
			for _, c := range append([]frame.Chapter{{}}, s.Chapters...) {
				missing, err := look.Missing(s, c, l)
				slices.Sort(missing)
				if err != nil || len(missing) > 0 {
					t.Errorf("%s%s does not speak %s: %v %d %s", s.Name, c.At, l, err, len(missing), strings.Join(missing, "\n"))
				}
			}
		}
	}
}

var placeholders = regexp.MustCompile(`\{\{[^}]*\}\}`)

// A growing language says what Chinese says, with the same values in it, in its own letters.
func TestGrowingLanguagesSayWhatChineseSays(t *testing.T) {
	c := load(t)
	for _, l := range []*lang.Language{lang.Kazakh, lang.Uyghur} {
		if len(c.IDs(l)) < 150 {
			t.Errorf("%s has %d texts", l, len(c.IDs(l)))
		}
		for id := range c.IDs(l) {
			if !c.IDs(lang.Chinese)[id] {
				t.Errorf("%s says %q, and Chinese does not", l, id)
				continue
			}
			own, zh := c.Raw(l, id), c.Raw(lang.Chinese, id)
			values := func(s string) string {
				all := placeholders.FindAllString(s, -1)
				slices.Sort(all)
				return strings.Join(slices.Compact(all), " ")
			}
			if values(own) != values(zh) {
				t.Errorf("%s: %q holds %q, in Chinese %q", l, id, values(own), values(zh))
			}
			for _, r := range placeholders.ReplaceAllString(own, "") {
				if unicode.IsLetter(r) && !unicode.Is(unicode.Arabic, r) && !strings.HasPrefix(id, "lang.") && !strings.Contains(zh, string(r)) {
					t.Errorf("%s: %q has %q, which is none of its letters: %s", l, id, string(r), own)
					break
				}
			}
		}
	}
}

// Each file of texts has a name on the page on which a speaker's approval is entered.
func TestEachFileOfTextsHasAName(t *testing.T) {
	c := load(t)
	for _, l := range []*lang.Language{lang.English, lang.Kazakh, lang.Uyghur} {
		for _, f := range c.Files(l) {
			if !c.IDs(lang.Chinese)["languages.file."+f.Name] {
				t.Errorf("the file %s of %s has no name", f.Name, l)
			}
		}
	}
}

// unbound are the addresses to which a worker, or somebody without an account, sends what
// binds nobody, with why.
var unbound = map[string]string{
	"/workers/{ref}/jobs/{vacancy}/apply": "sends an application, which can be withdrawn and to which nobody is held",
	"/workers/{ref}/wishes":               "says what work somebody looks for, which can be changed at any time",
	"/workers/{ref}/heirs":                "stands on all own pages: a wish that can be taken back",
	"/workers/{ref}/death/object":         "stands on all own pages: somebody who is said to be dead says otherwise",
	"/workers/{ref}/paper":                "an officer says there when a form on paper came in",
	"/workers/{ref}/persons/object":       "stands on all own pages: a joining of two records waits for an officer",
}

// Where a worker consents, answers an offer or objects to what was decided, pages bind: each
// address to which such a form is sent lies in a chapter that binds, or says here why not.
func TestPagesOnWhichSomebodyAnswersBind(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range (Config{Demo: true}).sections(nil, nil, clock.System(), nil) {
		for pattern := range s.Pages {
			at, post := strings.CutPrefix(pattern, "POST ")
			if !post || !strings.HasPrefix(at, "/workers/{ref}/") && !strings.HasPrefix(at, "/me/helpers") && at != "/sign-in/alone/form" {
				continue
			}
			seen[at] = true
			binds := false
			for _, c := range s.Chapters {
				if at == c.At || strings.HasPrefix(at, c.At+"/") {
					binds = c.Binds // the last that holds it
				}
			}
			if binds == (unbound[at] != "") {
				t.Errorf("%s of %s: in a chapter that binds: %v; listed as one that need not: %q", at, s.Name, binds, unbound[at])
			}
		}
	}
	for at := range unbound {
		if !seen[at] {
			t.Errorf("nothing is sent to %s", at)
		}
	}
}
