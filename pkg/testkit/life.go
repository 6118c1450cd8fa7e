package testkit

import (
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/qiao-platform/qiao/pkg/clock"
	"github.com/qiao-platform/qiao/pkg/life"
)

// LifeRow is a row of a department's life.csv: how a thing of a person's can stand.
type LifeRow struct {
	Matter, State string
	Part          life.Part
	Holder        string
	Steps         []string // of the whole way, of which a thing may leave some out
}

// LifeRows reads a department's life.csv, which stands beside its contract.
func LifeRows(t testing.TB, path string) (all []LifeRow) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 || strings.Join(rows[0], ",") != "matter,state,part,holder,steps" {
		t.Fatalf("%s: %q, %v", path, rows, err)
	}
	for _, r := range rows[1:] {
		all = append(all, LifeRow{r[0], r[1], life.Part(r[2]), r[3], strings.Fields(r[4])})
	}
	return all
}

// Life checks that things stand as a department's life.csv says, and that each of its rows
// is met by one of them. What is over has no row.
func Life(t *testing.T, path string, things ...life.Thing) {
	t.Helper()
	rows, met := LifeRows(t, path), map[int]bool{}
	for _, one := range things {
		if one.Part == life.Over {
			continue
		}
		i := slices.IndexFunc(rows, func(r LifeRow) bool { return r.Matter == one.Matter && r.State == one.State })
		if i < 0 {
			t.Errorf("%s has no row for %s,%s", path, one.Matter, one.State)
			continue
		}
		r := rows[i]
		met[i] = true
		if one.Part != r.Part || one.Holder != r.Holder {
			t.Errorf("%s %s: %s of %q, and %s says %s of %q", one.Matter, one.State, one.Part, one.Holder, path, r.Part, r.Holder)
		}
		rest := r.Steps
		for _, s := range one.Steps {
			at := slices.Index(rest, s.Name)
			if at < 0 {
				t.Errorf("%s %s: the step %s is not where %s has it: %q", one.Matter, one.State, s.Name, path, r.Steps)
				break
			}
			rest = rest[at+1:]
		}
	}
	for i, r := range rows {
		if !met[i] {
			t.Errorf("%s: nothing is ever %s,%s", path, r.Matter, r.State)
		}
	}
}

// Day is a day as it is written.
func Day(text string) clock.Date {
	d, err := clock.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// Constants lists the values of the constants of a type of strings in a folder's sources,
// so that a test meets each state that its domain has.
func Constants[T ~string](t testing.TB, dir, name string) (all []T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				if is, ok := v.Type.(*ast.Ident); !ok || is.Name != name || len(v.Values) == 0 {
					continue
				}
				for _, value := range v.Values {
					if lit, ok := value.(*ast.BasicLit); ok {
						text, err := strconv.Unquote(lit.Value)
						if err != nil {
							t.Fatal(err)
						}
						all = append(all, T(text))
					}
				}
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s has no constant of the type %s", dir, name)
	}
	return all
}
