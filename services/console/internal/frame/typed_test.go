package frame

import (
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// No field into which something secret is typed is kept, whichever section has it.
func TestNoSecretIsKept(t *testing.T) {
	pages, err := filepath.Glob("../section/*/templates/*.html")
	if err != nil || len(pages) < 20 {
		t.Fatal(len(pages), err)
	}
	input, name := regexp.MustCompile(`<input\b(?:[^>{]|\{\{.*?\}\})*>`), regexp.MustCompile(`\bname="([^"]+)"`)
	n := 0
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range input.FindAllString(string(b), -1) {
			if !strings.Contains(field, `type="password"`) && !strings.Contains(field, "one-time-code") && !strings.Contains(field, "new-password") {
				continue
			}
			if m := name.FindStringSubmatch(field); m == nil || !slices.Contains(unkept, m[1]) {
				t.Errorf("%s: %s", page, field)
			}
			n++
		}
	}
	if n == 0 {
		t.Error("no such field is found")
	}
}

// What was typed goes into the form of the same address that is about the same thing.
func TestAFormIsFilled(t *testing.T) {
	const page = `<!doctype html><html><head><title>x</title></head><body><form method="post" action="/other"><input name="a" value="1"></form>
<form method="post" action="/act"><input type="hidden" name="key" value="K"><input type="hidden" name="case" value="1"><input name="a" value="of one"></form>
<details><form method="post" action="/act"><input type="hidden" name="key" value="K2"><input type="hidden" name="case" value="2"><input name="a"><input name="a"><textarea name="t">old</textarea>
<select name="s"><option value="x" selected>X</option><option value="y">Y</option></select><input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">
<input type="checkbox" name="c" value="1" checked><input type="checkbox" name="d" value="1"><input type="checkbox" name="sure" value="yes"><input type="password" name="p"></form></details></body></html>`
	got, err := fill([]byte(page), typed{At: "/act", Fields: url.Values{
		"case": {"2"}, "a": {"one", `two"><script>`}, "t": {"</textarea><b>"}, "s": {"y"}, "r": {"2"}, "d": {"1"}, "sure": {"yes"}, "p": {"secret"}, "key": {"old"}, "unknown": {"x"},
	}}, "<note>")
	if err != nil {
		t.Fatal(err)
	}
	body := string(got)
	for _, want := range []string{
		`action="/other"><input name="a" value="1">`, `value="of one">`, `<details open="">`, `name="key" value="K2"`, `name="a" value="one"`, `value="two&#34;&gt;&lt;script&gt;"`, `<textarea name="t">&lt;/textarea&gt;&lt;b&gt;</textarea>`,
		`<option value="x">`, `<option value="y" selected="">`, `name="r" value="1">`, `name="r" value="2" checked="">`, `name="c" value="1">`, `name="d" value="1" checked="">`, `name="sure" value="yes">`, `name="p">`, `&lt;note&gt;`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("it lacks %s:\n%s", want, body)
		}
	}
	for _, never := range []string{"secret", "<script>", "<b>"} {
		if strings.Contains(body, never) {
			t.Errorf("it has %s", never)
		}
	}
	if same, err := fill([]byte(page), typed{At: "/act", Fields: url.Values{"case": {"3"}, "a": {"x"}}}, "note"); err != nil || string(same) != page {
		t.Errorf("another case's form is filled: %v", err)
	}
}
