package standalone_test

import (
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/qiao-platform/qiao/pkg/event"
	"github.com/qiao-platform/qiao/pkg/sqldb"
	"github.com/qiao-platform/qiao/services/standalone"
)

// entry is what the catalogue says of a field or a column.
type entry struct{ class, purpose, retention string }

// catalogue is what every field and column holds, for what and how long. Columns
// stand beside the migrations that make them, fields beside their contract; what a
// row leaves out is as proto/classes.csv says of its class.
type catalogue struct {
	columns map[string]entry // database.table.column; the platform's own tables are in every database
	fields  map[string]entry // package.field, or package.Message.field where one name means two things
	used    map[string]bool
}

// rows reads a CSV without its header.
func rows(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return all[1:]
}

func catalogued(t *testing.T) catalogue {
	t.Helper()
	classes := map[string]entry{}
	for _, r := range rows(t, "../../proto/classes.csv") {
		classes[r[0]] = entry{r[0], r[1], r[2]}
	}
	c := catalogue{map[string]entry{}, map[string]entry{}, map[string]bool{}}
	add := func(to map[string]entry, path, key string, says []string) {
		e, known := classes[says[0]]
		if !known {
			t.Errorf("%s: %s has the class %q, which proto/classes.csv has not", path, key, says[0])
		}
		if says[1] != "" {
			e.purpose = says[1]
		}
		if says[2] != "" {
			e.retention = says[2]
		}
		if _, twice := to[key]; twice {
			t.Errorf("%s: %s stands twice in the catalogue", path, key)
		}
		if e.class == "" || e.purpose == "" || e.retention == "" {
			t.Errorf("%s: %s has no class, purpose or retention", path, key)
		}
		to[key] = e
	}
	each := func(pattern string, read func(path string)) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range files {
			read(path)
		}
	}
	each("../../proto/qiao/*/v1/catalogue.csv", func(path string) {
		pkg := filepath.Base(filepath.Dir(filepath.Dir(path)))
		for _, r := range rows(t, path) {
			add(c.fields, path, pkg+"."+r[0], r[1:])
		}
	})
	columns := func(database string) func(string) {
		return func(path string) {
			if database == "" {
				database, _, _ = strings.Cut(strings.TrimPrefix(path, "../"), "/")
			}
			for _, r := range rows(t, path) {
				add(c.columns, path, database+"."+r[0]+"."+r[1], r[2:])
			}
		}
	}
	each("../../pkg/sqldb/catalogue.csv", columns("platform"))
	each("../registry/internal/vault/catalogue.csv", columns("person-keys"))
	each("../*/internal/store/catalogue.csv", func(path string) { columns("")(path) })
	return c
}

// field finds what the catalogue says of a field. A flag and what only groups
// other fields need no row.
func (c catalogue) field(f protoreflect.FieldDescriptor) (entry, bool) {
	switch {
	case f.Kind() == protoreflect.BoolKind:
		return entry{class: "flag"}, true
	case f.Message() != nil && !f.IsMap():
		return entry{class: "message"}, true
	}
	parts := strings.Split(string(f.FullName()), ".") // qiao.package.v1.Message.field
	for _, key := range []string{parts[1] + "." + strings.Join(parts[3:], "."), parts[1] + "." + string(f.Name())} {
		if e, ok := c.fields[key]; ok {
			c.used[key] = true
			return e, true
		}
	}
	return entry{}, false
}

func TestEveryFieldIsCatalogued(t *testing.T) {
	known := catalogued(t)
	messages(func(m protoreflect.MessageDescriptor) {
		rule, err := event.RuleOf("any", m)
		isEvent := err == nil && rule.Type != ""
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			e, ok := known.field(f)
			switch {
			case !ok:
				t.Errorf("%s is not in the catalogue beside its contract", f.FullName())
			case isEvent && !slices.Contains([]string{"id", "code", "date", "time", "amount", "count", "flag"}, e.class):
				t.Errorf("the event %s carries %s, which is of the class %s", m.FullName(), f.Name(), e.class)
			case !fits(e.class, f.Kind()):
				t.Errorf("%s is of the class %s, and its kind is %s", f.FullName(), e.class, f.Kind())
			}
			if ruledOut.MatchString(string(f.Name())) {
				t.Errorf("%s is ruled out by promise 3", f.FullName())
			}
		}
	})
	for key := range known.fields {
		if !known.used[key] {
			t.Errorf("the catalogue has %s, and no contract has", key)
		}
	}
}

// fits reports whether a value of a kind can be of a class.
func fits(class string, k protoreflect.Kind) bool {
	switch k {
	case protoreflect.BytesKind:
		return class == "sealed" || class == "text"
	case protoreflect.StringKind:
		return class != "count" && class != "amount" && class != "flag" && class != "message"
	case protoreflect.Int32Kind, protoreflect.Int64Kind:
		return slices.Contains([]string{"count", "amount", "time", "date", "code"}, class)
	}
	return true
}

// organisations are tables whose names are an organisation's.
var organisations = []string{"employer"}

func TestEveryColumnIsCatalogued(t *testing.T) {
	dir, _ := open(t)
	known := catalogued(t)
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(files) < len(standalone.Names()) {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		db, err := sqldb.Open(context.Background(), "sqlite:"+file)
		if err != nil {
			t.Fatal(err)
		}
		type column struct{ table, name string }
		var columns []column
		err = db.View(context.Background(), func(tx *sqldb.Tx) (err error) {
			columns, err = sqldb.Collect(tx, func(s sqldb.Scanner) (c column, err error) { return c, s.Scan(&c.table, &c.name) },
				`SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE '%\_version' ESCAPE '\' AND m.name NOT LIKE 'sqlite_%'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range columns {
			where := strings.TrimSuffix(filepath.Base(file), ".db") + "." + c.table + "." + c.name
			e, ok := known.columns[where]
			if !ok {
				where = "platform." + c.table + "." + c.name
				e, ok = known.columns[where]
			}
			known.used[where] = true
			switch {
			case !ok:
				t.Errorf("%s of %s is not in the catalogue beside its migration", where, file)
			case e.class == "personal" && !slices.Contains(organisations, c.table):
				t.Errorf("%s holds personal data in clear; it belongs sealed into the registry", where)
			}
			if ruledOut.MatchString(c.name) {
				t.Errorf("%s is ruled out by promise 3", where)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	for key := range known.columns {
		if !known.used[key] {
			t.Errorf("the catalogue has %s, and no database has", key)
		}
	}
}

// A clerk's words on a posting and an operator's on the pipeline have one name, and
// were one entry; what each is, for what and how long stands by itself.
func TestOneNameIsNotOneMeaning(t *testing.T) {
	known := catalogued(t)
	clerk, operator := known.columns["employment.review.reason"], known.columns["platform.set_aside.reason"]
	if clerk.class != "text" || operator.class != "text" || clerk.purpose == operator.purpose || clerk.retention == operator.retention {
		t.Errorf("a clerk's: %v; an operator's: %v", clerk, operator)
	}
	for key, class := range map[string]string{
		"employment.reason": "text", "registry.name": "personal", "employment.GetApplicantResponse.name": "personal",
		"education.name": "text", "platform.name": "code", "platform.ReasonAppeal.body": "code", "platform.body": "sealed",
	} {
		if got := known.fields[key].class; got != class {
			t.Errorf("%s is of the class %q, not %s", key, got, class)
		}
	}
}
