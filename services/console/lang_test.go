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

// spoken are the chapters that speak the growing languages; with a text that one of them
// lacks the build fails, and the others come.
var spoken = map[string][]string{"": {""}, "identity": {"/sign-in"}, "telephone": {"/sign-in"}}

func TestWhatIsSpokenIsSpokenWhole(t *testing.T) {
	look, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	sections := append([]frame.Section{{}}, Config{Demo: true}.sections(nil, nil, clock.System(), nil)...)
	n := 0
	for _, s := range sections {
		for _, at := range spoken[s.Name] {
			c := frame.Chapter{At: at}
			if i := slices.IndexFunc(s.Chapters, func(o frame.Chapter) bool { return o.At == at }); i >= 0 {
				c = s.Chapters[i]
			}
			n++
			for _, l := range []*lang.Language{lang.Kazakh, lang.Uyghur} {
				missing, err := look.Missing(s, c, l)
				slices.Sort(missing)
				if err != nil || len(missing) > 0 {
					t.Errorf("%s%s does not speak %s: %v %d %s", s.Name, at, l, err, len(missing), strings.Join(missing, "\n"))
				}
			}
		}
	}
	if n != 3 {
		t.Errorf("%d chapters were looked at", n)
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
