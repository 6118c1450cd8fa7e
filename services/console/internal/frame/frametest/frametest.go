// Package frametest checks a section by itself: that each of its pages parses,
// that what it says is among its own texts and the frame's, and that each of its
// forms begins with a key.
package frametest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

var (
	// said finds the texts that a template names, and the beginnings of those that
	// it puts together.
	said = regexp.MustCompile(`\bt (\(print )?"([^"]+)"`)
	// posted finds the forms that are posted, and the key with which they begin.
	posted = regexp.MustCompile(`<form(?:[^>{]|\{\{.*?\}\})* method="post"(?:[^>{]|\{\{.*?\}\})*>(\{\{key\}\})?`)
	// named finds the texts that the section's sources name.
	named = regexp.MustCompile(`(?:\.T\(|Title: |Text: )"([^"]+)"( ?\+)?`)
)

// Section checks the section whose sources lie in the working folder. ends says
// what the beginnings of texts can go on with.
func Section(t *testing.T, s frame.Section, ends map[string][]string) {
	t.Helper()
	look, err := frame.Load(lang.All(), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := look.Parse(); err != nil {
		t.Error(err)
	}
	ids := look.Texts.IDs(lang.Chinese)
	has := func(where, id string, begins bool) {
		t.Helper()
		if !begins {
			if !ids[id] {
				t.Errorf("%s: neither the section nor the frame has a text %q", where, id)
			}
			return
		}
		all, ok := ends[id]
		if !ok {
			t.Errorf("%s: nothing is known of texts that begin with %q", where, id)
		}
		for _, end := range all {
			if !ids[id+end] {
				t.Errorf("%s: neither the section nor the frame has a text %q", where, id+end)
			}
		}
	}
	pages, err := fs.Glob(s.Files, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range pages {
		b, err := fs.ReadFile(s.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(b), -1) {
			has(name, m[2], m[1] != "")
		}
		for _, m := range posted.FindAllStringSubmatch(string(b), -1) {
			if m[1] == "" {
				t.Errorf("%s: a form does not begin with its key: %s", name, m[0])
			}
		}
	}
	sources, err := filepath.Glob("*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal(sources, err)
	}
	for _, name := range sources {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(b), -1) {
			has(name, m[1], m[2] != "")
		}
	}
}
