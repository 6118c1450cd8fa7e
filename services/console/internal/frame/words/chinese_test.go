package words_test

import (
	"testing"
	"testing/fstest"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

// What a growing language does not say yet is said in Chinese, and marked where there can
// be a mark; nothing of how it is marked is left anywhere.
func TestWhatIsChineseIsMarked(t *testing.T) {
	c, err := words.Load(lang.All(), words.Source{Name: "x", FS: fstest.MapFS{
		"locales/x.zh-Hans.toml": {Data: []byte("\"code.open\" = \"招聘中\"\n\"x.is\" = \"现为{{.what}}\"\n\"x.said\" = \"说过{{.what}}\"")},
		"locales/x.ug-Arab.toml": {Data: []byte("\"x.said\" = \"دېدى: {{.what}}\"")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	ug, zh := c.Printer(lang.Uyghur, clock.System()), c.Printer(lang.Chinese, clock.System())
	const mark = `<bdi lang="zh-Hans">`
	for _, x := range []struct{ what, page, want string }{
		{"its own", ug.T("x.said", "what", "5"), "دېدى: 5"},
		{"a code", ug.Code("open"), mark + "招聘中</bdi>"},
		{"a code in its own sentence", ug.T("x.said", "what", ug.Code("open")), "دېدى: " + mark + "招聘中</bdi>"},
		{"a sentence with a code", ug.T("x.is", "what", ug.Code("open")), mark + "现为招聘中</bdi>"},
		{"a county", ug.County("654301"), mark + "阿勒泰市</bdi>"},
		{"Chinese itself", zh.Code("open"), "招聘中"},
		{"an attribute", `<a title="` + ug.Code("open") + `">x</a>`, `<a title="招聘中">x</a>`},
		{"a choice", "<select><option>" + ug.Code("open") + "</option></select>", "<select><option>招聘中</option></select>"},
		{"a title", "<title>" + ug.Code("open") + " · x</title><p>" + ug.Code("open") + "</p>", "<title>招聘中 · x</title><p>" + mark + "招聘中</bdi></p>"},
		{"half a mark", "<p>\ufdd1a\ufdd0b</p>", "<p>a" + mark + "b</bdi></p>"},
		{"an unknown code", ug.Code("brand_new"), "brand new"},
	} {
		if got := string(words.Chinese([]byte(x.page), "zh-Hans")); got != x.want {
			t.Errorf("%s: %s, want %s", x.what, got, x.want)
		}
	}
}

// A number keeps its sign before it where letters run from the right.
func TestMoneyFromTheRight(t *testing.T) {
	c, err := words.Load(lang.All(), words.Source{Name: "x", FS: fstest.MapFS{
		"locales/x.zh-Hans.toml": {Data: []byte(`"money" = "{{.amount}}元"`)},
		"locales/x.kk-Arab.toml": {Data: []byte(`"money" = "{{.amount}} يۋان"`)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Printer(lang.Kazakh, clock.System()).Money(-123_450); got != "\u2066-1,234.50\u2069 يۋان" {
		t.Errorf("%q", got)
	}
}
