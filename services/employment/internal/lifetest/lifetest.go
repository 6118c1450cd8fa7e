// Package lifetest holds what a part of the department says of a life against life.csv,
// which lists what all of its parts say.
package lifetest

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/qiao-platform/qiao/pkg/life"
	"github.com/qiao-platform/qiao/pkg/testkit"
)

// parts are the matters of each part of the department.
func parts() map[string][]string {
	return map[string][]string{
		"jobs": {"application", "hire", "wishes"}, "fair": {"fair"}, "startup": {"adviser", "loan", "premises"},
	}
}

// Check is [testkit.Life] for the things of one part. A row of a matter that no part has fails.
func Check(t *testing.T, path, part string, things ...life.Thing) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, matters := range parts() {
		all = append(all, matters...)
	}
	mine := rows[:1:1]
	for _, r := range rows[1:] {
		if !slices.Contains(all, r[0]) {
			t.Errorf("no part of the department has the matter %s", r[0])
		}
		if slices.Contains(parts()[part], r[0]) {
			mine = append(mine, r)
		}
	}
	own, err := os.Create(filepath.Join(t.TempDir(), "life.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if err := csv.NewWriter(own).WriteAll(mine); err != nil {
		t.Fatal(err)
	}
	if err := own.Close(); err != nil {
		t.Fatal(err)
	}
	testkit.Life(t, own.Name(), things...)
}
