package frame_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// Where somebody consents, is offered something or refused it, a page speaks a growing
// language only from when a speaker approved what stands in it, and not after a change.
func TestAPageThatBindsSpeaksOnceSomebodyApprovedIt(t *testing.T) {
	const zh, kk = "\"x.yes\" = \"我同意\"\n", "\"x.yes\" = \"كەلىسەمىن\"\n"
	version := words.Version(map[string]string{"x.yes": "كەلىسەمىن"}, map[string]string{"x.yes": "我同意"})
	serve := func(zh, kk, reviews string) string {
		section := frame.Section{Name: "x", Chapters: []frame.Chapter{{At: "/sign-in/of/{ref}", Pages: []string{"one"}, Binds: true}}, Files: fstest.MapFS{
			"locales/x.zh-Hans.toml": {Data: []byte(zh)}, "locales/x.kk-Arab.toml": {Data: []byte(kk)}, "locales/reviews.csv": {Data: []byte(reviews)},
			"templates/one.html": {Data: []byte(`{{define "main"}}<h1>{{t "x.yes"}}</h1>{{end}}`)},
		}}
		section.Pages = map[string]frame.Handler{"GET /sign-in/of/{ref}": func(v *frame.Visit) error {
			return v.Render(http.StatusOK, "one", frame.Page{Title: "x.yes"})
		}}
		look, err := frame.Load(lang.All(), section)
		if err != nil {
			t.Fatal(err)
		}
		h, err := frame.New(frame.Config{Look: look, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}, section)
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/sign-in/of/7?lang=kk-Arab", nil))
		return w.Body.String()
	}
	const nobody = "file,version,by,on\n"
	for what, body := range map[string]string{
		"nobody read it":                 serve(zh, kk, nobody),
		"the text is another since then": serve(zh, "\"x.yes\" = \"ماقۇل\"\n", nobody+"x,"+version+",a,2026-11-30\n"),
		"the Chinese is another":         serve("\"x.yes\" = \"我愿意\"\n", kk, nobody+"x,"+version+",a,2026-11-30\n"),
	} {
		if !strings.Contains(body, `<div lang="zh-Hans" dir="ltr">`) || !strings.Contains(body, "12345") || strings.Contains(body, "<h1>كەلىسەمىن") {
			t.Errorf("%s, and the page speaks, or offers no interpreter: %s", what, body)
		}
	}
	if body := serve(zh, kk, nobody+"x,"+version+",a,2026-11-30\n"); !strings.Contains(body, "<h1>كەلىسەمىن") || strings.Contains(body, "12345") {
		t.Errorf("somebody approved it, and the page does not speak: %s", body)
	}
}

// A page speaks a growing language once each text is there that it names, those that it
// puts together and those of its parts too; until then it says so in that language, and
// is Chinese from left to right. What stands around it speaks the language in any case.
func TestAPageSpeaksOnceItsTextsAreThere(t *testing.T) {
	const page = `{{define "main"}}<h1>{{t "x.title"}}</h1>{{if true}}{{template "more" .}}{{end}}{{range $i, $s := .}}{{t (print "x.is." $s) "what" (t "x.inner")}}{{end}}{{end}}`
	zh := "\"x.title\" = \"标题\"\n\"x.part\" = \"部分\"\n\"x.is.a\" = \"甲\"\n\"x.inner\" = \"内\"\n\"x.other\" = \"别处\"\n"
	kk := "\"x.title\" = \"تاقىرىپ\"\n\"x.part\" = \"بولىك\"\n\"x.is.a\" = \"ا\"\n\"x.inner\" = \"ىشكى\"\n"
	serve := func(kk string) (string, []string) {
		section := frame.Section{Name: "x", Chapters: []frame.Chapter{{At: "/sign-in", Pages: []string{"one"}}}, Files: fstest.MapFS{
			"locales/x.zh-Hans.toml": {Data: []byte(zh)}, "locales/x.kk-Arab.toml": {Data: []byte(kk)},
			"templates/one.html": {Data: []byte(page)}, "templates/part_more.html": {Data: []byte(`{{define "more"}}<p>{{t "x.part"}}</p>{{end}}`)},
			"templates/other.html": {Data: []byte(`{{define "main"}}{{t "x.other"}}{{end}}`)},
		}}
		section.Pages = map[string]frame.Handler{"GET /sign-in/one": func(v *frame.Visit) error {
			return v.Render(http.StatusOK, "one", frame.Page{Title: "x.title", Body: []string{"a"}})
		}}
		look, err := frame.Load(lang.All(), section)
		if err != nil {
			t.Fatal(err)
		}
		h, err := frame.New(frame.Config{Look: look, Clock: clock.System(), Log: slog.New(slog.DiscardHandler)}, section)
		if err != nil {
			t.Fatal(err)
		}
		missing, err := look.Missing(section, section.Chapters[0], lang.Kazakh)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(missing)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/sign-in/one?lang=kk-Arab&next=%2Fx", nil))
		return w.Body.String(), missing
	}
	body, missing := serve(kk)
	for _, want := range []string{`<html lang="kk-Arab" dir="rtl">`, "<h1>تاقىرىپ</h1>", "ءمازىر", `href="/sign-in/one?lang=zh-Hans&amp;next=%2Fx"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, "بۇل بەت ءالى") || strings.Contains(body, `dir="ltr"`) || len(missing) > 0 {
		t.Errorf("the page is whole, and says that it is not: %v", missing)
	}
	for _, without := range []string{"x.title", "x.part", "x.is.a", "x.inner"} {
		var lines []string
		for _, line := range strings.Split(kk, "\n") {
			if !strings.HasPrefix(line, `"`+without+`"`) {
				lines = append(lines, line)
			}
		}
		body, missing := serve(strings.Join(lines, "\n"))
		if !slices.Equal(missing, []string{without}) {
			t.Errorf("without %s: %v", without, missing)
		}
		for _, want := range []string{`<html lang="kk-Arab" dir="rtl">`, "ءمازىر", "بۇل بەت ءالى", `<div lang="zh-Hans" dir="ltr">`, "<h1>标题</h1>", "甲"} {
			if !strings.Contains(body, want) {
				t.Errorf("without %s the page lacks %s", without, want)
			}
		}
	}
}
