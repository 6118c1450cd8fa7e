package console

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// old is what the browsers of offices do not know, which are as old as Chromium 90, and
// without which a page would not work or not be read. What such a browser may pass over
// without harm is not listed. Example is how it would be written.
var old = []struct {
	what, ending string
	pattern      *regexp.Regexp
	example      string
}{
	{":has", "css", regexp.MustCompile(`:has\(`), "form:has(input)"},
	{":dir", "css", regexp.MustCompile(`:dir\(`), "p:dir(rtl)"},
	{"of in nth-child", "css", regexp.MustCompile(`nth-child\([^)]* of `), "li:nth-child(2 of .x)"},
	{"nesting", "css", regexp.MustCompile(`&|\{[^{}]*[;{]\s*[.#>+~:][^;{}]*\{`), ".a { color: red; .b { color: blue } }"},
	{"container queries", "css", regexp.MustCompile(`@container|container(-type|-name)?:|\dcq[wihb]`), "@container (min-width: 10em)"},
	{"layers, scopes, starting styles", "css", regexp.MustCompile(`@layer|@scope|@starting-style|@view-transition`), "@layer base"},
	{"a range of widths", "css", regexp.MustCompile(`@media[^{]*[<>]`), "@media (width >= 40em)"},
	{"colours that are mixed", "css", regexp.MustCompile(`color-mix\(|light-dark\(|(ok)?l(ch|ab)\(|\bhwb\(|(rgb|hsl)a?\(from `), "color: color-mix(in srgb, red, blue)"},
	{"subgrid and masonry", "css", regexp.MustCompile(`subgrid|masonry`), "grid-template-rows: subgrid"},
	{"turns and moves of their own", "css", regexp.MustCompile(`[;{\s](translate|rotate|scale):`), ".a { rotate: 3deg }"},
	{"floats by direction", "css", regexp.MustCompile(`(float|clear):\s*inline-`), "float: inline-start"},
	{"masks without prefix, anchors, sizes by content", "css", regexp.MustCompile(`[;{\s](mask(-image)?|anchor-name|position-anchor|field-sizing|interpolate-size):`), ".a { field-sizing: content }"},
	{"units of lines", "css", regexp.MustCompile(`\d(lh|rlh|cap|ric)\b`), "height: 2lh"},
	{"popover, commands, inert", "html", regexp.MustCompile(`\s(popover(target)?|commandfor|inert|interestfor)[\s=>]`), "<div popover>"},
	{"new elements", "html", regexp.MustCompile(`<(selectedcontent|geolocation|permission)\b`), "<selectedcontent>"},
	{"lists that are not changed", "js", regexp.MustCompile(`\.(toSorted|toReversed|toSpliced|with|findLast|findLastIndex|at|groupBy|union|difference|intersection)\(`), "list.at(-1)"},
	{"promises and objects of later", "js", regexp.MustCompile(`structuredClone|Object\.hasOwn|withResolvers|AbortSignal\.(timeout|any)|randomUUID|fromAsync|Promise\.try|Iterator\.|cause:|static \{`), "AbortSignal.timeout(5)"},
	{"what pages can do later", "js", regexp.MustCompile(`showPopover|togglePopover|startViewTransition|checkVisibility|\bnavigation\.|scheduler\.|setHTML\b|moveBefore|:has\(`), "x.showPopover()"},
	{"patterns with sets", "js", regexp.MustCompile(`new RegExp\([^)]*"[a-z]*v[a-z]*"\)`), `new RegExp("a", "v")`},
}

// large is a height that takes the bars of a phone into account; an old browser needs
// another before it.
var large = regexp.MustCompile(`([a-z-]+):[^;{}]*\d[dsl]v[hwib]\b`)

// offers finds what an old browser does not know in a file.
func offers(name, content string) (all []string) {
	ending := strings.TrimPrefix(filepath.Ext(name), ".")
	if ending == "css" {
		content = regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(content, "")
		flat := regexp.MustCompile(`@(media|supports|keyframes)[^{]*\{`).ReplaceAllString(content, "") // what may hold rules
		for _, rule := range strings.Split(flat, "}") {
			_, decl, _ := strings.Cut(rule, "{")
			for _, m := range large.FindAllStringSubmatchIndex(decl, -1) {
				property := decl[m[2]:m[3]]
				if !strings.Contains(decl[:m[0]], property+":") {
					all = append(all, "a height without another before it: "+decl[m[0]:m[1]])
				}
			}
		}
		for _, o := range old {
			if o.ending == "css" && o.what == "nesting" {
				if m := o.pattern.FindString(flat); m != "" {
					all = append(all, o.what+": "+m)
				}
			}
		}
	}
	for _, o := range old {
		if o.ending == ending && o.what != "nesting" {
			if m := o.pattern.FindString(content); m != "" {
				all = append(all, o.what+": "+m)
			}
		}
	}
	return all
}

func TestOldBrowsersKnowWhatPagesUse(t *testing.T) {
	for _, o := range old {
		if got := offers("x."+o.ending, o.example); len(got) == 0 {
			t.Errorf("%s: %q is not found", o.what, o.example)
		}
	}
	for _, ok := range []string{"a { min-height: 100vh; min-height: 100dvh }", "@media (min-width: 62rem) { .a { color: red; } .b:hover { color: blue; } }", ".a { transform: rotate(3deg); inset-inline-start: 0; }"} {
		if got := offers("x.css", ok); len(got) > 0 {
			t.Errorf("%q: %v", ok, got)
		}
	}
	if got := offers("x.css", "@media print { a { height: 100dvh } }"); len(got) != 1 {
		t.Errorf("a height alone: %v", got)
	}
	n := 0
	for _, top := range []string{"internal/frame", "internal/section", "internal/part"} {
		err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			if ending := filepath.Ext(path); err != nil || d.IsDir() || ending != ".css" && ending != ".js" && ending != ".html" {
				return err
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			n++
			for _, what := range offers(path, string(b)) {
				t.Errorf("%s: %s", path, what)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 100 {
		t.Fatalf("only %d files were found", n)
	}
}
