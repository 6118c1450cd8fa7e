package console

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
	"github.com/qiao-platform/qiao/services/console/internal/frame/words"
)

var writes = flag.Bool("write-languages", false, "write docs/languages.md anew")

const languagesDoc = "docs/languages.md"

// read is the texts of a file, by their ids in order; of a text that counts, the form for
// several.
func readTexts(t *testing.T, file string) map[string]string {
	t.Helper()
	var raw map[string]any
	if _, err := toml.DecodeFile(file, &raw); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for id, v := range raw {
		switch v := v.(type) {
		case string:
			all[id] = v
		case map[string]any:
			all[id], _ = v["other"].(string)
		}
	}
	return all
}

// The document for speakers says what stands in the files: each text with the Chinese that
// it says, each file with its version and with who has read that version. Who mends a text
// has it written anew: the version changes, and with it nobody has read it.
func TestTheDocumentOfLanguagesIsTrue(t *testing.T) {
	top := root(t)
	b, err := os.ReadFile("internal/frame/locales/reviews.csv")
	if err != nil {
		t.Fatal(err)
	}
	reviews, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]string{}
	for _, r := range reviews[1:] {
		by[r[0]+" "+r[1]] = r[2] + ", " + r[3]
	}
	var out strings.Builder
	out.WriteString("# Kazakh and Uyghur\n\nWritten by `go test ./services/console -run TheDocumentOfLanguages -write-languages` from the files of texts; a test compares.\n\n" +
		"Pages speak Chinese and English as a whole. Kazakh and Uyghur, in Arabic letters, come page by page: a page of which a text is missing says so in the reader's language and is Chinese, marked as such for browsers and screen readers; what stands around it speaks the language. Texts were written by somebody who is no speaker. Until a speaker has read a file, it is unreviewed.\n\n" +
		"A speaker who has read a file adds a row to `services/console/internal/frame/locales/reviews.csv`: file, version, name, date. When a text changes, so does the version, and the file is unreviewed again. Pages on which somebody consents, is offered something or refused it are Chinese, and offer an interpreter, until the files of all that they say are read.\n\n## Files\n\n| file | texts | version | read by |\n|---|---|---|---|\n")
	var tables strings.Builder
	used := map[string]bool{}
	for _, l := range []*lang.Language{lang.Kazakh, lang.Uyghur} {
		var files []string
		for _, pattern := range []string{"internal/frame/locales/*.", "internal/section/*/locales/*."} {
			found, err := filepath.Glob(pattern + l.String() + ".toml")
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, found...)
		}
		if len(files) < 5 {
			t.Fatalf("%s has the files %v", l, files)
		}
		for _, file := range files {
			own := readTexts(t, file)
			ids := make([]string, 0, len(own))
			for id := range own {
				ids = append(ids, id)
			}
			slices.Sort(ids)
			zh := map[string]string{}
			others, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*.zh-Hans.toml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range others {
				for id, s := range readTexts(t, o) {
					zh[id] = s
				}
			}
			fmt.Fprintf(&tables, "\n## %s\n\n| text | Chinese | %s |\n|---|---|---|\n", file, l)
			for _, id := range ids {
				if zh[id] == "" {
					t.Errorf("%s has %q, which Chinese does not say in the same folder", file, id)
				}
				fmt.Fprintf(&tables, "| `%s` | %s | <bdi lang=\"%s\">%s</bdi> |\n", id, zh[id], l, own[id])
			}
			version := words.Version(own, zh)
			who := by[file+" "+version]
			if used[file+" "+version] = true; who == "" {
				who = "nobody yet"
			}
			fmt.Fprintf(&out, "| `%s` | %d | `%s` | %s |\n", file, len(ids), version, who)
		}
	}
	out.WriteString(tables.String())
	path := filepath.Join(top, languagesDoc)
	if *writes {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil { //nolint:gosec // a document that everybody reads
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != out.String() {
		t.Errorf("%s is not what the files of texts say (%v): go test ./services/console -run TheDocumentOfLanguages -write-languages", languagesDoc, err)
	}
}
