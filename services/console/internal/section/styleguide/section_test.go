package styleguide

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/services/console/internal/frame/frametest"
)

func TestWhatTheSectionSays(t *testing.T) {
	frametest.Section(t, New(clock.System()), map[string][]string{"guide.": {"light", "dark"}})
}

// Every part that the frame has stands on the page, made by the template that pages use.
func TestEveryPartIsShown(t *testing.T) {
	page, err := os.ReadFile("templates/styleguide.html")
	if err != nil {
		t.Fatal(err)
	}
	parts, err := filepath.Glob("../../frame/templates/part_*.html")
	if err != nil || len(parts) < 3 {
		t.Fatal(parts, err)
	}
	all, n := string(page), 0
	for _, name := range parts {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\{\{define "([^"]+)"`).FindAllStringSubmatch(string(b), -1) {
			if n++; !strings.Contains(all, `{{template "`+m[1]+`"`) {
				t.Errorf("%s has the part %q, which the page does not show", name, m[1])
			}
		}
	}
	if n < 10 {
		t.Fatalf("only %d parts were found", n)
	}
}

// What is dark by a reader's choice and what is dark on the page are the same.
func TestBothDarksAreOne(t *testing.T) {
	b, err := os.ReadFile("../../frame/static/console.css")
	if err != nil {
		t.Fatal(err)
	}
	hues := func(pattern string) string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(string(b))
		if m == nil || !strings.Contains(m[1], "--ground") {
			t.Fatalf("no %s", pattern)
		}
		return strings.Join(strings.Fields(strings.Replace(m[1], "color-scheme: dark;", "", 1)), " ")
	}
	if chosen, shown := hues(`(?s)prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}`), hues(`(?s)\n\.dark \{(.*?)\}`); chosen != shown {
		t.Errorf("%s\n%s", chosen, shown)
	}
}

// A class that the frame's styles know is shown on the page, or is of the frame around
// every page, or is named here with its reason.
func TestEveryStyleIsShown(t *testing.T) {
	elsewhere := map[string]string{
		"side brand unfold fold langs drawer who foot shell skip leaves of-worker errorpage": "around every page",
		"banner": "around every page of a demonstration", "light dark": "the two themes in which all of it is shown",
		"chart lag ok feedstate feed passed new place what narrow from": "what runs by itself, on the operators' pages",
		"storyfeed": "the story",
	}
	known := map[string]bool{}
	for names := range elsewhere {
		for _, name := range strings.Fields(names) {
			known[name] = true
		}
	}
	page, err := os.ReadFile("templates/styleguide.html")
	if err != nil {
		t.Fatal(err)
	}
	shown := string(page)
	for _, name := range []string{"part_common", "part_sign", "part_why"} {
		b, err := os.ReadFile("../../frame/templates/" + name + ".html")
		if err != nil {
			t.Fatal(err)
		}
		shown += string(b)
	}
	var missing []string
	for _, file := range []string{"console", "pages", "forms"} {
		b, err := os.ReadFile("../../frame/static/" + file + ".css")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\.([a-z][a-z0-9-]*)`).FindAllStringSubmatch(regexp.MustCompile(`(?s)/\*.*?\*/|\{[^{}]*\}`).ReplaceAllString(string(b), "{}"), -1) {
			if name := m[1]; !known[name] && !strings.HasPrefix(name, "s-") && !regexp.MustCompile(`[" ]`+name+`[" {]`).MatchString(shown) {
				known[name] = true
				missing = append(missing, name)
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("not shown: %s", strings.Join(missing, " "))
	}
}
