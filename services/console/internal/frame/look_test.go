package frame_test

import (
	"embed"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/language"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

//go:embed templates
var own embed.FS

func TestWhatTheFrameSays(t *testing.T) {
	var kinds []string
	for k := errs.Internal; k <= errs.Deadline; k++ {
		kinds = append(kinds, k.String())
	}
	frametest.Section(t, frame.Section{Name: "own", Files: own}, map[string][]string{"lang.": {"zh-Hans", "en", "kk-Arab", "ug-Arab"}, "who.in.": {"worker", "employer", "officer", "administrator"}, "error.title.": kinds, "rule.": nil,
		"department.": {"hrss", "edu", "hou", "ops"},
		"may.":        {"clerk.of", "reviewer.of", "viewer.of", "operator.of", "clerk.any", "reviewer.any", "viewer.any", "operator.any", "worker", "responsible", "seen", "officer"},
	})
}

func TestSectionsThatStandInEachOthersWayAreRefused(t *testing.T) {
	load := func(all ...frame.Section) error {
		_, err := frame.Load(lang.All(), all...)
		return err
	}
	texts := func(id string) fstest.MapFS {
		return fstest.MapFS{"locales/x.en.toml": {Data: []byte(id + ` = "x"`)}, "locales/x.zh-Hans.toml": {Data: []byte(id + ` = "字"`)}}
	}
	one := frame.Section{Name: "one", Files: texts(`"one.x"`), Tones: frame.Tones{Good: []string{"open"}}}
	if err := load(one, frame.Section{Name: "two", Files: texts(`"two.x"`), Tones: frame.Tones{Good: []string{"open"}}}); err != nil {
		t.Error(err)
	}
	for what, other := range map[string]frame.Section{
		"of one name":         {Name: "one", Files: texts(`"two.x"`)},
		"with one text twice": {Name: "two", Files: texts(`"one.x"`)},
		"of the frame's text": {Name: "two", Files: texts(`"nav.skip"`)},
		"with two tones":      {Name: "two", Files: texts(`"two.x"`), Tones: frame.Tones{Due: []string{"open"}}},
		"of the frame's tone": {Name: "two", Files: texts(`"two.x"`), Tones: frame.Tones{Due: []string{"met"}}},
		"in a strange tongue": {Name: "two", Files: fstest.MapFS{"locales/x.de.toml": {Data: []byte(`"two.x" = "x"`)}}},
	} {
		if load(one, other) == nil {
			t.Errorf("a section %s is taken", what)
		}
	}
}

// A language is more than its texts: the page turns to where it is read from,
// numbers have its digits, and it counts with its own forms.
func TestALanguageBringsItsDirectionDigitsAndPlurals(t *testing.T) {
	arabic := &lang.Language{Tag: language.Arabic, Leftward: true, Digits: [10]rune([]rune("٠١٢٣٤٥٦٧٨٩")), Plurals: []string{"zero", "one", "two", "few", "many", "other"}}
	langs := append(lang.All(), arabic)
	files := func(forms string) fstest.MapFS {
		return fstest.MapFS{
			"locales/x.ar.toml":      {Data: []byte("\"lang.ar\" = \"ar\"\n" + forms)},
			"locales/x.zh-Hans.toml": {Data: []byte("\"x.n\" = \"{{.n}} 个\"\n\"lang.ar\" = \"ar\"")},
			"templates/numbers.html": {Data: []byte(`{{define "main"}}<p>{{num 1234567}} {{t "x.n" "n" 2}} {{t "x.n" "n" 5}}</p>{{end}}`)},
		}
	}
	all := "[\"x.n\"]\nzero = \"0\"\none = \"1\"\ntwo = \"two\"\nfew = \"few {{.n}}\"\nmany = \"many\"\nother = \"other\"\n"
	section := frame.Section{Name: "x", Files: files(all), Pages: map[string]frame.Handler{
		"GET /sign-in/n": func(v *frame.Visit) error { return v.Render(http.StatusOK, "numbers", frame.Page{Title: "x.n"}) },
	}}
	look, err := frame.Load(langs, section)
	if err != nil {
		t.Fatal(err)
	}
	h, err := frame.New(frame.Config{Look: look, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}, section)
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string][]string{"ar": {`<html lang="ar" dir="rtl">`, "١,٢٣٤,٥٦٧ two few ٥"}, "en": {`<html lang="en">`, "1,234,567"}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/sign-in/n?lang="+tag, nil))
		for _, s := range want {
			if !strings.Contains(w.Body.String(), s) {
				t.Errorf("%s lacks %q: %s", tag, s, w.Body)
			}
		}
	}
	section.Files = files(strings.Replace(all, "few = \"few {{.n}}\"\n", "", 1))
	if _, err := frame.Load(langs, section); err == nil {
		t.Error("a text without a form that its language counts with is taken")
	}
}
