package console

import (
	"encoding/csv"
	"go/ast"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
)

// asked are the methods that pages ask for, as service.Method, by the requests that their
// sources make. The story plays people, and is no page of anybody's.
func asked(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	sources(t, func(file string, f *ast.File) {
		if !strings.HasPrefix(file, "services/console/internal/") || strings.HasPrefix(file, "services/console/internal/section/story/") {
			return
		}
		imported := map[string]string{}
		for _, i := range f.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			if _, of, is := strings.Cut(p, "/proto/gen/"); is {
				name := path.Base(path.Dir(of)) + path.Base(of)
				if i.Name != nil {
					name = i.Name.Name
				}
				imported[name] = path.Dir(of)
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			made, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			if of, is := made.Type.(*ast.SelectorExpr); is {
				if from, is := of.X.(*ast.Ident); is && imported[from.Name] != "" {
					if method, is := strings.CutSuffix(of.Sel.Name, "Request"); is {
						all[imported[from.Name]+"."+method] = true
					}
				}
			}
			return true
		})
	})
	if len(all) < 200 {
		t.Fatalf("only %d methods were found in the sources of the pages; the test looks for the wrong thing", len(all))
	}
	return all
}

// TestEveryMethodOfAnOfficerHasItsPage: what an officer or an administrator may call by
// the contracts is called by some page, or unpaged.csv says why not. A row that is not
// needed any more is found too, so that the list is what there is.
func TestEveryMethodOfAnOfficerHasItsPage(t *testing.T) {
	b, err := os.Open("unpaged.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	rows, err := csv.NewReader(b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	why := map[string]string{}
	for _, r := range rows[1:] {
		if why[r[0]] != "" || len(r[1]) < 10 {
			t.Errorf("the row of %s stands twice, or says no reason", r[0])
		}
		why[r[0]] = r[1]
	}
	pages, officers := asked(t), 0
	methods(t, func(full string, m *platformv1.MethodRule) {
		of := len(m.GetCallers()) == 0 // of each department its own officers, or nobody
		for _, c := range m.GetCallers() {
			kind, _, _ := strings.Cut(c, ":")
			of = of || kind == "officer" || kind == "administrator"
		}
		if !of {
			return
		}
		officers++
		name := strings.TrimPrefix(full, "qiao.") // registry.v1.RegistryService.GetWorker
		parts := strings.Split(name, ".")
		method := parts[0] + "." + parts[len(parts)-1]
		switch reason := why[method]; {
		case pages[method] && reason != "":
			t.Errorf("%s has a page, and a row in unpaged.csv", method)
		case !pages[method] && reason == "":
			t.Errorf("an officer may call %s, and no page does: give it one, or unpaged.csv its reason", method)
		}
		delete(why, method)
	})
	for method := range why {
		t.Errorf("unpaged.csv has %s, which is no method of an officer's", method)
	}
	t.Logf("%d methods of officers and administrators, %d of them without a page for a reason", officers, len(rows)-1)
}
