package console

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

var writes = flag.Bool("write-languages", false, "write docs/languages.md anew")

const languagesDoc = "docs/languages.md"

// The document for speakers says what stands in the files: each text with the Chinese that
// it says, each file with its version. Who mends a text has it written anew: the version
// changes, and with it nobody has approved it.
func TestTheDocumentOfLanguagesIsTrue(t *testing.T) {
	top := root(t)
	look, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	out.WriteString("# Kazakh and Uyghur\n\nWritten by `go test ./services/console -run TheDocumentOfLanguages -write-languages` from the files of texts; a test compares.\n\n" +
		"Every page speaks Chinese, English, and in Arabic letters Kazakh and Uyghur; a text that one of them lacks fails the build. (While one is missing on a running platform its page says so in the reader's language and is Chinese, marked as such.) Kazakh and Uyghur were written by somebody who is no speaker, and are unreviewed until a speaker has read them.\n\n" +
		"Pages on which somebody consents, is offered something or is refused it are Chinese, and offer an interpreter, until a named speaker has approved the files of all that they say; so in English too. Approvals are kept by the platform and not in this repository: an administrator prints a file on `/languages`, has it read and signed, and enters there who read it. When a text changes, or the Chinese that it says, so does the version, and nobody has approved it.\n\n## Files\n\n| file | texts | version |\n|---|---|---|\n")
	var tables strings.Builder
	for _, l := range []*lang.Language{lang.Kazakh, lang.Uyghur} {
		files := look.Texts.Files(l)
		if len(files) < 5 {
			t.Fatalf("%s has the files %v", l, files)
		}
		for _, f := range files {
			fmt.Fprintf(&tables, "\n## %s, %s\n\n| text | Chinese | %s |\n|---|---|---|\n", f.Name, l, l)
			for _, id := range slices.Sorted(maps.Keys(f.Says)) {
				zh := look.Texts.Raw(lang.Chinese, id)
				if zh == "" {
					t.Errorf("%s has %q, which Chinese does not say", f.Name, id)
				}
				fmt.Fprintf(&tables, "| `%s` | %s | <bdi lang=\"%s\">%s</bdi> |\n", id, zh, l, strings.ReplaceAll(f.Says[id], "\n", "<br>"))
			}
			fmt.Fprintf(&out, "| `%s`, %s | %d | `%s` |\n", f.Name, l, len(f.Says), f.Version)
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
