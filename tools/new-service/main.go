// Command new-service writes a department that builds: its contract, its service,
// its section of pages, and its name where services are listed.
//
//	new-service -title 残联 [-department hrss] NAME
//
// It is run where the repository begins; scripts/new-service runs it, and then what
// generates and tidies.
package main

import (
	"embed"
	"errors"
	"flag"
	"fmt"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed files
var files embed.FS

// places says where the templates of a folder go; in each {{name}} stands for the
// name. What migrates is written for both databases.
var places = [][2]string{
	{"files/proto/service.proto", "proto/qiao/{{name}}/v1/{{name}}.proto"},
	{"files/proto/", "proto/qiao/{{name}}/v1/"},
	{"files/service/service.go", "services/{{name}}/{{name}}.go"},
	{"files/service/service_test.go", "services/{{name}}/{{name}}_test.go"},
	{"files/service/cmd/main.go", "services/{{name}}/cmd/{{name}}/main.go"},
	{"files/service/internal/store/migrations/sqlite.sql", "services/{{name}}/internal/store/migrations/sqlite/0001_{{name}}.sql"},
	{"files/service/internal/store/migrations/postgres.sql", "services/{{name}}/internal/store/migrations/postgres/0001_{{name}}.sql"},
	{"files/service/", "services/{{name}}/"},
	{"files/section/templates/page.html", "services/console/internal/section/{{name}}/templates/{{name}}.html"},
	{"files/section/locales/", "services/console/internal/section/{{name}}/locales/{{name}}."},
	{"files/section/", "services/console/internal/section/{{name}}/"},
}

const (
	list    = "services/services.txt"
	console = "services/console/console.go"
	facts   = "proto/qiao/platform/v1/facts.proto"
	model   = "services/training" // whose module file the new one begins with
)

func main() {
	title := flag.String("title", "", "the department's name in Chinese, as pages show it")
	department := flag.String("department", "hrss", "the `code` of the department whose officers act at its counter")
	flag.Parse()
	if err := write(flag.Arg(0), *title, *department); err != nil {
		fmt.Fprintln(os.Stderr, "new-service:", err)
		os.Exit(1)
	}
}

// fit are names that can be a package, a role of the database and a user of the bus.
var fit = regexp.MustCompile(`^[a-z][a-z]{2,20}$`)

// taken are names that sources have for something else where they name the package.
var taken = []string{"api", "app", "body", "context", "contract", "contracts", "domain", "embed", "errors", "files", "frame", "http", "pages", "react", "services", "slices", "store", "storetest", "testing", "time", "words"}

func write(name, title, department string) error {
	switch {
	case !fit.MatchString(name):
		return fmt.Errorf("%q is no name: a word of 3 to 21 small letters", name)
	case token.IsKeyword(name) || types.Universe.Lookup(name) != nil || slices.Contains(taken, name):
		return fmt.Errorf("%q is no name: it is a word of the language, or of what the sources import", name)
	case title == "":
		return errors.New("-title is missing: the department's name in Chinese")
	}
	for _, folder := range []string{"services/", "services/console/internal/section/", "proto/qiao/", "pkg/"} {
		if _, err := os.Stat(folder + name); err == nil {
			return fmt.Errorf("%s%s is there already", folder, name)
		}
	}
	words := strings.NewReplacer("{{name}}", name, "[[name]]", name, "{{Name}}", strings.ToUpper(name[:1])+name[1:], "{{title}}", title, "{{department}}", department)
	err := fs.WalkDir(files, "files", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		return put(words.Replace(place(strings.TrimSuffix(path, ".tmpl"))), words.Replace(string(b)))
	})
	if err != nil {
		return err
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(model, file))
		if err != nil {
			return err
		}
		if err := put(filepath.Join("services", name, file), strings.Replace(string(b), "/"+model+"\n", "/services/"+name+"\n", 1)); err != nil {
			return err
		}
	}
	if err := change(list, func(s string) string { return s + name + "\n" }); err != nil {
		return err
	}
	if err := change(facts, func(s string) string { return recorded(s, name) }); err != nil {
		return err
	}
	return change(console, func(s string) string {
		s = strings.Replace(s, "\n\t}\n\tif !cfg.Demo {", "\n\t\t"+name+".New(c),\n\t}\n\tif !cfg.Demo {", 1)
		before := `	"github.com/qiao-platform/qiao/services/console/internal/section/`
		return strings.Replace(s, before, before+name+"\"\n"+before, 1)
	})
}

// kinds is the table of the kinds of facts, up to where it ends.
var kinds = regexp.MustCompile(`(?s)\nenum FactKind \{\n.*?\n(\})\n`)

// recorded enters the department's kind of fact into the table; whoever is to hold
// it is named there later.
func recorded(table, name string) string {
	at := kinds.FindStringSubmatchIndex(table)
	if at == nil {
		return table
	}
	last := 0
	for _, n := range regexp.MustCompile(`FACT_KIND_\w+ = (\d+)`).FindAllStringSubmatch(table[at[0]:at[1]], -1) {
		if number, err := strconv.Atoi(n[1]); err == nil {
			last = max(last, number)
		}
	}
	row := fmt.Sprintf("  FACT_KIND_%s_APPLICATION = %d [(fact) = {\n    name: \"%s_application\"\n    source: \"%s\"\n  }];\n", strings.ToUpper(name), last+1, name, name)
	return table[:at[2]] + row + table[at[2]:]
}

func place(path string) string {
	for _, p := range places {
		if rest, ok := strings.CutPrefix(path, p[0]); ok {
			return p[1] + rest
		}
	}
	return path
}

func put(path, content string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(content), 0o644)
}

// change rewrites a file, and refuses to where it is not as it was when this was written.
func change(path string, f func(string) string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	now := f(string(b))
	if now == string(b) {
		return fmt.Errorf("%s has no place for the new service any more", path)
	}
	return os.WriteFile(path, []byte(now), 0o644)
}
