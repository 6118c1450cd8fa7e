package frame_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/errs"
	identityv1 "github.com/qiao-platform/qiao/proto/gen/identity/v1"
	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// says answers which texts are approved, or that nobody can say; how often is counted.
type says struct {
	version string
	away    bool
	asked   int
}

// Call implements contract.Caller.
func (s *says) Call(_ context.Context, _, method string, _, into proto.Message) error {
	if s.asked++; s.away {
		return errs.New(errs.Unavailable, "away", "Away.")
	}
	out, ok := into.(*identityv1.ListApprovedResponse)
	if !ok {
		return fmt.Errorf("%s is asked", method)
	}
	for _, l := range []string{"kk-Arab", "en"} {
		out.Texts = append(out.Texts, &identityv1.ApprovedTexts{Language: l, TextFile: "x.x", TextsVersion: s.version})
	}
	return nil
}

// Where somebody consents, is offered something or refused it, a page speaks English and a
// growing language only from when a speaker approved what stands in it, and not after a
// change; where nobody can say, it is Chinese. It is asked once a minute, whoever comes.
func TestAPageThatBindsSpeaksOnceSomebodyApprovedIt(t *testing.T) {
	const zh = "\"x.yes\" = \"我同意\"\n"
	for l, yes := range map[string][2]string{"kk-Arab": {"كەلىسەمىن", "ماقۇل"}, "en": {"I agree", "Yes"}} {
		now := clock.NewManual(time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC))
		book := &says{}
		var known *frame.Approved
		serve := func(zh, own string) func() string {
			section := frame.Section{Name: "x", Chapters: []frame.Chapter{{At: "/sign-in/of/{ref}", Pages: []string{"one"}, Binds: true}}, Files: fstest.MapFS{
				"locales/x.zh-Hans.toml": {Data: []byte(zh)}, "locales/x." + l + ".toml": {Data: []byte("\"x.yes\" = \"" + own + "\"\n")},
				"templates/one.html": {Data: []byte(`{{define "main"}}<h1>{{t "x.yes"}}</h1>{{end}}`)},
			}}
			section.Pages = map[string]frame.Handler{"GET /sign-in/of/{ref}": func(v *frame.Visit) error {
				return v.Render(http.StatusOK, "one", frame.Page{Title: "x.yes"})
			}}
			look, err := frame.Load(lang.All(), section)
			if err != nil {
				t.Fatal(err)
			}
			if book.version == "" {
				of, _ := lang.Of(lang.All(), l)
				for _, f := range look.Texts.Files(of) {
					if f.Name == "x.x" {
						book.version = f.Version
					}
				}
			}
			known = frame.NewApproved(book, now)
			h, err := frame.New(frame.Config{Look: look, Approved: known, Clock: now, Log: slog.New(slog.DiscardHandler)}, section)
			if err != nil {
				t.Fatal(err)
			}
			return func() string {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/sign-in/of/7?lang="+l, nil))
				return w.Body.String()
			}
		}
		speaks := func(what, body string, want bool) {
			t.Helper()
			if !strings.Contains(body, `<html lang="`+l) {
				t.Errorf("%s, %s: what stands around the page is in another language", l, what)
			}
			if got := strings.Contains(body, "<h1>"+yes[0]); got != want || want == strings.Contains(body, "12345") || want == strings.Contains(body, `<div lang="zh-Hans" dir="ltr">`) {
				t.Errorf("%s, %s: the page speaks: %v, %s", l, what, got, body)
			}
		}
		page := serve(zh, yes[0])
		book.away = true
		speaks("nobody can say", page(), false)
		book.away = false
		asked := book.asked
		speaks("somebody approved it", page(), true)
		speaks("and the next visitor", page(), true)
		if book.asked != asked+1 {
			t.Errorf("%s: %d questions", l, book.asked-asked)
		}
		is := book.version
		book.version = "withdrawn"
		known.Stale()
		speaks("it was withdrawn, and that was announced", page(), false)
		book.version = is
		now.Advance(time.Minute)
		speaks("approved anew, and nothing was heard for a minute", page(), true)
		speaks("the text is another since then", serve(zh, yes[1])(), false)
		speaks("the Chinese is another", serve("\"x.yes\" = \"我愿意\"\n", yes[0])(), false)
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
