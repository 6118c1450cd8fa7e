package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/qiao-platform/qiao/pkg/auth"
	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/rule"
	platformv1 "github.com/qiao-platform/qiao/proto/gen/platform/v1"
	"github.com/qiao-platform/qiao/proto/services"
	"github.com/qiao-platform/qiao/services/console/internal/frame/lang"
)

// These tests read the sources of every service, so that whoever adds a code
// finds out here that it has no words yet, and not a reader of a page.

// root is the repository's.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
	}
	t.Fatal("no go.work above the test")
	return ""
}

// sources walks the Go files of the platform that are no tests.
func sources(t *testing.T, visit func(path string, f *ast.File)) {
	t.Helper()
	top, n := root(t), 0
	for _, part := range []string{"pkg", "services"} {
		err := filepath.WalkDir(filepath.Join(top, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			n++
			visit(strings.TrimPrefix(path, top+"/"), f)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 500 {
		t.Fatalf("only %d sources were found", n)
	}
}

// text is the value of a literal; ok is false for anything else.
func text(e ast.Expr) (s string, ok bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(l.Value)
	return s, err == nil
}

// said is what the sources say of one kind, with where.
type said map[string]string

func (s said) needs(t *testing.T, least int, id func(string) string) {
	t.Helper()
	if len(s) < least {
		t.Fatalf("only %d were found in the sources; the test looks for the wrong thing", len(s))
	}
	c := load(t)
	for _, l := range lang.Whole() {
		for what, where := range s {
			if !c.Printer(l, noon).Has(id(what)) {
				t.Errorf("%s: %s has no text %q", l, where, id(what))
			}
		}
	}
}

func TestEveryErrorHasWordsInEveryLanguage(t *testing.T) {
	codes := said{}
	sources(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 3 {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || fun.Sel.Name != "New" {
				return true
			}
			if pkg, ok := fun.X.(*ast.Ident); !ok || pkg.Name != "errs" {
				return true
			}
			code, ok := text(call.Args[1])
			if !ok && path != "pkg/rpc/rpc.go" { // which reads what another service said
				t.Errorf("%s: the code of an error is put together, so that nobody can look for its words", path)
			}
			if ok {
				codes[code] = path
			}
			return true
		})
	})
	codes.needs(t, 400, func(code string) string { return "error." + code })
}

// fields collects the literals that stand for a field in composite literals.
func fields(t *testing.T, name string) said {
	t.Helper()
	found := said{}
	sources(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			kv, ok := n.(*ast.KeyValueExpr)
			if !ok {
				return true
			}
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == name {
				if s, ok := text(kv.Value); ok && s != "" {
					found[s] = path
				}
			}
			return true
		})
	})
	return found
}

// purposes collects the codes of the purposes that the console asks for.
func purposes(t *testing.T, all said) {
	t.Helper()
	sources(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			c, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			switch of := c.Type.(type) {
			case *ast.SelectorExpr:
				ok = of.Sel.Name == "Purpose"
			case *ast.Ident:
				ok = of.Name == "Purpose"
			default:
				ok = false
			}
			for _, e := range c.Elts {
				kv, is := e.(*ast.KeyValueExpr)
				if !ok || !is {
					continue
				}
				if key, is := kv.Key.(*ast.Ident); is && key.Name == "Code" {
					if s, is := text(kv.Value); is {
						all[s] = path
					}
				}
			}
			return true
		})
	})
}

func TestEveryCountHasWords(t *testing.T) {
	fields(t, "Thing").needs(t, 20, func(s string) string { return "thing." + s })
}

func TestEveryPurposeHasWords(t *testing.T) {
	all, stated := said{}, fields(t, "Purpose")
	purposes(t, stated)
	for _, p := range auth.Purposes() {
		all[p.Name] = "the list of purposes"
	}
	for p, where := range stated {
		if all[p] == "" {
			t.Errorf("%s states the purpose %q, which is not in the list", where, p)
		}
	}
	all.needs(t, 10, func(s string) string { return "code." + s })
}

// latin finds words of another script in a Chinese sentence.
var latin = regexp.MustCompile(`[A-Za-z]`)

func TestEveryLegalBasisHasWords(t *testing.T) {
	all, found := said{}, fields(t, "LegalBasis")
	for s, where := range found {
		if latin.MatchString(s) && !strings.HasPrefix(where, "pkg/testkit/") && !strings.Contains(where, "/storetest/") {
			all[s] = where
		}
	}
	all.needs(t, 6, func(s string) string { return "basis." + s })
}

func TestEveryTaskHasWords(t *testing.T) {
	kind := regexp.MustCompile(`^[a-z]+\.[a-z_]+$`)
	all := said{}
	sources(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			for i, name := range v.Names {
				if i >= len(v.Values) || !strings.HasPrefix(name.Name, "Task") {
					continue
				}
				if s, ok := text(v.Values[i]); ok && kind.MatchString(s) {
					all[s] = path
				}
			}
			return true
		})
	})
	all.needs(t, 10, func(s string) string { return "task." + s })
}

// methods walks the methods of the contracts.
func methods(t *testing.T, visit func(name string, m *platformv1.MethodRule)) {
	t.Helper()
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			for j := range f.Services().Get(i).Methods().Len() {
				d := f.Services().Get(i).Methods().Get(j)
				o, _ := d.Options().(*descriptorpb.MethodOptions)
				if m, _ := proto.GetExtension(o, platformv1.E_Method).(*platformv1.MethodRule); m != nil {
					visit(string(d.FullName()), m)
				}
			}
		}
		return true
	})
}

func TestEveryReaderHasAName(t *testing.T) {
	kinds, departments := said{}, said{}
	methods(t, func(name string, m *platformv1.MethodRule) {
		for _, c := range m.GetCallers() {
			kind, _, _ := strings.Cut(c, ":")
			kinds[kind] = name
		}
	})
	events(t, func(r *platformv1.EventRule, d protoreflect.MessageDescriptor) {
		for _, c := range slices.Concat(r.GetConsumers(), services.Names()) {
			if c != event.Everybody && c != event.Holders {
				departments[c] = string(d.FullName())
			}
		}
	})
	kinds.needs(t, 4, func(s string) string { return "reader." + s })
	departments.needs(t, 5, func(s string) string { return "service." + s })
}

func TestEverySourceOfARuleIsCitedInChinese(t *testing.T) {
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, r := range b.Rules() {
		all[r.Source] = r.ID
	}
	for _, d := range b.Deadlines() {
		all[d.Source] = d.ID
	}
	zh := load(t).Printer(lang.Chinese, noon)
	for source, id := range all {
		if got := zh.Cited(source); latin.MatchString(got) {
			t.Errorf("%s: %q is shown to Chinese readers", id, got)
		}
	}
}

// Names of things that have no other: rules, codes, programs and formats.
var names = regexp.MustCompile(`\{\{[^}]*\}\}|\b(?:[A-Z]{2,3}-[A-Z0-9-]+|[A-Z]{2,}[A-Z0-9-]*|[0-9.]+ ?[KMG]iB|v[0-9]+|qiao|scripts|standard|sm|seq|Qiao|NATS|JetStream|PostgreSQL|SQLite|Redis|Han)\b|\.[a-z]{2,5}\b|https?://\S+|<[^>]*>|&[a-z]+;|[a-z_]+\.[a-z_.]+`)

func TestChineseTextsAreChinese(t *testing.T) {
	word := regexp.MustCompile(`[A-Za-z]{2,}`)
	for _, f := range load(t).Files(lang.Chinese) {
		for id, s := range f.Says {
			if id == "lang.en" { // a language names itself
				continue
			}
			for _, w := range word.FindAllString(names.ReplaceAllString(s, ""), -1) {
				if !known[w] {
					t.Errorf("%s: %q has %q: %s", f.Name, id, w, s)
				}
			}
		}
	}
}

// known are the words in Latin letters that Chinese texts say beside names: keys, a word of
// browsers and how an address begins, and a command.
var known = map[string]bool{"Cookie": true, "https": true, "Enter": true, "Esc": true, "Tab": true, "streams": true}

// endsAlone names the sources that read a rule which ends, and of which no row
// follows; each shows what follows as not yet announced.
var endsAlone = map[string]bool{"services/employment/internal/app/startup/check_tax.go": true}

// A rule that has an end and no row that follows is shown as not yet announced by
// whoever reads it, so no page keeps an old value or refuses by it. Who begins to
// read such a rule finds out here.
func TestARuleThatEndsIsShownAsNotYetAnnounced(t *testing.T) {
	b, err := rule.Load()
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]rule.Rule{}
	for _, r := range b.Rules() {
		if old, ok := last[r.ID]; !ok || r.EffectiveFrom.After(old.EffectiveFrom) {
			last[r.ID] = r
		}
	}
	read := map[string]bool{}
	sources(t, func(path string, f *ast.File) {
		ast.Inspect(f, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			id, ok := text(e)
			if r := last[id]; ok && r.ID != "" && !r.EffectiveTo.IsZero() && !strings.HasPrefix(path, "pkg/rule/") {
				if read[path] = true; !endsAlone[path] {
					t.Errorf("%s reads %s, which ends on %s: say what follows with Book.Ended, and enter it here", path, id, r.EffectiveTo)
				}
			}
			return true
		})
	})
	for path := range endsAlone {
		if !read[path] {
			t.Errorf("%s reads no rule that ends", path)
		}
	}
}
