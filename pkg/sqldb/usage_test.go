package sqldb_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// grouped finds what the queries of the platform are grouped by.
var grouped = regexp.MustCompile(`(?i)GROUP BY ([^` + "`" + `"\n]+)`)

// ofPeople are the columns that name a person, an officer or the place of a few.
var ofPeople = regexp.MustCompile(`\b(worker|officer|adviser|reader|subject|person|guardian|child|decided_by|proposed_by|noticing_officer|deciding_officer|said_by|opened_by|township|owner)(_id)?\b`)

// 国办函〔2026〕12号: no usage is counted by officer, township or person. No query of
// any service groups by a column that names one, so no page can show such a figure.
func TestNoFiguresOfPeople(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, part := range []string{"pkg", "services"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			in, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range grouped.FindAllSubmatch(in, -1) {
				if seen++; ofPeople.Match(m[1]) {
					t.Errorf("%s counts by %s", strings.TrimPrefix(path, root+"/"), m[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen < 3 {
		t.Errorf("only %d queries were found; the test looks for the wrong thing", seen)
	}
}
