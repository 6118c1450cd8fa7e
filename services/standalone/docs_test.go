package standalone_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/services/standalone/internal/assess"
)

// tests are the names of all tests of the platform.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	is := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, part := range []string{"../../pkg", "../../proto", "../../services"} {
		err := filepath.WalkDir(part, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			for _, m := range is.FindAllSubmatch(b, -1) {
				all[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(all) < 500 {
		t.Fatalf("only %d tests were found", len(all))
	}
	return all
}

// What a document or the impact assessment says is shown by a test, is: a test that was
// renamed or given up is no proof.
func TestDocsNameTestsThatAre(t *testing.T) {
	known, named := tests(t), regexp.MustCompile("`(Test\\w+)`")
	for path, least := range map[string]int{"../../docs/security.md": 50, "../../docs/promises.md": 40} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found := named.FindAllSubmatch(b, -1)
		if len(found) < least {
			t.Errorf("%s names %d tests", path, len(found))
		}
		for _, m := range found {
			if !known[string(m[1])] {
				t.Errorf("%s: there is no test %s", path, m[1])
			}
		}
	}
	shown, err := assess.Shown()
	if err != nil || len(shown) < 20 {
		t.Fatalf("%d tests, %v", len(shown), err)
	}
	for _, name := range shown {
		if !known[name] {
			t.Errorf("the impact assessment: there is no test %s", name)
		}
	}
}

// Who adds a column to a catalogue has it in the draft too: scripts/gen brings it there.
func TestTheDraftKnowsEveryColumn(t *testing.T) {
	held, err := assess.Held()
	if err != nil {
		t.Fatal(err)
	}
	drafted := catalogue{columns: map[string]entry{}, fields: map[string]entry{}}
	for _, e := range held {
		if e.Column {
			drafted.columns[e.Of+"."+e.Name] = entry{e.Class, e.Purpose, e.Term}
		} else {
			drafted.fields[e.Of+"."+e.Name] = entry{e.Class, e.Purpose, e.Term}
		}
	}
	known := catalogued(t)
	for of, two := range map[string][2]map[string]entry{"column": {known.columns, drafted.columns}, "field": {known.fields, drafted.fields}} {
		for name, e := range two[0] {
			if two[1][name] != e {
				t.Errorf("the %s %s is %v, and in the draft %v: run scripts/gen", of, name, e, two[1][name])
			}
		}
		if len(two[0]) != len(two[1]) {
			t.Errorf("%d %ss, and %d in the draft", len(two[0]), of, len(two[1]))
		}
	}
}
